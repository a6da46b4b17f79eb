### Pages that ask for the second factor, the page of a locked factor, and what is said about a code that was not accepted.

## Entering a code

verify-heading = 输入验证码
verify-heading-again = 确认是您本人
verify-heading-passkey = 使用通行密钥
verify-heading-backup = 输入备用验证码
verify-motto = { $provider } 已确认您的身份。只差最后一步。
verify-motto-again = 输入新的验证码，确认仍是您本人在操作。
verify-asks = 即使您已登录，<span class="who">{ $asks }</span> 仍要求输入新的验证码。
verify-asks-something = 即使您已登录，此操作仍要求输入新的验证码。
verify-asks-passkey = <span class="who">{ $asks }</span> 要求使用通行密钥。您可以使用验证码登录，但仅凭验证码无法访问该页面。
verify-asks-first-passkey = <span class="who">{ $asks }</span> 要求使用通行密钥。请先使用验证码登录，然后添加通行密钥。
verify-choice = 验证方式
verify-app = 身份验证器应用
verify-backup = 备用验证码
verify-backup-hint = 您在设置时保存的任一备用验证码。每个只能使用一次。
verify-offer-passkey = 下次改用指纹、人脸或屏幕锁定进行验证（现在需要再输入一次验证码）
verify-button = 验证
verify-codes-left = { $count ->
    [0] 您的备用验证码已用完。如果您的身份验证器也无法使用，请与管理员联系。
    [1] 这是您的最后一个备用验证码。登录后，请在账号页面上生成新的备用验证码。
   *[other] 您还剩 { $count } 个备用验证码。
}
verify-codes-left-without-app = { $count ->
    [0] 您的备用验证码已用完。如果您的通行密钥也无法使用，请与管理员联系。
    [1] 这是您的最后一个备用验证码。登录后，请在账号页面上生成新的备用验证码。
   *[other] 您还剩 { $count } 个备用验证码。
}
verify-help = 手机丢失了？请使用备用验证码。验证码不被接受？请确保手机已设为自动校准时间。

## A page that takes passkeys only

passkeystep-heading = 使用通行密钥确认
passkeystep-heading-first = 添加通行密钥以继续
passkeystep-asks = 即使您已登录，<span class="who">{ $asks }</span> 仍要求使用通行密钥。仅凭验证码是不够的，因为虚假网站可能会骗取您的验证码。
passkeystep-asks-something = 即使您已登录，此操作仍要求使用通行密钥。仅凭验证码是不够的，因为虚假网站可能会骗取您的验证码。
passkeystep-needs = 通行密钥需要 JavaScript 和新版浏览器。请启用 JavaScript，或在其他浏览器中打开此页面。
passkeystep-elsewhere = 通行密钥不在此设备上？可使用验证码<a href="{ $link }">添加另一个通行密钥</a>。
passkeystep-none = 您还没有通行密钥。添加时需要输入验证码，大约需要一分钟。之后，您就可以使用指纹、人脸、屏幕锁定或安全密钥来确认是您本人。
passkeystep-add = 添加通行密钥

## A locked factor

locked-title = 已锁定
locked-title-for-now = 暂时锁定
locked-motto = 多次输错验证码后会锁定，以防攻击者猜测。
locked-app = 您的身份验证器已锁定
locked-app-for-now = 您的身份验证器已暂时锁定
locked-backup = 备用验证码已锁定
locked-backup-for-now = 备用验证码已暂时锁定
locked-wait = 验证码输错次数过多。请在 <strong>{ $wait }</strong>后重试。
locked-until = 将于 { $time } 解锁。
locked-for-good = 连续输错验证码的次数过多。需要由管理员解锁。
locked-use-app = 使用身份验证器应用
locked-use-backup = 使用备用验证码
locked-cannot-wait = 急需登录？管理员可以为您解锁。
locked-not-you = 不是您本人操作？其他人可能可以登录您的 { $provider } 账号。请更改您的 { $provider } 密码，并告知管理员。管理员可以退出您的所有设备，并重置您的第二步验证。
locked-account = 在您的账号中退出其他设备

## What is said about a form with a code, a passkey or a ticket

factor-code-missing = 请输入验证码。
factor-no-app = 您的账号没有身份验证器应用。请使用通行密钥或备用验证码。
factor-code-malformed = 请输入身份验证器应用中显示的 6 位数字。此次输入不计入尝试次数。
factor-backup-malformed = 这似乎不是备用验证码。请检查后重试。此次输入不计入尝试次数。
factor-passkey-or-code = 您的通行密钥未通过验证。请重试，或使用验证码。
factor-code-wrong = 验证码不正确或已被使用过。请等待下一个验证码。
factor-backup-wrong = 备用验证码不正确或已被使用过。
factor-passkey-wrong = 您的通行密钥未通过验证。
factor-attempts-left = { $why }您还可以尝试 { $count } 次。
factor-passkey-expired = 耗时过长，或此页面被打开了两次。请重试。
factor-passkey-refused = 您的通行密钥未通过验证。请重试。
factor-passkey-unknown = 您的通行密钥未通过验证，因为它已不在您的账号中。
factor-passkey-known = 该通行密钥已在您的账号中。
factor-passkeys-full = 您账号中的通行密钥数量已达上限。请先移除一个。
factor-ticket-missing = 请输入注册凭证。
factor-ticket-invalid = 该注册凭证无效，可能已过期或已被使用过。请向管理员索取新的注册凭证。
factor-ticket-locked-for = 注册凭证输错次数过多。请在 { $wait }后重试。
factor-ticket-locked = 注册凭证输错次数过多。请向管理员索取新的注册凭证。
factor-codes-locked-for = 验证码输错次数过多，{ $wait }内无法使用验证码。请使用通行密钥。
factor-codes-locked = 验证码输错次数过多，验证码已被锁定。请使用通行密钥。
factor-setup-ended = 本次设置已过期，或验证码输错次数过多。请重新开始。

## Where a page demands a session that is bound to its device (W3C Device Bound Session Credentials)

verify-device-heading = 此页面需要绑定到您设备的会话
verify-device-waiting = 浏览器正在将您的会话绑定到此设备，最多需要几秒钟。
verify-device-go-on = 继续
verify-device-why = 绑定后，即使有人复制了您的 Cookie，也无法在其他地方使用您的会话。如果浏览器和设备支持，浏览器会在您确认两步验证时自动绑定。
verify-device-cannot = 如果确认后又回到此页面，说明此浏览器或设备不支持。请在配有安全芯片 (TPM) 的电脑上使用最新版 Chrome 或 Edge，或咨询管理员。
verify-device-confirm = 确认两步验证
