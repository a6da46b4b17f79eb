### The frame of every page, and parts that several pages share.
###
### In every message, { $product } is the name of the application behind the gateway ("NetPilot"), and { $provider } is the
### name of the company whose account people sign in with ("Google"). Both are names of any gender and are not translated.

## Frame

frame-skip = Zum Inhalt springen
frame-protected = Geschützt durch Postern
frame-not-you = Nicht Sie? Abmelden
frame-help = Hilfe
frame-privacy = Datenschutz
frame-language = Sprache
frame-language-change = Ändern
frame-error-title = Fehler: { $title }
frame-mention = Wenn Sie sich an den Support wenden, nennen Sie <code>{ $code }</code> und die Anfrage <code class="nobr">{ $id }</code>.

## Buttons and links of several pages

frame-cancel = Abbrechen
frame-not-now = Nicht jetzt
frame-confirm = Bestätigen
frame-sign-in = Anmelden
frame-sign-out = Abmelden
frame-go-on = Weiter
frame-try-again = Noch einmal versuchen
frame-start-page = Zur Startseite
frame-to-account = Zu Ihrem Konto
frame-back-unconfirmed = Ohne Bestätigung zurück

## Codes and passkeys: parts of several forms

frame-code-six = Sechsstelliger Code
frame-code-six-hint = Geben Sie den aktuellen Code aus Ihrer Authenticator-App ein.
frame-code = Code
frame-code-hint = Sechs Ziffern aus Ihrer Authenticator-App oder ein Backup-Code.
frame-use-passkey = Passkey verwenden
frame-or-code = oder Code eingeben
frame-trust = Auf diesem Gerät { $span } lang nicht mehr fragen
frame-name = Name
frame-passkey-motto = Ein Passkey funktioniert nur auf dieser Website. Deshalb kann keine andere ihn stehlen.

## Said by the script

frame-copied = Kopiert
frame-copied-said = In die Zwischenablage kopiert.
frame-copy-failed = Kopieren nicht möglich. Markieren Sie den Text und kopieren Sie ihn selbst.
frame-passkey-exists = Auf diesem Gerät gibt es bereits einen Passkey für Ihr Konto.
frame-passkey-unused = Der Passkey wurde nicht verwendet. Versuchen Sie es noch einmal.
