//! Helpers of this crate's unit tests.

use std::sync::atomic::{AtomicU64, Ordering};

use postern_model::entropy::Entropy;
use ring::digest::{SHA256, digest};

use crate::{Cost, Keyring, MasterKey};

/// Reproducible bytes: SHA-256 of a seed and a count.
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed << 32))
    }
}

impl Entropy for Counter {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let count = self.0.fetch_add(1, Ordering::Relaxed);
            chunk.copy_from_slice(&digest(&SHA256, &count.to_be_bytes()).as_ref()[..chunk.len()]);
        }
    }
}

/// Returns the master key of a seed.
pub(crate) fn master(seed: u64) -> MasterKey {
    MasterKey::from_base64(&MasterKey::generate(&Counter::new(seed))).unwrap()
}

/// Builds a keyring with one key and a backup-code cost that is low enough for tests.
pub(crate) fn keyring(seed: u64) -> Keyring {
    Keyring::new(master(seed), Vec::new()).with_backup_cost(Cost::CHEAP)
}
