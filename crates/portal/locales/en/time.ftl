### Times and durations.

## How long ago something was. Stands behind a word: "Added …", "last used …", "last seen …", "signed in …", "trusted …"

time-just-now = just now
time-minutes-ago = { $count ->
    [one] 1 minute ago
   *[other] { $count } minutes ago
}
time-hours-ago = { $count ->
    [one] 1 hour ago
   *[other] { $count } hours ago
}
time-yesterday = yesterday
time-days-ago = { $count ->
    [one] 1 day ago
   *[other] { $count } days ago
}

## Durations. Stand in a sentence: "Try again in …", "Don’t ask again on this device for …", "codes are locked for …"

time-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
time-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
time-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}

## An exact time

# Date and time for browsers without script. { $year } is "2026", { $mm } and { $dd } are month and day with two digits, { $time }
# is "12:05" on a clock of 24 hours. Also to be had: { $month } (a number of 1 to 12, to select a name by) and { $day } (the
# day without a leading zero). Keep "UTC".
time-exact = { $year }-{ $mm }-{ $dd } { $time } UTC
# Stands for a time that no calendar has: { $time } as the computer writes it.
time-unknown = { $time }
