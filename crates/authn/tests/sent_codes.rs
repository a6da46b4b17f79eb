//! Codes by mail: to whom they are sent, how often, what they are worth, and what is counted.

#![cfg(test)]

mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use postern_authn::factors::{CodeRequested, FactorError, Submitted};
use postern_model::audit::AuditKind;
use postern_model::factor::{CodeKind, SecondFactor};
use postern_model::sent_code::{CodeMessage, CodeSender, LIFETIME, PAUSE, PERIOD, SENT_MAX};
use postern_model::session::SessionView;
use postern_model::store::FactorStore;
use support::World;
use support::app::{App, STEP, caller, enrol};
use support::outbox::{Outbox, Silence};
use tokio::sync::Notify;

const EMAIL: SecondFactor = SecondFactor::Email;

/// Somebody with an app and codes by mail.
async fn switched_on() -> (World, Arc<Outbox>, App, SessionView) {
    let outbox = Arc::new(Outbox::default());
    let world = World::new().await.sending(Some(Arc::clone(&outbox) as _));
    let view = world.sign_in().await.view;
    let (app, enrolled) = enrol(&world, &view).await;
    let on = world.authn.set_email_codes(&enrolled.view, true, &app.code(&world), &caller()).await.unwrap();
    world.clock.advance(STEP);
    assert!(on.view.factors.email);
    (world, outbox, app, on.view)
}

async fn enter(world: &World, view: &SessionView, code: &str) -> Result<SessionView, FactorError> {
    world.authn.verify(view, EMAIL, code, &caller()).await.map(|raised| raised.view)
}

async fn failures(world: &World, view: &SessionView) -> u32 {
    world.store.lockout(view.user.id, SecondFactor::Totp).await.unwrap().unwrap().failures
}

fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn a_code_goes_to_the_vouched_address_and_raises_the_session_that_asked_once() {
    let (world, outbox, _, _) = switched_on().await;
    let view = world.sign_in().await.view;
    assert_eq!(world.authn.send_code(&view, EMAIL, &caller()).await.unwrap(), CodeRequested::Sent);
    assert_eq!(outbox.sent.lock().unwrap()[0].recipient, view.session.vouched.email.clone().unwrap());
    let code = outbox.code();
    assert_eq!((code.len(), code.bytes().all(|byte| byte.is_ascii_digit())), (6, true));
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let raised = enter(&world, &view, &spaced).await.unwrap();
    assert_eq!(raised.session.second_factor.unwrap().method, SecondFactor::Email);
    assert!(matches!(enter(&world, &raised, &code).await, Err(FactorError::InvalidCode { attempts_left: 3, .. })));
    assert_eq!(failures(&world, &raised).await, 0, "what was used could not be right");
    let told = world.events_of(view.user.id).await;
    assert!(told.contains(&(AuditKind::CodeSent, Some("email".to_owned()))), "{told:?}");
    assert!(told.contains(&(AuditKind::SecondFactorVerified, Some("email".to_owned()))), "{told:?}");
    assert!(!told.iter().any(|(_, detail)| detail.as_ref().is_some_and(|detail| detail.contains(&code))));
}

#[tokio::test]
async fn no_code_is_worth_anything_in_another_session_late_or_replaced_and_none_of_that_is_counted() {
    let (world, outbox, _, on) = switched_on().await;
    world.authn.send_code(&on, EMAIL, &caller()).await.unwrap();
    let code = outbox.code();
    let elsewhere = world.sign_in().await.view;
    let refused = async |view: &SessionView, code: &str| {
        let refused = enter(&world, view, code).await.unwrap_err();
        assert!(matches!(refused, FactorError::InvalidCode { attempts_left: 3, locked_until: None }), "{refused:?}");
    };
    refused(&elsewhere, &code).await;
    world.clock.advance(LIFETIME);
    refused(&on, &code).await;
    assert_eq!(failures(&world, &on).await, 0);
    assert!(matches!(enter(&world, &on, "12345").await, Err(FactorError::MalformedCode)));

    world.authn.send_code(&on, EMAIL, &caller()).await.unwrap();
    let former = outbox.code();
    world.clock.advance(PAUSE);
    world.authn.send_code(&on, EMAIL, &caller()).await.unwrap();
    let newest = outbox.code();
    assert_ne!(former, newest);
    let wrong = enter(&world, &on, &former).await;
    assert!(
        matches!(wrong, Err(FactorError::InvalidCode { attempts_left: 2, .. })),
        "it might have been right: {wrong:?}"
    );
    enter(&world, &on, &newest).await.unwrap();
    assert_eq!(failures(&world, &on).await, 1, "the one from before, which no code by mail forgives");
}

#[tokio::test]
async fn guesses_are_bounded_with_those_of_the_app() {
    let (world, outbox, app, on) = switched_on().await;
    world.authn.send_code(&on, EMAIL, &caller()).await.unwrap();
    let code = outbox.code();
    assert!(matches!(enter(&world, &on, &other(&code)).await, Err(FactorError::InvalidCode { attempts_left: 2, .. })));
    let wrong = world.authn.verify(&on, SecondFactor::Totp, &app.wrong(&world), &caller()).await;
    assert!(matches!(wrong, Err(FactorError::InvalidCode { attempts_left: 1, .. })));
    assert!(matches!(
        enter(&world, &on, &other(&code)).await,
        Err(FactorError::InvalidCode { attempts_left: 0, locked_until: Some(_) })
    ));
    assert!(matches!(enter(&world, &on, &code).await, Err(FactorError::Locked { .. })));
    world.clock.advance(PAUSE);
    assert!(matches!(world.authn.send_code(&on, EMAIL, &caller()).await, Err(FactorError::Locked { .. })));
    assert!(outbox.sent.lock().unwrap().is_empty());
}

#[tokio::test]
async fn two_hundred_guesses_at_a_time_get_three_attempts() {
    let (world, outbox, _, on) = switched_on().await;
    world.authn.send_code(&on, EMAIL, &caller()).await.unwrap();
    let code = outbox.code();
    let guesses = (1..=200_u32).map(|n| {
        let guess = format!("{:06}", (code.parse::<u32>().unwrap() + n) % 1_000_000);
        let (authn, on) = (Arc::clone(&world.authn), on.clone());
        tokio::spawn(async move { authn.verify(&on, EMAIL, &guess, &caller()).await.is_ok() })
    });
    for guess in guesses.collect::<Vec<_>>() {
        assert!(!guess.await.unwrap());
    }
    assert_eq!(failures(&world, &on).await, 3);
}

#[tokio::test]
async fn a_code_that_is_submitted_twice_is_answered_twice() {
    let (world, outbox, _, _) = switched_on().await;
    let view = world.sign_in().await.view;
    world.authn.send_code(&view, EMAIL, &caller()).await.unwrap();
    let code = outbox.code();
    let submitted = Submitted { code: &code, nonce: Some("nonce"), trust: false, of_form: true, client: None };
    let (caller, before) = (caller(), world.events(AuditKind::SecondFactorVerified));
    let twice = [
        world.authn.verify(&view, EMAIL, submitted, &caller).await.unwrap(),
        world.authn.verify(&view, EMAIL, submitted, &caller).await.unwrap(),
    ];
    assert_eq!(twice[0].token.to_text(), twice[1].token.to_text());
    assert_eq!(twice[0].view, twice[1].view);
    assert_eq!(world.events(AuditKind::SecondFactorVerified), before + 1, "and told once");
}

#[tokio::test]
async fn a_person_who_asks_too_often_is_told_when_the_next_can_be_asked_for() {
    let (world, outbox, _, on) = switched_on().await;
    let start = world.authn.now();
    for _ in 0..SENT_MAX {
        assert_eq!(world.authn.send_code(&on, EMAIL, &caller()).await.unwrap(), CodeRequested::Sent);
        assert_eq!(
            world.authn.send_code(&on, EMAIL, &caller()).await.unwrap(),
            CodeRequested::Sent,
            "the same, once more"
        );
        outbox.code();
        assert!(outbox.sent.lock().unwrap().is_empty(), "one mail for both");
        world.clock.advance(PAUSE);
    }
    let next = start.after(PERIOD);
    assert_eq!(world.authn.send_code(&on, EMAIL, &caller()).await.unwrap(), CodeRequested::TooMany { next });
    let elsewhere = world.sign_in().await.view;
    assert_eq!(world.authn.send_code(&elsewhere, EMAIL, &caller()).await.unwrap(), CodeRequested::TooMany { next });
    assert_eq!(world.authn.sent_codes(&on, CodeKind::Email).await.unwrap().next, Some(next));
    world.clock.advance(next.since(world.authn.now()));
    let later = world.sign_in().await.view;
    assert_eq!(world.authn.send_code(&later, EMAIL, &caller()).await.unwrap(), CodeRequested::Sent);
}

#[tokio::test]
async fn a_code_that_was_not_accepted_for_delivery_is_void_and_told() {
    let (world, outbox, _, on) = switched_on().await;
    outbox.refuses.store(true, Ordering::Relaxed);
    assert_eq!(world.authn.send_code(&on, EMAIL, &caller()).await.unwrap(), CodeRequested::NotSent);
    assert_eq!(world.authn.sent_codes(&on, CodeKind::Email).await.unwrap().outstanding, None);
    assert_eq!((world.events(AuditKind::CodeSent), world.events(AuditKind::CodeNotSent)), (0, 1));
    let elsewhere = world.sign_in().await.view;
    let again = world.authn.send_code(&elsewhere, EMAIL, &caller()).await.unwrap();
    assert!(
        matches!(again, CodeRequested::TooMany { .. }),
        "a server that is away is not asked all the time: {again:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_holds_nobody_up_for_long() {
    let (world, _, _, on) = switched_on().await;
    let world = world.sending(Some(Arc::new(Silence)));
    let asked = tokio::time::timeout(Duration::from_secs(5), world.authn.send_code(&on, EMAIL, &caller())).await;
    assert_eq!(asked.unwrap().unwrap(), CodeRequested::Sent, "it may still arrive");
}

/// A sender that takes its time.
struct Slow(Arc<Notify>, Arc<Outbox>);

#[async_trait]
impl CodeSender for Slow {
    async fn send_code(&self, message: &CodeMessage) -> Result<(), String> {
        self.0.notified().await;
        self.1.send_code(message).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_takes_longer_can_be_waited_for() {
    let (world, outbox, _, on) = switched_on().await;
    let accepted = Arc::new(Notify::new());
    let world = world.sending(Some(Arc::new(Slow(Arc::clone(&accepted), Arc::clone(&outbox)))));
    assert_eq!(world.authn.send_code(&on, EMAIL, &caller()).await.unwrap(), CodeRequested::Sent);
    assert_eq!((world.deliveries.len(), world.events(AuditKind::CodeSent)), (1, 0));
    accepted.notify_one();
    world.deliveries.close();
    world.deliveries.wait().await;
    outbox.code();
    assert_eq!(world.events(AuditKind::CodeSent), 1, "what came of it is written, too");
}

#[tokio::test]
async fn nobody_is_sent_codes_where_they_are_off() {
    let (world, _, app, on) = switched_on().await;
    let off = world.authn.set_email_codes(&on, false, &app.code(&world), &caller()).await.unwrap();
    assert_eq!(world.authn.send_code(&off.view, EMAIL, &caller()).await.unwrap(), CodeRequested::NotOffered);
    assert!(matches!(enter(&world, &off.view, "123456").await, Err(FactorError::NotOffered)));
    world.clock.advance(STEP);
    let on = world.authn.set_email_codes(&off.view, true, &app.code(&world), &caller()).await.unwrap().view;
    let kinds: Vec<_> = world.events_of(on.user.id).await.into_iter().map(|(kind, _)| kind).collect();
    assert!(kinds.contains(&AuditKind::EmailCodesOn) && kinds.contains(&AuditKind::EmailCodesOff));

    let world = world.sending(None);
    assert_eq!(
        world.authn.send_code(&on, EMAIL, &caller()).await.unwrap(),
        CodeRequested::NotOffered,
        "by the configuration"
    );
    assert!(matches!(enter(&world, &on, "123456").await, Err(FactorError::NotOffered)));
    assert_eq!(failures(&world, &on).await, 0);
    world.clock.advance(STEP);
    let refused = world.authn.set_email_codes(&on, true, &app.code(&world), &caller()).await;
    assert!(matches!(refused, Err(FactorError::NotEnrolled)));
}

#[tokio::test]
async fn without_a_second_factor_there_is_nothing_to_verify() {
    let world = World::new().await.sending(Some(Arc::new(Outbox::default())));
    let view = world.sign_in().await.view;
    assert!(matches!(enter(&world, &view, "123456").await, Err(FactorError::NotEnrolled)));
    assert!(matches!(world.authn.send_code(&view, EMAIL, &caller()).await, Err(FactorError::NotEnrolled)));
}

#[tokio::test]
async fn switching_on_takes_the_app_and_no_backup_code() {
    let outbox = Arc::new(Outbox::default());
    let world = World::new().await.sending(Some(outbox));
    let view = world.sign_in().await.view;
    let (app, enrolled) = enrol(&world, &view).await;
    let refused = world.authn.set_email_codes(&enrolled.view, true, &enrolled.backup_codes[0], &caller()).await;
    assert!(matches!(refused, Err(FactorError::MalformedCode)));
    let on = world.authn.set_email_codes(&enrolled.view, true, &app.code(&world), &caller()).await.unwrap();
    let off = world.authn.set_email_codes(&on.view, false, &enrolled.backup_codes[0], &caller()).await.unwrap();
    assert!(!off.view.factors.email, "codes by mail can be switched off without the app");
}
