### Errors: a heading and an explanation each. The gateway is the program that asks for the sign-in; the application is what
### lies behind it.

error-motto = 出现异常时，访问会保持关闭。
error-motto-good = 期待与您再会。

## Errors of the gateway's own pages

error-not-found-heading = 找不到页面
error-not-found = 此网址没有对应的页面。请检查是否有输入错误。
error-method-heading = 此处不支持该操作
error-method = 此网址接受其他方法，详见 Allow 标头。
error-origin-heading = 此请求来自其他网站
error-origin = 请求未注明来源，或其来源无权执行此操作。请直接打开该页面，然后重试。
error-other-host-heading = 此网址不提供该功能
error-other-host = 网关仅在其公开网址上提供此功能。请在该网址上打开页面，然后重试。
error-form-heading = 此表单已过期
error-form = 打开此页面后，您登录或退出了账号。未做任何更改。请重新加载页面，然后重试。
error-too-large-heading = 请求过大
error-too-large = 请求超出了此页面可接受的大小。
error-too-slow-heading = 请求超时
error-too-slow = 请求未能及时送达。请重试。
error-broken-heading = 请求不完整
error-broken = 请求的部分内容已丢失。请重试。
error-json-heading = 需要 JSON
error-json = 请使用 Content-Type: application/json 发送 JSON。
error-media-type-heading = 需要表单
error-media-type = 请使用 Content-Type: application/x-www-form-urlencoded 发送表单。
error-cookie-heading = 您的会话 Cookie 已损坏
error-cookie = 您的浏览器发送的会话 Cookie 无法读取，或发送了多个会话 Cookie。请重新登录。如果问题反复出现，请删除此网站的 Cookie。
error-cookies-heading = Cookie 过多
error-cookies = 您的浏览器向此网址发送的 Cookie 超过 16 KiB，其中大部分由其他应用设置。请在浏览器设置中删除此网站的 Cookie，然后重新登录。
error-step-sign-in-heading = 请登录
error-step-sign-in = 您尚未登录，或者您的会话已结束。
error-step-verify-heading = 输入验证码
error-step-verify = 请先完成第二步验证。
error-step-up-heading = 输入新的验证码
error-step-up = 此操作需要新的验证码。
error-step-passkey-heading = 使用通行密钥
error-step-passkey = 此操作需要使用通行密钥。
error-step-enrol-heading = 设置两步验证
error-step-enrol = 请先设置两步验证。
error-step-device-heading = 请将会话绑定到此设备
error-step-device = 此操作需要绑定到您设备的会话。
error-refused-heading = 操作未成功
error-refused = 请求被拒绝。
error-busy-heading = 目前繁忙
error-busy = 同时验证的验证码过多。请稍后重试。
error-store-heading = 暂时无法使用
error-store = 目前无法检查您的会话。未做任何更改。请在一分钟后重试。
error-unreadable-heading = 无法打开此账号
error-unreadable = 此账号的记录已损坏，因此无法打开。请与管理员联系。
error-internal-heading = 出了点问题
error-internal = 错误已记入日志。未再做其他更改。请重试，或告知管理员。

## Headings of refusals in front of the application

refusal-address = 网址不正确
refusal-cookies = 您的浏览器发送的 Cookie 过多
refusal-unreadable = 无法读取该请求
refusal-sign-in = 请重新登录
refusal-forbidden = 您没有访问权限
refusal-not-found = 此处没有任何内容
refusal-wait = 请稍候
refusal-no-answer = 应用没有响应
refusal-unavailable = 目前无法使用
refusal-too-long = 应用响应时间过长
refusal-other = 此处无法执行该操作
refusal-right-address = 打开正确的网址

## Explanations of these refusals

problem-unknown-host = 此处不提供该主机的服务。请改为打开 { $url }。
problem-method-not-allowed = 不支持此方法。
problem-bad-request = 请求格式有误。
problem-bad-request-body = 请求正文格式有误。
problem-bad-request-forward = 该请求无法按原样转发。
problem-ambiguous-path = 不同服务器对此网址的写法会有不同解读。请使用明确的写法。
problem-not-found = 此处没有任何内容。
problem-sign-in-required = 请登录以继续。
problem-second-factor-required = 请完成第二步验证以继续。
problem-enrolment-required = 请设置两步验证以继续。
problem-second-factor-again = 请再次完成第二步验证以继续。
problem-passkey-required = 请使用通行密钥以继续。
problem-invalid-session-cookie = 此会话 Cookie 并非由我们签发。请删除此网站的 Cookie，然后重新登录。
problem-cookies-too-large = 您的浏览器向此网址发送的 Cookie 超过 16 KiB，其中大部分由其他应用设置。请在浏览器设置中删除此网站的 Cookie，然后重新登录。
problem-forbidden = 此网址不开放访问。
problem-forbidden-account = 您的账号无权使用此网址。
problem-foreign-origin = 该请求由其他网站的页面发出。
problem-unavailable = 目前无法检查会话。请稍后重试。
problem-upstream-failed = 应用发送了无效的响应。请在一分钟后重试；如果问题仍然存在，请告知该应用的管理员。
problem-upstream-unavailable = 此网址对应的应用正忙或未运行。请稍后重试。
problem-upstream-timeout = 此网址对应的应用未能及时响应。您请求的操作可能仍在进行，请等待一分钟后再重试。
problem-not-allowed = 此账号无权打开此网址。
problem-own-page-checked = 无法访问登录页面：此网站的代理要求先登录才会显示该页面。请告知网站负责人。
problem-too-many-requests = 来自您网络地址的请求过多。请稍候片刻再重试。
