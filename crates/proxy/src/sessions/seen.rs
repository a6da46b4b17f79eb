//! Last-seen times, gathered in memory and written in batches.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use postern_model::clock::Timestamp;
use postern_model::id::SessionId;
use postern_model::store::{SessionStore, StoreError};

use super::entry::Seen;

/// Most sessions in one write.
const BATCH: usize = 500;

/// The sessions that were seen and not yet written.
#[derive(Default)]
pub(super) struct SeenList {
    unwritten: Mutex<HashMap<SessionId, Arc<Seen>>>,
}

impl SeenList {
    /// The cell of a session for a new entry: the one that waits to be written, or a fresh one.
    pub(super) fn cell(&self, session: SessionId) -> Arc<Seen> {
        self.list().get(&session).cloned().unwrap_or_else(|| Arc::new(Seen::new(session)))
    }

    /// Notes that a session was seen. Takes the lock once per session and batch only.
    pub(super) fn touch(&self, seen: &Arc<Seen>, now: Timestamp) {
        let moved = seen.advance(now);
        if !moved || seen.unwritten.load(Ordering::SeqCst) || seen.unwritten.swap(true, Ordering::SeqCst) {
            return;
        }
        let mut list = self.list();
        let waiting = list.entry(seen.session).or_insert_with(|| Arc::clone(seen));
        // Another entry of the session (read anew meanwhile) waits already: its cell speaks for both.
        if !Arc::ptr_eq(waiting, seen) {
            waiting.advance(now);
            seen.unwritten.store(false, Ordering::SeqCst);
        }
    }

    /// Writes what is unwritten. What fails stays for the next time.
    pub(super) async fn flush(&self, store: &dyn SessionStore) -> Result<(), StoreError> {
        let cells: Vec<Arc<Seen>> = self.list().values().cloned().collect();
        for batch in cells.chunks(BATCH) {
            let rows: Vec<_> = batch.iter().map(|seen| (seen.session, seen.at())).collect();
            store.record_seen(&rows).await?;
            let mut list = self.list();
            for (seen, (session, written)) in batch.iter().zip(&rows) {
                seen.unwritten.store(false, Ordering::SeqCst);
                // Whoever touched it since the write, and before the line above, left the next write to us.
                if seen.at() == *written || seen.unwritten.swap(true, Ordering::SeqCst) {
                    list.remove(session);
                }
            }
        }
        Ok(())
    }

    fn list(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<Seen>>> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
