### Codes that are sent by mail, beside another second factor.

## Entering a code that was sent

mail-choice = 邮件验证码
mail-send = 向 { $address } 发送验证码
mail-sent = 我们已向 <span class="who">{ $address }</span> 发送验证码。验证码在 10 分钟内有效，且只能在此浏览器中使用。
mail-again = 重新发送验证码
mail-wait = { $wait }后可以再次获取验证码。
mail-unsent = 验证码无法发送。请稍后重试，或使用其他方式。
mail-code = 邮件中的验证码
mail-code-hint = 请输入最新一封邮件中的六位数字。
mail-help = 没有人会通过电话、邮件或聊天向您索要此验证码。请仅在此页面输入。

## The page of a factor that is locked

locked-mail = 邮件验证码已锁定
locked-mail-for-now = 邮件验证码已暂时锁定
locked-use-mail = 使用邮件验证码

## What is said about a form with such a code

factor-mail-malformed = 请输入邮件中的六位数字。这次没有计入尝试次数。
factor-mail-wrong = 验证码不正确，或已失效。请使用最新的验证码，或重新发送。
factor-mail-not-offered = 此次登录不能使用邮件验证码。请使用其他方式。

## The account page

mail-row = 邮件验证码
mail-row-off = 供手边没有其他方式时使用。任何能读取您邮件的人都可以使用，因此通行密钥或应用更安全。
mail-row-on = 登录时，您可以让验证码发送到 <span class="who">{ $address }</span>。任何能读取您邮件的人都可以使用。
mail-row-on-elsewhere = 已开启，但此会话无法发送验证码：您的登录没有附带已验证的地址，或者管理员已将其关闭。
mail-switch-on = 开启

## Switching it on and off

mail-confirm-on-heading = 开启邮件验证码
mail-confirm-off-heading = 关闭邮件验证码
mail-confirm-on = 开启后，登录时可以让验证码发送到 <span class="who">{ $address }</span>。这比您的其他方式更弱：任何能读取您邮件的人都可以使用。
mail-confirm-off = 不再发送验证码，使用过邮件验证码的设备需要使用其他方式验证。

## What was done

done-mail-on = 邮件验证码已开启。
done-mail-off = 邮件验证码已关闭。

## Recent activity

event-mail-used = 邮件验证码已接受
event-mail-on = 邮件验证码已开启
event-mail-off = 邮件验证码已关闭
event-mail-sent = 已通过邮件发送验证码
event-mail-unsent = 未能通过邮件发送验证码
