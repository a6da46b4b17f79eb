### Codes that are sent by SMS, beside another second factor.

## Entering a code that was sent

sms-choice = קוד ב-SMS
sms-send = שליחת קוד ב-SMS אל { $address }
sms-code = הקוד מה-SMS
sms-code-hint = יש להזין את שש הספרות מההודעה האחרונה.
factor-sms-malformed = יש להזין את שש הספרות מההודעה. זה לא נספר כניסיון.
factor-sms-not-offered = אי אפשר להשתמש בקוד ב-SMS לכניסה הזאת. יש להשתמש בדרך אחרת.

## The page of a factor that is locked

locked-sms = קודים ב-SMS נעולים
locked-sms-for-now = קודים ב-SMS נעולים כעת
locked-use-sms = שימוש בקוד ב-SMS

## The account page

sms-row = קודים ב-SMS
sms-row-off = למקרה שאין שום דבר אחר בהישג יד. אפשר להשתלט על מספרי טלפון, ולכן מפתח גישה או אפליקציה בטוחים יותר.
sms-row-unconfirmed = הוזן עבורכם מספר. יש להוסיף את המספר שלכם כדי לאשר אותו; עד אז לא יישלח אליו שום קוד.
sms-row-on = בכניסה אפשר לבקש שקוד יישלח אל <span class="who">{ $number }</span>. מי שמשתלט על המספר הזה יכול להשתמש בו.
sms-row-unused = עדיין שמור עבורכם מספר טלפון. כאן כבר לא נשלחים קודים ב-SMS; אפשר להסיר את המספר.
sms-add = הוספת מספר
sms-change = שינוי המספר
sms-remove = הסרת המספר

## Adding, changing and removing the number

sms-add-heading = הוספת מספר לקודים ב-SMS
sms-change-heading = שינוי המספר לקודים ב-SMS
sms-remove-heading = הסרת המספר לקודים ב-SMS
sms-number-about = לאחר מכן אפשר יהיה לבקש שקוד יישלח למספר הזה בכניסה. זה חלש יותר מהאמצעים האחרים שלכם: מי שמשתלט על המספר יכול להשתמש בו.
sms-number-present = המספר שלכם כעת: <span class="who">{ $number }</span>
sms-number = מספר טלפון נייד
sms-number-hint = עם קידומת המדינה, למשל ‎+972 50 123 4567‎.
sms-number-malformed = זה אינו מספר טלפון עם קידומת מדינה. יש להתחיל ב-+ ובקידומת המדינה שלכם.
sms-confirm-add = כעת נשלח קוד אל <span class="who">{ $number }</span>. קודם יש לאשר שזה אכן אתם.
sms-confirm-remove = לא יישלחו עוד קודים למספר, וממכשירים שהשתמשו בקוד כזה יידרש אמצעי אחר.
sms-check-heading = הזנת הקוד מה-SMS
sms-check-button = אישור המספר
sms-check-again = שליחה חוזרת או שימוש במספר אחר
sms-check-over = אין עוד קוד שממתין למספר הזה. יש להזין את המספר שוב.

## What was done

done-sms-on = המספר שלכם אושר. קודים ב-SMS מופעלים.
done-sms-off = המספר הוסר. קודים ב-SMS כבויים.

## Recent activity

event-sms-used = קוד ב-SMS התקבל
event-sms-on = המספר לקודים ב-SMS אושר
event-sms-off = המספר לקודים ב-SMS הוסר
event-sms-sent = נשלח קוד ב-SMS
event-sms-unsent = לא ניתן היה לשלוח קוד ב-SMS
