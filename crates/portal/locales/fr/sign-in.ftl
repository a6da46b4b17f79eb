### Signing in and out, and links that take a session to another address.

## The page with the button

signin-title = Connexion
signin-motto = Votre mot de passe reste chez { $provider }. { $product } ne voit que votre nom, votre photo et votre adresse e-mail.
signin-heading = Se connecter à { $product }
signin-lead = Utilisez votre compte { $provider }. Si l’authentification à deux facteurs est activée, un code vous sera ensuite demandé.
signin-in-app = { $provider } peut refuser la connexion à l’intérieur d’une autre application. Ouvrez plutôt cette page dans votre navigateur (cherchez « Ouvrir dans le navigateur » dans le menu).
signin-button = Continuer avec { $provider }
signin-password = Vous saisissez votre mot de passe chez { $provider }, jamais ici.
signin-ended = Votre session a pris fin. Reconnectez-vous pour continuer.
signin-cookie-damaged = Votre navigateur a envoyé un cookie de session endommagé, ou plusieurs à la fois. Si la connexion ne suffit pas, supprimez les cookies de ce site.

## A sign-in that failed: headings

signin-heading-cancelled = Vous avez annulé la connexion
signin-heading-expired = Cette connexion a expiré
signin-heading-unreachable = Impossible de joindre { $provider }
signin-heading-not-working = La connexion ne fonctionne pas pour le moment
signin-heading-disabled = Ce compte est désactivé
signin-heading-unreadable = Impossible d’ouvrir ce compte
signin-heading-not-allowed = Ce compte n’est pas autorisé à se connecter
signin-heading-failed = La connexion a échoué

## A sign-in that failed: explanations and links

signin-was-as = Vous vous êtes connecté à { $provider } en tant que { $account }.
signin-cancelled = Vous avez annulé la connexion. Recommencez quand vous voulez.
signin-expired = Elle a pris trop de temps, a déjà été utilisée ou a commencé dans un autre navigateur. Recommencez.
signin-unverifiable = Nous n’avons pas pu vérifier la réponse de { $provider }. Recommencez. Si le problème persiste, prévenez votre administrateur.
signin-unreachable = Nous ne parvenons pas à joindre { $provider } pour le moment. Réessayez dans une minute.
signin-email-unverified = L’adresse e-mail de ce compte n’est pas vérifiée. Vérifiez-la auprès de { $provider }, puis reconnectez-vous.
signin-not-allowed = Ce compte n’est pas autorisé à se connecter ici. Utilisez un autre compte ou demandez l’accès à votre administrateur.
signin-inactive = Ce compte est désactivé. Contactez votre administrateur.
signin-email-taken = Cette adresse e-mail appartient déjà à un autre compte ici. Contactez votre administrateur.
signin-unreadable = Un enregistrement de ce compte est endommagé. Le compte ne peut donc pas être ouvert. Contactez votre administrateur.
signin-store-unsuitable = La base de données de la passerelle doit d’abord être corrigée ; son journal indique comment. Prévenez votre administrateur.
signin-impossible = La connexion est impossible pour le moment. Réessayez dans une minute.
signin-other-account = Utiliser un autre compte
signin-start-again = Recommencer

## Signing out

signout-title = Déconnexion
signout-motto = Vous déconnecter ici ne vous déconnecte pas de { $provider }.
signout-heading = Se déconnecter de { $product } ?
signout-lead = Vous êtes connecté en tant que <strong class="who">{ $person }</strong>.
signout-trusted = Cet appareil est un appareil de confiance : votre prochaine connexion ici ne demandera pas de code.
signout-forget = Ne plus faire confiance à cet appareil
signout-stay = Rester connecté
signout-done-heading = Vous êtes déconnecté
signout-done = Sur un ordinateur partagé, déconnectez-vous aussi de { $provider }. Toute personne qui y est connectée arrive jusqu’à votre second facteur.
signout-done-trusted = Sur un ordinateur partagé, déconnectez-vous aussi de { $provider }. Toute personne qui y est connectée entre sans code, car cet appareil est un appareil de confiance.

## Links that take a session to another address of the gateway

handover-heading = Ce lien ne permet pas de vous connecter
handover-malformed = L’adresse est incomplète ou a été modifiée.
handover-unknown = Le lien n’est pas connu ici, ou votre session a pris fin.
handover-used = Le lien a déjà été utilisé. Chaque lien ne fonctionne qu’une fois.
handover-expired = Le lien a expiré. Il fonctionne pendant une minute.
handover-other-host = Le lien est destiné à une autre adresse.
handover-no-binding = Votre navigateur n’a pas envoyé de cookie avec le lien.
handover-other-browser = Le lien a été créé pour un autre navigateur.
handover-session-changed = Vous vous êtes reconnecté ou avez saisi un code pendant que le lien était en chemin.
handover-what-now = Rien n’a été modifié. Ouvrez de nouveau la page voulue : si vous êtes connecté, elle s’ouvre aussitôt.
handover-again = Rouvrir la page
handover-no-cookies-heading = Votre navigateur ne conserve aucun cookie pour cette adresse
handover-no-cookies = Vous êtes connecté, mais { $host } a besoin de son propre cookie pour vous reconnaître, et celui-ci n’est pas revenu.
handover-allow-cookies = Autorisez les cookies pour { $host } dans les paramètres de votre navigateur, puis rouvrez la page.

## The end of a sign-in or verification in a window of its own, beside the application's page

renewed-title = Terminé
renewed-motto = Retour à votre page.
renewed-heading = C’est fait
renewed-lead = Revenez à la fenêtre d’où vous venez : elle continue d’elle-même. Vous pouvez fermer celle-ci.
