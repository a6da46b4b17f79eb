//! Notices of changes, and their races with loads.

use super::Fixture;
use crate::support::view;
use postern_authn::subject::Subject;
use postern_keystore::SessionToken;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_model::session::SessionView;
use std::sync::Arc;

#[tokio::test]
async fn beyond_the_revocation_bound_nothing_old_is_served_though_every_notice_was_lost() {
    let fixture = Fixture::new();
    let token = fixture.put().session.token;
    fixture.lookup(&token).await.unwrap();
    fixture.store.clear();
    fixture.clock.advance(10);
    assert!(fixture.lookup(&token).await.unwrap().is_none());
    assert!(fixture.cache.is_empty());
}

#[tokio::test]
async fn every_kind_of_notice_removes_what_it_concerns_and_nothing_else() {
    let fixture = Fixture::new();
    let (one, other) = (fixture.put(), fixture.put());
    for change in
        [Invalidation::Token(one.session.token), Invalidation::Session(one.session.id), Invalidation::User(one.user.id)]
    {
        fixture.lookup(&one.session.token).await.unwrap();
        fixture.lookup(&other.session.token).await.unwrap();
        let before = fixture.loads();
        fixture.cache.invalidate(change);
        fixture.lookup(&other.session.token).await.unwrap();
        assert_eq!(fixture.loads(), before, "{change:?}");
        fixture.lookup(&one.session.token).await.unwrap();
        assert_eq!(fixture.loads(), before + 1, "{change:?}");
    }
}

#[tokio::test]
async fn after_notices_were_lost_everything_is_confirmed_before_it_is_served() {
    let fixture = Fixture::new();
    let token = fixture.put().session.token;
    fixture.lookup(&token).await.unwrap();
    fixture.store.clear();
    fixture.cache.invalidate(Invalidation::Everything);
    assert!(fixture.lookup(&token).await.unwrap().is_none());
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
        let fixture = Arc::new(Fixture::new());
        let old = fixture.put();
        let token = old.session.token;
        fixture.store.gate.forget_permits(1000);
        let early = tokio::spawn({
            let fixture = Arc::clone(&fixture);
            async move { fixture.lookup(&token).await.unwrap() }
        });
        fixture.begun(1).await;
        // The reading holds the old row. Now the row changes, and the notice comes.
        fixture.store.change(|view| view.user.is_active = false);
        fixture.cache.invalidate(change(&old));
        let late = tokio::spawn({
            let fixture = Arc::clone(&fixture);
            async move { fixture.lookup(&token).await.unwrap() }
        });
        fixture.begun(2).await;
        fixture.store.gate.add_permits(1000);
        assert!(early.await.unwrap().unwrap().facts().is_active);
        assert!(!late.await.unwrap().unwrap().facts().is_active, "{:?}", change(&old));
        assert!(!fixture.lookup(&token).await.unwrap().unwrap().facts().is_active);
        assert_eq!(fixture.loads(), 2);
    }
}

#[tokio::test]
async fn a_token_that_was_unknown_is_asked_for_again_after_a_notice() {
    let fixture = Fixture::new();
    let token = SessionToken::draw(&fixture.entropy);
    assert!(fixture.lookup(&token.hash()).await.unwrap().is_none());
    for notice in [Invalidation::Everything, Invalidation::Token(token.hash())] {
        let view = view(&fixture.entropy, &token);
        assert!(fixture.lookup(&token.hash()).await.unwrap().is_none(), "remembered, until a notice comes");
        fixture.store.put(view);
        assert!(fixture.lookup(&token.hash()).await.unwrap().is_none(), "remembered, until a notice comes");
        fixture.cache.invalidate(notice);
        assert!(fixture.lookup(&token.hash()).await.unwrap().is_some(), "{notice:?}");
        fixture.store.clear();
        fixture.cache.invalidate(Invalidation::Token(token.hash()));
    }
}

#[tokio::test]
async fn a_late_reading_does_not_bring_back_what_a_notice_removed() {
    let fixture = Arc::new(Fixture::new());
    let old = fixture.put();
    let token = old.session.token;
    fixture.store.gate.forget_permits(1000);
    let early = tokio::spawn({
        let fixture = Arc::clone(&fixture);
        async move { fixture.lookup(&token).await.unwrap() }
    });
    fixture.begun(1).await;
    fixture.store.clear();
    fixture.cache.invalidate(Invalidation::User(old.user.id));
    fixture.store.gate.add_permits(1000);
    assert!(early.await.unwrap().is_some());
    assert!(fixture.cache.is_empty());
    assert!(fixture.lookup(&token).await.unwrap().is_none());
}
