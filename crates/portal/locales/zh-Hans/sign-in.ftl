### Signing in and out, and links that take a session to another address.

## The page with the button

signin-title = 登录
signin-motto = 您的密码只由 { $provider } 保管。{ $product } 只能看到您的姓名、头像和电子邮件地址。
signin-heading = 登录 { $product }
signin-lead = 请使用您的 { $provider } 账号。如果已开启两步验证，接下来还需要输入验证码。
signin-in-app = { $provider } 可能会拒绝您在其他应用内登录。请改用浏览器打开此页面（在菜单中查找“在浏览器中打开”）。
signin-button = 使用 { $provider } 继续
signin-password = 密码只在 { $provider } 输入，请勿在此处输入。
signin-ended = 您的会话已结束。请重新登录以继续。
signin-cookie-damaged = 您的浏览器发送的会话 Cookie 已损坏，或同时发送了多个会话 Cookie。如果登录后仍未解决，请删除此网站的 Cookie。

## A sign-in that failed: headings

signin-heading-cancelled = 登录已取消
signin-heading-expired = 本次登录已过期
signin-heading-unreachable = 无法连接到 { $provider }
signin-heading-not-working = 目前无法登录
signin-heading-disabled = 此账号已停用
signin-heading-unreadable = 无法打开此账号
signin-heading-not-allowed = 此账号无权登录
signin-heading-failed = 登录失败

## A sign-in that failed: explanations and links

signin-was-as = 您已使用 { $account } 登录 { $provider }。
signin-cancelled = 您取消了登录。准备好后，请重新开始。
signin-expired = 本次登录耗时过长、已被使用过，或是在其他浏览器中开始的。请重新开始。
signin-unverifiable = 我们无法验证来自 { $provider } 的响应。请重新开始。如果问题反复出现，请告知管理员。
signin-unreachable = 目前无法连接到 { $provider }。请在一分钟后重试。
signin-email-unverified = 此账号的电子邮件地址未经验证。请先在 { $provider } 完成验证，然后重新登录。
signin-not-allowed = 此账号无权在此登录。请使用其他账号，或向管理员申请访问权限。
signin-inactive = 此账号已停用。请与管理员联系。
signin-email-taken = 此电子邮件地址已属于这里的另一个账号。请与管理员联系。
signin-unreadable = 此账号的记录已损坏，因此无法打开。请与管理员联系。
signin-store-unsuitable = 需要先修复网关的数据库，具体方法请参阅网关日志。请告知管理员。
signin-impossible = 目前无法登录。请在一分钟后重试。
signin-other-account = 使用其他账号
signin-start-again = 重新开始

## Signing out

signout-title = 退出登录
signout-motto = 在此处退出登录不会使您退出 { $provider }。
signout-heading = 要退出 { $product } 吗？
signout-lead = 您当前登录的账号是 <strong class="who">{ $person }</strong>。
signout-trusted = 此设备受信任：下次在此登录时无需输入验证码。
signout-forget = 不再信任此设备
signout-stay = 保持登录状态
signout-done-heading = 您已退出登录
signout-done = 如果使用的是共用电脑，请同时退出 { $provider }。如果 { $provider } 保持登录状态，其他人就能直接进入第二步验证。
signout-done-trusted = 如果使用的是共用电脑，请同时退出 { $provider }。此设备受信任，如果 { $provider } 保持登录状态，其他人无需验证码即可登录。

## Links that take a session to another address of the gateway

handover-heading = 无法通过此链接登录
handover-malformed = 网址不完整或已被更改。
handover-unknown = 此链接无效，或者您的会话已结束。
handover-used = 此链接已被使用过。每个链接只能使用一次。
handover-expired = 此链接已过期。链接的有效期为一分钟。
handover-other-host = 此链接适用于其他网址。
handover-no-binding = 您的浏览器未随此链接发送 Cookie。
handover-other-browser = 此链接是为其他浏览器生成的。
handover-session-changed = 在链接生效之前，您重新登录了或输入了验证码。
handover-what-now = 未做任何更改。请重新打开您要访问的页面：如果您已登录，页面会立即打开。
handover-again = 重新打开页面
handover-no-cookies-heading = 您的浏览器未保存此网址的 Cookie
handover-no-cookies = 您已登录，但 { $host } 需要自己的 Cookie 才能识别您，而浏览器未将其发回。
handover-allow-cookies = 请在浏览器设置中允许 { $host } 使用 Cookie，然后重新打开页面。

## The end of a sign-in or verification in a window of its own, beside the application's page

renewed-title = 完成
renewed-motto = 回到您之前的页面。
renewed-heading = 已完成
renewed-lead = 请返回您来时的窗口：它会自动继续。您可以关闭此窗口。
