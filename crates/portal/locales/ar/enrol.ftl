### Setting up an authenticator app, and its backup codes.

## Introduction

enrol-progress = مراحل الإعداد
enrol-step-start = البدء
enrol-step-scan = المسح الضوئي
enrol-step-create = الإنشاء
enrol-step-save = الحفظ
enrol-title = إعداد التحقق بخطوتين
enrol-heading = إعداد <span class="nobr">التحقق بخطوتين</span>
enrol-heading-replace = استبدال تطبيق المصادقة
enrol-motto = مع التحقق بخطوتين، لا تكفي كلمة مرور مسروقة للدخول.
enrol-lead-replace = انتقل إلى هاتف جديد أو تطبيق آخر. سيظل تطبيق المصادقة الحالي يعمل إلى أن يتم تأكيد التطبيق الجديد. بعد ذلك، ستحصل على رموز احتياطية جديدة، وسيتم تسجيل خروجك من أجهزتك الأخرى.
enrol-lead-asks = يتطلب فتح <span class="who">{ $asks }</span> التحقق بخطوتين. يستغرق الإعداد دقيقتين تقريبًا.
enrol-lead-required = يتطلب فتح { $product } التحقق بخطوتين. يستغرق الإعداد دقيقتين تقريبًا.
enrol-lead = يستغرق الإعداد دقيقتين تقريبًا.
enrol-needs-ticket = للتأكد من هويتك، يلزم إدخال رمز إعداد. يمكنك الحصول عليه من المشرف.
enrol-plan-app = <strong>ثبِّت تطبيق مصادقة</strong> مثل Google Authenticator أو Aegis أو 2FAS، أو استخدم مدير كلمات المرور لديك.
enrol-plan-scan = <strong>امسح رمز QR ضوئيًا</strong> وأدخل الرمز المكوَّن من ستة أرقام من التطبيق.
enrol-plan-choose = <strong>اختر ما يؤكد أنك صاحب الحساب</strong>: تطبيق مصادقة مثل Google Authenticator أو Aegis أو 2FAS، أو مدير كلمات المرور لديك، أو هذا الجهاز، أو مفتاح أمان.
enrol-plan-set-up = <strong>قم بإعداده</strong>: امسح رمز QR ضوئيًا بالتطبيق وأدخل الرمز المكوَّن من ستة أرقام، أو اتبع تعليمات المتصفح.
enrol-plan-save = <strong>احفظ رموزك الاحتياطية</strong> تحسُّبًا لفقدان هاتفك.
enrol-current-code = الرمز الحالي
enrol-current-code-hint = ستة أرقام من تطبيق المصادقة الحالي، أو رمز احتياطي إذا لم يعد التطبيق متاحًا لك.
enrol-ticket = رمز الإعداد
enrol-ticket-hint = 24 حرفًا ورقمًا. يُستخدم مرة واحدة فقط، ولمدة محدودة.
enrol-start = البدء
enrol-skip = التخطي الآن
enrol-without-app = أو بدون تطبيق
enrol-passkey-about = تؤكد بصمة إصبعك أو وجهك أو قفل الشاشة أو مفتاح أمان أنك صاحب الحساب. يمكنك إضافة تطبيق لاحقًا.
enrol-passkey-button = استخدام هذا الجهاز أو مفتاح أمان

## The QR code

enrol-scan-heading = إعداد تطبيق المصادقة
enrol-scan-heading-add = إضافة تطبيق مصادقة
enrol-scan-motto = لا يظهر هذا المفتاح إلا لك، وإلى أن يكتمل الإعداد فقط.
enrol-open-app = فتح في تطبيق المصادقة
enrol-scan-lead = امسح رمز QR هذا ضوئيًا باستخدام تطبيق المصادقة، ثم أدخل الرمز الذي يظهر فيه.
enrol-qr = رمز QR لتطبيق المصادقة
enrol-cannot-scan = هل يتعذّر المسح الضوئي؟
enrol-type-key = أدخل هذا المفتاح في تطبيقك. إذا طُلب منك تحديد النوع، فاختر <em>مستند إلى الوقت</em>:
enrol-copy-key = نسخ المفتاح
enrol-open-app-here = فتح في تطبيق على هذا الجهاز
enrol-code-hint = يتغيّر الرمز كل 30 ثانية.
enrol-name-hint = على سبيل المثال، «جهاز لوحي» أو «هاتف احتياطي».
enrol-valid-for = { $count ->
    [zero] رمز QR هذا صالح لأقل من دقيقة.
    [one] رمز QR هذا صالح لدقيقة واحدة أخرى.
    [two] رمز QR هذا صالح لدقيقتين أخريين.
    [few] رمز QR هذا صالح لمدة { $count } دقائق أخرى.
    [many] رمز QR هذا صالح لمدة { $count } دقيقة أخرى.
   *[other] رمز QR هذا صالح لمدة { $count } دقيقة أخرى.
}
enrol-no-app = ليس لديك تطبيق؟ <a href="{ $link }">استخدم هذا الجهاز أو مفتاح أمان بدلًا منه</a>.

## A passkey instead of an app

enrol-step-valid-for = { $count ->
    [zero] هذه الخطوة صالحة لأقل من دقيقة.
    [one] هذه الخطوة صالحة لدقيقة واحدة أخرى.
    [two] هذه الخطوة صالحة لدقيقتين أخريين.
    [few] هذه الخطوة صالحة لمدة { $count } دقائق أخرى.
    [many] هذه الخطوة صالحة لمدة { $count } دقيقة أخرى.
   *[other] هذه الخطوة صالحة لمدة { $count } دقيقة أخرى.
}
enrol-use-app = استخدام تطبيق مصادقة بدلًا من ذلك

## Backup codes

codes-heading = حفظ رموزك الاحتياطية
codes-motto = احتفظ بهذه الرموز في مكان آمن، لا على الهاتف الذي يوجد عليه تطبيق المصادقة.
codes-lead-enrolled = تم تفعيل التحقق بخطوتين. إذا فقدت هاتفك، فسيتيح لك كل رمز من هذه الرموز تسجيل الدخول مرة واحدة. <strong>لن تظهر لك مجددًا بعد هذه الصفحة.</strong>
codes-lead-replaced = لم تعد رموزك القديمة صالحة. إذا فقدت هاتفك، فسيتيح لك كل رمز من هذه الرموز تسجيل الدخول مرة واحدة. <strong>لن تظهر لك مجددًا بعد هذه الصفحة.</strong>
codes-printed = الرموز الاحتياطية في { $product } للمستخدم { $person }. يُستخدم كل رمز مرة واحدة فقط.
codes-copy = نسخ
codes-download = تنزيل
codes-print = طباعة
codes-saved = حفظتُ الرموز
codes-file-title = الرموز الاحتياطية في { $product }
codes-file-once = يُستخدم كل رمز مرة واحدة فقط.
codes-done-already-heading = سبق إتمام هذا الإجراء
codes-done-already = نجح الإجراء في المرة الأولى، ولم يتغيّر أي شيء مرة أخرى.
codes-done-already-lost = إذا لم تحفظ رموزك الاحتياطية، فأنشئ رموزًا جديدة. عندئذٍ تتوقف الرموز الحالية عن العمل.
codes-make-new = إنشاء رموز احتياطية جديدة
