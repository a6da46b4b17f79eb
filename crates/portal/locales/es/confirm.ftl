### Pages that ask for a code or a passkey before the ways to sign in are changed, and the page that makes a passkey.

confirm-motto = Cambiar su forma de iniciar sesión siempre requiere un código nuevo.
confirm-motto-passkey = Cambiar su forma de iniciar sesión siempre requiere un código nuevo o su llave de acceso.

## Headings

confirm-heading-codes = Crear códigos de respaldo nuevos
confirm-heading-add-app = Añadir una aplicación de autenticación
confirm-heading-remove-app = Eliminar una aplicación de autenticación
confirm-heading-add-passkey = Añadir una llave de acceso
confirm-heading-remove-passkey = Eliminar una llave de acceso
confirm-heading-disable = Desactivar la autenticación de dos factores

## Explanations

confirm-disable = Se eliminarán sus aplicaciones de autenticación, sus códigos de respaldo y sus llaves de acceso, y se cerrará su sesión en todos los demás dispositivos. Después, bastará con su cuenta de { $provider } para abrir { $product }.
confirm-codes = Sus códigos de respaldo actuales dejarán de funcionar y recibirá otros nuevos.
confirm-add-app = Se acepta un código de cualquiera de sus aplicaciones de autenticación, así que perder un dispositivo no le deja sin acceso. Primero, introduzca un código de una que ya tenga.
confirm-add-app-with-passkey = Se acepta un código de cualquiera de sus aplicaciones de autenticación, así que perder un dispositivo no le deja sin acceso. Primero, confirme su identidad.
confirm-remove-app = Los códigos de <span class="who">{ $name }</span> dejarán de funcionar y se pedirá otro código en los dispositivos que hayan usado uno. Sus códigos de respaldo se conservan.
confirm-remove-only-app = Los códigos de <span class="who">{ $name }</span> dejarán de funcionar y se pedirá su llave de acceso en los dispositivos que hayan usado uno. Sus códigos de respaldo se conservan, por si la pierde.
confirm-stuck = Para esto hace falta una aplicación de autenticación o una llave de acceso. Añada una antes.
confirm-add-passkey = Con una llave de acceso, confirma con la huella digital, el rostro, el bloqueo de pantalla o una llave de seguridad, sin tener que escribir un código. Primero, introduzca un código.
confirm-add-passkey-with-passkey = Con una llave de acceso, confirma con la huella digital, el rostro, el bloqueo de pantalla o una llave de seguridad, sin tener que escribir un código. Primero, confirme su identidad.
confirm-wait-for-next = Si acaba de usar uno, espere al siguiente.
confirm-remove-passkey = <span class="who">{ $name }</span> dejará de funcionar aquí y se pedirá un código en los dispositivos que hayan usado esta llave.
confirm-with-another = Para confirmar, use otra llave de acceso o un código.

## Buttons

confirm-button-codes = Crear códigos nuevos
confirm-button-continue = Continuar
confirm-button-remove = Eliminar
confirm-button-disable = Desactivar

## The page that makes a passkey

newpasskey-heading = Cree su llave de acceso
newpasskey-lead = Póngale un nombre que indique dónde la guarda. Su navegador le pedirá el resto.
newpasskey-name-hint = Por ejemplo, «Teléfono» o «Llave de seguridad azul».
newpasskey-button = Crear llave de acceso
newpasskey-no-script = Las llaves de acceso necesitan JavaScript, que está desactivado en este navegador.

## A second factor that must not be switched off

confirm-enforced-heading = La autenticación de dos factores sigue activada
confirm-enforced = Su cuenta la requiere. Puede reemplazar su aplicación de autenticación, pero no eliminarla.
