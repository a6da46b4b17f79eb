//! The session cache.

mod last_seen;
mod loading;
mod notices;
mod outages;

use crate::support::{Counter, FakeStore, ManualClock, START, view};
use postern_keystore::SessionToken;
use postern_model::clock::Clock;
use postern_model::session::{SessionView, TokenHash};
use postern_proxy::{CachedSession, Freshness, Outage, SessionCache, Sessions};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

struct Fixture {
    sessions: Sessions,
    cache: Arc<SessionCache>,
    store: Arc<FakeStore>,
    clock: Arc<ManualClock>,
    entropy: Counter,
}

impl Fixture {
    fn new() -> Self {
        Self::lagging(0)
    }

    /// One that lets the store lag behind by so many seconds in when a session was seen.
    fn lagging(seconds: u64) -> Self {
        let (cache, store) = (Arc::new(SessionCache::new(100)), Arc::new(FakeStore::default()));
        let clock = Arc::new(ManualClock::new(START));
        let freshness = Freshness {
            revocation_bound: Duration::from_secs(10),
            outage_grace: Duration::from_secs(60),
            seen_step: Duration::from_secs(seconds),
        };
        let sessions =
            Sessions::new(Arc::clone(&cache), Arc::clone(&store) as _, Arc::clone(&clock) as _, freshness, 1);
        Self { sessions, cache, store, clock, entropy: Counter::default() }
    }

    fn put(&self) -> SessionView {
        let view = view(&self.entropy, &SessionToken::draw(&self.entropy));
        self.store.put(view.clone());
        view
    }

    async fn lookup(&self, token: &TokenHash) -> Result<Option<Arc<CachedSession>>, Outage> {
        self.sessions.lookup(token, self.clock.now()).await
    }

    fn loads(&self) -> u64 {
        self.sessions.stats().loads
    }

    /// Waits until the store has begun that many readings.
    async fn begun(&self, count: u64) {
        while self.store.begun.load(Ordering::SeqCst) < count {
            tokio::task::yield_now().await;
        }
    }

    /// Lets tasks in the background run until nothing is left to do for them.
    async fn settle(&self) {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    fn down(&self, down: bool) {
        self.store.down.store(down, Ordering::SeqCst);
    }
}
