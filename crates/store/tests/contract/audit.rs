use std::time::Duration;

use postern_model::audit::{AuditEvent, AuditKind};
use postern_model::factor::SecondFactor;
use postern_model::session::Caller;

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    events_of_every_kind_read_back_newest_first,
    an_event_without_a_user_is_kept,
    what_is_old_is_forgotten,
    events_outlive_their_user,
    older_events_are_read_page_by_page_and_none_of_another_user,
);

fn event(h: &Harness, seconds: u64, kind: AuditKind) -> AuditEvent {
    AuditEvent {
        id: h.event(),
        at: NOW.after(Duration::from_secs(seconds)),
        kind,
        user: None,
        session: None,
        caller: Caller::new("::ffff:192.0.2.1".parse().ok(), Some(&"ü".repeat(400))),
        detail: Some("domain not allowed".to_owned()),
    }
}

async fn events_of_every_kind_read_back_newest_first(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let mut events = Vec::new();
    for (seconds, kind) in AuditKind::ALL.into_iter().enumerate() {
        let event = AuditEvent { user: Some(ada.id), session: Some(session.id), ..event(h, seconds as u64, kind) };
        h.store.append(&event).await.unwrap();
        events.insert(0, event);
    }
    assert_eq!(h.store.recent(ada.id, None, 100).await.unwrap(), events);
    assert_eq!(h.store.recent(ada.id, None, 3).await.unwrap(), events[..3]);
}

async fn an_event_without_a_user_is_kept(h: &Harness) {
    let bare = AuditEvent { caller: Caller::default(), detail: None, ..event(h, 0, AuditKind::SignInRefused) };
    h.store.append(&bare).await.unwrap();
    assert_eq!(h.count("audit_events").await, "1");
}

async fn what_is_old_is_forgotten(h: &Harness) {
    let (ada, _) = h.sign_in("ada").await;
    for seconds in [0, 10] {
        h.store.append(&event(h, seconds, AuditKind::SignedIn)).await.unwrap();
        let mut attempt = h.attempt(ada.id, SecondFactor::Totp, true);
        attempt.at = NOW.after(Duration::from_secs(seconds));
        h.store.record_attempt(&attempt).await.unwrap();
    }
    assert_eq!(h.store.forget_before(NOW.after(Duration::from_secs(10))).await.unwrap(), 2);
    assert_eq!((h.count("audit_events").await, h.count("user_2fa_attempts").await), ("1".to_owned(), "1".to_owned()));
    assert_eq!(h.store.forget_before(NOW.before(Duration::from_secs(u64::MAX / 2_000_000))).await.unwrap(), 0);
}

async fn events_outlive_their_user(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    h.store.append(&AuditEvent { user: Some(ada.id), ..event(h, 0, AuditKind::SignedIn) }).await.unwrap();
    h.sql(&format!("{}DELETE FROM users", if h.is_postgres() { "" } else { "PRAGMA foreign_keys = ON; " })).await;
    assert_eq!(h.store.recent(ada.id, None, 10).await.unwrap().len(), 1);
    assert_eq!(h.store.session(&session.token).await.unwrap(), None);
}

async fn older_events_are_read_page_by_page_and_none_of_another_user(h: &Harness) {
    let (ada, _) = h.sign_in("ada").await;
    let (bob, _) = h.sign_in("bob").await;
    let mut ids = Vec::new();
    // Three events at one moment: the order is that of their identifiers.
    for seconds in [0, 5, 5, 5, 9] {
        let event = AuditEvent { user: Some(ada.id), ..event(h, seconds, AuditKind::SignedIn) };
        h.store.append(&event).await.unwrap();
        ids.push((seconds, event.id));
    }
    let bobs = AuditEvent { user: Some(bob.id), ..event(h, 7, AuditKind::SignedIn) };
    h.store.append(&bobs).await.unwrap();
    ids.sort_by_key(|(seconds, id)| (*seconds, id.0));
    let expected: Vec<_> = ids.iter().rev().map(|(_, id)| *id).collect();
    let (mut read, mut before) = (Vec::new(), None);
    loop {
        let page = h.store.recent(ada.id, before, 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        read.extend(page.into_iter().map(|event| event.id));
    }
    assert_eq!(read, expected);
    assert_eq!(h.store.recent(ada.id, Some(bobs.id), 10).await.unwrap(), []);
    assert_eq!(h.store.recent(ada.id, Some(h.event()), 10).await.unwrap(), []);
}
