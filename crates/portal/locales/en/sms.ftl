### Codes that are sent by SMS, beside another second factor.

## Entering a code that was sent

# One of the choices of how to verify, beside verify-app, verify-backup and mail-choice.
sms-choice = Code by SMS
# A button. { $address } is the end of a number, like "•••• 12".
sms-send = Send a code by SMS to { $address }
# Label of the field, and what is said below it.
sms-code = Code from the SMS
sms-code-hint = Enter the six digits of the newest message.
factor-sms-malformed = Enter the six digits of the message. This didn’t count as an attempt.
factor-sms-not-offered = No code by SMS can be used for this sign-in. Use another way.

## The page of a factor that is locked

# Headings, like locked-app and locked-app-for-now; and the button beside locked-use-backup.
locked-sms = Codes by SMS are locked
locked-sms-for-now = Codes by SMS are locked for now
locked-use-sms = Use a code by SMS

## The account page

sms-row = Codes by SMS
# Without a number.
sms-row-off = For when nothing else is at hand. Phone numbers can be taken over, so a passkey or an app is safer.
# An administrator entered a number, which its owner has not confirmed.
sms-row-unconfirmed = A number was entered for you. Add your number to confirm it; until then no code is sent to it.
# { $number } is the end of a number, like "•••• 12". Keep the tags.
sms-row-on = At sign-in you can have a code sent to <span class="who">{ $number }</span>. Whoever gets hold of that number can use it.
# A number is stored, and codes by SMS were switched off since.
sms-row-unused = A phone number is still stored for you. Codes are no longer sent by SMS here; you can remove the number.
# Three buttons.
sms-add = Add number
sms-change = Change number
sms-remove = Remove number

## Adding, changing and removing the number

sms-add-heading = Add a number for codes by SMS
sms-change-heading = Change the number for codes by SMS
sms-remove-heading = Remove the number for codes by SMS
sms-number-about = You can then have a code sent to this number when you sign in. This is weaker than your other factors: whoever gets hold of the number can use it.
# { $number } is the end of a number, like "•••• 12". Keep the tags.
sms-number-present = Your number now: <span class="who">{ $number }</span>
# Label of a field, and what is said below it.
sms-number = Mobile number
sms-number-hint = With the country code, such as +1 555 0123456.
sms-number-malformed = That isn’t a phone number with a country code. Begin with + and the code of your country.
# { $number } is the whole number. Keep the tags.
sms-confirm-add = Next we send a code to <span class="who">{ $number }</span>. Confirm first that it’s you.
sms-confirm-remove = No code is sent to the number any more, and devices that used one are asked for another factor.
sms-check-heading = Enter the code from the SMS
# A button.
sms-check-button = Confirm the number
# A link, to begin again with the same or another number.
sms-check-again = Send again, or use another number
sms-check-over = No code is waiting for this number any more. Enter the number again.

## What was done

done-sms-on = Your number is confirmed. Codes by SMS are on.
done-sms-off = The number is removed. Codes by SMS are off.

## Recent activity

event-sms-used = Code by SMS accepted
event-sms-on = Number for codes by SMS confirmed
event-sms-off = Number for codes by SMS removed
event-sms-sent = A code was sent by SMS
event-sms-unsent = A code couldn’t be sent by SMS
