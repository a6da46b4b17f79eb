### The account page.

account-title = החשבון שלכם
account-navigation = חשבון
account-open = מעבר אל { $product }

## Second factor

account-factor = אימות דו־שלבי
account-factor-about = השלב השני, אחרי ההתחברות באמצעות { $provider }.
account-apps = אפליקציות אימות
account-app = אפליקציית אימות
account-on = מופעל
account-off = מושבת
account-apps-none = שש ספרות שמתחלפות כל 30 שניות. אין לכם אף אפליקציה. הוסיפו אחת, כדי שגם אם המכשיר יאבד לא תינעלו מחוץ לחשבון.
account-apps-one = שש ספרות שמתחלפות כל 30 שניות. הוסיפו עוד אפליקציה, כדי שגם אם הטלפון יאבד לא תינעלו מחוץ לחשבון.
account-apps-several = שש ספרות שמתחלפות כל 30 שניות. אפשר להזין קוד מכל אחת מהאפליקציות האלה.
account-add-app = הוספת אפליקציה
account-switch-off = השבתה
account-badge-app = אפליקציה
account-badge-passkey = מפתח גישה
account-replace = החלפה
account-off-about = חשבון { $provider } שלכם מספיק כדי להיכנס אל { $product }.
account-set-up = הגדרה

## Lines about an app, a passkey, a device or a session. They stand one behind the other with " · " between them

account-added = הוספה: { $when }
account-last-used = שימוש אחרון: { $when }
account-not-used = טרם נעשה שימוש
account-synced = מסונכרן עם המכשירים האחרים שלכם
account-trusted = הוגדר כמהימן { $when }
account-until = עד { $time }
account-active-now = פעיל עכשיו
account-last-seen = פעילות אחרונה: { $when }
account-signed-in = התחברות: { $when }

## Names and buttons

account-rename = שינוי השם
account-save = שמירה
account-app-name = השם של האפליקציה הזו
account-passkey-name = שם חדש
account-remove = הסרה
account-remove-named = הסרה של { $name }
account-remove-all = הסרת הכול

## Passkeys and backup codes

account-passkeys = מפתחות גישה ומפתחות אבטחה
account-passkeys-about = במקום להזין קוד, אמתו את זהותכם בטביעת אצבע, בזיהוי פנים, בנעילת המסך או במפתח אבטחה.
account-add-passkey = הוספת מפתח גישה
account-codes = קודי גיבוי
account-codes-left = { $count ->
    [one] נותר { $count }
    [two] נותרו { $count }
   *[other] נותרו { $count }
}
account-codes-none = לא נותרו לכם קודים. אם תאבדו עכשיו את הטלפון, תצטרכו את עזרת מנהלי המערכת כדי להתחבר שוב.
account-codes-low = הקודים עומדים להיגמר. צרו קודים חדשים לפני שתזדקקו להם.
account-codes-about = למקרה שהטלפון לא לידכם. כל קוד תקף לשימוש אחד.
account-make-codes = יצירת קודים חדשים

## Trusted devices

account-devices = מכשירים מהימנים
account-devices-about = במכשירים האלה אפשר להתחבר בלי קוד לפרק זמן מוגבל. כדי לשנות משהו בחשבון עדיין נדרש קוד.
account-this-device = המכשיר הזה
account-remove-device = הסרה של { $device }, הוגדר כמהימן { $when }
account-devices-none = אין. כשתזינו קוד במכשיר שרק אתם משתמשים בו, סמנו ”לא לשאול שוב במכשיר הזה”.

## Sessions

account-sessions = איפה אתם מחוברים
account-sessions-about = נתקו כל מכשיר שאתם לא מזהים.
account-waiting = ממתין לקוד
account-bound = קשור למכשיר
account-sign-out-device = התנתקות: { $device }, פעילות אחרונה: { $when }
account-older-sessions = { $count ->
    [one] הצגת חיבור אחד ישן יותר
    [two] הצגת שני חיבורים ישנים יותר
   *[other] הצגת { $count } חיבורים ישנים יותר
}
account-sign-out-others = התנתקות מכל שאר המכשירים

## Activity

account-activity = פעילות אחרונה
account-activity-about = יש כאן פעולה שלא אתם ביצעתם? התנתקו מכל שאר המכשירים ודווחו למנהלי המערכת.
account-activity-none = אין עדיין פעילות.
account-older-activity = הצגת פעילות ישנה יותר
account-origin = { $device }, { $address }

## Devices

device-both = { $browser } ב־{ $system }
device-browser = { $browser }
device-system = דפדפן לא מוכר ב־{ $system }
device-unknown = מכשיר לא מוכר
device-android-app = אפליקציית Android

## Confirmations at the top of the page

done-session = המכשיר נותק.
done-others = התנתקתם מכל שאר המכשירים.
done-not-me = התנתקתם מכל שאר המכשירים, ואין יותר מכשירים מהימנים. כעת הסירו למטה את מה שאינו שלכם, צרו קודי גיבוי חדשים ודווחו למנהלי המערכת.
done-none = המכשיר כבר היה מנותק.
done-authenticator = האפליקציה מוכנה. מעכשיו אפשר להזין קודים מכל האפליקציות שלכם.
done-authenticator-renamed = שם האפליקציה שונה.
done-authenticator-removed = הקודים מהאפליקציה הזו כבר לא תקפים כאן. מחקו את הרשומה גם באפליקציה עצמה.
done-authenticator-gone = האפליקציה כבר הוסרה.
done-authenticator-only = זו אפליקציית האימות היחידה שלכם. קודם הוסיפו עוד אחת, או החליפו אותה.
done-authenticators-full = הגעתם למספר המרבי של אפליקציות אימות בחשבון. קודם הסירו אחת מהן.
done-device = המכשיר כבר לא נחשב מהימן. בהתחברות הבאה יידרש בו קוד.
done-devices = אין יותר מכשירים מהימנים. בהתחברות הבאה יידרש קוד בכל אחד מהם.
done-device-gone = המכשיר כבר הוסר מהמכשירים המהימנים.
done-passkey = מפתח הגישה מוכן. בפעם הבאה השתמשו בו במקום בקוד.
done-passkey-renamed = השם של מפתח הגישה שונה.
done-passkey-removed = מפתח הגישה כבר לא תקף כאן. אם המכשיר עדיין מציע אותו, מחקו אותו גם שם.
done-passkey-gone = מפתח הגישה כבר הוסר.
done-passkey-only = מפתח הגישה הזה הוא כל מה שיש לכם. הוסיפו קודם אפליקציית אימות או מפתח גישה נוסף.
done-disabled = האימות הדו־שלבי מושבת.

## "This was not me": where mail about a change leads

notme-title = זה לא הייתי אני
notme-motto = כל מי שמחובר מלבדכם יצטרך להתחיל מחדש.
notme-heading = האם זה היה מישהו אחר?
notme-lead = החשבון <strong class="who">{ $person }</strong> ינותק מ־{ $product } בכל שאר המכשירים, ולא יישארו מכשירים מהימנים. כאן תישארו מחוברים.
notme-after = לאחר מכן בדקו את החשבון שלכם: הסירו אפליקציות אימות ומפתחות גישה שאינם שלכם, צרו קודי גיבוי חדשים, שנו את הסיסמה של חשבון { $provider } שלכם ודווחו למנהלי המערכת.
notme-after-single = לאחר מכן הגדירו גורם אימות שני בחשבון שלכם, שנו את הסיסמה של חשבון { $provider } שלכם ודווחו למנהלי המערכת.
notme-end = ניתוק כל שאר המכשירים
notme-mine = זה הייתי אני
