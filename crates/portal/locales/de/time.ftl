### Times and durations.

## How long ago something was. Stands behind a word: "Added …", "last used …", "last seen …", "signed in …", "trusted …"

time-just-now = gerade eben
time-minutes-ago = { $count ->
    [one] vor { $count } Minute
   *[other] vor { $count } Minuten
}
time-hours-ago = { $count ->
    [one] vor { $count } Stunde
   *[other] vor { $count } Stunden
}
time-yesterday = gestern
time-days-ago = { $count ->
    [one] vor { $count } Tag
   *[other] vor { $count } Tagen
}

## Durations. Stand in a sentence: "Try again in …", "Don’t ask again on this device for …", "codes are locked for …"

time-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
time-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
time-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}

## An exact time

time-exact = { $dd }.{ $mm }.{ $year }, { $time } UTC
time-unknown = { $time }
