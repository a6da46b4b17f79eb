### Pages that ask for a code or a passkey before the ways to sign in are changed, and the page that makes a passkey.

confirm-motto = 更改登录方式时，始终需要输入新的验证码。
confirm-motto-passkey = 更改登录方式时，始终需要输入新的验证码或使用通行密钥。

## Headings

confirm-heading-codes = 生成新的备用验证码
confirm-heading-add-app = 添加身份验证器应用
confirm-heading-remove-app = 移除身份验证器应用
confirm-heading-add-passkey = 添加通行密钥
confirm-heading-remove-passkey = 移除通行密钥
confirm-heading-disable = 关闭两步验证

## Explanations

confirm-disable = 此操作会移除您的身份验证器应用、备用验证码和通行密钥，并使您在所有其他设备上退出登录。之后，只需 { $provider } 账号即可打开 { $product }。
confirm-codes = 您当前的备用验证码将失效，您会获得新的备用验证码。
confirm-add-app = 您的任一身份验证器应用中的验证码均有效，因此即使丢失一台设备也不会无法登录。请先输入现有应用中的验证码。
confirm-add-app-with-passkey = 您的任一身份验证器应用中的验证码均有效，因此即使丢失一台设备也不会无法登录。请先确认是您本人。
confirm-remove-app = “<span class="who">{ $name }</span>”的验证码将失效，使用过其验证码的设备需要输入其他验证码。您的备用验证码会保留。
confirm-remove-only-app = “<span class="who">{ $name }</span>”的验证码将失效，使用过其验证码的设备需要使用您的通行密钥。您的备用验证码会保留，以备通行密钥丢失时使用。
confirm-stuck = 此操作需要身份验证器应用或通行密钥。请先添加一个。
confirm-add-passkey = 有了通行密钥，您就可以使用指纹、人脸、屏幕锁定或安全密钥进行确认，而无需输入验证码。请先输入验证码。
confirm-add-passkey-with-passkey = 有了通行密钥，您就可以使用指纹、人脸、屏幕锁定或安全密钥进行确认，而无需输入验证码。请先确认是您本人。
confirm-wait-for-next = 如果您刚刚使用过一个验证码，请等待下一个。
confirm-remove-passkey = “<span class="who">{ $name }</span>”在此处将失效，使用过该通行密钥的设备需要输入验证码。
confirm-with-another = 如需确认，请使用其他通行密钥或验证码。

## Buttons

confirm-button-codes = 生成新的备用验证码
confirm-button-continue = 继续
confirm-button-remove = 移除
confirm-button-disable = 关闭

## The page that makes a passkey

newpasskey-heading = 创建通行密钥
newpasskey-lead = 请为通行密钥取一个能看出其保存位置的名称。其余步骤请按浏览器提示操作。
newpasskey-name-hint = 例如“手机”或“蓝色安全密钥”。
newpasskey-button = 创建通行密钥
newpasskey-no-script = 通行密钥需要 JavaScript，但此浏览器已将其停用。

## A second factor that must not be switched off

confirm-enforced-heading = 两步验证无法关闭
confirm-enforced = 您的账号必须使用两步验证。您可以更换身份验证器，但无法将其移除。
