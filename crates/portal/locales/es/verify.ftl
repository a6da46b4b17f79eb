### Pages that ask for the second factor, the page of a locked factor, and what is said about a code that was not accepted.

## Entering a code

verify-heading = Introduzca su código
verify-heading-again = Confirme su identidad
verify-heading-passkey = Use su llave de acceso
verify-heading-backup = Introduzca un código de respaldo
verify-motto = { $provider } ha confirmado su identidad. Queda un paso.
verify-motto-again = Un código nuevo confirma que sigue siendo usted quien está ante esta pantalla.
verify-asks = <span class="who">{ $asks }</span> pide un código nuevo, aunque ya haya iniciado sesión.
verify-asks-something = Lo que va a hacer requiere un código nuevo, aunque ya haya iniciado sesión.
verify-asks-passkey = <span class="who">{ $asks }</span> pide una llave de acceso. Un código permite iniciar sesión, pero allí no basta.
verify-asks-first-passkey = <span class="who">{ $asks }</span> pide una llave de acceso. Inicie sesión primero con un código y luego añada una.
verify-choice = Método de verificación
verify-app = Aplicación de autenticación
verify-backup = Código de respaldo
verify-backup-hint = Uno de los códigos que guardó durante la configuración. Cada uno funciona una sola vez.
verify-offer-passkey = La próxima vez, usar mi huella digital, mi rostro o el bloqueo de pantalla en su lugar (ahora requiere un código más)
verify-button = Verificar
verify-codes-left = { $count ->
    [0] No le quedan códigos de respaldo. Si también ha perdido su aplicación de autenticación, póngase en contacto con su administrador.
    [one] Este es su último código de respaldo. Cree otros nuevos en la página de su cuenta después de iniciar sesión.
    [many] Le quedan { $count } de códigos de respaldo.
   *[other] Le quedan { $count } códigos de respaldo.
}
verify-codes-left-without-app = { $count ->
    [0] No le quedan códigos de respaldo. Si también ha perdido su llave de acceso, póngase en contacto con su administrador.
    [one] Este es su último código de respaldo. Cree otros nuevos en la página de su cuenta después de iniciar sesión.
    [many] Le quedan { $count } de códigos de respaldo.
   *[other] Le quedan { $count } códigos de respaldo.
}
verify-help = ¿Ha perdido el teléfono? Use un código de respaldo. ¿No se acepta el código? Compruebe que su teléfono ajuste la hora automáticamente.

## A page that takes passkeys only

passkeystep-heading = Confirme con su llave de acceso
passkeystep-heading-first = Añada una llave de acceso para continuar
passkeystep-asks = <span class="who">{ $asks }</span> pide una llave de acceso, aunque ya haya iniciado sesión. Un código no basta allí, porque un sitio falso podría pedírselo.
passkeystep-asks-something = Lo que va a hacer requiere una llave de acceso, aunque ya haya iniciado sesión. Un código no basta, porque un sitio falso podría pedírselo.
passkeystep-needs = Las llaves de acceso necesitan JavaScript y un navegador actual. Active JavaScript o abra esta página en otro navegador.
passkeystep-elsewhere = ¿Su llave de acceso no está en este dispositivo? <a href="{ $link }">Añada otra</a> con un código.
passkeystep-none = Todavía no tiene ninguna. Para añadir una se necesita un código y alrededor de un minuto. Después, la huella digital, el rostro, el bloqueo de pantalla o una llave de seguridad confirmará que es usted.
passkeystep-add = Añadir una llave de acceso

## A locked factor

locked-title = Bloqueo
locked-title-for-now = Bloqueo temporal
locked-motto = El bloqueo tras unos cuantos códigos incorrectos impide que los atacantes los adivinen.
locked-app = Su aplicación de autenticación está bloqueada
locked-app-for-now = Su aplicación de autenticación está bloqueada temporalmente
locked-backup = Los códigos de respaldo están bloqueados
locked-backup-for-now = Los códigos de respaldo están bloqueados temporalmente
locked-wait = Se han introducido demasiados códigos incorrectos. Inténtelo de nuevo dentro de <strong>{ $wait }</strong>.
locked-until = Se desbloqueará el { $time }.
locked-for-good = Se han introducido demasiados códigos incorrectos seguidos. Es necesario que un administrador quite el bloqueo.
locked-use-app = Usar la aplicación de autenticación
locked-use-backup = Usar un código de respaldo
locked-cannot-wait = ¿No puede esperar? Un administrador puede quitar el bloqueo.
locked-not-you = ¿No fue usted? Es posible que otra persona pueda iniciar sesión en su cuenta de { $provider }. Cambie su contraseña de { $provider } y avise a su administrador, que puede cerrar todas sus sesiones y restablecer su segundo factor.
locked-account = Cerrar las demás sesiones en su cuenta

## What is said about a form with a code, a passkey or a ticket

factor-code-missing = Introduzca el código.
factor-no-app = Su cuenta no tiene ninguna aplicación de autenticación. Use su llave de acceso o un código de respaldo.
factor-code-malformed = Introduzca los seis dígitos que muestra su aplicación de autenticación. Esto no ha contado como intento.
factor-backup-malformed = Eso no parece un código de respaldo. Compruébelo e inténtelo de nuevo. Esto no ha contado como intento.
factor-passkey-or-code = No se ha aceptado su llave de acceso. Inténtelo de nuevo o use un código.
factor-code-wrong = Ese código no es correcto o ya se ha usado. Espere al siguiente.
factor-backup-wrong = Ese código de respaldo no es correcto o ya se ha usado.
factor-passkey-wrong = No se ha aceptado su llave de acceso.
factor-attempts-left = { $why } { $count ->
    [one] Le queda { $count } intento.
    [many] Le quedan { $count } de intentos.
   *[other] Le quedan { $count } intentos.
}
factor-passkey-expired = Se ha tardado demasiado o la página estaba abierta dos veces. Inténtelo de nuevo.
factor-passkey-refused = No se ha aceptado su llave de acceso. Inténtelo de nuevo.
factor-passkey-unknown = No se ha aceptado su llave de acceso porque ya no está en su cuenta.
factor-passkey-known = Esa llave de acceso ya está en su cuenta.
factor-passkeys-full = Su cuenta ya tiene el máximo de llaves de acceso. Elimine una primero.
factor-ticket-missing = Introduzca su tique de activación.
factor-ticket-invalid = Ese tique no es válido. Puede que haya caducado o que ya se haya usado. Pida uno nuevo a su administrador.
factor-ticket-locked-for = Se han introducido demasiados tiques incorrectos. Inténtelo de nuevo dentro de { $wait }.
factor-ticket-locked = Se han introducido demasiados tiques incorrectos. Pida uno nuevo a su administrador.
factor-codes-locked-for = Se han introducido demasiados códigos incorrectos, así que los códigos están bloqueados durante { $wait }. Use su llave de acceso.
factor-codes-locked = Se han introducido demasiados códigos incorrectos, así que los códigos están bloqueados. Use su llave de acceso.
factor-setup-ended = Esa configuración ha caducado o se han introducido demasiados códigos incorrectos. Empiece de nuevo.

## Where a page demands a session that is bound to its device (W3C Device Bound Session Credentials)

verify-device-heading = Esta página necesita una sesión vinculada a su dispositivo
verify-device-waiting = El navegador está vinculando su sesión a este dispositivo. Tarda unos segundos como máximo.
verify-device-go-on = Continuar
verify-device-why = Así nadie puede usar su sesión en otro lugar, ni siquiera con una copia de sus cookies. El navegador la vincula por sí mismo cuando usted confirma su segundo factor, si el navegador y el dispositivo lo permiten.
verify-device-cannot = Si vuelve aquí después de confirmar, este navegador o este dispositivo no lo permite. Utilice una versión reciente de Chrome o Edge en un ordenador con chip de seguridad (TPM), o consulte a su administrador.
verify-device-confirm = Confirmar el segundo factor
