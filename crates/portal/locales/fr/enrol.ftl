### Setting up an authenticator app, and its backup codes.

## Introduction

enrol-progress = Progression de la configuration
enrol-step-start = Démarrer
enrol-step-scan = Scanner
enrol-step-create = Créer
enrol-step-save = Enregistrer
enrol-title = Configurer l’authentification à deux facteurs
enrol-heading = Configurer l’authentification à deux facteurs
enrol-heading-replace = Remplacer votre application d’authentification
enrol-motto = Avec l’authentification à deux facteurs, un mot de passe volé ne suffit pas pour entrer.
enrol-lead-replace = Passez à un nouveau téléphone ou à une autre application. Votre application d’authentification actuelle fonctionne jusqu’à la confirmation de la nouvelle. Vous recevrez alors de nouveaux codes de secours, et vos autres appareils seront déconnectés.
enrol-lead-asks = <span class="who">{ $asks }</span> exige l’authentification à deux facteurs. La configuration prend environ deux minutes.
enrol-lead-required = { $product } exige l’authentification à deux facteurs. La configuration prend environ deux minutes.
enrol-lead = La configuration prend environ deux minutes.
enrol-needs-ticket = Pour vérifier qu’il s’agit bien de vous, un ticket d’activation est nécessaire. Votre administrateur vous le remettra.
enrol-plan-app = <strong>Installez une application d’authentification</strong> comme Google Authenticator, Aegis ou 2FAS, ou utilisez votre gestionnaire de mots de passe.
enrol-plan-scan = <strong>Scannez un code QR</strong> et saisissez le code à six chiffres de l’application.
enrol-plan-choose = <strong>Choisissez ce qui confirme votre identité</strong> : une application d’authentification comme Google Authenticator, Aegis ou 2FAS, votre gestionnaire de mots de passe, cet appareil ou une clé de sécurité.
enrol-plan-set-up = <strong>Configurez-le</strong> : scannez un code QR avec l’application et saisissez son code à six chiffres, ou suivez votre navigateur.
enrol-plan-save = <strong>Enregistrez vos codes de secours</strong> au cas où vous perdriez votre téléphone.
enrol-current-code = Code actuel
enrol-current-code-hint = Six chiffres de votre application d’authentification actuelle ou, si vous ne l’avez plus, un code de secours.
enrol-ticket = Ticket d’activation
enrol-ticket-hint = 24 lettres et chiffres. Il ne fonctionne qu’une fois, pendant une durée limitée.
enrol-start = Commencer
enrol-skip = Ignorer pour l’instant
enrol-without-app = ou sans application
enrol-passkey-about = Votre empreinte digitale, votre visage, le verrouillage de l’écran ou une clé de sécurité confirme votre identité. Vous pourrez ajouter une application plus tard.
enrol-passkey-button = Utiliser cet appareil ou une clé de sécurité

## The QR code

enrol-scan-heading = Configurer votre application d’authentification
enrol-scan-heading-add = Ajouter une application d’authentification
enrol-scan-motto = Cette clé n’est visible que par vous, et seulement jusqu’à la fin de la configuration.
enrol-open-app = Ouvrir dans l’application d’authentification
enrol-scan-lead = Scannez ce code QR avec votre application d’authentification, puis saisissez le code qu’elle affiche.
enrol-qr = Code QR pour votre application d’authentification
enrol-cannot-scan = Impossible de le scanner ?
enrol-type-key = Saisissez cette clé dans votre application. Si elle vous le demande, choisissez <em>basée sur l’heure</em> :
enrol-copy-key = Copier la clé
enrol-open-app-here = Ouvrir dans une application sur cet appareil
enrol-code-hint = Le code change toutes les 30 secondes.
enrol-name-hint = Par exemple « Tablette » ou « Deuxième téléphone ».
enrol-valid-for = { $count ->
    [one] Ce code QR est encore valable { $count } minute.
    [many] Ce code QR est encore valable { $count } de minutes.
   *[other] Ce code QR est encore valable { $count } minutes.
}
enrol-no-app = Pas d’application ? <a href="{ $link }">Utilisez plutôt cet appareil ou une clé de sécurité</a>.

## A passkey instead of an app

enrol-step-valid-for = { $count ->
    [one] Cette étape est encore valable { $count } minute.
    [many] Cette étape est encore valable { $count } de minutes.
   *[other] Cette étape est encore valable { $count } minutes.
}
enrol-use-app = Utiliser plutôt une application d’authentification

## Backup codes

codes-heading = Enregistrez vos codes de secours
codes-motto = Gardez-les en lieu sûr, et pas sur le téléphone où se trouve votre application d’authentification.
codes-lead-enrolled = L’authentification à deux facteurs est activée. Si vous perdez votre téléphone, chacun de ces codes vous permet de vous connecter une fois. <strong>Ils ne s’afficheront plus une fois que vous aurez quitté cette page.</strong>
codes-lead-replaced = Vos anciens codes ne fonctionnent plus. Si vous perdez votre téléphone, chacun de ces codes vous permet de vous connecter une fois. <strong>Ils ne s’afficheront plus une fois que vous aurez quitté cette page.</strong>
codes-printed = Codes de secours { $product } pour { $person }. Chacun ne fonctionne qu’une fois.
codes-copy = Copier
codes-download = Télécharger
codes-print = Imprimer
codes-saved = Je les ai enregistrés
codes-file-title = Codes de secours { $product }
codes-file-once = Chaque code ne fonctionne qu’une fois.
codes-done-already-heading = C’est déjà fait
codes-done-already = Tout a fonctionné dès la première fois. Rien n’a été modifié de nouveau.
codes-done-already-lost = Si vous n’avez pas enregistré vos codes de secours, créez-en de nouveaux. Les codes actuels ne fonctionneront alors plus.
codes-make-new = Créer de nouveaux codes de secours
