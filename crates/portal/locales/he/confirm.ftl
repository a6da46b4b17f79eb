### Pages that ask for a code or a passkey before the ways to sign in are changed, and the page that makes a passkey.

confirm-motto = כל שינוי בדרכי ההתחברות מחייב קוד חדש.
confirm-motto-passkey = כל שינוי בדרכי ההתחברות מחייב קוד חדש או את מפתח הגישה שלכם.

## Headings

confirm-heading-codes = יצירת קודי גיבוי חדשים
confirm-heading-add-app = הוספת אפליקציית אימות
confirm-heading-remove-app = הסרת אפליקציית אימות
confirm-heading-add-passkey = הוספת מפתח גישה
confirm-heading-remove-passkey = הסרת מפתח גישה
confirm-heading-disable = השבתת האימות הדו־שלבי

## Explanations

confirm-disable = אפליקציות האימות, קודי הגיבוי ומפתחות הגישה שלכם יוסרו, ותנותקו מכל שאר המכשירים. לאחר מכן חשבון { $provider } שלכם יספיק כדי להיכנס אל { $product }.
confirm-codes = קודי הגיבוי הנוכחיים יפסיקו לפעול, ותקבלו קודים חדשים.
confirm-add-app = אפשר להזין קוד מכל אחת מאפליקציות האימות שלכם, כך שגם אם מכשיר אחד יאבד לא תינעלו מחוץ לחשבון. קודם הזינו קוד מאפליקציה שכבר יש לכם.
confirm-add-app-with-passkey = אפשר להזין קוד מכל אחת מאפליקציות האימות שלכם, כך שגם אם מכשיר אחד יאבד לא תינעלו מחוץ לחשבון. קודם אשרו שזה אתם.
confirm-remove-app = הקודים של <span class="who">{ $name }</span> יפסיקו לפעול, ובמכשירים שבהם הוזן קוד כזה יידרש קוד אחר. קודי הגיבוי שלכם יישארו בתוקף.
confirm-remove-only-app = הקודים של <span class="who">{ $name }</span> יפסיקו לפעול, ובמכשירים שבהם הוזן קוד כזה יידרש מפתח הגישה שלכם. קודי הגיבוי שלכם יישארו בתוקף, למקרה שיאבד.
confirm-stuck = לשם כך נדרשים אפליקציית אימות או מפתח גישה. הוסיפו קודם אחד מהם.
confirm-add-passkey = עם מפתח גישה מאמתים את הזהות בטביעת אצבע, בזיהוי פנים, בנעילת המסך או במפתח אבטחה, במקום להקליד קוד. קודם הזינו קוד.
confirm-add-passkey-with-passkey = עם מפתח גישה מאמתים את הזהות בטביעת אצבע, בזיהוי פנים, בנעילת המסך או במפתח אבטחה, במקום להקליד קוד. קודם אשרו שזה אתם.
confirm-wait-for-next = אם השתמשתם בקוד ממש עכשיו, המתינו לקוד הבא.
confirm-remove-passkey = מפתח הגישה <span class="who">{ $name }</span> יפסיק לפעול כאן, ובמכשירים שבהם השתמשתם בו יידרש קוד.
confirm-with-another = לאישור, השתמשו במפתח גישה אחר או בקוד.

## Buttons

confirm-button-codes = יצירת קודים חדשים
confirm-button-continue = המשך
confirm-button-remove = הסרה
confirm-button-disable = השבתה

## The page that makes a passkey

newpasskey-heading = יצירת מפתח גישה
newpasskey-lead = תנו לו שם שיזכיר לכם איפה הוא שמור. את השאר הדפדפן כבר יבקש.
newpasskey-name-hint = לדוגמה, ”טלפון” או ”מפתח אבטחה כחול”.
newpasskey-button = יצירת מפתח גישה
newpasskey-no-script = כדי להשתמש במפתחות גישה צריך JavaScript, שמושבת בדפדפן הזה.

## A second factor that must not be switched off

confirm-enforced-heading = האימות הדו־שלבי נשאר מופעל
confirm-enforced = אימות דו־שלבי הוא חובה בחשבון שלכם. אפשר להחליף את אפליקציית האימות, אבל לא להסיר אותה.
