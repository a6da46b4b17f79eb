//! A clock that stands still until a test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use postern_model::clock::{Clock, Timestamp};

/// A [`Clock`] that only tests move. Clones share the time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// Where [`ManualClock::default`] starts: 2027-01-15T08:00:00Z.
    pub const START: Timestamp = Timestamp::from_secs(1_800_000_000);

    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.as_micros())))
    }

    /// Shows `now` from here on; backwards is allowed.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_micros(), Ordering::SeqCst);
    }

    /// Moves forward by `span` and gives the new time.
    pub fn advance(&self, span: Duration) -> Timestamp {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(self.0.fetch_add(micros, Ordering::SeqCst).saturating_add(micros))
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::at(Self::START)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stands_still_until_it_is_moved_and_clones_share_it() {
        let clock = ManualClock::default();
        let other = clock.clone();
        assert_eq!(clock.now(), ManualClock::START);
        assert_eq!(clock.advance(Duration::from_secs(5)), ManualClock::START.after(Duration::from_secs(5)));
        assert_eq!(other.now(), ManualClock::START.after(Duration::from_secs(5)));
        other.set(Timestamp::from_secs(7));
        assert_eq!(clock.now(), Timestamp::from_secs(7));
    }
}
