//! Randomness that repeats.

use std::sync::{Mutex, PoisonError};

use postern_model::entropy::Entropy;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// An [`Entropy`] that gives the same bytes for the same seed. For tests only.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<ChaCha20Rng>);

impl SeededEntropy {
    /// Starts the stream that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Default for SeededEntropy {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(buffer);
    }
}

#[cfg(test)]
mod tests {
    use postern_model::entropy::draw;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        let one: [u8; 16] = draw(&SeededEntropy::new(1));
        assert_eq!(one, draw::<16>(&SeededEntropy::new(1)));
        assert_ne!(one, draw::<16>(&SeededEntropy::new(2)));
    }

    #[test]
    fn the_stream_goes_on() {
        let entropy = SeededEntropy::default();
        assert_ne!(draw::<16>(&entropy), draw::<16>(&entropy));
    }
}
