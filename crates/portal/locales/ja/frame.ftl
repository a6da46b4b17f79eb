### The frame of every page, and parts that several pages share.
###
### In every message, { $product } is the name of the application behind the gateway ("NetPilot"), and { $provider } is the
### name of the company whose account people sign in with ("Google"). Both are names of any gender and are not translated.

## Frame

frame-skip = 本文へ移動
frame-protected = Postern で保護されています
frame-not-you = ご本人でない場合はログアウト
frame-help = ヘルプ
frame-privacy = プライバシー
frame-language = 言語
frame-language-change = 変更
frame-error-title = エラー: { $title }
frame-mention = サポートへのお問い合わせの際は、<code>{ $code }</code> とリクエスト番号 <code class="nobr">{ $id }</code> をお知らせください。

## Buttons and links of several pages

frame-cancel = キャンセル
frame-not-now = 後で
frame-confirm = 確認
frame-sign-in = ログイン
frame-sign-out = ログアウト
frame-go-on = 続行
frame-try-again = 再試行
frame-start-page = スタート ページへ
frame-to-account = アカウントへ
frame-back-unconfirmed = 確認せずに戻る

## Codes and passkeys: parts of several forms

frame-code-six = 6 桁のコード
frame-code-six-hint = 認証アプリに現在表示されているコードを入力してください。
frame-code = コード
frame-code-hint = 認証アプリの 6 桁のコード、またはバックアップ コード。
frame-use-passkey = パスキーを使用
frame-or-code = またはコードを入力
frame-trust = このデバイスでは今後確認を求めない（{ $span }）
frame-name = 名前
frame-passkey-motto = パスキーはこのサイトでしか使えないため、ほかのサイトに盗まれることはありません。

## Said by the script

frame-copied = コピーしました
frame-copied-said = クリップボードにコピーしました。
frame-copy-failed = コピーできませんでした。テキストを選択して手動でコピーしてください。
frame-passkey-exists = このデバイスには、このアカウントのパスキーがすでにあります。
frame-passkey-unused = パスキーは使用されませんでした。もう一度お試しください。
