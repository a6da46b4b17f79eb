### Codes that are sent by SMS, beside another second factor.

## Entering a code that was sent

sms-choice = SMS のコード
sms-send = { $address } に SMS でコードを送信
sms-code = SMS に記載のコード
sms-code-hint = 最新のメッセージにある 6 桁の数字を入力してください。
factor-sms-malformed = メッセージにある 6 桁の数字を入力してください。これは試行回数に数えられていません。
factor-sms-not-offered = このサインインでは SMS によるコードを使えません。別の方法をお使いください。

## The page of a factor that is locked

locked-sms = SMS によるコードはロックされています
locked-sms-for-now = SMS によるコードは一時的にロックされています
locked-use-sms = SMS のコードを使う

## The account page

sms-row = SMS によるコード
sms-row-off = ほかに手段がないときのためのものです。電話番号は乗っ取られることがあるため、パスキーやアプリのほうが安全です。
sms-row-unconfirmed = あなたの電話番号が登録されていますが、確認されていません。番号を追加して確認してください。それまでコードは送信されません。
sms-row-on = サインイン時に <span class="who">{ $number }</span> にコードを送信できます。この番号を手に入れた人は誰でもそのコードを使えます。
sms-row-unused = あなたの電話番号がまだ保存されています。ここでは SMS によるコードは送信されなくなりました。番号は削除できます。
sms-add = 番号を追加
sms-change = 番号を変更
sms-remove = 番号を削除

## Adding, changing and removing the number

sms-add-heading = SMS コード用の番号を追加
sms-change-heading = SMS コード用の番号を変更
sms-remove-heading = SMS コード用の番号を削除
sms-number-about = 追加すると、サインイン時にこの番号にコードを送信できます。ほかの要素より弱い手段です。この番号を手に入れた人は誰でもそのコードを使えます。
sms-number-present = 現在の番号: <span class="who">{ $number }</span>
sms-number = 携帯電話番号
sms-number-hint = 国番号から入力してください（例: +81 90 1234 5678）。
sms-number-malformed = 国番号付きの電話番号ではありません。+ と国番号から始めてください。
sms-confirm-add = 次に <span class="who">{ $number }</span> にコードを送信します。まず本人であることを確認してください。
sms-confirm-remove = この番号にはコードが送信されなくなり、そのコードを使ったデバイスでは別の要素が求められます。
sms-check-heading = SMS のコードを入力
sms-check-button = 番号を確認
sms-check-again = 再送信、または別の番号を使う
sms-check-over = この番号で待っているコードはもうありません。番号をもう一度入力してください。

## What was done

done-sms-on = 番号が確認されました。SMS によるコードは有効です。
done-sms-off = 番号を削除しました。SMS によるコードは無効です。

## Recent activity

event-sms-used = SMS のコードが承認されました
event-sms-on = SMS コード用の番号が確認されました
event-sms-off = SMS コード用の番号が削除されました
event-sms-sent = コードが SMS で送信されました
event-sms-unsent = コードを SMS で送信できませんでした
