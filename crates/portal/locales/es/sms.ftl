### Codes that are sent by SMS, beside another second factor.

## Entering a code that was sent

sms-choice = Código por SMS
sms-send = Enviar un código por SMS a { $address }
sms-code = Código del SMS
sms-code-hint = Escriba los seis dígitos del mensaje más reciente.
factor-sms-malformed = Escriba los seis dígitos del mensaje. Esto no contó como intento.
factor-sms-not-offered = Para este inicio de sesión no se puede usar ningún código por SMS. Use otro método.

## The page of a factor that is locked

locked-sms = Los códigos por SMS están bloqueados
locked-sms-for-now = Los códigos por SMS están bloqueados por ahora
locked-use-sms = Usar un código por SMS

## The account page

sms-row = Códigos por SMS
sms-row-off = Para cuando no tenga nada más a mano. Un número de teléfono puede ser usurpado, así que una llave de acceso o una aplicación es más segura.
sms-row-unconfirmed = Se introdujo un número en su nombre. Añada su número para confirmarlo; hasta entonces no se le envía ningún código.
sms-row-on = Al iniciar sesión puede pedir que se envíe un código a <span class="who">{ $number }</span>. Quien se haga con ese número puede usarlo.
sms-row-unused = Todavía hay un número de teléfono guardado para usted. Aquí ya no se envían códigos por SMS; puede quitar el número.
sms-add = Añadir número
sms-change = Cambiar número
sms-remove = Quitar número

## Adding, changing and removing the number

sms-add-heading = Añadir un número para códigos por SMS
sms-change-heading = Cambiar el número para códigos por SMS
sms-remove-heading = Quitar el número para códigos por SMS
sms-number-about = A partir de entonces podrá pedir que se envíe un código a este número al iniciar sesión. Es más débil que sus otros factores: quien se haga con el número puede usarlo.
sms-number-present = Su número actual: <span class="who">{ $number }</span>
sms-number = Número de móvil
sms-number-hint = Con el prefijo del país, por ejemplo +34 612 345 678.
sms-number-malformed = Eso no es un número de teléfono con prefijo de país. Empiece por + y el prefijo de su país.
sms-confirm-add = A continuación enviaremos un código a <span class="who">{ $number }</span>. Confirme primero que es usted.
sms-confirm-remove = Ya no se envía ningún código al número, y a los dispositivos que usaron uno se les pide otro factor.
sms-check-heading = Escriba el código del SMS
sms-check-button = Confirmar el número
sms-check-again = Enviar de nuevo o usar otro número
sms-check-over = Ya no hay ningún código pendiente para este número. Escríbalo de nuevo.

## What was done

done-sms-on = Su número está confirmado. Los códigos por SMS están activados.
done-sms-off = El número se ha quitado. Los códigos por SMS están desactivados.

## Recent activity

event-sms-used = Código por SMS aceptado
event-sms-on = Número para códigos por SMS confirmado
event-sms-off = Número para códigos por SMS quitado
event-sms-sent = Se envió un código por SMS
event-sms-unsent = No se pudo enviar un código por SMS
