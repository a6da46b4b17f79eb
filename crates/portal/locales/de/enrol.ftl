### Setting up an authenticator app, and its backup codes.

## Introduction

enrol-progress = Fortschritt der Einrichtung
enrol-step-start = Start
enrol-step-scan = Scannen
enrol-step-create = Erstellen
enrol-step-save = Sichern
enrol-title = Zwei-Faktor-Authentifizierung einrichten
enrol-heading = Zwei-Faktor-Authentifizierung einrichten
enrol-heading-replace = Authenticator ersetzen
enrol-motto = Mit Zwei-Faktor-Authentifizierung verschafft ein gestohlenes Passwort allein noch keinen Zugang.
enrol-lead-replace = Wechseln Sie zu einem neuen Smartphone oder einer anderen App. Ihr bisheriger Authenticator funktioniert, bis der neue bestätigt ist. Danach erhalten Sie neue Backup-Codes und Ihre anderen Geräte werden abgemeldet.
enrol-lead-asks = <span class="who">{ $asks }</span> erfordert die Zwei-Faktor-Authentifizierung. Die Einrichtung dauert etwa zwei Minuten.
enrol-lead-required = { $product } erfordert die Zwei-Faktor-Authentifizierung. Die Einrichtung dauert etwa zwei Minuten.
enrol-lead = Die Einrichtung dauert etwa zwei Minuten.
enrol-needs-ticket = Zur Bestätigung Ihrer Identität benötigen Sie ein Einrichtungsticket. Sie erhalten es von Ihrem Administrator.
enrol-plan-app = <strong>Installieren Sie eine Authenticator-App</strong> wie Google Authenticator, Aegis oder 2FAS oder nutzen Sie Ihren Passwortmanager.
enrol-plan-scan = <strong>Scannen Sie einen QR-Code</strong> und geben Sie den sechsstelligen Code aus der App ein.
enrol-plan-choose = <strong>Wählen Sie, was Sie bestätigt</strong>: eine Authenticator-App wie Google Authenticator, Aegis oder 2FAS, Ihren Passwortmanager, dieses Gerät oder einen Sicherheitsschlüssel.
enrol-plan-set-up = <strong>Richten Sie es ein</strong>: Scannen Sie mit der App einen QR-Code und geben Sie den sechsstelligen Code ein, oder folgen Sie Ihrem Browser.
enrol-plan-save = <strong>Sichern Sie Ihre Backup-Codes</strong> für den Fall, dass Sie Ihr Smartphone verlieren.
enrol-current-code = Aktueller Code
enrol-current-code-hint = Sechs Ziffern aus Ihrem bisherigen Authenticator oder ein Backup-Code, falls Sie den Authenticator nicht mehr haben.
enrol-ticket = Einrichtungsticket
enrol-ticket-hint = 24 Buchstaben und Ziffern. Es funktioniert nur einmal und für begrenzte Zeit.
enrol-start = Jetzt starten
enrol-skip = Vorerst überspringen
enrol-without-app = oder ohne App
enrol-passkey-about = Ihr Fingerabdruck, Ihr Gesicht, Ihre Displaysperre oder ein Sicherheitsschlüssel bestätigt, dass Sie es sind. Eine App können Sie später hinzufügen.
enrol-passkey-button = Dieses Gerät oder einen Sicherheitsschlüssel verwenden

## The QR code

enrol-scan-heading = Authenticator-App einrichten
enrol-scan-heading-add = Authenticator-App hinzufügen
enrol-scan-motto = Dieser Schlüssel wird nur Ihnen angezeigt und nur, bis die Einrichtung abgeschlossen ist.
enrol-open-app = In der Authenticator-App öffnen
enrol-scan-lead = Scannen Sie diesen QR-Code mit Ihrer Authenticator-App und geben Sie dann den Code ein, den sie anzeigt.
enrol-qr = QR-Code für Ihre Authenticator-App
enrol-cannot-scan = Scannen nicht möglich?
enrol-type-key = Geben Sie diesen Schlüssel in Ihrer App ein. Wählen Sie <em>zeitbasiert</em>, falls sie danach fragt:
enrol-copy-key = Schlüssel kopieren
enrol-open-app-here = In einer App auf diesem Gerät öffnen
enrol-code-hint = Der Code wechselt alle 30 Sekunden.
enrol-name-hint = Zum Beispiel „Tablet“ oder „Zweithandy“.
enrol-valid-for = { $count ->
    [one] Dieser QR-Code ist noch { $count } Minute gültig.
   *[other] Dieser QR-Code ist noch { $count } Minuten gültig.
}
enrol-no-app = Keine App? <a href="{ $link }">Stattdessen dieses Gerät oder einen Sicherheitsschlüssel verwenden</a>.

## A passkey instead of an app

enrol-step-valid-for = { $count ->
    [one] Dieser Schritt ist noch { $count } Minute gültig.
   *[other] Dieser Schritt ist noch { $count } Minuten gültig.
}
enrol-use-app = Stattdessen eine Authenticator-App verwenden

## Backup codes

codes-heading = Backup-Codes sichern
codes-motto = Bewahren Sie die Codes an einem sicheren Ort auf, aber nicht auf dem Smartphone mit Ihrer Authenticator-App.
codes-lead-enrolled = Die Zwei-Faktor-Authentifizierung ist aktiviert. Wenn Sie Ihr Smartphone verlieren, können Sie sich mit jedem dieser Codes einmal anmelden. <strong>Sobald Sie diese Seite verlassen, werden sie nicht noch einmal angezeigt.</strong>
codes-lead-replaced = Ihre alten Codes funktionieren nicht mehr. Wenn Sie Ihr Smartphone verlieren, können Sie sich mit jedem dieser Codes einmal anmelden. <strong>Sobald Sie diese Seite verlassen, werden sie nicht noch einmal angezeigt.</strong>
codes-printed = Backup-Codes von { $product } für { $person }. Jeder funktioniert nur einmal.
codes-copy = Kopieren
codes-download = Herunterladen
codes-print = Drucken
codes-saved = Ich habe sie gesichert
codes-file-title = Backup-Codes von { $product }
codes-file-once = Jeder Code funktioniert nur einmal.
codes-done-already-heading = Bereits erledigt
codes-done-already = Es hat schon beim ersten Mal geklappt. Es wurde nichts erneut geändert.
codes-done-already-lost = Falls Sie Ihre Backup-Codes nicht gesichert haben, erstellen Sie neue. Die bisherigen funktionieren dann nicht mehr.
codes-make-new = Neue Backup-Codes erstellen
