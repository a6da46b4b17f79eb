//! Binding a session to a key of its device: once, by compare-and-set, kept over rotations.

use std::time::Duration;

use postern_model::attempt::Settled;
use postern_model::device_binding::{BoundDevice, DeviceKeyId};
use postern_model::factor::{SecondFactor, Spend};
use postern_model::invalidation::Invalidation;
use postern_model::session::{Bound, DeviceBinding, SessionView};
use postern_model::store::StoreError;

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    a_session_is_bound_once_and_every_replica_is_told,
    a_rotation_keeps_the_binding_and_voids_what_was_made_for_the_former_token,
    of_parallel_bindings_one_is_kept,
    an_incomplete_key_reads_as_damage_and_not_as_unbound,
);

pub(crate) fn binding(view: &SessionView, key: u8) -> DeviceBinding {
    let device = BoundDevice {
        id: DeviceKeyId([key; 32]),
        key: format!(r#"{{"crv":"P-256","kty":"EC","x":"{key}","y":"ü"}}"#),
        at: NOW.after(Duration::from_secs(key.into())),
    };
    DeviceBinding { session: view.session.id, token: view.session.token, device }
}

async fn a_session_is_bound_once_and_every_replica_is_told(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    assert_eq!(view.session.device, None);
    assert!(!h.store.is_bound(view.session.id).await.unwrap());
    h.heard.take();
    assert_eq!(h.store.bind_device(&binding(&view, 1)).await.unwrap(), Bound::Done);
    assert_eq!(h.heard.take(), [Invalidation::Token(view.session.token)]);
    let bound = h.other.session(&view.session.token).await.unwrap().unwrap();
    assert_eq!(bound.session.device, Some(binding(&view, 1).device));
    assert!(h.other.is_bound(view.session.id).await.unwrap());
    assert_eq!(bound.session.version, view.session.version, "forms of before the binding are not done already");
    assert_eq!(h.other.sessions_of(ada.id).await.unwrap(), std::slice::from_ref(&bound.session));

    assert_eq!(h.store.bind_device(&binding(&view, 1)).await.unwrap(), Bound::Done, "the same again");
    assert_eq!(h.store.bind_device(&binding(&view, 2)).await.unwrap(), Bound::Otherwise);
    assert_eq!(h.heard.take(), [], "nothing changed");
    assert_eq!(h.other.session(&view.session.token).await.unwrap(), Some(bound));
}

async fn a_rotation_keeps_the_binding_and_voids_what_was_made_for_the_former_token(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    assert_eq!(h.store.bind_device(&binding(&view, 1)).await.unwrap(), Bound::Done);
    let settled = h.store.settle(&h.submission(&view, SecondFactor::Totp, Some(Spend::Step(101)))).await.unwrap();
    let Settled::Right(raised) = settled else { panic!("{settled:?}") };
    assert_ne!(raised.session.token, view.session.token);
    assert_eq!(raised.session.device, Some(binding(&view, 1).device));
    assert_eq!(h.store.bind_device(&binding(&view, 1)).await.unwrap(), Bound::SessionGone);
    assert!(h.store.is_bound(raised.session.id).await.unwrap());
    assert!(h.store.end_session(raised.user.id, raised.session.id).await.unwrap());
    assert!(!h.store.is_bound(raised.session.id).await.unwrap());
    assert_eq!(h.store.bind_device(&binding(&raised, 2)).await.unwrap(), Bound::SessionGone);
}

async fn of_parallel_bindings_one_is_kept(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    let (one, two) = (binding(&view, 1), binding(&view, 2));
    let (first, second) = tokio::join!(h.store.bind_device(&one), h.other.bind_device(&two));
    let mut results = [first.unwrap(), second.unwrap()];
    results.sort_by_key(|bound| *bound == Bound::Otherwise);
    assert_eq!(results, [Bound::Done, Bound::Otherwise]);
}

async fn an_incomplete_key_reads_as_damage_and_not_as_unbound(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    assert_eq!(h.store.bind_device(&binding(&view, 1)).await.unwrap(), Bound::Done);
    if h.is_postgres() {
        h.sql("ALTER TABLE postern.sessions DROP CONSTRAINT sessions_device_whole").await;
    }
    h.sql(&format!("UPDATE {} SET device_key_id = NULL", h.table("sessions"))).await;
    let error = h.store.session(&view.session.token).await.unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt { column: "device_key", .. }), "{error}");
}
