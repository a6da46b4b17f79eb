### The account page.

account-title = 您的账号
account-navigation = 账号
account-open = 打开 { $product }

## Second factor

account-factor = 两步验证
account-factor-about = 使用 { $provider } 登录后的第二步验证。
account-apps = 身份验证器应用
account-app = 身份验证器应用
account-on = 已开启
account-off = 未开启
account-apps-none = 每 30 秒更换一次的 6 位数字。您还没有应用。请添加一个，以免设备丢失后无法登录。
account-apps-one = 每 30 秒更换一次的 6 位数字。请再添加一个应用，以免手机丢失后无法登录。
account-apps-several = 每 30 秒更换一次的 6 位数字。其中任一应用的验证码均有效。
account-add-app = 添加应用
account-switch-off = 关闭
account-badge-app = 应用
account-badge-passkey = 通行密钥
account-replace = 更换
account-off-about = 目前只需 { $provider } 账号即可打开 { $product }。
account-set-up = 设置

## Lines about an app, a passkey, a device or a session. They stand one behind the other with " · " between them

account-added = 添加时间：{ $when }
account-last-used = 上次使用：{ $when }
account-not-used = 尚未使用
account-synced = 已同步到您的其他设备
account-trusted = 信任时间：{ $when }
account-until = 有效期至 { $time }
account-active-now = 当前正在使用
account-last-seen = 上次活动：{ $when }
account-signed-in = 登录时间：{ $when }

## Names and buttons

account-rename = 重命名
account-save = 保存
account-app-name = 此应用的名称
account-passkey-name = 新名称
account-remove = 移除
account-remove-named = 移除“{ $name }”
account-remove-all = 全部移除

## Passkeys and backup codes

account-passkeys = 通行密钥和安全密钥
account-passkeys-about = 使用指纹、人脸、屏幕锁定或安全密钥进行确认，而无需输入验证码。
account-add-passkey = 添加通行密钥
account-codes = 备用验证码
account-codes-left = 剩余 { $count } 个
account-codes-none = 您的备用验证码已用完。如果现在丢失手机，您需要由管理员协助才能重新登录。
account-codes-low = 备用验证码即将用完。请提前生成新的备用验证码。
account-codes-about = 供您手机不在身边时使用。每个只能使用一次。
account-make-codes = 生成新的备用验证码

## Trusted devices

account-devices = 受信任的设备
account-devices-about = 这些设备在一段时间内登录时无需输入验证码。更改账号设置时仍需输入验证码。
account-this-device = 此设备
account-remove-device = 移除 { $device }，信任时间：{ $when }
account-devices-none = 无。在仅供您本人使用的设备上输入验证码时，请勾选“不在此设备上再次询问”。

## Sessions

account-sessions = 您已登录的设备
account-sessions-about = 如有您不认识的设备，请将其退出登录。
account-waiting = 等待输入验证码
account-bound = 已绑定到设备
account-sign-out-device = 将 { $device } 退出登录，上次活动：{ $when }
account-older-sessions = 显示 { $count } 个较早的会话
account-sign-out-others = 退出所有其他设备

## Activity

account-activity = 近期活动
account-activity-about = 有不是您本人的操作？请退出所有其他设备，并告知管理员。
account-activity-none = 暂无活动。
account-older-activity = 显示较早的活动
account-origin = { $device }，{ $address }

## Devices

device-both = { $system } 上的 { $browser }
device-browser = { $browser }
device-system = { $system } 上的未知浏览器
device-unknown = 未知设备
device-android-app = Android 应用

## Confirmations at the top of the page

done-session = 该设备已退出登录。
done-others = 您已在所有其他设备上退出登录。
done-not-me = 您已在所有其他设备上退出登录，且所有设备均不再受信任。现在请在下方移除不属于您的项目，生成新的备用验证码，并告知管理员。
done-none = 该设备此前已退出登录。
done-authenticator = 您的应用已准备就绪。从现在起，您所有应用的验证码均有效。
done-authenticator-renamed = 您的应用已重命名。
done-authenticator-removed = 该应用的验证码在此处已失效。请同时删除该应用中的条目。
done-authenticator-gone = 该应用此前已移除。
done-authenticator-only = 这是您唯一的身份验证器应用。请先添加另一个应用，或更换此应用。
done-authenticators-full = 您账号中的身份验证器应用数量已达上限。请先移除一个。
done-device = 该设备不再受信任。下次登录时，该设备需要输入验证码。
done-devices = 所有设备均不再受信任。下次登录时，每台设备都需要输入验证码。
done-device-gone = 该设备此前已不受信任。
done-passkey = 您的通行密钥已准备就绪。下次可用它代替验证码。
done-passkey-renamed = 您的通行密钥已重命名。
done-passkey-removed = 该通行密钥在此处已失效。如果您的设备仍提供该通行密钥，请在设备上也将其删除。
done-passkey-gone = 该通行密钥此前已移除。
done-passkey-only = 您只有这一个通行密钥。请先添加身份验证器应用或其他通行密钥。
done-disabled = 两步验证已关闭。

## "This was not me": where mail about a change leads

notme-title = 不是我本人
notme-motto = 其他已登录的人将需要重新开始。
notme-heading = 是他人所为吗？
notme-lead = 此操作会使 <strong class="who">{ $person }</strong> 在所有其他设备上退出 { $product }，且所有设备均不再受信任。您在此设备上保持登录。
notme-after = 之后请检查您的账号：移除不属于您的身份验证器应用和通行密钥，生成新的备用验证码，更改您的 { $provider } 账号密码，并告知管理员。
notme-after-single = 之后请在您的账号中设置第二步验证，更改您的 { $provider } 账号密码，并告知管理员。
notme-end = 退出所有其他设备
notme-mine = 是我本人
