### The account page.

account-title = Your account
# Names the links at the top (read out by screen readers).
account-navigation = Account
account-open = Open { $product }

## Second factor

account-factor = Two-factor authentication
account-factor-about = The second step after signing in with { $provider }.
account-apps = Authenticator apps
account-app = Authenticator app
# Small mark behind the heading: whether two-factor authentication is on.
account-on = On
account-off = Off
account-apps-none = Six digits that change every 30 seconds. You have none. Add one, so that a lost device doesn’t lock you out.
account-apps-one = Six digits that change every 30 seconds. Add another app, so that a lost phone doesn’t lock you out.
account-apps-several = Six digits that change every 30 seconds. A code of any of these apps is accepted.
account-add-app = Add an app
account-switch-off = Switch off
# Small mark behind the name of an authenticator app.
account-badge-app = App
account-badge-passkey = Passkey
account-replace = Replace
account-off-about = Your { $provider } account is all it takes to open { $product }.
account-set-up = Set up

## Lines about an app, a passkey, a device or a session. They stand one behind the other with " · " between them

# { $when } is like "3 days ago", in all of these.
account-added = Added { $when }
account-last-used = last used { $when }
account-not-used = not used yet
account-synced = synced to your other devices
account-trusted = trusted { $when }
# { $time } is a date with a time.
account-until = until { $time }
account-active-now = active now
account-last-seen = last seen { $when }
account-signed-in = signed in { $when }

## Names and buttons

account-rename = Rename
account-save = Save
account-app-name = Name of this app
account-passkey-name = New name
account-remove = Remove
# Read out by screen readers. { $name } is the name of an app or a passkey.
account-remove-named = Remove { $name }
account-remove-all = Remove all

## Passkeys and backup codes

account-passkeys = Passkeys and security keys
account-passkeys-about = Confirm with a fingerprint, your face, a screen lock or a security key instead of a code.
account-add-passkey = Add a passkey
account-codes = Backup codes
# Small mark behind the heading: the number of backup codes that were not used.
account-codes-left = { $count } left
account-codes-none = You have none left. If you lose your phone now, you will need an administrator to get back in.
account-codes-low = You are running low. Make new ones before you need them.
account-codes-about = For when you don’t have your phone. Each works once.
account-make-codes = Make new codes

## Trusted devices

account-devices = Trusted devices
account-devices-about = These sign in without a code for a while. Changes to your account still ask for one.
account-this-device = This device
# Read out by screen readers. { $device } is like "Firefox on Windows", { $when } like "3 days ago".
account-remove-device = Remove { $device }, trusted { $when }
# Quotes the box of frame-trust.
account-devices-none = None. Tick “Don’t ask again on this device” when you enter a code, on a device that only you use.

## Sessions

account-sessions = Where you are signed in
account-sessions-about = Sign out any device you don’t recognize.
# Small mark: the session was begun, but its second factor is missing.
account-waiting = Waiting for a code
# Small mark: the session can be used only in the browser and on the device that it was begun with.
account-bound = Bound to its device
# Read out by screen readers. { $device } is like "Firefox on Windows", { $when } like "3 days ago".
account-sign-out-device = Sign out { $device }, last seen { $when }
account-older-sessions = { $count ->
    [1] Show { $count } older session
   *[other] Show { $count } older sessions
}
account-sign-out-others = Sign out everywhere else

## Activity

account-activity = Recent activity
account-activity-about = See something that wasn’t you? Sign out everywhere else and tell your administrator.
account-activity-none = No activity yet.
account-older-activity = Show older activity
# { $device } is like "Firefox on Windows", { $address } an address like 192.0.2.7.
account-origin = { $device }, { $address }

## Devices

# { $browser } is like "Firefox", { $system } like "Windows".
device-both = { $browser } on { $system }
device-browser = { $browser }
device-system = Unknown browser on { $system }
device-unknown = Unknown device
# Stands for { $browser }: an app of an Android phone that is no browser.
device-android-app = an Android app

## Confirmations at the top of the page

done-session = That device is signed out.
done-others = You are signed out everywhere else.
done-not-me = You are signed out everywhere else, and no device is trusted any more. Now remove what is not yours below, make new backup codes, and tell your administrator.
done-none = That device was already signed out.
done-authenticator = Your app is ready. From now on, codes of all your apps are accepted.
done-authenticator-renamed = Your app has a new name.
done-authenticator-removed = Codes of that app no longer work here. Delete the entry in the app too.
done-authenticator-gone = That app was already removed.
done-authenticator-only = That is your only authenticator app. Add another one first, or replace it.
done-authenticators-full = You have as many authenticator apps as an account can hold. Remove one first.
done-device = That device is no longer trusted. It will be asked for a code at the next sign-in.
done-devices = No device is trusted any more. Each will be asked for a code at the next sign-in.
done-device-gone = That device was no longer trusted already.
done-passkey = Your passkey is ready. Next time, use it instead of a code.
done-passkey-renamed = Your passkey has a new name.
done-passkey-removed = That passkey no longer works here. If your device still offers it, delete it there too.
done-passkey-gone = That passkey was already removed.
done-passkey-only = That passkey is all you have. Add an authenticator app or another passkey first.
done-disabled = Two-factor authentication is off.

## "This was not me": where mail about a change leads

notme-title = This was not me
notme-motto = Whoever else is signed in will have to start again.
notme-heading = Was that somebody else?
# { $person } is an e-mail address. Keep the tags.
notme-lead = This signs <strong class="who">{ $person }</strong> out of { $product } on every other device, and no device is trusted any more. You stay signed in here.
notme-after = Afterwards, look through your account: remove authenticator apps and passkeys that are not yours, make new backup codes, change the password of your { $provider } account, and tell your administrator.
# The same for people without a second factor.
notme-after-single = Afterwards, set up a second factor on your account page, change the password of your { $provider } account, and tell your administrator.
notme-end = End all other sessions
notme-mine = It was me
