//! Times in words. The server does not know the reader's time zone, so words are relative; exact times are UTC in a `<time>`
//! element, which the script shows in the reader's own.

use std::time::Duration;

use postern_model::clock::Timestamp;

use crate::language::Text;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Exact time for a `<time>` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactTime {
    /// RFC 3339, for the `datetime` attribute.
    pub iso: String,
    /// For people without script: "2026-01-31 12:05 UTC".
    pub utc: Text,
}

impl ExactTime {
    /// Formats a time.
    pub fn new(at: Timestamp) -> Self {
        Self { iso: at.to_string(), utc: clock_text(at) }
    }

    /// Formats the end of a wait, rounded up to the minute that is shown, so that waiting until then suffices.
    pub fn end(at: Timestamp) -> Self {
        let minute = i64::try_from(MINUTE * 1_000_000).unwrap_or(i64::MAX);
        let over = at.as_micros().rem_euclid(minute);
        let missing = if over == 0 { 0 } else { minute - over };
        Self::new(at.after(Duration::from_micros(missing.unsigned_abs())))
    }

    /// Builds a time for samples.
    pub fn sample() -> Self {
        Self { iso: "2026-01-31T12:05:00Z".to_owned(), utc: clock_text(Timestamp::from_secs(1_769_861_100)) }
    }
}

/// Returns how long ago a time was: "just now", "20 minutes ago", "yesterday", "3 days ago".
pub fn ago(then: Timestamp, now: Timestamp) -> Text {
    match now.since(then).as_secs() {
        0..90 => Text::new("time-just-now"),
        secs @ 90..HOUR => count("time-minutes-ago", secs / MINUTE),
        secs @ HOUR..DAY => count("time-hours-ago", secs / HOUR),
        secs if secs < 2 * DAY => Text::new("time-yesterday"),
        secs => count("time-days-ago", secs / DAY),
    }
}

/// Returns the remaining time, rounded up so that waiting that long suffices: "1 minute", "5 minutes", "24 hours".
pub fn wait(left: Duration) -> Text {
    let secs = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    let minutes = secs.div_ceil(MINUTE).max(1);
    if minutes <= 90 { count("time-minutes", minutes) } else { count("time-hours", minutes.div_ceil(60)) }
}

/// Returns a duration in its largest whole unit: "30 days", "36 hours", "90 minutes".
pub fn span(span: Duration) -> Text {
    match span.as_secs() {
        secs if secs % DAY == 0 => count("time-days", secs / DAY),
        secs if secs % HOUR == 0 => count("time-hours", secs / HOUR),
        secs => count("time-minutes", secs / MINUTE),
    }
}

/// Formats an exact time to the minute: "2026-01-31 12:05 UTC".
pub fn clock_text(at: Timestamp) -> Text {
    // A time that no calendar has can only be one that was set by hand.
    let Some(utc) = at.to_utc() else { return Text::new("time-unknown").with("time", at.to_string()) };
    let (month, day) = (u8::from(utc.month()), utc.day());
    Text::new("time-exact")
        .with("year", format!("{:04}", utc.year()))
        .with("month", u32::from(month))
        .with("mm", format!("{month:02}"))
        .with("day", u32::from(day))
        .with("dd", format!("{day:02}"))
        .with("time", format!("{:02}:{:02}", utc.hour(), utc.minute()))
}

fn count(id: &'static str, number: u64) -> Text {
    Text::new(id).with("count", number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Texts;

    fn told(text: &Text) -> String {
        Texts::default().plain(text)
    }

    #[test]
    fn the_past_is_told_in_words() {
        let now = Timestamp::from_secs(1_800_000_000);
        for (secs, words) in [
            (0, "just now"),
            (89, "just now"),
            (90, "1 minute ago"),
            (1200, "20 minutes ago"),
            (3600, "1 hour ago"),
            (86_399, "23 hours ago"),
            (90_000, "yesterday"),
            (3 * 86_400, "3 days ago"),
        ] {
            assert_eq!(told(&ago(now.before(Duration::from_secs(secs)), now)), words);
        }
        assert_eq!(told(&ago(now.after(Duration::from_secs(5)), now)), "just now");
    }

    #[test]
    fn a_wait_ends_with_the_minute_that_is_told() {
        let start = Timestamp::from_secs(1_800_000_000);
        let end = |secs| ExactTime::end(start.after(Duration::from_secs(secs))).utc;
        assert_eq!((end(0), end(1), end(60)), (clock_text(start), end(60), end(59)));
        assert_ne!(end(60), end(61));
    }

    #[test]
    fn durations_are_told_in_their_largest_whole_unit() {
        for (secs, words) in [(30 * DAY, "30 days"), (DAY, "1 day"), (36 * HOUR, "36 hours"), (5430, "90 minutes")] {
            assert_eq!(told(&span(Duration::from_secs(secs))), words);
        }
    }

    #[test]
    fn waiting_as_long_as_told_is_enough() {
        for (secs, words) in
            [(0, "1 minute"), (60, "1 minute"), (61, "2 minutes"), (300, "5 minutes"), (3600, "60 minutes")]
        {
            assert_eq!(told(&wait(Duration::from_secs(secs))), words);
        }
        assert_eq!(told(&wait(Duration::from_secs(24 * 3600))), "24 hours");
        assert_eq!(told(&wait(Duration::from_micros(60_000_001))), "2 minutes");
        assert_eq!(told(&clock_text(Timestamp::from_secs(1_769_861_100))), "2026-01-31 12:05 UTC");
    }
}
