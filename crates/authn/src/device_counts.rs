//! Counts of what browsers with device-bound sessions send.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of bindings and proofs. They survive a reload of the configuration.
#[derive(Debug, Default)]
pub struct DeviceCounts {
    bound: AtomicU64,
    refreshed: AtomicU64,
    refused: AtomicU64,
}

impl DeviceCounts {
    /// Counts a session that was bound to its device.
    pub(crate) fn bound(&self) {
        self.bound.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a cookie that was renewed for a proof.
    pub(crate) fn refreshed(&self) {
        self.refreshed.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a registration or a proof that was refused.
    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the results by name, with their counts since the start of the process.
    pub fn each(&self) -> [(&'static str, u64); 3] {
        [("bound", &self.bound), ("refreshed", &self.refreshed), ("refused", &self.refused)]
            .map(|(result, count)| (result, count.load(Ordering::Relaxed)))
    }
}
