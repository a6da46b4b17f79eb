### Pages that ask for a code or a passkey before the ways to sign in are changed, and the page that makes a passkey.

confirm-motto = Wenn Sie Ihre Anmeldemethoden ändern, ist immer ein neuer Code nötig.
confirm-motto-passkey = Wenn Sie Ihre Anmeldemethoden ändern, ist immer ein neuer Code oder Ihr Passkey nötig.

## Headings

confirm-heading-codes = Neue Backup-Codes erstellen
confirm-heading-add-app = Authenticator-App hinzufügen
confirm-heading-remove-app = Authenticator-App entfernen
confirm-heading-add-passkey = Passkey hinzufügen
confirm-heading-remove-passkey = Passkey entfernen
confirm-heading-disable = Zwei-Faktor-Authentifizierung deaktivieren

## Explanations

confirm-disable = Ihre Authenticator-Apps, Backup-Codes und Passkeys werden entfernt und Sie werden auf allen anderen Geräten abgemeldet. Danach genügt Ihr { $provider }-Konto allein, um { $product } zu öffnen.
confirm-codes = Ihre bisherigen Backup-Codes werden ungültig und Sie erhalten neue.
confirm-add-app = Ein Code aus einer beliebigen Ihrer Authenticator-Apps genügt, damit ein verlorenes Gerät Sie nicht aussperrt. Geben Sie zuerst einen Code aus einer Ihrer vorhandenen Apps ein.
confirm-add-app-with-passkey = Ein Code aus einer beliebigen Ihrer Authenticator-Apps genügt, damit ein verlorenes Gerät Sie nicht aussperrt. Bestätigen Sie zuerst Ihre Identität.
confirm-remove-app = Codes aus <span class="who">{ $name }</span> funktionieren dann nicht mehr. Auf Geräten, auf denen einer davon verwendet wurde, wird ein anderer Code verlangt. Ihre Backup-Codes bleiben gültig.
confirm-remove-only-app = Codes aus <span class="who">{ $name }</span> funktionieren dann nicht mehr. Auf Geräten, auf denen einer davon verwendet wurde, wird Ihr Passkey verlangt. Ihre Backup-Codes bleiben gültig, falls Sie ihn verlieren.
confirm-stuck = Dafür ist eine Authenticator-App oder ein Passkey nötig. Fügen Sie zuerst eines davon hinzu.
confirm-add-passkey = Mit einem Passkey bestätigen Sie per Fingerabdruck, Gesicht, Displaysperre oder Sicherheitsschlüssel, statt einen Code einzutippen. Geben Sie zuerst einen Code ein.
confirm-add-passkey-with-passkey = Mit einem Passkey bestätigen Sie per Fingerabdruck, Gesicht, Displaysperre oder Sicherheitsschlüssel, statt einen Code einzutippen. Bestätigen Sie zuerst Ihre Identität.
confirm-wait-for-next = Wenn Sie gerade einen verwendet haben, warten Sie auf den nächsten.
confirm-remove-passkey = <span class="who">{ $name }</span> funktioniert hier dann nicht mehr. Auf Geräten, auf denen dieser Passkey verwendet wurde, wird ein Code verlangt.
confirm-with-another = Bestätigen Sie mit einem anderen Passkey oder einem Code.

## Buttons

confirm-button-codes = Neue Codes erstellen
confirm-button-continue = Weiter
confirm-button-remove = Entfernen
confirm-button-disable = Deaktivieren

## The page that makes a passkey

newpasskey-heading = Passkey erstellen
newpasskey-lead = Geben Sie ihm einen Namen, an dem Sie erkennen, wo Sie ihn aufbewahren. Alles Weitere fragt Ihr Browser ab.
newpasskey-name-hint = Zum Beispiel „Smartphone“ oder „Blauer Sicherheitsschlüssel“.
newpasskey-button = Passkey erstellen
newpasskey-no-script = Passkeys benötigen JavaScript. In diesem Browser ist es deaktiviert.

## A second factor that must not be switched off

confirm-enforced-heading = Die Zwei-Faktor-Authentifizierung bleibt aktiviert
confirm-enforced = Für Ihr Konto ist sie vorgeschrieben. Sie können Ihren Authenticator ersetzen, aber nicht entfernen.
