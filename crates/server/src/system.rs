//! The operating system's clock and randomness. The gateway uses them only through this module.

use std::time::{SystemTime, UNIX_EPOCH};

use postern_model::clock::{Clock, Timestamp};
use postern_model::entropy::Entropy;
use ring::rand::{SecureRandom, SystemRandom};

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is handed")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The system's randomness.
#[derive(Clone, Debug)]
pub struct SystemEntropy(SystemRandom);

impl Default for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is the source that everything else is handed")]
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl Entropy for SystemEntropy {
    /// Aborts the process if the system provides no randomness, so that no predictable token is ever issued.
    fn fill(&self, buffer: &mut [u8]) {
        if self.0.fill(buffer).is_err() {
            tracing::error!("no random numbers from the operating system; aborting");
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_model::entropy::draw;

    #[test]
    fn two_draws_differ_and_the_clock_is_of_this_century() {
        let entropy = SystemEntropy::default();
        assert_ne!(draw::<32>(&entropy), draw::<32>(&entropy));
        assert!(SystemClock.now() > Timestamp::from_secs(1_700_000_000));
    }
}
