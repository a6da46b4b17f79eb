### Mails: what happened to an account, and codes. No message has tags. Each mail has a part as text and one as HTML, of the same
### messages.

## Every mail

# The subject. { $heading } is the heading of the mail, like "A passkey was added".
letter-subject = { $product }: { $heading }
# Labels of a table: which account, when, and from which browser and address.
letter-account = Account
letter-when = When
letter-from = From
# The same as lines of text. { $account } is an e-mail address, { $when } like "2026-01-31 12:05 UTC", { $from } like "Firefox on
# Windows, 192.0.2.7".
letter-account-line = Account: { $account }
letter-when-line = When: { $when }
letter-from-line = From: { $from }
# Stands behind letter-from where it is not known who did it.
letter-from-unknown = unknown
# Stands behind letter-from in a test mail.
letter-from-command-line = the command line

## The end of mails about an account

# What follows is a link: an address in the text part, the button notme-title in HTML.
letter-not-me = If this was not you, end all other sessions of your account:
letter-not-me-then = The page asks you to sign in and to confirm with your second factor. Then change the password that you sign in with, remove what is not yours from your account page, and tell your administrator.
# A link. In the text part, its address follows.
letter-account-page = Your account page:
# { $revoke } and { $reset } are commands.
letter-cannot-confirm = If you cannot confirm, because codes are locked or your second factor was replaced or removed, tell your administrator at once: they end all your sessions ({ $revoke }) and reset your second factor ({ $reset }).
letter-no-secret = This mail contains no code and no password, and nobody from { $product } will ask you for one.

## What to do if this was you

letter-nothing-to-do = If this was you, there is nothing to do.
letter-make-new-codes = If this was you, make new backup codes on your account page before the last one is gone.
letter-wait = If this was you, wait until the lock is over, or use another of your factors. The lock gets longer with every further wrong code.
letter-ask-to-unlock = If this was you, ask your administrator to unlock your account. Until then use another of your factors, if you have one.
letter-set-up-again = Set a second factor up again at your next sign-in. If you did not ask for this, ask your administrator.

## What happened: a heading, and one or two sentences

letter-passkey-added = A passkey was added
letter-passkey-added-what = A passkey was added to your account.
letter-app-replaced = Your authenticator app was replaced
letter-app-replaced-what = Another authenticator app took the place of yours, with new backup codes. The old app and the old codes no longer work, and your other sessions were ended.
letter-mail-on = Codes by mail were switched on
letter-mail-on-what = From now on, whoever signs in to your account can have a code sent to the mail address of that sign-in, in place of another second factor.
letter-app-added = An authenticator app was added
letter-app-added-what = An authenticator app was set up as second factor of your account.
letter-passkey-removed = A passkey was removed
letter-passkey-removed-what = A passkey was removed from your account.
letter-app-removed = An authenticator app was removed
letter-app-removed-what = An authenticator app was removed from your account. Its codes no longer work.
letter-mail-off = Codes by mail were switched off
letter-mail-off-what = No code is sent by mail any more. Your other second factors stay.
letter-number-on = A number for codes by SMS was confirmed
letter-number-on-what = From now on, whoever signs in to your account can have a code sent to that number in place of another second factor.
letter-number-off = The number for codes by SMS was removed
letter-number-off-what = No code is sent to it any more. Your other second factors stay.
letter-all-removed = Your second factor was removed
letter-all-removed-what = The second factor of your account was removed: all authenticator apps, passkeys and backup codes.
letter-codes-replaced = Your backup codes were replaced
letter-codes-replaced-what = New backup codes were made for your account. The old ones no longer work.
letter-code-used = A backup code was used
letter-few-codes = Few backup codes are left
# Of letter-code-used and letter-few-codes. { $left } is the sentence letter-codes-left.
letter-code-used-what = One of your backup codes was used. { $left }
letter-codes-left = { $count ->
    [0] None is left.
    [one] One is left.
   *[other] { $count } are left.
}
letter-backup-disabled = Backup codes are switched off
letter-backup-disabled-what = A hundred wrong backup codes in a row were entered for your account, by somebody who had signed in with your provider. Backup codes stay locked until an administrator unlocks them.
letter-app-disabled = Codes are switched off
letter-app-disabled-what = A hundred wrong codes in a row were entered for your account, by somebody who had signed in with your provider. Six-digit codes, of an app or by mail, stay locked until an administrator unlocks them.
letter-backup-locked = Backup codes are locked
letter-backup-locked-what = Wrong backup codes were entered for your account, by somebody who had signed in with your provider. Backup codes are locked for a while.
letter-app-locked = Codes are locked
letter-app-locked-what = Wrong codes were entered for your account, by somebody who had signed in with your provider. Six-digit codes, of an app or by mail, are locked for a while.
letter-new-device = Sign-in from a new device
letter-new-device-what = Your account was signed in to, with its second factor, from a browser and network that were not seen before.
letter-reset = Your second factor was reset
letter-reset-what = An administrator removed the second factor of your account and ended all your sessions.
letter-test = Test mail
# { $command } is a command.
letter-test-what = This mail was sent by { $command }. Nothing happened to your account.
letter-test-expected = There is nothing to do.

## A mail with a code

letter-code = Your sign-in code
# { $host } is a host name, { $wait } a duration like "10 minutes".
letter-code-enter = Enter it at { $host }, in the browser that asked for it. It is valid for { $wait }, and once.
letter-code-nobody = Nobody from { $product } will ask you for this code, by phone, mail or chat. Whoever does wants to sign in as you.
# What follows is a link: an address in the text part, the words notme-end in HTML.
letter-code-not-me = If you did not ask for it, somebody else can sign in with your provider’s account. Change the password there, and end all other sessions of your account:

## An SMS with a code

# Short: 160 characters at best, with the product and a line with a host behind it. { $code } is six digits, { $wait } a duration
# like "10 minutes".
letter-sms = { $product }: your code is { $code }. It is valid for { $wait }. Nobody will ask you for it.
