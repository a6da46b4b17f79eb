### The account page.

account-title = Su cuenta
account-navigation = Cuenta
account-open = Abrir { $product }

## Second factor

account-factor = Autenticación de dos factores
account-factor-about = El segundo paso después de iniciar sesión con { $provider }.
account-apps = Aplicaciones de autenticación
account-app = Aplicación de autenticación
account-on = Activada
account-off = Desactivada
account-apps-none = Seis dígitos que cambian cada 30 segundos. No tiene ninguna. Añada una para no quedarse sin acceso si pierde el dispositivo.
account-apps-one = Seis dígitos que cambian cada 30 segundos. Añada otra aplicación para no quedarse sin acceso si pierde el teléfono.
account-apps-several = Seis dígitos que cambian cada 30 segundos. Se acepta un código de cualquiera de estas aplicaciones.
account-add-app = Añadir aplicación
account-switch-off = Desactivar
account-badge-app = Aplicación
account-badge-passkey = Llave de acceso
account-replace = Reemplazar
account-off-about = Basta con su cuenta de { $provider } para abrir { $product }.
account-set-up = Configurar

## Lines about an app, a passkey, a device or a session. They stand one behind the other with " · " between them

account-added = Añadida { $when }
account-last-used = último uso: { $when }
account-not-used = aún sin usar
account-synced = sincronizada con sus otros dispositivos
account-trusted = añadido { $when }
account-until = de confianza hasta el { $time }
account-active-now = en uso ahora
account-last-seen = última actividad: { $when }
account-signed-in = sesión iniciada { $when }

## Names and buttons

account-rename = Cambiar nombre
account-save = Guardar
account-app-name = Nombre de esta aplicación
account-passkey-name = Nombre nuevo
account-remove = Eliminar
account-remove-named = Eliminar { $name }
account-remove-all = Eliminar todos

## Passkeys and backup codes

account-passkeys = Llaves de acceso y llaves de seguridad
account-passkeys-about = Confirme con la huella digital, el rostro, el bloqueo de pantalla o una llave de seguridad en lugar de un código.
account-add-passkey = Añadir llave de acceso
account-codes = Códigos de respaldo
account-codes-left = { $count ->
    [one] Queda { $count }
    [many] Quedan { $count }
   *[other] Quedan { $count }
}
account-codes-none = No le queda ninguno. Si pierde el teléfono ahora, necesitará a un administrador para recuperar el acceso.
account-codes-low = Le quedan pocos. Cree otros nuevos antes de que los necesite.
account-codes-about = Para cuando no tenga el teléfono a mano. Cada código funciona una sola vez.
account-make-codes = Crear códigos nuevos

## Trusted devices

account-devices = Dispositivos de confianza
account-devices-about = En estos dispositivos se inicia sesión sin código durante un tiempo. Los cambios en su cuenta siguen requiriendo uno.
account-this-device = Este dispositivo
account-remove-device = Eliminar { $device }, añadido { $when }
account-devices-none = Ninguno. En un dispositivo que solo use usted, marque «No volver a preguntar en este dispositivo» al introducir un código.

## Sessions

account-sessions = Dónde ha iniciado sesión
account-sessions-about = Cierre la sesión en cualquier dispositivo que no reconozca.
account-waiting = A la espera de un código
account-bound = Vinculada a su dispositivo
account-sign-out-device = Cerrar sesión en { $device }, última actividad: { $when }
account-older-sessions = { $count ->
    [one] Mostrar { $count } sesión anterior
    [many] Mostrar { $count } de sesiones anteriores
   *[other] Mostrar { $count } sesiones anteriores
}
account-sign-out-others = Cerrar las demás sesiones

## Activity

account-activity = Actividad reciente
account-activity-about = ¿Ve algo que no hizo usted? Cierre las demás sesiones y avise a su administrador.
account-activity-none = Todavía no hay actividad.
account-older-activity = Mostrar actividad anterior
account-origin = { $device }, { $address }

## Devices

device-both = { $browser } en { $system }
device-browser = { $browser }
device-system = Navegador desconocido en { $system }
device-unknown = Dispositivo desconocido
device-android-app = Aplicación de Android

## Confirmations at the top of the page

done-session = Se ha cerrado la sesión en el dispositivo.
done-others = Se han cerrado las demás sesiones.
done-not-me = Se han cerrado las demás sesiones y ya no hay dispositivos de confianza. Ahora elimine abajo lo que no sea suyo, cree nuevos códigos de respaldo y avise a su administrador.
done-none = La sesión en el dispositivo ya estaba cerrada.
done-authenticator = Su aplicación está lista. A partir de ahora se aceptan códigos de todas sus aplicaciones.
done-authenticator-renamed = Su aplicación tiene un nombre nuevo.
done-authenticator-removed = Los códigos de esa aplicación ya no funcionan aquí. Elimine también la entrada en la aplicación.
done-authenticator-gone = Esa aplicación ya se había eliminado.
done-authenticator-only = Es su única aplicación de autenticación. Añada otra primero o reemplácela.
done-authenticators-full = Su cuenta ya tiene el máximo de aplicaciones de autenticación. Elimine una primero.
done-device = El dispositivo ya no es de confianza. En el próximo inicio de sesión se pedirá un código en él.
done-devices = Ya no hay dispositivos de confianza. En el próximo inicio de sesión se pedirá un código en cada uno.
done-device-gone = El dispositivo ya no era de confianza.
done-passkey = Su llave de acceso está lista. La próxima vez, úsela en lugar de un código.
done-passkey-renamed = Su llave de acceso tiene un nombre nuevo.
done-passkey-removed = Esa llave de acceso ya no funciona aquí. Si su dispositivo todavía la ofrece, elimínela también allí.
done-passkey-gone = Esa llave de acceso ya se había eliminado.
done-passkey-only = Esa llave de acceso es todo lo que tiene. Añada antes una aplicación de autenticación u otra llave de acceso.
done-disabled = La autenticación de dos factores está desactivada.

## "This was not me": where mail about a change leads

notme-title = No fui yo
notme-motto = Cualquier otra persona con la sesión iniciada tendrá que empezar de nuevo.
notme-heading = ¿Fue otra persona?
notme-lead = Se cerrará la sesión de <strong class="who">{ $person }</strong> en { $product } en todos los demás dispositivos, y ningún dispositivo seguirá siendo de confianza. Aquí su sesión sigue abierta.
notme-after = Después, revise su cuenta: elimine las aplicaciones de autenticación y las llaves de acceso que no sean suyas, cree nuevos códigos de respaldo, cambie la contraseña de su cuenta de { $provider } y avise a su administrador.
notme-after-single = Después, configure un segundo factor en su cuenta, cambie la contraseña de su cuenta de { $provider } y avise a su administrador.
notme-end = Cerrar todas las demás sesiones
notme-mine = Fui yo
