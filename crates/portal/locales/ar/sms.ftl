### Codes that are sent by SMS, beside another second factor.

## Entering a code that was sent

sms-choice = رمز عبر SMS
sms-send = إرسال رمز عبر SMS إلى { $address }
sms-code = الرمز من رسالة SMS
sms-code-hint = أدخل الأرقام الستة من أحدث رسالة.
factor-sms-malformed = أدخل الأرقام الستة من الرسالة. لم يُحتسب هذا محاولة.
factor-sms-not-offered = لا يمكن استخدام رمز عبر SMS لتسجيل الدخول هذا. استخدم طريقة أخرى.

## The page of a factor that is locked

locked-sms = الرموز عبر SMS مقفلة
locked-sms-for-now = الرموز عبر SMS مقفلة مؤقتًا
locked-use-sms = استخدام رمز عبر SMS

## The account page

sms-row = الرموز عبر SMS
sms-row-off = لحين لا يكون لديك شيء آخر في متناول اليد. يمكن الاستيلاء على أرقام الهواتف، لذا فإن مفتاح المرور أو التطبيق أكثر أمانًا.
sms-row-unconfirmed = أُدخل رقم نيابةً عنك. أضف رقمك لتأكيده؛ وحتى ذلك الحين لا يُرسل إليه أي رمز.
sms-row-on = عند تسجيل الدخول يمكنك طلب إرسال رمز إلى <span class="who">{ $number }</span>. من يستولي على هذا الرقم يمكنه استخدامه.
sms-row-unused = لا يزال رقم هاتف مخزّنًا لك. لم تعد الرموز تُرسل عبر SMS هنا؛ يمكنك إزالة الرقم.
sms-add = إضافة رقم
sms-change = تغيير الرقم
sms-remove = إزالة الرقم

## Adding, changing and removing the number

sms-add-heading = إضافة رقم للرموز عبر SMS
sms-change-heading = تغيير رقم الرموز عبر SMS
sms-remove-heading = إزالة رقم الرموز عبر SMS
sms-number-about = بعد ذلك يمكنك طلب إرسال رمز إلى هذا الرقم عند تسجيل الدخول. هذا أضعف من عواملك الأخرى: من يستولي على الرقم يمكنه استخدامه.
sms-number-present = رقمك الحالي: <span class="who">{ $number }</span>
sms-number = رقم الهاتف المحمول
sms-number-hint = مع رمز البلد، مثل ‎+966 50 123 4567‎.
sms-number-malformed = هذا ليس رقم هاتف مع رمز البلد. ابدأ بعلامة + ورمز بلدك.
sms-confirm-add = سنرسل الآن رمزًا إلى <span class="who">{ $number }</span>. أكّد أولًا أنك أنت.
sms-confirm-remove = لن يُرسل أي رمز إلى الرقم بعد الآن، وستُطالَب الأجهزة التي استخدمت رمزًا منه بعامل آخر.
sms-check-heading = أدخل الرمز من رسالة SMS
sms-check-button = تأكيد الرقم
sms-check-again = إعادة الإرسال أو استخدام رقم آخر
sms-check-over = لم يعد هناك رمز ينتظر هذا الرقم. أدخل الرقم مرة أخرى.

## What was done

done-sms-on = تم تأكيد رقمك. الرموز عبر SMS مفعّلة.
done-sms-off = أُزيل الرقم. الرموز عبر SMS معطّلة.

## Recent activity

event-sms-used = قُبل رمز عبر SMS
event-sms-on = تم تأكيد رقم الرموز عبر SMS
event-sms-off = أُزيل رقم الرموز عبر SMS
event-sms-sent = أُرسل رمز عبر SMS
event-sms-unsent = تعذّر إرسال رمز عبر SMS
