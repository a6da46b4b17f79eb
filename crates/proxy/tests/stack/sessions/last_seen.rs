//! Last-seen times, which are written in batches.

use super::Fixture;
use crate::support::{START, Stack};
use postern_authn::subject::Subject;
use postern_model::clock::Clock;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn last_seen_is_written_in_batches_and_kept_when_that_fails() {
    let fixture = Fixture::new();
    let view = fixture.put();
    let entry = fixture.lookup(&view.session.token).await.unwrap().unwrap();
    fixture.sessions.flush().await.unwrap();
    assert!(fixture.store.written.lock().unwrap().is_empty());
    for _ in 0..5 {
        fixture.clock.advance(1);
        fixture.sessions.touch(&entry, fixture.clock.now());
    }
    fixture.down(true);
    assert!(fixture.sessions.flush().await.is_err());
    fixture.down(false);
    fixture.sessions.flush().await.unwrap();
    fixture.sessions.flush().await.unwrap();
    let at = START.after(Duration::from_secs(5));
    assert_eq!(*fixture.store.written.lock().unwrap(), [vec![(view.session.id, at)]]);
    fixture.clock.advance(1);
    fixture.sessions.touch(&entry, fixture.clock.now());
    fixture.sessions.flush().await.unwrap();
    assert_eq!(fixture.store.written.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn last_seen_is_written_when_the_store_lags_behind_and_not_before() {
    let fixture = Fixture::lagging(60);
    let token = fixture.put().session.token;
    let written = async |until: i64| {
        while fixture.clock.now() < START.after(Duration::from_secs(until.unsigned_abs())) {
            fixture.clock.advance(1);
            // Read anew every ten seconds, each time with the time that the store has.
            let entry = fixture.lookup(&token).await.unwrap().unwrap();
            assert_eq!(entry.facts().last_seen_at, fixture.clock.now().before(Duration::from_secs(1)));
            fixture.sessions.touch(&entry, fixture.clock.now());
            fixture.sessions.flush().await.unwrap();
            fixture.settle().await;
        }
        let times = fixture.store.written.lock().unwrap().clone();
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
async fn a_session_seen_while_a_batch_is_written_is_in_the_next_one() {
    let fixture = Arc::new(Fixture::new());
    let view = fixture.put();
    let entry = fixture.lookup(&view.session.token).await.unwrap().unwrap();
    fixture.clock.advance(1);
    fixture.sessions.touch(&entry, fixture.clock.now());
    fixture.store.gate.forget_permits(1000);
    let flushing = tokio::spawn({
        let sessions = fixture.sessions.clone();
        async move { sessions.flush().await }
    });
    fixture.begun(2).await;
    fixture.clock.advance(1);
    fixture.sessions.touch(&entry, fixture.clock.now());
    fixture.store.gate.add_permits(1000);
    flushing.await.unwrap().unwrap();
    fixture.sessions.flush().await.unwrap();
    fixture.sessions.flush().await.unwrap();
    let times: Vec<_> = fixture.store.written.lock().unwrap().iter().map(|batch| batch[0].1).collect();
    assert_eq!(times, [1, 2].map(|second| START.after(Duration::from_secs(second))));
}

#[tokio::test]
async fn entries_of_one_session_that_overlap_are_written_as_one_and_none_is_forgotten() {
    let fixture = Fixture::new();
    let view = fixture.put();
    let token = view.session.token;
    let old = fixture.lookup(&token).await.unwrap().unwrap();
    fixture.clock.advance(10);
    let new = fixture.lookup(&token).await.unwrap().unwrap();
    assert!(!Arc::ptr_eq(&old, &new));
    for entry in [&new, &old, &new, &old, &old, &new] {
        fixture.clock.advance(1);
        fixture.sessions.touch(entry, fixture.clock.now());
        fixture.sessions.touch(&old, fixture.clock.now());
        fixture.sessions.flush().await.unwrap();
    }
    let times: Vec<_> = fixture.store.written.lock().unwrap().iter().map(|batch| batch[0].1).collect();
    assert_eq!(times, (11..17).map(|second| START.after(Duration::from_secs(second))).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_session_that_is_read_anew_waits_to_be_written_with_the_newer_entry() {
    let fixture = Fixture::new();
    let token = fixture.put().session.token;
    let old = fixture.lookup(&token).await.unwrap().unwrap();
    fixture.clock.advance(1);
    fixture.sessions.touch(&old, fixture.clock.now());
    fixture.clock.advance(9);
    let new = fixture.lookup(&token).await.unwrap().unwrap();
    fixture.settle().await;
    assert_eq!(new.seen_at(), START.after(Duration::from_secs(1)));
    assert_eq!(Arc::strong_count(&old), 1);
    fixture.sessions.touch(&new, fixture.clock.now());
    fixture.sessions.touch(&old, fixture.clock.now());
    for _ in 0..2 {
        fixture.sessions.flush().await.unwrap();
    }
    let times: Vec<_> = fixture.store.written.lock().unwrap().iter().map(|batch| batch[0].1).collect();
    assert_eq!(times, [START.after(Duration::from_secs(10))]);
}
