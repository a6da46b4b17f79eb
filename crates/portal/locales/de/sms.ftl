### Codes that are sent by SMS, beside another second factor.

## Entering a code that was sent

sms-choice = Code per SMS
sms-send = Code per SMS an { $address } senden
sms-code = Code aus der SMS
sms-code-hint = Geben Sie die sechs Ziffern der neuesten Nachricht ein.
factor-sms-malformed = Geben Sie die sechs Ziffern der Nachricht ein. Das zählte nicht als Versuch.
factor-sms-not-offered = Bei dieser Anmeldung gibt es keinen Code per SMS. Wählen Sie einen anderen Weg.

## The page of a factor that is locked

locked-sms = Codes per SMS sind gesperrt
locked-sms-for-now = Codes per SMS sind vorübergehend gesperrt
locked-use-sms = Code per SMS verwenden

## The account page

sms-row = Codes per SMS
sms-row-off = Für den Fall, dass Sie nichts anderes zur Hand haben. Rufnummern können übernommen werden; ein Passkey oder eine App ist sicherer.
sms-row-unconfirmed = Für Sie wurde eine Nummer eingetragen. Fügen Sie Ihre Nummer hinzu, um sie zu bestätigen; bis dahin wird kein Code an sie gesendet.
sms-row-on = Bei der Anmeldung können Sie sich einen Code an <span class="who">{ $number }</span> senden lassen. Wer diese Nummer an sich bringt, kann ihn verwenden.
sms-row-unused = Für Sie ist noch eine Rufnummer gespeichert. Codes per SMS werden hier nicht mehr gesendet; Sie können die Nummer entfernen.
sms-add = Nummer hinzufügen
sms-change = Nummer ändern
sms-remove = Nummer entfernen

## Adding, changing and removing the number

sms-add-heading = Nummer für Codes per SMS hinzufügen
sms-change-heading = Nummer für Codes per SMS ändern
sms-remove-heading = Nummer für Codes per SMS entfernen
sms-number-about = Dann können Sie sich bei der Anmeldung einen Code an diese Nummer senden lassen. Das ist schwächer als Ihre anderen Faktoren: Wer die Nummer an sich bringt, kann ihn verwenden.
sms-number-present = Ihre Nummer bisher: <span class="who">{ $number }</span>
sms-number = Mobilnummer
sms-number-hint = Mit Ländervorwahl, zum Beispiel +49 1512 3456789.
sms-number-malformed = Das ist keine Rufnummer mit Ländervorwahl. Beginnen Sie mit + und der Vorwahl Ihres Landes.
sms-confirm-add = Als Nächstes senden wir einen Code an <span class="who">{ $number }</span>. Bestätigen Sie zuerst, dass Sie es sind.
sms-confirm-remove = An die Nummer wird kein Code mehr gesendet, und Geräte, auf denen einer verwendet wurde, verlangen einen anderen Faktor.
sms-check-heading = Code aus der SMS eingeben
sms-check-button = Nummer bestätigen
sms-check-again = Erneut senden oder andere Nummer verwenden
sms-check-over = Für diese Nummer wartet kein Code mehr. Geben Sie die Nummer noch einmal ein.

## What was done

done-sms-on = Ihre Nummer ist bestätigt. Codes per SMS sind aktiviert.
done-sms-off = Die Nummer ist entfernt. Codes per SMS sind deaktiviert.

## Recent activity

event-sms-used = Code aus einer SMS akzeptiert
event-sms-on = Nummer für Codes per SMS bestätigt
event-sms-off = Nummer für Codes per SMS entfernt
event-sms-sent = Ein Code wurde per SMS gesendet
event-sms-unsent = Ein Code konnte nicht per SMS gesendet werden
