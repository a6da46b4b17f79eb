//! Last-seen times: collected in memory and written in batches.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use postern_authn::subject::Subject;
use postern_model::clock::Timestamp;
use postern_model::id::SessionId;
use postern_model::store::{SessionStore, StoreError};

use super::entry::CachedSession;
use super::index::{by_session, hash};

/// Maximum number of sessions in one write.
const BATCH: usize = 500;

/// Sentinel: never seen.
pub(super) const LONG_AGO: Timestamp = Timestamp::from_micros(i64::MIN);

/// Sessions whose last-seen time is to be written. If several entries of one session are in use, one of them waits here
/// and carries the time of all.
#[derive(Default)]
pub(super) struct SeenList {
    unwritten: Mutex<HashTable<Arc<CachedSession>>>,
}

impl SeenList {
    /// Returns when a session that waits to be written was seen; a time long ago if it does not wait.
    pub(super) fn at(&self, session: SessionId) -> Timestamp {
        let list = self.list();
        let waiting = list.find(hash(session), |waiting| waiting.session() == session);
        waiting.map_or(LONG_AGO, |waiting| waiting.seen_at())
    }

    /// Records that a session was seen; it is written if the store lags by `step`. Takes the lock only once per session
    /// and batch.
    pub(super) fn touch(&self, entry: &Arc<CachedSession>, now: Timestamp, step: Duration) {
        let moved = entry.advance(now);
        if !moved
            || !entry.lags(step)
            || entry.unwritten.load(Ordering::SeqCst)
            || entry.unwritten.swap(true, Ordering::SeqCst)
        {
            return;
        }
        let mut list = self.list();
        match list.entry(by_session(entry), |waiting| waiting.session() == entry.session(), by_session) {
            Entry::Vacant(place) => {
                place.insert(Arc::clone(entry));
            }
            Entry::Occupied(waiting) if Arc::ptr_eq(waiting.get(), entry) => {}
            // A newer entry of the session already waits.
            Entry::Occupied(waiting) => {
                waiting.get().advance(now);
                entry.unwritten.store(false, Ordering::SeqCst);
            }
        }
    }

    /// Replaces an older entry of the session in the queue with an entry that is now in use, so that the older one can
    /// be freed.
    pub(super) fn hand_over(&self, entry: &Arc<CachedSession>) {
        let mut list = self.list();
        let waiting = list.find_mut(by_session(entry), |waiting| waiting.session() == entry.session());
        if let Some(waiting) = waiting.filter(|waiting| !Arc::ptr_eq(waiting, entry)) {
            // Done first: a later touch of the older entry then finds the newer one here.
            waiting.unwritten.store(false, Ordering::SeqCst);
            entry.advance(waiting.seen_at());
            entry.unwritten.store(true, Ordering::SeqCst);
            *waiting = Arc::clone(entry);
        }
    }

    /// Writes the pending times. Failed ones stay for the next call.
    pub(super) async fn flush(&self, store: &dyn SessionStore, step: Duration) -> Result<(), StoreError> {
        let entries: Vec<Arc<CachedSession>> = self.list().iter().cloned().collect();
        for batch in entries.chunks(BATCH) {
            let rows: Vec<_> = batch.iter().map(|entry| (entry.session(), entry.seen_at())).collect();
            store.record_seen(&rows).await?;
            let mut list = self.list();
            for (entry, (_, written)) in batch.iter().zip(&rows) {
                entry.was_written(*written);
                // An entry that was replaced meanwhile is written with its successor.
                let Ok(waiting) = list.find_entry(by_session(entry), |waiting| Arc::ptr_eq(waiting, entry)) else {
                    continue;
                };
                entry.unwritten.store(false, Ordering::SeqCst);
                // A touch between the write and the line above left the next write to this task.
                if !entry.lags(step) || entry.unwritten.swap(true, Ordering::SeqCst) {
                    waiting.remove();
                }
            }
        }
        Ok(())
    }

    fn list(&self) -> MutexGuard<'_, HashTable<Arc<CachedSession>>> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_model::id::SessionId;
    use postern_model::session::TokenHash;
    use postern_testkit::entropy::SeededEntropy;

    use crate::sessions::entry::Reading;
    use crate::sessions::testing::{START, view};

    const STEP: Duration = Duration::from_secs(60);

    fn entry() -> Arc<CachedSession> {
        let reading = Reading { token: TokenHash([0; 32]), at: START, epoch: 0 };
        Arc::new(CachedSession::new(view(), LONG_AGO, None, 1, reading))
    }

    #[test]
    fn a_session_waits_once_with_the_latest_time_of_all_its_entries() {
        let (list, first, second) = (SeenList::default(), entry(), entry());
        let at = |steps: u32| START.after(STEP * steps);
        assert_eq!(list.at(first.session()), LONG_AGO);
        list.touch(&first, START.after(STEP / 2), STEP);
        assert_eq!(list.at(first.session()), LONG_AGO, "the store lags by less than a step");
        list.touch(&first, at(1), STEP);
        assert_eq!(list.at(first.session()), at(1));
        list.touch(&second, at(2), STEP);
        assert_eq!(list.at(first.session()), at(2));
        assert_eq!(list.list().len(), 1);
        assert_eq!(list.at(SessionId::draw(&SeededEntropy::new(7))), LONG_AGO);
        list.hand_over(&second);
        assert_eq!(list.at(second.session()), at(2));
        assert_eq!(list.list().len(), 1);
        assert!(Arc::ptr_eq(list.list().iter().next().unwrap(), &second));
    }
}
