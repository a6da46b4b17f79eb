### Times and durations.

## How long ago something was. Stands behind a word: "Added …", "last used …", "last seen …", "signed in …", "trusted …"

time-just-now = hace un momento
time-minutes-ago = { $count ->
    [one] hace { $count } minuto
    [many] hace { $count } de minutos
   *[other] hace { $count } minutos
}
time-hours-ago = { $count ->
    [one] hace { $count } hora
    [many] hace { $count } de horas
   *[other] hace { $count } horas
}
time-yesterday = ayer
time-days-ago = { $count ->
    [one] hace { $count } día
    [many] hace { $count } de días
   *[other] hace { $count } días
}

## Durations. Stand in a sentence: "Try again in …", "Don’t ask again on this device for …", "codes are locked for …"

time-minutes = { $count ->
    [one] { $count } minuto
    [many] { $count } de minutos
   *[other] { $count } minutos
}
time-hours = { $count ->
    [one] { $count } hora
    [many] { $count } de horas
   *[other] { $count } horas
}
time-days = { $count ->
    [one] { $count } día
    [many] { $count } de días
   *[other] { $count } días
}

## An exact time

time-exact = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
} de { $year }, { $time } UTC
time-unknown = { $time }
