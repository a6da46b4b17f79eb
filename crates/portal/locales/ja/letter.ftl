### Mails: what happened to an account, and codes.

## Every mail

letter-subject = { $product }：{ $heading }
letter-account = アカウント
letter-when = 日時
letter-from = 操作元
letter-account-line = アカウント：{ $account }
letter-when-line = 日時：{ $when }
letter-from-line = 操作元：{ $from }
letter-from-unknown = 不明
letter-from-command-line = コマンド ライン

## The end of mails about an account

letter-not-me = 自分の操作でない場合は、アカウントのほかのセッションをすべて終了してください。
letter-not-me-then = 表示されるページでログインし、2 段階目の確認を行います。その後、ログインに使うパスワードを変更し、自分のものではないものをアカウントから削除して、管理者に連絡してください。
letter-account-page = アカウントのページ：
letter-cannot-confirm = コードがロックされている、または 2 段階目の確認方法が置き換えられたか削除されたために確認できない場合は、すぐに管理者に連絡してください。管理者がすべてのセッションを終了し（{ $revoke }）、2 段階目の確認をリセットします（{ $reset }）。
letter-no-secret = このメールにはコードもパスワードも含まれていません。{ $product } の担当者がそれらを尋ねることはありません。

## What to do if this was you

letter-nothing-to-do = 自分の操作であれば、何もする必要はありません。
letter-make-new-codes = 自分の操作であれば、最後のコードを使い切る前に、アカウントのページで新しいバックアップ コードを作成してください。
letter-wait = 自分の操作であれば、ロックが解除されるまで待つか、別の確認方法を使用してください。間違ったコードを入力するたびに、ロックの時間は長くなります。
letter-ask-to-unlock = 自分の操作であれば、管理者にロックの解除を依頼してください。それまでは、別の確認方法があればそれを使用してください。
letter-set-up-again = 次回のログイン時に、2 段階目の確認をもう一度設定してください。依頼した覚えがない場合は、管理者に問い合わせてください。

## What happened: a heading, and one or two sentences

letter-passkey-added = パスキーが追加されました
letter-passkey-added-what = アカウントにパスキーが追加されました。
letter-app-replaced = 認証アプリが置き換えられました
letter-app-replaced-what = 認証アプリが別のものに置き換えられ、新しいバックアップ コードが作成されました。以前のアプリとコードは使えなくなり、ほかのセッションは終了しました。
letter-mail-on = メールのコードがオンになりました
letter-mail-on-what = 今後、このアカウントにログインする人は、ほかの 2 段階目の確認の代わりに、そのログインに使ったメールアドレスへコードを送信できます。
letter-app-added = 認証アプリが追加されました
letter-app-added-what = 認証アプリがアカウントの 2 段階目の確認方法として設定されました。
letter-passkey-removed = パスキーが削除されました
letter-passkey-removed-what = アカウントからパスキーが削除されました。
letter-app-removed = 認証アプリが削除されました
letter-app-removed-what = アカウントから認証アプリが削除されました。そのコードは使えなくなりました。
letter-mail-off = メールのコードがオフになりました
letter-mail-off-what = メールでコードは送信されなくなりました。ほかの 2 段階目の確認方法はそのまま使えます。
letter-number-on = SMS コード用の番号が確認されました
letter-number-on-what = 今後、あなたのアカウントにサインインする人は、ほかの第 2 要素の代わりにこの番号へコードを送信できます。
letter-number-off = SMS コード用の番号が削除されました
letter-number-off-what = この番号にはコードが送信されなくなりました。ほかの第 2 要素はそのままです。
letter-all-removed = 2 段階目の確認が削除されました
letter-all-removed-what = アカウントの 2 段階目の確認方法（すべての認証アプリ、パスキー、バックアップ コード）が削除されました。
letter-codes-replaced = バックアップ コードが置き換えられました
letter-codes-replaced-what = アカウントの新しいバックアップ コードが作成されました。以前のコードは使えなくなりました。
letter-code-used = バックアップ コードが使用されました
letter-few-codes = バックアップ コードの残りがわずかです
letter-code-used-what = バックアップ コードが 1 個使用されました。{ $left }
letter-codes-left = { $count ->
    [0] 残りはありません。
   *[other] 残りは { $count } 個です。
}
letter-backup-disabled = バックアップ コードが無効になりました
letter-backup-disabled-what = プロバイダーでログインした人が、あなたのアカウントに間違ったバックアップ コードを続けて 100 回入力しました。バックアップ コードは、管理者が解除するまでロックされたままです。
letter-app-disabled = コードが無効になりました
letter-app-disabled-what = プロバイダーでログインした人が、あなたのアカウントに間違ったコードを続けて 100 回入力しました。アプリやメールの 6 桁のコードは、管理者が解除するまでロックされたままです。
letter-backup-locked = バックアップ コードがロックされました
letter-backup-locked-what = プロバイダーでログインした人が、あなたのアカウントに間違ったバックアップ コードを入力しました。バックアップ コードはしばらくの間ロックされます。
letter-app-locked = コードがロックされました
letter-app-locked-what = プロバイダーでログインした人が、あなたのアカウントに間違ったコードを入力しました。アプリやメールの 6 桁のコードはしばらくの間ロックされます。
letter-new-device = 新しいデバイスからのログイン
letter-new-device-what = これまで使われたことのないブラウザーとネットワークから、2 段階目の確認を経てアカウントへのログインがありました。
letter-reset = 2 段階目の確認がリセットされました
letter-reset-what = 管理者がアカウントの 2 段階目の確認を削除し、すべてのセッションを終了しました。
letter-test = テスト メール
letter-test-what = このメールは { $command } によって送信されました。アカウントに変更はありません。
letter-test-expected = 何もする必要はありません。

## A mail with a code

letter-code = ログイン コード
letter-code-enter = { $host } で、コードを請求したブラウザーに入力してください。有効期間は { $wait }で、1 回だけ使えます。
letter-code-nobody = { $product } の担当者が電話、メール、チャットでこのコードを尋ねることはありません。尋ねてくる人は、あなたになりすましてログインしようとしています。
letter-code-not-me = コードを請求した覚えがない場合は、ほかの人があなたのプロバイダーのアカウントでログインできる状態です。そのパスワードを変更し、アカウントのほかのセッションをすべて終了してください。

## An SMS with a code

letter-sms = { $product }: コードは { $code } です。有効期間は { $wait }です。誰かがこのコードを尋ねることはありません。
