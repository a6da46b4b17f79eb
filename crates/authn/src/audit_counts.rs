//! Counts of account events by kind.

use std::sync::atomic::{AtomicU64, Ordering};

use postern_model::audit::AuditKind;

/// Counters of account events, one per kind. They survive a reload of the configuration.
#[derive(Debug, Default)]
pub struct AuditCounts([AtomicU64; AuditKind::ALL.len()]);

impl AuditCounts {
    /// Counts an event.
    pub(crate) fn add(&self, kind: AuditKind) {
        let index = AuditKind::ALL.iter().position(|known| *known == kind);
        if let Some(count) = index.and_then(|index| self.0.get(index)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns the kinds with their counts since the start of the process.
    pub fn each(&self) -> impl Iterator<Item = (AuditKind, u64)> {
        AuditKind::ALL.into_iter().zip(self.0.iter().map(|count| count.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_count_of_its_own() {
        let counts = AuditCounts::default();
        for kind in [AuditKind::SignedIn, AuditKind::Locked, AuditKind::SignedIn] {
            counts.add(kind);
        }
        let counted: Vec<_> = counts.each().filter(|(_, count)| *count > 0).collect();
        assert_eq!(counted, [(AuditKind::SignedIn, 2), (AuditKind::Locked, 1)]);
    }
}
