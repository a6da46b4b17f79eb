### Mails: what happened to an account, and codes.

## Every mail

letter-subject = { $product }: { $heading }
letter-account = חשבון
letter-when = מתי
letter-from = מאיפה
letter-account-line = חשבון: { $account }
letter-when-line = מתי: { $when }
letter-from-line = מאיפה: { $from }
letter-from-unknown = לא ידוע
letter-from-command-line = שורת הפקודה

## The end of mails about an account

letter-not-me = אם לא אתם עשיתם זאת, נתקו את החשבון שלכם מכל שאר המכשירים:
letter-not-me-then = בדף תתבקשו להתחבר ולאשר באמצעות גורם האימות השני שלכם. לאחר מכן שנו את הסיסמה שבה אתם מתחברים, הסירו מהחשבון שלכם את מה שאינו שלכם ודווחו למנהלי המערכת.
letter-account-page = החשבון שלכם:
letter-cannot-confirm = אם אינכם יכולים לאשר, כי הקודים נעולים או כי גורם האימות השני שלכם הוחלף או הוסר, דווחו מיד למנהלי המערכת: הם ינתקו את כל המכשירים שלכם ({ $revoke }) ויאפסו את גורם האימות השני ({ $reset }).
letter-no-secret = הודעה זו אינה מכילה קוד או סיסמה, ואיש מטעם { $product } לא יבקש מכם אותם.

## What to do if this was you

letter-nothing-to-do = אם אתם עשיתם זאת, אין צורך לעשות דבר.
letter-make-new-codes = אם אתם עשיתם זאת, צרו בחשבון שלכם קודי גיבוי חדשים לפני שהאחרון ייגמר.
letter-wait = אם אתם עשיתם זאת, המתינו עד שהנעילה תסתיים, או השתמשו בגורם אימות אחר שלכם. הנעילה מתארכת עם כל קוד שגוי נוסף.
letter-ask-to-unlock = אם אתם עשיתם זאת, בקשו ממנהלי המערכת להסיר את הנעילה. עד אז השתמשו בגורם אימות אחר, אם יש לכם.
letter-set-up-again = הגדירו מחדש גורם אימות שני בכניסה הבאה. אם לא ביקשתם זאת, פנו למנהלי המערכת.

## What happened: a heading, and one or two sentences

letter-passkey-added = נוסף מפתח גישה
letter-passkey-added-what = לחשבון שלכם נוסף מפתח גישה.
letter-app-replaced = אפליקציית האימות שלכם הוחלפה
letter-app-replaced-what = אפליקציית אימות אחרת החליפה את שלכם, עם קודי גיבוי חדשים. האפליקציה הקודמת והקודים הקודמים אינם פועלים עוד, ושאר המכשירים שלכם נותקו.
letter-mail-on = קודים בדואר אלקטרוני הופעלו
letter-mail-on-what = מעתה כל מי שמתחבר לחשבון שלכם יכול לבקש שקוד יישלח לכתובת הדואר האלקטרוני של אותה כניסה, במקום גורם אימות שני אחר.
letter-app-added = נוספה אפליקציית אימות
letter-app-added-what = אפליקציית אימות הוגדרה כגורם האימות השני של החשבון שלכם.
letter-passkey-removed = הוסר מפתח גישה
letter-passkey-removed-what = מפתח גישה הוסר מהחשבון שלכם.
letter-app-removed = הוסרה אפליקציית אימות
letter-app-removed-what = אפליקציית אימות הוסרה מהחשבון שלכם. הקודים שלה אינם פועלים עוד.
letter-mail-off = קודים בדואר אלקטרוני הושבתו
letter-mail-off-what = לא יישלחו עוד קודים בדואר אלקטרוני. שאר גורמי האימות השניים שלכם נשארים.
letter-number-on = אושר מספר לקודים ב-SMS
letter-number-on-what = מעתה, מי שנכנס לחשבון שלכם יכול לבקש שקוד יישלח למספר הזה במקום אמצעי אימות שני אחר.
letter-number-off = המספר לקודים ב-SMS הוסר
letter-number-off-what = לא נשלח אליו עוד שום קוד. שאר אמצעי האימות השניים שלכם נשארים.
letter-all-removed = גורם האימות השני שלכם הוסר
letter-all-removed-what = גורם האימות השני של החשבון שלכם הוסר: כל אפליקציות האימות, מפתחות הגישה וקודי הגיבוי.
letter-codes-replaced = קודי הגיבוי שלכם הוחלפו
letter-codes-replaced-what = נוצרו קודי גיבוי חדשים לחשבון שלכם. הקודים הקודמים אינם פועלים עוד.
letter-code-used = נעשה שימוש בקוד גיבוי
letter-few-codes = נותרו מעט קודי גיבוי
letter-code-used-what = נעשה שימוש באחד מקודי הגיבוי שלכם. { $left }
letter-codes-left = { $count ->
    [0] לא נותרו קודים.
    [one] נותר קוד אחד.
    [two] נותרו שני קודים.
   *[other] נותרו { $count } קודים.
}
letter-backup-disabled = קודי הגיבוי הושבתו
letter-backup-disabled-what = מאה קודי גיבוי שגויים ברצף הוזנו לחשבון שלכם, בידי מי שהתחבר באמצעות הספק שלכם. קודי הגיבוי יישארו נעולים עד שמנהלי המערכת יסירו את הנעילה.
letter-app-disabled = הקודים הושבתו
letter-app-disabled-what = מאה קודים שגויים ברצף הוזנו לחשבון שלכם, בידי מי שהתחבר באמצעות הספק שלכם. קודים בני שש ספרות, מאפליקציה או בדואר אלקטרוני, יישארו נעולים עד שמנהלי המערכת יסירו את הנעילה.
letter-backup-locked = קודי הגיבוי נעולים
letter-backup-locked-what = קודי גיבוי שגויים הוזנו לחשבון שלכם, בידי מי שהתחבר באמצעות הספק שלכם. קודי הגיבוי נעולים לזמן מה.
letter-app-locked = הקודים נעולים
letter-app-locked-what = קודים שגויים הוזנו לחשבון שלכם, בידי מי שהתחבר באמצעות הספק שלכם. קודים בני שש ספרות, מאפליקציה או בדואר אלקטרוני, נעולים לזמן מה.
letter-new-device = כניסה ממכשיר חדש
letter-new-device-what = בוצעה כניסה לחשבון שלכם, עם גורם האימות השני, מדפדפן ומרשת שלא נראו קודם.
letter-reset = גורם האימות השני שלכם אופס
letter-reset-what = מנהלי המערכת הסירו את גורם האימות השני של החשבון שלכם וניתקו את כל המכשירים שלכם.
letter-test = הודעת בדיקה
letter-test-what = הודעה זו נשלחה באמצעות { $command }. לא קרה דבר בחשבון שלכם.
letter-test-expected = אין צורך לעשות דבר.

## A mail with a code

letter-code = קוד הכניסה שלכם
letter-code-enter = הזינו אותו באתר { $host }, בדפדפן שבו ביקשתם אותו. הוא תקף למשך { $wait }, לשימוש אחד.
letter-code-nobody = איש מטעם { $product } לא יבקש מכם את הקוד הזה בטלפון, בדואר אלקטרוני או בצ׳אט. מי שיבקש רוצה להתחבר בשמכם.
letter-code-not-me = אם לא ביקשתם אותו, מישהו אחר יכול להתחבר לחשבון שלכם אצל הספק. שנו שם את הסיסמה ונתקו את החשבון שלכם מכל שאר המכשירים:

## An SMS with a code

letter-sms = { $product }: הקוד שלכם הוא { $code }. תקף למשך { $wait }. איש לא יבקש אותו מכם.
