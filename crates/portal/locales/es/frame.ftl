### The frame of every page, and parts that several pages share.
###
### In every message, { $product } is the name of the application behind the gateway ("NetPilot"), and { $provider } is the
### name of the company whose account people sign in with ("Google"). Both are names of any gender and are not translated.

## Frame

frame-skip = Ir al contenido
frame-protected = Protegido por Postern
frame-not-you = ¿No es usted? Cerrar sesión
frame-help = Obtener ayuda
frame-privacy = Privacidad
frame-language = Idioma
frame-language-change = Cambiar
frame-error-title = Error: { $title }
frame-mention = Si se pone en contacto con el servicio de asistencia, mencione <code>{ $code }</code> y la solicitud <code class="nobr">{ $id }</code>.

## Buttons and links of several pages

frame-cancel = Cancelar
frame-not-now = Ahora no
frame-confirm = Confirmar
frame-sign-in = Iniciar sesión
frame-sign-out = Cerrar sesión
frame-go-on = Continuar
frame-try-again = Reintentar
frame-start-page = Ir a la página de inicio
frame-to-account = Ir a su cuenta
frame-back-unconfirmed = Volver sin confirmar

## Codes and passkeys: parts of several forms

frame-code-six = Código de seis dígitos
frame-code-six-hint = Introduzca el código actual de su aplicación de autenticación.
frame-code = Código
frame-code-hint = Seis dígitos de su aplicación de autenticación o un código de respaldo.
frame-use-passkey = Usar su llave de acceso
frame-or-code = o introduzca un código
frame-trust = No volver a preguntar en este dispositivo durante { $span }
frame-name = Nombre
frame-passkey-motto = Una llave de acceso solo funciona en este sitio, así que ningún otro sitio puede robarla.

## Said by the script

frame-copied = Copiado
frame-copied-said = Copiado en el portapapeles.
frame-copy-failed = No se ha podido copiar. Seleccione el texto y cópielo usted.
frame-passkey-exists = Este dispositivo ya tiene una llave de acceso para su cuenta.
frame-passkey-unused = No se ha usado la llave de acceso. Inténtelo de nuevo.
