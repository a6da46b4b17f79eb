### Errors: a heading and an explanation each. The gateway is the program that asks for the sign-in; the application is what
### lies behind it.

error-motto = En cas de problème, l’accès reste fermé.
error-motto-good = À bientôt.

## Errors of the gateway's own pages

error-not-found-heading = Page introuvable
error-not-found = Il n’y a pas de page à cette adresse. Vérifiez qu’elle ne contient pas de faute de frappe.
error-method-heading = Non pris en charge ici
error-method = Cette adresse accepte d’autres méthodes. L’en-tête Allow les indique.
error-origin-heading = Cette requête vient d’un autre site
error-origin = La requête n’indique aucune origine, ou son origine n’est pas autorisée à faire cela. Ouvrez la page elle-même et réessayez.
error-other-host-heading = Non disponible à cette adresse
error-other-host = La passerelle ne le permet qu’à son adresse publique. Ouvrez la page à cette adresse et réessayez.
error-form-heading = Ce formulaire n’est plus à jour
error-form = Vous vous êtes connecté ou déconnecté après avoir ouvert cette page. Rien n’a été modifié. Actualisez la page et réessayez.
error-too-large-heading = Requête trop volumineuse
error-too-large = La requête dépasse la taille acceptée par cette page.
error-too-slow-heading = Délai de la requête dépassé
error-too-slow = La requête n’est pas arrivée à temps. Réessayez.
error-broken-heading = Requête incomplète
error-broken = Une partie de la requête a été perdue. Réessayez.
error-json-heading = JSON requis
error-json = Envoyez du JSON avec Content-Type: application/json.
error-media-type-heading = Formulaire requis
error-media-type = Envoyez un formulaire avec Content-Type: application/x-www-form-urlencoded.
error-cookie-heading = Votre cookie de session est endommagé
error-cookie = Votre navigateur a envoyé un cookie de session illisible, ou plusieurs. Reconnectez-vous. Si le problème persiste, supprimez les cookies de ce site.
error-cookies-heading = Trop de cookies
error-cookies = Votre navigateur envoie plus de 16 Kio de cookies à cette adresse, la plupart déposés par d’autres applications. Supprimez les cookies de ce site dans les paramètres de votre navigateur, puis reconnectez-vous.
error-step-sign-in-heading = Veuillez vous connecter
error-step-sign-in = Vous n’êtes pas connecté, ou votre session a pris fin.
error-step-verify-heading = Saisissez votre code
error-step-verify = Validez d’abord votre second facteur.
error-step-up-heading = Saisissez un nouveau code
error-step-up = Un nouveau code est nécessaire.
error-step-passkey-heading = Utilisez une clé d’accès
error-step-passkey = Une clé d’accès est nécessaire.
error-step-enrol-heading = Configurez l’authentification à deux facteurs
error-step-enrol = Configurez d’abord un second facteur.
error-step-device-heading = Liez votre session à cet appareil
error-step-device = Une session liée à votre appareil est nécessaire ici.
error-refused-heading = Cela n’a pas fonctionné
error-refused = La requête a été refusée.
error-busy-heading = Service très sollicité
error-busy = Trop de codes sont en cours de vérification. Réessayez dans un instant.
error-store-heading = Temporairement indisponible
error-store = Votre session ne peut pas être vérifiée pour le moment. Rien n’a été modifié. Réessayez dans une minute.
error-unreadable-heading = Impossible d’ouvrir ce compte
error-unreadable = Un enregistrement de ce compte est endommagé. Le compte ne peut donc pas être ouvert. Contactez votre administrateur.
error-internal-heading = Une erreur s’est produite
error-internal = L’erreur a été enregistrée dans le journal. Rien d’autre n’a été modifié. Réessayez ou prévenez votre administrateur.

## Headings of refusals in front of the application

refusal-address = Ce n’est pas la bonne adresse
refusal-cookies = Votre navigateur envoie trop de cookies
refusal-unreadable = Cette requête est illisible
refusal-sign-in = Veuillez vous reconnecter
refusal-forbidden = Vous n’avez pas accès à cette page
refusal-not-found = Il n’y a rien ici
refusal-wait = Veuillez patienter un instant
refusal-no-answer = L’application ne répond pas
refusal-unavailable = Indisponible pour le moment
refusal-too-long = L’application met trop de temps à répondre
refusal-other = Cela ne fonctionne pas ici
refusal-right-address = Ouvrir la bonne adresse

## Explanations of these refusals

problem-unknown-host = Cet hôte n’est pas desservi ici. Ouvrez plutôt { $url }.
problem-method-not-allowed = Cette méthode n’est pas prise en charge.
problem-bad-request = La requête est mal formée.
problem-bad-request-body = Le corps de la requête est mal formé.
problem-bad-request-forward = La requête ne peut pas être transmise telle quelle.
problem-ambiguous-path = L’adresse est écrite d’une façon que les serveurs interprètent différemment. Écrivez-la simplement.
problem-not-found = Il n’y a rien ici.
problem-sign-in-required = Connectez-vous pour continuer.
problem-second-factor-required = Validez votre second facteur pour continuer.
problem-enrolment-required = Configurez un second facteur pour continuer.
problem-second-factor-again = Validez de nouveau votre second facteur pour continuer.
problem-passkey-required = Utilisez une clé d’accès pour continuer.
problem-invalid-session-cookie = Le cookie de session ne vient pas de nous. Supprimez les cookies de ce site et reconnectez-vous.
problem-cookies-too-large = Votre navigateur envoie plus de 16 Kio de cookies à cette adresse, la plupart déposés par d’autres applications. Supprimez les cookies de ce site dans les paramètres de votre navigateur, puis reconnectez-vous.
problem-forbidden = Cette adresse est fermée.
problem-forbidden-account = Votre compte n’est pas autorisé à utiliser cette adresse.
problem-foreign-origin = La requête a été envoyée par une page d’un autre site.
problem-unavailable = Les sessions ne peuvent pas être vérifiées pour le moment. Réessayez dans quelques instants.
problem-upstream-failed = L’application a envoyé une réponse non valide. Réessayez dans une minute ; si le problème persiste, prévenez l’administrateur de l’application.
problem-upstream-unavailable = L’application derrière cette adresse est surchargée ou à l’arrêt. Réessayez dans quelques instants.
problem-upstream-timeout = L’application derrière cette adresse n’a pas répondu à temps. Votre demande est peut-être encore en cours : attendez une minute avant de réessayer.
problem-not-allowed = Ce compte n’est pas autorisé à ouvrir cette adresse.
problem-own-page-checked = La page de connexion est inaccessible : le proxy de ce site exige une connexion avant de l’afficher. Prévenez la personne qui gère le site.
problem-too-many-requests = Trop de requêtes sont parvenues de votre adresse réseau. Patientez un instant et réessayez.
