### The account page.

account-title = アカウント
account-navigation = アカウント
account-open = { $product } を開く

## Second factor

account-factor = 2 段階認証
account-factor-about = { $provider } でログインした後に行う、2 段階目の確認です。
account-apps = 認証アプリ
account-app = 認証アプリ
account-on = オン
account-off = オフ
account-apps-none = 30 秒ごとに変わる 6 桁のコードです。アプリがまだありません。デバイスをなくしてもログインできるように、1 つ追加してください。
account-apps-one = 30 秒ごとに変わる 6 桁のコードです。スマートフォンをなくしてもログインできるように、アプリをもう 1 つ追加してください。
account-apps-several = 30 秒ごとに変わる 6 桁のコードです。どのアプリのコードでも使えます。
account-add-app = アプリを追加
account-switch-off = オフにする
account-badge-app = アプリ
account-badge-passkey = パスキー
account-replace = 変更
account-off-about = 現在、{ $provider } アカウントだけで { $product } を開けます。
account-set-up = 設定

## Lines about an app, a passkey, a device or a session. They stand one behind the other with " · " between them

account-added = 追加: { $when }
account-last-used = 最終使用: { $when }
account-not-used = 未使用
account-synced = ほかのデバイスと同期済み
account-trusted = 信頼: { $when }
account-until = 有効期限: { $time }
account-active-now = 現在使用中
account-last-seen = 最終アクセス: { $when }
account-signed-in = ログイン: { $when }

## Names and buttons

account-rename = 名前を変更
account-save = 保存
account-app-name = このアプリの名前
account-passkey-name = 新しい名前
account-remove = 削除
account-remove-named = 「{ $name }」を削除
account-remove-all = すべて削除

## Passkeys and backup codes

account-passkeys = パスキーとセキュリティ キー
account-passkeys-about = コードの代わりに、指紋、顔、画面ロック、またはセキュリティ キーで確認できます。
account-add-passkey = パスキーを追加
account-codes = バックアップ コード
account-codes-left = 残り { $count } 個
account-codes-none = 残っているコードがありません。今スマートフォンをなくすと、再びログインするには管理者の対応が必要になります。
account-codes-low = 残りが少なくなっています。必要になる前に新しいコードを作成してください。
account-codes-about = スマートフォンが手元にないときに使います。各コードは 1 回だけ使えます。
account-make-codes = 新しいコードを作成

## Trusted devices

account-devices = 信頼できるデバイス
account-devices-about = 一定期間、コードなしでログインできます。アカウントの変更には引き続きコードが必要です。
account-this-device = このデバイス
account-remove-device = { $device } を削除（信頼: { $when }）
account-devices-none = ありません。自分だけが使うデバイスでは、コードの入力時に「このデバイスでは今後確認を求めない」にチェックを入れてください。

## Sessions

account-sessions = ログイン中のデバイス
account-sessions-about = 心当たりのないデバイスはログアウトしてください。
account-waiting = コード入力待ち
account-bound = デバイスに紐付け済み
account-sign-out-device = { $device } をログアウト（最終アクセス: { $when }）
account-older-sessions = 以前のセッションを { $count } 件表示
account-sign-out-others = ほかのデバイスをすべてログアウト

## Activity

account-activity = 最近のアクティビティ
account-activity-about = 心当たりのないものがある場合は、ほかのデバイスをすべてログアウトし、管理者に連絡してください。
account-activity-none = アクティビティはまだありません。
account-older-activity = 以前のアクティビティを表示
account-origin = { $device }、{ $address }

## Devices

device-both = { $system } の { $browser }
device-browser = { $browser }
device-system = { $system } の不明なブラウザ
device-unknown = 不明なデバイス
device-android-app = Android アプリ

## Confirmations at the top of the page

done-session = デバイスをログアウトしました。
done-others = ほかのデバイスをすべてログアウトしました。
done-not-me = ほかのデバイスをすべてログアウトし、すべてのデバイスの信頼を解除しました。次に、下の一覧から自分のものではないものを削除し、新しいバックアップ コードを作成して、管理者に連絡してください。
done-none = そのデバイスはすでにログアウトされています。
done-authenticator = アプリの準備ができました。今後は、登録済みのどのアプリのコードでも使えます。
done-authenticator-renamed = アプリの名前を変更しました。
done-authenticator-removed = そのアプリのコードは、ここでは使えなくなりました。アプリ内の項目も削除してください。
done-authenticator-gone = そのアプリはすでに削除されています。
done-authenticator-only = 認証アプリはこれ 1 つだけです。先に別のアプリを追加するか、このアプリを変更してください。
done-authenticators-full = 認証アプリの数がアカウントの上限に達しています。先に 1 つ削除してください。
done-device = デバイスの信頼を解除しました。次回のログイン時にコードが必要になります。
done-devices = すべてのデバイスの信頼を解除しました。どのデバイスでも、次回のログイン時にコードが必要になります。
done-device-gone = そのデバイスの信頼はすでに解除されています。
done-passkey = パスキーの準備ができました。次回からは、コードの代わりに使用できます。
done-passkey-renamed = パスキーの名前を変更しました。
done-passkey-removed = そのパスキーは、ここでは使えなくなりました。デバイスに引き続き候補として表示される場合は、デバイスからも削除してください。
done-passkey-gone = そのパスキーはすでに削除されています。
done-passkey-only = このパスキー以外に確認方法がありません。先に認証アプリまたは別のパスキーを追加してください。
done-disabled = 2 段階認証をオフにしました。

## "This was not me": where mail about a change leads

notme-title = 自分ではありません
notme-motto = ほかにログインしている人は、最初からやり直すことになります。
notme-heading = ほかの人による操作でしたか？
notme-lead = ほかのすべてのデバイスで <strong class="who">{ $person }</strong> を { $product } からログアウトし、すべてのデバイスの信頼を解除します。このデバイスではログインしたままです。
notme-after = その後、アカウントを確認してください。自分のものではない認証アプリとパスキーを削除し、新しいバックアップ コードを作成し、{ $provider } アカウントのパスワードを変更して、管理者に連絡してください。
notme-after-single = その後、アカウントで 2 段階目の確認を設定し、{ $provider } アカウントのパスワードを変更して、管理者に連絡してください。
notme-end = ほかのデバイスをすべてログアウト
notme-mine = 自分の操作です
