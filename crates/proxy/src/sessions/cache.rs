//! The session cache, and its invalidation by notices.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postern_model::clock::Timestamp;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_model::session::TokenHash;
use quick_cache::sync::Cache;
use tokio::sync::watch;

use super::LoadResult;
use super::entries::Entries;
use super::entry::CachedSession;
use super::index::Index;

/// Time for which an unknown token is cached as unknown. This cannot hide a sign-in: tokens are 256 random bits, so an
/// unknown one never becomes valid.
const ABSENT_FOR: Duration = Duration::from_secs(2);
/// Maximum number of cached unknown tokens.
const ABSENT_MAX: usize = 4096;

/// Cache of sessions by token hash. It is made before the store, which sends it notices of change.
///
/// Entries are inserted and removed under one lock, together with the list of loads in flight. A notice removes the
/// loads that it may concern from that list, and a removed load does not insert its result. Data that was read before a
/// notice is therefore never cached after it. Reading an entry does not take that lock.
pub struct SessionCache {
    entries: Entries,
    absent: Cache<TokenHash, Timestamp>,
    epoch: AtomicU32,
    /// Notices are known to be complete up to this time, in microseconds.
    complete_until: AtomicI64,
    state: Mutex<State>,
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    flights: HashMap<TokenHash, Flight>,
    next_flight: u64,
    index: Index,
}

/// Load in flight.
struct Flight {
    id: u64,
    answer: watch::Receiver<Option<LoadResult>>,
}

/// Way in which a caller gets a result.
pub(super) enum Join {
    /// Wait for a running load.
    Wait(watch::Receiver<Option<LoadResult>>),
    /// Start this load, and wait.
    Load(Ticket, watch::Receiver<Option<LoadResult>>),
}

/// Duty to load, with the right to insert the result.
pub(super) struct Ticket {
    pub(super) token: TokenHash,
    pub(super) epoch: u32,
    id: u64,
    pub(super) answer: watch::Sender<Option<LoadResult>>,
}

impl SessionCache {
    /// Takes the maximum number of sessions to hold.
    pub fn new(capacity: usize) -> Self {
        Self {
            entries: Entries::new(capacity),
            absent: Cache::new(ABSENT_MAX),
            epoch: AtomicU32::new(0),
            complete_until: AtomicI64::new(i64::MIN),
            state: Mutex::default(),
            changes: watch::Sender::new(0),
        }
    }

    /// Returns a receiver that wakes after every notice.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Returns the number of sessions held.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no session is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn get(&self, token: &TokenHash) -> Option<Arc<CachedSession>> {
        self.entries.get(token)
    }

    /// Whether this very entry is still held: no notice has removed or replaced it.
    pub(super) fn holds(&self, entry: &Arc<CachedSession>) -> bool {
        self.entries.holds(entry)
    }

    /// Whether an entry was read before notices may have been lost.
    pub(super) fn is_suspect(&self, entry: &CachedSession) -> bool {
        entry.epoch != self.epoch.load(Ordering::Acquire)
    }

    /// Returns the time up to which a held entry is known to be current: its reading, or the newest time up to which
    /// notices are known to be complete, since a later change would have removed it. Notices that may have been lost
    /// since then rule out the latter.
    pub(super) fn true_until(&self, entry: &CachedSession) -> Timestamp {
        // Read in this order, so that a reader that sees the proof of a new connection also sees the new epoch.
        let complete_until = Timestamp::from_micros(self.complete_until.load(Ordering::Acquire));
        if self.is_suspect(entry) { entry.loaded_at } else { entry.loaded_at.max(complete_until) }
    }

    pub(super) fn is_absent(&self, token: &TokenHash, now: Timestamp) -> bool {
        self.absent.get(token).is_some_and(|at| now >= at && now.since(at) < ABSENT_FOR)
    }

    /// Joins the load of this token, or makes the caller start one.
    pub(super) fn join(&self, token: &TokenHash) -> Join {
        let mut state = self.state();
        // A load whose task ended without a result is replaced.
        if let Some(flight) = state.flights.get(token)
            && (flight.answer.has_changed().is_ok() || flight.answer.borrow().is_some())
        {
            return Join::Wait(flight.answer.clone());
        }
        let (sender, receiver) = watch::channel(None);
        state.next_flight += 1;
        let id = state.next_flight;
        state.flights.insert(*token, Flight { id, answer: receiver.clone() });
        let epoch = self.epoch.load(Ordering::Acquire);
        Join::Load(Ticket { token: *token, epoch, id, answer: sender }, receiver)
    }

    /// Ends a load. Its result is inserted unless a notice arrived meanwhile, and returned to the waiting callers in
    /// either case, since they asked before the notice. Returns the entry that is held from now on.
    pub(super) fn settle(&self, ticket: Ticket, answer: LoadResult, now: Timestamp) -> Option<Arc<CachedSession>> {
        let mut held = None;
        let mut state = self.state();
        if state.flights.get(&ticket.token).is_some_and(|flight| flight.id == ticket.id) {
            state.flights.remove(&ticket.token);
            match &answer {
                Ok(Some(entry)) => {
                    state.index.insert(entry);
                    for gone in self.entries.insert(entry) {
                        state.index.remove(&gone);
                    }
                    held = Some(Arc::clone(entry));
                }
                Ok(None) => {
                    state.forget(self.entries.get(&ticket.token), &self.entries);
                    self.absent.insert(ticket.token, now);
                }
                Err(_) => {}
            }
        }
        drop(state);
        ticket.answer.send_replace(Some(answer));
        held
    }

    /// Releases the rendered identities that are too old to be used.
    pub(super) fn tidy(&self, now: Timestamp) {
        for entry in self.entries.iter() {
            entry.tidy(now);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InvalidationSink for SessionCache {
    fn invalidate(&self, change: Invalidation) {
        let mut state = self.state();
        match change {
            Invalidation::Token(token) => {
                // A load in flight may be for a host's token of this session.
                state.flights.clear();
                state.forget(self.entries.get(&token), &self.entries);
                let handed_over = state.index.handed_over(&token);
                state.forget(handed_over, &self.entries);
                self.absent.remove(&token);
            }
            Invalidation::Session(session) => {
                // The users of the loads in flight are not known yet.
                state.flights.clear();
                let gone = state.index.of_session(session);
                state.forget(gone, &self.entries);
            }
            Invalidation::User(user) => {
                state.flights.clear();
                let gone = state.index.of_user(user);
                state.forget(gone, &self.entries);
            }
            // The cache holds no signing keys; rendered identities are checked against the current key when used.
            Invalidation::SigningKeys => {}
            Invalidation::Everything => {
                // Entries stay, but must be confirmed before they are used again: this notice is the first sign of a
                // store outage, during which sessions are served for the configured grace.
                state.flights.clear();
                self.epoch.fetch_add(1, Ordering::AcqRel);
                self.absent.clear();
            }
        }
        drop(state);
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    fn complete_until(&self, as_of: Timestamp) {
        self.complete_until.store(as_of.as_micros(), Ordering::Release);
    }
}

impl State {
    fn forget(&mut self, gone: impl IntoIterator<Item = Arc<CachedSession>>, entries: &Entries) {
        for entry in gone {
            entries.remove(&entry);
            self.index.remove(&entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::entry::Reading;
    use crate::sessions::testing::{START, view};

    fn settle(cache: &SessionCache, token: u8, found: bool) {
        let Join::Load(ticket, _) = cache.join(&TokenHash([token; 32])) else { panic!("a load runs") };
        let reading = Reading { token: ticket.token, at: START, epoch: ticket.epoch };
        let entry = found.then(|| Arc::new(CachedSession::new(view(), START, None, 1, reading)));
        cache.settle(ticket, Ok(entry), START);
    }

    #[test]
    fn the_index_knows_what_is_held_and_nothing_else() {
        let cache = SessionCache::new(50);
        let known = |count: usize| {
            assert_eq!((cache.len(), cache.is_empty()), (count, count == 0));
            assert_eq!(cache.state().index.len(), (count, count));
        };
        for token in 0..20 {
            settle(&cache, token, true);
        }
        known(20);
        // Read again, missing, and removed by a notice.
        settle(&cache, 7, true);
        known(20);
        settle(&cache, 7, false);
        known(19);
        cache.invalidate(Invalidation::Token(TokenHash([8; 32])));
        known(18);
        // All entries belong to one session and user.
        cache.invalidate(Invalidation::Session(view().session.id));
        known(0);
        // More entries than the capacity.
        for token in 0..200 {
            settle(&cache, token, true);
        }
        assert!(cache.len() <= 50);
        known(cache.len());
        cache.invalidate(Invalidation::User(view().user.id));
        known(0);
    }

    #[test]
    fn a_notice_of_a_session_s_token_removes_those_of_its_hosts() {
        let cache = SessionCache::new(50);
        let own = view().session.token;
        for token in [own, TokenHash([201; 32]), TokenHash([202; 32])] {
            let Join::Load(ticket, _) = cache.join(&token) else { panic!("a load runs") };
            let reading = Reading { token, at: START, epoch: ticket.epoch };
            let entry = Arc::new(CachedSession::new(view(), START, None, 1, reading));
            cache.settle(ticket, Ok(Some(entry)), START);
        }
        // A load in flight that read the session before the notice is not kept either.
        let Join::Load(ticket, _) = cache.join(&TokenHash([203; 32])) else { panic!("a load runs") };
        assert_eq!(cache.len(), 3);
        cache.invalidate(Invalidation::Token(TokenHash([202; 32])));
        assert_eq!(cache.len(), 2);
        cache.invalidate(Invalidation::Token(own));
        assert!(cache.is_empty());
        let reading = Reading { token: ticket.token, at: START, epoch: ticket.epoch };
        let entry = Arc::new(CachedSession::new(view(), START, None, 1, reading));
        assert!(cache.settle(ticket, Ok(Some(entry)), START).is_none() && cache.is_empty());
    }
}
