//! Mail that waits: what is queued, and who gets it to send.

use std::time::Duration;

use postern_model::attempt::{Action, Settled};
use postern_model::clock::Timestamp;
use postern_model::enrolment::EnrolmentPurpose;
use postern_model::factor::{SecondFactor, Spend};
use postern_model::id::PasskeyId;
use postern_model::mail::{MailKind, MailKinds, QueuedMail};
use postern_model::passkey::{Passkey, PasskeyRegistration, Registered};
use postern_model::session::{Caller, SessionView};
use uuid::Uuid;

use crate::harness::{Harness, NOW, on_both_stores};

const LEASE: Duration = Duration::from_secs(120);

/// Claims and finishes everything that is due; returns kind and detail, sorted.
async fn told(h: &Harness) -> Vec<(String, Option<String>)> {
    let mut told = Vec::new();
    while let Some(mail) = h.store.claim_mail(NOW, NOW.after(LEASE)).await.unwrap() {
        assert!(h.store.finish_mail(&mail).await.unwrap());
        told.push((mail.happening.kind.name().to_owned(), mail.happening.detail));
    }
    told.sort();
    told
}

fn expected(of: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>)> {
    of.iter().map(|(kind, detail)| ((*kind).to_owned(), detail.map(str::to_owned))).collect()
}

async fn right(h: &Harness, view: &SessionView, spend: Spend, action: Action) -> SessionView {
    let mut submission = h.submission(view, spend.factor(), Some(spend));
    submission.action = action;
    match h.store.settle(&submission).await.unwrap() {
        Settled::Right(view) => *view,
        other => panic!("{other:?}"),
    }
}

fn codes(digests: &[&str], view: &SessionView) -> Action {
    Action::ReplaceBackupCodes {
        digests: digests.iter().map(|digest| (*digest).to_owned()).collect(),
        shown: postern_model::replay::FreshCodes {
            session: view.session.id,
            sealed: "sealed".to_owned(),
            expires_at: NOW.after(LEASE),
        },
    }
}

async fn a_change_holds_though_its_mail_cannot_be_queued(h: &Harness) {
    let (user, view) = h.enrolled("ada").await;
    h.queue_mail(MailKinds::all());
    h.sql(&format!("DROP TABLE {}", h.table("mail_queue"))).await;
    let view = right(h, &view, Spend::Step(101), codes(&["a", "b"], &view)).await;
    assert_eq!(h.store.factors(user.id).await.unwrap().unwrap().backup_codes, ["a", "b"]);
    let view = right(h, &view, Spend::BackupCode("a".to_owned()), Action::Elevate).await;
    assert_eq!(h.store.session(&view.session.token).await.unwrap(), Some(view.clone()));
    assert_eq!(h.store.factors(user.id).await.unwrap().unwrap().backup_codes, ["b"]);
    for _ in 0..3 {
        h.guess(&view, SecondFactor::Totp).await;
    }
    assert!(h.store.lockout(user.id, SecondFactor::Totp).await.unwrap().unwrap().locked_until.is_some());
    assert!(h.store.remove_factors(user.id, None, NOW).await.unwrap());
}

async fn each_change_is_told_with_the_transaction_that_makes_it(h: &Harness) {
    h.queue_mail(MailKinds::all());
    let (user, view) = h.enrolled("ada").await;
    assert_eq!(told(h).await, expected(&[("factor-added", Some("totp"))]));

    // The set-up came from the same client, so that this one is known.
    let view = right(h, &view, Spend::Step(101), Action::Elevate).await;
    assert_eq!(told(h).await, []);
    let view = right(h, &view, Spend::Step(102), codes(&["a", "b", "c", "d"], &view)).await;
    assert_eq!(told(h).await, expected(&[("backup-codes-replaced", None)]));
    let view = right(h, &view, Spend::BackupCode("a".to_owned()), Action::Elevate).await;
    assert_eq!(told(h).await, expected(&[("backup-code-used", Some("3"))]));
    let view = right(h, &view, Spend::BackupCode("b".to_owned()), Action::Elevate).await;
    assert_eq!(told(h).await, expected(&[("few-backup-codes", Some("2"))]));

    let passkey = PasskeyId(Uuid::from_u128(7));
    let registration = PasskeyRegistration {
        passkey: Passkey {
            id: passkey,
            user: user.id,
            credential: vec![7],
            public_key: vec![8],
            counter: 0,
            backup_eligible: false,
            backed_up: false,
            name: "Key".to_owned(),
            created_at: NOW,
            last_used_at: None,
        },
        session: view.session.id,
        from: view.session.token,
        to: h.token(),
        caller: Caller::new("192.0.2.9".parse().ok(), Some("Browser")),
        replay: None,
    };
    let Registered::Done(view) = h.store.register_passkey(&registration).await.unwrap() else { panic!() };
    let mail = h.store.claim_mail(NOW, NOW.after(LEASE)).await.unwrap().unwrap();
    assert_eq!((mail.happening.kind, mail.happening.detail.as_deref()), (MailKind::FactorAdded, Some("passkey")));
    assert_eq!((mail.user, mail.recipient.as_str(), mail.at), (user.id, "ada@example.com", NOW));
    assert_eq!((&mail.caller, mail.attempts), (&registration.caller, 1));
    assert!(h.store.finish_mail(&mail).await.unwrap());
    let view = right(h, &view, Spend::Step(103), Action::RemovePasskey(passkey)).await;
    assert_eq!(told(h).await, expected(&[("factor-removed", Some("passkey"))]));

    for _ in 0..2 {
        h.guess(&view, SecondFactor::Totp).await;
    }
    assert_eq!(told(h).await, []);
    h.guess(&view, SecondFactor::Totp).await;
    assert_eq!(told(h).await, expected(&[("locked", Some("totp"))]));
    h.store.unlock(user.id).await.unwrap();

    let view = right(h, &view, Spend::Step(104), Action::RemoveFactors).await;
    assert_eq!(told(h).await, expected(&[("factor-removed", Some("all"))]));
    assert!(!h.store.remove_factors(user.id, None, NOW).await.unwrap());
    assert_eq!(told(h).await, [], "there was nothing to reset");
    let mut session = h.session();
    (session.id, session.token) = (view.session.id, view.session.token);
    h.enrol(user.id, &session).await;
    assert_eq!(told(h).await, expected(&[("factor-added", Some("totp"))]));
    assert!(h.store.remove_factors(user.id, None, NOW).await.unwrap());
    assert_eq!(told(h).await, expected(&[("factors-reset", None)]));
}

async fn a_further_app_and_a_replaced_one_are_told(h: &Harness) {
    h.queue_mail(MailKinds::all());
    let (user, view) = h.enrolled("ada").await;
    told(h).await;
    let mut session = h.session();
    (session.id, session.token) = (view.session.id, view.session.token);
    let mut pending = h.pending(&session, user.id);
    pending.purpose = EnrolmentPurpose::Replacement;
    let begun = Action::BeginEnrolment(pending.clone());
    let mut submission = h.submission(&view, SecondFactor::Totp, Some(Spend::Step(101)));
    (submission.action, submission.elevation.to) = (begun, submission.elevation.from);
    assert!(matches!(h.store.settle(&submission).await.unwrap(), Settled::Right(_)));
    assert_eq!(told(h).await, [], "a set-up that is only begun changes nothing");
    let mut commit = h.commit(&pending, &session);
    commit.sealed_secret = "another".to_owned();
    crate::harness::done(h.store.commit_enrolment(&commit).await.unwrap());
    assert_eq!(told(h).await, expected(&[("factor-added", Some("totp-replaced"))]));
}

async fn a_client_that_was_not_seen_before_is_told(h: &Harness) {
    h.queue_mail(MailKinds::all());
    let (_, view) = h.enrolled("ada").await;
    told(h).await;
    let mut submission = h.submission(&view, SecondFactor::Totp, Some(Spend::Step(101)));
    submission.attempt.caller = Caller::new("198.51.100.1".parse().ok(), Some("Browser/1"));
    let Settled::Right(view) = h.store.settle(&submission).await.unwrap() else { panic!() };
    assert_eq!(told(h).await, expected(&[("new-device", None)]));
    // The next version of the browser, in the same network.
    let mut submission = h.submission(&view, SecondFactor::Totp, Some(Spend::Step(102)));
    submission.attempt.caller = Caller::new("198.51.100.2".parse().ok(), Some("Browser/2"));
    let Settled::Right(view) = h.store.settle(&submission).await.unwrap() else { panic!() };
    assert_eq!(told(h).await, []);
    // A wrong code makes nobody known.
    let mut wrong = h.submission(&view, SecondFactor::Totp, None);
    wrong.attempt.caller = Caller::new("203.0.113.1".parse().ok(), Some("Browser/1"));
    h.store.settle(&wrong).await.unwrap();
    let mut submission = h.submission(&view, SecondFactor::Totp, Some(Spend::Step(103)));
    submission.attempt.caller = wrong.attempt.caller.clone();
    assert!(matches!(h.store.settle(&submission).await.unwrap(), Settled::Right(_)));
    assert_eq!(told(h).await, expected(&[("new-device", None)]));
}

async fn nothing_is_queued_unless_it_is_wanted(h: &Harness) {
    let (user, view) = h.enrolled("ada").await;
    let view = right(h, &view, Spend::BackupCode("one".to_owned()), Action::Elevate).await;
    assert_eq!(h.store.waiting_mail().await.unwrap(), 0);
    h.queue_mail([MailKind::FactorsReset].into_iter().collect());
    right(h, &view, Spend::BackupCode("two".to_owned()), Action::Elevate).await;
    assert_eq!(h.store.waiting_mail().await.unwrap(), 0);
    assert!(h.store.remove_factors(user.id, None, NOW).await.unwrap());
    assert_eq!(told(h).await, expected(&[("factors-reset", None)]));
}

async fn a_change_that_is_rolled_back_is_not_told(h: &Harness) {
    h.queue_mail(MailKinds::all());
    let (_, view) = h.enrolled("ada").await;
    told(h).await;
    let mut submission = h.submission(&view, SecondFactor::Backup, Some(Spend::BackupCode("one".to_owned())));
    submission.action = Action::RemovePasskey(PasskeyId(Uuid::from_u128(9)));
    assert_eq!(h.store.settle(&submission).await.unwrap(), Settled::NotEnrolled);
    assert_eq!(h.store.waiting_mail().await.unwrap(), 0);
}

/// Removes the factor as an administrator does, so that one mail waits.
async fn one_waits(h: &Harness, name: &str) {
    h.queue_mail([MailKind::FactorsReset].into_iter().collect());
    let (user, _) = h.enrolled(name).await;
    assert!(h.store.remove_factors(user.id, None, NOW).await.unwrap());
}

async fn claim(h: &Harness, now: Timestamp) -> Option<QueuedMail> {
    h.other.claim_mail(now, now.after(LEASE)).await.unwrap()
}

async fn a_claim_keeps_others_off_until_it_is_over(h: &Harness) {
    one_waits(h, "ada").await;
    assert_eq!(claim(h, NOW.before(Duration::from_secs(1))).await, None, "it is not due yet");
    let first = claim(h, NOW).await.unwrap();
    assert_eq!(claim(h, NOW.after(LEASE - Duration::from_secs(1))).await, None);
    // The sender died.
    let second = claim(h, NOW.after(LEASE)).await.unwrap();
    assert_eq!((first.attempts, second.attempts), (1, 2));
    assert_eq!(second, QueuedMail { attempts: 2, leased_until: NOW.after(LEASE).after(LEASE), ..first.clone() });
    // It only seemed to have died: it can no longer decide about the mail.
    assert!(!h.store.finish_mail(&first).await.unwrap());
    assert!(!h.store.postpone_mail(&first, NOW, 1).await.unwrap());
    assert!(h.store.finish_mail(&second).await.unwrap());
    assert!(!h.store.finish_mail(&second).await.unwrap());
    assert_eq!(h.store.waiting_mail().await.unwrap(), 0);
}

async fn a_mail_that_failed_comes_back_when_it_is_due(h: &Harness) {
    one_waits(h, "ada").await;
    let mail = claim(h, NOW).await.unwrap();
    let due = NOW.after(Duration::from_secs(60));
    assert!(h.store.postpone_mail(&mail, due, mail.attempts).await.unwrap());
    assert_eq!(claim(h, NOW.after(Duration::from_secs(59))).await, None);
    let again = claim(h, due).await.unwrap();
    assert_eq!(again.attempts, 2);
    // An attempt that says nothing about the mail is not counted.
    assert!(h.store.postpone_mail(&again, due, 1).await.unwrap());
    assert_eq!(claim(h, due).await.unwrap().attempts, 2);
}

async fn two_senders_get_different_mail(h: &Harness) {
    for name in ["ada", "bob", "cy", "dan", "eve", "fay"] {
        one_waits(h, name).await;
    }
    let claims = |store: std::sync::Arc<dyn postern_model::store::Store>| {
        tokio::spawn(async move {
            let mut got = Vec::new();
            while let Some(mail) = store.claim_mail(NOW, NOW.after(LEASE)).await.unwrap() {
                got.push(mail.recipient);
            }
            got
        })
    };
    let (one, two) = (claims(h.store.clone()), claims(h.other.clone()));
    let mut got = one.await.unwrap();
    got.extend(two.await.unwrap());
    got.sort();
    assert_eq!(got, ["ada", "bob", "cy", "dan", "eve", "fay"].map(|name| format!("{name}@example.com")));
}

async fn mail_is_finished_and_put_off_one_by_one(h: &Harness) {
    let both = async || (claim(h, NOW).await.unwrap(), claim(h, NOW).await.unwrap());
    one_waits(h, "ada").await;
    // One event may be told as two.
    let rest = "user_id, recipient, detail, at, ip_address, user_agent, attempts, due_at, leased_until";
    let table = h.table("mail_queue");
    h.sql(&format!("INSERT INTO {table} (event_id, kind, {rest}) SELECT event_id, 'locked', {rest} FROM {table}"))
        .await;
    let (one, other) = both().await;
    assert!(h.store.finish_mail(&one).await.unwrap());
    assert_eq!(h.store.waiting_mail().await.unwrap(), 1);
    assert!(h.store.finish_mail(&other).await.unwrap());
    one_waits(h, "bob").await;
    one_waits(h, "cy").await;
    let (one, other) = both().await;
    assert!(h.store.postpone_mail(&one, NOW.after(LEASE), 1).await.unwrap());
    assert!(h.store.finish_mail(&other).await.unwrap(), "its lease is its own");
    assert_eq!(h.store.waiting_mail().await.unwrap(), 1);
    let (dan, _) = h.enrolled("dan").await;
    h.sql(&format!("UPDATE users SET email = '' WHERE id = '{}'", dan.id)).await;
    assert!(h.store.remove_factors(dan.id, None, NOW).await.unwrap());
    assert_eq!(h.store.waiting_mail().await.unwrap(), 1, "there is nowhere to send it");
}

async fn each_reset_is_told_as_one_of_its_own(h: &Harness) {
    one_waits(h, "ada").await;
    let first = claim(h, NOW).await.unwrap();
    // The mail about the first still waits.
    let (user, session) = h.sign_in("ada").await;
    h.enrol(user.id, &session).await;
    let later = NOW.after(Duration::from_secs(1));
    assert!(h.store.remove_factors(user.id, None, later).await.unwrap());
    let second = claim(h, later).await.unwrap();
    assert_eq!((first.user, first.at, second.user, second.at), (user.id, NOW, user.id, later));
    assert_ne!(first.event, second.event, "a mailbox would hide the second as a copy");
    // A reset of somebody else at the same time.
    one_waits(h, "bob").await;
    let third = claim(h, NOW).await.unwrap();
    assert!(![first.event, second.event].contains(&third.event));
}

async fn mail_of_a_newer_version_is_left_to_it_and_old_mail_is_deleted(h: &Harness) {
    one_waits(h, "ada").await;
    let table = h.table("mail_queue");
    h.sql(&format!("UPDATE {table} SET kind = 'of-a-newer-version'")).await;
    assert_eq!(claim(h, NOW).await, None);
    assert_eq!(h.store.waiting_mail().await.unwrap(), 1);
    assert_eq!(h.store.forget_mail(NOW, NOW).await.unwrap(), 0);
    assert_eq!(h.store.waiting_mail().await.unwrap(), 1);
    assert_eq!(h.store.forget_mail(NOW.after(Duration::from_secs(1)), NOW).await.unwrap(), 1);
    assert_eq!(h.store.waiting_mail().await.unwrap(), 0);
}

async fn old_mail_is_left_to_whoever_sends_it_and_is_no_old_record(h: &Harness) {
    one_waits(h, "ada").await;
    let later = NOW.after(Duration::from_secs(1));
    h.store.forget_before(later).await.unwrap();
    assert_eq!(h.store.waiting_mail().await.unwrap(), 1, "log.retention may be shorter than mail is tried");
    let mail = claim(h, NOW).await.unwrap();
    assert_eq!(h.store.forget_mail(later, NOW.after(LEASE - Duration::from_secs(1))).await.unwrap(), 0);
    assert!(h.store.finish_mail(&mail).await.unwrap(), "it was sent meanwhile");
    one_waits(h, "bob").await;
    claim(h, NOW).await.unwrap();
    assert_eq!(h.store.forget_mail(later, NOW.after(LEASE)).await.unwrap(), 1);
}

async fn a_row_that_cannot_be_read_keeps_no_other_from_being_sent(h: &Harness) {
    one_waits(h, "ada").await;
    let table = h.table("mail_queue");
    h.sql(&format!("UPDATE {table} SET attempts = -7")).await;
    one_waits(h, "bob").await;
    let got = [claim(h, NOW).await, claim(h, NOW).await, claim(h, NOW).await];
    let got: Vec<_> = got.into_iter().flatten().map(|mail| mail.recipient).collect();
    assert_eq!(got, ["bob@example.com"]);
}

on_both_stores!(
    each_change_is_told_with_the_transaction_that_makes_it,
    a_further_app_and_a_replaced_one_are_told,
    a_client_that_was_not_seen_before_is_told,
    nothing_is_queued_unless_it_is_wanted,
    a_change_that_is_rolled_back_is_not_told,
    a_change_holds_though_its_mail_cannot_be_queued,
    a_claim_keeps_others_off_until_it_is_over,
    a_mail_that_failed_comes_back_when_it_is_due,
    two_senders_get_different_mail,
    mail_is_finished_and_put_off_one_by_one,
    each_reset_is_told_as_one_of_its_own,
    mail_of_a_newer_version_is_left_to_it_and_old_mail_is_deleted,
    old_mail_is_left_to_whoever_sends_it_and_is_no_old_record,
    a_row_that_cannot_be_read_keeps_no_other_from_being_sent,
);
