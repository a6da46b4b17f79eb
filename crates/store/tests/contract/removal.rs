use postern_model::invalidation::Invalidation;

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    removing_the_factors_keeps_one_session_with_a_new_token_and_no_second_factor,
    removing_the_factors_without_a_session_ends_all_of_them,
    what_an_administrator_enforced_is_still_required_afterwards,
    what_an_administrator_requires_outlives_their_reset,
    removal_with_a_token_that_rotated_writes_nothing,
    nothing_is_removed_where_nothing_is_enrolled,
);

async fn removing_the_factors_keeps_one_session_with_a_new_token_and_no_second_factor(h: &Harness) {
    let (ada, kept) = h.enrolled("ada").await;
    let (_, other) = h.sign_in("ada").await;
    h.sql("UPDATE users SET requires_2fa = true").await;
    h.heard.take();
    let to = h.token();
    let keep = (kept.session.id, kept.session.token, to);
    assert!(h.store.remove_factors(ada.id, Some(keep), NOW).await.unwrap());
    let heard = h.heard.take();
    for change in
        [Invalidation::User(ada.id), Invalidation::Token(kept.session.token), Invalidation::Token(other.token)]
    {
        assert!(heard.contains(&change), "{heard:?}");
    }
    let view = h.store.session(&to).await.unwrap().unwrap();
    assert_eq!((view.session.id, view.session.second_factor), (kept.session.id, None));
    assert!(view.session.version > kept.session.version);
    assert!(!view.factors.enrolled() && !view.user.requires_second_factor);
    assert_eq!(h.store.session(&kept.session.token).await.unwrap(), None);
    assert_eq!(h.store.session(&other.token).await.unwrap(), None);
    assert_eq!(h.count("user_2fa_settings").await, "0");
}

async fn removing_the_factors_without_a_session_ends_all_of_them(h: &Harness) {
    let (ada, _) = h.enrolled("ada").await;
    assert!(h.store.remove_factors(ada.id, None, NOW).await.unwrap());
    assert_eq!(h.store.sessions_of(ada.id).await.unwrap(), []);
}

async fn what_an_administrator_enforced_is_still_required_afterwards(h: &Harness) {
    let (ada, _) = h.enrolled("ada").await;
    h.store.require_second_factor(ada.id, true, true, NOW).await.unwrap();
    assert!(h.store.remove_factors(ada.id, None, NOW).await.unwrap());
    assert!(h.store.user(ada.id).await.unwrap().unwrap().requires_second_factor);
}

async fn what_an_administrator_requires_outlives_their_reset(h: &Harness) {
    let (ada, _) = h.enrolled("ada").await;
    h.store.require_second_factor(ada.id, true, false, NOW).await.unwrap();
    assert!(h.store.remove_factors(ada.id, None, NOW).await.unwrap());
    assert!(h.store.user(ada.id).await.unwrap().unwrap().requires_second_factor);
}

async fn removal_with_a_token_that_rotated_writes_nothing(h: &Harness) {
    let (ada, kept) = h.enrolled("ada").await;
    let (_, other) = h.sign_in("ada").await;
    h.heard.take();
    let keep = (kept.session.id, h.token(), h.token());
    assert!(!h.store.remove_factors(ada.id, Some(keep), NOW).await.unwrap());
    assert_eq!(h.heard.take(), []);
    assert!(h.store.factors(ada.id).await.unwrap().is_some());
    assert!(h.store.session(&kept.session.token).await.unwrap().is_some());
    assert!(h.store.session(&other.token).await.unwrap().is_some());
    let stranger = h.sign_in("bob").await.1;
    let keep = (stranger.id, stranger.token, h.token());
    assert!(!h.store.remove_factors(ada.id, Some(keep), NOW).await.unwrap(), "another user's session is not kept");
    assert!(h.store.session(&stranger.token).await.unwrap().is_some());
}

async fn nothing_is_removed_where_nothing_is_enrolled(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    h.heard.take();
    let keep = (session.id, session.token, h.token());
    assert!(!h.store.remove_factors(ada.id, Some(keep), NOW).await.unwrap());
    assert!(!h.store.remove_factors(ada.id, None, NOW).await.unwrap());
    assert!(h.store.session(&session.token).await.unwrap().is_some());
    assert_eq!(h.heard.take(), []);
}
