//! Authenticator apps beside the first: added once, checked and replayed each for itself, gone with their sessions' level.

use std::time::Duration;

use postern_model::attempt::{Action, Evidence, Settled, Submission};
use postern_model::authenticator::{AUTHENTICATORS_MAX, Authenticator, AuthenticatorAdded, AuthenticatorAddition};
use postern_model::enrolment::{EnrolmentPurpose, PendingEnrolment};
use postern_model::factor::{SecondFactor, Spend};
use postern_model::id::{AuthenticatorId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::replay::{ANSWER_LIFETIME, Replay, ReplayKey};
use postern_model::session::SessionView;
use uuid::Uuid;

use crate::harness::{Harness, NOW, OPEN, done, on_both_stores};

on_both_stores!(
    the_first_and_further_authenticators_are_listed_with_their_names,
    an_addition_is_made_once_and_only_with_its_own_set_up,
    a_user_has_a_bounded_number_of_authenticators,
    each_authenticator_has_its_own_last_step_and_all_share_the_counter,
    a_match_against_a_removed_or_changed_secret_is_void,
    a_removed_authenticator_takes_its_sessions_level_along,
    removing_the_first_makes_the_oldest_of_the_others_the_first,
    the_only_authenticator_and_an_unknown_one_are_not_removed,
    what_fails_in_the_middle_of_a_removal_writes_nothing,
    parallel_removals_leave_one,
    an_authenticator_deleted_by_sql_counts_no_longer_and_takes_its_sessions_level_along,
    switching_off_by_sql_ends_all_of_them,
    a_reset_removes_all_of_them,
    a_replacement_keeps_the_others_and_another_enrolment_revives_none,
    further_secrets_are_resealed,
);

pub(crate) fn id(number: u8) -> AuthenticatorId {
    AuthenticatorId(Uuid::from_bytes([number; 16]))
}

pub(crate) fn secret(number: u8) -> String {
    format!("sealed-{number}")
}

/// Begins to add an authenticator in this session, as a code allowed it.
async fn pending(h: &Harness, view: &SessionView, purpose: EnrolmentPurpose) -> PendingEnrolment {
    let mut submission = h.spending(view, Spend::BackupCode("one".to_owned()));
    let Action::BeginEnrolment(mut pending) = submission.action else { panic!() };
    pending.purpose = purpose;
    h.sql(&format!("UPDATE user_2fa_settings SET backup_codes = {}", h.list(&["one", "two"]))).await;
    submission.action = Action::BeginEnrolment(pending.clone());
    assert!(matches!(h.store.settle(&submission).await.unwrap(), Settled::Right(_)));
    pending
}

pub(crate) fn addition(
    h: &Harness,
    view: &SessionView,
    pending: &PendingEnrolment,
    number: u8,
) -> AuthenticatorAddition {
    let mut attempt = h.attempt(view.user.id, SecondFactor::Totp, true);
    attempt.at = NOW.after(Duration::from_secs(number.into()));
    AuthenticatorAddition {
        enrolment: pending.id,
        id: id(number),
        user: view.user.id,
        name: format!("App {number}"),
        sealed_secret: secret(number),
        step: 100,
        session: view.session.id,
        from: view.session.token,
        to: h.token(),
        attempt,
        replay: None,
    }
}

pub(crate) async fn add(h: &Harness, view: &SessionView, number: u8) -> SessionView {
    let pending = pending(h, view, EnrolmentPurpose::Addition).await;
    match h.store.add_authenticator(&addition(h, view, &pending, number)).await.unwrap() {
        AuthenticatorAdded::Done(view) => *view,
        other => panic!("{other:?}"),
    }
}

/// A submission of a code of the first authenticator, or of a further one.
fn code(h: &Harness, view: &SessionView, of: Option<u8>, step: i64) -> Submission {
    let secret = of.map_or_else(|| "sealed-to-user".to_owned(), secret);
    let evidence = Evidence { authenticator: of.map(id), secret, spend: Spend::Step(step) };
    Submission { evidence: Some(evidence), ..h.submission(view, SecondFactor::Totp, None) }
}

fn removal(h: &Harness, view: &SessionView, of: Option<u8>, step: i64, which: AuthenticatorId) -> Submission {
    Submission {
        action: Action::RemoveAuthenticator { id: which, unseen: "unseen".to_owned() },
        ..code(h, view, of, step)
    }
}

async fn right(h: &Harness, submission: &Submission) -> SessionView {
    match h.store.settle(submission).await.unwrap() {
        Settled::Right(view) => *view,
        other => panic!("{other:?}"),
    }
}

async fn another_session(h: &Harness, name: &str) -> SessionView {
    let (_, session) = h.sign_in(name).await;
    h.store.session(&session.token).await.unwrap().unwrap()
}

async fn again(h: &Harness, view: &SessionView) -> SessionView {
    h.other.session(&view.session.token).await.unwrap().unwrap()
}

async fn ids(h: &Harness, user: UserId) -> Vec<AuthenticatorId> {
    h.other.authenticators(user).await.unwrap().into_iter().map(|one| one.id).collect()
}

async fn the_first_and_further_authenticators_are_listed_with_their_names(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let (bob, _) = h.enrolled("bob").await;
    let before = view.session.second_factor;
    let view = add(h, &view, 2).await;
    assert_eq!(view.session.second_factor, before, "an addition changes no level");
    add(h, &view, 1).await;
    let listed = h.other.authenticators(ada.id).await.unwrap();
    let first = Authenticator { id: listed[0].id, name: None, created_at: Some(NOW), last_step: Some(100) };
    let further = |number: u8| Authenticator {
        id: id(number),
        name: Some(format!("App {number}")),
        created_at: Some(NOW.after(Duration::from_secs(number.into()))),
        last_step: Some(100),
    };
    assert_eq!(listed, [first.clone(), further(1), further(2)]);
    for (one, name) in [(first.id, "Phone"), (id(2), "Tablet")] {
        assert!(!h.store.rename_authenticator(bob.id, one, "Mine").await.unwrap());
        assert!(h.store.rename_authenticator(ada.id, one, name).await.unwrap());
    }
    let names: Vec<_> = h.other.authenticators(ada.id).await.unwrap().into_iter().filter_map(|one| one.name).collect();
    assert_eq!(names, ["Phone", "App 1", "Tablet"]);
}

async fn an_addition_is_made_once_and_only_with_its_own_set_up(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let other = pending(h, &view, EnrolmentPurpose::Replacement).await;
    let refused = h.store.add_authenticator(&addition(h, &view, &other, 1)).await.unwrap();
    assert_eq!(refused, AuthenticatorAdded::Void, "a set-up for a replacement adds nothing");
    let made = pending(h, &view, EnrolmentPurpose::Addition).await;
    let replay = |number: u8| {
        let expires_at = NOW.after(ANSWER_LIFETIME);
        Some(Replay { key: ReplayKey([number; 32]), sealed: "reply".to_owned(), remembers_wrong: true, expires_at })
    };
    let first = AuthenticatorAddition { replay: replay(1), ..addition(h, &view, &made, 1) };
    h.heard.take();
    let AuthenticatorAdded::Done(after) = h.store.add_authenticator(&first).await.unwrap() else { panic!() };
    assert_eq!(h.heard.take(), [Invalidation::Token(view.session.token)]);
    let repeated = h.other.add_authenticator(&first).await.unwrap();
    assert_eq!(repeated, AuthenticatorAdded::Repeated("reply".to_owned()));
    let stale = AuthenticatorAddition { replay: replay(2), ..addition(h, &view, &made, 2) };
    assert_eq!(h.store.add_authenticator(&stale).await.unwrap(), AuthenticatorAdded::SessionGone);
    let spent = addition(h, &after, &made, 2);
    assert_eq!(h.store.add_authenticator(&spent).await.unwrap(), AuthenticatorAdded::Void, "a set-up is used up");
    assert_eq!(ids(h, ada.id).await.len(), 2);
}

async fn a_user_has_a_bounded_number_of_authenticators(h: &Harness) {
    let (ada, mut view) = h.enrolled("ada").await;
    for number in 1..u8::try_from(AUTHENTICATORS_MAX).unwrap() {
        view = add(h, &view, number).await;
    }
    let pending = pending(h, &view, EnrolmentPurpose::Addition).await;
    let refused = h.store.add_authenticator(&addition(h, &view, &pending, 200)).await.unwrap();
    assert_eq!(refused, AuthenticatorAdded::Full);
    assert_eq!(ids(h, ada.id).await.len(), 10);
    assert_eq!(again(h, &view).await.session.token, view.session.token, "nothing was written");
}

async fn each_authenticator_has_its_own_last_step_and_all_share_the_counter(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = add(h, &add(h, &view, 1).await, 2).await;
    assert_eq!(h.failures(&view, SecondFactor::Totp).await, 1);
    let view = right(h, &code(h, &view, Some(1), 105)).await;
    assert_eq!(h.failures(&view, SecondFactor::Totp).await, 1, "a code of any authenticator resets the counter");
    let replayed = h.store.settle(&code(h, &view, Some(1), 105)).await.unwrap();
    let Settled::Wrong(lockout) = replayed else { panic!("{replayed:?}") };
    assert_eq!(lockout.failures, 2, "one submission is one attempt, however many authenticators there are");
    let view = right(h, &code(h, &view, None, 103)).await;
    right(h, &code(h, &view, Some(2), 101)).await;
    let steps: Vec<_> = h.store.authenticators(ada.id).await.unwrap().into_iter().map(|one| one.last_step).collect();
    assert_eq!(steps, [Some(103), Some(105), Some(101)]);
    let checkable = h.store.checkable(ada.id, SecondFactor::Totp).await.unwrap().unwrap();
    assert_eq!((checkable.stored.last_step, checkable.further[0].last_step), (Some(103), Some(105)));
    let backup = h.store.checkable(ada.id, SecondFactor::Backup).await.unwrap().unwrap();
    assert_eq!(backup.further, [], "no secret is read that is not needed");
}

async fn a_match_against_a_removed_or_changed_secret_is_void(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    let view = add(h, &view, 1).await;
    let mut stale = code(h, &view, Some(1), 101);
    stale.evidence.as_mut().unwrap().secret = "sealed-before".to_owned();
    assert_eq!(h.store.settle(&stale).await.unwrap(), Settled::Changed);
    assert_eq!(h.store.settle(&code(h, &view, Some(7), 101)).await.unwrap(), Settled::Changed);
}

async fn a_removed_authenticator_takes_its_sessions_level_along(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = add(h, &add(h, &view, 1).await, 2).await;
    let tablet = right(h, &code(h, &another_session(h, "ada").await, Some(1), 101)).await;
    let phone = right(h, &code(h, &another_session(h, "ada").await, Some(2), 101)).await;
    h.heard.take();
    let after = right(h, &removal(h, &view, None, 101, id(1))).await;
    assert!(h.heard.take().contains(&Invalidation::User(ada.id)), "every session of the user is read anew");
    assert!(after.session.second_factor.is_some(), "the code was another's");
    assert_eq!(again(h, &tablet).await.session.second_factor, None);
    assert!(again(h, &phone).await.session.second_factor.is_some());
    assert_eq!(h.store.settle(&code(h, &tablet, Some(1), 102)).await.unwrap(), Settled::Changed, "its codes are dead");
    // With a code of its own the session that removes it is lowered too.
    let after = right(h, &removal(h, &phone, Some(2), 102, id(2))).await;
    assert_eq!(after.session.second_factor, None);
    assert_eq!(ids(h, ada.id).await.len(), 1);
}

async fn removing_the_first_makes_the_oldest_of_the_others_the_first(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let first = ids(h, ada.id).await[0];
    let view = add(h, &add(h, &view, 2).await, 1).await;
    let by_first = right(h, &code(h, &another_session(h, "ada").await, None, 101)).await;
    let by_next = right(h, &code(h, &another_session(h, "ada").await, Some(1), 101)).await;
    let by_backup =
        h.submission(&another_session(h, "ada").await, SecondFactor::Backup, Some(Spend::BackupCode("two".to_owned())));
    let by_backup = right(h, &by_backup).await;
    let after = right(h, &removal(h, &view, Some(2), 101, first)).await;
    assert!(after.session.second_factor.is_some());
    assert_eq!(ids(h, ada.id).await, [id(1), id(2)], "its identifier stays");
    let row = "SELECT totp_secret FROM user_2fa_settings WHERE is_enabled";
    assert_eq!(h.value(row).await.as_deref(), Some("sealed-1"), "the guide's row is a valid authenticator");
    let stored = h.store.factors(ada.id).await.unwrap().unwrap();
    assert_eq!(
        (stored.totp_secret.as_str(), stored.last_step),
        ("sealed-1", Some(101)),
        "what is used up stays used up"
    );
    assert_eq!(again(h, &by_first).await.session.second_factor, None);
    assert!(
        again(h, &by_next).await.session.second_factor.is_some(),
        "the authenticator that verified it is still there"
    );
    assert!(again(h, &by_backup).await.session.second_factor.is_some());
    // It is the first now, and can be removed as such.
    let mut own = code(h, &again(h, &by_next).await, None, 102);
    own.evidence.as_mut().unwrap().secret = secret(1);
    let by_next = right(h, &own).await;
    right(h, &removal(h, &after, Some(2), 102, id(1))).await;
    assert_eq!(again(h, &by_next).await.session.second_factor, None);
    assert_eq!(ids(h, ada.id).await, [id(2)]);
    assert_eq!(h.count("authenticators").await, "0");
}

async fn the_only_authenticator_and_an_unknown_one_are_not_removed(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let (bob, bobs) = h.enrolled("bob").await;
    add(h, &bobs, 3).await;
    let first = ids(h, ada.id).await[0];
    for which in [first, id(3), id(9), ids(h, bob.id).await[0]] {
        let settled = h.store.settle(&removal(h, &view, None, 101, which)).await.unwrap();
        assert_eq!(settled, Settled::NotEnrolled);
    }
    assert_eq!(ids(h, ada.id).await, [first]);
    assert_eq!(ids(h, bob.id).await.len(), 2);
    assert!(again(h, &view).await.session.second_factor.is_some(), "nothing was written");
    assert_eq!(h.store.factors(ada.id).await.unwrap().unwrap().last_step, Some(100), "nor is the code used up");
}

async fn what_fails_in_the_middle_of_a_removal_writes_nothing(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = add(h, &view, 1).await;
    let first = ids(h, ada.id).await[0];
    let removal = removal(h, &view, None, 101, first);
    h.sql("ALTER TABLE user_2fa_attempts RENAME TO elsewhere").await;
    assert!(h.store.settle(&removal).await.is_err());
    h.sql("ALTER TABLE elsewhere RENAME TO user_2fa_attempts").await;
    assert_eq!(ids(h, ada.id).await, [first, id(1)]);
    let after = right(h, &removal).await;
    assert_eq!(after.session.second_factor, None, "the code was of the one that is gone");
}

/// Each of two sessions removes the authenticator whose code the other one has.
async fn parallel_removals_leave_one(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let first = ids(h, ada.id).await[0];
    let view = add(h, &view, 1).await;
    let other = another_session(h, "ada").await;
    let other = right(h, &code(h, &other, Some(1), 101)).await;
    let (one, two) = (removal(h, &view, None, 102, id(1)), removal(h, &other, Some(1), 102, first));
    let outcomes = tokio::join!(h.store.settle(&one), h.other.settle(&two));
    let done = [outcomes.0, outcomes.1].iter().filter(|outcome| matches!(outcome, Ok(Settled::Right(_)))).count();
    assert_eq!((done, ids(h, ada.id).await.len()), (1, 1));
    assert!(h.store.factors(ada.id).await.unwrap().is_some());
}

async fn an_authenticator_deleted_by_sql_counts_no_longer_and_takes_its_sessions_level_along(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = add(h, &view, 1).await;
    let view = right(h, &code(h, &view, Some(1), 101)).await;
    h.sql(&format!("DELETE FROM {}", h.table("authenticators"))).await;
    assert_eq!(again(h, &view).await.session.second_factor, None);
    assert_eq!(ids(h, ada.id).await.len(), 1);
}

async fn switching_off_by_sql_ends_all_of_them(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = add(h, &view, 1).await;
    let view = right(h, &code(h, &view, Some(1), 101)).await;
    h.sql("UPDATE user_2fa_settings SET is_enabled = FALSE").await;
    assert!(!again(h, &view).await.factors.enrolled());
    assert_eq!(h.store.authenticators(ada.id).await.unwrap(), []);
    assert_eq!(h.store.settle(&code(h, &view, Some(1), 102)).await.unwrap(), Settled::NotEnrolled);
}

async fn a_reset_removes_all_of_them(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    add(h, &view, 1).await;
    assert!(h.store.remove_factors(ada.id, None, NOW).await.unwrap());
    assert_eq!((h.count("authenticators").await.as_str(), ids(h, ada.id).await.len()), ("0", 0));
}

async fn a_replacement_keeps_the_others_and_another_enrolment_revives_none(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = add(h, &view, 1).await;
    let pending = pending(h, &view, EnrolmentPurpose::Replacement).await;
    let mut commit = h.commit(&pending, &h.session());
    commit.elevation = h.submission(&view, SecondFactor::Totp, None).elevation;
    let view = done(h.store.commit_enrolment(&commit).await.unwrap());
    assert_eq!(ids(h, ada.id).await, [AuthenticatorId(pending.id.0), id(1)]);
    let view = right(h, &code(h, &view, Some(1), 101)).await;
    assert!(view.session.second_factor.is_some());
    h.sql("DELETE FROM user_2fa_settings").await;
    assert_eq!(ids(h, ada.id).await, []);
    let (_, session) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    done(h.store.commit_enrolment(&h.commit(&pending, &session)).await.unwrap());
    assert_eq!(ids(h, ada.id).await, [AuthenticatorId(pending.id.0)]);
    assert_eq!(again(h, &view).await.session.second_factor, None, "nor the level of a session that it verified");
}

async fn further_secrets_are_resealed(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    add(h, &view, 1).await;
    let all = h.store.all_further_authenticators().await.unwrap();
    assert_eq!((all.len(), all[0].user, all[0].totp_secret.as_str()), (1, ada.id, "sealed-1"));
    assert!(h.store.reseal_authenticator(&all[0], "sealed-anew").await.unwrap());
    assert!(
        !h.store.reseal_authenticator(&all[0], "sealed-again").await.unwrap(),
        "what changed meanwhile is left alone"
    );
    assert_eq!(h.store.all_further_authenticators().await.unwrap()[0].totp_secret, "sealed-anew");
}
