//! Passkeys: added with a code, used instead of one, refused alike for every reason.

#![cfg(test)]

mod support;

use std::time::Duration;

use postern_authn::access::{Standing, Step};
use postern_authn::factors::{Creation, Enrolled, FactorError, Submitted};
use postern_model::audit::AuditKind;
use postern_model::factor::SecondFactor;
use postern_model::id::PasskeyId;
use postern_model::session::SessionView;
use postern_model::store::UserStore;
use postern_testkit::authenticator::Authenticator;
use support::World;
use support::app::{App, STEP, caller, enrolled};

const ORIGIN: &str = "https://example.com";

fn key() -> Authenticator {
    Authenticator::new(ORIGIN, 1)
}

fn with<'a>(code: &'a str, nonce: &'a str) -> Submitted<'a> {
    Submitted { code, nonce: Some(nonce), of_form: true, trust: false, client: None }
}

async fn begin(world: &World, app: &App, view: &SessionView) -> Creation {
    let code = app.code(world);
    world.clock.advance(STEP);
    world.authn.begin_passkey(view, with(&code, "n"), &caller()).await.unwrap()
}

async fn add(world: &World, app: &App, view: &SessionView, key: &Authenticator, name: &str) -> SessionView {
    let begun = begin(world, app, view).await;
    let response = key.create(&begun.options.json);
    let added =
        world.authn.add_passkey(&begun.view, with(&response, "n"), &begun.options.challenge, name, &caller()).await;
    added.unwrap().view
}

/// Somebody with an app and a passkey.
async fn equipped() -> (World, App, SessionView, Authenticator) {
    let (world, app, enrolled) = enrolled().await;
    let key = key();
    let view = add(&world, &app, &enrolled.view, &key, " Phone\u{7} ").await;
    (world, app, view, key)
}

#[tokio::test]
async fn a_passkey_is_added_with_a_code_and_verifies_the_next_sign_in() {
    let (world, _, view, key) = equipped().await;
    assert_eq!(world.authn.standing(&view), Standing::Complete);
    let passkeys = world.authn.passkeys(&view).await.unwrap();
    assert_eq!((passkeys.len(), passkeys[0].name.as_str(), passkeys[0].last_used_at), (1, "Phone", None));

    let next = world.sign_in().await.view;
    assert_eq!(world.authn.standing(&next), Standing::Waiting(Step::Verify));
    let request = world.authn.request_passkey(&next).await.unwrap().unwrap();
    let response = key.get(&request.json);
    let raised = world.authn.verify_passkey(&next, with(&response, "n"), &request.challenge, &caller()).await.unwrap();
    assert_eq!(world.authn.standing(&raised.view), Standing::Complete);
    assert_eq!(raised.view.session.second_factor.unwrap().method, SecondFactor::Passkey);
    assert_ne!(raised.token.hash(), next.session.token);
    assert!(raised.device.is_none(), "nobody asked to trust the device");
    assert!(world.authn.passkeys(&view).await.unwrap()[0].last_used_at.is_some());
    let events = world.events_of(view.user.id).await;
    assert!(events.contains(&(AuditKind::SecondFactorVerified, Some("passkey".to_owned()))), "{events:?}");
    assert!(events.contains(&(AuditKind::PasskeyAdded, Some(passkeys[0].id.to_string()))), "{events:?}");
}

#[tokio::test]
async fn adding_needs_a_code_of_its_own() {
    let (world, app, enrolled) = enrolled().await;
    let wrong = app.wrong(&world);
    let refused = world.authn.begin_passkey(&enrolled.view, with(&wrong, "n"), &caller()).await;
    assert!(matches!(refused, Err(FactorError::InvalidCode { .. })), "{refused:?}");
    let waiting = world.sign_in().await.view;
    let code = app.code(&world);
    let refused = world.authn.begin_passkey(&waiting, with(&code, "n"), &caller()).await;
    assert!(matches!(refused, Err(FactorError::SignInRequired)), "a session that waits for its factor: {refused:?}");
    // Without the page's challenge a response is worth nothing, and a challenge for a use is none for a registration.
    let Enrolled { view, .. } = enrolled;
    let forged = key().create(r#"{"challenge":"AAAA","rp":{"id":"example.com"}}"#);
    for challenge in ["", "x", "AAAA"] {
        let refused = world.authn.add_passkey(&view, with(&forged, "n"), challenge, "x", &caller()).await;
        assert!(matches!(refused, Err(FactorError::PasskeyExpired)), "{refused:?}");
    }
}

#[tokio::test]
async fn a_code_for_something_else_gives_no_right_to_add_a_passkey() {
    let (world, app, enrolled) = enrolled().await;
    let code = app.code(&world);
    let former = enrolled.token;
    let view = enrolled.view;
    world.authn.verify(&view, SecondFactor::Totp, with(&code, "n"), &caller()).await.unwrap();
    assert!(world.authn.repeated_passkey(&former, None, with(&code, "n")).await.unwrap().is_none());
    assert!(world.authn.repetition(&former, None, SecondFactor::Totp, with(&code, "n")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_form_that_is_sent_twice_gets_the_first_reply() {
    let (world, app, enrolled) = enrolled().await;
    let (code, key) = (app.code(&world), key());
    let begun = world.authn.begin_passkey(&enrolled.view, with(&code, "n"), &caller()).await.unwrap();
    let again = world.authn.repeated_passkey(&enrolled.token, None, with(&code, "n")).await.unwrap().unwrap();
    assert_eq!(again.token.hash(), begun.token.hash());
    assert!(world.authn.repeated_passkey(&enrolled.token, None, with(&code, "another form")).await.unwrap().is_none());
    let response = key.create(&again.options.json);
    let submitted = with(&response, "m");
    let first = world.authn.add_passkey(&again.view, submitted, &again.options.challenge, "", &caller()).await.unwrap();
    let repeated = world.authn.repetition(&again.token, None, SecondFactor::Passkey, submitted).await.unwrap().unwrap();
    assert_eq!(repeated.token.hash(), first.token.hash());
    assert_eq!(world.authn.passkeys(&first.view).await.unwrap()[0].name, "Passkey");

    let next = world.sign_in().await;
    let request = world.authn.request_passkey(&next.view).await.unwrap().unwrap();
    let response = key.get(&request.json);
    let submitted = with(&response, "k");
    let raised = world.authn.verify_passkey(&next.view, submitted, &request.challenge, &caller()).await.unwrap();
    let repeated = world.authn.repetition(&next.token, None, SecondFactor::Passkey, submitted).await.unwrap().unwrap();
    assert_eq!(repeated.token.hash(), raised.token.hash());
    let other = with(&response, "another form");
    assert!(world.authn.repetition(&next.token, None, SecondFactor::Passkey, other).await.unwrap().is_none());
}

#[tokio::test]
async fn every_response_that_is_not_the_one_asked_for_is_refused_alike() {
    let (world, _, view, key) = equipped().await;
    let next = world.sign_in().await.view;
    let request = world.authn.request_passkey(&next).await.unwrap().unwrap();
    let stranger = Authenticator::new(ORIGIN, 2).get(&request.json);
    let elsewhere = Authenticator::new("https://evil.example", 1).get(&request.json);
    let older = key.get(&world.authn.request_passkey(&next).await.unwrap().unwrap().json);
    let other_party = key.get(&request.json.replace("example.com", "evil.example"));
    let failed = world.events(AuditKind::SecondFactorFailed);
    let refused = [stranger, elsewhere, older, other_party];
    for response in &refused {
        let outcome = world.authn.verify_passkey(&next, with(response, "n"), &request.challenge, &caller()).await;
        let alike = matches!(outcome, Err(FactorError::PasskeyRefused | FactorError::PasskeyUnknown { .. }));
        assert!(alike, "{response}: {outcome:?}");
    }
    assert_eq!(world.events(AuditKind::SecondFactorFailed), failed + refused.len() as u64);
    for malformed in ["{}", "[]", "null", "x", r#"{"id":"AA==","response":{}}"#, &"x".repeat(20_000)] {
        let outcome = world.authn.verify_passkey(&next, with(malformed, "n"), &request.challenge, &caller()).await;
        assert!(matches!(outcome, Err(FactorError::MalformedCode)), "{malformed}: {outcome:?}");
    }
    let empty = world.authn.verify_passkey(&next, with("", "n"), &request.challenge, &caller()).await;
    assert!(matches!(empty, Err(FactorError::MissingCode)));
    // None of this locks anything: the very same challenge still works, and codes do.
    let good = key.get(&request.json);
    assert!(world.authn.verify_passkey(&next, with(&good, "n"), &request.challenge, &caller()).await.is_ok());
    assert!(world.authn.lock(&view, SecondFactor::Totp).await.unwrap().is_none());
}

#[tokio::test]
async fn a_challenge_is_of_one_session_one_token_and_five_minutes() {
    let (world, _, _, key) = equipped().await;
    let (next, other) = (world.sign_in().await.view, world.sign_in().await.view);
    let request = world.authn.request_passkey(&next).await.unwrap().unwrap();
    let response = key.get(&request.json);
    let elsewhere = world.authn.verify_passkey(&other, with(&response, "n"), &request.challenge, &caller()).await;
    assert!(matches!(elsewhere, Err(FactorError::PasskeyExpired)), "{elsewhere:?}");
    let raised = world.authn.verify_passkey(&next, with(&response, "n"), &request.challenge, &caller()).await.unwrap();
    let again = world.authn.verify_passkey(&raised.view, with(&response, "m"), &request.challenge, &caller()).await;
    assert!(matches!(again, Err(FactorError::PasskeyExpired)), "the token was rotated: {again:?}");
    let request = world.authn.request_passkey(&raised.view).await.unwrap().unwrap();
    let response = key.get(&request.json);
    world.clock.advance(Duration::from_secs(5 * 60));
    let late = world.authn.verify_passkey(&raised.view, with(&response, "n"), &request.challenge, &caller()).await;
    assert!(matches!(late, Err(FactorError::PasskeyExpired)), "{late:?}");
}

#[tokio::test]
async fn a_counter_that_does_not_grow_is_refused_and_recorded() {
    let (world, _, view, mut key) = equipped().await;
    for (counter, accepted) in [(5, true), (6, true), (6, false), (2, false), (0, false), (7, true)] {
        key.counter = counter;
        let next = world.sign_in().await.view;
        let request = world.authn.request_passkey(&next).await.unwrap().unwrap();
        let response = key.get(&request.json);
        let outcome = world.authn.verify_passkey(&next, with(&response, "n"), &request.challenge, &caller()).await;
        assert_eq!(outcome.is_ok(), accepted, "{counter}: {outcome:?}");
    }
    let events = world.events_of(view.user.id).await;
    let noticed = (AuditKind::SecondFactorFailed, Some("passkey: counter".to_owned()));
    assert_eq!(events.iter().filter(|event| **event == noticed).count(), 3, "{events:?}");
}

#[tokio::test]
async fn a_removed_passkey_raises_nobody_and_lowers_whom_it_raised() {
    let (world, app, view, key) = equipped().await;
    let id = world.authn.passkeys(&view).await.unwrap()[0].id;
    let phone = world.sign_in().await.view;
    let request = world.authn.request_passkey(&phone).await.unwrap().unwrap();
    let response = key.get(&request.json);
    let phone = world.authn.verify_passkey(&phone, with(&response, "n"), &request.challenge, &caller()).await.unwrap();
    let request = world.authn.request_passkey(&phone.view).await.unwrap().unwrap();

    let code = app.code(&world);
    let unknown = PasskeyId("00000000-0000-4000-8000-000000000000".parse().unwrap());
    let refused = world.authn.remove_passkey(&view, unknown, with(&code, "n"), &caller()).await;
    assert!(matches!(refused, Err(FactorError::NotEnrolled)), "{refused:?}");
    let after = world.authn.remove_passkey(&view, id, with(&code, "n"), &caller()).await.unwrap();
    assert_eq!(world.authn.standing(&after.view), Standing::Complete);
    assert_eq!(world.authn.passkeys(&after.view).await.unwrap(), []);
    let phone = world.authn.session(&phone.token).await.unwrap().unwrap();
    assert_eq!(world.authn.standing(&phone), Standing::Waiting(Step::Verify));
    let response = key.get(&request.json);
    let refused = world.authn.verify_passkey(&phone, with(&response, "n"), &request.challenge, &caller()).await;
    let Err(FactorError::PasskeyUnknown { signal }) = refused else { panic!("{refused:?}") };
    assert_eq!(signal, r#"{"credentialId":"AQEBAQEBAQEBAQEBAQEBAQ","rpId":"example.com"}"#);
    let accepted = world.authn.accepted_passkeys(&phone).await.unwrap().unwrap();
    assert!(accepted.contains(r#""allAcceptedCredentialIds":[]"#), "{accepted}");
    assert!(world.authn.request_passkey(&phone).await.unwrap().is_none());
}

#[tokio::test]
async fn the_same_passkey_is_added_once_and_replacing_the_app_keeps_it() {
    let (world, app, view, key) = equipped().await;
    let begun = begin(&world, &app, &view).await;
    let response = key.create(&begun.options.json);
    let again =
        world.authn.add_passkey(&begun.view, with(&response, "n"), &begun.options.challenge, "x", &caller()).await;
    assert!(matches!(again, Err(FactorError::PasskeyKnown)), "{again:?}");
    assert!(begun.options.json.contains("excludeCredentials\":[{"), "{}", begun.options.json);

    let code = app.code(&world);
    world.authn.begin_replacement(&begun.view, with(&code, "n"), &caller()).await.unwrap();
    let offer = world.authn.pending_offer(&begun.view).await.unwrap().unwrap();
    let new = App(postern_model::ExposeSecret::expose_secret(&offer.secret_base32).to_owned());
    let replaced = world.authn.confirm_enrolment(&begun.view, None, &new.code(&world), &caller()).await.unwrap();
    assert_eq!(world.authn.passkeys(&replaced.view).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_that_is_off_uses_no_passkey() {
    let (world, _, _, key) = equipped().await;
    let next = world.sign_in().await.view;
    let request = world.authn.request_passkey(&next).await.unwrap().unwrap();
    let response = key.get(&request.json);
    world.store.set_active(next.user.id, false).await.unwrap();
    let refused = world.authn.verify_passkey(&next, with(&response, "n"), &request.challenge, &caller()).await;
    assert!(matches!(refused, Err(FactorError::SignInRequired)), "{refused:?}");
}

#[tokio::test]
async fn names_are_presentable_and_their_owner_s() {
    let (world, _, view, _) = equipped().await;
    let id = world.authn.passkeys(&view).await.unwrap()[0].id;
    for (name, shown) in [(" <b>Key\u{0}</b> ", "<b>Key</b>"), ("  ", "Passkey")] {
        assert!(world.authn.rename_passkey(&view, id, name, &caller()).await.unwrap());
        assert_eq!(world.authn.passkeys(&view).await.unwrap()[0].name, shown);
    }
    let unknown = PasskeyId(uuid::Uuid::from_u128(7));
    assert!(!world.authn.rename_passkey(&view, unknown, "x", &caller()).await.unwrap());
    let renamed = (AuditKind::PasskeyRenamed, Some(id.to_string()));
    assert_eq!(world.events_of(view.user.id).await.into_iter().filter(|event| *event == renamed).count(), 2);
}

#[tokio::test]
async fn a_session_that_is_over_is_asked_for_no_passkey() {
    let (world, _, view, _) = equipped().await;
    world.clock.advance(world.authn.policy().limits.lifetime);
    assert_eq!(world.authn.standing(&view), Standing::Over);
    assert!(world.authn.request_passkey(&view).await.unwrap().is_none());
}

#[tokio::test]
async fn removing_a_passkey_twice_is_one_event() {
    let (world, app, view, _) = equipped().await;
    let id = world.authn.passkeys(&view).await.unwrap()[0].id;
    let code = app.code(&world);
    let remove = async || world.authn.remove_passkey(&view, id, with(&code, "n"), &caller()).await.unwrap();
    let removed = remove().await;
    assert_eq!(world.events(AuditKind::PasskeyRemoved), 1);
    assert_eq!(remove().await.token.hash(), removed.token.hash());
    assert_eq!(world.events(AuditKind::PasskeyRemoved), 1);
}
