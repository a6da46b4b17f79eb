### Mails: what happened to an account, and codes.

## Every mail

letter-subject = { $product }: { $heading }
letter-account = Cuenta
letter-when = Cuándo
letter-from = Desde
letter-account-line = Cuenta: { $account }
letter-when-line = Cuándo: { $when }
letter-from-line = Desde: { $from }
letter-from-unknown = desconocido
letter-from-command-line = la línea de comandos

## The end of mails about an account

letter-not-me = Si no fue usted, cierre todas las demás sesiones de su cuenta:
letter-not-me-then = La página le pide que inicie sesión y confirme con su segundo factor. Después cambie la contraseña con la que inicia sesión, elimine de su cuenta lo que no sea suyo y avise a su administrador.
letter-account-page = Su cuenta:
letter-cannot-confirm = Si no puede confirmar, porque los códigos están bloqueados o su segundo factor se ha sustituido o eliminado, avise enseguida a su administrador: cerrará todas sus sesiones ({ $revoke }) y restablecerá su segundo factor ({ $reset }).
letter-no-secret = Este correo no contiene ningún código ni contraseña, y nadie de { $product } se los pedirá.

## What to do if this was you

letter-nothing-to-do = Si fue usted, no tiene que hacer nada.
letter-make-new-codes = Si fue usted, cree nuevos códigos de respaldo en su cuenta antes de gastar el último.
letter-wait = Si fue usted, espere a que termine el bloqueo o use otro de sus factores. El bloqueo se alarga con cada nuevo código incorrecto.
letter-ask-to-unlock = Si fue usted, pida a su administrador que desbloquee su cuenta. Hasta entonces use otro de sus factores, si lo tiene.
letter-set-up-again = Configure de nuevo un segundo factor la próxima vez que inicie sesión. Si no lo ha pedido, consulte a su administrador.

## What happened: a heading, and one or two sentences

letter-passkey-added = Se ha añadido una llave de acceso
letter-passkey-added-what = Se ha añadido una llave de acceso a su cuenta.
letter-app-replaced = Se ha sustituido su aplicación de autenticación
letter-app-replaced-what = Otra aplicación de autenticación ha sustituido a la suya, con nuevos códigos de respaldo. La aplicación y los códigos anteriores ya no funcionan, y se han cerrado sus demás sesiones.
letter-mail-on = Se han activado los códigos por correo
letter-mail-on-what = A partir de ahora, quien inicie sesión en su cuenta puede pedir que se envíe un código a la dirección de correo de ese inicio de sesión, en lugar de usar otro segundo factor.
letter-app-added = Se ha añadido una aplicación de autenticación
letter-app-added-what = Se ha configurado una aplicación de autenticación como segundo factor de su cuenta.
letter-passkey-removed = Se ha eliminado una llave de acceso
letter-passkey-removed-what = Se ha eliminado una llave de acceso de su cuenta.
letter-app-removed = Se ha eliminado una aplicación de autenticación
letter-app-removed-what = Se ha eliminado una aplicación de autenticación de su cuenta. Sus códigos ya no funcionan.
letter-mail-off = Se han desactivado los códigos por correo
letter-mail-off-what = Ya no se envía ningún código por correo. Sus demás segundos factores se conservan.
letter-number-on = Se confirmó un número para códigos por SMS
letter-number-on-what = A partir de ahora, quien inicie sesión en su cuenta puede pedir que se envíe un código a ese número en lugar de otro segundo factor.
letter-number-off = Se quitó el número para códigos por SMS
letter-number-off-what = Ya no se le envía ningún código. Sus otros segundos factores se mantienen.
letter-all-removed = Se ha eliminado su segundo factor
letter-all-removed-what = Se ha eliminado el segundo factor de su cuenta: todas las aplicaciones de autenticación, las llaves de acceso y los códigos de respaldo.
letter-codes-replaced = Se han sustituido sus códigos de respaldo
letter-codes-replaced-what = Se han creado nuevos códigos de respaldo para su cuenta. Los anteriores ya no funcionan.
letter-code-used = Se ha usado un código de respaldo
letter-few-codes = Quedan pocos códigos de respaldo
letter-code-used-what = Se ha usado uno de sus códigos de respaldo. { $left }
letter-codes-left = { $count ->
    [0] No queda ninguno.
    [one] Queda uno.
    [many] Quedan { $count }.
   *[other] Quedan { $count }.
}
letter-backup-disabled = Los códigos de respaldo están desactivados
letter-backup-disabled-what = Alguien que había iniciado sesión con su proveedor ha introducido cien códigos de respaldo incorrectos seguidos para su cuenta. Los códigos de respaldo seguirán bloqueados hasta que un administrador los desbloquee.
letter-app-disabled = Los códigos están desactivados
letter-app-disabled-what = Alguien que había iniciado sesión con su proveedor ha introducido cien códigos incorrectos seguidos para su cuenta. Los códigos de seis dígitos, de una aplicación o por correo, seguirán bloqueados hasta que un administrador los desbloquee.
letter-backup-locked = Los códigos de respaldo están bloqueados
letter-backup-locked-what = Alguien que había iniciado sesión con su proveedor ha introducido códigos de respaldo incorrectos para su cuenta. Los códigos de respaldo están bloqueados durante un tiempo.
letter-app-locked = Los códigos están bloqueados
letter-app-locked-what = Alguien que había iniciado sesión con su proveedor ha introducido códigos incorrectos para su cuenta. Los códigos de seis dígitos, de una aplicación o por correo, están bloqueados durante un tiempo.
letter-new-device = Inicio de sesión desde un dispositivo nuevo
letter-new-device-what = Se ha iniciado sesión en su cuenta, con su segundo factor, desde un navegador y una red que no se habían visto antes.
letter-reset = Se ha restablecido su segundo factor
letter-reset-what = Un administrador ha eliminado el segundo factor de su cuenta y ha cerrado todas sus sesiones.
letter-test = Correo de prueba
letter-test-what = Este correo lo ha enviado { $command }. No ha pasado nada en su cuenta.
letter-test-expected = No tiene que hacer nada.

## A mail with a code

letter-code = Su código de inicio de sesión
letter-code-enter = Introdúzcalo en { $host }, en el navegador que lo pidió. Es válido durante { $wait } y una sola vez.
letter-code-nobody = Nadie de { $product } le pedirá este código por teléfono, correo o chat. Quien lo haga quiere iniciar sesión en su lugar.
letter-code-not-me = Si no lo ha pedido, otra persona puede iniciar sesión con su cuenta del proveedor. Cambie allí la contraseña y cierre todas las demás sesiones de su cuenta:

## An SMS with a code

letter-sms = { $product }: su código es { $code }. Válido { $wait }. Nadie se lo pedirá.
