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
    /// The cell of a session: the one that waits to be written, or that of an older entry, or a new one.
    pub(super) fn cell(&self, session: SessionId, before: Option<&Arc<Seen>>) -> Arc<Seen> {
        let waiting = self.list().get(&session).cloned();
        let before = before.filter(|seen| seen.session == session).cloned();
        waiting.or(before).unwrap_or_else(|| Arc::new(Seen::new(session)))
    }

    /// Notes that a session was seen. Takes the lock once per session and batch only.
    pub(super) fn touch(&self, seen: &Arc<Seen>, now: Timestamp) {
        if seen.advance(now) && !seen.unwritten.load(Ordering::SeqCst) && !seen.unwritten.swap(true, Ordering::SeqCst) {
            self.list().insert(seen.session, Arc::clone(seen));
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
