### Signing in and out, and links that take a session to another address.

## The page with the button

signin-title = ログイン
signin-motto = パスワードが { $provider } の外に出ることはありません。{ $product } に渡されるのは、名前、写真、メールアドレスだけです。
signin-heading = { $product } にログイン
signin-lead = { $provider } アカウントを使用してください。2 段階認証がオンの場合は、続けてコードを入力していただきます。
signin-in-app = ほかのアプリ内では、{ $provider } でのログインが拒否されることがあります。代わりに、このページをブラウザで開いてください（メニューの「ブラウザで開く」など）。
signin-button = { $provider } で続行
signin-password = パスワードを入力するのは { $provider } の画面だけです。ここで入力することはありません。
signin-ended = セッションが終了しました。続行するには、もう一度ログインしてください。
signin-cookie-damaged = ブラウザから送信されたセッション Cookie が破損しているか、複数あります。ログインしても解決しない場合は、このサイトの Cookie を削除してください。

## A sign-in that failed: headings

signin-heading-cancelled = ログインをキャンセルしました
signin-heading-expired = このログインは期限切れです
signin-heading-unreachable = { $provider } に接続できません
signin-heading-not-working = 現在ログインできません
signin-heading-disabled = このアカウントは無効です
signin-heading-unreadable = このアカウントを開けません
signin-heading-not-allowed = このアカウントではログインできません
signin-heading-failed = ログインできませんでした

## A sign-in that failed: explanations and links

signin-was-as = { $provider } に { $account } としてログインしました。
signin-cancelled = ログインをキャンセルしました。準備ができたら、もう一度始めてください。
signin-expired = 時間がかかりすぎたか、すでに使用されたか、別のブラウザで開始されたログインです。最初からやり直してください。
signin-unverifiable = { $provider } からの応答を検証できませんでした。最初からやり直してください。何度も繰り返す場合は、管理者に連絡してください。
signin-unreachable = 現在 { $provider } に接続できません。1 分ほど待ってから、もう一度お試しください。
signin-email-unverified = このアカウントのメールアドレスは確認されていません。{ $provider } で確認を済ませてから、もう一度ログインしてください。
signin-not-allowed = このアカウントではここにログインできません。別のアカウントを使用するか、管理者にアクセス権を依頼してください。
signin-inactive = このアカウントは無効になっています。管理者にお問い合わせください。
signin-email-taken = このメールアドレスは、ここではすでに別のアカウントで使用されています。管理者にお問い合わせください。
signin-unreadable = このアカウントの記録が破損しているため、開けません。管理者にお問い合わせください。
signin-store-unsuitable = 先にゲートウェイのデータベースを修正する必要があります。修正方法はゲートウェイのログに記載されています。管理者に連絡してください。
signin-impossible = 現在ログインできません。1 分ほど待ってから、もう一度お試しください。
signin-other-account = 別のアカウントを使用
signin-start-again = 最初からやり直す

## Signing out

signout-title = ログアウト
signout-motto = ここでログアウトしても、{ $provider } からはログアウトされません。
signout-heading = { $product } からログアウトしますか？
signout-lead = <strong class="who">{ $person }</strong> としてログインしています。
signout-trusted = このデバイスは信頼済みのため、次回ここでログインするときにコードは必要ありません。
signout-forget = このデバイスの信頼を解除する
signout-stay = ログインしたままにする
signout-done-heading = ログアウトしました
signout-done = 共用のパソコンでは、{ $provider } からもログアウトしてください。{ $provider } にログインしたままだと、ほかの人が 2 段階認証の画面まで進めてしまいます。
signout-done-trusted = 共用のパソコンでは、{ $provider } からもログアウトしてください。このデバイスは信頼済みのため、{ $provider } にログインしたままだと、ほかの人がコードなしでログインできてしまいます。

## Links that take a session to another address of the gateway

handover-heading = このリンクではログインできません
handover-malformed = アドレスが不完全か、変更されています。
handover-unknown = このリンクは無効か、セッションが終了しています。
handover-used = このリンクは使用済みです。リンクは 1 回だけ使えます。
handover-expired = リンクの有効期限が切れています。リンクが有効なのは 1 分間です。
handover-other-host = このリンクは別のアドレス用です。
handover-no-binding = ブラウザから、リンクに対応する Cookie が送信されませんでした。
handover-other-browser = このリンクは別のブラウザ用に作成されたものです。
handover-session-changed = リンクの処理中に、新たなログインまたはコードの入力が行われました。
handover-what-now = 何も変更されていません。目的のページをもう一度開いてください。ログイン済みであれば、すぐに開きます。
handover-again = ページをもう一度開く
handover-no-cookies-heading = ブラウザがこのアドレスの Cookie を保存していません
handover-no-cookies = ログインは済んでいますが、{ $host } で認識されるには専用の Cookie が必要です。その Cookie がブラウザから返されませんでした。
handover-allow-cookies = ブラウザの設定で { $host } の Cookie を許可してから、ページをもう一度開いてください。

## The end of a sign-in or verification in a window of its own, beside the application's page

renewed-title = 完了
renewed-motto = 元の画面に戻ります。
renewed-heading = 完了しました
renewed-lead = 元のウィンドウに戻ってください。操作は自動的に続行されます。このウィンドウは閉じてかまいません。
