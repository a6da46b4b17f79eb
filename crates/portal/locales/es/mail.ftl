### Codes that are sent by mail, beside another second factor.

## Entering a code that was sent

mail-choice = Código por correo
mail-send = Enviar un código a { $address }
mail-sent = Hemos enviado un código a <span class="who">{ $address }</span>. Es válido durante 10 minutos y solo en este navegador.
mail-again = Enviar otro código
mail-wait = Podrá pedir otro código en { $wait }.
mail-unsent = No se ha podido enviar el código. Inténtelo más tarde o use otro medio.
mail-code = Código del correo
mail-code-hint = Introduzca los seis dígitos del correo más reciente.
mail-help = Nadie le pedirá este código por teléfono, correo o chat. Introdúzcalo solo en esta página.

## The page of a factor that is locked

locked-mail = Los códigos por correo están bloqueados
locked-mail-for-now = Los códigos por correo están bloqueados temporalmente
locked-use-mail = Usar un código por correo

## What is said about a form with such a code

factor-mail-malformed = Introduzca los seis dígitos del correo. Esto no ha contado como intento.
factor-mail-wrong = Ese código no es correcto o ya no sirve. Use el más reciente o pida otro.
factor-mail-not-offered = En este inicio de sesión no se puede usar un código por correo. Use otro medio.

## The account page

mail-row = Códigos por correo
mail-row-off = Para cuando no tenga nada más a mano. Quien pueda leer su correo puede usarlos; una llave de acceso o una aplicación es más segura.
mail-row-on = Al iniciar sesión puede pedir que se envíe un código a <span class="who">{ $address }</span>. Quien pueda leer su correo puede usarlo.
mail-row-on-elsewhere = Están activados, pero en esta sesión no se puede enviar ninguno: su inicio de sesión no incluía una dirección verificada, o su administrador los ha desactivado.
mail-switch-on = Activar

## Switching it on and off

mail-confirm-on-heading = Activar los códigos por correo
mail-confirm-off-heading = Desactivar los códigos por correo
mail-confirm-on = A partir de entonces podrá pedir que se envíe un código a <span class="who">{ $address }</span> al iniciar sesión. Es más débil que sus otros factores: quien pueda leer su correo puede usarlo.
mail-confirm-off = Ya no se envía ningún código, y a los dispositivos que usaron uno se les pide otro factor.

## What was done

done-mail-on = Los códigos por correo están activados.
done-mail-off = Los códigos por correo están desactivados.

## Recent activity

event-mail-used = Código del correo aceptado
event-mail-on = Códigos por correo activados
event-mail-off = Códigos por correo desactivados
event-mail-sent = Se envió un código por correo
event-mail-unsent = No se pudo enviar un código por correo
