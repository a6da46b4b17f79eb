//! Outages of the store.

use super::Fixture;
use crate::support::Stack;
use postern_authn::subject::Subject;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_proxy::Outage;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test]
async fn when_the_store_is_down_sessions_live_on_for_the_grace_and_no_longer() {
    let fixture = Fixture::new();
    let token = fixture.put().session.token;
    fixture.lookup(&token).await.unwrap();
    fixture.down(true);
    // The first thing that happens in an outage is that the channel of notices breaks.
    fixture.cache.invalidate(Invalidation::Everything);
    for _ in 0..23 {
        assert!(fixture.lookup(&token).await.unwrap().is_some());
        fixture.clock.advance(3);
    }
    fixture.clock.advance(1);
    assert_eq!(fixture.lookup(&token).await.unwrap_err(), Outage);
    fixture.down(false);
    assert!(fixture.lookup(&token).await.unwrap().is_some());
}

/// For a second after a failed load the store is not asked again. That must not lengthen the grace.
#[tokio::test]
async fn a_failed_load_does_not_lengthen_the_grace() {
    for (seconds, served) in [(69, true), (70, false), (71, false)] {
        let fixture = Fixture::new();
        let (known, other) = (fixture.put().session.token, fixture.put().session.token);
        fixture.lookup(&known).await.unwrap();
        fixture.down(true);
        fixture.clock.advance(seconds);
        assert_eq!(fixture.lookup(&other).await.unwrap_err(), Outage, "the load that fails");
        assert_eq!(fixture.lookup(&known).await.is_ok(), served, "{seconds} s");
    }
}

#[tokio::test]
async fn an_outage_is_not_waited_for_by_every_request() {
    let fixture = Fixture::new();
    let token = fixture.put().session.token;
    fixture.lookup(&token).await.unwrap();
    fixture.clock.advance(11);
    fixture.down(true);
    for _ in 0..50 {
        assert!(fixture.lookup(&token).await.unwrap().is_some());
    }
    fixture.settle().await;
    assert_eq!(fixture.sessions.stats().failures, 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_is_waited_for_once_and_others_are_refused_soon() {
    let fixture = Fixture::new();
    let (known, other) = (fixture.put().session.token, fixture.put().session.token);
    fixture.lookup(&known).await.unwrap();
    fixture.clock.advance(11);
    fixture.store.gate.forget_permits(1000);
    let waited = async |token| {
        let begun = Instant::now();
        let found = fixture.lookup(token).await.map(|entry| entry.is_some());
        (found, begun.elapsed())
    };
    assert_eq!(waited(&known).await, (Ok(true), Duration::from_secs(5)), "the load that tells that the store is down");
    for second in 1..40 {
        tokio::time::advance(Duration::from_secs(1)).await;
        fixture.clock.advance(1);
        assert_eq!(waited(&known).await, (Ok(true), Duration::ZERO), "{second} s");
    }
    let (found, took) = waited(&other).await;
    assert_eq!(found, Err(Outage));
    assert!(took < Duration::from_secs(1), "{took:?}");
    fixture.store.gate.add_permits(1000);
    assert_eq!(waited(&other).await.0, Ok(true), "the store is back");
}

/// Nobody waits for a store that is known to be down; later, or where the clock went back, the next request asks it again.
#[tokio::test(start_paused = true)]
async fn the_store_counts_as_down_for_ten_seconds_after_a_failed_load() {
    for (later, waits) in [(-1, true), (0, false), (9, false), (10, true)] {
        let fixture = Fixture::new();
        let token = fixture.put().session.token;
        fixture.lookup(&token).await.unwrap();
        fixture.clock.advance(11);
        fixture.store.gate.forget_permits(1000);
        assert!(fixture.lookup(&token).await.unwrap().is_some(), "the load that tells that the store is down");
        fixture.clock.advance(later);
        let begun = Instant::now();
        assert!(fixture.lookup(&token).await.unwrap().is_some());
        assert_eq!(begun.elapsed(), Duration::from_secs(if waits { 5 } else { 0 }), "{later} s");
    }
}

#[tokio::test]
async fn for_a_second_after_a_failed_load_no_other_begins_where_the_cache_can_serve() {
    for (later, loads) in [(-1, 3), (0, 2), (1, 3)] {
        let fixture = Fixture::new();
        let token = fixture.put().session.token;
        fixture.lookup(&token).await.unwrap();
        fixture.clock.advance(6);
        fixture.down(true);
        for seconds in [0, later] {
            fixture.clock.advance(seconds);
            assert!(fixture.lookup(&token).await.unwrap().is_some());
            fixture.settle().await;
        }
        assert_eq!(fixture.loads(), loads, "{later} s");
    }
}

#[tokio::test]
async fn in_an_outage_a_revoked_session_stays_revoked() {
    let fixture = Fixture::new();
    let view = fixture.put();
    fixture.lookup(&view.session.token).await.unwrap();
    fixture.cache.invalidate(Invalidation::User(view.user.id));
    fixture.down(true);
    assert_eq!(fixture.lookup(&view.session.token).await.unwrap_err(), Outage);
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
    let view = stack.store.views()[0].clone();
    let known = stack.faces.core.session_in_outage(&view.session.token).await.expect("as the data plane serves it");
    assert_eq!(known.session(), view.session.id);
    stack.clock.advance(1);
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 503);
    assert!(stack.faces.core.session_in_outage(&view.session.token).await.is_none());
}

#[tokio::test]
async fn a_session_that_is_revoked_while_it_waits_in_an_outage_is_not_tolerated() {
    let fixture = Arc::new(Fixture::new());
    let view = fixture.put();
    let token = view.session.token;
    fixture.lookup(&token).await.unwrap();
    fixture.clock.advance(11);
    fixture.store.gate.forget_permits(1000);
    let waiting = tokio::spawn({
        let fixture = Arc::clone(&fixture);
        async move { fixture.lookup(&token).await.map(|entry| entry.is_some()) }
    });
    fixture.begun(2).await;
    fixture.cache.invalidate(Invalidation::User(view.user.id));
    fixture.down(true);
    fixture.store.gate.add_permits(1000);
    assert_eq!(waiting.await.unwrap(), Err(Outage));
}
