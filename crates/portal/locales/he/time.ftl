### Times and durations.

## How long ago something was. Stands behind a word: "Added …", "last used …", "last seen …", "signed in …", "trusted …"

time-just-now = לפני רגע
time-minutes-ago = { $count ->
    [one] לפני דקה
    [two] לפני שתי דקות
   *[other] לפני { $count } דקות
}
time-hours-ago = { $count ->
    [one] לפני שעה
    [two] לפני שעתיים
   *[other] לפני { $count } שעות
}
time-yesterday = אתמול
time-days-ago = { $count ->
    [one] לפני יום
    [two] לפני יומיים
   *[other] לפני { $count } ימים
}

## Durations. Stand in a sentence: "Try again in …", "Don’t ask again on this device for …", "codes are locked for …"

time-minutes = { $count ->
    [one] דקה אחת
    [two] שתי דקות
   *[other] { $count } דקות
}
time-hours = { $count ->
    [one] שעה אחת
    [two] שעתיים
   *[other] { $count } שעות
}
time-days = { $count ->
    [one] יום אחד
    [two] יומיים
   *[other] { $count } ימים
}

## An exact time

time-exact = { $day } { $month ->
    [1] בינואר
    [2] בפברואר
    [3] במרץ
    [4] באפריל
    [5] במאי
    [6] ביוני
    [7] ביולי
    [8] באוגוסט
    [9] בספטמבר
    [10] באוקטובר
    [11] בנובמבר
   *[other] בדצמבר
} { $year }, { $time } UTC
time-unknown = { $time }
