//! The lockout of one authenticator: a pure function of its state and the time.
//!
//! ```text
//!             reserve                    reserve (3rd)             lock over, reserve
//!  failures=0 ───────▶ failures=1, 2 ───────────────▶ locked 5 min ───────────────▶ locked 15 min ─▶ 1 h ─▶ 24 h …
//!      ▲                    │                              │                                             │
//!      └──────── success ───┴───────────── success ────────┘                        100 failures: disabled ◀┘
//! ```
//!
//! The transaction that accepts or rejects a code also counts the attempt
//! ([`FactorStore::settle`](crate::store::FactorStore::settle)): it reserves the attempt as a failure, which a lock refuses
//! even for a correct code, and success resets the count. Parallel guesses therefore cannot bypass the counter (promise 6).

use std::time::Duration;

use crate::clock::Timestamp;

/// Number of failures before the first lock.
pub const FREE_FAILURES: u32 = 3;
/// Number of consecutive failures that disable the authenticator (NIST SP 800-63B-4 §3.2.2).
pub const MAX_FAILURES: u32 = 100;

const MINUTE: u64 = 60;

/// Stored counters of one authenticator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lockout {
    /// Number of consecutive failures, including attempts in progress.
    pub failures: u32,
    /// Time before which no attempt is evaluated.
    pub locked_until: Option<Timestamp>,
}

/// Reason why an attempt is refused without checking its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The authenticator is locked.
    Locked {
        /// When the next attempt is allowed.
        until: Timestamp,
    },
    /// Too many consecutive failures, or locked without end: only an administrator or another factor helps.
    Disabled,
}

impl Lockout {
    /// Whether only an administrator or another factor helps: after too many failures, or locked for good by SQL.
    pub fn is_disabled(self) -> bool {
        self.failures >= MAX_FAILURES || self.locked_until.is_some_and(Timestamp::is_forever)
    }

    /// Counts one attempt at `now`. Returns the state to store, with the attempt counted as failed, or the refusal, in
    /// which case the state is unchanged.
    pub fn reserve(self, now: Timestamp) -> Result<Self, Refused> {
        if self.is_disabled() {
            return Err(Refused::Disabled);
        }
        if let Some(until) = self.locked_until.filter(|until| now < *until) {
            return Err(Refused::Locked { until });
        }
        let failures = self.failures + 1;
        let locked_until = duration(failures).map(|span| now.after(span));
        Ok(Self { failures, locked_until })
    }

    /// Returns how many attempts are left before the next lock, for messages.
    pub fn attempts_left(self) -> u32 {
        FREE_FAILURES.saturating_sub(self.failures)
    }
}

/// Returns the duration of the lock after `failures` consecutive failures: 3 → 5 min, 4 → 15 min, 5 → 1 h, 6 and more →
/// 24 h.
pub fn duration(failures: u32) -> Option<Duration> {
    let minutes = match failures {
        0..=2 => return None,
        3 => 5,
        4 => 15,
        5 => 60,
        _ => 24 * 60,
    };
    Some(Duration::from_secs(minutes * MINUTE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    #[test]
    fn the_third_failure_locks_for_five_minutes_and_later_ones_for_longer() {
        let mut state = Lockout::default();
        let mut now = NOW;
        let mut locks = Vec::new();
        for _ in 0..7 {
            state = state.reserve(now).unwrap();
            locks.push(state.locked_until.map_or(0, |until| until.since(now).as_secs() / 60));
            now = state.locked_until.unwrap_or(now);
        }
        assert_eq!(locks, [0, 0, 5, 15, 60, 1440, 1440]);
    }

    #[test]
    fn the_lock_ends_at_its_moment_and_not_before() {
        let locked = Lockout { failures: 3, locked_until: Some(NOW) };
        assert_eq!(locked.reserve(NOW.before(Duration::from_micros(1))), Err(Refused::Locked { until: NOW }));
        assert_eq!(locked.reserve(NOW).map(|state| state.failures), Ok(4));
    }

    #[test]
    fn the_attempts_that_are_left_count_down_to_the_lock() {
        let left: Vec<u32> = (0..5).map(|failures| Lockout { failures, locked_until: None }.attempts_left()).collect();
        assert_eq!(left, [3, 2, 1, 0, 0]);
    }

    #[test]
    fn a_hundred_failures_disable_for_good() {
        let spent = Lockout { failures: MAX_FAILURES, locked_until: None };
        assert_eq!(spent.reserve(NOW.after(Duration::from_secs(1 << 40))), Err(Refused::Disabled));
    }

    #[test]
    fn a_lock_without_end_is_for_the_administrator_and_one_that_ended_before_time_is_none() {
        let at = |micros| Lockout { failures: 0, locked_until: Some(Timestamp::from_micros(micros)) };
        assert_eq!(at(i64::MAX).reserve(NOW), Err(Refused::Disabled));
        assert_eq!(at(i64::MIN).reserve(NOW).map(|state| state.failures), Ok(1));
        assert_eq!(Timestamp::from_micros(i64::MAX).to_string(), "infinity");
        assert_eq!(Timestamp::from_micros(i64::MIN + 946_684_800_000_000).to_string(), "-infinity");
    }

    proptest! {
        /// After a success, at most three guesses are evaluated in any five minutes and at most a hundred in total,
        /// whatever their timing.
        #[test]
        fn guesses_are_bounded(gaps in proptest::collection::vec(0_u64..100_000, 1..400)) {
            let mut state = Lockout::default();
            let mut now = NOW;
            let mut evaluated = Vec::new();
            for gap in gaps {
                now = now.after(Duration::from_secs(gap));
                if let Ok(next) = state.reserve(now) {
                    prop_assert!(next.failures == state.failures + 1);
                    evaluated.push(now);
                    state = next;
                }
            }
            prop_assert!(evaluated.len() <= MAX_FAILURES as usize);
            for window in evaluated.windows(4) {
                prop_assert!(window[3].since(window[0]) >= Duration::from_secs(5 * 60));
            }
        }
    }
}
