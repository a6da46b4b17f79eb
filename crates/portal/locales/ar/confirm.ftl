### Pages that ask for a code or a passkey before the ways to sign in are changed, and the page that makes a passkey.

confirm-motto = تغيير طريقة تسجيل الدخول يتطلب دائمًا رمزًا جديدًا.
confirm-motto-passkey = تغيير طريقة تسجيل الدخول يتطلب دائمًا رمزًا جديدًا أو مفتاح المرور.

## Headings

confirm-heading-codes = إنشاء رموز احتياطية جديدة
confirm-heading-add-app = إضافة تطبيق مصادقة
confirm-heading-remove-app = إزالة تطبيق مصادقة
confirm-heading-add-passkey = إضافة مفتاح مرور
confirm-heading-remove-passkey = إزالة مفتاح مرور
confirm-heading-disable = إيقاف التحقق بخطوتين

## Explanations

confirm-disable = سيؤدي ذلك إلى إزالة تطبيقات المصادقة والرموز الاحتياطية ومفاتيح المرور وتسجيل خروجك من كل الأجهزة الأخرى. بعد ذلك، سيكفي حسابك على { $provider } وحده لفتح { $product }.
confirm-codes = ستتوقف رموزك الاحتياطية الحالية عن العمل، وستحصل على رموز جديدة.
confirm-add-app = يُقبل رمز من أي تطبيق من تطبيقات المصادقة لديك، فلا يمنعك فقدان جهاز واحد من الوصول إلى حسابك. أدخل أولًا رمزًا من تطبيق لديك.
confirm-add-app-with-passkey = يُقبل رمز من أي تطبيق من تطبيقات المصادقة لديك، فلا يمنعك فقدان جهاز واحد من الوصول إلى حسابك. أكِّد هويتك أولًا.
confirm-remove-app = ستتوقف رموز <span class="who">{ $name }</span> عن العمل، وسيُطلب رمز آخر من الأجهزة التي استخدمت أحدها. وستبقى رموزك الاحتياطية صالحة.
confirm-remove-only-app = ستتوقف رموز <span class="who">{ $name }</span> عن العمل، وسيُطلب مفتاح المرور من الأجهزة التي استخدمت أحدها. وستبقى رموزك الاحتياطية صالحة في حال فقدته.
confirm-stuck = يتطلب هذا تطبيق مصادقة أو مفتاح مرور. أضف أحدهما أولًا.
confirm-add-passkey = باستخدام مفتاح مرور، تؤكِّد هويتك ببصمة إصبعك أو وجهك أو قفل الشاشة أو مفتاح أمان، بدلًا من كتابة رمز. أدخل رمزًا أولًا.
confirm-add-passkey-with-passkey = باستخدام مفتاح مرور، تؤكِّد هويتك ببصمة إصبعك أو وجهك أو قفل الشاشة أو مفتاح أمان، بدلًا من كتابة رمز. أكِّد هويتك أولًا.
confirm-wait-for-next = إذا استخدمت رمزًا للتو، فانتظر الرمز التالي.
confirm-remove-passkey = سيتوقف مفتاح المرور <span class="who">{ $name }</span> عن العمل هنا، وسيُطلب رمز من الأجهزة التي استخدمته.
confirm-with-another = للتأكيد، استخدم مفتاح مرور آخر أو رمزًا.

## Buttons

confirm-button-codes = إنشاء رموز جديدة
confirm-button-continue = متابعة
confirm-button-remove = إزالة
confirm-button-disable = إيقاف

## The page that makes a passkey

newpasskey-heading = إنشاء مفتاح المرور
newpasskey-lead = اختر له اسمًا يذكّرك بمكان حفظه. وسيطلب متصفحك الباقي.
newpasskey-name-hint = على سبيل المثال، «هاتف» أو «مفتاح أمان أزرق».
newpasskey-button = إنشاء مفتاح المرور
newpasskey-no-script = تتطلب مفاتيح المرور JavaScript، وهي غير مفعّلة في هذا المتصفح.

## A second factor that must not be switched off

confirm-enforced-heading = سيظل التحقق بخطوتين مفعّلًا
confirm-enforced = التحقق بخطوتين إلزامي في حسابك. يمكنك استبدال تطبيق المصادقة، ولكن لا يمكنك إزالته.
