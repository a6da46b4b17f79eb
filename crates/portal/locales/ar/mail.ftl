### Codes that are sent by mail, beside another second factor.

## Entering a code that was sent

mail-choice = رمز بالبريد الإلكتروني
mail-send = إرسال رمز إلى { $address }
mail-sent = أرسلنا رمزًا إلى <span class="who">{ $address }</span>. وهو صالح لمدة 10 دقائق، وفي هذا المتصفح فقط.
mail-again = إرسال رمز آخر
mail-wait = يمكنك طلب رمز آخر بعد { $wait }.
mail-unsent = تعذّر إرسال الرمز. حاول مجددًا لاحقًا، أو استخدم طريقة أخرى.
mail-code = الرمز الوارد بالبريد
mail-code-hint = أدخل الأرقام الستة من أحدث رسالة.
mail-help = لن يطلب منك أحد هذا الرمز عبر الهاتف أو البريد أو المحادثة. أدخله في هذه الصفحة فقط.

## The page of a factor that is locked

locked-mail = الرموز بالبريد الإلكتروني مقفلة
locked-mail-for-now = الرموز بالبريد الإلكتروني مقفلة مؤقتًا
locked-use-mail = استخدام رمز بالبريد الإلكتروني

## What is said about a form with such a code

factor-mail-malformed = أدخل الأرقام الستة من الرسالة. لم تُحتسب هذه محاولة.
factor-mail-wrong = هذا الرمز غير صحيح، أو لم يعد صالحًا. استخدم الأحدث، أو اطلب رمزًا آخر.
factor-mail-not-offered = لا يمكن استخدام رمز بالبريد الإلكتروني لتسجيل الدخول هذا. استخدم طريقة أخرى.

## The account page

mail-row = الرموز بالبريد الإلكتروني
mail-row-off = للحالات التي لا يتوفر فيها شيء آخر. يمكن لكل من يستطيع قراءة بريدك استخدامها، لذا فإن مفتاح المرور أو التطبيق أكثر أمانًا.
mail-row-on = عند تسجيل الدخول يمكنك طلب إرسال رمز إلى <span class="who">{ $address }</span>. يمكن لكل من يستطيع قراءة بريدك استخدامه.
mail-row-on-elsewhere = الرموز مشغّلة، لكن لا يمكن إرسال أي رمز في هذه الجلسة: جاء تسجيل دخولك دون عنوان موثّق، أو أوقفها المسؤول.
mail-switch-on = تشغيل

## Switching it on and off

mail-confirm-on-heading = تشغيل الرموز بالبريد الإلكتروني
mail-confirm-off-heading = إيقاف الرموز بالبريد الإلكتروني
mail-confirm-on = بعد ذلك يمكنك عند تسجيل الدخول طلب إرسال رمز إلى <span class="who">{ $address }</span>. هذا أضعف من عواملك الأخرى: يمكن لكل من يستطيع قراءة بريدك استخدامه.
mail-confirm-off = لن تُرسل رموز بعد الآن، وستُطالَب الأجهزة التي استخدمت رمزًا كهذا بعامل آخر.

## What was done

done-mail-on = الرموز بالبريد الإلكتروني مشغّلة.
done-mail-off = الرموز بالبريد الإلكتروني متوقفة.

## Recent activity

event-mail-used = قُبل رمز ورد بالبريد الإلكتروني
event-mail-on = شُغّلت الرموز بالبريد الإلكتروني
event-mail-off = أُوقفت الرموز بالبريد الإلكتروني
event-mail-sent = أُرسل رمز بالبريد الإلكتروني
event-mail-unsent = تعذّر إرسال رمز بالبريد الإلكتروني
