//! Enrolling with a passkey and no authenticator app, living with it, and going back to an app.

#![cfg(test)]

mod support;

use std::time::Duration;

use postern_authn::access::{Standing, Step, counts};
use postern_authn::factors::{Change, Confirmation, Enrolled, FactorError, PasskeySetUp, Submitted};
use postern_keystore::ticket;
use postern_model::ExposeSecret;
use postern_model::audit::AuditKind;
use postern_model::clock::Clock;
use postern_model::enrolment::LIFETIME;
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;
use postern_model::store::{FactorStore, PasskeyStore};
use postern_testkit::authenticator::Authenticator;
use postern_testkit::entropy::SeededEntropy;
use support::World;
use support::app::{App, STEP, caller, enrol, enrolled, per_user, verify};

const ORIGIN: &str = "https://example.com";

fn key(seed: u8) -> Authenticator {
    Authenticator::new(ORIGIN, seed)
}

fn form<'a>(code: &'a str, nonce: &'a str) -> Submitted<'a> {
    Submitted { code, nonce: Some(nonce), of_form: true, trust: false, client: None }
}

async fn begin(world: &World, view: &SessionView) -> PasskeySetUp {
    world.authn.begin_enrolment(view, None, &caller()).await.unwrap();
    world.authn.passkey_set_up(view).await.unwrap().unwrap()
}

async fn complete(
    world: &World,
    view: &SessionView,
    set_up: &PasskeySetUp,
    response: &str,
) -> Result<Enrolled, FactorError> {
    world.authn.enrol_with_passkey(view, form(response, "n"), &set_up.options.challenge, " Phone ", &caller()).await
}

/// Somebody who enrolled with this passkey.
async fn keyed(world: &World, key: &Authenticator) -> Enrolled {
    let view = world.sign_in().await.view;
    let set_up = begin(world, &view).await;
    complete(world, &view, &set_up, &key.create(&set_up.options.json)).await.unwrap()
}

/// The response of a passkey that confirms a change, and its challenge.
async fn confirmed(world: &World, view: &SessionView, key: &Authenticator, change: Change) -> (String, String) {
    let request = world.authn.request_confirmation(view, change).await.unwrap().unwrap();
    (key.get(&request.json), request.challenge)
}

fn passkey<'a>((response, challenge): &'a (String, String)) -> Confirmation<'a> {
    Confirmation::Passkey { response: form(response, "c"), challenge }
}

#[tokio::test]
async fn a_passkey_is_all_that_enrolling_takes() {
    let (world, key) = (World::new().await, key(1));
    let view = world.sign_in().await.view;
    assert_eq!(world.authn.standing(&view), Standing::Waiting(Step::Enrol));
    assert!(world.authn.passkey_set_up(&view).await.unwrap().is_none(), "no set-up was begun");
    let set_up = begin(&world, &view).await;
    assert_eq!(set_up.expires_at, world.clock.now().after(LIFETIME));
    let response = key.create(&set_up.options.json);
    let Enrolled { token, view: after, backup_codes } = complete(&world, &view, &set_up, &response).await.unwrap();
    assert_eq!(world.authn.standing(&after), Standing::Complete);
    assert_ne!(token.hash(), view.session.token);
    let verified = counts(&after, Duration::from_secs(60), world.clock.now()).unwrap();
    assert_eq!((verified.method, verified.method.amr()), (SecondFactor::Passkey, "swk"));
    assert!(after.factors.enrolled() && !after.factors.totp);
    assert_eq!((backup_codes.len(), world.authn.fresh_codes(&after).await.unwrap()), (8, backup_codes.clone()));
    let listed = world.authn.passkeys(&after).await.unwrap();
    assert_eq!((listed.len(), listed[0].name.as_str()), (1, "Phone"));
    assert!(world.authn.authenticators(&after).await.unwrap().is_empty());
    let events = world.events_of(after.user.id).await;
    assert!(events.contains(&(AuditKind::Enrolled, Some("passkey".to_owned()))), "{events:?}");
    assert!(events.contains(&(AuditKind::PasskeyAdded, Some(listed[0].id.to_string()))), "{events:?}");

    let next = world.sign_in().await.view;
    assert_eq!(world.authn.standing(&next), Standing::Waiting(Step::Verify));
    let request = world.authn.request_passkey(&next).await.unwrap().unwrap();
    let response = key.get(&request.json);
    let raised = world.authn.verify_passkey(&next, form(&response, "n"), &request.challenge, &caller()).await.unwrap();
    assert_eq!(world.authn.standing(&raised.view), Standing::Complete);
    let next = world.sign_in().await.view;
    let raised = world.authn.verify(&next, SecondFactor::Backup, &backup_codes[0], &caller()).await.unwrap();
    assert_eq!(raised.view.factors.backup_codes_left, 7);
}

#[tokio::test]
async fn a_set_up_that_is_sent_twice_or_was_done_elsewhere_is_answered_as_an_app_s_is() {
    let (world, key) = (World::new().await, key(1));
    let signed_in = world.sign_in().await;
    let (view, late) = (signed_in.view, world.sign_in().await.view);
    let set_up = begin(&world, &view).await;
    let other = begin(&world, &late).await;
    let response = key.create(&set_up.options.json);
    let first = complete(&world, &view, &set_up, &response).await.unwrap();
    let again = complete(&world, &view, &set_up, &response).await.unwrap();
    assert_eq!((again.token.hash(), &again.backup_codes), (first.token.hash(), &first.backup_codes));
    let repeated =
        world.authn.repetition(&signed_in.token, None, SecondFactor::Passkey, form(&response, "n")).await.unwrap();
    assert_eq!(repeated.unwrap().token.hash(), first.token.hash());
    assert_eq!(world.events(AuditKind::Enrolled), 1);
    // Another session began before: what it read is old, and what it makes is refused.
    let stolen = Authenticator::new(ORIGIN, 2).create(&other.options.json);
    let refused = complete(&world, &late, &other, &stolen).await;
    assert!(matches!(refused, Err(FactorError::InvalidToken)), "{refused:?}");
    let late = world.authn.session(&world.sign_in().await.token).await.unwrap().unwrap();
    assert!(matches!(world.authn.passkey_set_up(&late).await, Err(FactorError::StepUpRequired)));
    assert_eq!(world.store.passkeys(late.user.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_response_counts_for_its_session_and_its_set_up_alone() {
    let (world, key) = (World::new().await, key(1));
    let (view, other) = (world.sign_in().await.view, world.sign_in().await.view);
    let set_up = begin(&world, &view).await;
    let theirs = begin(&world, &other).await;
    let response = key.create(&set_up.options.json);
    let refused = complete(&world, &other, &set_up, &response).await;
    assert!(matches!(refused, Err(FactorError::PasskeyExpired)), "another session's: {refused:?}");
    let refused = complete(&world, &view, &set_up, &key.create(&theirs.options.json)).await;
    assert!(matches!(refused, Err(FactorError::PasskeyRefused)), "another challenge's: {refused:?}");
    let elsewhere = Authenticator::new("https://evil.example", 1).create(&set_up.options.json);
    assert!(matches!(complete(&world, &view, &set_up, &elsewhere).await, Err(FactorError::PasskeyRefused)));
    for (malformed, missing) in [("{}", false), ("x", false), ("", true)] {
        let refused = complete(&world, &view, &set_up, malformed).await;
        assert_eq!(matches!(refused, Err(FactorError::MissingCode)), missing, "{refused:?}");
        assert!(matches!(refused, Err(FactorError::MissingCode | FactorError::MalformedCode)), "{refused:?}");
    }
    // None of this uses the set-up up.
    assert!(complete(&world, &view, &set_up, &response).await.is_ok());
}

#[tokio::test]
async fn the_set_up_s_time_limit_is_the_passkey_s_too() {
    let (world, key) = (per_user().await, key(1));
    let view = world.sign_in().await.view;
    let set_up = begin(&world, &view).await;
    let response = key.create(&set_up.options.json);
    world.clock.advance(LIFETIME);
    let refused = complete(&world, &view, &set_up, &response).await;
    assert!(matches!(refused, Err(FactorError::TokenExpired)), "{refused:?}");
    assert!(world.authn.passkey_set_up(&view).await.unwrap().is_none());
    let set_up = begin(&world, &view).await;
    world.clock.advance(LIFETIME - Duration::from_secs(1));
    let response = key.create(&set_up.options.json);
    assert!(complete(&world, &view, &set_up, &response).await.is_ok());
}

#[tokio::test]
async fn without_the_ticket_that_is_demanded_no_passkey_is_set_up() {
    let (world, key) = (World::new().await, key(1));
    let view = world.sign_in().await.view;
    let set_up = begin(&world, &view).await;
    let text = ticket::generate(&SeededEntropy::new(5));
    let until = world.clock.now().after(Duration::from_secs(3600));
    assert!(world.store.issue_ticket(view.user.id, &ticket::hash(&text).unwrap(), until).await.unwrap());
    // The set-up that was begun without it is gone.
    let response = key.create(&set_up.options.json);
    let refused = complete(&world, &view, &set_up, &response).await;
    assert!(matches!(refused, Err(FactorError::InvalidToken)), "{refused:?}");
    let refused = world.authn.begin_enrolment(&view, None, &caller()).await;
    assert!(matches!(refused, Err(FactorError::TicketRequired)));
    world.authn.begin_enrolment(&view, Some(&text), &caller()).await.unwrap();
    let set_up = world.authn.passkey_set_up(&view).await.unwrap().unwrap();
    let response = key.create(&set_up.options.json);
    let done = complete(&world, &view, &set_up, &response).await.unwrap();
    assert!(world.store.ticket_state(done.view.user.id).await.unwrap().ticket.is_none(), "it works once");
}

#[tokio::test]
async fn a_set_up_of_an_enrolled_account_takes_no_passkey() {
    let (world, app, Enrolled { view, .. }) = enrolled().await;
    let code = app.code(&world);
    world.authn.begin_replacement(&view, form(&code, "r"), &caller()).await.unwrap();
    assert!(world.authn.passkey_set_up(&view).await.unwrap().is_none());
    let forged = key(1).create(r#"{"challenge":"AAAA","rp":{"id":"example.com"}}"#);
    let refused = world.authn.enrol_with_passkey(&view, form(&forged, "n"), "x", "x", &caller()).await;
    assert!(matches!(refused, Err(FactorError::InvalidToken)), "{refused:?}");
    // A challenge for adding one is none for a set-up, and the other way round.
    let first = world.sign_in().await.view;
    let refused = world.authn.enrol_with_passkey(&first, form(&forged, "n"), "x", "x", &caller()).await;
    assert!(matches!(refused, Err(FactorError::StepUpRequired)), "{refused:?}");
}

#[tokio::test]
async fn a_set_up_that_was_begun_before_another_session_enrolled_takes_no_passkey() {
    let (world, key) = (World::new().await, key(1));
    let early = world.sign_in().await;
    let set_up = begin(&world, &early.view).await;
    let (app, _) = enrol(&world, &world.sign_in().await.view).await;
    let view = world.authn.session(&early.token).await.unwrap().unwrap();
    let view = verify(&world, &view, &app.code(&world)).await.unwrap();
    assert!(world.authn.passkey_set_up(&view).await.unwrap().is_none());
    let refused = complete(&world, &view, &set_up, &key.create(&set_up.options.json)).await;
    assert!(matches!(refused, Err(FactorError::StepUpRequired)), "{refused:?}");
}

#[tokio::test]
async fn the_challenge_of_a_set_up_adds_no_passkey_later() {
    let (world, key) = (per_user().await, key(1));
    let view = world.sign_in().await.view;
    let set_up = begin(&world, &view).await;
    let (_, enrolled) = enrol(&world, &world.sign_in().await.view).await;
    let response = key.create(&set_up.options.json);
    for view in [&view, &enrolled.view] {
        let added =
            world.authn.add_passkey(view, form(&response, "n"), &set_up.options.challenge, "x", &caller()).await;
        assert!(added.is_err(), "{added:?}");
    }
}

#[tokio::test]
async fn a_code_of_an_app_is_no_guess_where_there_is_none() {
    let (world, key) = (World::new().await, key(1));
    let Enrolled { view, .. } = keyed(&world, &key).await;
    let next = world.sign_in().await.view;
    for code in ["000000", "123456", "999999", "000000", "111111"] {
        let refused = world.authn.verify(&next, SecondFactor::Totp, code, &caller()).await;
        assert!(matches!(refused, Err(FactorError::NoAuthenticator)), "{refused:?}");
        let refused = world.authn.regenerate_codes(&view, code, &caller()).await;
        assert!(matches!(refused, Err(FactorError::NoAuthenticator)), "{refused:?}");
    }
    assert!(world.authn.lock(&next, SecondFactor::Totp).await.unwrap().is_none());
    assert_eq!(world.events(AuditKind::SecondFactorFailed), 0);
    let request = world.authn.request_passkey(&next).await.unwrap().unwrap();
    let response = key.get(&request.json);
    assert!(world.authn.verify_passkey(&next, form(&response, "n"), &request.challenge, &caller()).await.is_ok());
}

#[tokio::test]
async fn a_passkey_alone_confirms_every_change() {
    let (world, key) = (World::new().await, key(1));
    let Enrolled { view, backup_codes, .. } = keyed(&world, &key).await;
    let confirmation = confirmed(&world, &view, &key, Change::BackupCodes).await;
    let fresh = world.authn.regenerate_codes(&view, passkey(&confirmation), &caller()).await.unwrap();
    assert_ne!(fresh.backup_codes, backup_codes);
    // An app is added later, and its codes count.
    let view = fresh.view;
    let confirmation = confirmed(&world, &view, &key, Change::AddAuthenticator).await;
    let offer = world.authn.begin_authenticator(&view, passkey(&confirmation), &caller()).await.unwrap();
    let app = App(offer.secret_base32.expose_secret().to_owned());
    let view = offer.raised.unwrap().view;
    let code = app.code(&world);
    let added = world.authn.add_authenticator(&view, form(&code, "a"), "Tablet", &caller()).await.unwrap();
    assert!(added.view.factors.totp);
    world.clock.advance(STEP);
    let next = world.sign_in().await.view;
    let raised = world.authn.verify(&next, SecondFactor::Totp, &app.code(&world), &caller()).await.unwrap();
    assert_eq!(world.authn.standing(&raised.view), Standing::Complete);
    // And removed again, while the passkey stays. A code does not do: it proves no other factor.
    world.clock.advance(STEP);
    let only = world.authn.authenticators(&raised.view).await.unwrap()[0].0.id;
    let code = app.code(&world);
    let refused = world.authn.remove_authenticator(&raised.view, only, &code, &caller()).await;
    assert!(matches!(refused, Err(FactorError::LastAuthenticator)), "{refused:?}");
    let confirmation = confirmed(&world, &raised.view, &key, Change::RemoveAuthenticator(only)).await;
    let done = world.authn.remove_authenticator(&raised.view, only, passkey(&confirmation), &caller()).await.unwrap();
    assert_eq!(world.authn.standing(&done.view), Standing::Complete);
    assert!(done.view.factors.enrolled() && !done.view.factors.totp);
    let refused = world.authn.verify(&done.view, SecondFactor::Totp, &code, &caller()).await;
    assert!(matches!(refused, Err(FactorError::NoAuthenticator)), "{refused:?}");
}

#[tokio::test]
async fn the_only_passkey_stays_unless_everything_is_switched_off() {
    let (world, key) = (per_user().await, key(1));
    let Enrolled { view, backup_codes, .. } = keyed(&world, &key).await;
    let only = world.authn.passkeys(&view).await.unwrap()[0].id;
    let refused = world.authn.remove_passkey(&view, only, &backup_codes[0], &caller()).await;
    assert!(matches!(refused, Err(FactorError::LastPasskey)), "{refused:?}");
    let raised = world.authn.verify(&view, SecondFactor::Backup, &backup_codes[0], &caller()).await.unwrap();
    assert_eq!(raised.view.factors.backup_codes_left, 7, "the code was not used up");
    let confirmation = confirmed(&world, &raised.view, &key, Change::RemoveFactors).await;
    let token = world.authn.disable(&raised.view, passkey(&confirmation), &caller()).await.unwrap();
    let off = world.authn.session(&token).await.unwrap().unwrap();
    assert!(!off.factors.enrolled());
    assert_eq!(world.authn.passkeys(&off).await.unwrap(), []);
}

#[tokio::test]
async fn a_lost_passkey_is_replaced_with_a_backup_code() {
    let (world, lost, new) = (World::new().await, key(1), key(2));
    let Enrolled { backup_codes, .. } = keyed(&world, &lost).await;
    let next = world.sign_in().await.view;
    let view = world.authn.verify(&next, SecondFactor::Backup, &backup_codes[0], &caller()).await.unwrap().view;
    let begun = world.authn.begin_passkey(&view, form(&backup_codes[1], "b"), &caller()).await.unwrap();
    let response = new.create(&begun.options.json);
    let challenge = &begun.options.challenge;
    let added = world.authn.add_passkey(&begun.view, form(&response, "d"), challenge, "New", &caller()).await.unwrap();
    let gone = world.authn.passkeys(&added.view).await.unwrap()[0].id;
    let confirmation = confirmed(&world, &added.view, &new, Change::RemovePasskey(gone)).await;
    let done = world.authn.remove_passkey(&added.view, gone, passkey(&confirmation), &caller()).await.unwrap();
    let left = world.authn.passkeys(&done.view).await.unwrap();
    assert_eq!((left.len(), left[0].name.as_str()), (1, "New"));
    let next = world.sign_in().await.view;
    let request = world.authn.request_passkey(&next).await.unwrap().unwrap();
    let response = lost.get(&request.json);
    let refused = world.authn.verify_passkey(&next, form(&response, "n"), &request.challenge, &caller()).await;
    assert!(matches!(refused, Err(FactorError::PasskeyUnknown { .. })), "{refused:?}");
}

#[tokio::test]
async fn with_a_backup_code_an_app_takes_a_lost_passkey_s_place() {
    let (world, key) = (World::new().await, key(1));
    let Enrolled { view, backup_codes, .. } = keyed(&world, &key).await;
    let offer = world.authn.begin_replacement(&view, &backup_codes[0], &caller()).await.unwrap();
    let app = App(offer.secret_base32.expose_secret().to_owned());
    let replaced = world.authn.confirm_enrolment(&view, None, &app.code(&world), &caller()).await.unwrap();
    assert!(replaced.view.factors.totp);
    assert_eq!(world.authn.authenticators(&replaced.view).await.unwrap().len(), 1);
    assert_eq!(world.authn.passkeys(&replaced.view).await.unwrap().len(), 1, "it is its owner's to remove");
}
