## A form that was filled in before a step was missing, and is kept until the step is done

# Title of the window.
kept-title = Send your form?
kept-motto = What you filled in is still here.
kept-heading = Send your form now?
# The line below names the address, like "app.example.com/orders".
kept-lead = You filled in a form before you had to confirm that it’s you, so it has not been sent yet. It goes to:
kept-send = Send it now
kept-discard = Don’t send it
kept-small = It is kept for ten minutes after you filled it in, encrypted, and can be sent once.
# No form is found: it was sent, given up, or kept too long.
kept-none-heading = There is no form to send
kept-none = A form is kept for ten minutes and can be sent once. If you have not sent it before, it was not sent: fill it in again.
kept-not-sent-heading = The form was not sent
kept-other = It was filled in with another account, so it has been deleted. Sign in with that account and fill it in again.
kept-changed = Your browser would have sent something else than what you filled in. Fill it in again.
