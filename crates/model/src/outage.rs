//! Which failures of an outage are told: its beginning, a reminder now and then, and its end.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

/// Time between two reminders of one outage.
pub const REMINDER: Duration = Duration::from_secs(60);

/// Decides which failures of one operation are logged.
#[derive(Debug, Default)]
pub struct OutageLog(Mutex<Option<Ongoing>>);

/// What to log of an outage, with the number of failures so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It begins, or still lasts.
    Failing {
        /// How often the operation failed since it last worked.
        failures: u64,
    },
    /// It is over.
    Ended {
        /// How often the operation failed.
        failures: u64,
        /// Time from the first failure to now.
        lasted: Duration,
    },
}

#[derive(Debug)]
struct Ongoing {
    since: Timestamp,
    told_at: Timestamp,
    failures: u64,
}

impl OutageLog {
    /// Counts a failure. `None` if it is not to be logged.
    pub fn failed(&self, now: Timestamp) -> Option<Told> {
        let mut ongoing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ongoing) = ongoing.as_mut() else {
            *ongoing = Some(Ongoing { since: now, told_at: now, failures: 1 });
            return Some(Told::Failing { failures: 1 });
        };
        ongoing.failures += 1;
        if now.since(ongoing.told_at) < REMINDER {
            return None;
        }
        ongoing.told_at = now;
        Some(Told::Failing { failures: ongoing.failures })
    }

    /// Notes that the operation works. `None` if it did before.
    pub fn worked(&self, now: Timestamp) -> Option<Told> {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(Told::Ended { failures: ended.failures, lasted: now.since(ended.since) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_when_it_begins_once_a_minute_and_when_it_ends() {
        let (log, start) = (OutageLog::default(), Timestamp::from_micros(0));
        let at = |seconds| start.after(Duration::from_secs(seconds));
        assert_eq!(log.worked(at(0)), None);
        assert_eq!(log.failed(at(1)), Some(Told::Failing { failures: 1 }));
        for second in 2..61 {
            assert_eq!(log.failed(at(second)), None);
        }
        assert_eq!(log.failed(at(61)), Some(Told::Failing { failures: 61 }));
        assert_eq!(log.failed(at(62)), None);
        assert_eq!(log.worked(at(70)), Some(Told::Ended { failures: 62, lasted: Duration::from_secs(69) }));
        assert_eq!(log.worked(at(71)), None);
        assert_eq!(log.failed(at(72)), Some(Told::Failing { failures: 1 }), "another outage");
    }
}
