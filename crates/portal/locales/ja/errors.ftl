### Errors: a heading and an explanation each. The gateway is the program that asks for the sign-in; the application is what
### lies behind it.

error-motto = 問題があるときは、アクセスを許可しません。
error-motto-good = またのご利用をお待ちしております。

## Errors of the gateway's own pages

error-not-found-heading = ページが見つかりません
error-not-found = このアドレスにページはありません。入力に誤りがないか確認してください。
error-method-heading = ここでは利用できない操作です
error-method = このアドレスで使えるのは別のメソッドです。使えるメソッドは Allow ヘッダーに記載されています。
error-origin-heading = 別のサイトからのリクエストです
error-origin = リクエストの送信元が示されていないか、この操作を許可されていません。ページを直接開いて、もう一度お試しください。
error-other-host-heading = このアドレスでは利用できません
error-other-host = この操作はゲートウェイの公開アドレスでのみ行えます。そのアドレスでページを開いて、もう一度お試しください。
error-form-heading = フォームの内容が古くなっています
error-form = このページを開いた後に、ログインまたはログアウトが行われました。何も変更されていません。ページを再読み込みして、もう一度お試しください。
error-too-large-heading = リクエストが大きすぎます
error-too-large = このページで受け付けられるサイズを超えています。
error-too-slow-heading = リクエストがタイムアウトしました
error-too-slow = リクエストが時間内に届きませんでした。もう一度お試しください。
error-broken-heading = リクエストが不完全です
error-broken = リクエストの一部が失われました。もう一度お試しください。
error-json-heading = JSON が必要です
error-json = Content-Type: application/json を指定して JSON を送信してください。
error-media-type-heading = フォームが必要です
error-media-type = Content-Type: application/x-www-form-urlencoded を指定してフォームを送信してください。
error-cookie-heading = セッション Cookie が破損しています
error-cookie = ブラウザから送信されたセッション Cookie を読み取れないか、複数あります。もう一度ログインしてください。何度も繰り返す場合は、このサイトの Cookie を削除してください。
error-cookies-heading = Cookie が多すぎます
error-cookies = ブラウザからこのアドレスに送信される Cookie が 16 KiB を超えています。その多くは、ほかのアプリケーションが設定したものです。ブラウザの設定でこのサイトの Cookie を削除してから、もう一度ログインしてください。
error-step-sign-in-heading = ログインしてください
error-step-sign-in = ログインしていないか、セッションが終了しています。
error-step-verify-heading = コードを入力
error-step-verify = 先に 2 段階認証を完了してください。
error-step-up-heading = 新しいコードを入力
error-step-up = この操作には新しいコードが必要です。
error-step-passkey-heading = パスキーを使用
error-step-passkey = この操作にはパスキーが必要です。
error-step-enrol-heading = 2 段階認証を設定
error-step-enrol = 先に 2 段階認証を設定してください。
error-step-device-heading = セッションをこのデバイスに紐付けてください
error-step-device = デバイスに紐付けられたセッションが必要です。
error-refused-heading = 操作を完了できませんでした
error-refused = リクエストは拒否されました。
error-busy-heading = 現在混み合っています
error-busy = 多数のコードを同時に確認しています。少し待ってから、もう一度お試しください。
error-store-heading = 一時的に利用できません
error-store = 現在セッションを確認できません。何も変更されていません。1 分ほど待ってから、もう一度お試しください。
error-unreadable-heading = このアカウントを開けません
error-unreadable = このアカウントの記録が破損しているため、開けません。管理者にお問い合わせください。
error-internal-heading = エラーが発生しました
error-internal = エラーは記録されました。それ以上の変更は行われていません。もう一度試すか、管理者に連絡してください。

## Headings of refusals in front of the application

refusal-address = アドレスが正しくありません
refusal-cookies = ブラウザから送信される Cookie が多すぎます
refusal-unreadable = リクエストを読み取れません
refusal-sign-in = もう一度ログインしてください
refusal-forbidden = アクセス権がありません
refusal-not-found = ここには何もありません
refusal-wait = しばらくお待ちください
refusal-no-answer = アプリケーションが応答しません
refusal-unavailable = 現在ご利用いただけません
refusal-too-long = アプリケーションの応答に時間がかかっています
refusal-other = この操作は行えません
refusal-right-address = 正しいアドレスを開く

## Explanations of these refusals

problem-unknown-host = このホストは利用できません。代わりに { $url } を開いてください。
problem-method-not-allowed = このメソッドは使用できません。
problem-bad-request = リクエストの形式が正しくありません。
problem-bad-request-body = リクエストの本文の形式が正しくありません。
problem-bad-request-forward = このリクエストは、このままでは転送できません。
problem-ambiguous-path = アドレスが、サーバーによって解釈の異なる書き方になっています。あいまいさのない形で指定してください。
problem-not-found = ここには何もありません。
problem-sign-in-required = 続行するにはログインしてください。
problem-second-factor-required = 続行するには、2 段階認証を完了してください。
problem-enrolment-required = 続行するには、2 段階認証を設定してください。
problem-second-factor-again = 続行するには、もう一度 2 段階認証を行ってください。
problem-passkey-required = 続行するには、パスキーを使用してください。
problem-invalid-session-cookie = このセッション Cookie は、当サイトが発行したものではありません。このサイトの Cookie を削除して、もう一度ログインしてください。
problem-cookies-too-large = ブラウザからこのアドレスに送信される Cookie が 16 KiB を超えています。その多くは、ほかのアプリケーションが設定したものです。ブラウザの設定でこのサイトの Cookie を削除してから、もう一度ログインしてください。
problem-forbidden = このアドレスは公開されていません。
problem-forbidden-account = お使いのアカウントでは、このアドレスを利用できません。
problem-foreign-origin = このリクエストは、別のサイトのページから送信されました。
problem-unavailable = 現在セッションを確認できません。少し待ってから、もう一度お試しください。
problem-upstream-failed = アプリケーションから無効な応答が返されました。1 分ほど待ってから、もう一度お試しください。問題が続く場合は、アプリケーションの管理者に連絡してください。
problem-upstream-unavailable = このアドレスのアプリケーションは、混み合っているか停止しています。少し待ってから、もう一度お試しください。
problem-upstream-timeout = このアドレスのアプリケーションが時間内に応答しませんでした。要求した処理がまだ続いている可能性があるため、1 分ほど待ってから、もう一度お試しください。
problem-not-allowed = このアカウントでは、このアドレスを開けません。
problem-own-page-checked = ログイン ページを表示できません。このサイトのプロキシが、ログイン ページを表示する前にログインを要求しています。サイトの運営者に連絡してください。
problem-too-many-requests = お使いのネットワーク アドレスからのリクエストが多すぎます。少し待ってから、もう一度お試しください。
