//! What attempts at a second factor leave behind: events and counters.

#![cfg(test)]

mod support;

use postern_model::audit::AuditKind;
use postern_model::factor::SecondFactor;
use postern_model::store::FactorStore;
use support::app::{caller, enrolled, verify};

#[tokio::test]
async fn failures_and_the_lock_are_events() {
    let (world, app, enrolled) = enrolled().await;
    let user = enrolled.view.user.id;
    for _ in 0..2 {
        verify(&world, &enrolled.view, &app.wrong(&world)).await.unwrap_err();
    }
    assert_eq!(world.events(AuditKind::Locked), 0);
    verify(&world, &enrolled.view, &app.wrong(&world)).await.unwrap_err();
    let events = world.events_of(user).await;
    let of = |kind| events.iter().filter(|(known, detail)| (*known, detail.as_deref()) == (kind, Some("totp"))).count();
    assert_eq!((of(AuditKind::SecondFactorFailed), of(AuditKind::Locked)), (3, 1), "{events:?}");
}

#[tokio::test]
async fn a_backup_code_is_recorded_as_one() {
    let (world, _, enrolled) = enrolled().await;
    let user = enrolled.view.user.id;
    for _ in 0..3 {
        let wrong = world.authn.verify(&enrolled.view, SecondFactor::Backup, "ZZZZ-ZZZ0", &caller()).await;
        wrong.unwrap_err();
    }
    let backup = world.store.lockout(user, SecondFactor::Backup).await.unwrap().unwrap();
    let totp = world.store.lockout(user, SecondFactor::Totp).await.unwrap().unwrap();
    assert!(backup.locked_until.is_some() && totp.failures == 0, "the attempts count against the backup codes alone");
    let locked = (AuditKind::Locked, Some("backup".to_owned()));
    assert!(world.events_of(user).await.contains(&locked));

    world.store.unlock(user).await.unwrap();
    let right = world.authn.verify(&enrolled.view, SecondFactor::Backup, &enrolled.backup_codes[0], &caller()).await;
    right.unwrap();
    let verified = (AuditKind::SecondFactorVerified, Some("backup".to_owned()));
    assert!(world.events_of(user).await.contains(&verified));
}
