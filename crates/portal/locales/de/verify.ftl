### Pages that ask for the second factor, the page of a locked factor, and what is said about a code that was not accepted.

## Entering a code

verify-heading = Code eingeben
verify-heading-again = Identität bestätigen
verify-heading-passkey = Passkey verwenden
verify-heading-backup = Backup-Code eingeben
verify-motto = { $provider } hat bestätigt, wer Sie sind. Nur noch ein Schritt.
verify-motto-again = Ein neuer Code bestätigt, dass weiterhin Sie an diesem Gerät sind.
verify-asks = <span class="who">{ $asks }</span> verlangt einen neuen Code, obwohl Sie angemeldet sind.
verify-asks-something = Für diesen Vorgang ist ein neuer Code nötig, obwohl Sie angemeldet sind.
verify-asks-passkey = <span class="who">{ $asks }</span> verlangt einen Passkey. Mit einem Code melden Sie sich an, dort reicht er aber nicht aus.
verify-asks-first-passkey = <span class="who">{ $asks }</span> verlangt einen Passkey. Melden Sie sich zuerst mit einem Code an und fügen Sie dann einen hinzu.
verify-choice = Art der Bestätigung
verify-app = Authenticator-App
verify-backup = Backup-Code
verify-backup-hint = Einer der Codes, die Sie bei der Einrichtung gesichert haben. Jeder funktioniert nur einmal.
verify-offer-passkey = Beim nächsten Mal stattdessen Fingerabdruck, Gesicht oder Displaysperre verwenden (dafür ist jetzt noch ein Code nötig)
verify-button = Bestätigen
verify-codes-left = { $count ->
    [0] Sie haben keine Backup-Codes mehr. Falls Sie auch Ihren Authenticator verloren haben, wenden Sie sich an Ihren Administrator.
    [one] Das ist Ihr letzter Backup-Code. Erstellen Sie nach der Anmeldung auf Ihrer Kontoseite neue.
   *[other] Sie haben noch { $count } Backup-Codes.
}
verify-codes-left-without-app = { $count ->
    [0] Sie haben keine Backup-Codes mehr. Falls Sie auch Ihren Passkey verloren haben, wenden Sie sich an Ihren Administrator.
    [one] Das ist Ihr letzter Backup-Code. Erstellen Sie nach der Anmeldung auf Ihrer Kontoseite neue.
   *[other] Sie haben noch { $count } Backup-Codes.
}
verify-help = Smartphone verloren? Verwenden Sie einen Backup-Code. Code nicht akzeptiert? Achten Sie darauf, dass Ihr Smartphone die Uhrzeit automatisch einstellt.

## A page that takes passkeys only

passkeystep-heading = Mit Ihrem Passkey bestätigen
passkeystep-heading-first = Passkey hinzufügen, um fortzufahren
passkeystep-asks = <span class="who">{ $asks }</span> verlangt einen Passkey, obwohl Sie angemeldet sind. Ein Code reicht dort nicht aus, weil auch eine gefälschte Website Sie danach fragen kann.
passkeystep-asks-something = Für diesen Vorgang ist ein Passkey nötig, obwohl Sie angemeldet sind. Ein Code reicht hier nicht aus, weil auch eine gefälschte Website Sie danach fragen kann.
passkeystep-needs = Passkeys benötigen JavaScript und einen aktuellen Browser. Aktivieren Sie JavaScript oder öffnen Sie diese Seite in einem anderen Browser.
passkeystep-elsewhere = Ihr Passkey ist nicht auf diesem Gerät? <a href="{ $link }">Fügen Sie einen weiteren hinzu</a>, mit einem Code.
passkeystep-none = Sie haben noch keinen. Zum Hinzufügen brauchen Sie einen Code und etwa eine Minute. Danach bestätigen Sie Ihre Identität mit Fingerabdruck, Gesicht, Displaysperre oder Sicherheitsschlüssel.
passkeystep-add = Passkey hinzufügen

## A locked factor

locked-title = Gesperrt
locked-title-for-now = Vorübergehend gesperrt
locked-motto = Die Sperre nach einigen falschen Codes hindert Angreifer am Raten.
locked-app = Ihr Authenticator ist gesperrt
locked-app-for-now = Ihr Authenticator ist vorübergehend gesperrt
locked-backup = Backup-Codes sind gesperrt
locked-backup-for-now = Backup-Codes sind vorübergehend gesperrt
locked-wait = Es wurden zu viele falsche Codes eingegeben. Versuchen Sie es in <strong>{ $wait }</strong> noch einmal.
locked-until = Die Sperre endet am { $time }.
locked-for-good = Es wurden zu viele falsche Codes hintereinander eingegeben. Ein Administrator muss die Sperre aufheben.
locked-use-app = Authenticator-App verwenden
locked-use-backup = Backup-Code verwenden
locked-cannot-wait = Sie können nicht warten? Ein Administrator kann die Sperre aufheben.
locked-not-you = Das waren nicht Sie? Möglicherweise kann sich jemand anderes bei Ihrem { $provider }-Konto anmelden. Ändern Sie Ihr { $provider }-Passwort und informieren Sie Ihren Administrator. Dort kann man alle Ihre Sitzungen beenden und Ihren zweiten Faktor zurücksetzen.
locked-account = Andere Sitzungen in Ihrem Konto beenden

## What is said about a form with a code, a passkey or a ticket

factor-code-missing = Geben Sie den Code ein.
factor-no-app = Ihr Konto hat keine Authenticator-App. Verwenden Sie Ihren Passkey oder einen Backup-Code.
factor-code-malformed = Geben Sie die sechs Ziffern ein, die Ihre Authenticator-App anzeigt. Das hat nicht als Versuch gezählt.
factor-backup-malformed = Das sieht nicht wie ein Backup-Code aus. Prüfen Sie die Eingabe und versuchen Sie es noch einmal. Das hat nicht als Versuch gezählt.
factor-passkey-or-code = Ihr Passkey wurde nicht akzeptiert. Versuchen Sie es noch einmal oder verwenden Sie einen Code.
factor-code-wrong = Dieser Code ist falsch oder wurde bereits verwendet. Warten Sie auf den nächsten.
factor-backup-wrong = Dieser Backup-Code ist falsch oder wurde bereits verwendet.
factor-passkey-wrong = Ihr Passkey wurde nicht akzeptiert.
factor-attempts-left = { $why } { $count ->
    [one] Sie haben noch { $count } Versuch.
   *[other] Sie haben noch { $count } Versuche.
}
factor-passkey-expired = Das hat zu lange gedauert oder die Seite war zweimal geöffnet. Versuchen Sie es noch einmal.
factor-passkey-refused = Ihr Passkey wurde nicht akzeptiert. Versuchen Sie es noch einmal.
factor-passkey-unknown = Ihr Passkey wurde nicht akzeptiert, weil er nicht mehr zu Ihrem Konto gehört.
factor-passkey-known = Dieser Passkey gehört bereits zu Ihrem Konto.
factor-passkeys-full = Mehr Passkeys sind pro Konto nicht möglich. Entfernen Sie zuerst einen.
factor-ticket-missing = Geben Sie Ihr Einrichtungsticket ein.
factor-ticket-invalid = Dieses Ticket ist nicht gültig. Möglicherweise ist es abgelaufen oder wurde bereits verwendet. Bitten Sie Ihren Administrator um ein neues.
factor-ticket-locked-for = Es wurden zu viele falsche Tickets eingegeben. Versuchen Sie es in { $wait } noch einmal.
factor-ticket-locked = Es wurden zu viele falsche Tickets eingegeben. Bitten Sie Ihren Administrator um ein neues.
factor-codes-locked-for = Es wurden zu viele falsche Codes eingegeben. Codes sind deshalb für { $wait } gesperrt. Verwenden Sie Ihren Passkey.
factor-codes-locked = Es wurden zu viele falsche Codes eingegeben. Codes sind deshalb gesperrt. Verwenden Sie Ihren Passkey.
factor-setup-ended = Diese Einrichtung ist abgelaufen oder es wurden zu viele falsche Codes eingegeben. Beginnen Sie noch einmal.

## Where a page demands a session that is bound to its device (W3C Device Bound Session Credentials)

verify-device-heading = Diese Seite verlangt eine Sitzung, die an Ihr Gerät gebunden ist
verify-device-waiting = Ihr Browser bindet Ihre Sitzung gerade an dieses Gerät. Das dauert höchstens ein paar Sekunden.
verify-device-go-on = Weiter
verify-device-why = Dann kann niemand Ihre Sitzung anderswo verwenden, auch nicht mit einer Kopie Ihrer Cookies. Ihr Browser bindet sie von selbst, wenn Sie Ihren zweiten Faktor bestätigen, sofern Browser und Gerät das können.
verify-device-cannot = Wenn Sie nach dem Bestätigen wieder hier landen, kann es dieser Browser oder dieses Gerät nicht. Verwenden Sie ein aktuelles Chrome oder Edge auf einem Computer mit Sicherheitschip (TPM), oder fragen Sie Ihre Administration.
verify-device-confirm = Zweiten Faktor bestätigen
