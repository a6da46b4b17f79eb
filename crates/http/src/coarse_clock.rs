//! A clock for timeouts: cheap to read, and a few milliseconds late.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Milliseconds of the system's monotonic clock as of its last tick, which is some 4 ms ago at the most. Reading it costs a
/// third of what the exact time does; some ten readings a request made that worth it.
pub fn ticks() -> u64 {
    let time = clock_gettime(ClockId::MonotonicCoarse);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    seconds * 1000 + u64::try_from(time.tv_nsec).unwrap_or_default() / 1_000_000
}

/// A time in the unit of [`ticks`].
pub fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_with_the_exact_clock() {
        let exact =
            |time: rustix::time::Timespec| u64::try_from(time.tv_sec * 1000 + time.tv_nsec / 1_000_000).unwrap();
        let before = exact(clock_gettime(ClockId::Monotonic));
        let tick = ticks();
        assert!(tick <= exact(clock_gettime(ClockId::Monotonic)) && tick + 100 > before);
    }
}
