//! Codes that are sent: one for each session, few in an hour, used up once, and counted as the app's.

use std::time::Duration;

use postern_model::attempt::{Action, Settled, Submission};
use postern_model::clock::{CLOCK_SKEW, Timestamp};
use postern_model::enrolment::{EnrolmentPurpose, PendingEnrolment};
use postern_model::factor::{CodeDigest, CodeKind, SecondFactor, Spend};
use postern_model::invalidation::Invalidation;
use postern_model::lockout::Refused;
use postern_model::mail::{Happening, MailKind, MailKinds};
use postern_model::sent_code::{CodeBegun, LIFETIME, NewSentCode, PAUSE, PERIOD, SENT_MAX, SentCode};
use postern_model::session::{SessionView, Verified};

use crate::harness::{Harness, NOW, OPEN, done, on_both_stores};

on_both_stores!(
    a_code_is_used_once_and_raises_its_session,
    of_two_replicas_one_raises_the_session,
    a_code_is_worth_nothing_in_another_session_or_when_it_expired,
    a_new_code_replaces_the_former_and_one_that_was_not_delivered_is_void,
    few_are_sent_in_an_hour_whichever_session_asks,
    replicas_that_are_asked_at_once_send_one,
    nobody_is_sent_codes_who_has_none_or_whose_codes_are_locked,
    wrong_codes_count_with_those_of_the_app,
    a_right_code_forgives_no_wrong_code_of_the_app,
    switching_off_ends_the_factor_of_sessions_and_tells_every_replica,
    switching_on_again_revives_neither_sessions_nor_codes,
    a_reset_switches_them_off,
    a_new_set_up_leaves_them_off_and_a_replacement_leaves_them_on,
);

fn code(h: &Harness, view: &SessionView, digest: u8, at: Timestamp) -> NewSentCode {
    NewSentCode {
        id: h.event(),
        kind: CodeKind::Email,
        number: None,
        user: view.user.id,
        session: view.session.id,
        token: view.session.token,
        digest: CodeDigest([digest; 32]),
        at,
    }
}

fn spend(view: &SessionView, digest: u8) -> Spend {
    Spend::SentCode { kind: CodeKind::Email, session: view.session.id, digest: CodeDigest([digest; 32]), present: None }
}

pub(crate) fn submission(h: &Harness, view: &SessionView, digest: Option<u8>) -> Submission {
    h.submission(view, SecondFactor::Email, digest.map(|digest| spend(view, digest)))
}

fn at(mut submission: Submission, at: Timestamp) -> Submission {
    submission.attempt.at = at;
    submission
}

async fn outstanding(h: &Harness, view: &SessionView) -> Option<SentCode> {
    let (user, session) = (view.user.id, view.session.id);
    h.other.sent_codes(user, session, CodeKind::Email, NOW).await.unwrap().outstanding
}

/// A user who can be sent codes, with a session.
async fn switched_on(h: &Harness, name: &str) -> SessionView {
    let (user, view) = h.enrolled(name).await;
    h.sql(&format!("UPDATE user_2fa_settings SET email_2fa_enabled = TRUE WHERE user_id = '{}'", user.id)).await;
    let view = h.store.session(&view.session.token).await.unwrap().unwrap();
    assert!(view.factors.email, "as an administrator sets it");
    view
}

pub(crate) async fn begun(h: &Harness, view: &SessionView, digest: u8, when: Timestamp) {
    assert_eq!(h.store.begin_code(&code(h, view, digest, when)).await.unwrap(), CodeBegun::Begun);
}

async fn a_code_is_used_once_and_raises_its_session(h: &Harness) {
    let view = switched_on(h, "ada").await;
    begun(h, &view, 1, NOW).await;
    assert_eq!(outstanding(h, &view).await, Some(SentCode { digest: CodeDigest([1; 32]), number: None, sent_at: NOW }));
    let Settled::Right(raised) = h.store.settle(&submission(h, &view, Some(1))).await.unwrap() else { panic!() };
    assert_eq!(raised.session.second_factor, Some(Verified { method: SecondFactor::Email, at: NOW }));
    assert_ne!(raised.session.token, view.session.token);
    assert_eq!(outstanding(h, &view).await, None);
    let settled = h.store.settle(&submission(h, &raised, Some(1))).await.unwrap();
    assert_eq!(settled, Settled::Changed, "it is checked again, and nothing is counted");
    let sql = "SELECT count(*) FROM user_2fa_attempts WHERE attempt_type = 'email'";
    assert_eq!(h.value(sql).await.as_deref(), Some("1"));
}

async fn of_two_replicas_one_raises_the_session(h: &Harness) {
    let view = switched_on(h, "ada").await;
    begun(h, &view, 1, NOW).await;
    let (one, two) = (submission(h, &view, Some(1)), submission(h, &view, Some(1)));
    let (one, two) = tokio::join!(h.store.settle(&one), h.other.settle(&two));
    let settled = [one.unwrap(), two.unwrap()];
    assert_eq!(settled.iter().filter(|one| matches!(one, Settled::Right(_))).count(), 1, "{settled:?}");
    assert!(settled.contains(&Settled::SessionGone), "{settled:?}");
    let lockout = h.store.lockout(view.user.id, SecondFactor::Email).await.unwrap().unwrap();
    assert_eq!(lockout.failures, 0, "the loser is not counted");
}

async fn a_code_is_worth_nothing_in_another_session_or_when_it_expired(h: &Harness) {
    let view = switched_on(h, "ada").await;
    begun(h, &view, 1, NOW).await;
    let (_, second) = h.sign_in("ada").await;
    let elsewhere = h.store.session(&second.token).await.unwrap().unwrap();
    assert_eq!(elsewhere.user.id, view.user.id);
    assert_eq!(h.store.settle(&submission(h, &elsewhere, Some(1))).await.unwrap(), Settled::Changed);
    let bob = switched_on(h, "bob").await;
    let stolen = h.submission(&bob, SecondFactor::Email, Some(spend(&view, 1)));
    assert_eq!(h.store.settle(&stolen).await.unwrap(), Settled::Changed);
    let early = at(submission(h, &view, Some(1)), NOW.before(2 * CLOCK_SKEW));
    assert_eq!(h.store.settle(&early).await.unwrap(), Settled::Changed, "sent at a time that is yet to come");
    let late = at(submission(h, &view, Some(1)), NOW.after(LIFETIME));
    assert_eq!(h.store.settle(&late).await.unwrap(), Settled::Changed);
    let in_time = at(submission(h, &view, Some(1)), NOW.after(LIFETIME - Duration::from_secs(1)));
    assert!(matches!(h.store.settle(&in_time).await.unwrap(), Settled::Right(_)));
}

async fn a_new_code_replaces_the_former_and_one_that_was_not_delivered_is_void(h: &Harness) {
    let view = switched_on(h, "ada").await;
    begun(h, &view, 1, NOW).await;
    let later = NOW.after(PAUSE);
    let second = code(h, &view, 2, later);
    assert_eq!(h.store.begin_code(&second).await.unwrap(), CodeBegun::Begun);
    assert_eq!(h.store.settle(&submission(h, &view, Some(1))).await.unwrap(), Settled::Changed);
    assert_eq!(outstanding(h, &view).await.unwrap().digest, CodeDigest([2; 32]));
    h.other.void_code(second.id).await.unwrap();
    assert_eq!(outstanding(h, &view).await, None);
    assert_eq!(h.store.settle(&at(submission(h, &view, Some(2)), later)).await.unwrap(), Settled::Changed);
    let next = h.store.sent_codes(view.user.id, view.session.id, CodeKind::Email, later).await.unwrap().next;
    assert_eq!(next, Some(later.after(PAUSE)), "it counts as sent");
}

async fn few_are_sent_in_an_hour_whichever_session_asks(h: &Harness) {
    let view = switched_on(h, "ada").await;
    let (_, second) = h.sign_in("ada").await;
    let elsewhere = h.store.session(&second.token).await.unwrap().unwrap();
    let mut now = NOW;
    for sent in 0..SENT_MAX {
        let session = if sent % 2 == 0 { &view } else { &elsewhere };
        begun(h, session, 1, now).await;
        let again = h.other.begin_code(&code(h, &elsewhere, 9, now)).await.unwrap();
        assert!(matches!(again, CodeBegun::TooMany { next } if next >= now.after(PAUSE)), "{again:?}");
        now = now.after(PAUSE);
    }
    let refused = h.other.begin_code(&code(h, &view, 2, now)).await.unwrap();
    assert_eq!(refused, CodeBegun::TooMany { next: NOW.after(PERIOD) });
    let bob = switched_on(h, "bob").await;
    begun(h, &bob, 3, now).await;
    begun(h, &view, 4, NOW.after(PERIOD)).await;
    assert_eq!(h.count("sent_codes").await, (SENT_MAX + 1).to_string(), "those of an hour ago are gone");
}

async fn replicas_that_are_asked_at_once_send_one(h: &Harness) {
    let view = switched_on(h, "ada").await;
    let (one, two) = (code(h, &view, 1, NOW), code(h, &view, 2, NOW));
    let (one, two) = tokio::join!(h.store.begin_code(&one), h.other.begin_code(&two));
    let begun = [one.unwrap(), two.unwrap()];
    assert!(begun.contains(&CodeBegun::Begun), "{begun:?}");
    assert!(begun.contains(&CodeBegun::TooMany { next: NOW.after(PAUSE) }), "{begun:?}");
}

async fn nobody_is_sent_codes_who_has_none_or_whose_codes_are_locked(h: &Harness) {
    let (_, view) = h.enrolled("bob").await;
    assert_eq!(h.store.begin_code(&code(h, &view, 1, NOW)).await.unwrap(), CodeBegun::NotEnrolled, "not switched on");
    let (_, session) = h.sign_in("eve").await;
    let eve = h.store.session(&session.token).await.unwrap().unwrap();
    assert_eq!(h.store.begin_code(&code(h, &eve, 1, NOW)).await.unwrap(), CodeBegun::NotEnrolled, "no second factor");

    let view = switched_on(h, "ada").await;
    let stale = NewSentCode { token: h.token(), ..code(h, &view, 1, NOW) };
    assert_eq!(h.store.begin_code(&stale).await.unwrap(), CodeBegun::SessionGone);
    for _ in 0..3 {
        h.guess(&view, SecondFactor::Totp).await;
    }
    let refused = h.store.begin_code(&code(h, &view, 1, NOW)).await.unwrap();
    assert!(matches!(refused, CodeBegun::Locked(Refused::Locked { .. })), "{refused:?}");
    assert_eq!(h.count("sent_codes").await, "0");
}

async fn wrong_codes_count_with_those_of_the_app(h: &Harness) {
    h.queue_mail(MailKinds::all());
    let view = switched_on(h, "ada").await;
    begun(h, &view, 1, NOW).await;
    assert_eq!(h.failures(&view, SecondFactor::Email).await, 1);
    assert_eq!(h.failures(&view, SecondFactor::Totp).await, 2);
    assert_eq!(h.failures(&view, SecondFactor::Email).await, 3);
    for right in [submission(h, &view, Some(1)), h.submission(&view, SecondFactor::Totp, Some(Spend::Step(101)))] {
        let settled = h.store.settle(&right).await.unwrap();
        assert!(matches!(settled, Settled::Refused(Refused::Locked { .. })), "{settled:?}");
    }
    let mut told = Vec::new();
    while let Some(mail) = h.store.claim_mail(NOW, NOW.after(PAUSE)).await.unwrap() {
        told.push(mail.happening);
    }
    let locked = told.into_iter().filter(|one| one.kind == MailKind::Locked).collect::<Vec<_>>();
    assert_eq!(locked, [Happening::new(MailKind::Locked, "totp")], "one lock, told as the app's");
    assert!(h.store.unlock(view.user.id).await.unwrap());
    assert!(matches!(h.store.settle(&submission(h, &view, Some(1))).await.unwrap(), Settled::Right(_)));
}

async fn a_right_code_forgives_no_wrong_code_of_the_app(h: &Harness) {
    let view = switched_on(h, "ada").await;
    assert_eq!(h.failures(&view, SecondFactor::Totp).await, 1);
    begun(h, &view, 1, NOW).await;
    let Settled::Right(view) = h.store.settle(&submission(h, &view, Some(1))).await.unwrap() else { panic!() };
    assert_eq!(h.failures(&view, SecondFactor::Totp).await, 2);
}

fn switch(h: &Harness, view: &SessionView, step: i64, on: bool) -> Submission {
    Submission { action: Action::SetEmailCodes(on), ..h.submission(view, SecondFactor::Totp, Some(Spend::Step(step))) }
}

async fn switching_off_ends_the_factor_of_sessions_and_tells_every_replica(h: &Harness) {
    h.queue_mail(MailKinds::all());
    let (ada, view) = h.enrolled("ada").await;
    let Settled::Right(on) = h.store.settle(&switch(h, &view, 101, true)).await.unwrap() else { panic!() };
    assert!(on.factors.email);
    let heard = h.heard.take();
    assert!(heard.contains(&Invalidation::User(ada.id)), "{heard:?}");

    let (_, second) = h.sign_in("ada").await;
    let by_mail = h.store.session(&second.token).await.unwrap().unwrap();
    begun(h, &by_mail, 1, NOW).await;
    let Settled::Right(by_mail) = h.store.settle(&submission(h, &by_mail, Some(1))).await.unwrap() else { panic!() };
    let Settled::Right(off) = h.store.settle(&switch(h, &on, 102, false)).await.unwrap() else { panic!() };
    assert!(!off.factors.email);
    assert_eq!(off.session.second_factor.unwrap().method, SecondFactor::Totp, "the app's factor stays");
    let ended = h.store.session(&by_mail.session.token).await.unwrap().unwrap();
    assert_eq!(ended.session.second_factor, None);
    let mut told = Vec::new();
    while let Some(mail) = h.store.claim_mail(NOW, NOW.after(PAUSE)).await.unwrap() {
        told.push(mail.happening);
    }
    for kind in [MailKind::FactorAdded, MailKind::FactorRemoved] {
        assert!(told.contains(&Happening::new(kind, "email")), "{told:?}");
    }
}

async fn switching_on_again_revives_neither_sessions_nor_codes(h: &Harness) {
    let view = switched_on(h, "ada").await;
    let (_, second) = h.sign_in("ada").await;
    let by_mail = h.store.session(&second.token).await.unwrap().unwrap();
    begun(h, &by_mail, 1, NOW).await;
    let Settled::Right(by_mail) = h.store.settle(&submission(h, &by_mail, Some(1))).await.unwrap() else { panic!() };
    let bob = switched_on(h, "bob").await;
    begun(h, &bob, 2, NOW).await;
    let Settled::Right(bob) = h.store.settle(&submission(h, &bob, Some(2))).await.unwrap() else { panic!() };
    begun(h, &view, 3, NOW.after(PAUSE)).await;

    let Settled::Right(off) = h.store.settle(&switch(h, &view, 101, false)).await.unwrap() else { panic!() };
    let Settled::Right(on) = h.store.settle(&switch(h, &off, 102, true)).await.unwrap() else { panic!() };
    assert_eq!(on.session.second_factor.unwrap().method, SecondFactor::Totp, "the switch itself raised it");
    let ended = h.store.session(&by_mail.session.token).await.unwrap().unwrap().session;
    assert_eq!(ended.second_factor, None);
    assert!(ended.version > by_mail.session.version);
    assert_eq!(outstanding(h, &on).await, None);
    assert_eq!(h.store.settle(&submission(h, &on, Some(3))).await.unwrap(), Settled::Changed);
    assert_eq!(h.count("sent_codes").await, "3", "what was sent counts for the limit");
    assert_eq!(h.store.session(&bob.session.token).await.unwrap(), Some(*bob), "somebody else's");

    // Off by SQL alone: the page's switch to on ends what was there before.
    let Settled::Right(by_mail) = ({
        let view = h.store.session(&by_mail.session.token).await.unwrap().unwrap();
        begun(h, &view, 4, NOW.after(PAUSE * 2)).await;
        h.store.settle(&submission(h, &view, Some(4))).await.unwrap()
    }) else {
        panic!()
    };
    h.sql(&format!("UPDATE user_2fa_settings SET email_2fa_enabled = FALSE WHERE user_id = '{}'", on.user.id)).await;
    assert!(matches!(h.store.settle(&switch(h, &on, 103, true)).await.unwrap(), Settled::Right(_)));
    assert_eq!(h.store.session(&by_mail.session.token).await.unwrap().unwrap().session.second_factor, None);
}

async fn a_reset_switches_them_off(h: &Harness) {
    let view = switched_on(h, "ada").await;
    assert!(h.store.remove_factors(view.user.id, None, NOW).await.unwrap());
    let (_, session) = h.sign_in("ada").await;
    let view = h.enrol(view.user.id, &session).await;
    assert!(!view.factors.email);
}

async fn a_new_set_up_leaves_them_off_and_a_replacement_leaves_them_on(h: &Harness) {
    let view = switched_on(h, "ada").await;
    let user = view.user.id;
    for (disabled, on) in [(false, true), (true, false)] {
        let (_, session) = h.sign_in("ada").await;
        let pending = PendingEnrolment { purpose: EnrolmentPurpose::Replacement, ..h.pending(&session, user) };
        h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
        if disabled {
            h.sql(&format!("UPDATE user_2fa_settings SET is_enabled = FALSE WHERE user_id = '{user}'")).await;
        }
        let view = done(h.store.commit_enrolment(&h.commit(&pending, &session)).await.unwrap());
        assert_eq!(view.factors.email, on, "replaced what was disabled: {disabled}");
    }
    let view = switched_on(h, "bob").await;
    h.sql("UPDATE user_2fa_settings SET is_enabled = FALSE").await;
    let (_, session) = h.sign_in("bob").await;
    assert!(!h.enrol(view.user.id, &session).await.factors.email);
}
