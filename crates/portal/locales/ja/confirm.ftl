### Pages that ask for a code or a passkey before the ways to sign in are changed, and the page that makes a passkey.

confirm-motto = ログイン方法の変更には、必ず新しいコードが必要です。
confirm-motto-passkey = ログイン方法の変更には、必ず新しいコードかパスキーが必要です。

## Headings

confirm-heading-codes = 新しいバックアップ コードを作成
confirm-heading-add-app = 認証アプリを追加
confirm-heading-remove-app = 認証アプリを削除
confirm-heading-add-passkey = パスキーを追加
confirm-heading-remove-passkey = パスキーを削除
confirm-heading-disable = 2 段階認証をオフにする

## Explanations

confirm-disable = 認証アプリ、バックアップ コード、パスキーがすべて削除され、ほかのすべてのデバイスからログアウトされます。その後は、{ $provider } アカウントだけで { $product } を開けるようになります。
confirm-codes = 現在のバックアップ コードは使えなくなり、新しいコードが発行されます。
confirm-add-app = 登録した認証アプリのどのコードでも確認できるため、デバイスを 1 台なくしてもログインできます。まず、登録済みのアプリのコードを入力してください。
confirm-add-app-with-passkey = 登録した認証アプリのどのコードでも確認できるため、デバイスを 1 台なくしてもログインできます。まず、本人確認を行ってください。
confirm-remove-app = 「<span class="who">{ $name }</span>」のコードは使えなくなり、そのコードを使ったデバイスでは別のコードが必要になります。バックアップ コードは引き続き使えます。
confirm-remove-only-app = 「<span class="who">{ $name }</span>」のコードは使えなくなり、そのコードを使ったデバイスではパスキーが必要になります。バックアップ コードは、パスキーをなくしたときのために引き続き使えます。
confirm-stuck = 認証アプリまたはパスキーが必要です。先に追加してください。
confirm-add-passkey = パスキーを使うと、コードを入力する代わりに、指紋、顔、画面ロック、またはセキュリティ キーで確認できます。まず、コードを入力してください。
confirm-add-passkey-with-passkey = パスキーを使うと、コードを入力する代わりに、指紋、顔、画面ロック、またはセキュリティ キーで確認できます。まず、本人確認を行ってください。
confirm-wait-for-next = コードを使ったばかりの場合は、次のコードが表示されるまでお待ちください。
confirm-remove-passkey = 「<span class="who">{ $name }</span>」はここでは使えなくなり、そのパスキーを使ったデバイスではコードが必要になります。
confirm-with-another = 確認には、別のパスキーまたはコードを使用してください。

## Buttons

confirm-button-codes = 新しいコードを作成
confirm-button-continue = 続行
confirm-button-remove = 削除
confirm-button-disable = オフにする

## The page that makes a passkey

newpasskey-heading = パスキーを作成
newpasskey-lead = 保存先がわかる名前を付けてください。その後はブラウザの案内に沿って進めます。
newpasskey-name-hint = 例:「スマートフォン」「青いセキュリティ キー」
newpasskey-button = パスキーを作成
newpasskey-no-script = パスキーには JavaScript が必要ですが、このブラウザではオフになっています。

## A second factor that must not be switched off

confirm-enforced-heading = 2 段階認証はオフにできません
confirm-enforced = このアカウントでは 2 段階認証が必須です。認証アプリの変更はできますが、削除はできません。
