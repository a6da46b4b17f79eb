### Pages that ask for the second factor, the page of a locked factor, and what is said about a code that was not accepted.

## Entering a code

verify-heading = أدخل الرمز
verify-heading-again = تأكيد هويتك
verify-heading-passkey = استخدام مفتاح المرور
verify-heading-backup = أدخل رمزًا احتياطيًا
verify-motto = تم تأكيد هويتك باستخدام { $provider }. بقيت خطوة واحدة.
verify-motto-again = يؤكِّد الرمز الجديد أنك ما زلت أمام هذه الشاشة.
verify-asks = يتطلب فتح <span class="who">{ $asks }</span> رمزًا جديدًا، رغم أنك سجّلت الدخول.
verify-asks-something = يتطلب الإجراء الذي توشك على تنفيذه رمزًا جديدًا، رغم أنك سجّلت الدخول.
verify-asks-passkey = يتطلب فتح <span class="who">{ $asks }</span> مفتاح مرور. يمكنك تسجيل الدخول برمز، لكنه لا يكفي هناك.
verify-asks-first-passkey = يتطلب فتح <span class="who">{ $asks }</span> مفتاح مرور. سجّل الدخول برمز أولًا، ثم أضف مفتاح مرور.
verify-choice = طريقة التحقق
verify-app = تطبيق المصادقة
verify-backup = رمز احتياطي
verify-backup-hint = أحد الرموز التي حفظتها أثناء الإعداد. يُستخدم كل رمز مرة واحدة فقط.
verify-offer-passkey = في المرة القادمة، أريد استخدام بصمة إصبعي أو وجهي أو قفل الشاشة بدلًا من ذلك (يتطلب ذلك رمزًا آخر الآن)
verify-button = التحقق
verify-codes-left = { $count ->
    [zero] لم يتبقَّ لديك أي رمز احتياطي. إذا فقدت تطبيق المصادقة أيضًا، فتواصل مع المشرف.
    [one] هذا آخر رمز احتياطي لديك. أنشئ رموزًا جديدة في صفحة حسابك بعد تسجيل الدخول.
    [two] تبقّى لديك رمزان احتياطيان.
    [few] تبقّت لديك { $count } رموز احتياطية.
    [many] تبقّى لديك { $count } رمزًا احتياطيًا.
   *[other] تبقّى لديك { $count } رمز احتياطي.
}
verify-codes-left-without-app = { $count ->
    [zero] لم يتبقَّ لديك أي رمز احتياطي. إذا فقدت مفتاح المرور أيضًا، فتواصل مع المشرف.
    [one] هذا آخر رمز احتياطي لديك. أنشئ رموزًا جديدة في صفحة حسابك بعد تسجيل الدخول.
    [two] تبقّى لديك رمزان احتياطيان.
    [few] تبقّت لديك { $count } رموز احتياطية.
    [many] تبقّى لديك { $count } رمزًا احتياطيًا.
   *[other] تبقّى لديك { $count } رمز احتياطي.
}
verify-help = هل فقدت هاتفك؟ استخدم رمزًا احتياطيًا. ألم يُقبل الرمز؟ تأكد من ضبط الوقت تلقائيًا على هاتفك.

## A page that takes passkeys only

passkeystep-heading = أكِّد هويتك بمفتاح المرور
passkeystep-heading-first = أضف مفتاح مرور للمتابعة
passkeystep-asks = يتطلب فتح <span class="who">{ $asks }</span> مفتاح مرور، رغم أنك سجّلت الدخول. لا يكفي الرمز هناك، لأن موقعًا مزيفًا قد يطلبه منك.
passkeystep-asks-something = يتطلب الإجراء الذي توشك على تنفيذه مفتاح مرور، رغم أنك سجّلت الدخول. لا يكفي الرمز هنا، لأن موقعًا مزيفًا قد يطلبه منك.
passkeystep-needs = تتطلب مفاتيح المرور JavaScript ومتصفحًا حديثًا. فعِّل JavaScript، أو افتح هذه الصفحة في متصفح آخر.
passkeystep-elsewhere = هل مفتاح المرور ليس على هذا الجهاز؟ <a href="{ $link }">أضف مفتاحًا آخر</a> باستخدام رمز.
passkeystep-none = ليس لديك مفتاح مرور بعد. تتطلب إضافته رمزًا ونحو دقيقة واحدة. بعد ذلك، تؤكِّد هويتك ببصمة إصبعك أو وجهك أو قفل الشاشة أو مفتاح أمان.
passkeystep-add = إضافة مفتاح مرور

## A locked factor

locked-title = مقفل
locked-title-for-now = مقفل مؤقتًا
locked-motto = القفل بعد عدة رموز خاطئة يمنع المهاجمين من التخمين.
locked-app = تطبيق المصادقة مقفل
locked-app-for-now = تطبيق المصادقة مقفل مؤقتًا
locked-backup = الرموز الاحتياطية مقفلة
locked-backup-for-now = الرموز الاحتياطية مقفلة مؤقتًا
locked-wait = تم إدخال عدد كبير جدًا من الرموز الخاطئة. أعد المحاولة بعد <strong>{ $wait }</strong>.
locked-until = سيُفتح القفل في { $time }.
locked-for-good = تم إدخال عدد كبير جدًا من الرموز الخاطئة على التوالي. يجب أن يفتح القفل أحد المشرفين.
locked-use-app = استخدام تطبيق المصادقة
locked-use-backup = استخدام رمز احتياطي
locked-cannot-wait = ألا يمكنك الانتظار؟ يمكن لأحد المشرفين فتح القفل.
locked-not-you = ألم تكن أنت؟ قد يتمكّن شخص آخر من تسجيل الدخول إلى حسابك على { $provider }. غيِّر كلمة مرورك على { $provider } وأبلغ المشرف، فبإمكانه إنهاء كل جلساتك وإعادة ضبط العامل الثاني.
locked-account = إنهاء الجلسات الأخرى من حسابك

## What is said about a form with a code, a passkey or a ticket

factor-code-missing = أدخل الرمز.
factor-no-app = لا يوجد تطبيق مصادقة في حسابك. استخدم مفتاح المرور أو رمزًا احتياطيًا.
factor-code-malformed = أدخل الأرقام الستة التي تظهر في تطبيق المصادقة. لم تُحتسب هذه محاولة.
factor-backup-malformed = لا يبدو هذا رمزًا احتياطيًا. تحقق منه ثم أعد المحاولة. لم تُحتسب هذه محاولة.
factor-passkey-or-code = لم يُقبل مفتاح المرور. أعد المحاولة، أو استخدم رمزًا.
factor-code-wrong = الرمز غير صحيح، أو سبق استخدامه. انتظر الرمز التالي.
factor-backup-wrong = الرمز الاحتياطي غير صحيح، أو سبق استخدامه.
factor-passkey-wrong = لم يُقبل مفتاح المرور.
factor-attempts-left = { $why } { $count ->
    [zero] لم تتبقَّ لديك أي محاولة.
    [one] تبقّت لديك محاولة واحدة.
    [two] تبقّت لديك محاولتان.
    [few] تبقّت لديك { $count } محاولات.
    [many] تبقّت لديك { $count } محاولة.
   *[other] تبقّت لديك { $count } محاولة.
}
factor-passkey-expired = استغرق ذلك وقتًا أطول من اللازم، أو كانت الصفحة مفتوحة مرتين. أعد المحاولة.
factor-passkey-refused = لم يُقبل مفتاح المرور. أعد المحاولة.
factor-passkey-unknown = لم يُقبل مفتاح المرور لأنه لم يعد مضافًا إلى حسابك.
factor-passkey-known = مفتاح المرور هذا مضاف إلى حسابك بالفعل.
factor-passkeys-full = بلغت الحد الأقصى لعدد مفاتيح المرور في الحساب. أزل أحدها أولًا.
factor-ticket-missing = أدخل رمز الإعداد.
factor-ticket-invalid = رمز الإعداد غير صالح. ربما انتهت صلاحيته أو سبق استخدامه. اطلب من المشرف رمزًا جديدًا.
factor-ticket-locked-for = تم إدخال عدد كبير جدًا من رموز الإعداد الخاطئة. أعد المحاولة بعد { $wait }.
factor-ticket-locked = تم إدخال عدد كبير جدًا من رموز الإعداد الخاطئة. اطلب من المشرف رمزًا جديدًا.
factor-codes-locked-for = تم إدخال عدد كبير جدًا من الرموز الخاطئة، لذا تم قفل الرموز لمدة { $wait }. استخدم مفتاح المرور.
factor-codes-locked = تم إدخال عدد كبير جدًا من الرموز الخاطئة، لذا تم قفل الرموز. استخدم مفتاح المرور.
factor-setup-ended = انتهت صلاحية عملية الإعداد، أو تم إدخال عدد كبير جدًا من الرموز الخاطئة. ابدأ من جديد.

## Where a page demands a session that is bound to its device (W3C Device Bound Session Credentials)

verify-device-heading = تتطلب هذه الصفحة جلسة مرتبطة بجهازك
verify-device-waiting = يربط متصفحك الآن جلستك بهذا الجهاز. يستغرق ذلك بضع ثوانٍ على الأكثر.
verify-device-go-on = متابعة
verify-device-why = عندئذٍ لا يمكن لأحد استخدام جلستك في مكان آخر، حتى بنسخة من ملفات تعريف الارتباط. يربطها متصفحك تلقائيًا عند تأكيد خطوة التحقق الثانية، إذا كان المتصفح والجهاز يدعمان ذلك.
verify-device-cannot = إذا عدت إلى هنا بعد التأكيد، فإن هذا المتصفح أو هذا الجهاز لا يدعم ذلك. استخدم إصدارًا حديثًا من Chrome أو Edge على جهاز كمبيوتر مزوّد بشريحة أمان (TPM)، أو اسأل المشرف.
verify-device-confirm = تأكيد خطوة التحقق الثانية
