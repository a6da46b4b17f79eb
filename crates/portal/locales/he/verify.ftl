### Pages that ask for the second factor, the page of a locked factor, and what is said about a code that was not accepted.

## Entering a code

verify-heading = הזנת הקוד
verify-heading-again = אשרו שזה אתם
verify-heading-passkey = שימוש במפתח הגישה
verify-heading-backup = הזנת קוד גיבוי
verify-motto = זהותכם אומתה באמצעות { $provider }. נשאר עוד שלב אחד.
verify-motto-again = קוד חדש מאשר שאתם עדיין מול המסך הזה.
verify-asks = כדי לפתוח את <span class="who">{ $asks }</span> נדרש קוד חדש, אף שאתם כבר מחוברים.
verify-asks-something = לפעולה שאתם עומדים לבצע נדרש קוד חדש, אף שאתם כבר מחוברים.
verify-asks-passkey = כדי לפתוח את <span class="who">{ $asks }</span> נדרש מפתח גישה. עם קוד תוכלו להתחבר, אבל הוא לא יספיק שם.
verify-asks-first-passkey = כדי לפתוח את <span class="who">{ $asks }</span> נדרש מפתח גישה. קודם התחברו עם קוד, ואז הוסיפו מפתח גישה.
verify-choice = אמצעי האימות
verify-app = אפליקציית אימות
verify-backup = קוד גיבוי
verify-backup-hint = אחד הקודים ששמרתם בזמן ההגדרה. כל קוד תקף לשימוש אחד.
verify-offer-passkey = בפעם הבאה להשתמש במקום זאת בטביעת אצבע, בזיהוי פנים או בנעילת המסך (יידרש עכשיו עוד קוד אחד)
verify-button = אימות
verify-codes-left = { $count ->
    [0] לא נותרו לכם קודי גיבוי. אם גם אפליקציית האימות אבדה לכם, פנו למנהלי המערכת.
    [one] זה קוד הגיבוי האחרון שלכם. אחרי שתתחברו, צרו קודים חדשים בדף החשבון.
    [two] נותרו לכם שני קודי גיבוי.
   *[other] נותרו לכם { $count } קודי גיבוי.
}
verify-codes-left-without-app = { $count ->
    [0] לא נותרו לכם קודי גיבוי. אם גם מפתח הגישה אבד לכם, פנו למנהלי המערכת.
    [one] זה קוד הגיבוי האחרון שלכם. אחרי שתתחברו, צרו קודים חדשים בדף החשבון.
    [two] נותרו לכם שני קודי גיבוי.
   *[other] נותרו לכם { $count } קודי גיבוי.
}
verify-help = איבדתם את הטלפון? השתמשו בקוד גיבוי. הקוד לא התקבל? ודאו שהשעון בטלפון מכוון אוטומטית.

## A page that takes passkeys only

passkeystep-heading = אישור באמצעות מפתח הגישה
passkeystep-heading-first = כדי להמשיך, הוסיפו מפתח גישה
passkeystep-asks = כדי לפתוח את <span class="who">{ $asks }</span> נדרש מפתח גישה, אף שאתם כבר מחוברים. קוד לא מספיק שם, כי אתר מתחזה יכול לבקש אותו מכם.
passkeystep-asks-something = לפעולה שאתם עומדים לבצע נדרש מפתח גישה, אף שאתם כבר מחוברים. קוד לא מספיק כאן, כי אתר מתחזה יכול לבקש אותו מכם.
passkeystep-needs = כדי להשתמש במפתחות גישה צריך JavaScript ודפדפן עדכני. הפעילו את JavaScript, או פתחו את הדף הזה בדפדפן אחר.
passkeystep-elsewhere = מפתח הגישה לא במכשיר הזה? <a href="{ $link }">הוסיפו מפתח נוסף</a> באמצעות קוד.
passkeystep-none = עדיין אין לכם מפתח גישה. כדי להוסיף אותו דרושים קוד וכדקה של זמן. לאחר מכן תאשרו שזה אתם בטביעת אצבע, בזיהוי פנים, בנעילת המסך או במפתח אבטחה.
passkeystep-add = הוספת מפתח גישה

## A locked factor

locked-title = נעול
locked-title-for-now = נעול זמנית
locked-motto = נעילה אחרי כמה קודים שגויים מונעת מתוקפים לנחש.
locked-app = אפליקציית האימות נעולה
locked-app-for-now = אפליקציית האימות נעולה זמנית
locked-backup = קודי הגיבוי נעולים
locked-backup-for-now = קודי הגיבוי נעולים זמנית
locked-wait = הוזנו יותר מדי קודים שגויים. נסו שוב בעוד <strong>{ $wait }</strong>.
locked-until = הנעילה תוסר ב־{ $time }.
locked-for-good = הוזנו יותר מדי קודים שגויים ברצף. רק מנהלי המערכת יכולים להסיר את הנעילה.
locked-use-app = שימוש באפליקציית האימות
locked-use-backup = שימוש בקוד גיבוי
locked-cannot-wait = לא יכולים לחכות? מנהלי המערכת יכולים להסיר את הנעילה.
locked-not-you = זה לא הייתם אתם? ייתכן שלמישהו אחר יש גישה לחשבון { $provider } שלכם. שנו את הסיסמה של חשבון { $provider } ודווחו למנהלי המערכת, שיכולים לנתק את כל המכשירים שלכם ולאפס את גורם האימות השני.
locked-account = ניתוק שאר המכשירים בחשבון שלכם

## What is said about a form with a code, a passkey or a ticket

factor-code-missing = הזינו את הקוד.
factor-no-app = לחשבון שלכם אין אפליקציית אימות. השתמשו במפתח הגישה או בקוד גיבוי.
factor-code-malformed = הזינו את שש הספרות שמופיעות באפליקציית האימות. זה לא נספר כניסיון.
factor-backup-malformed = זה לא נראה כמו קוד גיבוי. בדקו אותו ונסו שוב. זה לא נספר כניסיון.
factor-passkey-or-code = מפתח הגישה לא התקבל. נסו שוב, או השתמשו בקוד.
factor-code-wrong = הקוד שגוי, או שכבר נעשה בו שימוש. המתינו לקוד הבא.
factor-backup-wrong = קוד הגיבוי שגוי, או שכבר נעשה בו שימוש.
factor-passkey-wrong = מפתח הגישה לא התקבל.
factor-attempts-left = { $why } { $count ->
    [one] נותר לכם ניסיון אחד.
    [two] נותרו לכם שני ניסיונות.
   *[other] נותרו לכם { $count } ניסיונות.
}
factor-passkey-expired = זה נמשך זמן רב מדי, או שהדף היה פתוח פעמיים. נסו שוב.
factor-passkey-refused = מפתח הגישה לא התקבל. נסו שוב.
factor-passkey-unknown = מפתח הגישה לא התקבל, כי הוא כבר לא משויך לחשבון שלכם.
factor-passkey-known = מפתח הגישה הזה כבר משויך לחשבון שלכם.
factor-passkeys-full = הגעתם למספר המרבי של מפתחות גישה בחשבון. קודם הסירו אחד מהם.
factor-ticket-missing = הזינו את קוד ההרשמה.
factor-ticket-invalid = קוד ההרשמה לא תקף. ייתכן שפג תוקפו או שכבר נעשה בו שימוש. בקשו קוד הרשמה חדש ממנהלי המערכת.
factor-ticket-locked-for = הוזנו יותר מדי קודי הרשמה שגויים. נסו שוב בעוד { $wait }.
factor-ticket-locked = הוזנו יותר מדי קודי הרשמה שגויים. בקשו קוד חדש ממנהלי המערכת.
factor-codes-locked-for = הוזנו יותר מדי קודים שגויים, ולכן הקודים נעולים למשך { $wait }. השתמשו במפתח הגישה.
factor-codes-locked = הוזנו יותר מדי קודים שגויים, ולכן הקודים נעולים. השתמשו במפתח הגישה.
factor-setup-ended = פג תוקף ההגדרה, או שהוזנו יותר מדי קודים שגויים. התחילו מחדש.

## Where a page demands a session that is bound to its device (W3C Device Bound Session Credentials)

verify-device-heading = הדף הזה דורש התחברות שקשורה למכשיר שלכם
verify-device-waiting = הדפדפן קושר עכשיו את ההתחברות למכשיר הזה. זה אורך כמה שניות לכל היותר.
verify-device-go-on = המשך
verify-device-why = כך איש לא יוכל להשתמש בהתחברות שלכם במקום אחר, גם לא עם עותק של קובצי ה-Cookie שלכם. הדפדפן קושר אותה בעצמו כשאתם מאשרים את שלב האימות השני, אם הדפדפן והמכשיר תומכים בכך.
verify-device-cannot = אם חזרתם לכאן אחרי האישור, הדפדפן או המכשיר הזה אינם תומכים בכך. השתמשו בגרסה עדכנית של Chrome או Edge במחשב עם שבב אבטחה (TPM), או פנו למנהל המערכת.
verify-device-confirm = אישור שלב האימות השני
