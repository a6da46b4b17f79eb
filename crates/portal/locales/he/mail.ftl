### Codes that are sent by mail, beside another second factor.

## Entering a code that was sent

mail-choice = קוד בדואר אלקטרוני
mail-send = שליחת קוד אל { $address }
mail-sent = שלחנו קוד אל <span class="who">{ $address }</span>. הוא תקף למשך 10 דקות, ורק בדפדפן הזה.
mail-again = שליחת קוד נוסף
mail-wait = אפשר לבקש קוד נוסף בעוד { $wait }.
mail-unsent = לא ניתן היה לשלוח את הקוד. נסו שוב מאוחר יותר, או השתמשו בדרך אחרת.
mail-code = קוד מהדואר האלקטרוני
mail-code-hint = הזינו את שש הספרות מההודעה האחרונה.
mail-help = איש לא יבקש מכם את הקוד הזה בטלפון, בדואר אלקטרוני או בצ׳אט. הזינו אותו רק בדף הזה.

## The page of a factor that is locked

locked-mail = הקודים בדואר אלקטרוני נעולים
locked-mail-for-now = הקודים בדואר אלקטרוני נעולים זמנית
locked-use-mail = שימוש בקוד בדואר אלקטרוני

## What is said about a form with such a code

factor-mail-malformed = הזינו את שש הספרות מההודעה. זה לא נספר כניסיון.
factor-mail-wrong = הקוד שגוי, או שאינו תקף עוד. השתמשו בקוד האחרון, או שלחו קוד נוסף.
factor-mail-not-offered = אי אפשר להשתמש בקוד בדואר אלקטרוני בכניסה הזו. השתמשו בדרך אחרת.

## The account page

mail-row = קודים בדואר אלקטרוני
mail-row-off = למקרה ששום דבר אחר אינו לידכם. כל מי שיכול לקרוא את הדואר שלכם יכול להשתמש בהם, ולכן מפתח גישה או אפליקציה בטוחים יותר.
mail-row-on = בכניסה אפשר לבקש שקוד יישלח אל <span class="who">{ $address }</span>. כל מי שיכול לקרוא את הדואר שלכם יכול להשתמש בו.
mail-row-on-elsewhere = הם מופעלים, אבל בהפעלה הזו אי אפשר לשלוח אף קוד: הכניסה שלכם הגיעה ללא כתובת מאומתת, או שמנהל המערכת השבית אותם.
mail-switch-on = הפעלה

## Switching it on and off

mail-confirm-on-heading = הפעלה של קודים בדואר אלקטרוני
mail-confirm-off-heading = השבתה של קודים בדואר אלקטרוני
mail-confirm-on = מעתה תוכלו לבקש בכניסה שקוד יישלח אל <span class="who">{ $address }</span>. זה חלש יותר מהגורמים האחרים שלכם: כל מי שיכול לקרוא את הדואר שלכם יכול להשתמש בו.
mail-confirm-off = לא יישלחו עוד קודים, ומכשירים שהשתמשו בקוד כזה יתבקשו לגורם אחר.

## What was done

done-mail-on = קודים בדואר אלקטרוני מופעלים.
done-mail-off = קודים בדואר אלקטרוני מושבתים.

## Recent activity

event-mail-used = קוד מהדואר האלקטרוני התקבל
event-mail-on = קודים בדואר אלקטרוני הופעלו
event-mail-off = קודים בדואר אלקטרוני הושבתו
event-mail-sent = קוד נשלח בדואר אלקטרוני
event-mail-unsent = לא ניתן היה לשלוח קוד בדואר אלקטרוני
