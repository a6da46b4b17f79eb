### Signing in and out, and links that take a session to another address.

## The page with the button

signin-title = Sign in
signin-motto = Your password stays with { $provider }. { $product } only sees your name, picture and email address.
signin-heading = Sign in to { $product }
signin-lead = Use your { $provider } account. If two-factor authentication is on, we’ll ask for a code next.
# "Open in browser" is an entry of a menu in apps like Instagram.
signin-in-app = { $provider } may refuse to sign you in inside another app. Open this page in your browser instead (look for “Open in browser” in the menu).
signin-button = Continue with { $provider }
signin-password = You enter your password at { $provider }, never here.
signin-ended = Your session has ended. Sign in again to continue.
signin-cookie-damaged = Your browser sent a session cookie that is damaged, or several at once. If signing in does not help, delete the cookies of this site.

## A sign-in that failed: headings

signin-heading-cancelled = You cancelled the sign-in
signin-heading-expired = This sign-in has expired
signin-heading-unreachable = We can’t reach { $provider }
signin-heading-not-working = Signing in isn’t working right now
signin-heading-disabled = This account is disabled
signin-heading-unreadable = This account can’t be opened
signin-heading-not-allowed = This account may not sign in
signin-heading-failed = That sign-in didn’t work

## A sign-in that failed: explanations and links

# { $account } is an e-mail address.
signin-was-as = You signed in to { $provider } as { $account }.
signin-cancelled = You cancelled the sign-in. Start again whenever you’re ready.
signin-expired = It took too long, was already used, or began in another browser. Start again.
signin-unverifiable = We couldn’t verify the response from { $provider }. Start again. If it keeps happening, tell your administrator.
signin-unreachable = We can’t reach { $provider } right now. Try again in a minute.
signin-email-unverified = The email address of this account is not verified. Verify it with { $provider }, then sign in again.
signin-not-allowed = This account may not sign in here. Use another account, or ask your administrator for access.
signin-inactive = This account is disabled. Contact your administrator.
signin-email-taken = This email address already belongs to another account here. Contact your administrator.
signin-unreadable = A record of this account is damaged, so it can’t be opened. Contact your administrator.
# The log is the gateway's record of what happened, which administrators read.
signin-store-unsuitable = The gateway’s database has to be corrected first; its log says how. Tell your administrator.
signin-impossible = Signing in isn’t possible right now. Try again in a minute.
signin-other-account = Use another account
signin-start-again = Start again

## Signing out

signout-title = Sign out
signout-motto = Signing out here doesn’t sign you out of { $provider }.
signout-heading = Sign out of { $product }?
# { $person } is an e-mail address. Keep the tags.
signout-lead = You are signed in as <strong class="who">{ $person }</strong>.
signout-trusted = This device is trusted: your next sign-in here needs no code.
signout-forget = Stop trusting this device
signout-stay = Stay signed in
signout-done-heading = You are signed out
# For people on a computer that others use too: who is signed in at { $provider } comes as far as the second factor.
signout-done = On a shared computer, sign out of { $provider } as well. Anyone who is signed in there gets as far as your second factor.
signout-done-trusted = On a shared computer, sign out of { $provider } as well. Anyone who is signed in there gets in without a code, because this device is trusted.

## Links that take a session to another address of the gateway

handover-heading = You can’t be signed in with this link
handover-malformed = The address is incomplete or was changed.
handover-unknown = The link isn’t known here, or your session has ended.
handover-used = The link was used before. Each one works once.
handover-expired = The link has expired. It works for a minute.
handover-other-host = The link is for another address.
handover-no-binding = Your browser sent no cookie with it.
handover-other-browser = The link was made for another browser.
handover-session-changed = You signed in anew or entered a code while the link was on its way.
handover-what-now = Nothing was changed. Open the page that you wanted again: if you are signed in, it opens at once.
handover-again = Open the page again
handover-no-cookies-heading = Your browser keeps no cookies for this address
# { $host } is an address like "app.example.com".
handover-no-cookies = You are signed in, but { $host } needs a cookie of its own to know you, and it didn’t come back.
handover-allow-cookies = Allow cookies for { $host } in your browser’s settings, then open the page again.

## The end of a sign-in or verification in a window of its own, beside the application's page

renewed-title = Done
renewed-motto = Back to where you were.
renewed-heading = That’s done
renewed-lead = Go back to the window you came from: it goes on by itself. You can close this one.
