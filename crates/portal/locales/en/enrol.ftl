### Setting up an authenticator app, and its backup codes.

## Introduction

# The three steps at the top of the pages, one word each.
enrol-progress = Setup progress
enrol-step-start = Start
enrol-step-scan = Scan
# Takes the place of "Scan" where a passkey is created and no code scanned.
enrol-step-create = Create
enrol-step-save = Save
enrol-title = Set up two-factor authentication
# The same as a heading. The tags keep a word in one line; languages that do not need them leave them out.
enrol-heading = Set up <span class="nobr">two-factor</span> authentication
enrol-heading-replace = Replace your authenticator
enrol-motto = With two-factor authentication, a stolen password isn’t enough to get in.
enrol-lead-replace = Move to a new phone or another app. Your current authenticator keeps working until the new one is confirmed. Then you get new backup codes, and your other devices are signed out.
# { $asks } is an address like "/vault". Keep the tags.
enrol-lead-asks = <span class="who">{ $asks }</span> requires two-factor authentication. It takes about two minutes.
enrol-lead-required = { $product } requires two-factor authentication. It takes about two minutes.
enrol-lead = It takes about two minutes.
# A ticket is a text of 24 letters and digits that an administrator hands out.
enrol-needs-ticket = To make sure that it’s you, this takes an enrolment ticket. Your administrator has it for you.
# Keep the tags. The names of the apps are not translated.
enrol-plan-app = <strong>Get an authenticator app</strong> like Google Authenticator, Aegis or 2FAS, or use your password manager.
enrol-plan-scan = <strong>Scan a QR code</strong> and enter the six-digit code from the app.
# The same where a passkey may be set up instead of an app. Keep the tags.
enrol-plan-choose = <strong>Choose what confirms that it’s you</strong>: an authenticator app like Google Authenticator, Aegis or 2FAS, your password manager, this device, or a security key.
enrol-plan-set-up = <strong>Set it up</strong>: scan a QR code with the app and enter its six-digit code, or follow your browser.
enrol-plan-save = <strong>Save your backup codes</strong> in case you lose your phone.
enrol-current-code = Current code
enrol-current-code-hint = Six digits from your current authenticator, or a backup code if you no longer have it.
enrol-ticket = Enrolment ticket
enrol-ticket-hint = 24 letters and digits. It works once, for a limited time.
enrol-start = Get started
enrol-skip = Skip for now
# Between the buttons for an authenticator app and the one for a passkey.
enrol-without-app = or without an app
enrol-passkey-about = Your fingerprint, your face, your screen lock or a security key confirms that it’s you. You can add an app later.
enrol-passkey-button = Use this device or a security key

## The QR code

enrol-scan-heading = Set up your authenticator app
enrol-scan-heading-add = Add an authenticator app
enrol-scan-motto = This key is shown only to you, and only until setup is complete.
enrol-open-app = Open in your authenticator app
enrol-scan-lead = Scan this QR code with your authenticator app, then enter the code it shows.
# Describes the picture (read out by screen readers).
enrol-qr = QR code for your authenticator app
# Opens the part with the key to type.
enrol-cannot-scan = Can’t scan it?
# Keep the tags. "time-based" is an entry of a menu in authenticator apps.
enrol-type-key = Enter this key in your app. Choose <em>time-based</em> if it asks:
enrol-copy-key = Copy key
enrol-open-app-here = Open in an app on this device
enrol-code-hint = The code changes every 30 seconds.
enrol-name-hint = For example “Tablet” or “Spare phone”.
enrol-valid-for = { $count ->
    [1] This QR code is valid for one more minute.
   *[other] This QR code is valid for { $count } more minutes.
}
# Below the QR code. { $link } is the address that the tag leads to. Keep the tags.
enrol-no-app = No app? <a href="{ $link }">Use this device or a security key instead</a>.

## A passkey instead of an app

enrol-step-valid-for = { $count ->
    [1] This step is valid for one more minute.
   *[other] This step is valid for { $count } more minutes.
}
# A link to the page with the QR code.
enrol-use-app = Use an authenticator app instead

## Backup codes

codes-heading = Save your backup codes
codes-motto = Keep these somewhere safe, and not on the phone that has your authenticator app.
# Keep the tags.
codes-lead-enrolled = Two-factor authentication is on. If you lose your phone, each of these codes lets you sign in once. <strong>You won’t see them again after this page.</strong>
codes-lead-replaced = Your old codes no longer work. If you lose your phone, each of these codes lets you sign in once. <strong>You won’t see them again after this page.</strong>
# On paper only. { $person } is an e-mail address.
codes-printed = { $product } backup codes for { $person }. Each works once.
codes-copy = Copy
codes-download = Download
codes-print = Print
codes-saved = I have saved them
# First line of the file with the codes, and a line above them.
codes-file-title = { $product } backup codes
codes-file-once = Each code works once.
# A form that was sent twice.
codes-done-already-heading = This is done already
codes-done-already = It worked the first time. Nothing was changed again.
codes-done-already-lost = If you haven’t saved your backup codes, make new ones. The current ones then stop working.
codes-make-new = Make new backup codes
