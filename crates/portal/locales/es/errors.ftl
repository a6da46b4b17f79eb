### Errors: a heading and an explanation each. The gateway is the program that asks for the sign-in; the application is what
### lies behind it.

error-motto = Si algo va mal, el acceso permanece cerrado.
error-motto-good = Hasta la próxima.

## Errors of the gateway's own pages

error-not-found-heading = Página no encontrada
error-not-found = No hay ninguna página en esta dirección. Compruebe que esté bien escrita.
error-method-heading = No admitido aquí
error-method = Esta dirección acepta otros métodos. Se indican en la cabecera Allow.
error-origin-heading = Esta solicitud proviene de otro sitio
error-origin = La solicitud no indica su origen, o su origen no tiene permiso para hacer esto. Abra la propia página e inténtelo de nuevo.
error-other-host-heading = No disponible en esta dirección
error-other-host = La pasarela solo permite esto en su dirección pública. Abra la página allí e inténtelo de nuevo.
error-form-heading = Este formulario está desactualizado
error-form = Inició o cerró sesión después de abrir esta página. No se ha cambiado nada. Vuelva a cargar la página e inténtelo de nuevo.
error-too-large-heading = Solicitud demasiado grande
error-too-large = La solicitud supera el tamaño que acepta esta página.
error-too-slow-heading = La solicitud ha tardado demasiado
error-too-slow = La solicitud no llegó a tiempo. Inténtelo de nuevo.
error-broken-heading = Solicitud incompleta
error-broken = Se perdió parte de la solicitud. Inténtelo de nuevo.
error-json-heading = Se requiere JSON
error-json = Envíe JSON con Content-Type: application/json.
error-media-type-heading = Se requiere un formulario
error-media-type = Envíe un formulario con Content-Type: application/x-www-form-urlencoded.
error-cookie-heading = Su cookie de sesión está dañada
error-cookie = Su navegador ha enviado una cookie de sesión que no se puede leer, o varias. Vuelva a iniciar sesión. Si sigue ocurriendo, elimine las cookies de este sitio.
error-cookies-heading = Demasiadas cookies
error-cookies = Su navegador envía más de 16 KiB de cookies a esta dirección, la mayoría de otras aplicaciones. Elimine las cookies de este sitio en los ajustes de su navegador y vuelva a iniciar sesión.
error-step-sign-in-heading = Inicie sesión
error-step-sign-in = No ha iniciado sesión o su sesión ha terminado.
error-step-verify-heading = Introduzca su código
error-step-verify = Verifique primero su segundo factor.
error-step-up-heading = Introduzca un código nuevo
error-step-up = Esto requiere un código nuevo.
error-step-passkey-heading = Use una llave de acceso
error-step-passkey = Esto requiere una llave de acceso.
error-step-enrol-heading = Configure la autenticación de dos factores
error-step-enrol = Configure primero un segundo factor.
error-step-device-heading = Vincule su sesión a este dispositivo
error-step-device = Aquí se necesita una sesión vinculada a su dispositivo.
error-refused-heading = No ha funcionado
error-refused = Se ha rechazado la solicitud.
error-busy-heading = Servicio saturado
error-busy = Se están comprobando demasiados códigos a la vez. Inténtelo de nuevo en un momento.
error-store-heading = No disponible temporalmente
error-store = Su sesión no se puede comprobar en este momento. No se ha cambiado nada. Inténtelo de nuevo en un minuto.
error-unreadable-heading = No se puede abrir esta cuenta
error-unreadable = Un registro de esta cuenta está dañado, por lo que no se puede abrir. Póngase en contacto con su administrador.
error-internal-heading = Se ha producido un error
error-internal = El error ha quedado registrado. No se ha cambiado nada más. Inténtelo de nuevo o avise a su administrador.

## Headings of refusals in front of the application

refusal-address = Esta no es la dirección correcta
refusal-cookies = Su navegador envía demasiadas cookies
refusal-unreadable = No se puede leer la solicitud
refusal-sign-in = Vuelva a iniciar sesión
refusal-forbidden = No tiene acceso a esta página
refusal-not-found = Aquí no hay nada
refusal-wait = Espere un momento
refusal-no-answer = La aplicación no responde
refusal-unavailable = No disponible en este momento
refusal-too-long = La aplicación tarda demasiado
refusal-other = Eso no funciona aquí
refusal-right-address = Abrir la dirección correcta

## Explanations of these refusals

problem-unknown-host = Este host no se atiende aquí. Abra { $url } en su lugar.
problem-method-not-allowed = Este método no se admite.
problem-bad-request = La solicitud tiene un formato incorrecto.
problem-bad-request-body = El cuerpo de la solicitud tiene un formato incorrecto.
problem-bad-request-forward = La solicitud no se puede reenviar tal como está.
problem-ambiguous-path = La dirección está escrita de una forma que los servidores interpretan de manera distinta. Escríbala de forma sencilla.
problem-not-found = Aquí no hay nada.
problem-sign-in-required = Inicie sesión para continuar.
problem-second-factor-required = Verifique su segundo factor para continuar.
problem-enrolment-required = Configure un segundo factor para continuar.
problem-second-factor-again = Vuelva a verificar su segundo factor para continuar.
problem-passkey-required = Use una llave de acceso para continuar.
problem-invalid-session-cookie = La cookie de sesión no es nuestra. Elimine las cookies de este sitio y vuelva a iniciar sesión.
problem-cookies-too-large = Su navegador envía más de 16 KiB de cookies a esta dirección, la mayoría de otras aplicaciones. Elimine las cookies de este sitio en los ajustes de su navegador y vuelva a iniciar sesión.
problem-forbidden = Esta dirección está cerrada.
problem-forbidden-account = Su cuenta no puede usar esta dirección.
problem-foreign-origin = La solicitud la hizo una página de otro sitio.
problem-unavailable = Las sesiones no se pueden comprobar en este momento. Inténtelo de nuevo en breve.
problem-upstream-failed = La aplicación ha enviado una respuesta no válida. Inténtelo de nuevo en un minuto; si el problema continúa, avise al administrador de la aplicación.
problem-upstream-unavailable = La aplicación de esta dirección está saturada o no está en funcionamiento. Inténtelo de nuevo en breve.
problem-upstream-timeout = La aplicación de esta dirección no respondió a tiempo. Es posible que su petición siga en curso, así que espere un minuto antes de volver a intentarlo.
problem-not-allowed = Esta cuenta no puede abrir esta dirección.
problem-own-page-checked = No se puede acceder a la página de inicio de sesión: el proxy de este sitio exige iniciar sesión antes de mostrarla. Avise a la persona que gestiona el sitio.
problem-too-many-requests = Han llegado demasiadas solicitudes desde su dirección de red. Espere un momento e inténtelo de nuevo.
