//! Submissions of codes: one transaction, and one answer to identical ones.

use std::sync::Arc;

use postern_model::attempt::{Action, Evidence, Settled, Submission};
use postern_model::factor::{SecondFactor, Spend};
use postern_model::id::UserId;
use postern_model::lockout::{Lockout, Refused};
use postern_model::replay::{ANSWER_LIFETIME, CODES_LIFETIME, FreshCodes, Replay, ReplayKey};
use postern_model::session::SessionView;
use postern_model::store::Store;

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    a_right_code_is_used_up_logged_and_acted_upon,
    what_fails_in_the_middle_counts_nothing_and_uses_nothing_up,
    wrong_codes_are_counted_until_they_lock_and_then_a_match_is_worth_nothing,
    an_identical_submission_gets_the_first_answer_for_a_minute,
    a_wrong_code_submitted_twice_is_counted_once,
    parallel_identical_submissions_are_answered_alike,
    a_session_whose_token_rotated_counts_nothing,
    a_match_against_another_secret_is_void,
    fresh_codes_are_kept_until_they_are_saved,
    removing_through_a_code_keeps_this_session_alone,
);

async fn lockout(h: &Harness, user: UserId) -> Lockout {
    h.store.checkable(user, SecondFactor::Totp).await.unwrap().unwrap().lockout
}

fn step(step: i64) -> Option<Evidence> {
    Some(Evidence { authenticator: None, secret: "sealed-to-user".to_owned(), spend: Spend::Step(step) })
}

fn submission(h: &Harness, view: &SessionView, evidence: Option<Evidence>) -> Submission {
    Submission { evidence, ..h.submission(view, SecondFactor::Totp, None) }
}

fn named(submission: Submission, name: u8) -> Submission {
    let replay = Replay {
        key: ReplayKey([name; 32]),
        sealed: format!("answer {name}"),
        remembers_wrong: true,
        expires_at: NOW.after(ANSWER_LIFETIME),
    };
    Submission { replay: Some(replay), ..submission }
}

async fn a_right_code_is_used_up_logged_and_acted_upon(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let logged = h.count("user_2fa_attempts").await;
    let right = submission(h, &view, step(101));
    let Settled::Right(after) = h.store.settle(&right).await.unwrap() else { panic!() };
    assert_eq!(after.session.token, right.elevation.to);
    assert_eq!(after.session.second_factor, Some(right.elevation.verified));
    assert_eq!(h.store.session(&view.session.token).await.unwrap(), None);
    assert_eq!(h.store.factors(ada.id).await.unwrap().unwrap().last_step, Some(101));
    assert_eq!(lockout(h, ada.id).await, Lockout::default());
    let more: u32 = h.count("user_2fa_attempts").await.parse().unwrap();
    assert_eq!(more, logged.parse::<u32>().unwrap() + 1);
    assert_eq!(h.value("SELECT count(*) FROM user_2fa_attempts WHERE NOT success").await.as_deref(), Some("0"));
}

async fn what_fails_in_the_middle_counts_nothing_and_uses_nothing_up(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    for evidence in [step(101), None] {
        h.sql("ALTER TABLE user_2fa_attempts RENAME TO elsewhere").await;
        assert!(h.store.settle(&submission(h, &view, evidence)).await.is_err());
        h.sql("ALTER TABLE elsewhere RENAME TO user_2fa_attempts").await;
        assert_eq!(lockout(h, ada.id).await, Lockout::default());
        assert_eq!(h.store.factors(ada.id).await.unwrap().unwrap().last_step, Some(100));
    }
    let right = h.store.settle(&submission(h, &view, step(101))).await.unwrap();
    assert!(matches!(right, Settled::Right(_)), "the very same code works afterwards: {right:?}");
}

async fn wrong_codes_are_counted_until_they_lock_and_then_a_match_is_worth_nothing(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    for failures in 1..=3 {
        let Settled::Wrong(state) = h.store.settle(&submission(h, &view, None)).await.unwrap() else { panic!() };
        assert_eq!((state.failures, state.locked_until.is_some()), (failures, failures == 3));
    }
    let locked = h.store.settle(&submission(h, &view, step(101))).await.unwrap();
    assert!(matches!(locked, Settled::Refused(Refused::Locked { .. })), "{locked:?}");
    assert_eq!(h.store.factors(ada.id).await.unwrap().unwrap().last_step, Some(100));
    assert_eq!(lockout(h, ada.id).await.failures, 3);
}

async fn an_identical_submission_gets_the_first_answer_for_a_minute(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let first = named(submission(h, &view, step(101)), 7);
    assert!(matches!(h.store.settle(&first).await.unwrap(), Settled::Right(_)));
    let answer = "answer 7".to_owned();
    let again = named(submission(h, &view, step(101)), 7);
    assert_eq!(h.other.settle(&again).await.unwrap(), Settled::Repeated(answer.clone()));
    let key = ReplayKey([7; 32]);
    let soon = NOW.after(ANSWER_LIFETIME).before(std::time::Duration::from_secs(1));
    assert_eq!(h.other.replayed(&key, soon).await.unwrap(), Some(answer));
    assert_eq!(h.store.replayed(&key, NOW.after(ANSWER_LIFETIME)).await.unwrap(), None, "a minute is over");
    assert_eq!(h.store.replayed(&ReplayKey([8; 32]), NOW).await.unwrap(), None, "another form, another code");
    let other = named(submission(h, &view, step(102)), 8);
    assert_eq!(
        h.store.settle(&other).await.unwrap(),
        Settled::SessionGone,
        "anything else with the former token is dead"
    );
    assert_eq!(lockout(h, ada.id).await, Lockout::default());
    h.store
        .delete_expired(NOW.before(CODES_LIFETIME), NOW.before(CODES_LIFETIME), NOW.after(ANSWER_LIFETIME))
        .await
        .unwrap();
    assert_eq!(h.count("replays").await, "0");
}

async fn a_wrong_code_submitted_twice_is_counted_once(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let wrong = named(submission(h, &view, None), 9);
    let Settled::Wrong(state) = h.store.settle(&wrong).await.unwrap() else { panic!() };
    assert_eq!(state.failures, 1);
    assert_eq!(h.other.settle(&wrong).await.unwrap(), Settled::RepeatedWrong(state));
    assert_eq!(h.store.replayed(&ReplayKey([9; 32]), NOW).await.unwrap(), None, "there is no answer to give");
    assert_eq!(lockout(h, ada.id).await.failures, 1);
}

async fn parallel_identical_submissions_are_answered_alike(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    let mut tasks = tokio::task::JoinSet::new();
    for turn in 0..8 {
        let store: Arc<dyn Store> = Arc::clone(if turn % 2 == 0 { &h.store } else { &h.other });
        let submission = named(submission(h, &view, step(101)), 5);
        tasks.spawn(async move { store.settle(&submission).await.unwrap() });
    }
    let (mut right, mut repeated) = (0, 0);
    while let Some(settled) = tasks.join_next().await {
        match settled.unwrap() {
            Settled::Right(_) => right += 1,
            Settled::Repeated(answer) if answer == "answer 5" => repeated += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((right, repeated), (1, 7));
}

async fn a_session_whose_token_rotated_counts_nothing(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let mut stale = submission(h, &view, None);
    stale.elevation.from = h.token();
    assert_eq!(h.store.settle(&stale).await.unwrap(), Settled::SessionGone);
    let (bob, _) = h.sign_in("bob").await;
    let mut stranger = submission(h, &view, step(101));
    stranger.attempt.user = bob.id;
    assert_eq!(h.store.settle(&stranger).await.unwrap(), Settled::SessionGone, "another user's session");
    assert_eq!(lockout(h, ada.id).await, Lockout::default());
}

async fn a_match_against_another_secret_is_void(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let evidence = Evidence { authenticator: None, secret: "sealed-before".to_owned(), spend: Spend::Step(101) };
    assert_eq!(h.store.settle(&submission(h, &view, Some(evidence))).await.unwrap(), Settled::Changed);
    assert_eq!(lockout(h, ada.id).await, Lockout::default());
    h.sql("DELETE FROM user_2fa_settings").await;
    assert_eq!(h.store.settle(&submission(h, &view, step(101))).await.unwrap(), Settled::NotEnrolled);
}

async fn fresh_codes_are_kept_until_they_are_saved(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let id = view.session.id;
    let shown = FreshCodes { session: id, sealed: "sealed codes".to_owned(), expires_at: NOW.after(CODES_LIFETIME) };
    let digests = vec!["new".to_owned()];
    let action = Action::ReplaceBackupCodes { digests: digests.clone(), shown };
    let replaced = Submission { action, ..submission(h, &view, step(101)) };
    assert!(matches!(h.store.settle(&replaced).await.unwrap(), Settled::Right(_)));
    assert_eq!(h.store.factors(ada.id).await.unwrap().unwrap().backup_codes, digests);
    assert_eq!(h.other.fresh_codes(id, NOW).await.unwrap().as_deref(), Some("sealed codes"));
    assert_eq!(h.store.fresh_codes(id, NOW.after(CODES_LIFETIME)).await.unwrap(), None, "ten minutes are over");
    let (_, other) = h.sign_in("ada").await;
    assert_eq!(h.store.fresh_codes(other.id, NOW).await.unwrap(), None, "another session of the same user");
    h.store.forget_fresh_codes(id).await.unwrap();
    assert_eq!(h.store.fresh_codes(id, NOW).await.unwrap(), None);
}

async fn removing_through_a_code_keeps_this_session_alone(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let (_, other) = h.sign_in("ada").await;
    let removal = Submission { action: Action::RemoveFactors, ..submission(h, &view, step(101)) };
    let Settled::Right(after) = h.store.settle(&removal).await.unwrap() else { panic!() };
    assert_eq!((after.session.token, after.session.second_factor), (removal.elevation.to, None));
    assert!(!after.factors.enrolled());
    assert_eq!(h.store.session(&other.token).await.unwrap(), None);
    assert_eq!(h.store.factors(ada.id).await.unwrap(), None);
}
