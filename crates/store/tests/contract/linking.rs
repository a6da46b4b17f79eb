use postern_model::invalidation::Invalidation;
use postern_model::user::{ProviderIdentity, UserMatch};

use crate::harness::{Harness, NOW, identity, on_both_stores};

on_both_stores!(
    a_row_without_a_subject_is_adopted_when_allowed_whatever_the_case,
    without_permission_a_row_without_a_subject_is_left_alone,
    a_row_with_a_subject_is_never_adopted,
    an_address_that_two_rows_share_is_not_adopted_when_one_has_a_subject,
    an_inactive_row_is_not_adopted,
);

const ROW: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

async fn old_row(h: &Harness, email: &str, active: &str) {
    h.sql(&format!("INSERT INTO users (id, email, is_active) VALUES ('{ROW}', '{email}', {active})")).await;
}

async fn a_row_without_a_subject_is_adopted_when_allowed_whatever_the_case(h: &Harness) {
    old_row(h, "Ada@Example.com", "NULL").await;
    let ada = ProviderIdentity { may_link: true, ..identity("ada") };
    let session = h.session();
    let UserMatch::Linked(user) = h.store.sign_in(&ada, &session).await.unwrap() else { panic!() };
    assert_eq!(user.id.to_string(), ROW);
    assert_eq!(user.subject.as_deref(), Some("sub-ada"));
    assert_eq!((user.last_login, user.full_name.as_deref()), (Some(NOW), Some("ada Example")));
    assert!(h.store.session(&session.token).await.unwrap().is_some());
    assert!(h.heard.take().contains(&Invalidation::User(user.id)));
    let UserMatch::Known(again) = h.store.sign_in(&ada, &h.session()).await.unwrap() else { panic!() };
    assert_eq!(again.id, user.id);
}

async fn without_permission_a_row_without_a_subject_is_left_alone(h: &Harness) {
    old_row(h, "ada@example.com", "true").await;
    assert_eq!(h.store.sign_in(&identity("ada"), &h.session()).await.unwrap(), UserMatch::EmailTaken);
    assert_eq!(h.value("SELECT google_id FROM users").await, None);
    assert_eq!(h.count("sessions").await, "0");
}

async fn a_row_with_a_subject_is_never_adopted(h: &Harness) {
    h.sign_in("ada").await;
    let thief = ProviderIdentity { may_link: true, subject: "sub-thief".to_owned(), ..identity("ada") };
    assert_eq!(h.store.sign_in(&thief, &h.session()).await.unwrap(), UserMatch::EmailTaken);
    assert_eq!(h.value("SELECT google_id FROM users").await.as_deref(), Some("sub-ada"));
}

async fn an_address_that_two_rows_share_is_not_adopted_when_one_has_a_subject(h: &Harness) {
    h.sign_in("ada").await;
    old_row(h, "ADA@example.com", "true").await;
    let thief = ProviderIdentity {
        may_link: true,
        subject: "sub-thief".to_owned(),
        email: "ADA@example.com".to_owned(),
        ..identity("ada")
    };
    assert_eq!(h.store.sign_in(&thief, &h.session()).await.unwrap(), UserMatch::EmailTaken);
}

async fn an_inactive_row_is_not_adopted(h: &Harness) {
    old_row(h, "ada@example.com", "false").await;
    let ada = ProviderIdentity { may_link: true, ..identity("ada") };
    assert!(matches!(h.store.sign_in(&ada, &h.session()).await.unwrap(), UserMatch::Inactive(_)));
    assert_eq!(h.value("SELECT google_id FROM users").await, None);
}
