### Codes that are sent by mail, beside another second factor.

## Entering a code that was sent

mail-choice = Code par e-mail
mail-send = Envoyer un code à { $address }
mail-sent = Nous avons envoyé un code à <span class="who">{ $address }</span>. Il est valable 10 minutes, et dans ce navigateur uniquement.
mail-again = Envoyer un autre code
mail-wait = Vous pourrez demander un autre code dans { $wait }.
mail-unsent = Le code n’a pas pu être envoyé. Réessayez plus tard ou choisissez un autre moyen.
mail-code = Code reçu par e-mail
mail-code-hint = Saisissez les six chiffres de l’e-mail le plus récent.
mail-help = Personne ne vous demandera ce code par téléphone, e-mail ou messagerie. Ne le saisissez que sur cette page.

## The page of a factor that is locked

locked-mail = Les codes par e-mail sont verrouillés
locked-mail-for-now = Les codes par e-mail sont temporairement verrouillés
locked-use-mail = Utiliser un code par e-mail

## What is said about a form with such a code

factor-mail-malformed = Saisissez les six chiffres de l’e-mail. Cela n’a pas compté comme une tentative.
factor-mail-wrong = Ce code est incorrect ou n’est plus valable. Prenez le plus récent ou demandez-en un autre.
factor-mail-not-offered = Aucun code par e-mail n’est possible pour cette connexion. Choisissez un autre moyen.

## The account page

mail-row = Codes par e-mail
mail-row-off = Pour les moments où vous n’avez rien d’autre sous la main. Quiconque peut lire vos e-mails peut les utiliser ; une clé d’accès ou une application est plus sûre.
mail-row-on = À la connexion, vous pouvez faire envoyer un code à <span class="who">{ $address }</span>. Quiconque peut lire vos e-mails peut l’utiliser.
mail-row-on-elsewhere = Ils sont activés, mais aucun ne peut être envoyé dans cette session : votre connexion ne comportait pas d’adresse vérifiée, ou votre administrateur les a désactivés.
mail-switch-on = Activer

## Switching it on and off

mail-confirm-on-heading = Activer les codes par e-mail
mail-confirm-off-heading = Désactiver les codes par e-mail
mail-confirm-on = Vous pourrez ensuite faire envoyer un code à <span class="who">{ $address }</span> à la connexion. C’est plus faible que vos autres facteurs : quiconque peut lire vos e-mails peut l’utiliser.
mail-confirm-off = Aucun code n’est plus envoyé, et les appareils qui en ont utilisé un demandent un autre facteur.

## What was done

done-mail-on = Les codes par e-mail sont activés.
done-mail-off = Les codes par e-mail sont désactivés.

## Recent activity

event-mail-used = Code reçu par e-mail accepté
event-mail-on = Codes par e-mail activés
event-mail-off = Codes par e-mail désactivés
event-mail-sent = Un code a été envoyé par e-mail
event-mail-unsent = Un code n’a pas pu être envoyé par e-mail
