### Mails: what happened to an account, and codes.

## Every mail

letter-subject = { $product } : { $heading }
letter-account = Compte
letter-when = Quand
letter-from = Depuis
letter-account-line = Compte : { $account }
letter-when-line = Quand : { $when }
letter-from-line = Depuis : { $from }
letter-from-unknown = inconnu
letter-from-command-line = la ligne de commande

## The end of mails about an account

letter-not-me = Si ce n’était pas vous, fermez toutes les autres sessions de votre compte :
letter-not-me-then = La page vous demande de vous connecter et de confirmer avec votre second facteur. Changez ensuite le mot de passe avec lequel vous vous connectez, supprimez de votre compte ce qui n’est pas à vous et prévenez votre administrateur.
letter-account-page = Votre compte :
letter-cannot-confirm = Si vous ne pouvez pas confirmer, parce que les codes sont verrouillés ou que votre second facteur a été remplacé ou supprimé, prévenez immédiatement votre administrateur : il ferme toutes vos sessions ({ $revoke }) et réinitialise votre second facteur ({ $reset }).
letter-no-secret = Cet e-mail ne contient ni code ni mot de passe, et personne de { $product } ne vous en demandera.

## What to do if this was you

letter-nothing-to-do = Si c’était vous, vous n’avez rien à faire.
letter-make-new-codes = Si c’était vous, créez de nouveaux codes de secours dans votre compte avant d’avoir utilisé le dernier.
letter-wait = Si c’était vous, attendez la fin du verrouillage ou utilisez un autre de vos facteurs. Le verrouillage s’allonge à chaque nouveau code incorrect.
letter-ask-to-unlock = Si c’était vous, demandez à votre administrateur de déverrouiller votre compte. D’ici là, utilisez un autre de vos facteurs, si vous en avez un.
letter-set-up-again = Configurez de nouveau un second facteur à votre prochaine connexion. Si vous n’avez rien demandé, adressez-vous à votre administrateur.

## What happened: a heading, and one or two sentences

letter-passkey-added = Une clé d’accès a été ajoutée
letter-passkey-added-what = Une clé d’accès a été ajoutée à votre compte.
letter-app-replaced = Votre application d’authentification a été remplacée
letter-app-replaced-what = Une autre application d’authentification a remplacé la vôtre, avec de nouveaux codes de secours. L’ancienne application et les anciens codes ne fonctionnent plus, et vos autres sessions ont été fermées.
letter-mail-on = Les codes par e-mail ont été activés
letter-mail-on-what = Désormais, quiconque se connecte à votre compte peut faire envoyer un code à l’adresse e-mail de cette connexion, à la place d’un autre second facteur.
letter-app-added = Une application d’authentification a été ajoutée
letter-app-added-what = Une application d’authentification a été configurée comme second facteur de votre compte.
letter-passkey-removed = Une clé d’accès a été supprimée
letter-passkey-removed-what = Une clé d’accès a été supprimée de votre compte.
letter-app-removed = Une application d’authentification a été supprimée
letter-app-removed-what = Une application d’authentification a été supprimée de votre compte. Ses codes ne fonctionnent plus.
letter-mail-off = Les codes par e-mail ont été désactivés
letter-mail-off-what = Aucun code n’est plus envoyé par e-mail. Vos autres seconds facteurs restent.
letter-number-on = Un numéro pour les codes par SMS a été confirmé
letter-number-on-what = Désormais, quiconque se connecte à votre compte peut faire envoyer un code à ce numéro à la place d’un autre second facteur.
letter-number-off = Le numéro pour les codes par SMS a été supprimé
letter-number-off-what = Plus aucun code n’y est envoyé. Vos autres seconds facteurs restent.
letter-all-removed = Votre second facteur a été supprimé
letter-all-removed-what = Le second facteur de votre compte a été supprimé : toutes les applications d’authentification, les clés d’accès et les codes de secours.
letter-codes-replaced = Vos codes de secours ont été remplacés
letter-codes-replaced-what = De nouveaux codes de secours ont été créés pour votre compte. Les anciens ne fonctionnent plus.
letter-code-used = Un code de secours a été utilisé
letter-few-codes = Il reste peu de codes de secours
letter-code-used-what = Un de vos codes de secours a été utilisé. { $left }
letter-codes-left = { $count ->
    [0] Il n’en reste aucun.
    [one] Il en reste { $count }.
    [many] Il en reste { $count }.
   *[other] Il en reste { $count }.
}
letter-backup-disabled = Les codes de secours sont désactivés
letter-backup-disabled-what = Cent codes de secours incorrects ont été saisis d’affilée pour votre compte, par quelqu’un qui s’était connecté auprès de votre fournisseur. Les codes de secours restent verrouillés jusqu’à ce qu’un administrateur les déverrouille.
letter-app-disabled = Les codes sont désactivés
letter-app-disabled-what = Cent codes incorrects ont été saisis d’affilée pour votre compte, par quelqu’un qui s’était connecté auprès de votre fournisseur. Les codes à six chiffres, d’une application ou par e-mail, restent verrouillés jusqu’à ce qu’un administrateur les déverrouille.
letter-backup-locked = Les codes de secours sont verrouillés
letter-backup-locked-what = Des codes de secours incorrects ont été saisis pour votre compte, par quelqu’un qui s’était connecté auprès de votre fournisseur. Les codes de secours sont verrouillés pendant un certain temps.
letter-app-locked = Les codes sont verrouillés
letter-app-locked-what = Des codes incorrects ont été saisis pour votre compte, par quelqu’un qui s’était connecté auprès de votre fournisseur. Les codes à six chiffres, d’une application ou par e-mail, sont verrouillés pendant un certain temps.
letter-new-device = Connexion depuis un nouvel appareil
letter-new-device-what = Quelqu’un s’est connecté à votre compte avec son second facteur, depuis un navigateur et un réseau encore inconnus.
letter-reset = Votre second facteur a été réinitialisé
letter-reset-what = Un administrateur a supprimé le second facteur de votre compte et fermé toutes vos sessions.
letter-test = E-mail de test
letter-test-what = Cet e-mail a été envoyé par { $command }. Rien n’a changé dans votre compte.
letter-test-expected = Vous n’avez rien à faire.

## A mail with a code

letter-code = Votre code de connexion
letter-code-enter = Saisissez-le sur { $host }, dans le navigateur qui l’a demandé. Il est valable { $wait }, et une seule fois.
letter-code-nobody = Personne de { $product } ne vous demandera ce code par téléphone, e-mail ou messagerie. Quiconque le fait veut se connecter à votre place.
letter-code-not-me = Si vous ne l’avez pas demandé, quelqu’un d’autre peut se connecter avec votre compte chez le fournisseur. Changez-y le mot de passe et fermez toutes les autres sessions de votre compte :

## An SMS with a code

letter-sms = { $product } : votre code est { $code }. Valable { $wait }. Personne ne vous le demandera.
