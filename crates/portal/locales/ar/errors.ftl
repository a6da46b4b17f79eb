### Errors: a heading and an explanation each. The gateway is the program that asks for the sign-in; the application is what
### lies behind it.

error-motto = يظل الدخول مغلقًا عند حدوث أي خلل.
error-motto-good = إلى اللقاء.

## Errors of the gateway's own pages

error-not-found-heading = لم يتم العثور على الصفحة
error-not-found = لا توجد صفحة في هذا العنوان. تحقق من عدم وجود أخطاء إملائية فيه.
error-method-heading = غير متاح هنا
error-method = يقبل هذا العنوان طرقًا أخرى مدرجة في الترويسة Allow.
error-origin-heading = ورد هذا الطلب من موقع آخر
error-origin = لا يحدِّد الطلب مصدره، أو أن مصدره غير مسموح له بهذا الإجراء. افتح الصفحة نفسها وأعد المحاولة.
error-other-host-heading = غير متاح في هذا العنوان
error-other-host = لا تنفّذ البوابة هذا الإجراء إلا في عنوانها العام. افتح الصفحة هناك وأعد المحاولة.
error-form-heading = هذا النموذج قديم
error-form = سجّلت الدخول أو الخروج بعد فتح هذه الصفحة. لم يتغيّر أي شيء. أعد تحميل الصفحة ثم أعد المحاولة.
error-too-large-heading = الطلب كبير جدًا
error-too-large = يتجاوز حجم الطلب ما تقبله هذه الصفحة.
error-too-slow-heading = انتهت مهلة الطلب
error-too-slow = لم يصل الطلب في الوقت المحدد. أعد المحاولة.
error-broken-heading = الطلب غير مكتمل
error-broken = فُقد جزء من الطلب. أعد المحاولة.
error-json-heading = مطلوب JSON
error-json = أرسِل JSON مع Content-Type: application/json.
error-media-type-heading = مطلوب نموذج
error-media-type = أرسِل نموذجًا مع Content-Type: application/x-www-form-urlencoded.
error-cookie-heading = ملف تعريف ارتباط الجلسة تالف
error-cookie = أرسل متصفحك ملف تعريف ارتباط للجلسة تتعذّر قراءته، أو أرسل عدة ملفات. سجّل الدخول مجددًا. إذا تكرر ذلك، فاحذف ملفات تعريف الارتباط الخاصة بهذا الموقع.
error-cookies-heading = عدد كبير جدًا من ملفات تعريف الارتباط
error-cookies = يرسل متصفحك إلى هذا العنوان أكثر من 16 كيلوبايت من ملفات تعريف الارتباط، ومعظمها من تطبيقات أخرى. احذف ملفات تعريف الارتباط الخاصة بهذا الموقع من إعدادات المتصفح، ثم سجّل الدخول مجددًا.
error-step-sign-in-heading = يُرجى تسجيل الدخول
error-step-sign-in = لم تسجّل الدخول، أو انتهت جلستك.
error-step-verify-heading = أدخل الرمز
error-step-verify = أكمل خطوة التحقق الثانية أولًا.
error-step-up-heading = أدخل رمزًا جديدًا
error-step-up = يتطلب هذا الإجراء رمزًا جديدًا.
error-step-passkey-heading = استخدم مفتاح مرور
error-step-passkey = يتطلب هذا الإجراء مفتاح مرور.
error-step-enrol-heading = إعداد التحقق بخطوتين
error-step-enrol = يجب إعداد خطوة تحقق ثانية أولًا.
error-step-device-heading = اربط جلستك بهذا الجهاز
error-step-device = يتطلب هذا جلسة مرتبطة بجهازك.
error-refused-heading = لم ينجح ذلك
error-refused = تم رفض الطلب.
error-busy-heading = الخدمة مشغولة الآن
error-busy = يجري التحقق من عدد كبير جدًا من الرموز في الوقت نفسه. أعد المحاولة بعد لحظات.
error-store-heading = الخدمة غير متاحة مؤقتًا
error-store = يتعذّر التحقق من جلستك الآن. لم يتغيّر أي شيء. أعد المحاولة بعد دقيقة.
error-unreadable-heading = يتعذّر فتح هذا الحساب
error-unreadable = أحد سجلات هذا الحساب تالف، ولذلك يتعذّر فتحه. تواصل مع المشرف.
error-internal-heading = حدث خطأ
error-internal = تم تسجيل الخطأ. لم يتغيّر أي شيء آخر. أعد المحاولة، أو أبلغ المشرف.

## Headings of refusals in front of the application

refusal-address = هذا ليس العنوان الصحيح
refusal-cookies = يرسل متصفحك عددًا كبيرًا جدًا من ملفات تعريف الارتباط
refusal-unreadable = تتعذّر قراءة الطلب
refusal-sign-in = يُرجى تسجيل الدخول مجددًا
refusal-forbidden = غير مسموح لك بالوصول
refusal-not-found = لا يوجد شيء هنا
refusal-wait = يُرجى الانتظار لحظة
refusal-no-answer = التطبيق لا يستجيب
refusal-unavailable = غير متاح حاليًا
refusal-too-long = يستغرق التطبيق وقتًا أطول من اللازم
refusal-other = هذا غير ممكن هنا
refusal-right-address = فتح العنوان الصحيح

## Explanations of these refusals

problem-unknown-host = هذا المضيف غير متاح هنا. افتح { $url } بدلًا منه.
problem-method-not-allowed = هذه الطريقة غير متاحة.
problem-bad-request = صيغة الطلب غير صحيحة.
problem-bad-request-body = صيغة نص الطلب غير صحيحة.
problem-bad-request-forward = تتعذّر إعادة توجيه الطلب بصيغته الحالية.
problem-ambiguous-path = العنوان مكتوب بصيغة تفسّرها الخوادم بطرق مختلفة. اكتبه بصيغة بسيطة.
problem-not-found = لا يوجد شيء هنا.
problem-sign-in-required = سجّل الدخول للمتابعة.
problem-second-factor-required = أكمل خطوة التحقق الثانية للمتابعة.
problem-enrolment-required = للمتابعة، يجب إعداد خطوة تحقق ثانية.
problem-second-factor-again = أكمل خطوة التحقق الثانية مجددًا للمتابعة.
problem-passkey-required = استخدم مفتاح مرور للمتابعة.
problem-invalid-session-cookie = ملف تعريف ارتباط الجلسة ليس صادرًا منّا. احذف ملفات تعريف الارتباط الخاصة بهذا الموقع، ثم سجّل الدخول مجددًا.
problem-cookies-too-large = يرسل متصفحك إلى هذا العنوان أكثر من 16 كيلوبايت من ملفات تعريف الارتباط، ومعظمها من تطبيقات أخرى. احذف ملفات تعريف الارتباط الخاصة بهذا الموقع من إعدادات المتصفح، ثم سجّل الدخول مجددًا.
problem-forbidden = هذا العنوان مغلق.
problem-forbidden-account = لا يُسمح لحسابك باستخدام هذا العنوان.
problem-foreign-origin = صدر الطلب من صفحة في موقع آخر.
problem-unavailable = يتعذّر التحقق من الجلسات حاليًا. أعد المحاولة بعد قليل.
problem-upstream-failed = أرسل التطبيق استجابة غير صالحة. أعد المحاولة بعد دقيقة. إذا استمرت المشكلة، فأبلغ مشرف التطبيق.
problem-upstream-unavailable = التطبيق الموجود في هذا العنوان مشغول أو متوقف. أعد المحاولة بعد قليل.
problem-upstream-timeout = لم يستجب التطبيق الموجود في هذا العنوان في الوقت المحدد. ربما لا يزال طلبك قيد التنفيذ، لذا انتظر دقيقة قبل إعادة المحاولة.
problem-not-allowed = لا يُسمح لهذا الحساب بفتح هذا العنوان.
problem-own-page-checked = يتعذّر الوصول إلى صفحة تسجيل الدخول، لأن الخادم الوكيل لهذا الموقع يطلب تسجيل الدخول قبل عرضها. أبلغ الجهة التي تدير الموقع.
problem-too-many-requests = وردت طلبات كثيرة جدًا من عنوان شبكتك. انتظر لحظة ثم أعد المحاولة.
