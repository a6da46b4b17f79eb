//! Loads and refreshes of sessions.

use super::Fixture;
use crate::support::{START, Stack};
use postern_authn::subject::Subject;
use postern_keystore::SessionToken;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use std::sync::Arc;

#[tokio::test]
async fn a_session_is_read_once_and_refreshed_behind_requests() {
    let fixture = Fixture::new();
    let token = fixture.put().session.token;
    for _ in 0..10 {
        assert!(fixture.lookup(&token).await.unwrap().is_some());
    }
    assert_eq!(fixture.loads(), 1);
    fixture.clock.advance(4);
    fixture.lookup(&token).await.unwrap();
    fixture.settle().await;
    assert_eq!(fixture.loads(), 1);
    fixture.store.change(|view| view.groups = vec!["new".to_owned()]);
    fixture.clock.advance(2);
    // This one is served from the cache and sets the refresh off; several of them set off one.
    for _ in 0..5 {
        assert_eq!(fixture.lookup(&token).await.unwrap().unwrap().person().groups.len(), 2);
    }
    fixture.settle().await;
    assert_eq!(fixture.loads(), 2);
    assert_eq!(fixture.lookup(&token).await.unwrap().unwrap().person().groups, ["new"]);
}

#[tokio::test]
async fn many_sessions_that_come_of_age_at_once_are_refreshed_a_few_at_a_time() {
    let fixture = Fixture::new();
    let tokens: Vec<_> = (0..60).map(|_| fixture.put().session.token).collect();
    for token in &tokens {
        fixture.lookup(token).await.unwrap();
    }
    fixture.clock.advance(6);
    fixture.store.gate.forget_permits(1000);
    for token in &tokens {
        assert!(fixture.lookup(token).await.unwrap().is_some());
    }
    fixture.settle().await;
    assert_eq!(fixture.loads(), 60 + 32);
    // Whoever waits for a session does not wait behind them, and those that got no turn get one by a later request.
    fixture.store.gate.add_permits(1000);
    fixture.settle().await;
    for token in &tokens {
        assert!(fixture.lookup(token).await.unwrap().is_some());
    }
    fixture.settle().await;
    assert_eq!(fixture.loads(), 60 + 60);
}

#[tokio::test]
async fn parallel_requests_share_one_reading() {
    let fixture = Arc::new(Fixture::new());
    let token = fixture.put().session.token;
    fixture.store.gate.forget_permits(1000);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let fixture = Arc::clone(&fixture);
            tokio::spawn(async move { fixture.lookup(&token).await.unwrap().is_some() })
        })
        .collect();
    fixture.begun(1).await;
    fixture.settle().await;
    fixture.store.gate.add_permits(1000);
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(fixture.loads(), 1);
}

#[tokio::test]
async fn a_reading_outlives_the_request_that_began_it() {
    let fixture = Arc::new(Fixture::new());
    let token = fixture.put().session.token;
    fixture.store.gate.forget_permits(1000);
    let first = tokio::spawn({
        let fixture = Arc::clone(&fixture);
        async move { fixture.lookup(&token).await.unwrap().is_some() }
    });
    fixture.begun(1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    fixture.store.gate.add_permits(1000);
    assert!(fixture.lookup(&token).await.unwrap().is_some());
    assert_eq!(fixture.loads(), 1);
}

#[tokio::test]
async fn unknown_tokens_are_asked_for_once_and_a_flood_of_them_takes_no_room() {
    let fixture = Fixture::new();
    let unknown = SessionToken::draw(&fixture.entropy).hash();
    for _ in 0..10 {
        assert!(fixture.lookup(&unknown).await.unwrap().is_none());
    }
    assert_eq!(fixture.loads(), 1);
    fixture.clock.advance(2);
    fixture.lookup(&unknown).await.unwrap();
    assert_eq!(fixture.loads(), 2);
    let token = fixture.put().session.token;
    fixture.lookup(&token).await.unwrap();
    for _ in 0..20_000 {
        let token = SessionToken::draw(&fixture.entropy).hash();
        fixture.lookup(&token).await.unwrap();
    }
    assert_eq!(fixture.cache.len(), 1);
    let loads = fixture.loads();
    assert!(fixture.lookup(&token).await.unwrap().is_some());
    assert_eq!(fixture.loads(), loads);
}

#[tokio::test]
async fn the_cache_stays_within_its_capacity_and_notices_still_find_everything() {
    let fixture = Fixture::new();
    let views: Vec<_> = (0..3000).map(|_| fixture.put()).collect();
    for view in &views {
        fixture.lookup(&view.session.token).await.unwrap();
    }
    assert!(fixture.cache.len() <= 100);
    for view in &views {
        fixture.cache.invalidate(Invalidation::User(view.user.id));
    }
    assert!(fixture.cache.is_empty());
}

#[tokio::test]
async fn a_clock_that_goes_back_makes_nothing_younger() {
    let fixture = Fixture::new();
    let token = fixture.put().session.token;
    fixture.lookup(&token).await.unwrap();
    fixture.store.clear();
    fixture.clock.advance(-3600);
    assert!(fixture.lookup(&token).await.unwrap().is_none());
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
