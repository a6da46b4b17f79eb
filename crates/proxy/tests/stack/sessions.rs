//! The session cache: freshness, outages, notices and races.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::support::{Counter, FakeStore, ManualClock, START, Stack, view};
use postern_authn::subject::Subject;
use postern_keystore::SessionToken;
use postern_model::clock::Clock;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_model::session::{SessionView, TokenHash};
use postern_proxy::{CachedSession, Freshness, Outage, SessionCache, Sessions};

struct Bench {
    sessions: Sessions,
    cache: Arc<SessionCache>,
    store: Arc<FakeStore>,
    clock: Arc<ManualClock>,
    entropy: Counter,
}

impl Bench {
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

#[tokio::test]
async fn a_session_is_read_once_and_refreshed_behind_requests() {
    let bench = Bench::new();
    let token = bench.put().session.token;
    for _ in 0..10 {
        assert!(bench.lookup(&token).await.unwrap().is_some());
    }
    assert_eq!(bench.loads(), 1);
    bench.clock.advance(4);
    bench.lookup(&token).await.unwrap();
    bench.settle().await;
    assert_eq!(bench.loads(), 1);
    bench.store.change(|view| view.groups = vec!["new".to_owned()]);
    bench.clock.advance(2);
    // This one is served from the cache and sets the refresh off; several of them set off one.
    for _ in 0..5 {
        assert_eq!(bench.lookup(&token).await.unwrap().unwrap().person().groups.len(), 2);
    }
    bench.settle().await;
    assert_eq!(bench.loads(), 2);
    assert_eq!(bench.lookup(&token).await.unwrap().unwrap().person().groups, ["new"]);
}

#[tokio::test]
async fn many_sessions_that_come_of_age_at_once_are_refreshed_a_few_at_a_time() {
    let bench = Bench::new();
    let tokens: Vec<_> = (0..60).map(|_| bench.put().session.token).collect();
    for token in &tokens {
        bench.lookup(token).await.unwrap();
    }
    bench.clock.advance(6);
    bench.store.gate.forget_permits(1000);
    for token in &tokens {
        assert!(bench.lookup(token).await.unwrap().is_some());
    }
    bench.settle().await;
    assert_eq!(bench.loads(), 60 + 32);
    // Whoever waits for a session does not wait behind them, and those that got no turn get one by a later request.
    bench.store.gate.add_permits(1000);
    bench.settle().await;
    for token in &tokens {
        assert!(bench.lookup(token).await.unwrap().is_some());
    }
    bench.settle().await;
    assert_eq!(bench.loads(), 60 + 60);
}

#[tokio::test]
async fn beyond_the_revocation_bound_nothing_old_is_served_though_every_notice_was_lost() {
    let bench = Bench::new();
    let token = bench.put().session.token;
    bench.lookup(&token).await.unwrap();
    bench.store.clear();
    bench.clock.advance(10);
    assert!(bench.lookup(&token).await.unwrap().is_none());
    assert!(bench.cache.is_empty());
}

#[tokio::test]
async fn parallel_requests_share_one_reading() {
    let bench = Arc::new(Bench::new());
    let token = bench.put().session.token;
    bench.store.gate.forget_permits(1000);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let bench = Arc::clone(&bench);
            tokio::spawn(async move { bench.lookup(&token).await.unwrap().is_some() })
        })
        .collect();
    bench.begun(1).await;
    bench.settle().await;
    bench.store.gate.add_permits(1000);
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(bench.loads(), 1);
}

#[tokio::test]
async fn a_reading_outlives_the_request_that_began_it() {
    let bench = Arc::new(Bench::new());
    let token = bench.put().session.token;
    bench.store.gate.forget_permits(1000);
    let first = tokio::spawn({
        let bench = Arc::clone(&bench);
        async move { bench.lookup(&token).await.unwrap().is_some() }
    });
    bench.begun(1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    bench.store.gate.add_permits(1000);
    assert!(bench.lookup(&token).await.unwrap().is_some());
    assert_eq!(bench.loads(), 1);
}

#[tokio::test]
async fn every_kind_of_notice_removes_what_it_concerns_and_nothing_else() {
    let bench = Bench::new();
    let (one, other) = (bench.put(), bench.put());
    for change in
        [Invalidation::Token(one.session.token), Invalidation::Session(one.session.id), Invalidation::User(one.user.id)]
    {
        bench.lookup(&one.session.token).await.unwrap();
        bench.lookup(&other.session.token).await.unwrap();
        let before = bench.loads();
        bench.cache.invalidate(change);
        bench.lookup(&other.session.token).await.unwrap();
        assert_eq!(bench.loads(), before, "{change:?}");
        bench.lookup(&one.session.token).await.unwrap();
        assert_eq!(bench.loads(), before + 1, "{change:?}");
    }
}

#[tokio::test]
async fn after_notices_were_lost_everything_is_confirmed_before_it_is_served() {
    let bench = Bench::new();
    let token = bench.put().session.token;
    bench.lookup(&token).await.unwrap();
    bench.store.clear();
    bench.cache.invalidate(Invalidation::Everything);
    assert!(bench.lookup(&token).await.unwrap().is_none());
}

#[tokio::test]
async fn a_reading_that_a_notice_overtook_is_not_kept() {
    let changes: [fn(&SessionView) -> Invalidation; 4] = [
        |view| Invalidation::Token(view.session.token),
        |view| Invalidation::Session(view.session.id),
        |view| Invalidation::User(view.user.id),
        |_| Invalidation::Everything,
    ];
    for change in changes {
        let bench = Arc::new(Bench::new());
        let old = bench.put();
        let token = old.session.token;
        bench.store.gate.forget_permits(1000);
        let early = tokio::spawn({
            let bench = Arc::clone(&bench);
            async move { bench.lookup(&token).await.unwrap() }
        });
        bench.begun(1).await;
        // The reading holds the old row. Now the row changes, and the notice comes.
        bench.store.change(|view| view.user.is_active = false);
        bench.cache.invalidate(change(&old));
        let late = tokio::spawn({
            let bench = Arc::clone(&bench);
            async move { bench.lookup(&token).await.unwrap() }
        });
        bench.begun(2).await;
        bench.store.gate.add_permits(1000);
        assert!(early.await.unwrap().unwrap().facts().is_active);
        assert!(!late.await.unwrap().unwrap().facts().is_active, "{:?}", change(&old));
        assert!(!bench.lookup(&token).await.unwrap().unwrap().facts().is_active);
        assert_eq!(bench.loads(), 2);
    }
}

#[tokio::test]
async fn when_the_store_is_down_sessions_live_on_for_the_grace_and_no_longer() {
    let bench = Bench::new();
    let token = bench.put().session.token;
    bench.lookup(&token).await.unwrap();
    bench.down(true);
    // The first thing that happens in an outage is that the channel of notices breaks.
    bench.cache.invalidate(Invalidation::Everything);
    for _ in 0..23 {
        assert!(bench.lookup(&token).await.unwrap().is_some());
        bench.clock.advance(3);
    }
    bench.clock.advance(1);
    assert_eq!(bench.lookup(&token).await.unwrap_err(), Outage);
    bench.down(false);
    assert!(bench.lookup(&token).await.unwrap().is_some());
}

/// For a second after a failed load the store is not asked again. That must not lengthen the grace.
#[tokio::test]
async fn a_failed_load_does_not_lengthen_the_grace() {
    for (seconds, served) in [(69, true), (70, false), (71, false)] {
        let bench = Bench::new();
        let (known, other) = (bench.put().session.token, bench.put().session.token);
        bench.lookup(&known).await.unwrap();
        bench.down(true);
        bench.clock.advance(seconds);
        assert_eq!(bench.lookup(&other).await.unwrap_err(), Outage, "the load that fails");
        assert_eq!(bench.lookup(&known).await.is_ok(), served, "{seconds} s");
    }
}

#[tokio::test]
async fn a_token_that_was_unknown_is_asked_for_again_after_a_notice() {
    let bench = Bench::new();
    let token = SessionToken::draw(&bench.entropy);
    assert!(bench.lookup(&token.hash()).await.unwrap().is_none());
    for notice in [Invalidation::Everything, Invalidation::Token(token.hash())] {
        let view = view(&bench.entropy, &token);
        assert!(bench.lookup(&token.hash()).await.unwrap().is_none(), "remembered, until a notice comes");
        bench.store.put(view);
        assert!(bench.lookup(&token.hash()).await.unwrap().is_none(), "remembered, until a notice comes");
        bench.cache.invalidate(notice);
        assert!(bench.lookup(&token.hash()).await.unwrap().is_some(), "{notice:?}");
        bench.store.clear();
        bench.cache.invalidate(Invalidation::Token(token.hash()));
    }
}

#[tokio::test]
async fn an_outage_is_not_waited_for_by_every_request() {
    let bench = Bench::new();
    let token = bench.put().session.token;
    bench.lookup(&token).await.unwrap();
    bench.clock.advance(11);
    bench.down(true);
    for _ in 0..50 {
        assert!(bench.lookup(&token).await.unwrap().is_some());
    }
    bench.settle().await;
    assert_eq!(bench.sessions.stats().failures, 1);
}

#[tokio::test]
async fn in_an_outage_a_revoked_session_stays_revoked() {
    let bench = Bench::new();
    let view = bench.put();
    bench.lookup(&view.session.token).await.unwrap();
    bench.cache.invalidate(Invalidation::User(view.user.id));
    bench.down(true);
    assert_eq!(bench.lookup(&view.session.token).await.unwrap_err(), Outage);
}

#[tokio::test]
async fn unknown_tokens_are_asked_for_once_and_a_flood_of_them_takes_no_room() {
    let bench = Bench::new();
    let unknown = SessionToken::draw(&bench.entropy).hash();
    for _ in 0..10 {
        assert!(bench.lookup(&unknown).await.unwrap().is_none());
    }
    assert_eq!(bench.loads(), 1);
    bench.clock.advance(2);
    bench.lookup(&unknown).await.unwrap();
    assert_eq!(bench.loads(), 2);
    let token = bench.put().session.token;
    bench.lookup(&token).await.unwrap();
    for _ in 0..20_000 {
        let token = SessionToken::draw(&bench.entropy).hash();
        bench.lookup(&token).await.unwrap();
    }
    assert_eq!(bench.cache.len(), 1);
    let loads = bench.loads();
    assert!(bench.lookup(&token).await.unwrap().is_some());
    assert_eq!(bench.loads(), loads);
}

#[tokio::test]
async fn the_cache_stays_within_its_capacity_and_notices_still_find_everything() {
    let bench = Bench::new();
    let views: Vec<_> = (0..3000).map(|_| bench.put()).collect();
    for view in &views {
        bench.lookup(&view.session.token).await.unwrap();
    }
    assert!(bench.cache.len() <= 100);
    for view in &views {
        bench.cache.invalidate(Invalidation::User(view.user.id));
    }
    assert!(bench.cache.is_empty());
}

#[tokio::test]
async fn last_seen_is_written_in_batches_and_kept_when_that_fails() {
    let bench = Bench::new();
    let view = bench.put();
    let entry = bench.lookup(&view.session.token).await.unwrap().unwrap();
    bench.sessions.flush().await.unwrap();
    assert!(bench.store.written.lock().unwrap().is_empty());
    for _ in 0..5 {
        bench.clock.advance(1);
        bench.sessions.touch(&entry, bench.clock.now());
    }
    bench.down(true);
    assert!(bench.sessions.flush().await.is_err());
    bench.down(false);
    bench.sessions.flush().await.unwrap();
    bench.sessions.flush().await.unwrap();
    let at = START.after(Duration::from_secs(5));
    assert_eq!(*bench.store.written.lock().unwrap(), [vec![(view.session.id, at)]]);
    bench.clock.advance(1);
    bench.sessions.touch(&entry, bench.clock.now());
    bench.sessions.flush().await.unwrap();
    assert_eq!(bench.store.written.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn last_seen_is_written_when_the_store_lags_behind_and_not_before() {
    let bench = Bench::lagging(60);
    let token = bench.put().session.token;
    let written = async |until: i64| {
        while bench.clock.now() < START.after(Duration::from_secs(until.unsigned_abs())) {
            bench.clock.advance(1);
            // Read anew every ten seconds, each time with the time that the store has.
            let entry = bench.lookup(&token).await.unwrap().unwrap();
            assert_eq!(entry.facts().last_seen_at, bench.clock.now().before(Duration::from_secs(1)));
            bench.sessions.touch(&entry, bench.clock.now());
            bench.sessions.flush().await.unwrap();
            bench.settle().await;
        }
        let times = bench.store.written.lock().unwrap().clone();
        times.iter().map(|batch| batch[0].1.since(START).as_secs()).collect::<Vec<_>>()
    };
    assert!(written(59).await.is_empty());
    assert_eq!(written(119).await, [60]);
    assert_eq!(written(200).await, [60, 120, 180]);
}

#[tokio::test]
async fn a_session_in_use_does_not_go_idle_and_an_unused_one_does() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    let minutes = |count: i64| stack.clock.advance(count * 60);
    let status = async || stack.send("GET /", &[&cookie]).await.status();
    assert_eq!(status().await, 200);
    // Never flushed: the store still has the time of the sign-in.
    for _ in 0..5 {
        minutes(50);
        assert_eq!(status().await, 200);
    }
    // Read while it was almost idle, used, and asked for again, from the cache, when it would have gone idle.
    stack.clock.advance(59 * 60 + 57);
    assert_eq!(status().await, 200);
    stack.clock.advance(4);
    assert_eq!(status().await, 200);
    minutes(60);
    assert_eq!(status().await, 401);
}

#[tokio::test]
async fn a_request_in_an_outage_gets_503_and_nothing_is_forwarded() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    stack.store.down.store(true, Ordering::SeqCst);
    let answer = stack.send("GET /", &[&cookie]).await;
    assert_eq!((answer.status(), answer.header("retry-after")), (503, Some("5")));
    assert_eq!(stack.recorder.count(), 0);
    assert_eq!(stack.send("GET /public/x", &[&cookie]).await.status(), 200);
    stack.store.down.store(false, Ordering::SeqCst);
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 200);
    stack.store.down.store(true, Ordering::SeqCst);
    stack.clock.advance(69);
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 200);
    stack.clock.advance(1);
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 503);
}

#[tokio::test]
async fn a_clock_that_goes_back_makes_nothing_younger() {
    let bench = Bench::new();
    let token = bench.put().session.token;
    bench.lookup(&token).await.unwrap();
    bench.store.clear();
    bench.clock.advance(-3600);
    assert!(bench.lookup(&token).await.unwrap().is_none());
}

#[tokio::test]
async fn a_late_reading_does_not_bring_back_what_a_notice_removed() {
    let bench = Arc::new(Bench::new());
    let old = bench.put();
    let token = old.session.token;
    bench.store.gate.forget_permits(1000);
    let early = tokio::spawn({
        let bench = Arc::clone(&bench);
        async move { bench.lookup(&token).await.unwrap() }
    });
    bench.begun(1).await;
    bench.store.clear();
    bench.cache.invalidate(Invalidation::User(old.user.id));
    bench.store.gate.add_permits(1000);
    assert!(early.await.unwrap().is_some());
    assert!(bench.cache.is_empty());
    assert!(bench.lookup(&token).await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_that_is_revoked_while_it_waits_in_an_outage_is_not_tolerated() {
    let bench = Arc::new(Bench::new());
    let view = bench.put();
    let token = view.session.token;
    bench.lookup(&token).await.unwrap();
    bench.clock.advance(11);
    bench.store.gate.forget_permits(1000);
    let waiting = tokio::spawn({
        let bench = Arc::clone(&bench);
        async move { bench.lookup(&token).await.map(|entry| entry.is_some()) }
    });
    bench.begun(2).await;
    bench.cache.invalidate(Invalidation::User(view.user.id));
    bench.down(true);
    bench.store.gate.add_permits(1000);
    assert_eq!(waiting.await.unwrap(), Err(Outage));
}

#[tokio::test]
async fn a_session_seen_while_a_batch_is_written_is_in_the_next_one() {
    let bench = Arc::new(Bench::new());
    let view = bench.put();
    let entry = bench.lookup(&view.session.token).await.unwrap().unwrap();
    bench.clock.advance(1);
    bench.sessions.touch(&entry, bench.clock.now());
    bench.store.gate.forget_permits(1000);
    let flushing = tokio::spawn({
        let sessions = bench.sessions.clone();
        async move { sessions.flush().await }
    });
    bench.begun(2).await;
    bench.clock.advance(1);
    bench.sessions.touch(&entry, bench.clock.now());
    bench.store.gate.add_permits(1000);
    flushing.await.unwrap().unwrap();
    bench.sessions.flush().await.unwrap();
    bench.sessions.flush().await.unwrap();
    let times: Vec<_> = bench.store.written.lock().unwrap().iter().map(|batch| batch[0].1).collect();
    assert_eq!(times, [1, 2].map(|second| START.after(Duration::from_secs(second))));
}

#[tokio::test]
async fn entries_of_one_session_that_overlap_are_written_as_one_and_none_is_forgotten() {
    let bench = Bench::new();
    let view = bench.put();
    let token = view.session.token;
    let old = bench.lookup(&token).await.unwrap().unwrap();
    bench.clock.advance(10);
    let new = bench.lookup(&token).await.unwrap().unwrap();
    assert!(!Arc::ptr_eq(&old, &new));
    for entry in [&new, &old, &new, &old, &old, &new] {
        bench.clock.advance(1);
        bench.sessions.touch(entry, bench.clock.now());
        bench.sessions.touch(&old, bench.clock.now());
        bench.sessions.flush().await.unwrap();
    }
    let times: Vec<_> = bench.store.written.lock().unwrap().iter().map(|batch| batch[0].1).collect();
    assert_eq!(times, (11..17).map(|second| START.after(Duration::from_secs(second))).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_session_that_is_read_anew_waits_to_be_written_with_the_newer_entry() {
    let bench = Bench::new();
    let token = bench.put().session.token;
    let old = bench.lookup(&token).await.unwrap().unwrap();
    bench.clock.advance(1);
    bench.sessions.touch(&old, bench.clock.now());
    bench.clock.advance(9);
    let new = bench.lookup(&token).await.unwrap().unwrap();
    bench.settle().await;
    assert_eq!(new.seen_at(), START.after(Duration::from_secs(1)));
    assert_eq!(Arc::strong_count(&old), 1);
    bench.sessions.touch(&new, bench.clock.now());
    bench.sessions.touch(&old, bench.clock.now());
    for _ in 0..2 {
        bench.sessions.flush().await.unwrap();
    }
    let times: Vec<_> = bench.store.written.lock().unwrap().iter().map(|batch| batch[0].1).collect();
    assert_eq!(times, [START.after(Duration::from_secs(10))]);
}

#[tokio::test]
async fn what_was_prepared_from_an_older_reading_is_dropped_when_the_person_changed() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 200);
    let assertion = stack.recorder.header("x-auth-assertion");
    stack.clock.advance(10);
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 200);
    assert_eq!(stack.recorder.header("x-auth-assertion"), assertion);
    stack.store.change(|view| view.user.full_name = Some("Augusta King".to_owned()));
    stack.clock.advance(9);
    stack.cache.invalidate(Invalidation::Everything);
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 200);
    assert_eq!(stack.recorder.header("x-auth-name"), ["Augusta King"]);
}

#[tokio::test]
async fn a_second_factor_that_runs_out_is_not_told_any_more() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    for _ in 0..9 {
        assert_eq!(stack.send("GET /first/x", &[&cookie]).await.status(), 200);
        stack.clock.advance(3200);
    }
    assert_eq!(stack.recorder.header("x-auth-methods"), ["google otp"]);
    stack.clock.advance(-5);
    assert_eq!(stack.send("GET /first/x", &[&cookie]).await.status(), 200);
    assert_eq!(stack.recorder.header("x-auth-methods"), ["google otp"]);
    stack.clock.advance(6);
    assert_eq!(stack.send("GET /first/x", &[&cookie]).await.status(), 200);
    assert_eq!(stack.recorder.header("x-auth-methods"), ["google"]);
    assert_eq!(stack.recorder.header("x-auth-time"), [START.as_secs().to_string()]);
}
