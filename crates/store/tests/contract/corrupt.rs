use postern_model::audit::{AuditEvent, AuditKind};
use postern_model::factor::SecondFactor;
use postern_model::session::Caller;
use postern_model::store::StoreError;

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    an_unknown_second_factor_is_named,
    a_negative_counter_is_named_and_grants_nothing,
    an_unknown_kind_of_event_is_named,
);

fn named(h: &Harness, error: &StoreError, table: &str, column: &str, id: &str) {
    let text = error.to_string();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{text}");
    assert!(text.contains(&format!("{}.{column} of {id}", h.table(table))), "{text}");
}

async fn an_unknown_second_factor_is_named(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    h.sql(&format!("UPDATE {} SET second_factor = 'hunter2'", h.table("sessions"))).await;
    let id = view.session.id.to_string();
    let error = h.store.session(&view.session.token).await.unwrap_err();
    named(h, &error, "sessions", "second_factor", &id);
    assert!(!error.to_string().contains("hunter2"), "the value is not shown");
    named(h, &h.store.sessions_of(ada.id).await.unwrap_err(), "sessions", "second_factor", &id);
}

async fn a_negative_counter_is_named_and_grants_nothing(h: &Harness) {
    let (ada, _) = h.enrolled("ada").await;
    h.sql("UPDATE user_2fa_settings SET failed_attempts = -1000000").await;
    let error = h.store.reserve_attempt(ada.id, SecondFactor::Totp, NOW).await.unwrap_err();
    named(h, &error, "user_2fa_settings", "failed_attempts", &ada.id.to_string());
    // The connection is fit for use afterwards.
    assert!(h.store.unlock(ada.id).await.unwrap());
    assert!(h.store.reserve_attempt(ada.id, SecondFactor::Totp, NOW).await.is_ok());
}

async fn an_unknown_kind_of_event_is_named(h: &Harness) {
    let (ada, _) = h.sign_in("ada").await;
    let event = AuditEvent {
        id: h.event(),
        at: NOW,
        kind: AuditKind::SignedIn,
        user: Some(ada.id),
        session: None,
        caller: Caller::default(),
        detail: None,
    };
    h.store.append(&event).await.unwrap();
    h.sql(&format!("UPDATE {} SET kind = 'teleported'", h.table("audit_events"))).await;
    let error = h.store.recent(ada.id, 1).await.unwrap_err();
    named(h, &error, "audit_events", "kind", &event.id.to_string());
}
