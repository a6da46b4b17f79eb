### The frame of every page, and parts that several pages share.
###
### In every message, { $product } is the name of the application behind the gateway ("NetPilot"), and { $provider } is the
### name of the company whose account people sign in with ("Google"). Both are names of any gender and are not translated.

## Frame

frame-skip = التخطي إلى المحتوى
frame-protected = محمي بواسطة Postern
frame-not-you = ليس حسابك؟ تسجيل الخروج
frame-help = الحصول على مساعدة
frame-privacy = الخصوصية
frame-language = اللغة
frame-language-change = تغيير
frame-error-title = خطأ: { $title }
frame-mention = إذا تواصلت مع فريق الدعم، فاذكر <code>{ $code }</code> ورقم الطلب <code class="nobr">{ $id }</code>.

## Buttons and links of several pages

frame-cancel = إلغاء
frame-not-now = ليس الآن
frame-confirm = تأكيد
frame-sign-in = تسجيل الدخول
frame-sign-out = تسجيل الخروج
frame-go-on = متابعة
frame-try-again = إعادة المحاولة
frame-start-page = الانتقال إلى صفحة البداية
frame-to-account = الانتقال إلى حسابك
frame-back-unconfirmed = الرجوع بدون تأكيد

## Codes and passkeys: parts of several forms

frame-code-six = رمز مكوَّن من ستة أرقام
frame-code-six-hint = أدخل الرمز الحالي من تطبيق المصادقة.
frame-code = الرمز
frame-code-hint = ستة أرقام من تطبيق المصادقة، أو رمز احتياطي.
frame-use-passkey = استخدام مفتاح المرور
frame-or-code = أو أدخل رمزًا
frame-trust = عدم السؤال مجددًا على هذا الجهاز لمدة { $span }
frame-name = الاسم
frame-passkey-motto = لا يعمل مفتاح المرور إلا على هذا الموقع، فلا يمكن لأي موقع آخر سرقته.

## Said by the script

frame-copied = تم النسخ
frame-copied-said = تم النسخ إلى الحافظة.
frame-copy-failed = لم ينجح النسخ. حدِّد النص وانسخه بنفسك.
frame-passkey-exists = يوجد بالفعل على هذا الجهاز مفتاح مرور لحسابك.
frame-passkey-unused = لم يُستخدم مفتاح المرور. أعد المحاولة.
