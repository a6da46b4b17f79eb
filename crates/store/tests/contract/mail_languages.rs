//! The language in which a mail that waits is to be written.

use std::time::Duration;

use postern_model::clock::Timestamp;
use postern_model::factor::{SecondFactor, Spend};
use postern_model::id::UserId;
use postern_model::language::Language;
use postern_model::mail::{MailKind, QueuedMail};
use postern_model::session::Caller;
use postern_model::user::UserMatch;

use crate::harness::{Harness, NOW, identity, on_both_stores};

const LEASE: Duration = Duration::from_secs(120);

/// The only mail that waits; it is deleted.
async fn told(h: &Harness) -> QueuedMail {
    let mail = h.store.claim_mail(NOW, NOW.after(LEASE)).await.unwrap().unwrap();
    assert!(h.store.finish_mail(&mail).await.unwrap());
    assert_eq!(h.store.waiting_mail().await.unwrap(), 0);
    mail
}

/// Signs in at a time, with pages in a language.
async fn signed_in(h: &Harness, name: &str, language: Option<Language>, at: Timestamp) -> UserId {
    let mut session = h.session();
    (session.caller.language, session.at) = (language, at);
    let matched = h.store.sign_in(&identity(name), &session).await.unwrap();
    let (UserMatch::Known(user) | UserMatch::Created(user)) = matched else { panic!("{matched:?}") };
    user.id
}

async fn without_a_remembered_language_a_mail_is_in_that_of_the_page(h: &Harness) {
    h.queue_mail([MailKind::NewDevice, MailKind::FactorsReset].into_iter().collect());
    let (_, view) = h.enrolled("ada").await;
    let mut submission = h.submission(&view, SecondFactor::Totp, Some(Spend::Step(101)));
    let caller = Caller::new("198.51.100.1".parse().ok(), Some("Browser/1"));
    submission.attempt.caller = Caller { language: Some(Language::SimplifiedChinese), ..caller.clone() };
    h.store.settle(&submission).await.unwrap();
    let mail = told(h).await;
    assert_eq!((mail.happening.kind, mail.language), (MailKind::NewDevice, Some(Language::SimplifiedChinese)));
    assert_eq!(mail.caller, caller, "it is no part of who did it");
}

async fn a_mail_is_in_the_language_of_the_oldest_session_and_not_of_a_thief_s(h: &Harness) {
    h.queue_mail([MailKind::FactorsReset].into_iter().collect());
    let ada = signed_in(h, "ada", Some(Language::German), NOW).await;
    signed_in(h, "ada", Some(Language::Hebrew), NOW.after(LEASE)).await;
    signed_in(h, "ada", Some(Language::French), NOW.before(LEASE)).await;
    // By the version before this one.
    signed_in(h, "ada", None, NOW.after(2 * LEASE)).await;
    let (_, session) = h.sign_in("ada").await;
    h.enrol(ada, &session).await;
    assert!(h.store.remove_factors(ada, None, NOW).await.unwrap());
    assert_eq!(told(h).await.language, Some(Language::French));
    // Somebody else's language is not taken, and none is made up.
    let (bob, _) = h.enrolled("bob").await;
    assert!(h.store.remove_factors(bob.id, None, NOW).await.unwrap());
    assert_eq!(told(h).await.language, None);
}

// By a newer version, by an older one, and by hand.
async fn a_language_that_only_another_version_knows_is_none(h: &Harness) {
    h.queue_mail([MailKind::FactorsReset].into_iter().collect());
    for column in ["language = 'tlh'", "language = NULL", "language = ''"] {
        let (ada, _) = h.enrolled(&format!("ada {}", column.len())).await;
        assert!(h.store.remove_factors(ada.id, None, NOW).await.unwrap());
        h.sql(&format!("UPDATE {} SET {column}", h.table("mail_queue"))).await;
        assert_eq!(told(h).await.language, None, "{column}");
    }
}

on_both_stores!(
    without_a_remembered_language_a_mail_is_in_that_of_the_page,
    a_mail_is_in_the_language_of_the_oldest_session_and_not_of_a_thief_s,
    a_language_that_only_another_version_knows_is_none,
);
