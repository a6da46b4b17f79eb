//! Loads and refreshes of sessions.

use super::Bench;
use crate::support::{START, Stack};
use postern_authn::subject::Subject;
use postern_keystore::SessionToken;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use std::sync::Arc;

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
async fn a_clock_that_goes_back_makes_nothing_younger() {
    let bench = Bench::new();
    let token = bench.put().session.token;
    bench.lookup(&token).await.unwrap();
    bench.store.clear();
    bench.clock.advance(-3600);
    assert!(bench.lookup(&token).await.unwrap().is_none());
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
