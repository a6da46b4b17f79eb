### Signing in and out, and links that take a session to another address.

## The page with the button

signin-title = تسجيل الدخول
signin-motto = تبقى كلمة مرورك لدى { $provider }، ولا يظهر في { $product } سوى اسمك وصورتك وعنوان بريدك الإلكتروني.
signin-heading = تسجيل الدخول إلى { $product }
signin-lead = استخدم حسابك على { $provider }. إذا كان التحقق بخطوتين مفعّلًا، فسنطلب منك رمزًا بعد ذلك.
signin-in-app = قد يتعذّر تسجيل الدخول باستخدام { $provider } من داخل تطبيق آخر. افتح هذه الصفحة في متصفحك بدلًا من ذلك (ابحث عن «فتح في المتصفح» في القائمة).
signin-button = المتابعة باستخدام { $provider }
signin-password = أدخل كلمة مرورك لدى { $provider } فقط، وليس هنا أبدًا.
signin-ended = انتهت جلستك. سجّل الدخول مجددًا للمتابعة.
signin-cookie-damaged = أرسل متصفحك ملف تعريف ارتباط تالفًا للجلسة، أو عدة ملفات معًا. إذا لم يحل تسجيل الدخول المشكلة، فاحذف ملفات تعريف الارتباط الخاصة بهذا الموقع.

## A sign-in that failed: headings

signin-heading-cancelled = ألغيت تسجيل الدخول
signin-heading-expired = انتهت صلاحية محاولة تسجيل الدخول
signin-heading-unreachable = يتعذّر الاتصال بخدمة { $provider }
signin-heading-not-working = تسجيل الدخول لا يعمل الآن
signin-heading-disabled = هذا الحساب معطّل
signin-heading-unreadable = يتعذّر فتح هذا الحساب
signin-heading-not-allowed = لا يُسمح لهذا الحساب بتسجيل الدخول
signin-heading-failed = لم ينجح تسجيل الدخول

## A sign-in that failed: explanations and links

signin-was-as = سجّلت الدخول إلى { $provider } باسم { $account }.
signin-cancelled = ألغيت تسجيل الدخول. يمكنك البدء من جديد متى شئت.
signin-expired = استغرقت محاولة تسجيل الدخول وقتًا أطول من اللازم، أو سبق استخدامها، أو بدأت في متصفح آخر. ابدأ من جديد.
signin-unverifiable = تعذّر علينا التحقق من الرد الوارد من { $provider }. ابدأ من جديد. إذا تكرر ذلك، فأبلغ المشرف.
signin-unreachable = يتعذّر علينا الاتصال بخدمة { $provider } الآن. أعد المحاولة بعد دقيقة.
signin-email-unverified = لم يتم التحقق من عنوان البريد الإلكتروني لهذا الحساب. تحقق منه لدى { $provider }، ثم سجّل الدخول مجددًا.
signin-not-allowed = لا يُسمح لهذا الحساب بتسجيل الدخول هنا. استخدم حسابًا آخر، أو اطلب الوصول من المشرف.
signin-inactive = هذا الحساب معطّل. تواصل مع المشرف.
signin-email-taken = عنوان البريد الإلكتروني هذا مرتبط بحساب آخر هنا. تواصل مع المشرف.
signin-unreadable = أحد سجلات هذا الحساب تالف، ولذلك يتعذّر فتحه. تواصل مع المشرف.
signin-store-unsuitable = يجب تصحيح قاعدة بيانات البوابة أولًا، ويوضّح سجلّها كيفية ذلك. أبلغ المشرف.
signin-impossible = يتعذّر تسجيل الدخول الآن. أعد المحاولة بعد دقيقة.
signin-other-account = استخدام حساب آخر
signin-start-again = البدء من جديد

## Signing out

signout-title = تسجيل الخروج
signout-motto = لا يؤدي تسجيل الخروج هنا إلى تسجيل خروجك من { $provider }.
signout-heading = هل تريد تسجيل الخروج من { $product }؟
signout-lead = سجّلت الدخول باسم <strong class="who">{ $person }</strong>.
signout-trusted = هذا الجهاز موثوق به، لذا لن يُطلب منك رمز عند تسجيل دخولك التالي هنا.
signout-forget = إلغاء الوثوق بهذا الجهاز
signout-stay = البقاء في الحساب
signout-done-heading = تم تسجيل خروجك
signout-done = على جهاز كمبيوتر مشترك، سجّل الخروج من { $provider } أيضًا. وإلا أمكن لأي شخص يستخدم الجهاز الوصول إلى خطوة التحقق الثانية.
signout-done-trusted = على جهاز كمبيوتر مشترك، سجّل الخروج من { $provider } أيضًا. وإلا أمكن لأي شخص يستخدم الجهاز الدخول بدون رمز، لأن هذا الجهاز موثوق به.

## Links that take a session to another address of the gateway

handover-heading = يتعذّر تسجيل دخولك باستخدام هذا الرابط
handover-malformed = العنوان غير مكتمل أو تم تغييره.
handover-unknown = الرابط غير معروف هنا، أو انتهت جلستك.
handover-used = سبق استخدام الرابط. يُستخدم كل رابط مرة واحدة فقط.
handover-expired = انتهت صلاحية الرابط. الرابط صالح لمدة دقيقة واحدة.
handover-other-host = الرابط مخصص لعنوان آخر.
handover-no-binding = لم يرسل متصفحك ملف تعريف ارتباط مع الرابط.
handover-other-browser = تم إنشاء الرابط لمتصفح آخر.
handover-session-changed = سجّلت الدخول من جديد أو أدخلت رمزًا أثناء إرسال الرابط.
handover-what-now = لم يتغيّر أي شيء. افتح الصفحة التي تريدها مجددًا: إذا كنت قد سجّلت الدخول، فستُفتح على الفور.
handover-again = فتح الصفحة مجددًا
handover-no-cookies-heading = لا يحفظ متصفحك ملفات تعريف الارتباط لهذا العنوان
handover-no-cookies = لقد سجّلت الدخول، ولكن العنوان { $host } يحتاج إلى ملف تعريف ارتباط خاص به للتعرّف عليك، ولم يُعِده متصفحك.
handover-allow-cookies = اسمح بملفات تعريف الارتباط للعنوان { $host } في إعدادات متصفحك، ثم افتح الصفحة مجددًا.

## The end of a sign-in or verification in a window of its own, beside the application's page

renewed-title = تم
renewed-motto = عودة إلى حيث كنت.
renewed-heading = تم الأمر
renewed-lead = ارجع إلى النافذة التي جئت منها: ستتابع العمل تلقائيًا. يمكنك إغلاق هذه النافذة.
