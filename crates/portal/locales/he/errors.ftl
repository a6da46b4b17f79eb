### Errors: a heading and an explanation each. The gateway is the program that asks for the sign-in; the application is what
### lies behind it.

error-motto = כשמשהו לא תקין, הגישה נשארת סגורה.
error-motto-good = להתראות בפעם הבאה.

## Errors of the gateway's own pages

error-not-found-heading = הדף לא נמצא
error-not-found = אין דף בכתובת הזו. בדקו אם יש בה שגיאות הקלדה.
error-method-heading = אין כאן תמיכה בפעולה הזו
error-method = הכתובת הזו מקבלת שיטות אחרות. הן מפורטות בכותרת Allow.
error-origin-heading = הבקשה הגיעה מאתר אחר
error-origin = הבקשה לא מציינת מקור, או שהמקור שלה לא מורשה לבצע את הפעולה. פתחו את הדף עצמו ונסו שוב.
error-other-host-heading = לא זמין בכתובת הזו
error-other-host = השער מבצע את הפעולה רק בכתובת הציבורית שלו. פתחו שם את הדף ונסו שוב.
error-form-heading = הטופס הזה לא עדכני
error-form = התחברתם או התנתקתם אחרי שפתחתם את הדף. שום דבר לא השתנה. טענו את הדף מחדש ונסו שוב.
error-too-large-heading = הבקשה גדולה מדי
error-too-large = הבקשה גדולה ממה שהדף הזה מקבל.
error-too-slow-heading = תם הזמן שהוקצב לבקשה
error-too-slow = הבקשה לא הגיעה בזמן. נסו שוב.
error-broken-heading = הבקשה לא שלמה
error-broken = חלק מהבקשה אבד. נסו שוב.
error-json-heading = נדרש JSON
error-json = שלחו JSON עם Content-Type: application/json.
error-media-type-heading = נדרש טופס
error-media-type = שלחו טופס עם Content-Type: application/x-www-form-urlencoded.
error-cookie-heading = קובץ ה־cookie של החיבור פגום
error-cookie = הדפדפן שלח קובץ cookie של החיבור שלא ניתן לקרוא, או כמה קבצים כאלה. התחברו שוב. אם זה חוזר על עצמו, מחקו את קובצי ה־cookie של האתר הזה.
error-cookies-heading = יותר מדי קובצי cookie
error-cookies = הדפדפן שולח לכתובת הזו יותר מ־16 ק״ב של קובצי cookie, שרובם נוצרו על ידי אפליקציות אחרות. מחקו את קובצי ה־cookie של האתר הזה בהגדרות הדפדפן, והתחברו שוב.
error-step-sign-in-heading = צריך להתחבר
error-step-sign-in = אתם לא מחוברים, או שהחיבור שלכם הסתיים.
error-step-verify-heading = הזנת הקוד
error-step-verify = קודם השלימו את שלב האימות השני.
error-step-up-heading = הזנת קוד חדש
error-step-up = לפעולה הזו נדרש קוד חדש.
error-step-passkey-heading = שימוש במפתח גישה
error-step-passkey = לפעולה הזו נדרש מפתח גישה.
error-step-enrol-heading = הגדרת אימות דו־שלבי
error-step-enrol = קודם הגדירו שלב אימות שני.
error-step-device-heading = קשרו את ההתחברות למכשיר הזה
error-step-device = נדרשת כאן התחברות שקשורה למכשיר שלכם.
error-refused-heading = הפעולה לא הצליחה
error-refused = הבקשה נדחתה.
error-busy-heading = יש עומס כרגע
error-busy = יותר מדי קודים נבדקים בו־זמנית. נסו שוב בעוד רגע.
error-store-heading = לא זמין באופן זמני
error-store = לא ניתן לבדוק כרגע את החיבור שלכם. שום דבר לא השתנה. נסו שוב בעוד דקה.
error-unreadable-heading = לא ניתן לפתוח את החשבון הזה
error-unreadable = רשומה של החשבון הזה פגומה, ולכן לא ניתן לפתוח אותו. פנו למנהלי המערכת.
error-internal-heading = משהו השתבש
error-internal = השגיאה נרשמה ביומן. לא בוצע שום שינוי נוסף. נסו שוב, או דווחו למנהלי המערכת.

## Headings of refusals in front of the application

refusal-address = זו לא הכתובת הנכונה
refusal-cookies = הדפדפן שולח יותר מדי קובצי cookie
refusal-unreadable = לא ניתן לקרוא את הבקשה
refusal-sign-in = צריך להתחבר שוב
refusal-forbidden = אין לכם גישה לכאן
refusal-not-found = אין כאן כלום
refusal-wait = המתינו רגע
refusal-no-answer = האפליקציה לא מגיבה
refusal-unavailable = לא זמין כרגע
refusal-too-long = התגובה מהאפליקציה מתעכבת
refusal-other = זה לא אפשרי כאן
refusal-right-address = פתיחת הכתובת הנכונה

## Explanations of these refusals

problem-unknown-host = שם המארח הזה לא מוכר כאן. פתחו במקומו את { $url }.
problem-method-not-allowed = אין תמיכה בשיטה הזו.
problem-bad-request = הבקשה לא תקינה.
problem-bad-request-body = גוף הבקשה לא תקין.
problem-bad-request-forward = לא ניתן להעביר את הבקשה הלאה כפי שהיא.
problem-ambiguous-path = הכתובת נכתבה בצורה ששרתים שונים מפרשים אחרת. כתבו אותה בצורה פשוטה.
problem-not-found = אין כאן כלום.
problem-sign-in-required = כדי להמשיך צריך להתחבר.
problem-second-factor-required = כדי להמשיך צריך להשלים את שלב האימות השני.
problem-enrolment-required = כדי להמשיך צריך להגדיר שלב אימות שני.
problem-second-factor-again = כדי להמשיך צריך להשלים שוב את שלב האימות השני.
problem-passkey-required = כדי להמשיך צריך להשתמש במפתח גישה.
problem-invalid-session-cookie = קובץ ה־cookie של החיבור לא נוצר אצלנו. מחקו את קובצי ה־cookie של האתר הזה והתחברו שוב.
problem-cookies-too-large = הדפדפן שולח לכתובת הזו יותר מ־16 ק״ב של קובצי cookie, שרובם נוצרו על ידי אפליקציות אחרות. מחקו את קובצי ה־cookie של האתר הזה בהגדרות הדפדפן, והתחברו שוב.
problem-forbidden = הכתובת הזו סגורה.
problem-forbidden-account = החשבון שלכם לא מורשה להשתמש בכתובת הזו.
problem-foreign-origin = הבקשה נשלחה מדף של אתר אחר.
problem-unavailable = לא ניתן לבדוק חיבורים כרגע. נסו שוב בעוד זמן קצר.
problem-upstream-failed = האפליקציה שלחה תגובה לא תקינה. נסו שוב בעוד דקה. אם הבעיה נמשכת, דווחו למנהלי האפליקציה.
problem-upstream-unavailable = האפליקציה שבכתובת הזו עמוסה או לא פועלת. נסו שוב בעוד זמן קצר.
problem-upstream-timeout = האפליקציה שבכתובת הזו לא הגיבה בזמן. ייתכן שהפעולה שביקשתם עדיין מתבצעת, לכן המתינו דקה לפני שתנסו שוב.
problem-not-allowed = החשבון הזה לא מורשה לפתוח את הכתובת הזו.
problem-own-page-checked = לא ניתן להגיע לדף ההתחברות: שרת ה־proxy של האתר דורש התחברות עוד לפני שהוא מציג אותו. דווחו למי שמפעיל את האתר.
problem-too-many-requests = הגיעו יותר מדי בקשות מכתובת הרשת שלכם. המתינו רגע ונסו שוב.
