### Codes that are sent by mail, beside another second factor.

## Entering a code that was sent

mail-choice = メールのコード
mail-send = { $address } にコードを送信
mail-sent = <span class="who">{ $address }</span> にコードを送信しました。有効期間は 10 分で、このブラウザーでのみ使えます。
mail-again = 別のコードを送信
mail-wait = { $wait }後に別のコードを請求できます。
mail-unsent = コードを送信できませんでした。後でもう一度試すか、別の方法を使用してください。
mail-code = メールのコード
mail-code-hint = 最新のメールにある 6 桁の数字を入力してください。
mail-help = このコードを電話、メール、チャットで尋ねることはありません。このページにのみ入力してください。

## The page of a factor that is locked

locked-mail = メールのコードがロックされています
locked-mail-for-now = メールのコードが一時的にロックされています
locked-use-mail = メールのコードを使用

## What is said about a form with such a code

factor-mail-malformed = メールにある 6 桁の数字を入力してください。試行回数には数えられていません。
factor-mail-wrong = コードが正しくないか、使えなくなっています。最新のコードを使うか、別のコードを送信してください。
factor-mail-not-offered = このサインインではメールのコードを使えません。別の方法を使用してください。

## The account page

mail-row = メールのコード
mail-row-off = ほかの手段が手元にないときに使います。メールを読める人なら誰でも使えるため、パスキーやアプリのほうが安全です。
mail-row-on = サインイン時に <span class="who">{ $address }</span> へコードを送信できます。メールを読める人なら誰でも使えます。
mail-row-on-elsewhere = オンになっていますが、このセッションでは送信できません。サインインに確認済みのアドレスが含まれていなかったか、管理者がオフにしています。
mail-switch-on = オンにする

## Switching it on and off

mail-confirm-on-heading = メールのコードをオンにする
mail-confirm-off-heading = メールのコードをオフにする
mail-confirm-on = オンにすると、サインイン時に <span class="who">{ $address }</span> へコードを送信できます。ほかの要素より弱い方法です。メールを読める人なら誰でも使えます。
mail-confirm-off = コードは送信されなくなり、コードを使ったデバイスでは別の要素が求められます。

## What was done

done-mail-on = メールのコードはオンです。
done-mail-off = メールのコードはオフです。

## Recent activity

event-mail-used = メールのコードが受け付けられました
event-mail-on = メールのコードがオンになりました
event-mail-off = メールのコードがオフになりました
event-mail-sent = コードがメールで送信されました
event-mail-unsent = コードをメールで送信できませんでした
