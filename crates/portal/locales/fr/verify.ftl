### Pages that ask for the second factor, the page of a locked factor, and what is said about a code that was not accepted.

## Entering a code

verify-heading = Saisissez votre code
verify-heading-again = Confirmez votre identité
verify-heading-passkey = Utilisez votre clé d’accès
verify-heading-backup = Saisissez un code de secours
verify-motto = { $provider } a confirmé votre identité. Plus qu’une étape.
verify-motto-again = Un nouveau code confirme que c’est toujours vous devant cet écran.
verify-asks = <span class="who">{ $asks }</span> demande un nouveau code, même si vous êtes connecté.
verify-asks-something = L’action que vous allez effectuer demande un nouveau code, même si vous êtes connecté.
verify-asks-passkey = <span class="who">{ $asks }</span> demande une clé d’accès. Un code vous connecte, mais ne suffit pas à cet endroit.
verify-asks-first-passkey = <span class="who">{ $asks }</span> demande une clé d’accès. Connectez-vous d’abord avec un code, puis ajoutez-en une.
verify-choice = Mode de validation
verify-app = Application d’authentification
verify-backup = Code de secours
verify-backup-hint = L’un des codes que vous avez enregistrés lors de la configuration. Chacun ne fonctionne qu’une fois.
verify-offer-passkey = La prochaine fois, utiliser plutôt mon empreinte digitale, mon visage ou le verrouillage de l’écran (demande un code de plus maintenant)
verify-button = Valider
verify-codes-left = { $count ->
    [0] Il ne vous reste aucun code de secours. Si vous avez aussi perdu votre application d’authentification, contactez votre administrateur.
    [one] C’est votre dernier code de secours. Créez-en de nouveaux sur la page de votre compte après vous être connecté.
    [many] Il vous reste { $count } de codes de secours.
   *[other] Il vous reste { $count } codes de secours.
}
verify-codes-left-without-app = { $count ->
    [0] Il ne vous reste aucun code de secours. Si vous avez aussi perdu votre clé d’accès, contactez votre administrateur.
    [one] C’est votre dernier code de secours. Créez-en de nouveaux sur la page de votre compte après vous être connecté.
    [many] Il vous reste { $count } de codes de secours.
   *[other] Il vous reste { $count } codes de secours.
}
verify-help = Vous avez perdu votre téléphone ? Utilisez un code de secours. Le code n’est pas accepté ? Vérifiez que votre téléphone règle l’heure automatiquement.

## A page that takes passkeys only

passkeystep-heading = Confirmez avec votre clé d’accès
passkeystep-heading-first = Ajoutez une clé d’accès pour continuer
passkeystep-asks = <span class="who">{ $asks }</span> demande une clé d’accès, même si vous êtes connecté. Un code n’y suffit pas, car un faux site pourrait vous en demander un.
passkeystep-asks-something = L’action que vous allez effectuer demande une clé d’accès, même si vous êtes connecté. Un code ne suffit pas ici, car un faux site pourrait vous en demander un.
passkeystep-needs = Les clés d’accès nécessitent JavaScript et un navigateur récent. Activez JavaScript ou ouvrez cette page dans un autre navigateur.
passkeystep-elsewhere = Votre clé d’accès n’est pas sur cet appareil ? <a href="{ $link }">Ajoutez-en une autre</a> à l’aide d’un code.
passkeystep-none = Vous n’en avez pas encore. Pour en ajouter une, il faut un code et environ une minute. Votre empreinte digitale, votre visage, le verrouillage de l’écran ou une clé de sécurité confirme ensuite votre identité.
passkeystep-add = Ajouter une clé d’accès

## A locked factor

locked-title = Verrouillage
locked-title-for-now = Verrouillage temporaire
locked-motto = Le verrouillage après quelques codes incorrects empêche les attaquants de deviner.
locked-app = Votre application d’authentification est verrouillée
locked-app-for-now = Votre application d’authentification est temporairement verrouillée
locked-backup = Les codes de secours sont verrouillés
locked-backup-for-now = Les codes de secours sont temporairement verrouillés
locked-wait = Trop de codes incorrects ont été saisis. Réessayez dans <strong>{ $wait }</strong>.
locked-until = Déverrouillage le { $time }.
locked-for-good = Trop de codes incorrects ont été saisis d’affilée. Un administrateur doit procéder au déverrouillage.
locked-use-app = Utiliser l’application d’authentification
locked-use-backup = Utiliser un code de secours
locked-cannot-wait = Vous ne pouvez pas attendre ? Un administrateur peut procéder au déverrouillage.
locked-not-you = Ce n’était pas vous ? Quelqu’un d’autre peut peut-être se connecter à votre compte { $provider }. Changez votre mot de passe { $provider } et prévenez votre administrateur, qui peut fermer toutes vos sessions et réinitialiser votre second facteur.
locked-account = Fermer les autres sessions dans votre compte

## What is said about a form with a code, a passkey or a ticket

factor-code-missing = Saisissez le code.
factor-no-app = Votre compte n’a pas d’application d’authentification. Utilisez votre clé d’accès ou un code de secours.
factor-code-malformed = Saisissez les six chiffres affichés par votre application d’authentification. Cette saisie n’a pas compté comme une tentative.
factor-backup-malformed = Cela ne ressemble pas à un code de secours. Vérifiez-le et réessayez. Cette saisie n’a pas compté comme une tentative.
factor-passkey-or-code = Votre clé d’accès n’a pas été acceptée. Réessayez ou utilisez un code.
factor-code-wrong = Ce code est incorrect ou a déjà été utilisé. Attendez le suivant.
factor-backup-wrong = Ce code de secours est incorrect ou a déjà été utilisé.
factor-passkey-wrong = Votre clé d’accès n’a pas été acceptée.
factor-attempts-left = { $why } { $count ->
    [one] Il vous reste { $count } tentative.
    [many] Il vous reste { $count } de tentatives.
   *[other] Il vous reste { $count } tentatives.
}
factor-passkey-expired = L’opération a pris trop de temps, ou la page était ouverte deux fois. Réessayez.
factor-passkey-refused = Votre clé d’accès n’a pas été acceptée. Réessayez.
factor-passkey-unknown = Votre clé d’accès n’a pas été acceptée, car elle n’est plus associée à votre compte.
factor-passkey-known = Cette clé d’accès est déjà associée à votre compte.
factor-passkeys-full = Votre compte a atteint le nombre maximal de clés d’accès. Supprimez-en d’abord une.
factor-ticket-missing = Saisissez votre ticket d’activation.
factor-ticket-invalid = Ce ticket n’est pas valable. Il a peut-être expiré ou déjà été utilisé. Demandez-en un nouveau à votre administrateur.
factor-ticket-locked-for = Trop de tickets incorrects ont été saisis. Réessayez dans { $wait }.
factor-ticket-locked = Trop de tickets incorrects ont été saisis. Demandez-en un nouveau à votre administrateur.
factor-codes-locked-for = Trop de codes incorrects ont été saisis : les codes sont verrouillés pendant { $wait }. Utilisez votre clé d’accès.
factor-codes-locked = Trop de codes incorrects ont été saisis : les codes sont verrouillés. Utilisez votre clé d’accès.
factor-setup-ended = Cette configuration a expiré ou trop de codes incorrects ont été saisis. Recommencez.

## Where a page demands a session that is bound to its device (W3C Device Bound Session Credentials)

verify-device-heading = Cette page exige une session liée à votre appareil
verify-device-waiting = Votre navigateur est en train de lier votre session à cet appareil. Cela prend quelques secondes au plus.
verify-device-go-on = Continuer
verify-device-why = Personne ne peut alors utiliser votre session ailleurs, même avec une copie de vos cookies. Votre navigateur la lie de lui-même lorsque vous confirmez votre second facteur, si le navigateur et l’appareil le permettent.
verify-device-cannot = Si vous revenez ici après avoir confirmé, ce navigateur ou cet appareil ne le permet pas. Utilisez une version récente de Chrome ou d’Edge sur un ordinateur doté d’une puce de sécurité (TPM), ou adressez-vous à votre administrateur.
verify-device-confirm = Confirmer le second facteur
