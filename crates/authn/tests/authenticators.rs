//! Several authenticator apps: added with a code, accepted alike, each replayed for itself, never all removed.

#![cfg(test)]

mod support;

use postern_authn::access::{Standing, Step};
use postern_authn::factors::{Enrolled, FactorError, Offer, Submitted};
use postern_model::ExposeSecret;
use postern_model::audit::AuditKind;
use postern_model::authenticator::AUTHENTICATORS_MAX;
use postern_model::clock::Clock;
use postern_model::factor::{SecondFactor, StoredFactors};
use postern_model::id::AuthenticatorId;
use postern_model::lockout::Lockout;
use postern_model::session::SessionView;
use postern_model::store::{FactorStore, SessionStore};
use support::World;
use support::app::{App, STEP, caller, enrolled, verify};

fn with<'a>(code: &'a str, nonce: &'a str) -> Submitted<'a> {
    Submitted { code, nonce: Some(nonce), of_form: true, trust: false, client: None }
}

async fn begin(world: &World, app: &App, view: &SessionView) -> Result<Offer, FactorError> {
    let code = app.code(world);
    world.clock.advance(STEP);
    world.authn.begin_authenticator(view, with(&code, "begin"), &caller()).await
}

/// Adds an app with a code of another one; returns it, and the session.
async fn add(world: &World, app: &App, view: &SessionView, name: &str) -> (App, SessionView) {
    let offer = begin(world, app, view).await.unwrap();
    let new = App(offer.secret_base32.expose_secret().to_owned());
    let added = world.authn.add_authenticator(view, with(&new.code(world), "add"), name, &caller()).await.unwrap();
    world.clock.advance(STEP);
    (new, added.view)
}

/// Somebody with two apps.
async fn equipped() -> (World, [App; 2], SessionView) {
    let (world, first, Enrolled { view, .. }) = enrolled().await;
    let (second, view) = add(&world, &first, &view, " Tablet\u{7} ").await;
    (world, [first, second], view)
}

async fn listed(world: &World, view: &SessionView) -> Vec<(AuthenticatorId, String)> {
    let listed = world.authn.authenticators(view).await.unwrap();
    listed.into_iter().map(|(one, _)| (one.id, one.name.unwrap())).collect()
}

async fn remove(world: &World, app: &App, view: &SessionView, id: AuthenticatorId) -> Result<SessionView, FactorError> {
    let code = app.code(world);
    world.clock.advance(STEP);
    world.authn.remove_authenticator(view, id, with(&code, "remove"), &caller()).await.map(|raised| raised.view)
}

#[tokio::test]
async fn a_code_of_any_app_is_accepted_once() {
    let (world, apps, view) = equipped().await;
    assert_eq!(world.authn.standing(&view), Standing::Complete);
    let names: Vec<_> = listed(&world, &view).await.into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["Authenticator app", "Tablet"]);
    for app in &apps {
        let next = world.sign_in().await.view;
        assert_eq!(world.authn.standing(&next), Standing::Waiting(Step::Verify));
        let code = app.code(&world);
        let raised = verify(&world, &next, &code).await.unwrap();
        assert_eq!(world.authn.standing(&raised), Standing::Complete);
        let replayed = verify(&world, &world.sign_in().await.view, &code).await;
        assert!(matches!(replayed, Err(FactorError::InvalidCode { .. })), "{replayed:?}");
    }
    let used: Vec<_> = world.authn.authenticators(&view).await.unwrap().into_iter().map(|(_, used)| used).collect();
    assert_eq!(used, [Some(world.clock.now()); 2], "the beginning of the step, at which the clock stands");
    let events = world.events_of(view.user.id).await;
    let id = listed(&world, &view).await[1].0.to_string();
    assert!(events.contains(&(AuditKind::AuthenticatorAdded, Some(id))), "{events:?}");
}

#[tokio::test]
async fn one_wrong_code_is_one_attempt_and_the_lock_is_of_all_apps() {
    let (world, apps, view) = equipped().await;
    let next = world.sign_in().await.view;
    for left in [2, 1, 0] {
        let refused = verify(&world, &next, &apps[0].wrong(&world)).await;
        assert!(matches!(refused, Err(FactorError::InvalidCode { attempts_left, .. }) if attempts_left == left));
    }
    for app in &apps {
        let locked = verify(&world, &next, &app.code(&world)).await;
        assert!(matches!(locked, Err(FactorError::Locked { .. })), "{locked:?}");
    }
    let lockout = world.store.lockout(view.user.id, SecondFactor::Totp).await.unwrap().unwrap();
    assert_eq!(lockout.failures, 3);
    world.clock.advance(10 * STEP);
    verify(&world, &next, &apps[1].code(&world)).await.unwrap();
    let lockout = world.store.lockout(view.user.id, SecondFactor::Totp).await.unwrap();
    assert_eq!(lockout, Some(Lockout::default()));
}

#[tokio::test]
async fn adding_needs_a_code_of_its_own_and_changes_nothing_else() {
    let (world, app, enrolled) = enrolled().await;
    let other = verify(&world, &world.sign_in().await.view, &app.code(&world)).await.unwrap();
    world.clock.advance(STEP);
    let refused = world.authn.begin_authenticator(&other, with(&app.wrong(&world), "n"), &caller()).await;
    assert!(matches!(refused, Err(FactorError::InvalidCode { .. })));
    let waiting = world.sign_in().await.view;
    let refused = begin(&world, &app, &waiting).await;
    assert!(matches!(refused, Err(FactorError::SignInRequired)), "a session that waits for its factor");
    // Without a set-up that a code allowed there is nothing to confirm, nor does one for a replacement do.
    let view = enrolled.view;
    let nothing = world.authn.add_authenticator(&view, with(&app.code(&world), "n"), "x", &caller()).await;
    assert!(matches!(nothing, Err(FactorError::InvalidToken)), "{nothing:?}");
    world.clock.advance(STEP);
    let offer = world.authn.begin_replacement(&view, with(&app.code(&world), "n"), &caller()).await.unwrap();
    let new = App(offer.secret_base32.expose_secret().to_owned());
    for code in [new.code(&world), new.wrong(&world)] {
        let wrong = world.authn.add_authenticator(&view, with(&code, "n"), "x", &caller()).await;
        assert!(matches!(wrong, Err(FactorError::InvalidToken)), "{wrong:?}");
    }
    // And one to add does not replace.
    world.clock.advance(STEP);
    let offer = begin(&world, &app, &view).await.unwrap();
    let new = App(offer.secret_base32.expose_secret().to_owned());
    assert!(world.authn.pending_offer(&view).await.unwrap().is_none());
    assert!(world.authn.pending_authenticator(&view).await.unwrap().is_some());
    let wrong = world.authn.confirm_enrolment(&view, None, &new.code(&world), &caller()).await;
    assert!(matches!(wrong, Err(FactorError::InvalidToken)), "{wrong:?}");
    let added = world.authn.add_authenticator(&view, with(&new.code(&world), "n"), "", &caller()).await.unwrap();
    assert_eq!(added.view.factors, view.factors, "the backup codes stay");
    assert!(world.authn.session(&added.token).await.unwrap().is_some());
    let others = world.authn.overview(&added.view, Default::default()).await.unwrap().others;
    assert!(others.iter().any(|session| session.id == other.session.id), "other sessions stay");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_gets_the_first_reply() {
    let (world, app, Enrolled { view, token, .. }) = enrolled().await;
    let code = app.code(&world);
    let first = world.authn.begin_authenticator(&view, with(&code, "n"), &caller()).await.unwrap();
    let again = world.authn.begin_authenticator(&view, with(&code, "n"), &caller()).await.unwrap();
    assert_eq!(first.secret_base32.expose_secret(), again.secret_base32.expose_secret(), "one set-up, one code");
    let new = App(first.secret_base32.expose_secret().to_owned());
    let code = new.code(&world);
    let added = world.authn.add_authenticator(&view, with(&code, "m"), "Tablet", &caller()).await.unwrap();
    // Having read the session before the first submission rotated its token.
    let again = world.authn.add_authenticator(&view, with(&code, "m"), "Tablet", &caller()).await.unwrap();
    assert_eq!(again.token.hash(), added.token.hash());
    let lost = world.authn.repetition(&token, None, SecondFactor::Totp, with(&code, "m")).await.unwrap().unwrap();
    assert_eq!(lost.token.hash(), added.token.hash());
    assert_eq!(listed(&world, &added.view).await.len(), 2);
    assert_eq!(world.events(AuditKind::AuthenticatorAdded), 1);
}

#[tokio::test]
async fn there_is_a_limit_and_it_costs_no_code() {
    let (world, app, Enrolled { mut view, .. }) = enrolled().await;
    for number in 1..AUTHENTICATORS_MAX {
        view = add(&world, &app, &view, &format!("App {number}")).await.1;
    }
    let code = app.code(&world);
    let full = world.authn.begin_authenticator(&view, with(&code, "n"), &caller()).await;
    assert!(matches!(full, Err(FactorError::AuthenticatorsFull)));
    verify(&world, &view, &code).await.unwrap();
}

#[tokio::test]
async fn a_wrong_first_code_counts_against_the_set_up_alone() {
    let (world, app, Enrolled { view, .. }) = enrolled().await;
    let offer = begin(&world, &app, &view).await.unwrap();
    let new = App(offer.secret_base32.expose_secret().to_owned());
    let wrong = new.wrong(&world);
    let failed = world.events(AuditKind::SecondFactorFailed);
    for (left, nonce) in [(4, "a"), (3, "b"), (2, "c"), (1, "d"), (0, "e")] {
        // A repetition, as by Reload, is not another try.
        for _ in 0..if left > 0 { 2 } else { 1 } {
            let refused = world.authn.add_authenticator(&view, with(&wrong, nonce), "x", &caller()).await;
            assert!(matches!(refused, Err(FactorError::InvalidCode { attempts_left, .. }) if attempts_left == left));
        }
    }
    assert_eq!(world.events(AuditKind::SecondFactorFailed), failed + 5);
    let spent = world.authn.add_authenticator(&view, with(&new.code(&world), "n"), "x", &caller()).await;
    assert!(matches!(spent, Err(FactorError::InvalidToken)), "{spent:?}");
    let lockout = world.store.lockout(view.user.id, SecondFactor::Totp).await.unwrap();
    assert_eq!(lockout, Some(Lockout::default()));
}

#[tokio::test]
async fn a_removed_app_opens_nothing_and_takes_its_sessions_along() {
    let (world, [first, second], view) = equipped().await;
    let tablet = verify(&world, &world.sign_in().await.view, &second.code(&world)).await.unwrap();
    let id = listed(&world, &view).await[1].0;
    let after = remove(&world, &first, &view, id).await.unwrap();
    assert_eq!(world.authn.standing(&after), Standing::Complete);
    let events = world.events_of(view.user.id).await;
    assert!(events.contains(&(AuditKind::AuthenticatorRemoved, Some(id.to_string()))), "{events:?}");
    let tablet = world.store.session(&tablet.session.token).await.unwrap().unwrap();
    assert_eq!(world.authn.standing(&tablet), Standing::Waiting(Step::Verify));
    let dead = verify(&world, &world.sign_in().await.view, &second.code(&world)).await;
    assert!(matches!(dead, Err(FactorError::InvalidCode { .. })), "{dead:?}");
    let gone = remove(&world, &first, &after, id).await;
    assert!(matches!(gone, Err(FactorError::NotEnrolled)), "{gone:?}");
}

#[tokio::test]
async fn the_first_is_succeeded_by_the_next_and_the_last_one_stays() {
    let (world, [first, second], view) = equipped().await;
    let ids = listed(&world, &view).await;
    let code = first.code(&world);
    // With a code of its own: this session was verified by it, so it has to verify again.
    let lowered = remove(&world, &first, &view, ids[0].0).await.unwrap();
    assert_eq!(world.authn.standing(&lowered), Standing::Waiting(Step::Verify));
    assert_eq!(listed(&world, &lowered).await, [ids[1].clone()]);
    for dead in [code, first.code(&world)] {
        let refused = verify(&world, &lowered, &dead).await;
        assert!(matches!(refused, Err(FactorError::InvalidCode { .. })), "{refused:?}");
    }
    let raised = verify(&world, &lowered, &second.code(&world)).await.unwrap();
    world.clock.advance(STEP);
    let last = remove(&world, &second, &raised, ids[1].0).await;
    assert!(matches!(last, Err(FactorError::LastAuthenticator)), "{last:?}");
    // The code was not used up, and the app works on as the first one.
    world.clock.advance(STEP);
    verify(&world, &raised, &second.code(&world)).await.unwrap();
}

#[tokio::test]
async fn one_secret_that_cannot_be_opened_hides_no_other() {
    let (world, [first, second], view) = equipped().await;
    let stored = world.store.factors(view.user.id).await.unwrap().unwrap();
    let broken = StoredFactors { totp_secret: "moved".to_owned(), ..stored.clone() };
    assert!(world.store.reseal(view.user.id, &stored, &broken).await.unwrap());
    let next = world.sign_in().await.view;
    verify(&world, &next, &second.code(&world)).await.unwrap();
    // The other one was compared, so guesses count.
    world.clock.advance(STEP);
    let next = world.sign_in().await.view;
    for left in [2, 1, 0] {
        let refused = verify(&world, &next, &first.code(&world)).await;
        assert!(
            matches!(refused, Err(FactorError::InvalidCode { attempts_left, .. }) if attempts_left == left),
            "{refused:?}"
        );
    }
    let locked = verify(&world, &next, &second.code(&world)).await;
    assert!(matches!(locked, Err(FactorError::Locked { .. })), "{locked:?}");
}

#[tokio::test]
async fn a_code_that_two_apps_show_is_accepted_once_for_each() {
    let (world, [_, second], view) = equipped().await;
    let found = world.store.checkable(view.user.id, SecondFactor::Totp).await.unwrap().unwrap();
    let same = StoredFactors { totp_secret: found.further[0].totp_secret.clone(), ..found.stored.clone() };
    assert!(world.store.reseal(view.user.id, &found.stored, &same).await.unwrap());
    let code = second.code(&world);
    for accepted in [true, true, false] {
        let outcome = verify(&world, &world.sign_in().await.view, &code).await;
        assert_eq!(outcome.is_ok(), accepted, "{outcome:?}");
    }
}

#[tokio::test]
async fn without_a_secret_that_can_be_opened_nothing_is_an_attempt() {
    let (world, app, Enrolled { view, .. }) = enrolled().await;
    let stored = world.store.factors(view.user.id).await.unwrap().unwrap();
    let broken = StoredFactors { totp_secret: "moved".to_owned(), ..stored.clone() };
    assert!(world.store.reseal(view.user.id, &stored, &broken).await.unwrap());
    let next = world.sign_in().await.view;
    let refused = verify(&world, &next, &app.code(&world)).await;
    assert!(matches!(refused, Err(FactorError::Unreadable(_))), "{refused:?}");
    let lockout = world.store.lockout(view.user.id, SecondFactor::Totp).await.unwrap();
    assert_eq!(lockout, Some(Lockout::default()), "a failure on our side is no attempt");
}

#[tokio::test]
async fn names_are_presentable_and_their_owner_s() {
    let (world, _, view) = equipped().await;
    let ids = listed(&world, &view).await;
    for (id, _) in &ids {
        assert!(world.authn.rename_authenticator(&view, *id, " <b>Key\u{0}</b> ", &caller()).await.unwrap());
    }
    assert!(listed(&world, &view).await.iter().all(|(_, name)| name == "<b>Key</b>"));
    assert!(world.authn.rename_authenticator(&view, ids[0].0, "  ", &caller()).await.unwrap());
    assert_eq!(listed(&world, &view).await[0].1, "Authenticator app");
    let unknown = AuthenticatorId(uuid::Uuid::from_u128(7));
    assert!(!world.authn.rename_authenticator(&view, unknown, "x", &caller()).await.unwrap());
    let waiting = world.sign_in().await.view;
    let refused = world.authn.rename_authenticator(&waiting, ids[0].0, "x", &caller()).await;
    assert!(matches!(refused, Err(FactorError::SignInRequired)), "{refused:?}");
    assert_eq!(world.events(AuditKind::AuthenticatorRenamed), 3);
}
