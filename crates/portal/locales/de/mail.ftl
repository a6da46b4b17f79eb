### Codes that are sent by mail, beside another second factor.

## Entering a code that was sent

mail-choice = Code per E-Mail
mail-send = Code an { $address } senden
mail-sent = Wir haben einen Code an <span class="who">{ $address }</span> gesendet. Er gilt 10 Minuten lang und nur in diesem Browser.
mail-again = Neuen Code senden
mail-wait = In { $wait } können Sie einen neuen Code anfordern.
mail-unsent = Der Code konnte nicht gesendet werden. Versuchen Sie es später erneut oder wählen Sie einen anderen Weg.
mail-code = Code aus der E-Mail
mail-code-hint = Geben Sie die sechs Ziffern der neuesten E-Mail ein.
mail-help = Niemand fragt Sie per Telefon, E-Mail oder Chat nach diesem Code. Geben Sie ihn nur auf dieser Seite ein.

## The page of a factor that is locked

locked-mail = Codes per E-Mail sind gesperrt
locked-mail-for-now = Codes per E-Mail sind vorübergehend gesperrt
locked-use-mail = Code per E-Mail verwenden

## What is said about a form with such a code

factor-mail-malformed = Geben Sie die sechs Ziffern aus der E-Mail ein. Das zählte nicht als Versuch.
factor-mail-wrong = Dieser Code ist falsch oder gilt nicht mehr. Nehmen Sie den neuesten oder fordern Sie einen neuen an.
factor-mail-not-offered = Bei dieser Anmeldung gibt es keinen Code per E-Mail. Wählen Sie einen anderen Weg.

## The account page

mail-row = Codes per E-Mail
mail-row-off = Für den Fall, dass Sie nichts anderes zur Hand haben. Wer Ihre E-Mails lesen kann, kann sie verwenden; ein Passkey oder eine App ist sicherer.
mail-row-on = Bei der Anmeldung können Sie sich einen Code an <span class="who">{ $address }</span> senden lassen. Wer Ihre E-Mails lesen kann, kann ihn verwenden.
mail-row-on-elsewhere = Sie sind aktiviert, aber in dieser Sitzung kann keiner gesendet werden: Ihre Anmeldung kam ohne bestätigte Adresse, oder Ihr Administrator hat sie deaktiviert.
mail-switch-on = Aktivieren

## Switching it on and off

mail-confirm-on-heading = Codes per E-Mail aktivieren
mail-confirm-off-heading = Codes per E-Mail deaktivieren
mail-confirm-on = Ab dann können Sie sich bei der Anmeldung einen Code an <span class="who">{ $address }</span> senden lassen. Das ist schwächer als Ihre anderen Faktoren: Wer Ihre E-Mails lesen kann, kann ihn verwenden.
mail-confirm-off = Es wird kein Code mehr gesendet, und Geräte, auf denen einer verwendet wurde, verlangen einen anderen Faktor.

## What was done

done-mail-on = Codes per E-Mail sind aktiviert.
done-mail-off = Codes per E-Mail sind deaktiviert.

## Recent activity

event-mail-used = Code aus einer E-Mail akzeptiert
event-mail-on = Codes per E-Mail aktiviert
event-mail-off = Codes per E-Mail deaktiviert
event-mail-sent = Ein Code wurde per E-Mail gesendet
event-mail-unsent = Ein Code konnte nicht per E-Mail gesendet werden
