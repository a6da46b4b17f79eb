### Pages that ask for the second factor, the page of a locked factor, and what is said about a code that was not accepted.

## Entering a code

verify-heading = コードを入力
verify-heading-again = 本人確認
verify-heading-passkey = パスキーを使用
verify-heading-backup = バックアップ コードを入力
verify-motto = { $provider } で本人確認が済みました。あと 1 ステップです。
verify-motto-again = 新しいコードで、操作しているのが引き続きご本人であることを確認します。
verify-asks = ログイン済みですが、<span class="who">{ $asks }</span> を開くには新しいコードが必要です。
verify-asks-something = ログイン済みですが、この操作には新しいコードが必要です。
verify-asks-passkey = <span class="who">{ $asks }</span> を開くにはパスキーが必要です。コードでログインはできますが、それだけでは開けません。
verify-asks-first-passkey = <span class="who">{ $asks }</span> を開くにはパスキーが必要です。まずコードでログインしてから、パスキーを追加してください。
verify-choice = 確認方法
verify-app = 認証アプリ
verify-backup = バックアップ コード
verify-backup-hint = 設定時に保存したコードのうちの 1 つ。各コードは 1 回だけ使えます。
verify-offer-passkey = 次回から、代わりに指紋、顔、画面ロックを使う（今回はコードをもう 1 回入力します）
verify-button = 確認
verify-codes-left = { $count ->
    [0] バックアップ コードは残っていません。認証アプリも使えなくなった場合は、管理者にお問い合わせください。
    [1] これが最後のバックアップ コードです。ログイン後、アカウント ページで新しいコードを作成してください。
   *[other] バックアップ コードは残り { $count } 個です。
}
verify-codes-left-without-app = { $count ->
    [0] バックアップ コードは残っていません。パスキーも使えなくなった場合は、管理者にお問い合わせください。
    [1] これが最後のバックアップ コードです。ログイン後、アカウント ページで新しいコードを作成してください。
   *[other] バックアップ コードは残り { $count } 個です。
}
verify-help = スマートフォンをなくした場合は、バックアップ コードを使用してください。コードが受け付けられない場合は、スマートフォンの時刻が自動設定になっていることを確認してください。

## A page that takes passkeys only

passkeystep-heading = パスキーで確認
passkeystep-heading-first = 続行するにはパスキーを追加
passkeystep-asks = ログイン済みですが、<span class="who">{ $asks }</span> を開くにはパスキーが必要です。コードは偽サイトにだまし取られるおそれがあるため、コードだけでは開けません。
passkeystep-asks-something = ログイン済みですが、この操作にはパスキーが必要です。コードは偽サイトにだまし取られるおそれがあるため、コードだけでは操作できません。
passkeystep-needs = パスキーを使うには、JavaScript と最新のブラウザが必要です。JavaScript をオンにするか、このページを別のブラウザで開いてください。
passkeystep-elsewhere = パスキーがこのデバイスにない場合は、コードを使って<a href="{ $link }">別のパスキーを追加</a>できます。
passkeystep-none = パスキーがまだありません。追加にはコードが必要で、1 分ほどで完了します。その後は、指紋、顔、画面ロック、またはセキュリティ キーで本人確認ができます。
passkeystep-add = パスキーを追加

## A locked factor

locked-title = ロック中
locked-title-for-now = 一時ロック中
locked-motto = 間違ったコードが数回入力されるとロックし、攻撃者による推測を防ぎます。
locked-app = 認証アプリがロックされています
locked-app-for-now = 認証アプリが一時的にロックされています
locked-backup = バックアップ コードがロックされています
locked-backup-for-now = バックアップ コードが一時的にロックされています
locked-wait = 間違ったコードの入力が多すぎます。<strong>{ $wait }</strong>後にもう一度お試しください。
locked-until = { $time } にロックが解除されます。
locked-for-good = 間違ったコードが続けて何度も入力されました。ロックの解除は管理者が行う必要があります。
locked-use-app = 認証アプリを使用
locked-use-backup = バックアップ コードを使用
locked-cannot-wait = お急ぎの場合は、管理者がロックを解除できます。
locked-not-you = 心当たりがない場合は、ほかの人があなたの { $provider } アカウントにログインできる状態になっているおそれがあります。{ $provider } のパスワードを変更し、管理者に連絡してください。管理者は、すべてのデバイスをログアウトし、2 段階目の確認をリセットできます。
locked-account = アカウントでほかのデバイスをログアウト

## What is said about a form with a code, a passkey or a ticket

factor-code-missing = コードを入力してください。
factor-no-app = このアカウントには認証アプリがありません。パスキーまたはバックアップ コードを使用してください。
factor-code-malformed = 認証アプリに表示されている 6 桁の数字を入力してください。今回の入力は試行回数に含まれません。
factor-backup-malformed = バックアップ コードの形式ではないようです。確認してもう一度お試しください。今回の入力は試行回数に含まれません。
factor-passkey-or-code = パスキーを確認できませんでした。もう一度試すか、コードを使用してください。
factor-code-wrong = コードが正しくないか、すでに使用されています。次のコードが表示されるまでお待ちください。
factor-backup-wrong = バックアップ コードが正しくないか、すでに使用されています。
factor-passkey-wrong = パスキーを確認できませんでした。
factor-attempts-left = { $why }あと { $count } 回試せます。
factor-passkey-expired = 時間がかかりすぎたか、ページが 2 つ開かれていました。もう一度お試しください。
factor-passkey-refused = パスキーを確認できませんでした。もう一度お試しください。
factor-passkey-unknown = このパスキーはすでにアカウントから削除されているため、使用できません。
factor-passkey-known = このパスキーは、すでにアカウントに登録されています。
factor-passkeys-full = パスキーの数がアカウントの上限に達しています。先に 1 つ削除してください。
factor-ticket-missing = 登録チケットを入力してください。
factor-ticket-invalid = このチケットは無効です。期限切れか、すでに使用されている可能性があります。管理者に新しいチケットを依頼してください。
factor-ticket-locked-for = 間違ったチケットの入力が多すぎます。{ $wait }後にもう一度お試しください。
factor-ticket-locked = 間違ったチケットの入力が多すぎます。管理者に新しいチケットを依頼してください。
factor-codes-locked-for = 間違ったコードの入力が多すぎるため、コードは使用できません（ロック解除まで { $wait }）。パスキーを使用してください。
factor-codes-locked = 間違ったコードの入力が多すぎるため、コードはロックされています。パスキーを使用してください。
factor-setup-ended = 設定の有効期限が切れたか、間違ったコードの入力が多すぎます。最初からやり直してください。

## Where a page demands a session that is bound to its device (W3C Device Bound Session Credentials)

verify-device-heading = このページには、デバイスに紐付けられたセッションが必要です
verify-device-waiting = ブラウザがセッションをこのデバイスに紐付けています。数秒で完了します。
verify-device-go-on = 続ける
verify-device-why = 紐付けると、Cookie がコピーされても、ほかの場所でセッションを使うことはできません。ブラウザとデバイスが対応していれば、2 段階認証を確認したときにブラウザが自動で紐付けます。
verify-device-cannot = 確認後もこのページに戻る場合、このブラウザまたはデバイスは対応していません。セキュリティ チップ（TPM）を搭載したパソコンで最新の Chrome または Edge を使うか、管理者にお問い合わせください。
verify-device-confirm = 2 段階認証を確認
