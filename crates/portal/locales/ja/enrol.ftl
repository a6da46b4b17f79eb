### Setting up an authenticator app, and its backup codes.

## Introduction

enrol-progress = 設定の進行状況
enrol-step-start = 開始
enrol-step-scan = スキャン
enrol-step-create = 作成
enrol-step-save = 保存
enrol-title = 2 段階認証を設定
enrol-heading = 2 段階認証を設定
enrol-heading-replace = 認証アプリを変更
enrol-motto = 2 段階認証を使えば、パスワードを盗まれてもそれだけではログインされません。
enrol-lead-replace = 新しいスマートフォンや別のアプリに切り替えます。現在の認証アプリは、新しいアプリの確認が済むまで使えます。その後、新しいバックアップ コードが発行され、ほかのデバイスはログアウトされます。
enrol-lead-asks = <span class="who">{ $asks }</span> を開くには 2 段階認証が必要です。設定は 2 分ほどで終わります。
enrol-lead-required = { $product } を利用するには 2 段階認証が必要です。設定は 2 分ほどで終わります。
enrol-lead = 設定は 2 分ほどで終わります。
enrol-needs-ticket = ご本人であることを確認するため、登録チケットが必要です。チケットは管理者から受け取ってください。
enrol-plan-app = <strong>認証アプリを用意します</strong>。Google Authenticator、Aegis、2FAS などのほか、お使いのパスワード マネージャーも利用できます。
enrol-plan-scan = <strong>QR コードをスキャンし</strong>、アプリに表示された 6 桁のコードを入力します。
enrol-plan-choose = <strong>本人確認の方法を選びます</strong>。Google Authenticator、Aegis、2FAS などの認証アプリ、お使いのパスワード マネージャー、このデバイス、セキュリティ キーを利用できます。
enrol-plan-set-up = <strong>設定します</strong>。アプリで QR コードをスキャンして 6 桁のコードを入力するか、ブラウザの案内に従います。
enrol-plan-save = スマートフォンの紛失に備えて、<strong>バックアップ コードを保存します</strong>。
enrol-current-code = 現在のコード
enrol-current-code-hint = 現在の認証アプリの 6 桁のコード。アプリが手元にない場合はバックアップ コード。
enrol-ticket = 登録チケット
enrol-ticket-hint = 24 文字の英数字です。1 回だけ使え、有効期限があります。
enrol-start = 開始
enrol-skip = 今はスキップ
enrol-without-app = またはアプリなしで設定
enrol-passkey-about = 指紋、顔、画面ロック、またはセキュリティ キーで本人確認を行います。アプリは後で追加できます。
enrol-passkey-button = このデバイスまたはセキュリティ キーを使用

## The QR code

enrol-scan-heading = 認証アプリを設定
enrol-scan-heading-add = 認証アプリを追加
enrol-scan-motto = このキーはあなただけに、設定が完了するまでの間だけ表示されます。
enrol-open-app = 認証アプリで開く
enrol-scan-lead = 認証アプリでこの QR コードをスキャンし、表示されたコードを入力してください。
enrol-qr = 認証アプリ用の QR コード
enrol-cannot-scan = スキャンできない場合
enrol-type-key = 次のキーをアプリに入力してください。種類を選ぶ画面が出たら「<em>時間ベース</em>」を選択します。
enrol-copy-key = キーをコピー
enrol-open-app-here = このデバイスのアプリで開く
enrol-code-hint = コードは 30 秒ごとに変わります。
enrol-name-hint = 例:「タブレット」「予備のスマートフォン」
enrol-valid-for = この QR コードの有効時間は残り { $count } 分です。
enrol-no-app = アプリがない場合は、<a href="{ $link }">このデバイスまたはセキュリティ キーを使用</a>できます。

## A passkey instead of an app

enrol-step-valid-for = この手順の有効時間は残り { $count } 分です。
enrol-use-app = 代わりに認証アプリを使用

## Backup codes

codes-heading = バックアップ コードを保存
codes-motto = 安全な場所に保管してください。認証アプリの入ったスマートフォンには保存しないでください。
codes-lead-enrolled = 2 段階認証がオンになりました。スマートフォンをなくしたときは、以下の各コードで 1 回ずつログインできます。<strong>このページを離れると、二度と表示されません。</strong>
codes-lead-replaced = 以前のコードは使えなくなりました。スマートフォンをなくしたときは、以下の各コードで 1 回ずつログインできます。<strong>このページを離れると、二度と表示されません。</strong>
codes-printed = { $person } の { $product } バックアップ コード。各コードは 1 回だけ使えます。
codes-copy = コピー
codes-download = ダウンロード
codes-print = 印刷
codes-saved = 保存しました
codes-file-title = { $product } のバックアップ コード
codes-file-once = 各コードは 1 回だけ使えます。
codes-done-already-heading = すでに完了しています
codes-done-already = 最初の操作で完了しています。今回は何も変更されていません。
codes-done-already-lost = バックアップ コードを保存していない場合は、新しいコードを作成してください。作成すると、現在のコードは使えなくなります。
codes-make-new = 新しいバックアップ コードを作成
