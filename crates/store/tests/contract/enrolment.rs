use postern_model::enrolment_commit::Committed;
use std::time::Duration;

use postern_model::enrolment::{EnrolmentPurpose, EnrolmentTry, FailedTry, PendingEnrolment, TRIES};
use postern_model::factor::{Factors, SecondFactor};
use postern_model::invalidation::Invalidation;
use postern_model::replay::{ANSWER_LIFETIME, Replay, ReplayKey};
use postern_model::session::TokenHash;

use crate::harness::{Harness, NOW, OPEN, done, on_both_stores};

on_both_stores!(
    a_pending_enrolment_belongs_to_its_session_and_ends,
    beginning_again_replaces_the_session_s_pending_enrolment,
    tries_are_counted_and_bounded_and_need_the_token,
    a_wrong_code_that_comes_twice_is_one_try_and_one_row,
    completing_stores_the_authenticator_and_elevates_the_session,
    a_pending_enrolment_is_completed_once,
    an_enrolment_does_not_replace_an_authenticator_unless_it_was_begun_for_that,
    an_enrolment_of_a_session_that_rotated_writes_nothing,
    replacing_an_authenticator_ends_all_other_sessions,
    a_row_that_was_never_enabled_is_taken_over,
    ending_the_session_drops_its_pending_enrolment,
);

async fn a_pending_enrolment_belongs_to_its_session_and_ends(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let (_, second) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    let at = |now| h.store.pending_enrolment(session.id, now);
    assert_eq!(at(NOW).await.unwrap().as_ref(), Some(&pending));
    assert!(at(pending.expires_at.before(Duration::from_micros(1))).await.unwrap().is_some());
    assert_eq!(at(pending.expires_at).await.unwrap(), None);
    assert_eq!(h.store.pending_enrolment(second.id, NOW).await.unwrap(), None);
}

async fn beginning_again_replaces_the_session_s_pending_enrolment(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let first = h.pending(&session, ada.id);
    let second = PendingEnrolment {
        purpose: EnrolmentPurpose::Replacement,
        sealed_secret: "other".to_owned(),
        ..h.pending(&session, ada.id)
    };
    h.store.begin_enrolment(&first, &OPEN).await.unwrap();
    h.store.try_enrolment(&h.failed_try(session.id, ada.id, None, NOW)).await.unwrap();
    h.store.begin_enrolment(&second, &OPEN).await.unwrap();
    assert_eq!(h.store.pending_enrolment(session.id, NOW).await.unwrap(), Some(second));
    let late = h.failed_try(session.id, ada.id, Some(first.token), NOW);
    assert_eq!(h.store.try_enrolment(&late).await.unwrap(), EnrolmentTry::Unknown);
}

async fn tries_are_counted_and_bounded_and_need_the_token(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let attempt = async |token: Option<&TokenHash>, now| {
        h.store.try_enrolment(&h.failed_try(session.id, ada.id, token.copied(), now)).await
    };
    assert_eq!(attempt(None, NOW).await.unwrap(), EnrolmentTry::Unknown);
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    let foreign = h.token();
    for _ in 0..TRIES {
        assert_eq!(attempt(Some(&foreign), NOW).await.unwrap(), EnrolmentTry::Unknown);
    }
    for tries in 1..=TRIES {
        let token = (tries % 2 == 0).then_some(&pending.token);
        let counted = PendingEnrolment { tries, ..pending.clone() };
        assert_eq!(attempt(token, NOW).await.unwrap(), EnrolmentTry::Counted(counted));
    }
    assert_eq!(attempt(Some(&pending.token), NOW).await.unwrap(), EnrolmentTry::Exhausted);
    assert_eq!(attempt(Some(&pending.token), pending.expires_at).await.unwrap(), EnrolmentTry::Expired);
}

async fn a_wrong_code_that_comes_twice_is_one_try_and_one_row(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    let form = |name, at| {
        let replay =
            Replay { key: ReplayKey([name; 32]), sealed: String::new(), remembers_wrong: true, expires_at: at };
        let expiring = Replay { expires_at: replay.expires_at.after(ANSWER_LIFETIME), ..replay };
        FailedTry { replay: Some(expiring), ..h.failed_try(session.id, ada.id, Some(pending.token), at) }
    };
    let tries = |tries| PendingEnrolment { tries, ..pending.clone() };
    assert_eq!(h.store.try_enrolment(&form(0, NOW)).await.unwrap(), EnrolmentTry::Counted(tries(1)));
    assert_eq!(h.store.try_enrolment(&form(0, NOW)).await.unwrap(), EnrolmentTry::Repeated(tries(1)));
    assert_eq!(h.count("user_2fa_attempts").await, "1");
    let late = NOW.after(ANSWER_LIFETIME);
    assert_eq!(h.store.try_enrolment(&form(0, late)).await.unwrap(), EnrolmentTry::Counted(tries(2)), "after a minute");
    for count in 3..=TRIES {
        let name = u8::try_from(count).unwrap();
        assert_eq!(h.store.try_enrolment(&form(name, NOW)).await.unwrap(), EnrolmentTry::Counted(tries(count)));
    }
    let last = u8::try_from(TRIES).unwrap();
    assert_eq!(h.store.try_enrolment(&form(last, NOW)).await.unwrap(), EnrolmentTry::Repeated(tries(TRIES)));
    assert_eq!(h.store.try_enrolment(&form(99, NOW)).await.unwrap(), EnrolmentTry::Exhausted);
    assert_eq!(h.count("user_2fa_attempts").await, TRIES.to_string());
}

async fn completing_stores_the_authenticator_and_elevates_the_session(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let (_, second) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    h.heard.take();
    let commit = h.commit(&pending, &session);
    let view = done(h.store.commit_enrolment(&commit).await.unwrap());
    assert_eq!(view.factors, Factors { enabled: true, totp: true, email: false, sms: false, backup_codes_left: 3 });
    assert_eq!(
        (view.session.token, view.session.second_factor),
        (commit.elevation.to, Some(commit.elevation.verified))
    );
    assert!(!view.user.requires_second_factor, "enrolling does not change what an administrator decided");
    let heard = h.heard.take();
    assert!(
        heard.contains(&Invalidation::Token(session.token)) && heard.contains(&Invalidation::User(ada.id)),
        "{heard:?}"
    );
    let stored = h.store.factors(ada.id).await.unwrap().unwrap();
    assert_eq!((stored.totp_secret.as_str(), stored.last_step), ("sealed-to-user", Some(100)));
    assert_eq!(stored.backup_codes, commit.backup_codes);
    assert_eq!(h.store.pending_enrolment(session.id, NOW).await.unwrap(), None);
    assert_eq!(h.count("user_2fa_attempts").await, "1");
    let other = h.store.session(&second.token).await.unwrap().unwrap();
    assert!(other.factors.totp && other.session.second_factor.is_none(), "other sessions have yet to verify");
}

async fn a_pending_enrolment_is_completed_once(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    let commit = h.commit(&pending, &session);
    assert!(matches!(h.store.commit_enrolment(&commit).await.unwrap(), Committed::Done(_)));
    let mut again = commit.clone();
    again.replaces = true;
    again.elevation.from = commit.elevation.to;
    again.elevation.to = h.token();
    again.attempt.id = h.event();
    assert_eq!(h.store.commit_enrolment(&again).await.unwrap(), Committed::Void);
    assert!(h.store.session(&commit.elevation.to).await.unwrap().is_some(), "the token did not rotate");
}

async fn an_enrolment_does_not_replace_an_authenticator_unless_it_was_begun_for_that(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    h.enrolled("ada").await;
    let commit = postern_model::enrolment_commit::EnrolmentCommit {
        sealed_secret: "a thief's".to_owned(),
        ..h.commit(&pending, &session)
    };
    assert_eq!(h.store.commit_enrolment(&commit).await.unwrap(), Committed::Void);
    assert_eq!(h.heard.take(), []);
    assert_eq!(h.store.factors(ada.id).await.unwrap().unwrap().totp_secret, "sealed-to-user");
    assert!(h.store.session(&session.token).await.unwrap().unwrap().session.second_factor.is_none());
    assert!(h.store.pending_enrolment(session.id, NOW).await.unwrap().is_some(), "nothing was written");
    assert_eq!(h.count("user_2fa_attempts").await, "1");
}

async fn an_enrolment_of_a_session_that_rotated_writes_nothing(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    let mut commit = h.commit(&pending, &session);
    commit.elevation.from = h.token();
    assert_eq!(h.store.commit_enrolment(&commit).await.unwrap(), Committed::Void);
    assert_eq!(h.store.factors(ada.id).await.unwrap(), None);
    assert!(h.store.pending_enrolment(session.id, NOW).await.unwrap().is_some());
}

async fn replacing_an_authenticator_ends_all_other_sessions(h: &Harness) {
    let (ada, first) = h.enrolled("ada").await;
    for _ in 0..3 {
        h.guess(&first, SecondFactor::Totp).await;
    }
    let (_, session) = h.sign_in("ada").await;
    let pending = PendingEnrolment { purpose: EnrolmentPurpose::Replacement, ..h.pending(&session, ada.id) };
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    let mut commit = h.commit(&pending, &session);
    commit.sealed_secret = "the new one".to_owned();
    commit.step = 7;
    h.heard.take();
    assert!(matches!(h.store.commit_enrolment(&commit).await.unwrap(), Committed::Done(_)));
    assert!(h.heard.take().contains(&Invalidation::Token(first.session.token)));
    assert_eq!(h.store.sessions_of(ada.id).await.unwrap().len(), 1);
    let stored = h.store.factors(ada.id).await.unwrap().unwrap();
    assert_eq!((stored.totp_secret.as_str(), stored.last_step), ("the new one", Some(7)));
    let counter = h.value("SELECT failed_attempts FROM user_2fa_settings WHERE locked_until IS NULL").await;
    assert_eq!(counter.as_deref(), Some("0"));
}

async fn a_row_that_was_never_enabled_is_taken_over(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    h.sql(&format!(
        "INSERT INTO user_2fa_settings (id, user_id, is_enabled, totp_secret, setup_token, failed_attempts) \
         VALUES ('{}', '{}', NULL, 'begun in the old backend', 'x', NULL)",
        h.event(),
        ada.id
    ))
    .await;
    assert_eq!(h.store.factors(ada.id).await.unwrap(), None);
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    assert!(matches!(h.store.commit_enrolment(&h.commit(&pending, &session)).await.unwrap(), Committed::Done(_)));
    assert_eq!(h.store.factors(ada.id).await.unwrap().unwrap().totp_secret, "sealed-to-user");
    assert_eq!(h.value("SELECT setup_token FROM user_2fa_settings").await, None);
}

async fn ending_the_session_drops_its_pending_enrolment(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    h.store.begin_enrolment(&h.pending(&session, ada.id), &OPEN).await.unwrap();
    assert!(h.store.end_session(ada.id, session.id).await.unwrap());
    assert_eq!(h.count("pending_enrolments").await, "0");
}
