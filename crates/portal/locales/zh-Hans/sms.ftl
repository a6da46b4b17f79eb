### Codes that are sent by SMS, beside another second factor.

## Entering a code that was sent

sms-choice = 短信验证码
sms-send = 通过短信将验证码发送到 { $address }
sms-code = 短信中的验证码
sms-code-hint = 请输入最新短信中的六位数字。
factor-sms-malformed = 请输入短信中的六位数字。本次不计为一次尝试。
factor-sms-not-offered = 此次登录无法使用短信验证码。请使用其他方式。

## The page of a factor that is locked

locked-sms = 短信验证码已锁定
locked-sms-for-now = 短信验证码已暂时锁定
locked-use-sms = 使用短信验证码

## The account page

sms-row = 短信验证码
sms-row-off = 供手边没有其他方式时使用。电话号码可能被他人夺取，因此通行密钥或应用更安全。
sms-row-unconfirmed = 已为您填写了一个号码。请添加您的号码以进行确认；在此之前不会向其发送验证码。
sms-row-on = 登录时，您可以让系统将验证码发送到 <span class="who">{ $number }</span>。任何获得该号码的人都可以使用它。
sms-row-unused = 系统中仍保存着您的电话号码。这里已不再通过短信发送验证码；您可以移除该号码。
sms-add = 添加号码
sms-change = 更改号码
sms-remove = 移除号码

## Adding, changing and removing the number

sms-add-heading = 添加用于短信验证码的号码
sms-change-heading = 更改用于短信验证码的号码
sms-remove-heading = 移除用于短信验证码的号码
sms-number-about = 之后登录时，您可以让系统将验证码发送到此号码。这比您的其他验证方式更弱：任何获得该号码的人都可以使用它。
sms-number-present = 您当前的号码：<span class="who">{ $number }</span>
sms-number = 手机号码
sms-number-hint = 请包含国家/地区代码，例如 +86 138 0013 8000。
sms-number-malformed = 这不是带国家/地区代码的电话号码。请以 + 和您的国家/地区代码开头。
sms-confirm-add = 接下来我们会将验证码发送到 <span class="who">{ $number }</span>。请先确认是您本人。
sms-confirm-remove = 不再向该号码发送验证码，使用过此类验证码的设备将被要求使用其他验证方式。
sms-check-heading = 请输入短信中的验证码
sms-check-button = 确认号码
sms-check-again = 重新发送，或使用其他号码
sms-check-over = 此号码没有等待输入的验证码。请重新输入号码。

## What was done

done-sms-on = 您的号码已确认。短信验证码已启用。
done-sms-off = 号码已移除。短信验证码已停用。

## Recent activity

event-sms-used = 短信验证码已接受
event-sms-on = 用于短信验证码的号码已确认
event-sms-off = 用于短信验证码的号码已移除
event-sms-sent = 已通过短信发送验证码
event-sms-unsent = 无法通过短信发送验证码
