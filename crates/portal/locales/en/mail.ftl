### Codes that are sent by mail, beside another second factor.

## Entering a code that was sent

# One of the choices of how to verify, beside verify-app and verify-backup.
mail-choice = Code by mail
# A button. { $address } is the beginning and the host of an address, like "a…@example.com", in all of these.
mail-send = Send a code to { $address }
# Keep the tags.
mail-sent = We sent a code to <span class="who">{ $address }</span>. It is valid for 10 minutes, and in this browser only.
# A button, where a code was sent already.
mail-again = Send another code
# { $wait } is a duration like "5 minutes".
mail-wait = You can ask for another code in { $wait }.
mail-unsent = The code couldn’t be sent. Try again later, or use another way.
# Label of the field, and what is said below it.
mail-code = Code from the mail
mail-code-hint = Enter the six digits of the newest mail.
mail-help = Nobody will ask you for this code by phone, mail or chat. Enter it on this page only.

## The page of a factor that is locked

# Headings, like locked-app and locked-app-for-now; and the button beside locked-use-backup.
locked-mail = Codes by mail are locked
locked-mail-for-now = Codes by mail are locked for now
locked-use-mail = Use a code by mail

## What is said about a form with such a code

factor-mail-malformed = Enter the six digits of the mail. This didn’t count as an attempt.
factor-mail-wrong = That code isn’t right, or it no longer works. Take the newest one, or send another.
factor-mail-not-offered = No code by mail can be used for this sign-in. Use another way.

## The account page

mail-row = Codes by mail
# While it is off.
mail-row-off = For when nothing else is at hand. Whoever can read your mail can use them, so a passkey or an app is safer.
# While it is on. Keep the tags.
mail-row-on = At sign-in you can have a code sent to <span class="who">{ $address }</span>. Whoever can read your mail can use it.
# While it is on, and this session cannot be sent one.
mail-row-on-elsewhere = They are on, but in this session none can be sent: your sign-in came without a verified address, or your administrator has switched them off.
mail-switch-on = Switch on

## Switching it on and off

mail-confirm-on-heading = Switch on codes by mail
mail-confirm-off-heading = Switch off codes by mail
# Keep the tags.
mail-confirm-on = From then on you can have a code sent to <span class="who">{ $address }</span> when you sign in. This is weaker than your other factors: whoever can read your mail can use it.
mail-confirm-off = No code is sent any more, and devices that used one are asked for another factor.

## What was done

done-mail-on = Codes by mail are on.
done-mail-off = Codes by mail are off.

## Recent activity

event-mail-used = Code by mail accepted
event-mail-on = Codes by mail switched on
event-mail-off = Codes by mail switched off
event-mail-sent = A code was sent by mail
event-mail-unsent = A code couldn’t be sent by mail
