### Setting up an authenticator app, and its backup codes.

## Introduction

enrol-progress = התקדמות ההגדרה
enrol-step-start = התחלה
enrol-step-scan = סריקה
enrol-step-create = יצירה
enrol-step-save = שמירה
enrol-title = הגדרת אימות דו־שלבי
enrol-heading = הגדרת אימות <span class="nobr">דו־שלבי</span>
enrol-heading-replace = החלפת אפליקציית האימות
enrol-motto = עם אימות דו־שלבי, סיסמה גנובה לא מספיקה כדי להיכנס.
enrol-lead-replace = מעבר לטלפון חדש או לאפליקציה אחרת. אפליקציית האימות הנוכחית תמשיך לפעול עד שהחדשה תאושר. לאחר מכן תקבלו קודי גיבוי חדשים, ותנותקו משאר המכשירים.
enrol-lead-asks = כדי לפתוח את <span class="who">{ $asks }</span> נדרש אימות דו־שלבי. ההגדרה נמשכת כשתי דקות.
enrol-lead-required = כדי להיכנס אל { $product } נדרש אימות דו־שלבי. ההגדרה נמשכת כשתי דקות.
enrol-lead = ההגדרה נמשכת כשתי דקות.
enrol-needs-ticket = כדי לוודא שזה אתם, נדרש קוד הרשמה. אפשר לקבל אותו ממנהלי המערכת.
enrol-plan-app = <strong>התקינו אפליקציית אימות</strong> כמו Google Authenticator או Aegis או 2FAS, או השתמשו במנהל הסיסמאות שלכם.
enrol-plan-scan = <strong>סרקו קוד QR</strong> והזינו את הקוד בן שש הספרות מהאפליקציה.
enrol-plan-choose = <strong>בחרו מה יאשר שזה אתם</strong>: אפליקציית אימות כמו Google Authenticator או Aegis או 2FAS, מנהל הסיסמאות שלכם, המכשיר הזה או מפתח אבטחה.
enrol-plan-set-up = <strong>הגדירו אותו</strong>: סרקו קוד QR באפליקציה והזינו את הקוד בן שש הספרות, או פעלו לפי הדפדפן.
enrol-plan-save = <strong>שמרו את קודי הגיבוי</strong> למקרה שתאבדו את הטלפון.
enrol-current-code = קוד נוכחי
enrol-current-code-hint = שש ספרות מאפליקציית האימות הנוכחית, או קוד גיבוי אם היא כבר לא ברשותכם.
enrol-ticket = קוד הרשמה
enrol-ticket-hint = 24 אותיות וספרות. תקף לשימוש אחד ולזמן מוגבל.
enrol-start = מתחילים
enrol-skip = דילוג בינתיים
enrol-without-app = או ללא אפליקציה
enrol-passkey-about = טביעת אצבע, זיהוי פנים, נעילת המסך או מפתח אבטחה מאשרים שזה אתם. אפשר להוסיף אפליקציה מאוחר יותר.
enrol-passkey-button = שימוש במכשיר הזה או במפתח אבטחה

## The QR code

enrol-scan-heading = הגדרת אפליקציית האימות
enrol-scan-heading-add = הוספת אפליקציית אימות
enrol-scan-motto = המפתח הזה מוצג רק לכם, ורק עד שההגדרה תושלם.
enrol-open-app = פתיחה באפליקציית האימות
enrol-scan-lead = סרקו את קוד ה־QR באפליקציית האימות, ואז הזינו את הקוד שמופיע בה.
enrol-qr = קוד QR לאפליקציית האימות
enrol-cannot-scan = לא ניתן לסרוק?
enrol-type-key = הזינו את המפתח הזה באפליקציה. אם תתבקשו לבחור סוג, בחרו <em>מבוסס זמן</em>:
enrol-copy-key = העתקת המפתח
enrol-open-app-here = פתיחה באפליקציה במכשיר הזה
enrol-code-hint = הקוד מתחלף כל 30 שניות.
enrol-name-hint = לדוגמה, ”טאבלט” או ”טלפון נוסף”.
enrol-valid-for = { $count ->
    [one] קוד ה־QR בתוקף לעוד דקה אחת.
    [two] קוד ה־QR בתוקף לעוד שתי דקות.
   *[other] קוד ה־QR בתוקף לעוד { $count } דקות.
}
enrol-no-app = אין אפליקציה? <a href="{ $link }">אפשר להשתמש במכשיר הזה או במפתח אבטחה</a>.

## A passkey instead of an app

enrol-step-valid-for = { $count ->
    [one] השלב הזה בתוקף לעוד דקה אחת.
    [two] השלב הזה בתוקף לעוד שתי דקות.
   *[other] השלב הזה בתוקף לעוד { $count } דקות.
}
enrol-use-app = שימוש באפליקציית אימות במקום זאת

## Backup codes

codes-heading = שמירת קודי הגיבוי
codes-motto = שמרו את הקודים במקום בטוח, ולא בטלפון שבו נמצאת אפליקציית האימות.
codes-lead-enrolled = האימות הדו־שלבי מופעל. אם תאבדו את הטלפון, כל אחד מהקודים האלה יאפשר לכם להתחבר פעם אחת. <strong>אחרי הדף הזה הקודים לא יוצגו שוב.</strong>
codes-lead-replaced = הקודים הישנים כבר לא תקפים. אם תאבדו את הטלפון, כל אחד מהקודים האלה יאפשר לכם להתחבר פעם אחת. <strong>אחרי הדף הזה הקודים לא יוצגו שוב.</strong>
codes-printed = קודי גיבוי של { $product } עבור { $person }. כל קוד תקף לשימוש אחד.
codes-copy = העתקה
codes-download = הורדה
codes-print = הדפסה
codes-saved = שמרתי את הקודים
codes-file-title = קודי גיבוי של { $product }
codes-file-once = כל קוד תקף לשימוש אחד.
codes-done-already-heading = הפעולה כבר בוצעה
codes-done-already = הפעולה הצליחה כבר בפעם הראשונה. לא בוצע שינוי נוסף.
codes-done-already-lost = אם לא שמרתם את קודי הגיבוי, צרו קודים חדשים. הקודים הנוכחיים יפסיקו אז לפעול.
codes-make-new = יצירת קודי גיבוי חדשים
