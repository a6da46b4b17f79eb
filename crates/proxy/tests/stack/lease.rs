//! Freshness by lease: while notices are proven complete nothing that is cached is read again, and the bound holds where the
//! proof stops (`docs/freshness.md`).

use std::sync::Arc;
use std::time::Duration;

use crate::support::{Counter, FakeStore, ManualClock, START, view};
use postern_keystore::SessionToken;
use postern_model::clock::Clock;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_model::session::TokenHash;
use postern_proxy::{Freshness, SessionCache, Sessions};

const BOUND: Duration = Duration::from_secs(10);

struct Lease {
    sessions: Sessions,
    cache: Arc<SessionCache>,
    store: Arc<FakeStore>,
    clock: Arc<ManualClock>,
    token: TokenHash,
}

impl Lease {
    /// A cached session of a store whose notices are proven complete up to now.
    async fn new() -> Self {
        let (cache, store) = (Arc::new(SessionCache::new(100)), Arc::new(FakeStore::default()));
        let clock = Arc::new(ManualClock::new(START));
        let seen_step = Duration::from_secs(60);
        let freshness = Freshness { revocation_bound: BOUND, outage_grace: Duration::from_secs(60), seen_step };
        let sessions =
            Sessions::new(Arc::clone(&cache), Arc::clone(&store) as _, Arc::clone(&clock) as _, freshness, 1);
        let entropy = Counter::default();
        let view = view(&entropy, &SessionToken::draw(&entropy));
        let token = view.session.token;
        store.put(view);
        let lease = Self { sessions, cache, store, clock, token };
        assert!(lease.used().await);
        lease
    }

    /// Uses the session; false where there is none any more. Lets a reading behind the request run.
    async fn used(&self) -> bool {
        let now = self.clock.now();
        let found = self.sessions.lookup(&self.token, now).await.unwrap();
        if let Some(entry) = &found {
            self.sessions.touch(entry, now);
        }
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        found.is_some()
    }

    fn prove(&self) {
        self.cache.complete_until(self.clock.now());
    }

    fn reads(&self) -> u64 {
        self.sessions.stats().loads
    }
}

#[tokio::test]
async fn a_session_in_use_is_not_read_again_while_notices_are_proven_complete() {
    let lease = Lease::new().await;
    for _ in 0..1800 {
        lease.clock.advance(2);
        lease.prove();
        assert!(lease.used().await);
    }
    assert_eq!(lease.reads(), 1, "an hour of use");
}

#[tokio::test]
async fn without_the_proof_the_bound_holds() {
    let lease = Lease::new().await;
    lease.clock.advance(3600);
    lease.prove();
    assert!(lease.used().await);
    let proven = lease.reads();
    // The listener is cut, or this process was paused, and the session ends meanwhile.
    lease.store.clear();
    lease.clock.advance(10);
    assert!(!lease.used().await);
    assert_eq!(lease.reads(), proven + 1);
}

#[tokio::test]
async fn a_proof_of_a_new_connection_does_not_cover_what_was_cached_before_it() {
    let lease = Lease::new().await;
    lease.store.clear();
    lease.cache.invalidate(Invalidation::Everything);
    lease.prove();
    assert!(!lease.used().await, "the notice was sent while nobody listened");
}

#[tokio::test]
async fn a_session_that_was_not_used_here_for_long_is_read_for_its_last_use_elsewhere() {
    let lease = Lease::new().await;
    for _ in 0..900 {
        lease.clock.advance(2);
        lease.prove();
    }
    assert!(lease.used().await);
    assert_eq!(lease.reads(), 2);
}

#[tokio::test]
async fn a_notice_ends_a_session_at_once() {
    let lease = Lease::new().await;
    lease.prove();
    lease.store.clear();
    lease.cache.invalidate(Invalidation::Token(lease.token));
    assert!(!lease.used().await);
}
