//! Second factors: enrolment, verification, replay, lockout, backup codes, step-up, switching off.

#![cfg(test)]

mod support;

use std::time::Duration;

use postern_authn::access::{Standing, Step};
use postern_authn::factors::FactorError;
use postern_model::ExposeSecret;
use postern_model::clock::Clock;
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;
use postern_model::store::{FactorStore, SessionStore, UserStore};
use support::World;
use support::app::{App, STEP, caller, enrol, enrolled, per_user, verify};

#[tokio::test]
async fn enrolling_completes_the_session_under_a_fresh_token() {
    let world = World::new().await;
    let signed_in = world.sign_in().await;
    assert_eq!(world.authn.standing(&signed_in.view), Standing::Waiting(Step::Enrol));
    let (_, enrolled) = enrol(&world, &signed_in.view).await;
    assert_eq!(world.authn.standing(&enrolled.view), Standing::Complete);
    assert_eq!(enrolled.backup_codes.len(), 8);
    assert_ne!(enrolled.token.hash(), signed_in.token.hash());
    assert!(world.authn.session(&signed_in.token).await.unwrap().is_none(), "the old token is dead");
    assert!(world.authn.session(&enrolled.token).await.unwrap().is_some());
}

#[tokio::test]
async fn the_code_that_enrolled_cannot_verify_again() {
    let world = World::new().await;
    let signed_in = world.sign_in().await;
    let offer = world.authn.begin_enrolment(&signed_in.view, None, &caller()).await.unwrap();
    let app = App(offer.secret_base32.expose_secret().to_owned());
    let code = app.code(&world);
    let enrolled = world.authn.confirm_enrolment(&signed_in.view, None, &code, &caller()).await.unwrap();
    assert!(matches!(verify(&world, &enrolled.view, &code).await, Err(FactorError::InvalidCode { .. })));
}

#[tokio::test]
async fn a_code_verifies_once_and_older_ones_never() {
    let (world, app, enrolled) = enrolled().await;
    let older = app.code(&world);
    world.clock.advance(STEP);
    let code = app.code(&world);
    let view = verify(&world, &enrolled.view, &code).await.unwrap();
    assert!(matches!(verify(&world, &view, &code).await, Err(FactorError::InvalidCode { .. })));
    assert!(matches!(verify(&world, &view, &older).await, Err(FactorError::InvalidCode { .. })));
    world.clock.advance(STEP);
    assert!(verify(&world, &view, &app.code(&world)).await.is_ok());
}

#[tokio::test]
async fn fifty_parallel_uses_of_one_code_succeed_once() {
    let (world, app, _) = enrolled().await;
    let view = world.sign_in().await.view;
    let code = app.code(&world);
    let mut successes = 0;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (authn, view, code) = (world.authn.clone(), view.clone(), code.clone());
        tasks.spawn(async move { authn.verify(&view, SecondFactor::Totp, &code, &caller()).await.is_ok() });
    }
    while let Some(success) = tasks.join_next().await {
        successes += u32::from(success.unwrap());
    }
    assert_eq!(successes, 1);
}

#[tokio::test]
async fn three_failures_lock_and_the_right_code_is_not_even_looked_at() {
    let (world, app, enrolled) = enrolled().await;
    let view = enrolled.view;
    for left in [2, 1, 0] {
        let failed = verify(&world, &view, &app.wrong(&world)).await.unwrap_err();
        let FactorError::InvalidCode { attempts_left, locked_until } = failed else { panic!("{failed}") };
        assert_eq!((attempts_left, locked_until.is_some()), (left, left == 0));
    }
    assert!(matches!(verify(&world, &view, &app.code(&world)).await, Err(FactorError::Locked { .. })));
    world.clock.advance(Duration::from_secs(299));
    assert!(matches!(verify(&world, &view, &app.code(&world)).await, Err(FactorError::Locked { .. })));
    world.clock.advance(Duration::from_secs(1));
    let view = verify(&world, &view, &app.code(&world)).await.unwrap();
    // Success resets: two failures later there is still no lock.
    for _ in 0..2 {
        let failed = verify(&world, &view, &app.wrong(&world)).await;
        assert!(matches!(failed, Err(FactorError::InvalidCode { locked_until: None, .. })));
    }
}

#[tokio::test]
async fn every_path_that_takes_a_code_counts_on_the_same_counter() {
    let world = per_user().await;
    let signed_in = world.sign_in().await;
    let (app, enrolled) = enrol(&world, &signed_in.view).await;
    let view = enrolled.view;
    assert!(verify(&world, &view, &app.wrong(&world)).await.is_err());
    assert!(world.authn.disable(&view, &app.wrong(&world), &caller()).await.is_err());
    assert!(world.authn.regenerate_codes(&view, &app.wrong(&world), &caller()).await.is_err());
    let code = app.code(&world);
    assert!(matches!(verify(&world, &view, &code).await, Err(FactorError::Locked { .. })));
    assert!(matches!(world.authn.disable(&view, &code, &caller()).await, Err(FactorError::Locked { .. })));
    assert!(matches!(world.authn.regenerate_codes(&view, &code, &caller()).await, Err(FactorError::Locked { .. })));
}

#[tokio::test]
async fn a_locked_authenticator_leaves_the_backup_codes_working() {
    let (world, app, enrolled) = enrolled().await;
    for _ in 0..3 {
        verify(&world, &enrolled.view, &app.wrong(&world)).await.unwrap_err();
    }
    let view = world.sign_in().await.view;
    let typed = enrolled.backup_codes[0].to_lowercase().replace('-', " ");
    let elevated = world.authn.verify(&view, SecondFactor::Backup, &typed, &caller()).await.unwrap();
    assert_eq!(elevated.view.factors.backup_codes_left, 7);
    let again = world.authn.verify(&elevated.view, SecondFactor::Backup, &typed, &caller()).await;
    assert!(matches!(again, Err(FactorError::InvalidCode { .. })));
}

#[tokio::test]
async fn fifty_parallel_uses_of_one_backup_code_succeed_once() {
    let (world, _, enrolled) = enrolled().await;
    let view = world.sign_in().await.view;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (authn, view, code) = (world.authn.clone(), view.clone(), enrolled.backup_codes[3].clone());
        tasks.spawn(async move { authn.verify(&view, SecondFactor::Backup, &code, &caller()).await.is_ok() });
    }
    let mut successes = 0;
    while let Some(success) = tasks.join_next().await {
        successes += u32::from(success.unwrap());
    }
    assert_eq!(successes, 1);
}

#[tokio::test]
async fn the_first_factor_alone_cannot_touch_an_enabled_factor() {
    let (world, app, _) = enrolled().await;
    let view = world.sign_in().await.view;
    assert!(matches!(world.authn.begin_enrolment(&view, None, &caller()).await, Err(FactorError::StepUpRequired)));
    assert!(matches!(world.authn.pending_offer(&view).await, Err(FactorError::StepUpRequired)));
    let code = app.code(&world);
    assert!(matches!(world.authn.disable(&view, &code, &caller()).await, Err(FactorError::SignInRequired)));
    assert!(matches!(world.authn.reset(&view, None, &caller()).await, Err(FactorError::SignInRequired)));
    assert!(matches!(world.authn.regenerate_codes(&view, &code, &caller()).await, Err(FactorError::SignInRequired)));
    assert!(verify(&world, &view, &code).await.is_ok(), "the old authenticator still works, and the code is unspent");
}

#[tokio::test]
async fn replacing_needs_a_code_of_its_own_and_ends_other_sessions() {
    let (world, app, first) = enrolled().await;
    let other = world.sign_in().await;
    assert!(
        matches!(world.authn.begin_enrolment(&first.view, None, &caller()).await, Err(FactorError::StepUpRequired)),
        "having just verified is no code"
    );
    let offer = world.authn.begin_replacement(&first.view, &app.code(&world), &caller()).await.unwrap();
    world.clock.advance(STEP);
    let new = App(offer.secret_base32.expose_secret().to_owned());
    let replaced = world.authn.confirm_enrolment(&first.view, None, &new.code(&world), &caller()).await.unwrap();
    assert!(world.authn.session(&other.token).await.unwrap().is_none());
    world.clock.advance(STEP);
    assert!(verify(&world, &replaced.view, &app.code(&world)).await.is_err(), "the old app is out");
    assert!(verify(&world, &replaced.view, &new.code(&world)).await.is_ok());
}

#[tokio::test]
async fn a_replacement_takes_a_backup_code_too_and_no_code_twice() {
    let (world, app, first) = enrolled().await;
    let code = app.code(&world);
    world.authn.begin_replacement(&first.view, &code, &caller()).await.unwrap();
    let again = world.authn.begin_replacement(&first.view, &code, &caller()).await;
    assert!(matches!(again, Err(FactorError::InvalidCode { .. })), "a code authorises one action");
    let backup = &first.backup_codes[0];
    assert!(world.authn.begin_replacement(&first.view, backup, &caller()).await.is_ok(), "the phone may be lost");
    let again = world.authn.begin_replacement(&first.view, backup, &caller()).await;
    assert!(matches!(again, Err(FactorError::InvalidCode { .. })));
}

#[tokio::test]
async fn a_replacement_lasts_as_long_as_its_offer_and_no_longer() {
    let (world, app, first) = enrolled().await;
    let begin = async |world: &World, view: &SessionView| {
        let offer = world.authn.begin_replacement(view, &app.code(world), &caller()).await.unwrap();
        App(offer.secret_base32.expose_secret().to_owned())
    };
    begin(&world, &first.view).await;
    let view = world.authn.session(&first.token).await.unwrap().unwrap();
    world.clock.advance(Duration::from_secs(600));
    let new = begin(&world, &view).await;
    world.clock.advance(Duration::from_secs(600));
    let late = world.authn.confirm_enrolment(&view, None, &new.code(&world), &caller()).await;
    assert!(matches!(late, Err(FactorError::TokenExpired)), "ten minutes");
    let new = begin(&world, &view).await;
    world.clock.advance(Duration::from_secs(599));
    assert!(world.authn.confirm_enrolment(&view, None, &new.code(&world), &caller()).await.is_ok());
}

#[tokio::test]
async fn a_pending_enrolment_begun_before_another_session_enrolled_is_void() {
    let world = World::new().await;
    let (early, late) = (world.sign_in().await, world.sign_in().await);
    let offer = world.authn.begin_enrolment(&early.view, None, &caller()).await.unwrap();
    let (app, _) = enrol(&world, &late.view).await;
    let attacker = App(offer.secret_base32.expose_secret().to_owned());
    let stale = world.authn.confirm_enrolment(&early.view, None, &attacker.code(&world), &caller()).await;
    assert!(matches!(stale, Err(FactorError::InvalidToken)), "{stale:?}");
    let early = world.authn.session(&early.token).await.unwrap().unwrap();
    let stale = world.authn.confirm_enrolment(&early, None, &attacker.code(&world), &caller()).await;
    assert!(matches!(stale, Err(FactorError::StepUpRequired)), "{stale:?}");
    let raised = verify(&world, &early, &app.code(&world)).await.unwrap();
    for code in [attacker.code(&world), attacker.wrong(&world)] {
        let stale = world.authn.confirm_enrolment(&raised, None, &code, &caller()).await;
        assert!(matches!(stale, Err(FactorError::StepUpRequired)), "{stale:?}");
    }
}

#[tokio::test]
async fn a_set_up_token_is_of_one_session_five_tries_and_ten_minutes() {
    let world = World::new().await;
    let (ours, theirs) = (world.sign_in().await, world.sign_in().await);
    let offer = world.authn.begin_enrolment(&ours.view, None, &caller()).await.unwrap();
    let app = App(offer.secret_base32.expose_secret().to_owned());
    let token = offer.setup_token.unwrap();
    let token = token.expose_secret();
    let confirm = async |view: &SessionView, token: &str, code: &str| {
        world.authn.confirm_enrolment(view, Some(token), code, &caller()).await
    };
    assert!(matches!(confirm(&theirs.view, token, &app.code(&world)).await, Err(FactorError::InvalidToken)));
    for bad in ["", "x", &"A".repeat(43)] {
        assert!(matches!(confirm(&ours.view, bad, &app.code(&world)).await, Err(FactorError::InvalidToken)));
    }
    for left in [4, 3, 2, 1, 0] {
        let failed = confirm(&ours.view, token, &app.wrong(&world)).await.unwrap_err();
        assert!(matches!(failed, FactorError::InvalidCode { attempts_left, .. } if attempts_left == left), "{failed}");
    }
    assert!(matches!(confirm(&ours.view, token, &app.code(&world)).await, Err(FactorError::InvalidToken)));

    let offer = world.authn.begin_enrolment(&theirs.view, None, &caller()).await.unwrap();
    let app = App(offer.secret_base32.expose_secret().to_owned());
    let token = offer.setup_token.unwrap();
    // The session waits for its set-up.
    let theirs = world.authn.session(&theirs.token).await.unwrap().unwrap();
    world.clock.advance(Duration::from_secs(599));
    let wrong = confirm(&theirs, token.expose_secret(), &app.wrong(&world)).await;
    assert!(matches!(wrong, Err(FactorError::InvalidCode { .. })), "{wrong:?}");
    world.clock.advance(Duration::from_secs(1));
    let late = confirm(&theirs, token.expose_secret(), &app.code(&world)).await;
    assert!(matches!(late, Err(FactorError::SignInRequired)), "{late:?}");
}

#[tokio::test]
async fn a_set_up_begun_late_has_its_full_time() {
    let world = World::new().await;
    let signed_in = world.sign_in().await;
    world.clock.advance(Duration::from_secs(300));
    let offer = world.authn.begin_enrolment(&signed_in.view, None, &caller()).await.unwrap();
    let app = App(offer.secret_base32.expose_secret().to_owned());
    world.clock.advance(Duration::from_secs(599));
    let view = world.authn.session(&signed_in.token).await.unwrap().expect("the session waits for the set-up");
    assert!(world.authn.confirm_enrolment(&view, None, &app.code(&world), &caller()).await.is_ok());

    let other = world.sign_in().await;
    world.clock.advance(Duration::from_secs(600));
    assert!(
        world.authn.session(&other.token).await.unwrap().is_none(),
        "without a set-up the waiting time is as before"
    );
}

#[tokio::test]
async fn a_required_or_enforced_factor_cannot_be_given_up() {
    let (world, app, enrolled) = enrolled().await;
    let refused = world.authn.disable(&enrolled.view, &app.code(&world), &caller()).await;
    assert!(matches!(refused, Err(FactorError::Enforced)), "policy required");
    assert!(matches!(world.authn.reset(&enrolled.view, None, &caller()).await, Err(FactorError::Enforced)));

    let world = per_user().await;
    let view = world.sign_in().await.view;
    let (app, enrolled) = enrol(&world, &view).await;
    world.store.require_second_factor(view.user.id, true, true, world.clock.now()).await.unwrap();
    let view = world.authn.session(&enrolled.token).await.unwrap().unwrap();
    let refused = world.authn.disable(&view, &app.code(&world), &caller()).await;
    assert!(matches!(refused, Err(FactorError::Enforced)), "enforced by an administrator");
    assert!(world.store.factors(view.user.id).await.unwrap().is_some());
}

#[tokio::test]
async fn giving_up_ends_every_other_session_and_takes_the_level_of_this_one() {
    let world = per_user().await;
    let view = world.sign_in().await.view;
    let (app, enrolled) = enrol(&world, &view).await;
    let other = world.sign_in().await;
    let token = world.authn.disable(&enrolled.view, &app.code(&world), &caller()).await.unwrap();
    assert!(world.authn.session(&other.token).await.unwrap().is_none());
    assert!(world.authn.session(&enrolled.token).await.unwrap().is_none(), "the token rotated");
    let view = world.authn.session(&token).await.unwrap().unwrap();
    assert_eq!(view.session.second_factor, None);
    assert!(!view.factors.enrolled());
    assert!(matches!(verify(&world, &view, "123456").await, Err(FactorError::NotEnrolled)));
}

#[tokio::test]
async fn a_reset_without_a_code_drops_a_set_up_and_never_a_factor() {
    let world = per_user().await;
    let signed_in = world.sign_in().await;
    let offer = world.authn.begin_enrolment(&signed_in.view, None, &caller()).await.unwrap();
    let dropped = App(offer.secret_base32.expose_secret().to_owned());
    assert!(world.authn.reset(&signed_in.view, None, &caller()).await.unwrap().is_none(), "the token stays");
    assert!(world.authn.pending_offer(&signed_in.view).await.unwrap().is_none());
    let stale = world.authn.confirm_enrolment(&signed_in.view, None, &dropped.code(&world), &caller()).await;
    assert!(matches!(stale, Err(FactorError::InvalidToken)));

    let (app, enrolled) = enrol(&world, &signed_in.view).await;
    let fresh = world.authn.reset(&enrolled.view, None, &caller()).await;
    assert!(matches!(fresh, Err(FactorError::StepUpRequired)), "just verified, and yet no code");
    let wrong = app.wrong(&world);
    let refused = world.authn.reset(&enrolled.view, Some((&wrong).into()), &caller()).await;
    assert!(matches!(refused, Err(FactorError::InvalidCode { .. })));
    let code = app.code(&world);
    assert!(world.authn.reset(&enrolled.view, Some((&code).into()), &caller()).await.unwrap().is_some());
}

#[tokio::test]
async fn without_a_factor_there_is_none_to_change() {
    let world = World::new().await;
    let view = world.sign_in().await.view;
    let none = world.authn.disable(&view, "123456", &caller()).await.unwrap_err();
    assert!(matches!(none, FactorError::NotEnrolled), "{none}");
    let none = world.authn.regenerate_codes(&view, "123456", &caller()).await.unwrap_err();
    assert!(matches!(none, FactorError::NotEnrolled), "{none}");
}

#[tokio::test]
async fn new_backup_codes_replace_the_old_ones() {
    let (world, app, enrolled) = enrolled().await;
    let fresh = world.authn.regenerate_codes(&enrolled.view, &app.code(&world), &caller()).await.unwrap();
    assert_eq!(fresh.view.factors.backup_codes_left, 8);
    let old = world.authn.verify(&fresh.view, SecondFactor::Backup, &enrolled.backup_codes[0], &caller()).await;
    assert!(matches!(old, Err(FactorError::InvalidCode { .. })));
    let new = world.authn.verify(&fresh.view, SecondFactor::Backup, &fresh.backup_codes[0], &caller()).await;
    assert!(new.is_ok());
}

#[tokio::test]
async fn a_revoked_session_cannot_be_raised() {
    let (world, app, _) = enrolled().await;
    let view = world.sign_in().await.view;
    world.store.end_session(view.user.id, view.session.id).await.unwrap();
    assert!(matches!(verify(&world, &view, &app.code(&world)).await, Err(FactorError::SignInRequired)));
}

#[tokio::test]
async fn the_store_holds_nothing_that_opens_elsewhere() {
    let (world, app, enrolled) = enrolled().await;
    let stored = world.store.factors(enrolled.view.user.id).await.unwrap().unwrap();
    assert!(!stored.totp_secret.contains(&app.0));
    for code in &enrolled.backup_codes {
        assert!(stored.backup_codes.iter().all(|digest| !digest.contains(code.as_str())));
    }
    // The same rows under another user do not open: what is sealed is sealed to its place.
    world.provider.lie.lock().unwrap().claims = Some(Box::new(|claims| {
        claims["sub"] = "sub-2".into();
        claims["email"] = "eve@example.com".into();
    }));
    let eve = world.sign_in().await.view;
    let (_, eve) = enrol(&world, &eve).await;
    let own = world.store.factors(eve.view.user.id).await.unwrap().unwrap();
    assert!(world.store.reseal(eve.view.user.id, &own, &stored).await.unwrap());
    let view = world.authn.session(&eve.token).await.unwrap().unwrap();
    assert!(matches!(verify(&world, &view, &app.code(&world)).await, Err(FactorError::Unreadable(_))));
    let codes = world.authn.verify(&view, SecondFactor::Backup, &enrolled.backup_codes[0], &caller()).await;
    assert!(matches!(codes, Err(FactorError::InvalidCode { .. })));
}
