### Pages that ask for the second factor, the page of a locked factor, and what is said about a code that was not accepted.

## Entering a code

verify-heading = Enter your code
# The person is signed in already, and a fresh code is wanted.
verify-heading-again = Confirm that it is you
# The person has passkeys and no authenticator app.
verify-heading-passkey = Use your passkey
# The person has neither, but backup codes.
verify-heading-backup = Enter a backup code
verify-motto = { $provider } confirmed who you are. One step left.
verify-motto-again = A fresh code confirms that it is still you at this screen.
# { $asks } is an address like "/vault". Keep the tags.
verify-asks = <span class="who">{ $asks }</span> asks for a fresh code, even though you are signed in.
verify-asks-something = What you are about to do asks for a fresh code, even though you are signed in.
# { $asks } is an address like "/vault". Keep the tags. The person has a passkey.
verify-asks-passkey = <span class="who">{ $asks }</span> asks for a passkey. A code signs you in, but isn’t enough there.
# The same for a person without a passkey.
verify-asks-first-passkey = <span class="who">{ $asks }</span> asks for a passkey. Sign in with a code first, then add one.
# Names the choice between the two that follow (read out by screen readers).
verify-choice = How to verify
verify-app = Authenticator app
verify-backup = Backup code
verify-backup-hint = One of the codes you saved during setup. Each works once.
# A box to tick: the passkey is set up after this code.
verify-offer-passkey = Next time, use my fingerprint, face or screen lock instead (takes one more code now)
verify-button = Verify
verify-codes-left = { $count ->
    [0] You have no backup codes left. If you lost your authenticator too, contact your administrator.
    [1] This is your last backup code. Make new ones on your account page after you sign in.
   *[other] You have { $count } backup codes left.
}
# The same for a person without an authenticator app.
verify-codes-left-without-app = { $count ->
    [0] You have no backup codes left. If you lost your passkey too, contact your administrator.
    [1] This is your last backup code. Make new ones on your account page after you sign in.
   *[other] You have { $count } backup codes left.
}
verify-help = Lost your phone? Use a backup code. Code not accepted? Make sure your phone sets its clock automatically.

## A page that takes passkeys only

passkeystep-heading = Confirm with your passkey
passkeystep-heading-first = Add a passkey to continue
# { $asks } is an address like "/vault". Keep the tags. A false site imitates this one in order to catch codes.
passkeystep-asks = <span class="who">{ $asks }</span> asks for a passkey, even though you are signed in. A code isn’t enough there, because a false site can ask you for one.
passkeystep-asks-something = What you are about to do asks for a passkey, even though you are signed in. A code isn’t enough there, because a false site can ask you for one.
passkeystep-needs = Passkeys need JavaScript and a current browser. Switch JavaScript on, or open this page in another browser.
# { $link } is the address that the tag leads to. Keep the tags.
passkeystep-elsewhere = Your passkey isn’t on this device? <a href="{ $link }">Add another one</a> with a code.
passkeystep-none = You don’t have one yet. Adding one takes a code and about a minute. Your fingerprint, face, screen lock or a security key then confirms that it’s you.
passkeystep-add = Add a passkey

## A locked factor

# Titles of the window.
locked-title = Locked
locked-title-for-now = Locked for now
locked-motto = Locking after a few wrong codes keeps attackers from guessing.
locked-app = Your authenticator is locked
locked-app-for-now = Your authenticator is locked for now
locked-backup = Backup codes are locked
locked-backup-for-now = Backup codes are locked for now
# { $wait } is a duration like "5 minutes". Keep the tags.
locked-wait = There were too many wrong codes. Try again in <strong>{ $wait }</strong>.
# { $time } is a date with a time.
locked-until = Unlocks at { $time }.
locked-for-good = There were too many wrong codes in a row. An administrator has to unlock it.
locked-use-app = Use your authenticator app
locked-use-backup = Use a backup code
locked-cannot-wait = Can’t wait? An administrator can unlock it.
locked-not-you = Wasn’t you? Someone else may be able to sign in to your { $provider } account. Change your { $provider } password and tell your administrator, who can end all your sessions and reset your second factor.
locked-account = End your other sessions on your account page

## What is said about a form with a code, a passkey or a ticket

factor-code-missing = Enter the code.
# A code of an app was entered on a page from before the app was removed.
factor-no-app = Your account has no authenticator app. Use your passkey, or a backup code.
factor-code-malformed = Enter the six digits that your authenticator app shows. This didn’t count as an attempt.
factor-backup-malformed = That doesn’t look like a backup code. Check it and try again. This didn’t count as an attempt.
factor-passkey-or-code = Your passkey wasn’t accepted. Try again, or use a code.
factor-code-wrong = That code isn’t right, or it was already used. Wait for the next one.
factor-backup-wrong = That backup code isn’t right, or it was already used.
factor-passkey-wrong = Your passkey wasn’t accepted.
# { $why } is one of the three sentences above.
factor-attempts-left = { $why } { $count ->
    [one] You have 1 attempt left.
   *[other] You have { $count } attempts left.
}
factor-passkey-expired = That took too long, or the page was open twice. Try again.
factor-passkey-refused = Your passkey wasn’t accepted. Try again.
factor-passkey-unknown = Your passkey wasn’t accepted, because it is no longer on your account.
factor-passkey-known = That passkey is already on your account.
factor-passkeys-full = You have as many passkeys as an account can hold. Remove one first.
# A ticket is a text of 24 letters and digits that an administrator hands out, to set up the first authenticator app with.
factor-ticket-missing = Enter your enrolment ticket.
factor-ticket-invalid = That ticket isn’t valid. It may have expired or been used already. Ask your administrator for a new one.
# { $wait } is a duration like "5 minutes".
factor-ticket-locked-for = There were too many wrong tickets. Try again in { $wait }.
factor-ticket-locked = There were too many wrong tickets. Ask your administrator for a new one.
# { $wait } is a duration like "5 minutes".
factor-codes-locked-for = There were too many wrong codes, so codes are locked for { $wait }. Use your passkey.
factor-codes-locked = There were too many wrong codes, so codes are locked. Use your passkey.
factor-setup-ended = That setup expired or had too many wrong codes. Begin again.

## Where a page demands a session that is bound to its device (W3C Device Bound Session Credentials)

verify-device-heading = This page needs a session that is bound to your device
verify-device-waiting = Your browser is binding your session to this device. This takes a few seconds at most.
verify-device-go-on = Go on
verify-device-why = Then nobody can use your session elsewhere, even with a copy of your cookies. Your browser binds it by itself when you confirm your second factor, if the browser and the device can do so.
verify-device-cannot = If you come back here after confirming, this browser or this device can’t. Use a recent Chrome or Edge on a computer with a security chip (TPM), or ask your administrator.
verify-device-confirm = Confirm your second factor
