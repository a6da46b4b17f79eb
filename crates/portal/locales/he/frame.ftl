### The frame of every page, and parts that several pages share.
###
### In every message, { $product } is the name of the application behind the gateway ("NetPilot"), and { $provider } is the
### name of the company whose account people sign in with ("Google"). Both are names of any gender and are not translated.

## Frame

frame-skip = דילוג לתוכן
frame-protected = מוגן באמצעות Postern
frame-not-you = זה לא אתם? התנתקות
frame-help = עזרה
frame-privacy = פרטיות
frame-language = שפה
frame-language-change = שינוי
frame-error-title = שגיאה: { $title }
frame-mention = בפנייה לתמיכה, ציינו את <code>{ $code }</code> ואת מספר הבקשה <code class="nobr">{ $id }</code>.

## Buttons and links of several pages

frame-cancel = ביטול
frame-not-now = לא עכשיו
frame-confirm = אישור
frame-sign-in = התחברות
frame-sign-out = התנתקות
frame-go-on = המשך
frame-try-again = ניסיון נוסף
frame-start-page = לדף הבית
frame-to-account = לחשבון שלכם
frame-back-unconfirmed = חזרה בלי לאשר

## Codes and passkeys: parts of several forms

frame-code-six = קוד בן שש ספרות
frame-code-six-hint = הזינו את הקוד הנוכחי מאפליקציית האימות.
frame-code = קוד
frame-code-hint = שש ספרות מאפליקציית האימות, או קוד גיבוי.
frame-use-passkey = שימוש במפתח הגישה
frame-or-code = או הזנת קוד
frame-trust = לא לשאול שוב במכשיר הזה במשך { $span }
frame-name = שם
frame-passkey-motto = מפתח גישה פועל רק באתר הזה, ולכן אף אתר אחר לא יכול לגנוב אותו.

## Said by the script

frame-copied = הועתק
frame-copied-said = הועתק ללוח.
frame-copy-failed = ההעתקה לא הצליחה. סמנו את הטקסט והעתיקו אותו ידנית.
frame-passkey-exists = כבר יש במכשיר הזה מפתח גישה לחשבון שלכם.
frame-passkey-unused = לא נעשה שימוש במפתח הגישה. נסו שוב.
