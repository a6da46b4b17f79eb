### Signing in and out, and links that take a session to another address.

## The page with the button

signin-title = התחברות
signin-motto = הסיסמה שלכם נשארת אצל { $provider }. ב־{ $product } רואים רק את השם, התמונה וכתובת האימייל שלכם.
signin-heading = התחברות אל { $product }
signin-lead = השתמשו בחשבון { $provider } שלכם. אם האימות הדו־שלבי מופעל, נבקש לאחר מכן קוד.
signin-in-app = ייתכן שלא תוכלו להתחבר באמצעות { $provider } מתוך אפליקציה אחרת. פתחו את הדף הזה בדפדפן (חפשו בתפריט את ”פתיחה בדפדפן”).
signin-button = המשך עם { $provider }
signin-password = את הסיסמה מזינים אצל { $provider }, אף פעם לא כאן.
signin-ended = החיבור שלכם הסתיים. כדי להמשיך, התחברו שוב.
signin-cookie-damaged = הדפדפן שלח קובץ cookie פגום של החיבור, או כמה קבצים כאלה בבת אחת. אם ההתחברות לא עוזרת, מחקו את קובצי ה־cookie של האתר הזה.

## A sign-in that failed: headings

signin-heading-cancelled = ביטלתם את ההתחברות
signin-heading-expired = פג תוקף ההתחברות הזו
signin-heading-unreachable = אין לנו גישה אל { $provider }
signin-heading-not-working = ההתחברות לא פועלת כרגע
signin-heading-disabled = החשבון הזה מושבת
signin-heading-unreadable = לא ניתן לפתוח את החשבון הזה
signin-heading-not-allowed = החשבון הזה לא מורשה להתחבר
signin-heading-failed = ההתחברות לא הצליחה

## A sign-in that failed: explanations and links

signin-was-as = התחברתם אל { $provider } בתור { $account }.
signin-cancelled = ביטלתם את ההתחברות. אפשר להתחיל מחדש בכל עת.
signin-expired = ההתחברות נמשכה זמן רב מדי, כבר נעשה בה שימוש, או שהיא התחילה בדפדפן אחר. התחילו מחדש.
signin-unverifiable = לא הצלחנו לאמת את התשובה של { $provider }. התחילו מחדש. אם זה חוזר על עצמו, דווחו למנהלי המערכת.
signin-unreachable = אין לנו כרגע גישה אל { $provider }. נסו שוב בעוד דקה.
signin-email-unverified = כתובת האימייל של החשבון הזה לא אומתה. אמתו אותה אצל { $provider }, והתחברו שוב.
signin-not-allowed = החשבון הזה לא מורשה להתחבר כאן. השתמשו בחשבון אחר, או בקשו גישה ממנהלי המערכת.
signin-inactive = החשבון הזה מושבת. פנו למנהלי המערכת.
signin-email-taken = כתובת האימייל הזו כבר שייכת כאן לחשבון אחר. פנו למנהלי המערכת.
signin-unreadable = רשומה של החשבון הזה פגומה, ולכן לא ניתן לפתוח אותו. פנו למנהלי המערכת.
signin-store-unsuitable = קודם צריך לתקן את מסד הנתונים של השער. ההוראות נמצאות ביומן שלו. דווחו למנהלי המערכת.
signin-impossible = לא ניתן להתחבר כרגע. נסו שוב בעוד דקה.
signin-other-account = שימוש בחשבון אחר
signin-start-again = התחלה מחדש

## Signing out

signout-title = התנתקות
signout-motto = התנתקות כאן לא מנתקת אתכם מחשבון { $provider }.
signout-heading = להתנתק מ־{ $product }?
signout-lead = אתם מחוברים בתור <strong class="who">{ $person }</strong>.
signout-trusted = המכשיר הזה מהימן: בהתחברות הבאה כאן לא יידרש קוד.
signout-forget = להסיר את המכשיר הזה מהמכשירים המהימנים
signout-stay = להישאר מחוברים
signout-done-heading = התנתקתם
signout-done = במחשב משותף, התנתקו גם מחשבון { $provider }. אחרת, כל מי שישתמש במחשב יוכל להגיע עד לשלב האימות השני שלכם.
signout-done-trusted = במחשב משותף, התנתקו גם מחשבון { $provider }. אחרת, כל מי שישתמש במחשב יוכל להיכנס בלי קוד, כי המכשיר הזה מהימן.

## Links that take a session to another address of the gateway

handover-heading = לא ניתן לחבר אתכם באמצעות הקישור הזה
handover-malformed = הכתובת חלקית או שונתה.
handover-unknown = הקישור לא מוכר כאן, או שהחיבור שלכם הסתיים.
handover-used = כבר נעשה שימוש בקישור. כל קישור תקף לשימוש אחד.
handover-expired = פג תוקף הקישור. הוא תקף למשך דקה.
handover-other-host = הקישור מיועד לכתובת אחרת.
handover-no-binding = הדפדפן לא שלח קובץ cookie יחד עם הקישור.
handover-other-browser = הקישור נוצר עבור דפדפן אחר.
handover-session-changed = התחברתם מחדש או הזנתם קוד בזמן שהקישור היה בדרך.
handover-what-now = שום דבר לא השתנה. פתחו שוב את הדף שרציתם: אם אתם מחוברים, הוא ייפתח מיד.
handover-again = פתיחת הדף שוב
handover-no-cookies-heading = הדפדפן לא שומר קובצי cookie לכתובת הזו
handover-no-cookies = אתם מחוברים, אבל הכתובת { $host } צריכה קובץ cookie משלה כדי לזהות אתכם, והקובץ לא חזר.
handover-allow-cookies = אפשרו קובצי cookie עבור { $host } בהגדרות הדפדפן, ופתחו שוב את הדף.

## The end of a sign-in or verification in a window of its own, beside the application's page

renewed-title = בוצע
renewed-motto = חזרה למקום שבו הייתם.
renewed-heading = הפעולה הושלמה
renewed-lead = חזרו לחלון שממנו הגעתם: הוא ימשיך מעצמו. אפשר לסגור את החלון הזה.
