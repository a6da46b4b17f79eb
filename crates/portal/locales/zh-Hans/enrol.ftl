### Setting up an authenticator app, and its backup codes.

## Introduction

enrol-progress = 设置进度
enrol-step-start = 开始
enrol-step-scan = 扫描
enrol-step-create = 创建
enrol-step-save = 保存
enrol-title = 设置两步验证
enrol-heading = 设置两步验证
enrol-heading-replace = 更换身份验证器
enrol-motto = 开启两步验证后，他人仅凭盗取的密码无法登录。
enrol-lead-replace = 换用新手机或其他应用。在新的身份验证器得到确认之前，当前的身份验证器仍可使用。之后，您会获得新的备用验证码，您的其他设备也会退出登录。
enrol-lead-asks = <span class="who">{ $asks }</span> 要求使用两步验证。设置大约需要两分钟。
enrol-lead-required = { $product } 要求使用两步验证。设置大约需要两分钟。
enrol-lead = 设置大约需要两分钟。
enrol-needs-ticket = 为确认是您本人，需要输入注册凭证。请向管理员索取。
enrol-plan-app = <strong>获取身份验证器应用</strong>，例如 Google Authenticator、Aegis 或 2FAS，也可以使用您的密码管理器。
enrol-plan-scan = <strong>扫描二维码</strong>，然后输入应用中的 6 位数验证码。
enrol-plan-choose = <strong>选择确认身份的方式</strong>：身份验证器应用（例如 Google Authenticator、Aegis 或 2FAS）、您的密码管理器、此设备或安全密钥。
enrol-plan-set-up = <strong>进行设置</strong>：用应用扫描二维码并输入 6 位数验证码，或按浏览器的提示操作。
enrol-plan-save = <strong>保存备用验证码</strong>，以防手机丢失。
enrol-current-code = 当前验证码
enrol-current-code-hint = 当前身份验证器中的 6 位数字；如果已无法使用该身份验证器，请输入备用验证码。
enrol-ticket = 注册凭证
enrol-ticket-hint = 由 24 个字母和数字组成，只能使用一次，且在有限时间内有效。
enrol-start = 开始
enrol-skip = 暂时跳过
enrol-without-app = 或不使用应用
enrol-passkey-about = 使用指纹、人脸、屏幕锁定或安全密钥确认是您本人。您可以稍后再添加应用。
enrol-passkey-button = 使用此设备或安全密钥

## The QR code

enrol-scan-heading = 设置身份验证器应用
enrol-scan-heading-add = 添加身份验证器应用
enrol-scan-motto = 此密钥仅向您显示，且仅在设置完成之前显示。
enrol-open-app = 在身份验证器应用中打开
enrol-scan-lead = 使用身份验证器应用扫描此二维码，然后输入应用中显示的验证码。
enrol-qr = 用于身份验证器应用的二维码
enrol-cannot-scan = 无法扫描？
enrol-type-key = 请在应用中输入此密钥。如需选择类型，请选择“<em>基于时间</em>”：
enrol-copy-key = 复制密钥
enrol-open-app-here = 在此设备上的应用中打开
enrol-code-hint = 验证码每 30 秒更换一次。
enrol-name-hint = 例如“平板电脑”或“备用手机”。
enrol-valid-for = 此二维码的有效时间还剩 { $count } 分钟。
enrol-no-app = 没有应用？<a href="{ $link }">改用此设备或安全密钥</a>。

## A passkey instead of an app

enrol-step-valid-for = 此步骤的有效时间还剩 { $count } 分钟。
enrol-use-app = 改用身份验证器应用

## Backup codes

codes-heading = 保存备用验证码
codes-motto = 请妥善保管，不要存放在装有身份验证器应用的手机上。
codes-lead-enrolled = 两步验证已开启。如果手机丢失，您可以使用以下备用验证码登录，每个可登录一次。<strong>离开此页面后，将无法再次查看这些验证码。</strong>
codes-lead-replaced = 旧的备用验证码已失效。如果手机丢失，您可以使用以下备用验证码登录，每个可登录一次。<strong>离开此页面后，将无法再次查看这些验证码。</strong>
codes-printed = { $person } 的 { $product } 备用验证码。每个只能使用一次。
codes-copy = 复制
codes-download = 下载
codes-print = 打印
codes-saved = 我已保存
codes-file-title = { $product } 备用验证码
codes-file-once = 每个备用验证码只能使用一次。
codes-done-already-heading = 此操作已完成
codes-done-already = 首次提交时已成功。此次未再做任何更改。
codes-done-already-lost = 如果您尚未保存备用验证码，请生成新的备用验证码。生成后，当前的备用验证码将失效。
codes-make-new = 生成新的备用验证码
