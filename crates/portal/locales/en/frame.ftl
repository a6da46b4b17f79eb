### The frame of every page, and parts that several pages share.
###
### In every message, { $product } is the name of the application behind the gateway ("NetPilot"), and { $provider } is the
### name of the company whose account people sign in with ("Google"). Both are names of any gender and are not translated.

## Frame

# First link of a page, for the keyboard: jumps over the frame to the text.
frame-skip = Skip to content
# At the foot. "Postern" is the name of the gateway.
frame-protected = Protected by Postern
# At the foot, behind the person's e-mail address: a link that leads to signing out.
frame-not-you = Not you? Sign out
# At the foot: link to a help page or a support address.
frame-help = Get help
# At the foot: link to the privacy notice.
frame-privacy = Privacy
# At the foot: label of the list of languages (read out by screen readers).
frame-language = Language
# At the foot: button beside the list of languages.
frame-language-change = Change
# Title of the window while a form has a mistake. { $title } is the usual title, like "Enter your code".
frame-error-title = Error: { $title }
# { $code } is a code like ACCESS_DENIED, { $id } a number of the request. Keep the tags.
frame-mention = If you contact support, mention <code>{ $code }</code> and request <code class="nobr">{ $id }</code>.

## Buttons and links of several pages

frame-cancel = Cancel
frame-not-now = Not now
frame-confirm = Confirm
frame-sign-in = Sign in
frame-sign-out = Sign out
frame-go-on = Go on
frame-try-again = Try again
frame-start-page = Go to the start page
frame-to-account = Go to your account
# Link that leaves a page which asks for a code although one is signed in.
frame-back-unconfirmed = Go back without confirming

## Codes and passkeys: parts of several forms

frame-code-six = Six-digit code
frame-code-six-hint = Enter the current code from your authenticator app.
# Label of a field that takes a code of the authenticator app or a backup code.
frame-code = Code
frame-code-hint = Six digits from your authenticator app, or a backup code.
frame-use-passkey = Use your passkey
# Between the button for the passkey and the field for a code.
frame-or-code = or enter a code
# A box to tick. { $span } is a duration like "30 days".
frame-trust = Don’t ask again on this device for { $span }
# The name that one gives an authenticator app or a passkey.
frame-name = Name
frame-passkey-motto = A passkey works on this site only, so no other site can steal it.

## Said by the script

frame-copied = Copied
frame-copied-said = Copied to the clipboard.
frame-copy-failed = Copying did not work. Select the text and copy it yourself.
frame-passkey-exists = This device already has a passkey for your account.
frame-passkey-unused = The passkey wasn’t used. Try again.
