use postern_model::id::UserId;
use postern_model::invalidation::Invalidation;
use postern_model::user::{Relink, UserMatch};

use crate::harness::{Harness, NOW, identity, on_both_stores};

on_both_stores!(
    users_are_found_by_identifier_and_by_address_without_case,
    users_are_listed_by_address_up_to_a_limit,
    a_second_factor_can_be_required_and_enforced_and_released,
    switching_a_user_off_ends_all_sessions,
    an_unknown_user_is_absent_and_cannot_be_changed,
    groups_are_added_and_removed_together,
    another_account_of_the_provider_takes_the_place_of_the_former,
    every_session_of_every_user_ends,
);

async fn users_are_found_by_identifier_and_by_address_without_case(h: &Harness) {
    let (ada, _) = h.sign_in("ada").await;
    h.sign_in("bob").await;
    assert_eq!(h.store.user(ada.id).await.unwrap().as_ref(), Some(&ada));
    assert_eq!(h.store.user_by_email("ADA@EXAMPLE.COM").await.unwrap().as_ref(), Some(&ada));
    assert_eq!(h.store.user_by_email("ada@example.co_").await.unwrap(), None, "no pattern is understood");
}

async fn users_are_listed_by_address_up_to_a_limit(h: &Harness) {
    for name in ["carol", "ada", "bob"] {
        h.sign_in(name).await;
    }
    let names = |users: Vec<postern_model::user::User>| users.into_iter().map(|user| user.email).collect::<Vec<_>>();
    let all = names(h.store.users(100).await.unwrap());
    assert_eq!(all, ["ada@example.com", "bob@example.com", "carol@example.com"]);
    assert_eq!(names(h.store.users(2).await.unwrap()), all[..2]);
}

async fn a_second_factor_can_be_required_and_enforced_and_released(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    h.heard.take();
    assert!(h.store.require_second_factor(ada.id, true, true, NOW).await.unwrap());
    assert_eq!(h.heard.take(), [Invalidation::User(ada.id)]);
    let view = h.store.session(&session.token).await.unwrap().unwrap();
    assert_eq!((view.user.requires_second_factor, view.user.enforced_at), (true, Some(NOW)));
    assert!(h.store.require_second_factor(ada.id, true, false, NOW).await.unwrap());
    let user = h.store.user(ada.id).await.unwrap().unwrap();
    assert_eq!((user.requires_second_factor, user.enforced_at), (true, None));
    assert!(h.store.require_second_factor(ada.id, false, false, NOW).await.unwrap());
    assert!(!h.store.user(ada.id).await.unwrap().unwrap().requires_second_factor);
}

async fn switching_a_user_off_ends_all_sessions(h: &Harness) {
    let (ada, first) = h.sign_in("ada").await;
    let (_, second) = h.sign_in("ada").await;
    let (_, bobs) = h.sign_in("bob").await;
    h.heard.take();
    assert!(h.store.set_active(ada.id, false).await.unwrap());
    let heard = h.heard.take();
    for change in [Invalidation::User(ada.id), Invalidation::Token(first.token), Invalidation::Token(second.token)] {
        assert!(heard.contains(&change), "{heard:?}");
    }
    assert_eq!(h.store.session(&first.token).await.unwrap(), None);
    assert!(h.store.session(&bobs.token).await.unwrap().is_some());
    assert!(h.store.set_active(ada.id, true).await.unwrap());
    assert!(h.store.user(ada.id).await.unwrap().unwrap().is_active);
    assert_eq!(h.store.session(&first.token).await.unwrap(), None, "what ended stays ended");
}

async fn an_unknown_user_is_absent_and_cannot_be_changed(h: &Harness) {
    let nobody = UserId(h.event().0);
    assert_eq!(h.store.user(nobody).await.unwrap(), None);
    assert!(!h.store.set_active(nobody, false).await.unwrap());
    assert!(!h.store.require_second_factor(nobody, true, true, NOW).await.unwrap());
    assert_eq!(h.heard.take(), []);
}

async fn groups_are_added_and_removed_together(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert!(h.store.change_groups(ada.id, &names(&["ops", "dev", "dev"]), &[]).await.unwrap());
    h.heard.take();
    assert!(h.store.change_groups(ada.id, &names(&["ops", "é"]), &names(&["dev", "absent"])).await.unwrap());
    assert_eq!(h.heard.take(), [Invalidation::User(ada.id)]);
    assert_eq!(h.store.groups_of(ada.id).await.unwrap(), names(&["ops", "é"]));
    assert_eq!(h.store.session(&session.token).await.unwrap().unwrap().groups, names(&["ops", "é"]));
    assert!(h.store.change_groups(ada.id, &names(&[""]), &[]).await.is_err(), "a group has a name");
    assert!(h.store.change_groups(ada.id, &["x".repeat(256)], &[]).await.is_err(), "a name is never cut");
    assert!(!h.store.change_groups(UserId(h.event().0), &names(&["ops"]), &[]).await.unwrap());
}

async fn another_account_of_the_provider_takes_the_place_of_the_former(h: &Harness) {
    let (ada, before) = h.enrolled("ada").await;
    let (_, bobs) = h.sign_in("bob").await;
    let again = postern_model::user::ProviderIdentity { subject: "recreated".to_owned(), ..identity("ada") };
    assert_eq!(h.store.sign_in(&again, &h.session()).await.unwrap(), UserMatch::EmailTaken);
    assert_eq!(h.store.relink(ada.id, &again.issuer, &identity("bob").subject, NOW).await.unwrap(), Relink::Taken);
    let nobody = UserId(h.event().0);
    assert_eq!(h.store.relink(nobody, &again.issuer, "recreated", NOW).await.unwrap(), Relink::Unknown);
    assert!(h.store.session(&before.session.token).await.unwrap().is_some(), "nothing was written");
    h.heard.take();
    assert_eq!(h.store.relink(ada.id, &again.issuer, "recreated", NOW).await.unwrap(), Relink::Done);
    let heard = h.heard.take();
    for change in [Invalidation::User(ada.id), Invalidation::Token(before.session.token)] {
        assert!(heard.contains(&change), "{heard:?}");
    }
    assert_eq!(h.store.session(&before.session.token).await.unwrap(), None);
    assert!(h.store.session(&bobs.token).await.unwrap().is_some());
    let session = h.session();
    let UserMatch::Known(user) = h.store.sign_in(&again, &session).await.unwrap() else { panic!("not known") };
    assert_eq!(user.id, ada.id);
    let view = h.store.session(&session.token).await.unwrap().unwrap();
    assert!(view.factors.enrolled() && view.session.second_factor.is_none(), "the second factor stays");
    assert_eq!(h.store.sign_in(&identity("ada"), &h.session()).await.unwrap(), UserMatch::EmailTaken);
}

async fn every_session_of_every_user_ends(h: &Harness) {
    let (_, adas) = h.sign_in("ada").await;
    let (_, bobs) = h.sign_in("bob").await;
    h.heard.take();
    assert_eq!(h.store.end_all_sessions().await.unwrap(), 2);
    assert_eq!(h.heard.take(), [Invalidation::Everything]);
    for session in [adas, bobs] {
        assert_eq!(h.store.session(&session.token).await.unwrap(), None);
    }
    assert_eq!(h.store.end_all_sessions().await.unwrap(), 0);
}
