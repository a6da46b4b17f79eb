### The account page.

account-title = Votre compte
account-navigation = Compte
account-open = Ouvrir { $product }

## Second factor

account-factor = Authentification à deux facteurs
account-factor-about = La deuxième étape, après la connexion avec { $provider }.
account-apps = Applications d’authentification
account-app = Application d’authentification
account-on = Activée
account-off = Désactivée
account-apps-none = Six chiffres qui changent toutes les 30 secondes. Vous n’en avez aucune. Ajoutez-en une pour ne pas perdre l’accès si vous égarez votre appareil.
account-apps-one = Six chiffres qui changent toutes les 30 secondes. Ajoutez une autre application pour ne pas perdre l’accès si vous égarez votre téléphone.
account-apps-several = Six chiffres qui changent toutes les 30 secondes. Un code de n’importe laquelle de ces applications suffit.
account-add-app = Ajouter une application
account-switch-off = Désactiver
account-badge-app = Application
account-badge-passkey = Clé d’accès
account-replace = Remplacer
account-off-about = Votre compte { $provider } suffit à lui seul pour ouvrir { $product }.
account-set-up = Configurer

## Lines about an app, a passkey, a device or a session. They stand one behind the other with " · " between them

account-added = Ajoutée { $when }
account-last-used = dernière utilisation { $when }
account-not-used = aucune utilisation
account-synced = synchronisée avec vos autres appareils
account-trusted = ajouté { $when }
account-until = appareil de confiance jusqu’au { $time }
account-active-now = actif en ce moment
account-last-seen = dernière activité { $when }
account-signed-in = connexion { $when }

## Names and buttons

account-rename = Renommer
account-save = Enregistrer
account-app-name = Nom de cette application
account-passkey-name = Nouveau nom
account-remove = Supprimer
account-remove-named = Supprimer { $name }
account-remove-all = Tout supprimer

## Passkeys and backup codes

account-passkeys = Clés d’accès et clés de sécurité
account-passkeys-about = Confirmez avec votre empreinte digitale, votre visage, le verrouillage de l’écran ou une clé de sécurité plutôt qu’avec un code.
account-add-passkey = Ajouter une clé d’accès
account-codes = Codes de secours
account-codes-left = { $count ->
    [one] { $count } restant
    [many] { $count } restants
   *[other] { $count } restants
}
account-codes-none = Il ne vous en reste aucun. Si vous perdez votre téléphone maintenant, il vous faudra l’aide d’un administrateur pour retrouver l’accès.
account-codes-low = Il ne vous en reste que quelques-uns. Créez-en de nouveaux avant d’en avoir besoin.
account-codes-about = Pour les moments où vous n’avez pas votre téléphone. Chaque code ne fonctionne qu’une fois.
account-make-codes = Créer de nouveaux codes

## Trusted devices

account-devices = Appareils de confiance
account-devices-about = Sur ces appareils, vous vous connectez sans code pendant un certain temps. Les modifications de votre compte en demandent toujours un.
account-this-device = Cet appareil
account-remove-device = Supprimer { $device }, ajouté { $when }
account-devices-none = Aucun. Sur un appareil que personne d’autre n’utilise, cochez « Ne plus demander sur cet appareil » quand vous saisissez un code.

## Sessions

account-sessions = Sessions ouvertes
account-sessions-about = Déconnectez tout appareil que vous ne reconnaissez pas.
account-waiting = En attente d’un code
account-bound = Liée à son appareil
account-sign-out-device = Se déconnecter : { $device }, dernière activité { $when }
account-older-sessions = { $count ->
    [one] Afficher { $count } session plus ancienne
    [many] Afficher { $count } de sessions plus anciennes
   *[other] Afficher { $count } sessions plus anciennes
}
account-sign-out-others = Se déconnecter partout ailleurs

## Activity

account-activity = Activité récente
account-activity-about = Quelque chose ne vient pas de vous ? Déconnectez-vous partout ailleurs et prévenez votre administrateur.
account-activity-none = Aucune activité pour le moment.
account-older-activity = Afficher les activités plus anciennes
account-origin = { $device }, { $address }

## Devices

device-both = { $browser } sur { $system }
device-browser = { $browser }
device-system = Navigateur inconnu sur { $system }
device-unknown = Appareil inconnu
device-android-app = Application Android

## Confirmations at the top of the page

done-session = L’appareil est déconnecté.
done-others = Vous êtes déconnecté partout ailleurs.
done-not-me = Vous êtes déconnecté partout ailleurs et vous n’avez plus aucun appareil de confiance. Supprimez maintenant ci-dessous ce qui n’est pas à vous, créez de nouveaux codes de secours et prévenez votre administrateur.
done-none = L’appareil était déjà déconnecté.
done-authenticator = Votre application est prête. Désormais, les codes de toutes vos applications sont acceptés.
done-authenticator-renamed = Votre application a un nouveau nom.
done-authenticator-removed = Les codes de cette application ne fonctionnent plus ici. Supprimez aussi l’entrée dans l’application.
done-authenticator-gone = Cette application a déjà été supprimée.
done-authenticator-only = C’est votre seule application d’authentification. Ajoutez-en d’abord une autre, ou remplacez-la.
done-authenticators-full = Votre compte a atteint le nombre maximal d’applications d’authentification. Supprimez-en d’abord une.
done-device = L’appareil n’est plus un appareil de confiance. Un code y sera demandé à la prochaine connexion.
done-devices = Vous n’avez plus aucun appareil de confiance. Un code sera demandé sur chacun à la prochaine connexion.
done-device-gone = L’appareil n’était déjà plus un appareil de confiance.
done-passkey = Votre clé d’accès est prête. La prochaine fois, utilisez-la à la place d’un code.
done-passkey-renamed = Votre clé d’accès a un nouveau nom.
done-passkey-removed = Cette clé d’accès ne fonctionne plus ici. Si votre appareil la propose encore, supprimez-la aussi de l’appareil.
done-passkey-gone = Cette clé d’accès a déjà été supprimée.
done-passkey-only = Cette clé d’accès est votre seul moyen de validation. Ajoutez d’abord une application d’authentification ou une autre clé d’accès.
done-disabled = L’authentification à deux facteurs est désactivée.

## "This was not me": where mail about a change leads

notme-title = Ce n’était pas moi
notme-motto = Toute autre personne connectée devra recommencer.
notme-heading = Était-ce quelqu’un d’autre ?
notme-lead = <strong class="who">{ $person }</strong> sera déconnecté de { $product } sur tous les autres appareils et n’aura plus aucun appareil de confiance. Vous restez connecté ici.
notme-after = Vérifiez ensuite votre compte : supprimez les applications d’authentification et les clés d’accès qui ne sont pas à vous, créez de nouveaux codes de secours, changez le mot de passe de votre compte { $provider } et prévenez votre administrateur.
notme-after-single = Configurez ensuite un second facteur dans votre compte, changez le mot de passe de votre compte { $provider } et prévenez votre administrateur.
notme-end = Fermer toutes les autres sessions
notme-mine = C’était moi
