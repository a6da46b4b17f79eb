//! A submission that comes twice: the first answer for the same former token, nonce and code within a minute, nothing
//! for anything else.

#![cfg(test)]

mod support;

use std::time::Duration;

use postern_authn::factors::{FactorError, Submitted};
use postern_keystore::SessionToken;
use postern_model::ExposeSecret;
use postern_model::audit::AuditKind;
use postern_model::factor::SecondFactor;
use postern_testkit::entropy::SeededEntropy;
use support::World;
use support::app::{App, STEP, caller, enrolled};

fn form<'a>(code: &'a str, nonce: &'a str) -> Submitted<'a> {
    Submitted { code, nonce: Some(nonce), of_form: true, trust: false, client: None }
}

#[tokio::test]
async fn the_first_answer_is_bound_to_token_nonce_and_code() {
    let (world, app, _) = enrolled().await;
    let (former, other) = (world.sign_in().await, world.sign_in().await);
    let code = app.code(&world);
    let first = world.authn.verify(&former.view, SecondFactor::Totp, form(&code, "n"), &caller()).await.unwrap();
    let ask = async |token: &SessionToken, factor, submitted| {
        world.authn.repetition(token, None, factor, submitted).await.unwrap().map(|repeated| repeated.token.hash())
    };
    let (totp, wrong) = (SecondFactor::Totp, app.wrong(&world));
    assert_eq!(ask(&former.token, totp, form(&code, "n")).await, Some(first.token.hash()));
    assert_eq!(ask(&former.token, totp, form(&code, "m")).await, None, "another form");
    assert_eq!(ask(&former.token, totp, form(&code, "")).await, None, "an empty nonce names no form");
    assert_eq!(ask(&former.token, totp, Submitted::from(&code)).await, None, "no nonce");
    assert_eq!(ask(&former.token, totp, form(&wrong, "n")).await, None, "another code");
    assert_eq!(ask(&former.token, SecondFactor::Backup, form(&code, "n")).await, None, "another factor");
    assert_eq!(ask(&other.token, totp, form(&code, "n")).await, None, "another session");
    assert_eq!(ask(&first.token, totp, form(&code, "n")).await, None, "the fresh token");
    let never = SessionToken::draw(&SeededEntropy::new(99));
    assert_eq!(ask(&never, totp, form(&code, "n")).await, None, "a token that never was");
    assert!(world.authn.session(&former.token).await.unwrap().is_none(), "the former token is dead");
}

#[tokio::test]
async fn a_call_is_answered_again_to_the_same_client_only() {
    let (world, app, _) = enrolled().await;
    let former = world.sign_in().await;
    let code = app.code(&world);
    let call =
        |client: Option<&str>| Submitted { client: client.map(|text| text.parse().unwrap()), ..form(&code, "n") };
    world.authn.verify(&former.view, SecondFactor::Totp, call(Some("192.0.2.1")), &caller()).await.unwrap();
    for (client, answered) in [(Some("192.0.2.1"), true), (Some("192.0.2.2"), false), (None, false)] {
        let repeated = world.authn.repetition(&former.token, None, SecondFactor::Totp, call(client)).await.unwrap();
        assert_eq!(repeated.is_some(), answered, "{client:?}");
    }
}

#[tokio::test]
async fn the_first_answer_is_kept_for_a_minute() {
    let (world, app, _) = enrolled().await;
    let former = world.sign_in().await;
    let code = app.code(&world);
    world.authn.verify(&former.view, SecondFactor::Totp, form(&code, "n"), &caller()).await.unwrap();
    let ask = async || world.authn.repetition(&former.token, None, SecondFactor::Totp, form(&code, "n")).await.unwrap();
    world.clock.advance(Duration::from_secs(59));
    assert!(ask().await.is_some());
    world.clock.advance(Duration::from_secs(1));
    assert!(ask().await.is_none());
}

#[tokio::test]
async fn an_enrolment_that_comes_twice_gives_the_same_codes() {
    let world = World::new().await;
    let former = world.sign_in().await;
    let offer = world.authn.begin_enrolment(&former.view, None, &caller()).await.unwrap();
    let app = App(offer.secret_base32.expose_secret().to_owned());
    let code = app.code(&world);
    let confirm = async || world.authn.confirm_enrolment(&former.view, None, form(&code, "n"), &caller()).await;
    // Both are under way before either is committed.
    let (first, second) = tokio::join!(confirm(), confirm());
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first.token.hash(), second.token.hash());
    assert_eq!(first.backup_codes, second.backup_codes);
    assert_eq!(world.events(AuditKind::Enrolled), 1);
    // One that read its session before they were committed, and looks for the set-up after them.
    let late = confirm().await.unwrap();
    assert_eq!((late.token.hash(), &late.backup_codes), (first.token.hash(), &first.backup_codes));
    assert_eq!(world.events(AuditKind::Enrolled), 1);
    // And one that comes after them.
    let third =
        world.authn.repetition(&former.token, None, SecondFactor::Totp, form(&code, "n")).await.unwrap().unwrap();
    assert_eq!((third.token.hash(), third.backup_codes), (first.token.hash(), first.backup_codes));
    let other_form = world.authn.repetition(&former.token, None, SecondFactor::Totp, form(&code, "m")).await.unwrap();
    assert!(other_form.is_none());
}

#[tokio::test]
async fn new_codes_can_be_read_again_by_their_session_until_they_are_saved() {
    let (world, app, enrolled) = enrolled().await;
    assert_eq!(world.authn.fresh_codes(&enrolled.view).await.unwrap(), enrolled.backup_codes);
    let code = app.code(&world);
    let made = world.authn.regenerate_codes(&enrolled.view, form(&code, "n"), &caller()).await.unwrap();
    let again =
        world.authn.repetition(&enrolled.token, None, SecondFactor::Totp, form(&code, "n")).await.unwrap().unwrap();
    assert_eq!(again.backup_codes, made.backup_codes);
    assert_eq!(world.authn.fresh_codes(&made.view).await.unwrap(), made.backup_codes);
    let other = world.sign_in().await;
    assert!(world.authn.fresh_codes(&other.view).await.unwrap().is_empty(), "another session of the same person");
    world.authn.codes_saved(&other.view).await.unwrap();
    assert_eq!(world.authn.fresh_codes(&made.view).await.unwrap(), made.backup_codes);
    world.authn.codes_saved(&made.view).await.unwrap();
    assert!(world.authn.fresh_codes(&made.view).await.unwrap().is_empty());
}

#[tokio::test]
async fn new_codes_can_be_read_again_for_ten_minutes() {
    let (world, _, enrolled) = enrolled().await;
    world.clock.advance(Duration::from_secs(600) - STEP - Duration::from_secs(1));
    assert_eq!(world.authn.fresh_codes(&enrolled.view).await.unwrap().len(), 8);
    world.clock.advance(Duration::from_secs(1));
    assert!(world.authn.fresh_codes(&enrolled.view).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_wrong_code_that_comes_twice_is_one_failure_and_one_event() {
    let (world, app, enrolled) = enrolled().await;
    let wrong = app.wrong(&world);
    for _ in 0..3 {
        let failed = world.authn.verify(&enrolled.view, SecondFactor::Totp, form(&wrong, "n"), &caller()).await;
        assert!(matches!(failed, Err(FactorError::InvalidCode { attempts_left: 2, locked_until: None })), "{failed:?}");
    }
    assert_eq!(world.events(AuditKind::SecondFactorFailed), 1);
    let failed = world.authn.verify(&enrolled.view, SecondFactor::Totp, form(&wrong, "m"), &caller()).await;
    assert!(matches!(failed, Err(FactorError::InvalidCode { attempts_left: 1, .. })), "another form is another guess");
    assert_eq!(world.events(AuditKind::SecondFactorFailed), 2);
}

#[tokio::test]
async fn a_wrong_first_code_that_comes_twice_is_one_try_and_one_event() {
    let world = World::new().await;
    let view = world.sign_in().await.view;
    let offer = world.authn.begin_enrolment(&view, None, &caller()).await.unwrap();
    let app = App(offer.secret_base32.expose_secret().to_owned());
    let setup = offer.setup_token.unwrap();
    let wrong = app.wrong(&world);
    for (left, nonce) in [(4, "a"), (3, "b"), (2, "c"), (1, "d"), (0, "e")] {
        for setup in
            [None, Some(setup.expose_secret()), Some(setup.expose_secret())].into_iter().skip((left == 0).into())
        {
            let failed = world.authn.confirm_enrolment(&view, setup, form(&wrong, nonce), &caller()).await;
            assert!(
                matches!(failed, Err(FactorError::InvalidCode { attempts_left, .. }) if attempts_left == left),
                "{left}: {failed:?}"
            );
        }
    }
    assert_eq!(world.events(AuditKind::SecondFactorFailed), 5);
    let setup = Some(setup.expose_secret());
    let other = world.authn.confirm_enrolment(&view, setup, form(&wrong, "f"), &caller()).await;
    assert!(matches!(other, Err(FactorError::InvalidToken)), "{other:?}");
}
