//! Notices of changes, and their races with loads.

use super::Bench;
use crate::support::view;
use postern_authn::subject::Subject;
use postern_keystore::SessionToken;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_model::session::SessionView;
use std::sync::Arc;

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
