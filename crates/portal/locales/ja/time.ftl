### Times and durations.

## How long ago something was. Stands behind a word: "Added …", "last used …", "last seen …", "signed in …", "trusted …"

time-just-now = たった今
time-minutes-ago = { $count } 分前
time-hours-ago = { $count } 時間前
time-yesterday = 昨日
time-days-ago = { $count } 日前

## Durations. Stand in a sentence: "Try again in …", "Don’t ask again on this device for …", "codes are locked for …"

time-minutes = { $count } 分
time-hours = { $count } 時間
time-days = { $count } 日間

## An exact time

time-exact = { $year }年{ $month }月{ $day }日 { $time } UTC
time-unknown = { $time }
