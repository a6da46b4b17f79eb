//! The coarse monotonic clock, for timeouts.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Milliseconds of the system's monotonic clock at its last tick, at most some 4 ms ago. A reading costs a third of an exact one;
/// a request takes about ten.
pub fn now_millis() -> u64 {
    let time = clock_gettime(ClockId::MonotonicCoarse);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    seconds * 1000 + u64::try_from(time.tv_nsec).unwrap_or_default() / 1_000_000
}

/// A duration in the unit of [`now_millis`].
pub fn as_millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_the_exact_clock() {
        let exact =
            |time: rustix::time::Timespec| u64::try_from(time.tv_sec * 1000 + time.tv_nsec / 1_000_000).unwrap();
        let before = exact(clock_gettime(ClockId::Monotonic));
        let tick = now_millis();
        assert!(tick <= exact(clock_gettime(ClockId::Monotonic)) && tick + 100 > before);
    }
}
