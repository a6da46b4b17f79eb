### Mails: what happened to an account, and codes.

## Every mail

letter-subject = { $product }: { $heading }
letter-account = الحساب
letter-when = الوقت
letter-from = المصدر
letter-account-line = الحساب: { $account }
letter-when-line = الوقت: { $when }
letter-from-line = المصدر: { $from }
letter-from-unknown = غير معروف
letter-from-command-line = سطر الأوامر

## The end of mails about an account

letter-not-me = إذا لم تكن أنت من فعل ذلك، فأنهِ كل الجلسات الأخرى لحسابك:
letter-not-me-then = ستطلب منك الصفحة تسجيل الدخول والتأكيد بعاملك الثاني. بعد ذلك غيّر كلمة المرور التي تسجّل الدخول بها، وأزل من حسابك ما لا يخصك، وأبلغ المشرف.
letter-account-page = حسابك:
letter-cannot-confirm = إذا تعذّر عليك التأكيد لأن الرموز مقفلة أو لأن عاملك الثاني استُبدل أو أُزيل، فأبلغ المشرف فورًا: سينهي كل جلساتك ({ $revoke }) ويعيد ضبط عاملك الثاني ({ $reset }).
letter-no-secret = لا تحتوي هذه الرسالة على رمز أو كلمة مرور، ولن يطلبهما منك أحد من { $product }.

## What to do if this was you

letter-nothing-to-do = إذا كنت أنت من فعل ذلك، فلا يلزمك فعل شيء.
letter-make-new-codes = إذا كنت أنت من فعل ذلك، فأنشئ رموزًا احتياطية جديدة في حسابك قبل نفاد آخرها.
letter-wait = إذا كنت أنت من فعل ذلك، فانتظر حتى ينتهي القفل، أو استخدم عاملًا آخر لديك. تطول مدة القفل مع كل رمز خاطئ آخر.
letter-ask-to-unlock = إذا كنت أنت من فعل ذلك، فاطلب من المشرف فتح القفل. وحتى ذلك الحين استخدم عاملًا آخر، إن كان لديك.
letter-set-up-again = أعدّ عاملًا ثانيًا من جديد عند تسجيل الدخول التالي. إذا لم تطلب ذلك، فاسأل المشرف.

## What happened: a heading, and one or two sentences

letter-passkey-added = تمت إضافة مفتاح مرور
letter-passkey-added-what = تمت إضافة مفتاح مرور إلى حسابك.
letter-app-replaced = تم استبدال تطبيق المصادقة
letter-app-replaced-what = حلّ تطبيق مصادقة آخر محل تطبيقك، مع رموز احتياطية جديدة. لم يعد التطبيق القديم ولا الرموز القديمة صالحين، وتم إنهاء جلساتك الأخرى.
letter-mail-on = شُغّلت الرموز بالبريد الإلكتروني
letter-mail-on-what = من الآن فصاعدًا يمكن لكل من يسجّل الدخول إلى حسابك طلب إرسال رمز إلى عنوان البريد الإلكتروني الذي سجّل به الدخول، بدلًا من عامل ثانٍ آخر.
letter-app-added = تمت إضافة تطبيق مصادقة
letter-app-added-what = تم إعداد تطبيق مصادقة كعامل ثانٍ لحسابك.
letter-passkey-removed = تمت إزالة مفتاح مرور
letter-passkey-removed-what = تمت إزالة مفتاح مرور من حسابك.
letter-app-removed = تمت إزالة تطبيق مصادقة
letter-app-removed-what = تمت إزالة تطبيق مصادقة من حسابك. لم تعد رموزه صالحة.
letter-mail-off = أُوقفت الرموز بالبريد الإلكتروني
letter-mail-off-what = لن تُرسل رموز بالبريد الإلكتروني بعد الآن. وتبقى عواملك الثانية الأخرى.
letter-number-on = تم تأكيد رقم للرموز عبر SMS
letter-number-on-what = من الآن فصاعدًا يمكن لمن يسجّل الدخول إلى حسابك طلب إرسال رمز إلى هذا الرقم بدلًا من عامل ثانٍ آخر.
letter-number-off = أُزيل رقم الرموز عبر SMS
letter-number-off-what = لن يُرسل إليه أي رمز بعد الآن. تبقى عواملك الثانية الأخرى.
letter-all-removed = تمت إزالة عاملك الثاني
letter-all-removed-what = تمت إزالة العامل الثاني لحسابك: كل تطبيقات المصادقة ومفاتيح المرور والرموز الاحتياطية.
letter-codes-replaced = تم استبدال رموزك الاحتياطية
letter-codes-replaced-what = تم إنشاء رموز احتياطية جديدة لحسابك. لم تعد الرموز القديمة صالحة.
letter-code-used = تم استخدام رمز احتياطي
letter-few-codes = أوشكت الرموز الاحتياطية على النفاد
letter-code-used-what = تم استخدام أحد رموزك الاحتياطية. { $left }
letter-codes-left = { $count ->
    [0] لم يتبقَّ أي رمز.
    [zero] لم يتبقَّ أي رمز.
    [one] تبقّى رمز واحد.
    [two] تبقّى رمزان.
    [few] تبقّت { $count } رموز.
    [many] تبقّى { $count } رمزًا.
   *[other] تبقّى { $count } رمز.
}
letter-backup-disabled = تم تعطيل الرموز الاحتياطية
letter-backup-disabled-what = أدخل شخص سجّل الدخول عبر مزوّدك مئة رمز احتياطي خاطئ على التوالي لحسابك. ستبقى الرموز الاحتياطية مقفلة إلى أن يفتح قفلها أحد المشرفين.
letter-app-disabled = تم تعطيل الرموز
letter-app-disabled-what = أدخل شخص سجّل الدخول عبر مزوّدك مئة رمز خاطئ على التوالي لحسابك. ستبقى الرموز المكوّنة من ستة أرقام، من تطبيق أو بالبريد الإلكتروني، مقفلة إلى أن يفتح قفلها أحد المشرفين.
letter-backup-locked = الرموز الاحتياطية مقفلة
letter-backup-locked-what = أدخل شخص سجّل الدخول عبر مزوّدك رموزًا احتياطية خاطئة لحسابك. الرموز الاحتياطية مقفلة لبعض الوقت.
letter-app-locked = الرموز مقفلة
letter-app-locked-what = أدخل شخص سجّل الدخول عبر مزوّدك رموزًا خاطئة لحسابك. الرموز المكوّنة من ستة أرقام، من تطبيق أو بالبريد الإلكتروني، مقفلة لبعض الوقت.
letter-new-device = تسجيل دخول من جهاز جديد
letter-new-device-what = تم تسجيل الدخول إلى حسابك، بالعامل الثاني، من متصفح وشبكة لم يظهرا من قبل.
letter-reset = تمت إعادة ضبط عاملك الثاني
letter-reset-what = أزال أحد المشرفين العامل الثاني لحسابك وأنهى كل جلساتك.
letter-test = رسالة تجريبية
letter-test-what = أُرسلت هذه الرسالة بواسطة { $command }. لم يحدث شيء لحسابك.
letter-test-expected = لا يلزمك فعل شيء.

## A mail with a code

letter-code = رمز تسجيل الدخول الخاص بك
letter-code-enter = أدخله في { $host }، في المتصفح الذي طلبه. وهو صالح لمدة { $wait }، ولمرة واحدة.
letter-code-nobody = لن يطلب منك أحد من { $product } هذا الرمز عبر الهاتف أو البريد أو المحادثة. ومن يطلبه يريد تسجيل الدخول بدلًا منك.
letter-code-not-me = إذا لم تطلبه، فبإمكان شخص آخر تسجيل الدخول إلى حسابك لدى المزوّد. غيّر كلمة المرور هناك، وأنهِ كل الجلسات الأخرى لحسابك:

## An SMS with a code

letter-sms = { $product }: رمزك هو { $code }. صالح لمدة { $wait }. لن يطلبه منك أحد.
