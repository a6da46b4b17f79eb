//! People with passkeys and no authenticator app: enrolled once, never let in by a code, never left without a factor.

use postern_model::attempt::{Action, Settled, Submission};
use postern_model::authenticator::{AuthenticatorAdded, AuthenticatorAddition};
use postern_model::enrolment::{EnrolmentPurpose, PendingEnrolment};
use postern_model::enrolment_commit::{Committed, EnrolmentCommit};
use postern_model::factor::{Factors, NO_APP, SecondFactor, Spend};
use postern_model::id::{AuthenticatorId, PasskeyId};
use postern_model::invalidation::Invalidation;
use postern_model::passkey::{Passkey, PasskeyUse, Used};
use postern_model::session::{Elevation, NewSession, SessionView, Verified};
use postern_model::user::User;
use uuid::Uuid;

use crate::harness::{Harness, NOW, OPEN, done, on_both_stores};
use crate::passkeys::{passkey, register};

on_both_stores!(
    a_passkey_completes_an_enrolment_and_raises_its_session,
    an_enrolment_with_a_passkey_is_completed_once,
    a_credential_that_is_registered_completes_no_enrolment,
    no_code_is_accepted_where_there_is_no_app,
    the_first_app_is_added_to_the_row_and_its_codes_count,
    an_app_that_the_version_before_added_counts,
    the_only_app_is_removed_with_a_passkey_and_with_nothing_else,
    the_removal_of_the_only_app_lowers_whom_it_raised_and_ends_trust,
    the_only_factor_is_not_removed,
    parallel_removals_leave_one_factor,
    a_deleted_row_takes_the_passkeys_along,
);

const FIRST: AuthenticatorId = AuthenticatorId(Uuid::from_bytes([9; 16]));

fn with_passkey(h: &Harness, pending: &PendingEnrolment, session: &NewSession, number: u8) -> EnrolmentCommit {
    let mut commit = h.commit(pending, session);
    commit.step = NO_APP;
    commit.passkey = Some(passkey(pending.user, number));
    commit.elevation.verified.method = SecondFactor::Passkey;
    commit.attempt.factor = SecondFactor::Passkey;
    commit
}

/// A user who enrolled with a passkey.
async fn keyed(h: &Harness, name: &str, number: u8) -> (User, SessionView) {
    let (user, session) = h.sign_in(name).await;
    let pending = h.pending(&session, user.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    let view = done(h.store.commit_enrolment(&with_passkey(h, &pending, &session, number)).await.unwrap());
    h.heard.take();
    (user, view)
}

async fn signed_in(h: &Harness, name: &str) -> SessionView {
    let (_, session) = h.sign_in(name).await;
    h.store.session(&session.token).await.unwrap().unwrap()
}

async fn again(h: &Harness, view: &SessionView) -> SessionView {
    h.other.session(&view.session.token).await.unwrap().unwrap()
}

/// A use of a passkey for an action. `uses` counts the earlier ones.
fn usage(h: &Harness, view: &SessionView, number: u8, uses: u32, action: Action) -> PasskeyUse {
    let verified = Verified { method: SecondFactor::Passkey, at: NOW };
    PasskeyUse {
        passkey: passkey(view.user.id, number).id,
        counter_before: 4 + uses,
        counter: 5 + uses,
        backed_up: true,
        elevation: Elevation { session: view.session.id, from: view.session.token, to: h.token(), verified },
        attempt: h.attempt(view.user.id, SecondFactor::Passkey, true),
        action,
        replay: None,
    }
}

async fn used(h: &Harness, usage: &PasskeyUse) -> SessionView {
    match h.store.use_passkey(usage).await.unwrap() {
        Used::Done(view) => *view,
        other => panic!("{other:?}"),
    }
}

fn removal(id: AuthenticatorId) -> Action {
    Action::RemoveAuthenticator { id, unseen: "unseen".to_owned() }
}

/// Allows another app to be set up, and adds it.
async fn add_app(h: &Harness, view: &SessionView, uses: u32) -> SessionView {
    let pending =
        PendingEnrolment { purpose: EnrolmentPurpose::Addition, ..h.pending_of(view.session.id, view.user.id) };
    let view = used(h, &usage(h, view, 1, uses, Action::BeginEnrolment(pending.clone()))).await;
    let addition = AuthenticatorAddition {
        enrolment: pending.id,
        id: FIRST,
        user: view.user.id,
        name: "Phone".to_owned(),
        sealed_secret: "an app's".to_owned(),
        step: 200,
        session: view.session.id,
        from: view.session.token,
        to: h.token(),
        attempt: h.attempt(view.user.id, SecondFactor::Totp, true),
        replay: None,
    };
    match h.store.add_authenticator(&addition).await.unwrap() {
        AuthenticatorAdded::Done(view) => *view,
        other => panic!("{other:?}"),
    }
}

/// A submission of a code of the row's secret, which is this one.
fn code(h: &Harness, view: &SessionView, secret: &str, step: i64) -> Submission {
    let mut submission = h.submission(view, SecondFactor::Totp, Some(Spend::Step(step)));
    secret.clone_into(&mut submission.evidence.as_mut().unwrap().secret);
    submission
}

async fn a_passkey_completes_an_enrolment_and_raises_its_session(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let (_, second) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    h.heard.take();
    let commit = with_passkey(h, &pending, &session, 1);
    let view = done(h.store.commit_enrolment(&commit).await.unwrap());
    assert_eq!(view.factors, Factors { enabled: true, totp: false, email: false, sms: false, backup_codes_left: 3 });
    let verified = Verified { method: SecondFactor::Passkey, at: NOW };
    assert_eq!((view.session.token, view.session.second_factor), (commit.elevation.to, Some(verified)));
    assert_eq!(again(h, &view).await, view, "the second factor rests on the passkey, which is there");
    let heard = h.heard.take();
    assert!(heard.contains(&Invalidation::Token(session.token)) && heard.contains(&Invalidation::User(ada.id)));
    assert_eq!(h.other.passkeys(ada.id).await.unwrap(), [passkey(ada.id, 1)]);
    assert_eq!(h.other.authenticators(ada.id).await.unwrap(), []);
    assert_eq!(h.value("SELECT attempt_type FROM user_2fa_attempts").await.as_deref(), Some("passkey"));
    let other = h.store.session(&second.token).await.unwrap().unwrap();
    assert!(other.factors.enrolled() && other.session.second_factor.is_none(), "other sessions have yet to verify");
    let stored = h.store.factors(ada.id).await.unwrap().unwrap();
    assert!(!stored.has_app(), "{stored:?}");
}

async fn an_enrolment_with_a_passkey_is_completed_once(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    let commit = with_passkey(h, &pending, &session, 1);
    let view = done(h.store.commit_enrolment(&commit).await.unwrap());
    let mut again = with_passkey(h, &pending, &session, 2);
    again.elevation.from = view.session.token;
    assert_eq!(h.store.commit_enrolment(&again).await.unwrap(), Committed::Void);
    // Another session began before this one was done.
    let (_, late) = h.sign_in("ada").await;
    let pending = h.pending(&late, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    let stolen = with_passkey(h, &pending, &late, 3);
    assert_eq!(h.store.commit_enrolment(&stolen).await.unwrap(), Committed::Void);
    assert_eq!(h.store.passkeys(ada.id).await.unwrap(), [passkey(ada.id, 1)]);
}

async fn a_credential_that_is_registered_completes_no_enrolment(h: &Harness) {
    keyed(h, "bob", 1).await;
    let (ada, session) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    h.heard.take();
    let mut commit = with_passkey(h, &pending, &session, 1);
    commit.passkey.as_mut().unwrap().id = PasskeyId(Uuid::from_bytes([5; 16]));
    assert_eq!(h.store.commit_enrolment(&commit).await.unwrap(), Committed::Known);
    assert_eq!(h.heard.take(), []);
    assert_eq!(h.store.factors(ada.id).await.unwrap(), None);
    assert_eq!(h.store.pending_enrolment(session.id, NOW).await.unwrap(), Some(pending), "nothing was written");
    assert!(h.store.session(&session.token).await.unwrap().is_some());
}

async fn no_code_is_accepted_where_there_is_no_app(h: &Harness) {
    let (ada, view) = keyed(h, "ada", 1).await;
    let checkable = h.store.checkable(ada.id, SecondFactor::Totp).await.unwrap().unwrap();
    assert!(!checkable.has_app());
    // The version before compares codes with the row's secret. Even one that matches is refused, whenever it is.
    for step in [0, 1, 60_000_000, NO_APP] {
        let settled = h.store.settle(&code(h, &view, "sealed-to-user", step)).await.unwrap();
        assert!(matches!(settled, Settled::Wrong(_) | Settled::Refused(_)), "{step}: {settled:?}");
    }
    assert!(h.spend(&view, Spend::BackupCode("one".to_owned())).await, "a backup code is one");
    let row = AuthenticatorId(h.value("SELECT id FROM user_2fa_settings").await.unwrap().parse().unwrap());
    assert!(!h.store.rename_authenticator(ada.id, row, "Mine").await.unwrap());
}

async fn the_first_app_is_added_to_the_row_and_its_codes_count(h: &Harness) {
    let (ada, view) = keyed(h, "ada", 1).await;
    let before = view.session.second_factor;
    let view = add_app(h, &view, 0).await;
    assert_eq!((view.factors.totp, view.session.second_factor), (true, before), "an addition changes no level");
    let listed = h.other.authenticators(ada.id).await.unwrap();
    assert_eq!((listed.len(), listed[0].id, listed[0].name.as_deref()), (1, FIRST, Some("Phone")));
    assert_eq!(h.count("authenticators").await, "0", "the row has it, as administrators and the guide expect");
    assert_eq!(h.store.passkeys(ada.id).await.unwrap().len(), 1, "the passkey stays");
    assert_eq!(h.store.factors(ada.id).await.unwrap().unwrap().backup_codes.len(), 3, "and so do the backup codes");
    let settled = h.store.settle(&code(h, &view, "an app's", 200)).await.unwrap();
    assert!(matches!(settled, Settled::Wrong(_)), "its first code was used up: {settled:?}");
    let Settled::Right(view) = h.store.settle(&code(h, &view, "an app's", 201)).await.unwrap() else { panic!() };
    assert_eq!(view.session.second_factor.unwrap().method, SecondFactor::Totp);
}

async fn an_app_that_the_version_before_added_counts(h: &Harness) {
    let (ada, view) = keyed(h, "ada", 1).await;
    let factor = h.value("SELECT id FROM user_2fa_settings").await.unwrap();
    let (table, user) = (h.table("authenticators"), ada.id);
    h.sql(&format!(
        "INSERT INTO {table} (id, user_id, factor_id, totp_secret, last_step, name, created_at) \
         VALUES ('{FIRST}', '{user}', '{factor}', 'further', 100, 'Tablet', '2026-01-01 00:00:00')"
    ))
    .await;
    let view = again(h, &view).await;
    assert!(view.factors.totp);
    let listed = h.store.authenticators(ada.id).await.unwrap();
    assert_eq!((listed.len(), listed[0].id), (1, FIRST), "what nobody was shown is not listed");
    assert!(h.store.checkable(ada.id, SecondFactor::Totp).await.unwrap().unwrap().has_app());
    let view = used(h, &usage(h, &view, 1, 0, removal(FIRST))).await;
    assert!(view.factors.enrolled() && !view.factors.totp);
    assert_eq!(h.count("authenticators").await, "0");
}

async fn the_only_app_is_removed_with_a_passkey_and_with_nothing_else(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let only = h.store.authenticators(ada.id).await.unwrap()[0].id;
    let view = register(h, &view, 1).await;
    for spend in [Spend::Step(101), Spend::BackupCode("one".to_owned())] {
        let submission = Submission { action: removal(only), ..h.submission(&view, spend.factor(), Some(spend)) };
        assert_eq!(h.store.settle(&submission).await.unwrap(), Settled::NotEnrolled);
    }
    assert!(again(h, &view).await.factors.totp, "nothing was written");
    h.heard.take();
    let view = used(h, &usage(h, &view, 1, 0, removal(only))).await;
    assert_eq!(view.factors, Factors { enabled: true, totp: false, email: false, sms: false, backup_codes_left: 3 });
    assert_eq!(view.session.second_factor.unwrap().method, SecondFactor::Passkey);
    assert!(h.heard.take().contains(&Invalidation::User(ada.id)));
    let stored = h.store.factors(ada.id).await.unwrap().unwrap();
    assert_eq!((stored.totp_secret.as_str(), stored.has_app()), ("unseen", false), "the app's secret is gone");
    assert_eq!(h.store.use_passkey(&usage(h, &view, 1, 1, removal(only))).await.unwrap(), Used::NotEnrolled);
    let view = add_app(h, &view, 1).await;
    assert!(view.factors.totp, "and it can be added again");
}

async fn the_removal_of_the_only_app_lowers_whom_it_raised_and_ends_trust(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let only = h.store.authenticators(ada.id).await.unwrap()[0].id;
    let view = register(h, &view, 1).await;
    let phone = signed_in(h, "ada").await;
    let Settled::Right(phone) = h.store.settle(&code(h, &phone, "sealed-to-user", 101)).await.unwrap() else {
        panic!()
    };
    let tablet = signed_in(h, "ada").await;
    let tablet = used(h, &usage(h, &tablet, 1, 0, Action::Elevate)).await;
    assert!(crate::trusted_devices::trust(h, &phone, 1).await);
    used(h, &usage(h, &view, 1, 1, removal(only))).await;
    assert_eq!(again(h, &phone).await.session.second_factor, None);
    assert!(again(h, &tablet).await.session.second_factor.is_some(), "a passkey raised this one");
    assert_eq!(h.store.trusted_devices(ada.id).await.unwrap(), []);
}

async fn the_only_factor_is_not_removed(h: &Harness) {
    let (ada, view) = keyed(h, "ada", 1).await;
    let alone = Action::RemovePasskey(passkey(ada.id, 1).id);
    let spend = Spend::BackupCode("one".to_owned());
    let submission = Submission { action: alone.clone(), ..h.submission(&view, spend.factor(), Some(spend)) };
    assert_eq!(h.store.settle(&submission).await.unwrap(), Settled::NotEnrolled);
    assert_eq!(h.store.factors(ada.id).await.unwrap().unwrap().backup_codes.len(), 3, "the code is not used up");
    let view = register(h, &view, 2).await;
    let view = used(h, &usage(h, &view, 2, 0, alone)).await;
    assert_eq!(h.store.passkeys(ada.id).await.unwrap(), [after_use(passkey(ada.id, 2))]);
    assert!(view.session.second_factor.is_some());
}

async fn parallel_removals_leave_one_factor(h: &Harness) {
    let (ada, view) = keyed(h, "ada", 1).await;
    register(h, &view, 2).await;
    let (one, two) = (signed_in(h, "ada").await, signed_in(h, "ada").await);
    let removed = |number: u8| Action::RemovePasskey(passkey(ada.id, number).id);
    let (first, second) = (usage(h, &one, 1, 0, removed(2)), usage(h, &two, 2, 0, removed(1)));
    let (first, second) = tokio::join!(h.store.use_passkey(&first), h.other.use_passkey(&second));
    let done = [first.unwrap(), second.unwrap()].iter().filter(|it| matches!(it, Used::Done(_))).count();
    assert_eq!((done, h.store.passkeys(ada.id).await.unwrap().len()), (1, 1));
    // The app and the passkey go at the same time: one of them stays.
    let (bob, view) = h.enrolled("bob").await;
    register(h, &view, 3).await;
    let only = h.store.authenticators(bob.id).await.unwrap()[0].id;
    let (one, two) = (signed_in(h, "bob").await, signed_in(h, "bob").await);
    let app = usage(h, &one, 3, 0, removal(only));
    let mut key = code(h, &two, "sealed-to-user", 101);
    key.action = removed(3);
    let (app, key) = tokio::join!(h.store.use_passkey(&app), h.other.settle(&key));
    let (app, key) = (matches!(app.unwrap(), Used::Done(_)), matches!(key.unwrap(), Settled::Right(_)));
    assert!(app != key, "{app} {key}");
    let left = h.store.passkeys(bob.id).await.unwrap().len() + h.store.authenticators(bob.id).await.unwrap().len();
    assert_eq!(left, 1);
}

async fn a_deleted_row_takes_the_passkeys_along(h: &Harness) {
    let (ada, view) = keyed(h, "ada", 1).await;
    h.sql("DELETE FROM user_2fa_settings").await;
    assert!(!again(h, &view).await.factors.enrolled());
    assert_eq!(h.store.passkeys(ada.id).await.unwrap(), []);
    // The same authenticator may be used to set up anew: nothing of the former enrolment is in the way.
    let (_, session) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    let view = done(h.store.commit_enrolment(&with_passkey(h, &pending, &session, 1)).await.unwrap());
    assert_eq!(h.store.passkeys(ada.id).await.unwrap(), [passkey(ada.id, 1)]);
    assert!(h.store.remove_factors(ada.id, None, NOW).await.unwrap(), "an administrator's reset");
    assert_eq!(h.count("passkeys").await, "0");
    assert_eq!(h.store.session(&view.session.token).await.unwrap(), None);
}

fn after_use(before: Passkey) -> Passkey {
    Passkey { counter: before.counter + 1, backed_up: true, last_used_at: Some(NOW), ..before }
}
