### The frame of every page, and parts that several pages share.
###
### In every message, { $product } is the name of the application behind the gateway ("NetPilot"), and { $provider } is the
### name of the company whose account people sign in with ("Google"). Both are names of any gender and are not translated.

## Frame

frame-skip = Aller au contenu
frame-protected = Protégé par Postern
frame-not-you = Ce n’est pas vous ? Se déconnecter
frame-help = Obtenir de l’aide
frame-privacy = Confidentialité
frame-language = Langue
frame-language-change = Changer
frame-error-title = Erreur : { $title }
frame-mention = Si vous contactez l’assistance, mentionnez <code>{ $code }</code> et la requête <code class="nobr">{ $id }</code>.

## Buttons and links of several pages

frame-cancel = Annuler
frame-not-now = Pas maintenant
frame-confirm = Confirmer
frame-sign-in = Se connecter
frame-sign-out = Se déconnecter
frame-go-on = Continuer
frame-try-again = Réessayer
frame-start-page = Aller à la page d’accueil
frame-to-account = Accéder à votre compte
frame-back-unconfirmed = Revenir sans confirmer

## Codes and passkeys: parts of several forms

frame-code-six = Code à six chiffres
frame-code-six-hint = Saisissez le code actuel de votre application d’authentification.
frame-code = Code
frame-code-hint = Six chiffres de votre application d’authentification, ou un code de secours.
frame-use-passkey = Utiliser votre clé d’accès
frame-or-code = ou saisissez un code
frame-trust = Ne plus demander sur cet appareil pendant { $span }
frame-name = Nom
frame-passkey-motto = Une clé d’accès ne fonctionne que sur ce site : aucun autre site ne peut donc la voler.

## Said by the script

frame-copied = Copié
frame-copied-said = Copié dans le presse-papiers.
frame-copy-failed = La copie a échoué. Sélectionnez le texte et copiez-le vous-même.
frame-passkey-exists = Cet appareil a déjà une clé d’accès pour votre compte.
frame-passkey-unused = La clé d’accès n’a pas été utilisée. Réessayez.
