//! Time, randomness and sessions as tests want them.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use async_trait::async_trait;
use postern_model::clock::{Clock, Timestamp};
use postern_model::entropy::Entropy;
use postern_model::id::{SessionId, UserId};
use postern_model::session::{Bound, DeviceBinding, Session, SessionPage, SessionQuery, SessionView, TokenHash};
use postern_model::store::{SessionStore, StoreError};
use tokio::sync::Semaphore;

/// A clock that stands still until it is moved.
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_micros()))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Bytes that never repeat.
#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            // An odd multiplier spreads the count over all bits and maps no two counts to one.
            let next = self.0.fetch_add(1, Ordering::SeqCst).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&next.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Sessions in a map, with a switch for outages and a gate for races.
pub(crate) struct FakeStore {
    sessions: Mutex<HashMap<TokenHash, SessionView>>,
    pub(crate) down: AtomicBool,
    /// A reading takes its view, then a permit. Take all permits away to hold readings up in between.
    pub(crate) gate: Semaphore,
    pub(crate) begun: AtomicU64,
    pub(crate) written: Mutex<Vec<Vec<(SessionId, Timestamp)>>>,
}

impl Default for FakeStore {
    fn default() -> Self {
        Self {
            sessions: Mutex::default(),
            down: AtomicBool::new(false),
            gate: Semaphore::new(1000),
            begun: AtomicU64::new(0),
            written: Mutex::default(),
        }
    }
}

impl FakeStore {
    pub(crate) fn put(&self, view: SessionView) {
        self.sessions.lock().unwrap().insert(view.session.token, view);
    }

    pub(crate) fn change(&self, change: impl Fn(&mut SessionView)) {
        self.sessions.lock().unwrap().values_mut().for_each(change);
    }

    pub(crate) fn views(&self) -> Vec<SessionView> {
        self.sessions.lock().unwrap().values().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.sessions.lock().unwrap().clear();
    }
}

#[async_trait]
impl SessionStore for FakeStore {
    async fn session(&self, token: &TokenHash) -> Result<Option<SessionView>, StoreError> {
        let view = self.sessions.lock().unwrap().get(token).cloned();
        self.begun.fetch_add(1, Ordering::SeqCst);
        let _permit = self.gate.acquire().await.unwrap();
        if self.down.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("switched off".to_owned()));
        }
        Ok(view)
    }

    async fn sessions_of(&self, _: UserId) -> Result<Vec<Session>, StoreError> {
        Ok(Vec::new())
    }

    async fn session_page(&self, _: UserId, _: &SessionQuery) -> Result<SessionPage, StoreError> {
        Ok(SessionPage { sessions: Vec::new(), total: 0 })
    }

    async fn end_session(&self, _: UserId, _: SessionId) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn end_sessions_of(&self, _: UserId, _: Option<SessionId>) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn end_all_sessions(&self) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn record_seen(&self, seen: &[(SessionId, Timestamp)]) -> Result<(), StoreError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let _permit = self.gate.acquire().await.unwrap();
        if self.down.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("switched off".to_owned()));
        }
        for view in self.sessions.lock().unwrap().values_mut() {
            let times = seen.iter().filter(|(session, _)| *session == view.session.id);
            view.session.last_seen_at = times.map(|(_, at)| *at).fold(view.session.last_seen_at, Timestamp::max);
        }
        self.written.lock().unwrap().push(seen.to_vec());
        Ok(())
    }

    async fn bind_device(&self, _: &DeviceBinding) -> Result<Bound, StoreError> {
        Ok(Bound::SessionGone)
    }

    async fn is_bound(&self, _: SessionId) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn delete_expired(&self, _: Timestamp, _: Timestamp, _: Timestamp) -> Result<u64, StoreError> {
        Ok(0)
    }
}
