### Errors: a heading and an explanation each. The gateway is the program that asks for the sign-in; the application is what
### lies behind it.

error-motto = Wenn etwas nicht stimmt, bleibt der Zugang geschlossen.
error-motto-good = Bis zum nächsten Mal.

## Errors of the gateway's own pages

error-not-found-heading = Seite nicht gefunden
error-not-found = Unter dieser Adresse gibt es keine Seite. Prüfen Sie sie auf Tippfehler.
error-method-heading = Hier nicht unterstützt
error-method = Diese Adresse akzeptiert andere Methoden. Der Allow-Header nennt sie.
error-origin-heading = Diese Anfrage kam von einer anderen Website
error-origin = Die Anfrage nennt keinen Ursprung oder einen, dem das nicht erlaubt ist. Öffnen Sie die Seite selbst und versuchen Sie es noch einmal.
error-other-host-heading = Unter dieser Adresse nicht verfügbar
error-other-host = Das Gateway bietet dies nur unter seiner öffentlichen Adresse an. Öffnen Sie die Seite dort und versuchen Sie es noch einmal.
error-form-heading = Dieses Formular ist veraltet
error-form = Sie haben sich an- oder abgemeldet, nachdem Sie diese Seite geöffnet hatten. Es wurde nichts geändert. Laden Sie die Seite neu und versuchen Sie es noch einmal.
error-too-large-heading = Anfrage zu groß
error-too-large = Die Anfrage ist größer, als diese Seite akzeptiert.
error-too-slow-heading = Zeitüberschreitung der Anfrage
error-too-slow = Die Anfrage ist nicht rechtzeitig eingetroffen. Versuchen Sie es noch einmal.
error-broken-heading = Anfrage unvollständig
error-broken = Ein Teil der Anfrage ist verloren gegangen. Versuchen Sie es noch einmal.
error-json-heading = JSON erforderlich
error-json = Senden Sie JSON mit Content-Type: application/json.
error-media-type-heading = Formular erforderlich
error-media-type = Senden Sie ein Formular mit Content-Type: application/x-www-form-urlencoded.
error-cookie-heading = Ihr Sitzungscookie ist beschädigt
error-cookie = Ihr Browser hat ein Sitzungscookie gesendet, das nicht gelesen werden kann, oder mehrere. Melden Sie sich noch einmal an. Wenn das weiterhin passiert, löschen Sie die Cookies dieser Website.
error-cookies-heading = Zu viele Cookies
error-cookies = Ihr Browser sendet mehr als 16 KiB an Cookies an diese Adresse. Die meisten davon stammen von anderen Anwendungen. Löschen Sie die Cookies dieser Website in den Einstellungen Ihres Browsers und melden Sie sich dann noch einmal an.
error-step-sign-in-heading = Bitte melden Sie sich an
error-step-sign-in = Sie sind nicht angemeldet oder Ihre Sitzung ist beendet.
error-step-verify-heading = Code eingeben
error-step-verify = Bestätigen Sie zuerst Ihren zweiten Faktor.
error-step-up-heading = Neuen Code eingeben
error-step-up = Dafür ist ein neuer Code nötig.
error-step-passkey-heading = Passkey verwenden
error-step-passkey = Dafür ist ein Passkey nötig.
error-step-enrol-heading = Zwei-Faktor-Authentifizierung einrichten
error-step-enrol = Richten Sie zuerst einen zweiten Faktor ein.
error-step-device-heading = Binden Sie Ihre Sitzung an dieses Gerät
error-step-device = Hierfür muss Ihre Sitzung an Ihr Gerät gebunden sein.
error-refused-heading = Das hat nicht geklappt
error-refused = Die Anfrage wurde abgelehnt.
error-busy-heading = Gerade ausgelastet
error-busy = Im Moment werden zu viele Codes gleichzeitig geprüft. Versuchen Sie es gleich noch einmal.
error-store-heading = Vorübergehend nicht verfügbar
error-store = Ihre Sitzung kann im Moment nicht geprüft werden. Es wurde nichts geändert. Versuchen Sie es in einer Minute noch einmal.
error-unreadable-heading = Dieses Konto kann nicht geöffnet werden
error-unreadable = Ein Datensatz dieses Kontos ist beschädigt, deshalb kann es nicht geöffnet werden. Wenden Sie sich an Ihren Administrator.
error-internal-heading = Etwas ist schiefgelaufen
error-internal = Der Fehler wurde protokolliert. Sonst wurde nichts geändert. Versuchen Sie es noch einmal oder informieren Sie Ihren Administrator.

## Headings of refusals in front of the application

refusal-address = Das ist nicht die richtige Adresse
refusal-cookies = Ihr Browser sendet zu viele Cookies
refusal-unreadable = Diese Anfrage ist nicht lesbar
refusal-sign-in = Bitte melden Sie sich noch einmal an
refusal-forbidden = Sie haben hier keinen Zugriff
refusal-not-found = Hier ist nichts
refusal-wait = Bitte warten Sie einen Moment
refusal-no-answer = Die Anwendung antwortet nicht
refusal-unavailable = Im Moment nicht verfügbar
refusal-too-long = Die Anwendung braucht zu lange
refusal-other = Das funktioniert hier nicht
refusal-right-address = Richtige Adresse öffnen

## Explanations of these refusals

problem-unknown-host = Dieser Host wird hier nicht bedient. Öffnen Sie stattdessen { $url }.
problem-method-not-allowed = Diese Methode wird nicht unterstützt.
problem-bad-request = Die Anfrage ist fehlerhaft.
problem-bad-request-body = Der Inhalt der Anfrage ist fehlerhaft.
problem-bad-request-forward = Die Anfrage kann so nicht weitergeleitet werden.
problem-ambiguous-path = Die Adresse ist so geschrieben, dass Server sie unterschiedlich verstehen. Schreiben Sie sie eindeutig.
problem-not-found = Hier gibt es nichts.
problem-sign-in-required = Melden Sie sich an, um fortzufahren.
problem-second-factor-required = Bestätigen Sie Ihren zweiten Faktor, um fortzufahren.
problem-enrolment-required = Richten Sie einen zweiten Faktor ein, um fortzufahren.
problem-second-factor-again = Bestätigen Sie Ihren zweiten Faktor noch einmal, um fortzufahren.
problem-passkey-required = Verwenden Sie einen Passkey, um fortzufahren.
problem-invalid-session-cookie = Das Sitzungscookie stammt nicht von uns. Löschen Sie die Cookies dieser Website und melden Sie sich noch einmal an.
problem-cookies-too-large = Ihr Browser sendet mehr als 16 KiB an Cookies an diese Adresse. Die meisten davon stammen von anderen Anwendungen. Löschen Sie die Cookies dieser Website in den Einstellungen Ihres Browsers und melden Sie sich dann noch einmal an.
problem-forbidden = Diese Adresse ist gesperrt.
problem-forbidden-account = Mit Ihrem Konto dürfen Sie diese Adresse nicht verwenden.
problem-foreign-origin = Die Anfrage kam von der Seite einer anderen Website.
problem-unavailable = Sitzungen können im Moment nicht geprüft werden. Versuchen Sie es in Kürze noch einmal.
problem-upstream-failed = Die Anwendung hat eine ungültige Antwort gesendet. Versuchen Sie es in einer Minute noch einmal. Besteht das Problem weiter, informieren Sie den Administrator der Anwendung.
problem-upstream-unavailable = Die Anwendung hinter dieser Adresse ist ausgelastet oder läuft nicht. Versuchen Sie es in Kürze noch einmal.
problem-upstream-timeout = Die Anwendung hinter dieser Adresse hat nicht rechtzeitig geantwortet. Ihr Auftrag wird möglicherweise noch ausgeführt. Warten Sie deshalb eine Minute, bevor Sie es noch einmal versuchen.
problem-not-allowed = Mit diesem Konto dürfen Sie diese Adresse nicht öffnen.
problem-own-page-checked = Die Anmeldeseite ist nicht erreichbar: Der Proxy dieser Website verlangt eine Anmeldung, bevor er sie anzeigt. Informieren Sie die Person, die die Website betreibt.
problem-too-many-requests = Von Ihrer Netzwerkadresse kamen zu viele Anfragen. Warten Sie einen Moment und versuchen Sie es noch einmal.
