### Setting up an authenticator app, and its backup codes.

## Introduction

enrol-progress = Progreso de la configuración
enrol-step-start = Inicio
enrol-step-scan = Escanear
enrol-step-create = Crear
enrol-step-save = Guardar
enrol-title = Configurar la autenticación de dos factores
enrol-heading = Configurar la autenticación de dos factores
enrol-heading-replace = Reemplazar su aplicación de autenticación
enrol-motto = Con la autenticación de dos factores, una contraseña robada no basta para entrar.
enrol-lead-replace = Cambie a un teléfono nuevo o a otra aplicación. Su aplicación de autenticación actual sigue funcionando hasta que se confirme la nueva. Entonces recibirá códigos de respaldo nuevos y se cerrará la sesión en sus otros dispositivos.
enrol-lead-asks = <span class="who">{ $asks }</span> requiere la autenticación de dos factores. Tardará unos dos minutos.
enrol-lead-required = { $product } requiere la autenticación de dos factores. Tardará unos dos minutos.
enrol-lead = Tardará unos dos minutos.
enrol-needs-ticket = Para comprobar que es usted, se necesita un tique de activación. Se lo dará su administrador.
enrol-plan-app = <strong>Instale una aplicación de autenticación</strong> como Google Authenticator, Aegis o 2FAS, o use su gestor de contraseñas.
enrol-plan-scan = <strong>Escanee un código QR</strong> e introduzca el código de seis dígitos de la aplicación.
enrol-plan-choose = <strong>Elija qué confirma que es usted</strong>: una aplicación de autenticación como Google Authenticator, Aegis o 2FAS, su gestor de contraseñas, este dispositivo o una llave de seguridad.
enrol-plan-set-up = <strong>Configúrelo</strong>: escanee un código QR con la aplicación e introduzca su código de seis dígitos, o siga a su navegador.
enrol-plan-save = <strong>Guarde sus códigos de respaldo</strong> por si pierde el teléfono.
enrol-current-code = Código actual
enrol-current-code-hint = Seis dígitos de su aplicación de autenticación actual o, si ya no la tiene, un código de respaldo.
enrol-ticket = Tique de activación
enrol-ticket-hint = 24 letras y dígitos. Funciona una sola vez y durante un tiempo limitado.
enrol-start = Empezar
enrol-skip = Omitir por ahora
enrol-without-app = o sin aplicación
enrol-passkey-about = Su huella digital, su rostro, el bloqueo de pantalla o una llave de seguridad confirma que es usted. Puede añadir una aplicación más adelante.
enrol-passkey-button = Usar este dispositivo o una llave de seguridad

## The QR code

enrol-scan-heading = Configure su aplicación de autenticación
enrol-scan-heading-add = Añadir una aplicación de autenticación
enrol-scan-motto = Esta clave solo se le muestra a usted, y solo hasta que termine la configuración.
enrol-open-app = Abrir en la aplicación de autenticación
enrol-scan-lead = Escanee este código QR con su aplicación de autenticación y luego introduzca el código que muestre.
enrol-qr = Código QR para su aplicación de autenticación
enrol-cannot-scan = ¿No puede escanearlo?
enrol-type-key = Introduzca esta clave en su aplicación. Si se lo pregunta, elija <em>basada en el tiempo</em>:
enrol-copy-key = Copiar clave
enrol-open-app-here = Abrir en una aplicación de este dispositivo
enrol-code-hint = El código cambia cada 30 segundos.
enrol-name-hint = Por ejemplo, «Tableta» o «Segundo teléfono».
enrol-valid-for = { $count ->
    [one] Este código QR es válido durante { $count } minuto más.
    [many] Este código QR es válido durante { $count } de minutos más.
   *[other] Este código QR es válido durante { $count } minutos más.
}
enrol-no-app = ¿Sin aplicación? <a href="{ $link }">Use este dispositivo o una llave de seguridad</a>.

## A passkey instead of an app

enrol-step-valid-for = { $count ->
    [one] Este paso es válido durante { $count } minuto más.
    [many] Este paso es válido durante { $count } de minutos más.
   *[other] Este paso es válido durante { $count } minutos más.
}
enrol-use-app = Usar una aplicación de autenticación

## Backup codes

codes-heading = Guarde sus códigos de respaldo
codes-motto = Guárdelos en un lugar seguro, y no en el teléfono que tiene su aplicación de autenticación.
codes-lead-enrolled = La autenticación de dos factores está activada. Si pierde el teléfono, cada uno de estos códigos le permite iniciar sesión una vez. <strong>No volverá a verlos cuando salga de esta página.</strong>
codes-lead-replaced = Sus códigos anteriores ya no funcionan. Si pierde el teléfono, cada uno de estos códigos le permite iniciar sesión una vez. <strong>No volverá a verlos cuando salga de esta página.</strong>
codes-printed = Códigos de respaldo de { $product } para { $person }. Cada uno funciona una sola vez.
codes-copy = Copiar
codes-download = Descargar
codes-print = Imprimir
codes-saved = Los he guardado
codes-file-title = Códigos de respaldo de { $product }
codes-file-once = Cada código funciona una sola vez.
codes-done-already-heading = Ya está hecho
codes-done-already = Funcionó a la primera. No se ha vuelto a cambiar nada.
codes-done-already-lost = Si no ha guardado sus códigos de respaldo, cree otros nuevos. Los actuales dejarán entonces de funcionar.
codes-make-new = Crear códigos de respaldo nuevos
