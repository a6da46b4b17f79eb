### Pages that ask for a code or a passkey before the ways to sign in are changed, and the page that makes a passkey.

confirm-motto = Modifier votre façon de vous connecter demande toujours un nouveau code.
confirm-motto-passkey = Modifier votre façon de vous connecter demande toujours un nouveau code ou votre clé d’accès.

## Headings

confirm-heading-codes = Créer de nouveaux codes de secours
confirm-heading-add-app = Ajouter une application d’authentification
confirm-heading-remove-app = Supprimer une application d’authentification
confirm-heading-add-passkey = Ajouter une clé d’accès
confirm-heading-remove-passkey = Supprimer une clé d’accès
confirm-heading-disable = Désactiver l’authentification à deux facteurs

## Explanations

confirm-disable = Vos applications d’authentification, vos codes de secours et vos clés d’accès seront supprimés, et vous serez déconnecté de tous vos autres appareils. Ensuite, votre compte { $provider } suffira à lui seul pour ouvrir { $product }.
confirm-codes = Vos codes de secours actuels ne fonctionneront plus et vous en recevrez de nouveaux.
confirm-add-app = Un code de n’importe laquelle de vos applications d’authentification suffit : perdre un appareil ne vous bloque donc pas. Saisissez d’abord un code d’une application que vous avez déjà.
confirm-add-app-with-passkey = Un code de n’importe laquelle de vos applications d’authentification suffit : perdre un appareil ne vous bloque donc pas. Confirmez d’abord votre identité.
confirm-remove-app = Les codes de <span class="who">{ $name }</span> ne fonctionneront plus, et un autre code sera demandé sur les appareils qui en ont utilisé un. Vos codes de secours restent valables.
confirm-remove-only-app = Les codes de <span class="who">{ $name }</span> ne fonctionneront plus, et votre clé d’accès sera demandée sur les appareils qui en ont utilisé un. Vos codes de secours restent valables, au cas où vous la perdriez.
confirm-stuck = Il faut pour cela une application d’authentification ou une clé d’accès. Ajoutez-en d’abord une.
confirm-add-passkey = Avec une clé d’accès, vous confirmez avec votre empreinte digitale, votre visage, le verrouillage de l’écran ou une clé de sécurité, au lieu de saisir un code. Saisissez d’abord un code.
confirm-add-passkey-with-passkey = Avec une clé d’accès, vous confirmez avec votre empreinte digitale, votre visage, le verrouillage de l’écran ou une clé de sécurité, au lieu de saisir un code. Confirmez d’abord votre identité.
confirm-wait-for-next = Si vous venez d’en utiliser un, attendez le suivant.
confirm-remove-passkey = <span class="who">{ $name }</span> ne fonctionnera plus ici, et un code sera demandé sur les appareils qui ont utilisé cette clé.
confirm-with-another = Pour confirmer, utilisez une autre clé d’accès ou un code.

## Buttons

confirm-button-codes = Créer de nouveaux codes
confirm-button-continue = Continuer
confirm-button-remove = Supprimer
confirm-button-disable = Désactiver

## The page that makes a passkey

newpasskey-heading = Créer votre clé d’accès
newpasskey-lead = Donnez-lui un nom qui indique où vous la conservez. Votre navigateur vous demandera le reste.
newpasskey-name-hint = Par exemple « Téléphone » ou « Clé de sécurité bleue ».
newpasskey-button = Créer la clé d’accès
newpasskey-no-script = Les clés d’accès nécessitent JavaScript, qui est désactivé dans ce navigateur.

## A second factor that must not be switched off

confirm-enforced-heading = L’authentification à deux facteurs reste activée
confirm-enforced = Votre compte l’exige. Vous pouvez remplacer votre application d’authentification, mais pas la supprimer.
