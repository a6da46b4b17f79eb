### Errors: a heading and an explanation each. The gateway is the program that asks for the sign-in; the application is what
### lies behind it.

# Beside the text of every error page.
error-motto = Access stays closed when something is wrong.
# The same place on a page that reports success, like that of the sign-out.
error-motto-good = See you next time.

## Errors of the gateway's own pages

error-not-found-heading = Page not found
error-not-found = There is no page at this address. Check it for typos.
error-method-heading = Not supported here
# "Allow" is the name of an HTTP header.
error-method = This address accepts other methods. The Allow header lists them.
error-origin-heading = This request came from another site
error-origin = The request names no origin, or one that isn’t allowed to do this. Open the page itself and try again.
error-other-host-heading = Not served at this address
error-other-host = The gateway does this at its public address only. Open the page there and try again.
error-form-heading = This form is out of date
error-form = You signed in or out after opening this page. Nothing was changed. Reload the page and try again.
error-too-large-heading = Request too large
error-too-large = The request is larger than this page accepts.
error-too-slow-heading = Request timed out
error-too-slow = The request didn’t arrive in time. Try again.
error-broken-heading = Request incomplete
error-broken = Part of the request was lost. Try again.
error-json-heading = JSON required
# "Content-Type: …" is not translated.
error-json = Send JSON with Content-Type: application/json.
error-media-type-heading = Form required
error-media-type = Send a form with Content-Type: application/x-www-form-urlencoded.
error-cookie-heading = Your session cookie is damaged
error-cookie = Your browser sent a session cookie that can’t be read, or several. Sign in again. If this keeps happening, delete the cookies of this site.
error-cookies-heading = Too many cookies
error-cookies = Your browser sends more than 16 KiB of cookies to this address, most of them set by other applications. Delete the cookies of this site in your browser’s settings, then sign in again.
error-step-sign-in-heading = Please sign in
error-step-sign-in = You’re not signed in, or your session has ended.
error-step-verify-heading = Enter your code
error-step-verify = Verify your second factor first.
error-step-up-heading = Enter a fresh code
error-step-up = This needs a fresh code.
error-step-passkey-heading = Use a passkey
error-step-passkey = This needs a passkey.
error-step-enrol-heading = Set up two-factor authentication
error-step-enrol = Set up a second factor first.
error-step-device-heading = Bind your session to this device
error-step-device = This needs a session that is bound to your device.
error-refused-heading = That didn’t work
error-refused = The request was refused.
error-busy-heading = Busy right now
error-busy = Too many codes are being checked at once. Try again in a moment.
error-store-heading = Temporarily unavailable
error-store = Your session can’t be checked right now. Nothing was changed. Try again in a minute.
error-unreadable-heading = This account can’t be opened
error-unreadable = A record of this account is damaged, so it can’t be opened. Contact your administrator.
error-internal-heading = Something went wrong
# The log is the gateway's record of what happened, which administrators read.
error-internal = The error is logged. Nothing more was changed. Try again, or tell your administrator.

## Headings of refusals in front of the application

refusal-address = This is not the right address
refusal-cookies = Your browser sends too many cookies
refusal-unreadable = That request cannot be read
refusal-sign-in = Please sign in again
refusal-forbidden = This is not open to you
refusal-not-found = There is nothing here
refusal-wait = Please wait a moment
refusal-no-answer = The application does not answer
refusal-unavailable = Not available at the moment
refusal-too-long = The application takes too long
refusal-other = That does not work here
# A link to the address at which the gateway is.
refusal-right-address = Open the right address

## Explanations of these refusals

# { $url } is the right address.
problem-unknown-host = This host is not served here. Open { $url } instead.
problem-method-not-allowed = This method is not served.
problem-bad-request = The request is malformed.
problem-bad-request-body = The request's body is malformed.
problem-bad-request-forward = The request cannot be forwarded as it is.
problem-ambiguous-path = The address is written in a way that servers read differently. Write it plainly.
problem-not-found = There is nothing here.
problem-sign-in-required = Sign in to continue.
problem-second-factor-required = Verify your second factor to continue.
problem-enrolment-required = Set up a second factor to continue.
problem-second-factor-again = Verify your second factor again to continue.
problem-passkey-required = Use a passkey to continue.
problem-invalid-session-cookie = The session cookie is not one of ours. Delete the cookies of this site and sign in again.
problem-cookies-too-large = Your browser sends more than 16 KiB of cookies to this address, most of them set by other applications. Delete the cookies of this site in your browser's settings, then sign in again.
problem-forbidden = This address is closed.
problem-forbidden-account = Your account may not use this address.
problem-foreign-origin = The request was made by a page of another site.
problem-unavailable = Sessions cannot be checked at the moment. Try again shortly.
problem-upstream-failed = The application sent an invalid response. Try again in a minute; if the problem stays, tell its administrator.
problem-upstream-unavailable = The application behind this address is busy or not running. Try again shortly.
problem-upstream-timeout = The application behind this address did not answer in time. What you asked for may still go on, so wait a minute before you try again.
problem-not-allowed = This account may not open this address.
problem-own-page-checked = The sign-in page cannot be reached: the proxy of this site demands a sign-in before it shows it. Tell the person who runs the site.
problem-too-many-requests = Too many requests came from your network address. Wait a moment and try again.
