use postern_model::audit::{AuditEvent, AuditKind};
use postern_model::factor::SecondFactor;
use postern_model::session::Caller;
use postern_model::store::StoreError;

use crate::harness::{Harness, NOW, on_both_stores};
use crate::passkeys::{passkey, register};

on_both_stores!(
    an_unknown_second_factor_does_not_count,
    a_negative_counter_is_named_and_grants_nothing,
    an_unknown_kind_of_event_is_carried,
    an_enabled_row_without_a_secret_is_named_and_opens_nothing,
    one_unreadable_row_leaves_the_lists_to_the_others,
    the_credential_of_a_damaged_passkey_is_known_still,
);

fn named(h: &Harness, error: &StoreError, table: &str, column: &str, id: &str) {
    let text = error.to_string();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{text}");
    assert!(text.contains(&format!("{}.{column} of {id}", h.table(table))), "{text}");
}

/// A newer version wrote it: this one asks for a factor that it knows.
async fn an_unknown_second_factor_does_not_count(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    h.sql(&format!("UPDATE {} SET second_factor = 'passkey'", h.table("sessions"))).await;
    let seen = h.store.session(&view.session.token).await.unwrap().unwrap();
    assert_eq!(seen.session.second_factor, None);
    assert!(seen.factors.enrolled());
    assert_eq!(h.store.sessions_of(ada.id).await.unwrap().len(), 1);
    let stored = h.value(&format!("SELECT second_factor FROM {}", h.table("sessions"))).await;
    assert_eq!(stored.as_deref(), Some("passkey"), "the newer version finds its value again");
}

async fn a_negative_counter_is_named_and_grants_nothing(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    h.sql("UPDATE user_2fa_settings SET failed_attempts = -1000000").await;
    let error = h.store.settle(&h.submission(&view, SecondFactor::Totp, None)).await.unwrap_err();
    named(h, &error, "user_2fa_settings", "failed_attempts", &ada.id.to_string());
    // The connection is fit for use afterwards.
    assert!(h.store.unlock(ada.id).await.unwrap());
    assert_eq!(h.failures(&view, SecondFactor::Totp).await, 1);
}

async fn an_unknown_kind_of_event_is_carried(h: &Harness) {
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
    let read = h.store.recent(ada.id, None, 1).await.unwrap();
    assert_eq!((read[0].kind, read[0].detail.as_deref()), (AuditKind::Other, Some("teleported")));
}

async fn an_enabled_row_without_a_secret_is_named_and_opens_nothing(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    h.sql("UPDATE user_2fa_settings SET totp_secret = NULL").await;
    let error = h.store.session(&view.session.token).await.unwrap_err();
    named(h, &error, "user_2fa_settings", "totp_secret", &ada.id.to_string());
    let error = h.store.factors(ada.id).await.unwrap_err();
    named(h, &error, "user_2fa_settings", "totp_secret", &ada.id.to_string());
    assert!(h.store.remove_factors(ada.id, None, NOW).await.unwrap(), "a reset clears it");
}

async fn one_unreadable_row_leaves_the_lists_to_the_others(h: &Harness) {
    let (ada, _) = h.enrolled("ada").await;
    let (bob, _) = h.enrolled("bob").await;
    let broken = if h.is_postgres() { "ARRAY[ARRAY['a'], ARRAY['b']]" } else { "'not json'" };
    h.sql(&format!("UPDATE user_2fa_settings SET backup_codes = {broken} WHERE user_id = '{}'", ada.id)).await;
    let read: Vec<_> = h.store.all_factors().await.unwrap().into_iter().map(|(user, _)| user).collect();
    assert_eq!(read, [bob.id]);
    if !h.is_postgres() {
        h.sql(&format!("UPDATE users SET is_active = 'maybe' WHERE id = '{}'", ada.id)).await;
        let read: Vec<_> = h.store.users(10).await.unwrap().into_iter().map(|user| user.id).collect();
        assert_eq!(read, [bob.id]);
    }
}

async fn the_credential_of_a_damaged_passkey_is_known_still(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let (first, view) = (passkey(ada.id, 1), register(h, &view, 1).await);
    register(h, &view, 2).await;
    assert_eq!(h.store.credentials(ada.id).await.unwrap(), [first.credential.clone(), passkey(ada.id, 2).credential]);
    if h.is_postgres() {
        h.sql("ALTER TABLE postern.passkeys DROP CONSTRAINT passkeys_counter_check").await;
    }
    h.sql(&format!("UPDATE {} SET counter = -1 WHERE id = '{}'", h.table("passkeys"), first.id)).await;
    assert_eq!(h.store.passkeys(ada.id).await.unwrap(), [passkey(ada.id, 2)]);
    assert_eq!(h.store.credentials(ada.id).await.unwrap(), [first.credential, passkey(ada.id, 2).credential]);
}
