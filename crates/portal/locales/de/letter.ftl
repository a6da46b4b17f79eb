### Mails: what happened to an account, and codes.

## Every mail

letter-subject = { $product }: { $heading }
letter-account = Konto
letter-when = Wann
letter-from = Von
letter-account-line = Konto: { $account }
letter-when-line = Wann: { $when }
letter-from-line = Von: { $from }
letter-from-unknown = unbekannt
letter-from-command-line = der Befehlszeile

## The end of mails about an account

letter-not-me = Wenn Sie das nicht waren, beenden Sie alle anderen Sitzungen Ihres Kontos:
letter-not-me-then = Auf der Seite melden Sie sich an und bestätigen mit Ihrem zweiten Faktor. Ändern Sie dann das Passwort, mit dem Sie sich anmelden, entfernen Sie in Ihrem Konto, was nicht Ihnen gehört, und informieren Sie Ihren Administrator.
letter-account-page = Ihr Konto:
letter-cannot-confirm = Wenn Sie nicht bestätigen können, weil Codes gesperrt sind oder Ihr zweiter Faktor ersetzt oder entfernt wurde, informieren Sie sofort Ihren Administrator: Er beendet alle Ihre Sitzungen ({ $revoke }) und setzt Ihren zweiten Faktor zurück ({ $reset }).
letter-no-secret = Diese E-Mail enthält weder einen Code noch ein Passwort, und niemand von { $product } wird Sie danach fragen.

## What to do if this was you

letter-nothing-to-do = Wenn Sie das waren, müssen Sie nichts tun.
letter-make-new-codes = Wenn Sie das waren, erstellen Sie in Ihrem Konto neue Backup-Codes, bevor der letzte verbraucht ist.
letter-wait = Wenn Sie das waren, warten Sie, bis die Sperre vorbei ist, oder verwenden Sie einen anderen Ihrer Faktoren. Mit jedem weiteren falschen Code wird die Sperre länger.
letter-ask-to-unlock = Wenn Sie das waren, bitten Sie Ihren Administrator, Ihr Konto zu entsperren. Verwenden Sie bis dahin einen anderen Ihrer Faktoren, sofern Sie einen haben.
letter-set-up-again = Richten Sie bei der nächsten Anmeldung wieder einen zweiten Faktor ein. Wenn Sie nicht darum gebeten haben, fragen Sie Ihren Administrator.

## What happened: a heading, and one or two sentences

letter-passkey-added = Ein Passkey wurde hinzugefügt
letter-passkey-added-what = Ihrem Konto wurde ein Passkey hinzugefügt.
letter-app-replaced = Ihre Authenticator-App wurde ersetzt
letter-app-replaced-what = Eine andere Authenticator-App hat Ihre ersetzt, mit neuen Backup-Codes. Die alte App und die alten Codes funktionieren nicht mehr, und Ihre anderen Sitzungen wurden beendet.
letter-mail-on = Codes per E-Mail wurden aktiviert
letter-mail-on-what = Ab jetzt kann sich, wer sich bei Ihrem Konto anmeldet, statt eines anderen zweiten Faktors einen Code an die E-Mail-Adresse dieser Anmeldung senden lassen.
letter-app-added = Eine Authenticator-App wurde hinzugefügt
letter-app-added-what = Eine Authenticator-App wurde als zweiter Faktor Ihres Kontos eingerichtet.
letter-passkey-removed = Ein Passkey wurde entfernt
letter-passkey-removed-what = Aus Ihrem Konto wurde ein Passkey entfernt.
letter-app-removed = Eine Authenticator-App wurde entfernt
letter-app-removed-what = Aus Ihrem Konto wurde eine Authenticator-App entfernt. Ihre Codes funktionieren nicht mehr.
letter-mail-off = Codes per E-Mail wurden deaktiviert
letter-mail-off-what = Es wird kein Code mehr per E-Mail gesendet. Ihre anderen zweiten Faktoren bleiben.
letter-number-on = Eine Nummer für Codes per SMS wurde bestätigt
letter-number-on-what = Ab jetzt kann sich, wer sich bei Ihrem Konto anmeldet, statt eines anderen zweiten Faktors einen Code an diese Nummer senden lassen.
letter-number-off = Die Nummer für Codes per SMS wurde entfernt
letter-number-off-what = An sie wird kein Code mehr gesendet. Ihre anderen zweiten Faktoren bleiben.
letter-all-removed = Ihr zweiter Faktor wurde entfernt
letter-all-removed-what = Der zweite Faktor Ihres Kontos wurde entfernt: alle Authenticator-Apps, Passkeys und Backup-Codes.
letter-codes-replaced = Ihre Backup-Codes wurden ersetzt
letter-codes-replaced-what = Für Ihr Konto wurden neue Backup-Codes erstellt. Die alten funktionieren nicht mehr.
letter-code-used = Ein Backup-Code wurde verwendet
letter-few-codes = Nur noch wenige Backup-Codes übrig
letter-code-used-what = Einer Ihrer Backup-Codes wurde verwendet. { $left }
letter-codes-left = { $count ->
    [0] Es ist keiner mehr übrig.
    [one] Es ist noch einer übrig.
   *[other] Es sind noch { $count } übrig.
}
letter-backup-disabled = Backup-Codes sind abgeschaltet
letter-backup-disabled-what = Für Ihr Konto wurden hundert falsche Backup-Codes hintereinander eingegeben, und zwar von jemandem, der sich bei Ihrem Anbieter angemeldet hatte. Backup-Codes bleiben gesperrt, bis ein Administrator sie entsperrt.
letter-app-disabled = Codes sind abgeschaltet
letter-app-disabled-what = Für Ihr Konto wurden hundert falsche Codes hintereinander eingegeben, und zwar von jemandem, der sich bei Ihrem Anbieter angemeldet hatte. Sechsstellige Codes, aus einer App oder per E-Mail, bleiben gesperrt, bis ein Administrator sie entsperrt.
letter-backup-locked = Backup-Codes sind gesperrt
letter-backup-locked-what = Für Ihr Konto wurden falsche Backup-Codes eingegeben, und zwar von jemandem, der sich bei Ihrem Anbieter angemeldet hatte. Backup-Codes sind eine Zeit lang gesperrt.
letter-app-locked = Codes sind gesperrt
letter-app-locked-what = Für Ihr Konto wurden falsche Codes eingegeben, und zwar von jemandem, der sich bei Ihrem Anbieter angemeldet hatte. Sechsstellige Codes, aus einer App oder per E-Mail, sind eine Zeit lang gesperrt.
letter-new-device = Anmeldung von einem neuen Gerät
letter-new-device-what = Bei Ihrem Konto hat sich jemand mit dem zweiten Faktor angemeldet, von einem Browser und Netzwerk aus, die bisher unbekannt waren.
letter-reset = Ihr zweiter Faktor wurde zurückgesetzt
letter-reset-what = Ein Administrator hat den zweiten Faktor Ihres Kontos entfernt und alle Ihre Sitzungen beendet.
letter-test = Test-E-Mail
letter-test-what = Diese E-Mail wurde mit { $command } gesendet. An Ihrem Konto ist nichts geschehen.
letter-test-expected = Sie müssen nichts tun.

## A mail with a code

letter-code = Ihr Anmeldecode
letter-code-enter = Geben Sie ihn auf { $host } in dem Browser ein, der ihn angefordert hat. Er gilt { $wait } lang und nur einmal.
letter-code-nobody = Niemand von { $product } wird Sie per Telefon, E-Mail oder Chat nach diesem Code fragen. Wer es doch tut, will sich als Sie anmelden.
letter-code-not-me = Wenn Sie ihn nicht angefordert haben, kann sich jemand anderes mit Ihrem Konto beim Anbieter anmelden. Ändern Sie dort das Passwort und beenden Sie alle anderen Sitzungen Ihres Kontos:

## An SMS with a code

letter-sms = { $product }: Ihr Code ist { $code }. Gültig: { $wait }. Niemand fragt Sie danach.
