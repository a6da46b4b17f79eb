//! Time as an argument: one clock, in UTC, which is passed to every component that needs it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Most that a time of another replica can be ahead of this one's clock: each may be half of it off the store's.
pub const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// Source of the current time. Tests set theirs; nothing else in the workspace may read the system clock.
pub trait Clock: Send + Sync + 'static {
    /// Returns the current time, UTC.
    fn now(&self) -> Timestamp;
}

/// Point in time: microseconds since 1970-01-01T00:00:00Z, the resolution of a PostgreSQL `timestamp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Takes microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Takes whole seconds since the epoch; saturates far beyond any date in use.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Returns microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Returns whole seconds since the epoch, rounded down: the `NumericDate` of RFC 7519 §2.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Returns seconds since the epoch as RFC 6238 counts them; times before the epoch give 0.
    pub fn unix_time(self) -> u64 {
        u64::try_from(self.as_secs()).unwrap_or(0)
    }

    /// Returns the time `span` later, saturating.
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }

    /// Returns the time `span` earlier, saturating.
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }

    /// Returns the time since `earlier`; zero if `earlier` is in the future.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whether nothing that was recorded by now can have this time: it is further in the future than clocks may differ.
    pub fn is_yet_to_come(self, now: Self) -> bool {
        self > now.after(CLOCK_SKEW)
    }

    /// Whether it stands for "for good": PostgreSQL's `infinity`, or a time that the calendar does not reach.
    pub fn is_forever(self) -> bool {
        self.0 > 0 && self.to_utc().is_none()
    }

    /// Returns the calendar form, UTC. `None` outside the years that the calendar type can express.
    pub fn to_utc(self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000).ok()
    }

    /// Takes the calendar form; drops fractions of a microsecond.
    pub fn from_utc(at: OffsetDateTime) -> Self {
        Self(i64::try_from(at.unix_timestamp_nanos().div_euclid(1000)).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Timestamp {
    /// Returns the RFC 3339 form, UTC; PostgreSQL's `infinity` and `-infinity` for times that the calendar does not reach.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_utc().and_then(|at| at.format(&Rfc3339).ok()) {
            Some(text) => f.write_str(&text),
            None => f.write_str(if self.0 > 0 { "infinity" } else { "-infinity" }),
        }
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_prints_as_rfc_3339_in_utc() {
        assert_eq!(Timestamp::from_secs(1_767_225_600).to_string(), "2026-01-01T00:00:00Z");
    }

    #[test]
    fn a_future_moment_is_no_time_ago() {
        let now = Timestamp::from_secs(100);
        assert_eq!(now.since(now.after(Duration::from_secs(5))), Duration::ZERO);
        assert_eq!(now.after(Duration::from_secs(5)).since(now), Duration::from_secs(5));
    }

    #[test]
    fn seconds_round_down_before_the_epoch_too() {
        assert_eq!(Timestamp::from_micros(-1).as_secs(), -1);
        assert_eq!(Timestamp::from_micros(-1).unix_time(), 0);
    }
}
