### Codes that are sent by SMS, beside another second factor.

## Entering a code that was sent

sms-choice = Code par SMS
sms-send = Envoyer un code par SMS au { $address }
sms-code = Code reçu par SMS
sms-code-hint = Saisissez les six chiffres du message le plus récent.
factor-sms-malformed = Saisissez les six chiffres du message. Cela n’a pas compté comme une tentative.
factor-sms-not-offered = Aucun code par SMS ne peut être utilisé pour cette connexion. Utilisez un autre moyen.

## The page of a factor that is locked

locked-sms = Les codes par SMS sont bloqués
locked-sms-for-now = Les codes par SMS sont bloqués pour le moment
locked-use-sms = Utiliser un code par SMS

## The account page

sms-row = Codes par SMS
sms-row-off = Pour le jour où vous n’avez rien d’autre sous la main. Un numéro de téléphone peut être détourné : une clé d’accès ou une application est plus sûre.
sms-row-unconfirmed = Un numéro a été saisi pour vous. Ajoutez votre numéro pour le confirmer ; d’ici là, aucun code n’y est envoyé.
sms-row-on = À la connexion, vous pouvez faire envoyer un code au <span class="who">{ $number }</span>. Quiconque s’empare de ce numéro peut l’utiliser.
sms-row-unused = Un numéro de téléphone est encore enregistré pour vous. Aucun code n’est plus envoyé par SMS ici ; vous pouvez supprimer le numéro.
sms-add = Ajouter un numéro
sms-change = Modifier le numéro
sms-remove = Supprimer le numéro

## Adding, changing and removing the number

sms-add-heading = Ajouter un numéro pour les codes par SMS
sms-change-heading = Modifier le numéro pour les codes par SMS
sms-remove-heading = Supprimer le numéro pour les codes par SMS
sms-number-about = Vous pourrez alors faire envoyer un code à ce numéro lors de la connexion. C’est plus faible que vos autres facteurs : quiconque s’empare du numéro peut l’utiliser.
sms-number-present = Votre numéro actuel : <span class="who">{ $number }</span>
sms-number = Numéro de mobile
sms-number-hint = Avec l’indicatif du pays, par exemple +33 6 12 34 56 78.
sms-number-malformed = Ce n’est pas un numéro de téléphone avec l’indicatif du pays. Commencez par + et l’indicatif de votre pays.
sms-confirm-add = Nous allons envoyer un code au <span class="who">{ $number }</span>. Confirmez d’abord que c’est bien vous.
sms-confirm-remove = Plus aucun code n’est envoyé à ce numéro, et un autre facteur est demandé aux appareils qui en ont utilisé un.
sms-check-heading = Saisissez le code reçu par SMS
sms-check-button = Confirmer le numéro
sms-check-again = Renvoyer ou utiliser un autre numéro
sms-check-over = Plus aucun code n’est en attente pour ce numéro. Saisissez-le à nouveau.

## What was done

done-sms-on = Votre numéro est confirmé. Les codes par SMS sont activés.
done-sms-off = Le numéro est supprimé. Les codes par SMS sont désactivés.

## Recent activity

event-sms-used = Code par SMS accepté
event-sms-on = Numéro pour les codes par SMS confirmé
event-sms-off = Numéro pour les codes par SMS supprimé
event-sms-sent = Un code a été envoyé par SMS
event-sms-unsent = Un code n’a pas pu être envoyé par SMS
