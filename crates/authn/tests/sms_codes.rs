//! Codes by SMS: how a number comes to count, what its codes are worth, and what ends them.

#![cfg(test)]

mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use postern_authn::factors::{CodeRequested, FactorError, Submitted};
use postern_model::audit::AuditKind;
use postern_model::factor::{CodeKind, SecondFactor};
use postern_model::phone::{PhoneNumber, StoredNumber};
use postern_model::sent_code::{LIFETIME, PAUSE, SENT_MAX};
use postern_model::session::SessionView;
use postern_model::store::{FactorStore, SessionStore};
use support::World;
use support::app::{App, STEP, caller, enrol};
use support::outbox::Outbox;

const SMS: SecondFactor = SecondFactor::Sms;

struct Person {
    world: World,
    mail: Arc<Outbox>,
    sms: Arc<Outbox>,
    app: App,
    view: SessionView,
}

fn number(last: u32) -> PhoneNumber {
    PhoneNumber::parse(&format!("+49 151 23456{last:02}")).unwrap()
}

/// Somebody with an app, where codes are sent by SMS and by mail.
async fn person() -> Person {
    person_in(World::new().await).await
}

async fn person_in(world: World) -> Person {
    let (mail, sms) = (Arc::new(Outbox::default()), Arc::new(Outbox::default()));
    let world = world.sending_both(Some(Arc::clone(&mail) as _), Some(Arc::clone(&sms) as _));
    let view = world.sign_in().await.view;
    let (app, enrolled) = enrol(&world, &view).await;
    Person { world, mail, sms, app, view: enrolled.view }
}

impl Person {
    /// Gives a number, with a code of the app.
    async fn give(&mut self, number: PhoneNumber) -> CodeRequested {
        let code = self.app.code(&self.world);
        let begun = self.world.authn.begin_number(&self.view, number, &code, &caller()).await.unwrap();
        self.world.clock.advance(STEP);
        self.view = begun.raised.view;
        begun.requested
    }

    async fn reread(&mut self) {
        self.view = self.world.store.session(&self.view.session.token).await.unwrap().unwrap();
    }

    /// Gives a number and confirms it.
    async fn with_number(mut self, last: u32) -> Self {
        assert_eq!(self.give(number(last)).await, CodeRequested::Sent);
        let code = self.sms.code();
        self.world.authn.confirm_number(&self.view, &code, &caller()).await.unwrap();
        self.reread().await;
        assert!(self.view.factors.sms);
        self
    }

    async fn stored(&self) -> Option<StoredNumber> {
        self.world.authn.number(&self.view).await.unwrap()
    }

    async fn failures(&self) -> u32 {
        self.world.store.lockout(self.view.user.id, SecondFactor::Totp).await.unwrap().unwrap().failures
    }
}

async fn enter(world: &World, view: &SessionView, code: &str) -> Result<SessionView, FactorError> {
    world.authn.verify(view, SMS, code, &caller()).await.map(|raised| raised.view)
}

fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn a_number_counts_once_its_owner_entered_the_code_that_was_sent_to_it() {
    let mut person = person().await;
    assert_eq!(person.stored().await, Some(StoredNumber::Absent));
    assert_eq!(person.give(number(12)).await, CodeRequested::Sent);
    assert_eq!(person.sms.sent.lock().unwrap()[0].recipient, "+491512345612");
    assert_eq!(person.stored().await, Some(StoredNumber::Absent), "not before");
    let code = person.sms.code();
    let verified = person.view.session.second_factor;
    let raised = enter(&person.world, &person.view, &code).await;
    assert!(matches!(raised, Err(FactorError::NotOffered)), "it verifies nothing: {raised:?}");
    person.world.authn.confirm_number(&person.view, &code, &caller()).await.unwrap();
    assert_eq!(person.stored().await, Some(StoredNumber::Confirmed(number(12))));
    person.reread().await;
    assert_eq!(person.view.session.second_factor, verified, "the factor is the app's still");
    let again = person.world.authn.confirm_number(&person.view, &code, &caller()).await;
    assert!(matches!(again, Err(FactorError::InvalidToken)), "used up: {again:?}");
    assert_eq!(person.failures().await, 0);
    let told = person.world.events_of(person.view.user.id).await;
    assert!(told.contains(&(AuditKind::SmsNumberConfirmed, None)), "{told:?}");
    assert!(told.contains(&(AuditKind::CodeSent, Some("sms".to_owned()))), "{told:?}");
    let detail =
        |needle: &str| told.iter().any(|(_, detail)| detail.as_ref().is_some_and(|text| text.contains(needle)));
    assert!(!detail(&code) && !detail("2345612"), "{told:?}");
}

#[tokio::test]
async fn the_form_that_confirmed_a_number_is_confirmed_again_and_no_other_is() {
    let mut person = person().await;
    person.give(number(12)).await;
    let code = person.sms.code();
    let form = |nonce, code| Submitted { code, nonce: Some(nonce), of_form: true, trust: false, client: None };
    let wrong = other(&code);
    let (authn, view) = (&person.world.authn, &person.view);
    for _ in 0..2 {
        let refused = authn.confirm_number(view, form("first", wrong.as_str()), &caller()).await;
        assert!(matches!(refused, Err(FactorError::InvalidCode { .. })), "{refused:?}");
    }
    assert_eq!(person.failures().await, 1, "a double click is one attempt");
    for _ in 0..2 {
        authn.confirm_number(view, form("second", code.as_str()), &caller()).await.unwrap();
    }
    for (nonce, code) in [("third", code.as_str()), ("second", "000000")] {
        let refused = authn.confirm_number(view, form(nonce, code), &caller()).await;
        assert!(matches!(refused, Err(FactorError::InvalidToken)), "{nonce} {code}: {refused:?}");
    }
}

#[tokio::test]
async fn a_code_goes_to_the_number_and_raises_the_session_that_asked_once() {
    let person = person().await.with_number(12).await;
    let world = &person.world;
    let view = world.sign_in().await.view;
    world.clock.advance(PAUSE);
    assert_eq!(world.authn.send_code(&view, SMS, &caller()).await.unwrap(), CodeRequested::Sent);
    assert_eq!(person.sms.sent.lock().unwrap()[0].recipient, "+491512345612");
    assert!(person.mail.sent.lock().unwrap().is_empty());
    let code = person.sms.code();
    let by_mail = world.authn.verify(&view, SecondFactor::Email, &code, &caller()).await;
    assert!(matches!(by_mail, Err(FactorError::NotOffered)), "a code of one kind is none of another");
    let raised = enter(world, &view, &code).await.unwrap();
    assert_eq!(raised.session.second_factor.unwrap().method, SMS);
    assert!(matches!(enter(world, &raised, &code).await, Err(FactorError::InvalidCode { attempts_left: 3, .. })));
    assert_eq!(person.failures().await, 0, "what was used could not be right");
}

#[tokio::test]
async fn wrong_codes_count_with_those_of_the_app_and_right_ones_forgive_none() {
    let mut person = person().await.with_number(12).await;
    person.world.clock.advance(PAUSE);
    person.world.authn.send_code(&person.view, SMS, &caller()).await.unwrap();
    let code = person.sms.code();
    let wrong = enter(&person.world, &person.view, &other(&code)).await;
    assert!(matches!(wrong, Err(FactorError::InvalidCode { attempts_left: 2, .. })), "{wrong:?}");
    person.view = enter(&person.world, &person.view, &code).await.unwrap();
    assert_eq!(person.failures().await, 1);
    let (world, wrong) = (&person.world, person.app.wrong(&person.world));
    assert!(world.authn.verify(&person.view, SecondFactor::Totp, &wrong, &caller()).await.is_err());
    assert_eq!(person.failures().await, 2, "one counter");
}

#[tokio::test]
async fn guesses_at_a_number_are_bounded() {
    let mut person = person().await;
    person.give(number(12)).await;
    let code = person.sms.code();
    for left in [2, 1] {
        let wrong = person.world.authn.confirm_number(&person.view, &other(&code), &caller()).await;
        assert!(
            matches!(wrong, Err(FactorError::InvalidCode { attempts_left, .. }) if attempts_left == left),
            "{wrong:?}"
        );
    }
    let locked = person.world.authn.confirm_number(&person.view, &other(&code), &caller()).await;
    assert!(matches!(locked, Err(FactorError::InvalidCode { locked_until: Some(_), .. })), "{locked:?}");
    let right = person.world.authn.confirm_number(&person.view, &code, &caller()).await;
    assert!(matches!(right, Err(FactorError::Locked { .. })), "{right:?}");
    assert_eq!(person.stored().await, Some(StoredNumber::Absent));
}

#[tokio::test]
async fn a_code_for_a_number_is_of_one_session_one_number_and_ten_minutes() {
    let mut person = person().await;
    person.give(number(12)).await;
    let first = person.sms.code();
    let elsewhere = person.world.sign_in().await.view;
    let code = person.app.code(&person.world);
    let elsewhere = person.world.authn.verify(&elsewhere, SecondFactor::Totp, &code, &caller()).await.unwrap().view;
    let refused = person.world.authn.confirm_number(&elsewhere, &first, &caller()).await;
    assert!(matches!(refused, Err(FactorError::InvalidToken)), "{refused:?}");

    person.world.clock.advance(PAUSE);
    assert_eq!(person.give(number(13)).await, CodeRequested::Sent);
    let second = person.sms.code();
    let refused = person.world.authn.confirm_number(&person.view, &first, &caller()).await;
    assert!(matches!(refused, Err(FactorError::InvalidCode { .. })), "replaced: {refused:?}");
    person.world.clock.advance(LIFETIME);
    let late = person.world.authn.confirm_number(&person.view, &second, &caller()).await;
    assert!(matches!(late, Err(FactorError::TokenExpired)), "{late:?}");
    assert_eq!(person.stored().await, Some(StoredNumber::Absent));
}

#[tokio::test]
async fn a_code_is_bound_to_the_number_at_which_its_user_was_sent_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postern.db");
    let mut person = person_in(World::in_file(&path).await).await.with_number(12).await;
    let by_hand = rusqlite::Connection::open(&path).unwrap();
    let set = |columns: &str| by_hand.execute(&format!("UPDATE user_2fa_settings SET {columns}"), []).unwrap();
    person.world.clock.advance(PAUSE);
    let waiting = person.world.sign_in().await.view;
    assert_eq!(person.world.authn.send_code(&waiting, SMS, &caller()).await.unwrap(), CodeRequested::Sent);
    let code = person.sms.code();
    set("sms_phone = '+491512345699', sms_phone_confirmed = '+491512345699'");
    let refused = enter(&person.world, &waiting, &code).await;
    assert!(matches!(refused, Err(FactorError::InvalidCode { .. })), "sent to the former one: {refused:?}");

    person.world.clock.advance(PAUSE);
    person.give(number(13)).await;
    let code = person.sms.code();
    set("sms_phone = NULL");
    let refused = person.world.authn.confirm_number(&person.view, &code, &caller()).await;
    assert!(matches!(refused, Err(FactorError::InvalidCode { .. })), "taken back meanwhile: {refused:?}");
    assert_eq!(person.stored().await, Some(StoredNumber::Absent));
}

#[tokio::test]
async fn another_number_is_not_taken_for_the_one_that_a_code_went_to_just_now() {
    let Person { world, app, view, sms, .. } = person().await;
    let now = world.authn.now();
    let begun = world.authn.begin_number(&view, number(12), &app.code_at(now), &caller()).await.unwrap();
    let ahead = app.code_at(now.after(STEP));
    let again = world.authn.begin_number(&begun.raised.view, number(13), &ahead, &caller()).await.unwrap();
    assert_eq!(
        (begun.requested, again.requested),
        (CodeRequested::Sent, CodeRequested::TooMany { next: now.after(PAUSE) })
    );
    let code = sms.code();
    world.authn.confirm_number(&again.raised.view, &code, &caller()).await.unwrap();
    assert_eq!(world.authn.number(&view).await.unwrap(), Some(StoredNumber::Confirmed(number(12))));
}

#[tokio::test]
async fn a_wrong_code_for_a_number_counts_each_time_that_a_program_sends_it() {
    let mut person = person().await;
    person.give(number(12)).await;
    let wrong = other(&person.sms.code());
    let call = Submitted { code: &wrong, nonce: Some("n"), of_form: false, trust: false, client: None };
    for failures in 1..=2 {
        let refused = person.world.authn.confirm_number(&person.view, call, &caller()).await;
        assert!(matches!(refused, Err(FactorError::InvalidCode { .. })), "{refused:?}");
        assert_eq!(person.failures().await, failures);
    }
}

#[tokio::test]
async fn the_number_that_a_code_went_to_just_now_is_taken_for_sent() {
    let Person { world, app, view, sms, .. } = person().await;
    let now = world.authn.now();
    let begun = world.authn.begin_number(&view, number(12), &app.code_at(now), &caller()).await.unwrap();
    let ahead = app.code_at(now.after(STEP));
    let again = world.authn.begin_number(&begun.raised.view, number(12), &ahead, &caller()).await.unwrap();
    assert_eq!((begun.requested, again.requested), (CodeRequested::Sent, CodeRequested::Sent));
    assert_eq!(sms.sent.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn adding_takes_the_app_and_neither_a_backup_code_nor_a_code_that_was_sent() {
    let mut person = person().await.with_number(12).await;
    person.world.clock.advance(PAUSE);
    person.world.authn.send_code(&person.view, SMS, &caller()).await.unwrap();
    let sent = person.sms.code();
    for wrong in [sent.as_str(), "ABCD-EFGH"] {
        let refused = person.world.authn.begin_number(&person.view, number(66), wrong, &caller()).await;
        assert!(refused.is_err(), "{wrong}");
    }
    assert_eq!(person.stored().await, Some(StoredNumber::Confirmed(number(12))));
    let code = person.app.code(&person.world);
    let removed = person.world.authn.remove_number(&person.view, &code, &caller()).await.unwrap();
    person.view = removed.view;
    assert!(!person.view.factors.sms);
}

#[tokio::test]
async fn changing_and_removing_a_number_end_what_rested_on_the_former() {
    let mut person = person().await.with_number(12).await;
    for change in [true, false] {
        person.world.clock.advance(PAUSE);
        let by_sms = person.world.sign_in().await.view;
        person.world.authn.send_code(&by_sms, SMS, &caller()).await.unwrap();
        let by_sms = enter(&person.world, &by_sms, &person.sms.code()).await.unwrap();
        person.world.clock.advance(PAUSE);
        let mut former = None;
        if change {
            let waiting = person.world.sign_in().await.view;
            assert_eq!(person.world.authn.send_code(&waiting, SMS, &caller()).await.unwrap(), CodeRequested::Sent);
            former = Some((waiting, person.sms.code()));
            person.world.clock.advance(PAUSE);
            assert_eq!(person.give(number(13)).await, CodeRequested::Sent);
            let code = person.sms.code();
            person.world.authn.confirm_number(&person.view, &code, &caller()).await.unwrap();
        } else {
            let code = person.app.code(&person.world);
            person.view = person.world.authn.remove_number(&person.view, &code, &caller()).await.unwrap().view;
        }
        let ended = person.world.store.session(&by_sms.session.token).await.unwrap().unwrap();
        assert_eq!(ended.session.second_factor, None, "changed: {change}");
        if let Some((waiting, code)) = former {
            let waiting = person.world.store.session(&waiting.session.token).await.unwrap().unwrap();
            let refused = enter(&person.world, &waiting, &code).await;
            assert!(matches!(refused, Err(FactorError::InvalidCode { attempts_left: 3, .. })), "void: {refused:?}");
        }
    }
    let told: Vec<_> = person.world.events_of(person.view.user.id).await.into_iter().map(|(kind, _)| kind).collect();
    assert!(told.contains(&AuditKind::SmsNumberRemoved), "{told:?}");
}

#[tokio::test]
async fn five_an_hour_are_sent_whatever_they_are_for_and_mail_has_a_limit_of_its_own() {
    let person = person().await.with_number(12).await;
    let world = &person.world;
    for _ in 1..SENT_MAX {
        world.clock.advance(PAUSE);
        assert_eq!(world.authn.send_code(&person.view, SMS, &caller()).await.unwrap(), CodeRequested::Sent);
    }
    world.clock.advance(PAUSE);
    let sixth = world.authn.send_code(&person.view, SMS, &caller()).await.unwrap();
    assert!(matches!(sixth, CodeRequested::TooMany { .. }), "{sixth:?}");
    let code = person.app.code(world);
    let on = world.authn.set_email_codes(&person.view, true, &code, &caller()).await.unwrap().view;
    world.clock.advance(STEP);
    assert_eq!(world.authn.send_code(&on, SecondFactor::Email, &caller()).await.unwrap(), CodeRequested::Sent);
    let begun = world.authn.begin_number(&on, number(13), &person.app.code(world), &caller()).await.unwrap();
    assert!(matches!(begun.requested, CodeRequested::TooMany { .. }), "{:?}", begun.requested);
}

#[tokio::test]
async fn a_hook_that_refuses_voids_the_code_and_is_told() {
    let mut person = person().await;
    person.sms.refuses.store(true, Ordering::Relaxed);
    assert_eq!(person.give(number(12)).await, CodeRequested::NotSent);
    let sent = person.world.authn.sent_codes(&person.view, CodeKind::NewNumber).await.unwrap();
    assert_eq!(sent.outstanding, None);
    assert_eq!(person.world.events(AuditKind::CodeNotSent), 1);
    assert_eq!(person.failures().await, 0);
}

#[tokio::test]
async fn nobody_is_sent_codes_where_they_are_off() {
    let person = person().await.with_number(12).await;
    let Person { world, view, app, .. } = person;
    assert!(world.authn.offers_codes(&view, SMS));
    let world = world.sending_both(None, None);
    world.clock.advance(PAUSE);
    assert!(!world.authn.offers_codes(&view, SMS));
    assert_eq!(world.authn.send_code(&view, SMS, &caller()).await.unwrap(), CodeRequested::NotOffered);
    let kept = world.authn.number(&view).await.unwrap();
    assert_eq!(kept, Some(StoredNumber::Confirmed(number(12))), "its owner can remove it");
    assert!(matches!(enter(&world, &view, "123456").await, Err(FactorError::NotOffered)));
    let refused = world.authn.begin_number(&view, number(13), &app.code(&world), &caller()).await;
    assert!(matches!(refused, Err(FactorError::NotOffered)));
    let refused = world.authn.confirm_number(&view, "123456", &caller()).await;
    assert!(matches!(refused, Err(FactorError::NotOffered)));
    let removed = world.authn.remove_number(&view, &app.code(&world), &caller()).await.unwrap();
    assert_eq!(world.authn.number(&removed.view).await.unwrap(), None);
}
