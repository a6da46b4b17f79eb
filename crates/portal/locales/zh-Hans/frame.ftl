### The frame of every page, and parts that several pages share.
###
### In every message, { $product } is the name of the application behind the gateway ("NetPilot"), and { $provider } is the
### name of the company whose account people sign in with ("Google"). Both are names of any gender and are not translated.

## Frame

frame-skip = 跳至正文
frame-protected = 由 Postern 提供保护
frame-not-you = 不是您？退出登录
frame-help = 获取帮助
frame-privacy = 隐私权
frame-language = 语言
frame-language-change = 更改
frame-error-title = 错误：{ $title }
frame-mention = 如需联系支持人员，请提供代码 <code>{ $code }</code> 和请求编号 <code class="nobr">{ $id }</code>。

## Buttons and links of several pages

frame-cancel = 取消
frame-not-now = 以后再说
frame-confirm = 确认
frame-sign-in = 登录
frame-sign-out = 退出登录
frame-go-on = 继续
frame-try-again = 重试
frame-start-page = 前往起始页
frame-to-account = 前往您的账号
frame-back-unconfirmed = 不确认并返回

## Codes and passkeys: parts of several forms

frame-code-six = 6 位数验证码
frame-code-six-hint = 请输入身份验证器应用中当前显示的验证码。
frame-code = 验证码
frame-code-hint = 身份验证器应用中的 6 位数验证码，或备用验证码。
frame-use-passkey = 使用通行密钥
frame-or-code = 或输入验证码
frame-trust = 不在此设备上再次询问（{ $span }内）
frame-name = 名称
frame-passkey-motto = 通行密钥仅在此网站上有效，其他网站无法窃取。

## Said by the script

frame-copied = 已复制
frame-copied-said = 已复制到剪贴板。
frame-copy-failed = 无法复制。请选中文本并自行复制。
frame-passkey-exists = 此设备上已有您账号的通行密钥。
frame-passkey-unused = 未使用通行密钥。请重试。
