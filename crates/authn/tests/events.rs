//! What attempts at a second factor and changes of an account leave behind: events and counters.

#![cfg(test)]

mod support;

use std::time::Duration;

use postern_authn::account::OverviewPage;
use postern_authn::factors::Submitted;
use postern_model::ExposeSecret;
use postern_model::audit::AuditKind;
use postern_model::factor::SecondFactor;
use postern_model::store::FactorStore;
use support::app::{App, STEP, caller, enrolled, per_user, verify};

fn form(code: &str) -> Submitted<'_> {
    Submitted { code, nonce: Some("n"), of_form: true, trust: false, client: None }
}

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

#[tokio::test]
async fn a_change_that_is_submitted_twice_is_one_event() {
    let world = per_user().await;
    let view = world.sign_in().await.view;
    let offer = world.authn.begin_enrolment(&view, None, &caller()).await.unwrap();
    let app = App(offer.secret_base32.expose_secret().to_owned());
    let code = app.code(&world);
    let confirm = async || world.authn.confirm_enrolment(&view, None, form(&code), &caller()).await.unwrap();
    let view = confirm().await.view;
    assert_eq!(world.events(AuditKind::Enrolled), 1);
    confirm().await;
    assert_eq!(world.events(AuditKind::Enrolled), 1, "the second one got the first answer");

    world.clock.advance(STEP);
    let code = app.code(&world);
    let replace = async || world.authn.regenerate_codes(&view, form(&code), &caller()).await.unwrap();
    let replaced = replace().await;
    assert_eq!(world.events(AuditKind::BackupCodesReplaced), 1);
    assert_eq!(replace().await.backup_codes, replaced.backup_codes);
    assert_eq!(world.events(AuditKind::BackupCodesReplaced), 1);

    world.clock.advance(STEP);
    let (view, code) = (replaced.view, app.code(&world));
    let disable = async || world.authn.disable(&view, form(&code), &caller()).await.unwrap();
    let token = disable().await;
    assert_eq!(world.events(AuditKind::SecondFactorDisabled), 1);
    assert_eq!(disable().await.hash(), token.hash());
    assert_eq!(world.events(AuditKind::SecondFactorDisabled), 1);
}

#[tokio::test]
async fn ending_the_other_sessions_is_an_event_where_there_were_any() {
    let (world, _, enrolled) = enrolled().await;
    let (user, view) = (enrolled.view.user.id, enrolled.view);
    assert_eq!(world.authn.revoke_others(&view, &caller()).await.unwrap(), 0);
    assert_eq!(world.events(AuditKind::SessionRevoked), 0);
    for _ in 0..2 {
        world.sign_in().await;
    }
    assert_eq!(world.authn.revoke_others(&view, &caller()).await.unwrap(), 2);
    let revoked = (AuditKind::SessionRevoked, Some("all others".to_owned()));
    assert_eq!(world.events_of(user).await.into_iter().filter(|event| *event == revoked).count(), 1);
}

#[tokio::test]
async fn a_full_page_of_events_names_older_ones_only_where_there_are_some() {
    let (world, _, enrolled) = enrolled().await;
    let (user, view) = (enrolled.view.user.id, enrolled.view);
    while world.events_of(user).await.len() < 20 {
        world.clock.advance(Duration::from_secs(1));
        world.sign_in().await;
    }
    assert_eq!(world.events_of(user).await.len(), 20);
    let page = async |before| world.authn.overview(&view, OverviewPage { before, skip_sessions: 0 }).await.unwrap();
    let full = page(None).await;
    assert_eq!((full.activity.len(), full.older_than), (20, None));
    world.clock.advance(Duration::from_secs(1));
    world.sign_in().await;
    let first = page(None).await;
    assert_eq!((first.activity.len(), first.older_than), (20, first.activity.last().map(|event| event.id)));
    assert_eq!(page(first.older_than).await.activity.len(), 1);
}
