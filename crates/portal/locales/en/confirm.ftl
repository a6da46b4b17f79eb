### Pages that ask for a code or a passkey before the ways to sign in are changed, and the page that makes a passkey.

confirm-motto = Changing how you sign in always takes a fresh code.
confirm-motto-passkey = Changing how you sign in always takes a fresh code, or your passkey.

## Headings

confirm-heading-codes = Make new backup codes
confirm-heading-add-app = Add an authenticator app
confirm-heading-remove-app = Remove an authenticator app
confirm-heading-add-passkey = Add a passkey
confirm-heading-remove-passkey = Remove a passkey
confirm-heading-disable = Switch off two-factor authentication

## Explanations

confirm-disable = This removes your authenticator apps, your backup codes and your passkeys and signs you out on all other devices. After that, your { $provider } account is all it takes to open { $product }.
confirm-codes = Your current backup codes stop working, and you get new ones.
confirm-add-app = A code of any of your authenticator apps is accepted, so that one lost device locks nobody out. First, enter a code of one that you have.
confirm-add-app-with-passkey = A code of any of your authenticator apps is accepted, so that one lost device locks nobody out. First, confirm that it’s you.
# { $name } is the name that the person gave the app. Keep the tags.
confirm-remove-app = Codes of <span class="who">{ $name }</span> stop working, and devices that used one are asked for another code. Your backup codes stay.
# The same for the only app of a person who has a passkey.
confirm-remove-only-app = Codes of <span class="who">{ $name }</span> stop working, and devices that used one are asked for your passkey. Your backup codes stay, for when you lose it.
# Nothing that the person has is accepted here.
confirm-stuck = This takes an authenticator app or a passkey. Add one first.
confirm-add-passkey = With a passkey you confirm with your fingerprint, your face, your screen lock or a security key, instead of typing a code. First, enter a code.
confirm-add-passkey-with-passkey = With a passkey you confirm with your fingerprint, your face, your screen lock or a security key, instead of typing a code. First, confirm that it’s you.
# Stands behind confirm-add-passkey. "The next" is the next code of the app.
confirm-wait-for-next = If you have just used one, wait for the next.
# { $name } is the name that the person gave the passkey. Keep the tags.
confirm-remove-passkey = <span class="who">{ $name }</span> stops working here, and devices that used it are asked for a code.
# Stands behind confirm-remove-passkey.
confirm-with-another = To confirm, use another passkey or a code.

## Buttons

confirm-button-codes = Make new codes
confirm-button-continue = Continue
confirm-button-remove = Remove
confirm-button-disable = Switch off

## The page that makes a passkey

newpasskey-heading = Create your passkey
newpasskey-lead = Give it a name that tells where you keep it. Your browser asks for the rest.
newpasskey-name-hint = For example “Phone” or “Blue security key”.
newpasskey-button = Create passkey
newpasskey-no-script = Passkeys need JavaScript, which is switched off in this browser.

## A second factor that must not be switched off

confirm-enforced-heading = Two-factor authentication stays on
confirm-enforced = Your account requires it. You can replace your authenticator, but not remove it.
