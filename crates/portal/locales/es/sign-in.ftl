### Signing in and out, and links that take a session to another address.

## The page with the button

signin-title = Iniciar sesión
signin-motto = Su contraseña se queda en { $provider }. { $product } solo ve su nombre, su foto y su correo electrónico.
signin-heading = Iniciar sesión en { $product }
signin-lead = Use su cuenta de { $provider }. Si la autenticación de dos factores está activada, después le pediremos un código.
signin-in-app = Es posible que { $provider } no permita iniciar sesión dentro de otra aplicación. Abra esta página en su navegador (busque «Abrir en el navegador» en el menú).
signin-button = Continuar con { $provider }
signin-password = La contraseña se introduce en { $provider }, nunca aquí.
signin-ended = Su sesión ha terminado. Vuelva a iniciar sesión para continuar.
signin-cookie-damaged = Su navegador ha enviado una cookie de sesión dañada, o varias a la vez. Si iniciar sesión no lo soluciona, elimine las cookies de este sitio.

## A sign-in that failed: headings

signin-heading-cancelled = Ha cancelado el inicio de sesión
signin-heading-expired = Este inicio de sesión ha caducado
signin-heading-unreachable = No podemos conectar con { $provider }
signin-heading-not-working = El inicio de sesión no funciona en este momento
signin-heading-disabled = Esta cuenta está inhabilitada
signin-heading-unreadable = No se puede abrir esta cuenta
signin-heading-not-allowed = Esta cuenta no puede iniciar sesión
signin-heading-failed = No se ha podido iniciar sesión

## A sign-in that failed: explanations and links

signin-was-as = Ha iniciado sesión en { $provider } como { $account }.
signin-cancelled = Ha cancelado el inicio de sesión. Empiece de nuevo cuando quiera.
signin-expired = Ha tardado demasiado, ya se ha usado o se empezó en otro navegador. Empiece de nuevo.
signin-unverifiable = No hemos podido verificar la respuesta de { $provider }. Empiece de nuevo. Si sigue ocurriendo, avise a su administrador.
signin-unreachable = No podemos conectar con { $provider } en este momento. Inténtelo de nuevo en un minuto.
signin-email-unverified = La dirección de correo electrónico de esta cuenta no está verificada. Verifíquela en { $provider } y vuelva a iniciar sesión.
signin-not-allowed = Esta cuenta no puede iniciar sesión aquí. Use otra cuenta o pida acceso a su administrador.
signin-inactive = Esta cuenta está inhabilitada. Póngase en contacto con su administrador.
signin-email-taken = Esta dirección de correo electrónico ya pertenece a otra cuenta aquí. Póngase en contacto con su administrador.
signin-unreadable = Un registro de esta cuenta está dañado, por lo que no se puede abrir. Póngase en contacto con su administrador.
signin-store-unsuitable = Primero hay que corregir la base de datos de la pasarela; su registro indica cómo. Avise a su administrador.
signin-impossible = No es posible iniciar sesión en este momento. Inténtelo de nuevo en un minuto.
signin-other-account = Usar otra cuenta
signin-start-again = Empezar de nuevo

## Signing out

signout-title = Cerrar sesión
signout-motto = Cerrar sesión aquí no cierra su sesión en { $provider }.
signout-heading = ¿Cerrar sesión en { $product }?
signout-lead = Ha iniciado sesión como <strong class="who">{ $person }</strong>.
signout-trusted = Este dispositivo es de confianza: el próximo inicio de sesión aquí no requerirá código.
signout-forget = Dejar de confiar en este dispositivo
signout-stay = Mantener la sesión iniciada
signout-done-heading = Ha cerrado sesión
signout-done = En un equipo compartido, cierre sesión también en { $provider }. Cualquiera que tenga la sesión iniciada allí llega hasta su segundo factor.
signout-done-trusted = En un equipo compartido, cierre sesión también en { $provider }. Cualquiera que tenga la sesión iniciada allí entra sin código, porque este dispositivo es de confianza.

## Links that take a session to another address of the gateway

handover-heading = No se puede iniciar sesión con este enlace
handover-malformed = La dirección está incompleta o se ha modificado.
handover-unknown = El enlace no se reconoce aquí o su sesión ha terminado.
handover-used = El enlace ya se ha usado. Cada uno funciona una sola vez.
handover-expired = El enlace ha caducado. Funciona durante un minuto.
handover-other-host = El enlace es para otra dirección.
handover-no-binding = Su navegador no envió ninguna cookie con él.
handover-other-browser = El enlace se creó para otro navegador.
handover-session-changed = Volvió a iniciar sesión o introdujo un código mientras el enlace estaba en camino.
handover-what-now = No se ha cambiado nada. Abra de nuevo la página que quería: si ha iniciado sesión, se abrirá enseguida.
handover-again = Abrir la página de nuevo
handover-no-cookies-heading = Su navegador no guarda cookies de esta dirección
handover-no-cookies = Ha iniciado sesión, pero { $host } necesita su propia cookie para reconocerle, y no la ha recibido de vuelta.
handover-allow-cookies = Permita las cookies de { $host } en los ajustes de su navegador y abra la página de nuevo.

## The end of a sign-in or verification in a window of its own, beside the application's page

renewed-title = Listo
renewed-motto = De vuelta a su página.
renewed-heading = Ya está
renewed-lead = Vuelva a la ventana de la que vino: continúa por sí sola. Puede cerrar esta.
