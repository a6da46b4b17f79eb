//! The cache proper, and how notices of change empty it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postern_model::change::{Change, ChangeSink};
use postern_model::clock::Timestamp;
use postern_model::id::{SessionId, UserId};
use postern_model::session::TokenHash;
use quick_cache::sync::Cache;
use smallvec::SmallVec;
use tokio::sync::watch;

use super::Answer;
use super::entry::CachedSession;

/// How long an unknown token is remembered as unknown. A token that does not exist cannot come to exist: nobody draws
/// the same 256 bits again. So this hides no sign-in; it is short all the same.
const ABSENT_FOR: Duration = Duration::from_secs(2);
/// How many unknown tokens are remembered.
const ABSENT_MAX: usize = 4096;

/// Sessions by token hash. Made before the store, which tells it what changed.
///
/// Entries are put in and taken out under one lock, together with the list of loads in flight. A notice takes the loads
/// it may concern off that list, and a load that is not on it any more does not put its result in. So nothing that was
/// read before a notice is cached after it. Reading an entry takes no part in that lock.
pub struct SessionCache {
    entries: Cache<TokenHash, Arc<CachedSession>>,
    absent: Cache<TokenHash, Timestamp>,
    epoch: AtomicU64,
    state: Mutex<State>,
    changes: watch::Sender<u64>,
    capacity: usize,
}

/// Mostly one, which then takes no memory of its own.
type Few<T> = SmallVec<[T; 1]>;

#[derive(Default)]
struct State {
    flights: HashMap<TokenHash, Flight>,
    next_flight: u64,
    tokens: HashMap<SessionId, Few<TokenHash>>,
    sessions: HashMap<UserId, Few<SessionId>>,
}

/// A load in flight.
struct Flight {
    id: u64,
    answer: watch::Receiver<Option<Answer>>,
}

/// What a caller has to do for an answer.
pub(super) enum Join {
    /// Wait for a load that runs.
    Wait(watch::Receiver<Option<Answer>>),
    /// Start this load, and wait.
    Load(Ticket, watch::Receiver<Option<Answer>>),
}

/// The duty to load, and the right to put the result in.
pub(super) struct Ticket {
    pub(super) token: TokenHash,
    pub(super) epoch: u64,
    id: u64,
    pub(super) answer: watch::Sender<Option<Answer>>,
}

impl SessionCache {
    /// Takes how many sessions to hold.
    pub fn new(capacity: usize) -> Self {
        Self {
            entries: Cache::new(capacity.max(1)),
            absent: Cache::new(ABSENT_MAX),
            epoch: AtomicU64::new(0),
            state: Mutex::default(),
            changes: watch::Sender::new(0),
            capacity,
        }
    }

    /// Wakes after every notice of change.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// How many sessions are held.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no session is held.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn get(&self, token: &TokenHash) -> Option<Arc<CachedSession>> {
        self.entries.get(token)
    }

    /// Whether this very entry is still held: no notice has removed or replaced it.
    pub(super) fn holds(&self, token: &TokenHash, entry: &Arc<CachedSession>) -> bool {
        self.entries.peek(token).is_some_and(|held| Arc::ptr_eq(&held, entry))
    }

    /// Whether an entry was read before notices may have been lost.
    pub(super) fn is_suspect(&self, entry: &CachedSession) -> bool {
        entry.epoch != self.epoch.load(Ordering::Acquire)
    }

    pub(super) fn is_absent(&self, token: &TokenHash, now: Timestamp) -> bool {
        self.absent.get(token).is_some_and(|at| now >= at && now.since(at) < ABSENT_FOR)
    }

    /// Joins the load of this token, or makes the caller start one.
    pub(super) fn join(&self, token: &TokenHash) -> Join {
        let mut state = self.state();
        // A load whose task is gone without an answer is nobody's to wait for.
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

    /// Ends a load: its result goes into the cache unless a notice came meanwhile, and to those who wait either way
    /// (they asked before the notice).
    pub(super) fn settle(&self, ticket: Ticket, answer: Answer, now: Timestamp) {
        let mut state = self.state();
        if state.flights.get(&ticket.token).is_some_and(|flight| flight.id == ticket.id) {
            state.flights.remove(&ticket.token);
            match &answer {
                Ok(Some(entry)) => {
                    state.index(&ticket.token, entry);
                    self.entries.insert(ticket.token, Arc::clone(entry));
                    if state.tokens.len() > 2 * self.capacity + 1024 {
                        state.prune(&self.entries);
                    }
                }
                Ok(None) => {
                    self.entries.remove(&ticket.token);
                    self.absent.insert(ticket.token, now);
                }
                Err(_) => {}
            }
        }
        drop(state);
        ticket.answer.send_replace(Some(answer));
    }

    /// Has every entry forget what is of no use any more.
    pub(super) fn tidy(&self, now: Timestamp) {
        for (_, entry) in self.entries.iter() {
            entry.tidy(now);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ChangeSink for SessionCache {
    fn changed(&self, change: Change) {
        let mut state = self.state();
        match change {
            Change::Token(token) => {
                state.flights.remove(&token);
                self.entries.remove(&token);
                self.absent.remove(&token);
            }
            Change::Session(session) => {
                // Whose sessions the loads in flight will bring is not known yet.
                state.flights.clear();
                state.forget(session, &self.entries);
            }
            Change::User(user) => {
                state.flights.clear();
                for session in state.sessions.remove(&user).unwrap_or_default() {
                    state.forget(session, &self.entries);
                }
            }
            // Nothing here is signed; what is prepared asks which key it was signed with.
            Change::SigningKeys => {}
            Change::Everything => {
                // Entries stay, to be confirmed before they are used again: when the store goes down, this notice is
                // the first to come, and sessions are to live on for the grace that is configured.
                state.flights.clear();
                self.epoch.fetch_add(1, Ordering::AcqRel);
                self.absent.clear();
            }
        }
        drop(state);
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl State {
    fn index(&mut self, token: &TokenHash, entry: &CachedSession) {
        let session = &entry.view().session;
        push_new(self.tokens.entry(session.id).or_default(), *token);
        push_new(self.sessions.entry(session.user).or_default(), session.id);
    }

    fn forget(&mut self, session: SessionId, entries: &Cache<TokenHash, Arc<CachedSession>>) {
        for token in self.tokens.remove(&session).unwrap_or_default() {
            entries.remove(&token);
        }
    }

    /// Drops what the cache has dropped by itself. Runs once in as many loads as the cache has room for.
    fn prune(&mut self, entries: &Cache<TokenHash, Arc<CachedSession>>) {
        self.tokens.retain(|_, tokens| {
            tokens.retain(|token| entries.contains_key(token));
            !tokens.is_empty()
        });
        let tokens = &self.tokens;
        self.sessions.retain(|_, sessions| {
            sessions.retain(|session| tokens.contains_key(session));
            !sessions.is_empty()
        });
    }
}

fn push_new<T: PartialEq>(list: &mut Few<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
