### The account page.

account-title = حسابك
account-navigation = الحساب
account-open = فتح { $product }

## Second factor

account-factor = التحقق بخطوتين
account-factor-about = الخطوة الثانية بعد تسجيل الدخول باستخدام { $provider }.
account-apps = تطبيقات المصادقة
account-app = تطبيق المصادقة
account-on = مفعّل
account-off = غير مفعّل
account-apps-none = ستة أرقام تتغيّر كل 30 ثانية. ليس لديك أي تطبيق. أضف تطبيقًا حتى لا تفقد الوصول إلى حسابك إذا ضاع جهازك.
account-apps-one = ستة أرقام تتغيّر كل 30 ثانية. أضف تطبيقًا آخر حتى لا تفقد الوصول إلى حسابك إذا ضاع هاتفك.
account-apps-several = ستة أرقام تتغيّر كل 30 ثانية. يُقبل رمز من أي تطبيق من هذه التطبيقات.
account-add-app = إضافة تطبيق
account-switch-off = إيقاف
account-badge-app = تطبيق
account-badge-passkey = مفتاح مرور
account-replace = استبدال
account-off-about = حسابك على { $provider } يكفي وحده لفتح { $product }.
account-set-up = إعداد

## Lines about an app, a passkey, a device or a session. They stand one behind the other with " · " between them

account-added = تمت الإضافة { $when }
account-last-used = آخر استخدام: { $when }
account-not-used = لم يُستخدم بعد
account-synced = متزامن مع أجهزتك الأخرى
account-trusted = أصبح موثوقًا به { $when }
account-until = حتى { $time }
account-active-now = نشط الآن
account-last-seen = آخر نشاط: { $when }
account-signed-in = تسجيل الدخول: { $when }

## Names and buttons

account-rename = إعادة التسمية
account-save = حفظ
account-app-name = اسم هذا التطبيق
account-passkey-name = الاسم الجديد
account-remove = إزالة
account-remove-named = إزالة { $name }
account-remove-all = إزالة الكل

## Passkeys and backup codes

account-passkeys = مفاتيح المرور ومفاتيح الأمان
account-passkeys-about = أكِّد هويتك ببصمة إصبعك أو وجهك أو قفل الشاشة أو مفتاح أمان بدلًا من إدخال رمز.
account-add-passkey = إضافة مفتاح مرور
account-codes = الرموز الاحتياطية
account-codes-left = المتبقي: { $count }
account-codes-none = لم يتبقَّ لديك أي رمز. إذا فقدت هاتفك الآن، فستحتاج إلى أحد المشرفين لاستعادة الوصول.
account-codes-low = أوشكت رموزك على النفاد. أنشئ رموزًا جديدة قبل أن تحتاج إليها.
account-codes-about = للحالات التي لا يكون فيها هاتفك معك. يُستخدم كل رمز مرة واحدة فقط.
account-make-codes = إنشاء رموز جديدة

## Trusted devices

account-devices = الأجهزة الموثوق بها
account-devices-about = يمكن تسجيل الدخول على هذه الأجهزة بدون رمز لفترة محدودة. أما التغييرات في حسابك فتظل تتطلب رمزًا.
account-this-device = هذا الجهاز
account-remove-device = إزالة { $device }، أصبح موثوقًا به { $when }
account-devices-none = لا توجد أجهزة. عند إدخال رمز على جهاز لا يستخدمه غيرك، ضع علامة في المربّع «عدم السؤال مجددًا على هذا الجهاز».

## Sessions

account-sessions = الأجهزة التي سجّلت الدخول عليها
account-sessions-about = سجّل الخروج من أي جهاز لا تعرفه.
account-waiting = بانتظار رمز
account-bound = مرتبطة بالجهاز
account-sign-out-device = تسجيل الخروج من { $device }، آخر نشاط: { $when }
account-older-sessions = { $count ->
    [zero] لا توجد جلسات أقدم
    [one] عرض جلسة واحدة أقدم
    [two] عرض جلستين أقدم
    [few] عرض { $count } جلسات أقدم
    [many] عرض { $count } جلسة أقدم
   *[other] عرض { $count } جلسة أقدم
}
account-sign-out-others = تسجيل الخروج من كل الأجهزة الأخرى

## Activity

account-activity = النشاط الأخير
account-activity-about = هل ترى نشاطًا لم تقم به؟ سجّل الخروج من كل الأجهزة الأخرى وأبلغ المشرف.
account-activity-none = لا يوجد نشاط بعد.
account-older-activity = عرض نشاط أقدم
account-origin = { $device }، { $address }

## Devices

device-both = { $browser } على { $system }
device-browser = { $browser }
device-system = متصفح غير معروف على { $system }
device-unknown = جهاز غير معروف
device-android-app = تطبيق Android

## Confirmations at the top of the page

done-session = تم تسجيل الخروج من ذلك الجهاز.
done-others = تم تسجيل خروجك من كل الأجهزة الأخرى.
done-not-me = تم تسجيل خروجك من كل الأجهزة الأخرى، ولم يعد أي جهاز موثوقًا به. أزل الآن أدناه ما لا يخصك، وأنشئ رموزًا احتياطية جديدة، وأبلغ المشرف.
done-none = سبق تسجيل الخروج من ذلك الجهاز.
done-authenticator = تطبيقك جاهز. من الآن فصاعدًا، تُقبل رموز كل تطبيقاتك.
done-authenticator-renamed = تم تغيير اسم تطبيقك.
done-authenticator-removed = لم تعد رموز ذلك التطبيق صالحة هنا. احذف الإدخال من التطبيق نفسه أيضًا.
done-authenticator-gone = سبقت إزالة ذلك التطبيق.
done-authenticator-only = هذا هو تطبيق المصادقة الوحيد لديك. أضف تطبيقًا آخر أولًا، أو استبدله.
done-authenticators-full = بلغت الحد الأقصى لعدد تطبيقات المصادقة في الحساب. أزل أحدها أولًا.
done-device = لم يعد ذلك الجهاز موثوقًا به. سيُطلب منه رمز عند تسجيل الدخول التالي.
done-devices = لم يعد أي جهاز موثوقًا به. سيُطلب من كل جهاز رمز عند تسجيل الدخول التالي.
done-device-gone = سبقت إزالة ذلك الجهاز من الأجهزة الموثوق بها.
done-passkey = مفتاح المرور جاهز. استخدمه في المرة القادمة بدلًا من الرمز.
done-passkey-renamed = تم تغيير اسم مفتاح المرور.
done-passkey-removed = لم يعد مفتاح المرور صالحًا هنا. إذا ظل جهازك يقترحه، فاحذفه من الجهاز أيضًا.
done-passkey-gone = سبقت إزالة مفتاح المرور.
done-passkey-only = مفتاح المرور هذا هو كل ما لديك. أضف أولًا تطبيق مصادقة أو مفتاح مرور آخر.
done-disabled = تم إيقاف التحقق بخطوتين.

## "This was not me": where mail about a change leads

notme-title = لم أكن أنا
notme-motto = كل من سجّل الدخول غيرك سيضطر إلى البدء من جديد.
notme-heading = هل كان ذلك شخصًا آخر؟
notme-lead = سيتم تسجيل خروج <strong class="who">{ $person }</strong> من { $product } على كل الأجهزة الأخرى، ولن يبقى أي جهاز موثوقًا به. ستبقى مسجّل الدخول هنا.
notme-after = بعد ذلك راجع حسابك: أزل تطبيقات المصادقة ومفاتيح المرور التي لا تخصك، وأنشئ رموزًا احتياطية جديدة، وغيّر كلمة مرور حسابك على { $provider }، وأبلغ المشرف.
notme-after-single = بعد ذلك أعدّ عاملًا ثانيًا في حسابك، وغيّر كلمة مرور حسابك على { $provider }، وأبلغ المشرف.
notme-end = إنهاء كل الجلسات الأخرى
notme-mine = كنت أنا
