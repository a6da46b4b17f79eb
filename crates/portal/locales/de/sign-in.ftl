### Signing in and out, and links that take a session to another address.

## The page with the button

signin-title = Anmelden
signin-motto = Ihr Passwort bleibt bei { $provider }. { $product } sieht nur Ihren Namen, Ihr Bild und Ihre E-Mail-Adresse.
signin-heading = Bei { $product } anmelden
signin-lead = Verwenden Sie Ihr { $provider }-Konto. Wenn die Zwei-Faktor-Authentifizierung aktiviert ist, fragen wir danach nach einem Code.
signin-in-app = { $provider } lehnt die Anmeldung innerhalb einer anderen App möglicherweise ab. Öffnen Sie diese Seite stattdessen in Ihrem Browser (im Menü zum Beispiel „Im Browser öffnen“).
signin-button = Weiter mit { $provider }
signin-password = Ihr Passwort geben Sie bei { $provider } ein, niemals hier.
signin-ended = Ihre Sitzung ist beendet. Melden Sie sich noch einmal an, um fortzufahren.
signin-cookie-damaged = Ihr Browser hat ein beschädigtes Sitzungscookie gesendet oder mehrere auf einmal. Wenn das Anmelden nicht hilft, löschen Sie die Cookies dieser Website.

## A sign-in that failed: headings

signin-heading-cancelled = Sie haben die Anmeldung abgebrochen
signin-heading-expired = Diese Anmeldung ist abgelaufen
signin-heading-unreachable = { $provider } ist nicht erreichbar
signin-heading-not-working = Die Anmeldung funktioniert gerade nicht
signin-heading-disabled = Dieses Konto ist deaktiviert
signin-heading-unreadable = Dieses Konto kann nicht geöffnet werden
signin-heading-not-allowed = Anmeldung mit diesem Konto nicht erlaubt
signin-heading-failed = Die Anmeldung hat nicht geklappt

## A sign-in that failed: explanations and links

signin-was-as = Sie haben sich bei { $provider } als { $account } angemeldet.
signin-cancelled = Sie haben die Anmeldung abgebrochen. Starten Sie neu, wann immer Sie möchten.
signin-expired = Sie hat zu lange gedauert, wurde bereits verwendet oder in einem anderen Browser begonnen. Starten Sie neu.
signin-unverifiable = Wir konnten die Antwort von { $provider } nicht überprüfen. Starten Sie neu. Wenn das weiterhin passiert, informieren Sie Ihren Administrator.
signin-unreachable = Wir können { $provider } im Moment nicht erreichen. Versuchen Sie es in einer Minute noch einmal.
signin-email-unverified = Die E-Mail-Adresse dieses Kontos ist nicht bestätigt. Bestätigen Sie sie bei { $provider } und melden Sie sich dann noch einmal an.
signin-not-allowed = Mit diesem Konto dürfen Sie sich hier nicht anmelden. Verwenden Sie ein anderes Konto oder bitten Sie Ihren Administrator um Zugriff.
signin-inactive = Dieses Konto ist deaktiviert. Wenden Sie sich an Ihren Administrator.
signin-email-taken = Diese E-Mail-Adresse gehört hier bereits zu einem anderen Konto. Wenden Sie sich an Ihren Administrator.
signin-unreadable = Ein Datensatz dieses Kontos ist beschädigt, deshalb kann es nicht geöffnet werden. Wenden Sie sich an Ihren Administrator.
signin-store-unsuitable = Die Datenbank des Gateways muss zuerst korrigiert werden. Wie, steht in seinem Protokoll. Informieren Sie Ihren Administrator.
signin-impossible = Die Anmeldung ist im Moment nicht möglich. Versuchen Sie es in einer Minute noch einmal.
signin-other-account = Anderes Konto verwenden
signin-start-again = Neu starten

## Signing out

signout-title = Abmelden
signout-motto = Wenn Sie sich hier abmelden, bleiben Sie bei { $provider } angemeldet.
signout-heading = Bei { $product } abmelden?
signout-lead = Sie sind angemeldet als <strong class="who">{ $person }</strong>.
signout-trusted = Dieses Gerät gilt als vertrauenswürdig: Ihre nächste Anmeldung hier erfordert keinen Code.
signout-forget = Diesem Gerät nicht mehr vertrauen
signout-stay = Angemeldet bleiben
signout-done-heading = Sie sind abgemeldet
signout-done = Melden Sie sich auf einem gemeinsam genutzten Computer auch bei { $provider } ab. Wer dort angemeldet ist, kommt bis zu Ihrem zweiten Faktor.
signout-done-trusted = Melden Sie sich auf einem gemeinsam genutzten Computer auch bei { $provider } ab. Wer dort angemeldet ist, kommt ohne Code hinein, weil dieses Gerät als vertrauenswürdig gilt.

## Links that take a session to another address of the gateway

handover-heading = Mit diesem Link können Sie nicht angemeldet werden
handover-malformed = Die Adresse ist unvollständig oder wurde verändert.
handover-unknown = Der Link ist hier nicht bekannt oder Ihre Sitzung ist beendet.
handover-used = Der Link wurde bereits verwendet. Jeder funktioniert nur einmal.
handover-expired = Der Link ist abgelaufen. Er gilt nur eine Minute lang.
handover-other-host = Der Link ist für eine andere Adresse bestimmt.
handover-no-binding = Ihr Browser hat kein Cookie dazu gesendet.
handover-other-browser = Der Link wurde für einen anderen Browser erstellt.
handover-session-changed = Während der Link unterwegs war, haben Sie sich neu angemeldet oder einen Code eingegeben.
handover-what-now = Es wurde nichts geändert. Öffnen Sie die gewünschte Seite noch einmal: Wenn Sie angemeldet sind, öffnet sie sich sofort.
handover-again = Seite noch einmal öffnen
handover-no-cookies-heading = Ihr Browser speichert keine Cookies für diese Adresse
handover-no-cookies = Sie sind angemeldet. { $host } braucht aber ein eigenes Cookie, um Sie zu erkennen, und dieses kam nicht zurück.
handover-allow-cookies = Erlauben Sie in den Einstellungen Ihres Browsers Cookies für { $host } und öffnen Sie die Seite dann noch einmal.

## The end of a sign-in or verification in a window of its own, beside the application's page

renewed-title = Fertig
renewed-motto = Zurück zu Ihrer Seite.
renewed-heading = Das hat geklappt
renewed-lead = Kehren Sie zu dem Fenster zurück, aus dem Sie gekommen sind: Dort geht es von selbst weiter. Dieses können Sie schließen.
