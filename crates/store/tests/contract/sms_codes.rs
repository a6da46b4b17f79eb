//! Codes by SMS: the number that counts, and what its change ends.

use postern_model::attempt::{Action, Settled, Submission};
use postern_model::clock::Timestamp;
use postern_model::factor::{CodeDigest, CodeKind, SecondFactor, Spend};
use postern_model::invalidation::Invalidation;
use postern_model::mail::{Happening, MailKind, MailKinds};
use postern_model::phone::{PhoneNumber, StoredNumber};
use postern_model::sent_code::{CodeBegun, NewSentCode, PAUSE};
use postern_model::session::{SessionView, Verified};

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    a_number_counts_once_its_code_was_settled_and_the_session_keeps_its_token,
    a_code_for_a_number_verifies_nothing_and_one_that_verifies_confirms_nothing,
    a_number_that_was_written_by_others_counts_for_nothing,
    what_is_not_the_present_number_is_sent_no_code,
    a_code_that_was_sent_to_another_number_than_the_present_one_is_refused,
    a_change_and_a_removal_end_sessions_and_codes_of_the_former,
    codes_of_both_uses_count_for_one_limit,
    a_right_code_for_a_number_forgives_nothing,
    a_new_set_up_forgets_the_confirmation,
);

fn number(last: u8) -> PhoneNumber {
    PhoneNumber::parse(&format!("+491512345{last:03}")).unwrap()
}

fn code(h: &Harness, view: &SessionView, kind: CodeKind, last: u8, at: Timestamp) -> NewSentCode {
    NewSentCode {
        id: h.event(),
        kind,
        number: Some(number(last)),
        user: view.user.id,
        session: view.session.id,
        token: view.session.token,
        digest: CodeDigest([last; 32]),
        at,
    }
}

fn submission(h: &Harness, view: &SessionView, kind: CodeKind, last: u8, action: Action) -> Submission {
    let spend = Spend::SentCode { kind, session: view.session.id, digest: CodeDigest([last; 32]), present: None };
    Submission { action, ..h.submission(view, SecondFactor::Sms, Some(spend)) }
}

/// The same submission at another time.
fn at(mut submission: Submission, at: Timestamp) -> Submission {
    submission.attempt.at = at;
    submission
}

/// The same submission of a code that was sent while the user had this number.
fn while_at(mut submission: Submission, number: StoredNumber) -> Submission {
    match &mut submission.evidence.as_mut().unwrap().spend {
        Spend::SentCode { present, .. } => *present = Some(number),
        other => panic!("{other:?}"),
    }
    submission
}

fn confirmation(h: &Harness, view: &SessionView, last: u8) -> Submission {
    submission(h, view, CodeKind::NewNumber, last, Action::SetNumber(Some(number(last))))
}

fn removal(h: &Harness, view: &SessionView, step: i64) -> Submission {
    let spend = Some(Spend::Step(step));
    Submission { action: Action::SetNumber(None), ..h.submission(view, SecondFactor::Totp, spend) }
}

async fn begun(h: &Harness, code: &NewSentCode) {
    assert_eq!(h.store.begin_code(code).await.unwrap(), CodeBegun::Begun);
}

async fn right(h: &Harness, submission: &Submission) -> SessionView {
    match h.store.settle(submission).await.unwrap() {
        Settled::Right(view) => *view,
        other => panic!("{other:?}"),
    }
}

/// A user with a confirmed number; the next code can be sent at `NOW + PAUSE`.
async fn with_number(h: &Harness, name: &str, last: u8) -> SessionView {
    let (_, view) = h.enrolled(name).await;
    begun(h, &code(h, &view, CodeKind::NewNumber, last, NOW)).await;
    right(h, &confirmation(h, &view, last)).await
}

/// Another session of somebody, raised with a code by SMS.
async fn by_sms(h: &Harness, name: &str, last: u8, at: Timestamp) -> SessionView {
    let (_, session) = h.sign_in(name).await;
    let view = h.store.session(&session.token).await.unwrap().unwrap();
    begun(h, &code(h, &view, CodeKind::Sms, last, at)).await;
    right(h, &self::at(submission(h, &view, CodeKind::Sms, last, Action::Elevate), at)).await
}

async fn a_number_counts_once_its_code_was_settled_and_the_session_keeps_its_token(h: &Harness) {
    h.queue_mail(MailKinds::all());
    let (ada, view) = h.enrolled("ada").await;
    begun(h, &code(h, &view, CodeKind::NewNumber, 12, NOW)).await;
    let sent = h.other.sent_codes(ada.id, view.session.id, CodeKind::NewNumber, NOW).await.unwrap();
    assert_eq!(sent.outstanding.unwrap().number, Some(number(12)));
    assert_eq!(h.store.number_of(ada.id).await.unwrap(), StoredNumber::Absent);
    h.heard.take();
    let after = right(h, &confirmation(h, &view, 12)).await;
    assert_eq!(h.other.number_of(ada.id).await.unwrap(), StoredNumber::Confirmed(number(12)));
    assert!(after.factors.sms);
    assert_eq!(after.session.token, view.session.token);
    assert_eq!(after.session.second_factor, view.session.second_factor);
    assert!(h.heard.take().contains(&Invalidation::User(ada.id)));
    assert_eq!(h.store.settle(&confirmation(h, &view, 12)).await.unwrap(), Settled::Changed, "used up");
    let sql = "SELECT count(*) FROM user_2fa_attempts WHERE attempt_type = 'sms'";
    assert_eq!(h.value(sql).await.as_deref(), Some("1"));
    let mut told = Vec::new();
    while let Some(mail) = h.store.claim_mail(NOW, NOW.after(PAUSE)).await.unwrap() {
        told.push(mail.happening);
    }
    assert!(told.contains(&Happening::new(MailKind::FactorAdded, "sms")), "{told:?}");
}

async fn a_code_for_a_number_verifies_nothing_and_one_that_verifies_confirms_nothing(h: &Harness) {
    let view = with_number(h, "ada", 12).await;
    begun(h, &code(h, &view, CodeKind::NewNumber, 13, NOW.after(PAUSE))).await;
    for kind in [CodeKind::Sms, CodeKind::Email] {
        let settled = h.store.settle(&submission(h, &view, kind, 13, Action::Elevate)).await.unwrap();
        assert!(matches!(settled, Settled::Changed), "{settled:?}");
    }
    begun(h, &code(h, &view, CodeKind::Sms, 12, NOW.after(PAUSE * 2))).await;
    let confirms = confirmation(h, &view, 12);
    assert_eq!(h.store.settle(&confirms).await.unwrap(), Settled::Changed);
    let raised = right(h, &submission(h, &view, CodeKind::Sms, 12, Action::Elevate)).await;
    assert_eq!(raised.session.second_factor, Some(Verified { method: SecondFactor::Sms, at: NOW }));
    assert_eq!(h.store.number_of(view.user.id).await.unwrap(), StoredNumber::Confirmed(number(12)));
}

async fn a_number_that_was_written_by_others_counts_for_nothing(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let set = |text: &str| format!("UPDATE user_2fa_settings SET sms_phone = {text} WHERE user_id = '{}'", ada.id);
    for text in ["'+491512345012'", "'0151 2345'", "''"] {
        h.sql(&set(text)).await;
        assert_eq!(h.store.number_of(ada.id).await.unwrap(), StoredNumber::Unconfirmed, "{text}");
        assert!(!h.store.session(&view.session.token).await.unwrap().unwrap().factors.sms);
        assert!(h.store.checkable(ada.id, SecondFactor::Sms).await.unwrap().is_none());
    }
    let refused = h.store.begin_code(&code(h, &view, CodeKind::Sms, 12, NOW)).await.unwrap();
    assert_eq!(refused, CodeBegun::NotEnrolled);

    begun(h, &code(h, &view, CodeKind::NewNumber, 12, NOW)).await;
    right(h, &confirmation(h, &view, 12)).await;
    let raised = by_sms(h, "ada", 12, NOW.after(PAUSE)).await;
    h.sql(&set("'+491512345066'")).await;
    let view = h.store.session(&raised.session.token).await.unwrap().unwrap();
    assert!(!view.factors.sms);
    assert_eq!(view.session.second_factor, None, "what rested on the confirmed number does not count");
    for text in
        ["''", "'garbage'", "'0151 2345612'", "'+0151234561'", "'+491512345612x'", "'+12345'", "'+1234567890123456'"]
    {
        h.sql(&set(&format!("{text}, sms_phone_confirmed = {text}"))).await;
        let view = h.store.session(&raised.session.token).await.unwrap().unwrap();
        assert!(!view.factors.sms && view.session.second_factor.is_none(), "no number: {text}");
        assert!(h.store.checkable(ada.id, SecondFactor::Sms).await.unwrap().is_none(), "{text}");
    }
    h.sql(&set("NULL")).await;
    assert_eq!(h.store.number_of(ada.id).await.unwrap(), StoredNumber::Absent);
}

async fn what_is_not_the_present_number_is_sent_no_code(h: &Harness) {
    let view = with_number(h, "ada", 12).await;
    let stale = code(h, &view, CodeKind::Sms, 13, NOW.after(PAUSE));
    assert_eq!(h.store.begin_code(&stale).await.unwrap(), CodeBegun::NotEnrolled);
    begun(h, &code(h, &view, CodeKind::Sms, 12, NOW.after(PAUSE))).await;
}

async fn a_code_that_was_sent_to_another_number_than_the_present_one_is_refused(h: &Harness) {
    let view = with_number(h, "ada", 12).await;
    let ada = view.user.id;
    let set = |text: &str| {
        format!("UPDATE user_2fa_settings SET sms_phone = {text}, sms_phone_confirmed = {text} WHERE user_id = '{ada}'")
    };
    begun(h, &code(h, &view, CodeKind::Sms, 12, NOW.after(PAUSE))).await;
    let verifies = submission(h, &view, CodeKind::Sms, 12, Action::Elevate);
    let verifies = while_at(verifies, StoredNumber::Confirmed(number(12)));
    h.sql(&set("'+491512345013'")).await;
    assert_eq!(h.store.settle(&verifies).await.unwrap(), Settled::Changed);
    h.sql(&set("'+491512345012'")).await;
    let view = right(h, &verifies).await;

    let at = NOW.after(PAUSE * 2);
    begun(h, &code(h, &view, CodeKind::NewNumber, 13, at)).await;
    let confirms = while_at(self::at(confirmation(h, &view, 13), at), StoredNumber::Confirmed(number(12)));
    h.sql(&format!("UPDATE user_2fa_settings SET sms_phone = NULL WHERE user_id = '{ada}'")).await;
    let before = h.store.lockout(ada, SecondFactor::Totp).await.unwrap();
    assert_eq!(h.store.settle(&confirms).await.unwrap(), Settled::Changed);
    assert_eq!(h.store.lockout(ada, SecondFactor::Totp).await.unwrap(), before, "nothing was counted");
    assert_eq!(h.store.number_of(ada).await.unwrap(), StoredNumber::Absent);
}

async fn a_change_and_a_removal_end_sessions_and_codes_of_the_former(h: &Harness) {
    let view = with_number(h, "ada", 12).await;
    let bob = with_number(h, "bob", 40).await;
    let bob = {
        right(h, &{
            begun(h, &code(h, &bob, CodeKind::Sms, 40, NOW.after(PAUSE))).await;
            submission(h, &bob, CodeKind::Sms, 40, Action::Elevate)
        })
        .await
    };
    let raised = by_sms(h, "ada", 12, NOW.after(PAUSE)).await;
    let (_, session) = h.sign_in("ada").await;
    let waiting = h.store.session(&session.token).await.unwrap().unwrap();
    begun(h, &code(h, &waiting, CodeKind::Sms, 12, NOW.after(PAUSE * 2))).await;
    begun(h, &code(h, &view, CodeKind::NewNumber, 13, NOW.after(PAUSE * 3))).await;
    let view = right(h, &at(confirmation(h, &view, 13), NOW.after(PAUSE * 3))).await;
    assert_eq!(h.store.session(&raised.session.token).await.unwrap().unwrap().session.second_factor, None);
    let former = at(submission(h, &waiting, CodeKind::Sms, 12, Action::Elevate), NOW.after(PAUSE * 3));
    assert_eq!(h.store.settle(&former).await.unwrap(), Settled::Changed, "void");

    let raised = {
        let late = NOW.after(PAUSE * 4);
        by_sms(h, "ada", 13, late).await
    };
    let view = right(h, &removal(h, &view, 101)).await;
    assert_eq!(view.session.second_factor.unwrap().method, SecondFactor::Totp);
    assert!(!view.factors.sms);
    assert_eq!(h.store.session(&raised.session.token).await.unwrap().unwrap().session.second_factor, None);
    assert_eq!(h.store.number_of(view.user.id).await.unwrap(), StoredNumber::Absent);
    assert_eq!(h.store.session(&bob.session.token).await.unwrap(), Some(bob), "somebody else's");
}

async fn codes_of_both_uses_count_for_one_limit(h: &Harness) {
    let view = with_number(h, "ada", 12).await;
    for kind in [CodeKind::Sms, CodeKind::NewNumber] {
        let again = h.other.begin_code(&code(h, &view, kind, 12, NOW)).await.unwrap();
        assert_eq!(again, CodeBegun::TooMany { next: NOW.after(PAUSE) }, "{kind:?}");
    }
    let of_mail = h.store.sent_codes(view.user.id, view.session.id, CodeKind::Email, NOW).await.unwrap();
    assert_eq!(of_mail.next, None);
}

async fn a_right_code_for_a_number_forgives_nothing(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    assert_eq!(h.failures(&view, SecondFactor::Totp).await, 1);
    begun(h, &code(h, &view, CodeKind::NewNumber, 12, NOW)).await;
    let wrong = Submission { evidence: None, ..confirmation(h, &view, 12) };
    assert!(matches!(h.store.settle(&wrong).await.unwrap(), Settled::Wrong(lockout) if lockout.failures == 2));
    right(h, &confirmation(h, &view, 12)).await;
    let lockout = h.store.lockout(ada.id, SecondFactor::Totp).await.unwrap().unwrap();
    assert_eq!(lockout.failures, 2);
}

async fn a_new_set_up_forgets_the_confirmation(h: &Harness) {
    let view = with_number(h, "ada", 12).await;
    h.sql("UPDATE user_2fa_settings SET is_enabled = FALSE").await;
    let (_, session) = h.sign_in("ada").await;
    assert!(!h.enrol(view.user.id, &session).await.factors.sms);
    assert_eq!(h.store.number_of(view.user.id).await.unwrap(), StoredNumber::Unconfirmed);
}
