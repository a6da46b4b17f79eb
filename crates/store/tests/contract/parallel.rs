use postern_model::enrolment_commit::Committed;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use postern_model::attempt::{Settled, Submission};
use postern_model::enrolment::{EnrolmentPurpose, EnrolmentTry, PendingEnrolment};
use postern_model::factor::{SecondFactor, Spend};
use postern_model::session::{NewSession, TokenHash};
use postern_model::store::Store;
use postern_model::user::UserMatch;

use crate::harness::{Harness, NOW, OPEN, identity, on_both_stores};

on_both_stores!(
    one_step_is_spent_once_by_fifty_at_a_time,
    one_backup_code_is_spent_once_by_fifty_at_a_time,
    two_hundred_guesses_at_a_time_get_three_attempts,
    one_enrolment_is_completed_once_by_many_at_a_time,
    enrolment_tries_are_bounded_by_many_at_a_time,
    one_session_is_elevated_once_by_many_at_a_time,
    first_sign_ins_at_a_time_make_one_user,
    one_address_in_two_spellings_at_a_time_makes_one_user,
    removing_and_replacing_an_authenticator_at_a_time_does_not_deadlock,
    everything_at_once_ends_without_a_deadlock,
);

/// Runs `count` calls at once, every other one on the other replica.
async fn at_once<T, F>(h: &Harness, count: usize, call: impl Fn(Arc<dyn Store>, usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let calls = (0..count).map(|n| {
        let store = if n % 2 == 0 { h.store.clone() } else { h.other.clone() };
        tokio::spawn(call(store, n))
    });
    let calls: Vec<_> = calls.collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap());
    }
    answers
}

/// The same, with the rows of `locked` held by another transaction until two calls wait for them. A call on PostgreSQL that
/// reads before it locks has then read what the others have yet to write, every time. SQLite has one writer, which locks
/// the whole database first.
async fn at_once_behind<T, F>(
    h: &Harness,
    locked: &str,
    count: usize,
    call: impl Fn(Arc<dyn Store>, usize) -> F,
) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    if !h.is_postgres() {
        return at_once(h, count, call).await;
    }
    h.sql(&format!("BEGIN; SELECT FROM {locked} FOR UPDATE")).await;
    let release = async {
        while h.waiting_for_locks().await < 2 {
            tokio::task::yield_now().await;
        }
        h.sql("COMMIT").await;
    };
    let release = tokio::time::timeout(Duration::from_secs(20), release);
    let (answers, released) = tokio::join!(at_once(h, count, call), release);
    released.expect("calls wait for the rows that they change");
    answers
}

async fn one_step_is_spent_once_by_fifty_at_a_time(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    let submissions: Vec<_> = (0..50).map(|_| h.spending(&view, Spend::Step(101))).collect();
    let settle = |store: Arc<dyn Store>, n: usize| settled(store, submissions[n].clone());
    assert_eq!(at_once(h, 50, settle).await.iter().filter(|settled| is_right(settled)).count(), 1);
}

async fn one_backup_code_is_spent_once_by_fifty_at_a_time(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let submissions: Vec<_> = (0..50).map(|_| h.spending(&view, Spend::BackupCode("two".to_owned()))).collect();
    let settle = |store: Arc<dyn Store>, n: usize| settled(store, submissions[n].clone());
    assert_eq!(at_once(h, 50, settle).await.iter().filter(|settled| is_right(settled)).count(), 1);
    assert_eq!(h.store.factors(ada.id).await.unwrap().unwrap().backup_codes, ["one", "three"]);
}

/// The guesses come from several sessions, so that the lock of one session is not what counts them one after the other.
async fn two_hundred_guesses_at_a_time_get_three_attempts(h: &Harness) {
    h.enrolled("ada").await;
    let mut views = Vec::new();
    for _ in 0..4 {
        let (_, session) = h.sign_in("ada").await;
        views.push(h.store.session(&session.token).await.unwrap().unwrap());
    }
    for factor in [SecondFactor::Totp, SecondFactor::Backup] {
        let guesses: Vec<_> = (0..200).map(|n| h.submission(&views[n % 4], factor, None)).collect();
        let settle = |store: Arc<dyn Store>, n: usize| settled(store, guesses[n].clone());
        let answers = at_once_behind(h, "user_2fa_settings", 200, settle).await;
        let evaluated = answers.iter().filter(|answer| matches!(answer, Settled::Wrong(_))).count();
        let refused = answers.iter().filter(|answer| matches!(answer, Settled::Refused(_))).count();
        assert_eq!((evaluated, refused), (3, 197), "{factor}");
    }
}

async fn settled(store: Arc<dyn Store>, submission: Submission) -> Settled {
    store.settle(&submission).await.unwrap()
}

fn is_right(settled: &Settled) -> bool {
    matches!(settled, Settled::Right(_))
}

async fn one_enrolment_is_completed_once_by_many_at_a_time(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    let commits: Vec<_> = (0..20).map(|_| h.commit(&pending, &session)).collect();
    let complete = |store: Arc<dyn Store>, n: usize| {
        let commit = commits[n].clone();
        async move { matches!(store.commit_enrolment(&commit).await.unwrap(), Committed::Done(_)) }
    };
    assert_eq!(at_once(h, 20, complete).await.into_iter().filter(|done| *done).count(), 1);
}

async fn enrolment_tries_are_bounded_by_many_at_a_time(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    h.store.begin_enrolment(&h.pending(&session, ada.id), &OPEN).await.unwrap();
    let tries: Vec<_> = (0..40).map(|_| h.failed_try(session.id, ada.id, None, NOW)).collect();
    let attempt = |store: Arc<dyn Store>, n: usize| {
        let failed = tries[n].clone();
        async move { store.try_enrolment(&failed).await.unwrap() }
    };
    let answers = at_once_behind(h, "postern.pending_enrolments", 40, attempt).await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, EnrolmentTry::Counted(_))).count(), 5);
    assert_eq!(answers.iter().filter(|answer| matches!(answer, EnrolmentTry::Exhausted)).count(), 35);
}

async fn one_session_is_elevated_once_by_many_at_a_time(h: &Harness) {
    h.enrolled("ada").await;
    let (_, session) = h.sign_in("ada").await;
    let view = h.store.session(&session.token).await.unwrap().unwrap();
    // Growing steps, so that only the rotated token refuses the later ones.
    let submission = |step| h.submission(&view, SecondFactor::Totp, Some(Spend::Step(step)));
    let submissions: Vec<_> = (101..121).map(submission).collect();
    let settle = |store: Arc<dyn Store>, n: usize| settled(store, submissions[n].clone());
    let answers = at_once(h, 20, settle).await;
    let gone = answers.iter().filter(|answer| **answer == Settled::SessionGone).count();
    assert_eq!((answers.iter().filter(|settled| is_right(settled)).count(), gone), (1, 19), "{answers:?}");
}

async fn first_sign_ins_at_a_time_make_one_user(h: &Harness) {
    let sessions: Vec<NewSession> = (0..20).map(|_| h.session()).collect();
    let sign_in = |store: Arc<dyn Store>, n: usize| {
        let session = sessions[n].clone();
        // The second address belongs to the same subject: the provider's answer changed in between.
        let mut ada = identity("ada");
        if n % 4 > 1 {
            ada.email = "countess@example.com".to_owned();
        }
        async move { store.sign_in(&ada, &session).await.unwrap() }
    };
    let answers = at_once(h, 20, sign_in).await;
    let made = answers.iter().filter(|answer| matches!(answer, UserMatch::Created(_))).count();
    let known = answers.iter().filter(|answer| matches!(answer, UserMatch::Known(_))).count();
    assert_eq!((made, known), (1, 19), "{answers:?}");
    assert_eq!((h.count("users").await, h.count("sessions").await), ("1".to_owned(), "20".to_owned()));
}

async fn one_address_in_two_spellings_at_a_time_makes_one_user(h: &Harness) {
    for round in 0..10 {
        let sessions: Vec<NewSession> = (0..8).map(|_| h.session()).collect();
        let sign_in = |store: Arc<dyn Store>, n: usize| {
            let session = sessions[n].clone();
            let mut person = identity(&format!("{round}-{n}"));
            let name = if n.is_multiple_of(2) { "Shared" } else { "shared" };
            person.email = format!("{name}-{round}@example.com");
            async move { store.sign_in(&person, &session).await.unwrap() }
        };
        let answers = at_once(h, 8, sign_in).await;
        let made = answers.iter().filter(|answer| matches!(answer, UserMatch::Created(_))).count();
        let taken = answers.iter().filter(|answer| **answer == UserMatch::EmailTaken).count();
        assert_eq!((made, taken), (1, 7), "{answers:?}");
    }
}

/// Each keeps its own session and ends the other's: one of them wins, neither waits for the other for ever.
async fn removing_and_replacing_an_authenticator_at_a_time_does_not_deadlock(h: &Harness) {
    for round in 0..15 {
        let (ada, kept) = h.enrolled(&format!("ada-{round}")).await;
        let (_, session) = h.sign_in(&format!("ada-{round}")).await;
        let pending = PendingEnrolment { purpose: EnrolmentPurpose::Replacement, ..h.pending(&session, ada.id) };
        h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
        let (commit, keep) = (h.commit(&pending, &session), (kept.session.id, kept.session.token, h.token()));
        let call = |store: Arc<dyn Store>, n: usize| {
            let (commit, user) = (commit.clone(), ada.id);
            async move {
                match n {
                    0 => store.remove_factors(user, Some(keep), NOW).await.unwrap(),
                    _ => matches!(store.commit_enrolment(&commit).await.unwrap(), Committed::Done(_)),
                }
            }
        };
        let won = at_once(h, 2, call).await.into_iter().filter(|done| *done).count();
        assert_eq!(won, 1);
    }
}

/// What touches several rows of one user, in every order, over and over. A deadlock would make one of them fail.
async fn everything_at_once_ends_without_a_deadlock(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let user = ada.id;
    let sessions: Vec<NewSession> = (0..60).map(|_| h.session()).collect();
    let pendings: Vec<_> = sessions.iter().map(|session| h.pending(session, user)).collect();
    let commits: Vec<_> = pendings.iter().zip(&sessions).map(|(pending, session)| h.commit(pending, session)).collect();
    let keep = (view.session.id, view.session.token, TokenHash([9; 32]));
    let call = |store: Arc<dyn Store>, n: usize| {
        let (session, pending, commit) = (sessions[n].clone(), pendings[n].clone(), commits[n].clone());
        async move {
            store.sign_in(&identity("ada"), &session).await?;
            match n % 6 {
                0 => drop(store.remove_factors(user, Some(keep), NOW).await?),
                1 => drop(store.end_sessions_of(user, Some(session.id)).await?),
                2 => {
                    // Its session may have been ended by another call meanwhile.
                    if store.begin_enrolment(&pending, &OPEN).await.is_ok() {
                        store.commit_enrolment(&commit).await?;
                    }
                }
                3 => store.record_seen(&[(session.id, NOW), (view.session.id, NOW)]).await?,
                4 => drop(store.delete_expired(NOW, NOW, NOW).await?),
                _ => drop(store.set_active(user, true).await?),
            }
            Ok::<(), postern_model::store::StoreError>(())
        }
    };
    for answer in at_once(h, 60, call).await {
        answer.unwrap();
    }
}
