use std::time::Duration;

use postern_model::invalidation::Invalidation;
use postern_model::user::{ProviderIdentity, UserMatch};

use crate::harness::{Harness, NOW, identity, on_both_stores};

on_both_stores!(
    a_new_identity_gets_an_active_user_and_a_session,
    a_known_identity_is_found_by_subject_and_refreshed,
    a_name_that_is_not_sent_again_stays,
    the_address_is_refreshed_only_where_no_other_row_has_it,
    an_address_of_another_identity_is_taken,
    a_subject_of_another_issuer_is_another_person,
    an_inactive_user_gets_no_session_and_nothing_is_written,
    signing_in_ends_the_browser_s_former_session,
    long_and_strange_values_are_stored_or_refused_but_never_break_anything,
);

async fn a_new_identity_gets_an_active_user_and_a_session(h: &Harness) {
    let session = h.session();
    let UserMatch::Created(user) = h.store.sign_in(&identity("ada"), &session).await.unwrap() else { panic!() };
    assert_eq!(user.email, "ada@example.com");
    assert_eq!(user.subject.as_deref(), Some("sub-ada"));
    assert_eq!((user.is_active, user.requires_second_factor, user.enforced_at), (true, false, None));
    assert_eq!((user.last_login, user.created_at), (Some(NOW), Some(NOW)));
    assert_eq!(h.store.user(user.id).await.unwrap(), Some(user.clone()));

    let view = h.store.session(&session.token).await.unwrap().unwrap();
    assert_eq!(view.user, user);
    assert_eq!((view.session.id, view.session.user, view.session.token), (session.id, user.id, session.token));
    assert_eq!((view.session.first_factor_at, view.session.last_seen_at), (NOW, NOW));
    assert_eq!(view.session.second_factor, None);
    assert_eq!(view.session.caller, session.caller);
    assert!(!view.factors.enrolled() && view.groups.is_empty());
    let stored = h.value("SELECT oidc_issuer FROM users").await;
    assert_eq!(stored, None, "Google is the default issuer");
}

async fn a_known_identity_is_found_by_subject_and_refreshed(h: &Harness) {
    let (before, _) = h.sign_in("ada").await;
    let moved = ProviderIdentity {
        email: "countess@example.com".to_owned(),
        full_name: Some("Ada Lovelace ♛".to_owned()),
        avatar_url: Some("https://pictures.example/new".to_owned()),
        ..identity("ada")
    };
    let later = postern_model::session::NewSession { at: NOW.after(Duration::from_secs(60)), ..h.session() };
    let UserMatch::Known(after) = h.store.sign_in(&moved, &later).await.unwrap() else { panic!() };
    assert_eq!(after.id, before.id);
    assert_eq!(after.email, "countess@example.com");
    assert_eq!(after.full_name.as_deref(), Some("Ada Lovelace ♛"));
    assert_eq!(after.avatar_url.as_deref(), Some("https://pictures.example/new"));
    assert_eq!((after.last_login, after.created_at), (Some(later.at), Some(NOW)));
    assert_eq!(h.store.users(10).await.unwrap(), vec![after]);
}

async fn a_name_that_is_not_sent_again_stays(h: &Harness) {
    h.sign_in("ada").await;
    let silent = ProviderIdentity { full_name: None, avatar_url: None, ..identity("ada") };
    let UserMatch::Known(user) = h.store.sign_in(&silent, &h.session()).await.unwrap() else { panic!() };
    assert_eq!(user.full_name.as_deref(), Some("ada Example"));
    assert!(user.avatar_url.is_some());
}

async fn the_address_is_refreshed_only_where_no_other_row_has_it(h: &Harness) {
    h.sign_in("bob").await;
    h.sign_in("ada").await;
    let claims_bob = ProviderIdentity { email: "BOB@example.com".to_owned(), ..identity("ada") };
    let UserMatch::Known(user) = h.store.sign_in(&claims_bob, &h.session()).await.unwrap() else { panic!() };
    assert_eq!(user.email, "ada@example.com");
    let respelt = ProviderIdentity { email: "Ada@Example.com".to_owned(), ..identity("ada") };
    let UserMatch::Known(user) = h.store.sign_in(&respelt, &h.session()).await.unwrap() else { panic!() };
    assert_eq!(user.email, "Ada@Example.com", "one's own address in other case is not another row's");
}

async fn an_address_of_another_identity_is_taken(h: &Harness) {
    let (ada, _) = h.sign_in("ada").await;
    let session = h.session();
    for may_link in [false, true] {
        let stranger = ProviderIdentity { email: "ADA@example.com".to_owned(), may_link, ..identity("mallory") };
        assert_eq!(h.store.sign_in(&stranger, &session).await.unwrap(), UserMatch::EmailTaken);
    }
    assert_eq!(h.store.session(&session.token).await.unwrap(), None);
    assert_eq!(h.store.user(ada.id).await.unwrap().unwrap().subject.as_deref(), Some("sub-ada"));
    assert_eq!(h.count("users").await, "1");
}

async fn a_subject_of_another_issuer_is_another_person(h: &Harness) {
    h.sign_in("ada").await;
    let elsewhere = ProviderIdentity {
        issuer: "https://id.example".to_owned(),
        email: "other@example.com".to_owned(),
        may_link: true,
        ..identity("ada")
    };
    let session = h.session();
    assert_eq!(h.store.sign_in(&elsewhere, &session).await.unwrap(), UserMatch::EmailTaken);
    assert_eq!(h.store.session(&session.token).await.unwrap(), None);

    let own = ProviderIdentity { issuer: "https://id.example".to_owned(), ..identity("eve") };
    let UserMatch::Created(eve) = h.store.sign_in(&own, &h.session()).await.unwrap() else { panic!() };
    let UserMatch::Known(again) = h.store.sign_in(&own, &h.session()).await.unwrap() else { panic!() };
    assert_eq!(eve.id, again.id);
    assert_eq!(h.store.sign_in(&identity("eve"), &h.session()).await.unwrap(), UserMatch::EmailTaken);
}

async fn an_inactive_user_gets_no_session_and_nothing_is_written(h: &Harness) {
    let (ada, _) = h.sign_in("ada").await;
    assert!(h.store.set_active(ada.id, false).await.unwrap());
    let before = h.store.user(ada.id).await.unwrap();
    h.heard.take();
    let moved = ProviderIdentity { email: "new@example.com".to_owned(), ..identity("ada") };
    assert_eq!(h.store.sign_in(&moved, &h.session()).await.unwrap(), UserMatch::Inactive(ada.id));
    assert_eq!(h.store.user(ada.id).await.unwrap(), before);
    assert_eq!(h.count("sessions").await, "0");
    assert_eq!(h.heard.take(), []);
}

async fn signing_in_ends_the_browser_s_former_session(h: &Harness) {
    let (ada, former) = h.sign_in("ada").await;
    h.heard.take();
    let session = postern_model::session::NewSession { replaces: Some(former.token), ..h.session() };
    let UserMatch::Created(bob) = h.store.sign_in(&identity("bob"), &session).await.unwrap() else { panic!() };
    assert_eq!(h.store.session(&former.token).await.unwrap(), None);
    assert!(h.store.session(&session.token).await.unwrap().is_some());
    assert_eq!(h.store.sessions_of(ada.id).await.unwrap(), []);
    let heard = h.heard.take();
    assert!(
        heard.contains(&Invalidation::Token(former.token)) && heard.contains(&Invalidation::User(bob.id)),
        "{heard:?}"
    );
}

async fn long_and_strange_values_are_stored_or_refused_but_never_break_anything(h: &Harness) {
    let odd = ProviderIdentity {
        full_name: Some(format!("{}\0'; DROP TABLE users; --", "🦀é".repeat(200))),
        avatar_url: Some(format!("https://pictures.example/{}", "ü".repeat(500))),
        email: "jürgen+é@exämple.com".to_owned(),
        ..identity("ada")
    };
    let mut session = h.session();
    session.caller.user_agent = Some("a\0b".repeat(1000));
    session.caller.address = None;
    let UserMatch::Created(user) = h.store.sign_in(&odd, &session).await.unwrap() else { panic!() };
    assert_eq!(user.full_name.map(|name| name.chars().count()), Some(255));
    assert_eq!(user.avatar_url, None);
    assert_eq!(user.email, "jürgen+é@exämple.com");
    let view = h.store.session(&session.token).await.unwrap().unwrap();
    assert_eq!(view.session.caller.user_agent, Some("ab".repeat(1000)));
    for broken in [
        ProviderIdentity { email: format!("{}@example.com", "x".repeat(300)), ..identity("bob") },
        ProviderIdentity { subject: "9".repeat(300), ..identity("bob") },
        ProviderIdentity { subject: String::new(), ..identity("bob") },
    ] {
        let error = h.store.sign_in(&broken, &h.session()).await.unwrap_err();
        assert!(matches!(error, postern_model::store::StoreError::Refused(_)), "{error}");
    }
    assert_eq!(h.count("users").await, "1");
}
