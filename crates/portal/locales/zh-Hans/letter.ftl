### Mails: what happened to an account, and codes.

## Every mail

letter-subject = { $product }：{ $heading }
letter-account = 账号
letter-when = 时间
letter-from = 来源
letter-account-line = 账号：{ $account }
letter-when-line = 时间：{ $when }
letter-from-line = 来源：{ $from }
letter-from-unknown = 未知
letter-from-command-line = 命令行

## The end of mails about an account

letter-not-me = 如果不是您本人操作，请结束您账号的所有其他会话：
letter-not-me-then = 该页面会要求您登录，并完成第二步验证。之后请更改您的登录密码，在您的账号中移除不属于您的项目，并告知管理员。
letter-account-page = 您的账号：
letter-cannot-confirm = 如果因验证码被锁定，或第二步验证被更换或移除而无法确认，请立即告知管理员：管理员会结束您的所有会话（{ $revoke }），并重置您的第二步验证（{ $reset }）。
letter-no-secret = 此邮件不包含验证码或密码，{ $product } 的任何人都不会向您索要。

## What to do if this was you

letter-nothing-to-do = 如果是您本人操作，则无需任何操作。
letter-make-new-codes = 如果是您本人操作，请在最后一个用完之前，在您的账号中生成新的备用验证码。
letter-wait = 如果是您本人操作，请等待锁定结束，或使用您的其他验证方式。每次再输错验证码，锁定时间都会延长。
letter-ask-to-unlock = 如果是您本人操作，请让管理员解锁您的账号。在此之前，如有其他验证方式，请使用其他方式。
letter-set-up-again = 请在下次登录时重新设置第二步验证。如果这不是您要求的，请咨询管理员。

## What happened: a heading, and one or two sentences

letter-passkey-added = 已添加通行密钥
letter-passkey-added-what = 您的账号中添加了一个通行密钥。
letter-app-replaced = 您的身份验证器应用已更换
letter-app-replaced-what = 另一个身份验证器应用取代了您原来的应用，并生成了新的备用验证码。原来的应用和验证码已失效，您的其他会话已结束。
letter-mail-on = 邮件验证码已开启
letter-mail-on-what = 从现在起，任何登录您账号的人都可以让验证码发送到该次登录所用的邮箱地址，以代替其他第二步验证方式。
letter-app-added = 已添加身份验证器应用
letter-app-added-what = 一个身份验证器应用已设为您账号的第二步验证方式。
letter-passkey-removed = 已移除通行密钥
letter-passkey-removed-what = 您的账号中移除了一个通行密钥。
letter-app-removed = 已移除身份验证器应用
letter-app-removed-what = 您的账号中移除了一个身份验证器应用。其验证码已失效。
letter-mail-off = 邮件验证码已关闭
letter-mail-off-what = 不再通过邮件发送验证码。您的其他第二步验证方式仍然有效。
letter-number-on = 用于短信验证码的号码已确认
letter-number-on-what = 从现在起，登录您账户的人可以让系统将验证码发送到该号码，代替其他第二验证方式。
letter-number-off = 用于短信验证码的号码已移除
letter-number-off-what = 不再向该号码发送验证码。您的其他第二验证方式保持不变。
letter-all-removed = 您的第二步验证已移除
letter-all-removed-what = 您账号的第二步验证已移除：包括所有身份验证器应用、通行密钥和备用验证码。
letter-codes-replaced = 您的备用验证码已更换
letter-codes-replaced-what = 已为您的账号生成新的备用验证码。旧的备用验证码已失效。
letter-code-used = 已使用一个备用验证码
letter-few-codes = 备用验证码即将用完
letter-code-used-what = 您的一个备用验证码已被使用。{ $left }
letter-codes-left = { $count ->
    [0] 已全部用完。
   *[other] 剩余 { $count } 个。
}
letter-backup-disabled = 备用验证码已停用
letter-backup-disabled-what = 有人通过您的登录服务商登录后，为您的账号连续输错了一百次备用验证码。备用验证码将保持锁定，直到管理员解锁。
letter-app-disabled = 验证码已停用
letter-app-disabled-what = 有人通过您的登录服务商登录后，为您的账号连续输错了一百次验证码。六位数验证码（来自应用或邮件）将保持锁定，直到管理员解锁。
letter-backup-locked = 备用验证码已锁定
letter-backup-locked-what = 有人通过您的登录服务商登录后，为您的账号输入了错误的备用验证码。备用验证码已暂时锁定。
letter-app-locked = 验证码已锁定
letter-app-locked-what = 有人通过您的登录服务商登录后，为您的账号输入了错误的验证码。六位数验证码（来自应用或邮件）已暂时锁定。
letter-new-device = 从新设备登录
letter-new-device-what = 有人从此前未出现过的浏览器和网络登录了您的账号，并通过了第二步验证。
letter-reset = 您的第二步验证已重置
letter-reset-what = 管理员移除了您账号的第二步验证，并结束了您的所有会话。
letter-test = 测试邮件
letter-test-what = 此邮件由 { $command } 发送。您的账号没有任何变化。
letter-test-expected = 无需任何操作。

## A mail with a code

letter-code = 您的登录验证码
letter-code-enter = 请在 { $host } 上，在获取此验证码的浏览器中输入。验证码在 { $wait }内有效，且只能使用一次。
letter-code-nobody = { $product } 的任何人都不会通过电话、邮件或聊天向您索要此验证码。索要者企图冒充您登录。
letter-code-not-me = 如果不是您本人获取的，说明其他人可以登录您在服务商处的账号。请在那里更改密码，并结束您账号的所有其他会话：

## An SMS with a code

letter-sms = { $product }：您的验证码是 { $code }，有效期 { $wait }。没有人会向您索要它。
