//! Passkeys: registered once, used by compare-and-set, gone with their authenticator.

use postern_model::attempt::{Action, Evidence, Settled, Submission};
use postern_model::enrolment::{EnrolmentPurpose, PendingEnrolment};
use postern_model::factor::{SecondFactor, Spend};
use postern_model::id::{AuthenticatorId, PasskeyId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::passkey::{PASSKEYS_MAX, Passkey, PasskeyRegistration, PasskeyUse, Registered, Used};
use postern_model::replay::{ANSWER_LIFETIME, CODES_LIFETIME, FreshCodes, Replay, ReplayKey};
use postern_model::session::{Caller, Elevation, SessionView, Verified};
use postern_model::user::User;
use uuid::Uuid;

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    a_passkey_is_stored_with_all_that_it_has,
    a_registration_is_made_once,
    a_credential_belongs_to_one_user,
    a_user_has_a_bounded_number_of_passkeys,
    without_an_authenticator_there_are_no_passkeys,
    a_use_raises_the_session_and_counts,
    a_use_against_an_older_counter_is_void,
    parallel_uses_of_one_assertion_succeed_once,
    what_fails_in_the_middle_of_a_use_writes_nothing,
    a_use_performs_its_action_and_always_rotates_the_token,
    a_use_whose_action_cannot_be_performed_writes_nothing,
    a_removed_passkey_takes_its_sessions_level_along,
    a_passkey_deleted_by_sql_counts_no_longer_and_is_noticed,
    removing_the_factor_removes_the_passkeys,
    an_authenticator_set_up_after_the_row_was_deleted_revives_no_passkey,
    a_name_is_changed_by_its_owner_alone,
);

pub(crate) fn passkey(user: UserId, number: u8) -> Passkey {
    Passkey {
        id: PasskeyId(Uuid::from_bytes([number; 16])),
        user,
        credential: vec![number; 20],
        public_key: vec![0xa5, number],
        counter: 4,
        backup_eligible: true,
        backed_up: false,
        name: format!("Key {number}"),
        created_at: NOW.after(std::time::Duration::from_secs(number.into())),
        last_used_at: None,
    }
}

fn registration(h: &Harness, view: &SessionView, number: u8) -> PasskeyRegistration {
    let session = &view.session;
    PasskeyRegistration {
        caller: Caller::default(),
        passkey: passkey(view.user.id, number),
        session: session.id,
        from: session.token,
        to: h.token(),
        replay: None,
    }
}

pub(crate) fn usage(h: &Harness, view: &SessionView, number: u8, counter: u32) -> PasskeyUse {
    let verified = Verified { method: SecondFactor::Passkey, at: NOW };
    PasskeyUse {
        passkey: passkey(view.user.id, number).id,
        counter_before: 4,
        counter,
        backed_up: true,
        elevation: Elevation { session: view.session.id, from: view.session.token, to: h.token(), verified },
        attempt: h.attempt(view.user.id, SecondFactor::Passkey, true),
        action: Action::Elevate,
        replay: None,
    }
}

async fn signed_in(h: &Harness, name: &str) -> (User, SessionView) {
    let (user, session) = h.sign_in(name).await;
    let view = h.store.session(&session.token).await.unwrap().unwrap();
    (user, view)
}

pub(crate) async fn register(h: &Harness, view: &SessionView, number: u8) -> SessionView {
    match h.store.register_passkey(&registration(h, view, number)).await.unwrap() {
        Registered::Done(view) => *view,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn use_it(h: &Harness, view: &SessionView, number: u8) -> SessionView {
    match h.store.use_passkey(&usage(h, view, number, 5)).await.unwrap() {
        Used::Done(view) => *view,
        other => panic!("{other:?}"),
    }
}

async fn a_passkey_is_stored_with_all_that_it_has(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let before = view.session.second_factor;
    let view = register(h, &view, 2).await;
    register(h, &view, 1).await;
    assert_eq!(h.other.passkeys(ada.id).await.unwrap(), [passkey(ada.id, 1), passkey(ada.id, 2)], "oldest first");
    assert_eq!(view.session.second_factor, before, "a registration changes no level");
}

async fn a_registration_is_made_once(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let replay = |number: u8| {
        let expires_at = NOW.after(ANSWER_LIFETIME);
        Some(Replay { key: ReplayKey([number; 32]), sealed: "reply".to_owned(), remembers_wrong: true, expires_at })
    };
    let first = PasskeyRegistration { replay: replay(1), ..registration(h, &view, 1) };
    assert!(matches!(h.store.register_passkey(&first).await.unwrap(), Registered::Done(_)));
    assert_eq!(h.other.register_passkey(&first).await.unwrap(), Registered::Repeated("reply".to_owned()));
    let another = PasskeyRegistration { replay: replay(2), ..registration(h, &view, 2) };
    assert_eq!(h.store.register_passkey(&another).await.unwrap(), Registered::SessionGone, "the token was rotated");
    assert_eq!(h.store.passkeys(ada.id).await.unwrap().len(), 1);
}

async fn a_credential_belongs_to_one_user(h: &Harness) {
    let (_, ada) = h.enrolled("ada").await;
    let (bob, bobs) = h.enrolled("bob").await;
    register(h, &ada, 1).await;
    let mut taken = registration(h, &bobs, 2);
    taken.passkey.credential = passkey(bob.id, 1).credential;
    assert_eq!(h.store.register_passkey(&taken).await.unwrap(), Registered::Known);
    assert_eq!(h.store.passkeys(bob.id).await.unwrap(), []);
    assert!(h.store.session(&bobs.session.token).await.unwrap().is_some(), "nothing was written");
    // A passkey of another user raises nobody.
    assert_eq!(h.store.use_passkey(&usage(h, &bobs, 1, 5)).await.unwrap(), Used::Void);
}

async fn a_user_has_a_bounded_number_of_passkeys(h: &Harness) {
    let (ada, mut view) = h.enrolled("ada").await;
    for number in 0..u8::try_from(PASSKEYS_MAX).unwrap() {
        view = register(h, &view, number + 1).await;
    }
    assert_eq!(h.store.register_passkey(&registration(h, &view, 99)).await.unwrap(), Registered::Full);
    assert_eq!(h.store.passkeys(ada.id).await.unwrap().len(), PASSKEYS_MAX as usize);
}

async fn without_an_authenticator_there_are_no_passkeys(h: &Harness) {
    let (ada, view) = signed_in(h, "ada").await;
    assert_eq!(h.store.register_passkey(&registration(h, &view, 1)).await.unwrap(), Registered::NotEnrolled);
    assert_eq!(h.store.passkeys(ada.id).await.unwrap(), []);
    assert_eq!(h.store.use_passkey(&usage(h, &view, 1, 5)).await.unwrap(), Used::Void);
    assert_eq!(h.store.checkable(ada.id, SecondFactor::Passkey).await.unwrap(), None, "no code is checked against one");
}

async fn a_use_raises_the_session_and_counts(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = register(h, &view, 1).await;
    h.heard.take();
    let used = usage(h, &view, 1, 9);
    let Used::Done(after) = h.store.use_passkey(&used).await.unwrap() else { panic!() };
    assert_eq!(after.session.second_factor, Some(used.elevation.verified));
    assert_eq!(after.session.token, used.elevation.to);
    assert_eq!(h.heard.take(), [Invalidation::Token(view.session.token)]);
    let stored = h.store.passkeys(ada.id).await.unwrap();
    assert_eq!((stored[0].counter, stored[0].backed_up, stored[0].last_used_at), (9, true, Some(NOW)));
    let sql = "SELECT count(*) FROM user_2fa_attempts WHERE attempt_type = 'passkey' AND success";
    assert_eq!(h.value(sql).await.as_deref(), Some("1"));
    assert_eq!(h.store.session(&view.session.token).await.unwrap(), None, "the old token is dead");
}

async fn a_use_against_an_older_counter_is_void(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = register(h, &view, 1).await;
    let stale = PasskeyUse { counter_before: 3, ..usage(h, &view, 1, 9) };
    assert_eq!(h.store.use_passkey(&stale).await.unwrap(), Used::Void);
    assert_eq!(h.store.passkeys(ada.id).await.unwrap()[0].counter, 4);
    assert!(h.store.session(&view.session.token).await.unwrap().is_some());
}

async fn parallel_uses_of_one_assertion_succeed_once(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    let view = register(h, &view, 1).await;
    let uses: Vec<_> = (0..8).map(|_| usage(h, &view, 1, 5)).collect();
    let stores = [&h.store, &h.other].into_iter().cycle();
    let running = uses.iter().zip(stores).map(|(used, store)| store.use_passkey(used));
    let outcomes = futures_util::future::join_all(running).await;
    let done = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Used::Done(_)))).count();
    assert_eq!(done, 1, "{outcomes:?}");
}

async fn what_fails_in_the_middle_of_a_use_writes_nothing(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = register(h, &view, 1).await;
    h.sql("ALTER TABLE user_2fa_attempts RENAME TO elsewhere").await;
    assert!(h.store.use_passkey(&usage(h, &view, 1, 5)).await.is_err());
    h.sql("ALTER TABLE elsewhere RENAME TO user_2fa_attempts").await;
    assert_eq!(h.store.passkeys(ada.id).await.unwrap()[0].counter, 4);
    use_it(h, &view, 1).await;
}

async fn a_use_performs_its_action_and_always_rotates_the_token(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let (_, phone) = signed_in(h, "ada").await;
    let view = register(h, &register(h, &view, 1).await, 2).await;
    let (session, expires_at) = (view.session.id, NOW.after(CODES_LIFETIME));
    let shown = FreshCodes { session, sealed: "sealed codes".to_owned(), expires_at };
    let pending = PendingEnrolment { purpose: EnrolmentPurpose::Addition, ..h.pending_of(view.session.id, ada.id) };
    let actions = [
        Action::ReplaceBackupCodes { digests: vec!["new".to_owned()], shown },
        Action::BeginEnrolment(pending.clone()),
        Action::RemovePasskey(passkey(ada.id, 2).id),
        Action::RemoveFactors,
    ];
    let mut view = view;
    for (counter, action) in (4..).zip(actions) {
        h.heard.take();
        let before = view.session.token;
        let last = action == Action::RemoveFactors;
        let used = PasskeyUse { action, counter_before: counter, ..usage(h, &view, 1, counter + 1) };
        let Used::Done(after) = h.store.use_passkey(&used).await.unwrap() else { panic!() };
        assert_eq!((after.session.token, after.factors.enrolled()), (used.elevation.to, !last));
        assert_eq!(after.session.second_factor, (!last).then_some(used.elevation.verified));
        assert!(h.heard.take().contains(&Invalidation::Token(before)));
        view = *after;
        if !last {
            let codes = h.store.factors(ada.id).await.unwrap().unwrap().backup_codes;
            assert_eq!(codes, ["new"]);
        }
    }
    assert_eq!(h.store.fresh_codes(session, NOW).await.unwrap().as_deref(), Some("sealed codes"));
    assert_eq!(h.store.pending_enrolment(session, NOW).await.unwrap(), Some(pending));
    assert_eq!(h.count("passkeys").await, "0");
    assert_eq!(h.store.session(&phone.session.token).await.unwrap(), None, "other sessions ended with the factors");
}

async fn a_use_whose_action_cannot_be_performed_writes_nothing(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = register(h, &view, 1).await;
    let unknown = AuthenticatorId(Uuid::from_bytes([7; 16]));
    let unseen = "unseen".to_owned();
    for action in [Action::RemovePasskey(passkey(ada.id, 7).id), Action::RemoveAuthenticator { id: unknown, unseen }] {
        let used = PasskeyUse { action, ..usage(h, &view, 1, 9) };
        assert_eq!(h.store.use_passkey(&used).await.unwrap(), Used::NotEnrolled);
    }
    assert_eq!(h.store.passkeys(ada.id).await.unwrap()[0].counter, 4);
    assert!(h.store.session(&view.session.token).await.unwrap().is_some());
}

async fn a_removed_passkey_takes_its_sessions_level_along(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = register(h, &view, 1).await;
    let (_, phone) = signed_in(h, "ada").await;
    let phone = use_it(h, &phone, 1).await;
    assert!(phone.session.second_factor.is_some());
    let remove = |view: &SessionView, number: u8, step: i64| {
        let verified = Verified { method: SecondFactor::Totp, at: NOW };
        Submission {
            elevation: Elevation { session: view.session.id, from: view.session.token, to: h.token(), verified },
            attempt: h.attempt(ada.id, SecondFactor::Totp, false),
            evidence: Some(Evidence {
                authenticator: None,
                secret: "sealed-to-user".to_owned(),
                spend: Spend::Step(step),
            }),
            action: Action::RemovePasskey(passkey(ada.id, number).id),
            replay: None,
        }
    };
    assert_eq!(h.store.settle(&remove(&view, 7, 101)).await.unwrap(), Settled::NotEnrolled);
    let Settled::Right(after) = h.store.settle(&remove(&view, 1, 101)).await.unwrap() else { panic!() };
    assert!(after.session.second_factor.is_some(), "the session that gave the code keeps its level");
    assert_eq!(h.store.passkeys(ada.id).await.unwrap(), []);
    let phone = h.store.session(&phone.session.token).await.unwrap().unwrap();
    assert_eq!(phone.session.second_factor, None);
}

async fn a_passkey_deleted_by_sql_counts_no_longer_and_is_noticed(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    let view = use_it(h, &register(h, &view, 1).await, 1).await;
    h.sql(&format!("DELETE FROM {}", h.table("passkeys"))).await;
    let view = h.store.session(&view.session.token).await.unwrap().unwrap();
    assert_eq!(view.session.second_factor, None);
}

async fn removing_the_factor_removes_the_passkeys(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    register(h, &view, 1).await;
    assert!(h.store.remove_factors(ada.id, None, NOW).await.unwrap());
    assert_eq!(h.count("passkeys").await, "0");
}

async fn an_authenticator_set_up_after_the_row_was_deleted_revives_no_passkey(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    register(h, &view, 1).await;
    h.sql("DELETE FROM user_2fa_settings").await;
    assert_eq!(h.store.passkeys(ada.id).await.unwrap(), []);
    let (_, view) = h.enrolled("ada").await;
    assert_eq!(h.store.passkeys(ada.id).await.unwrap(), []);
    assert_eq!(h.store.use_passkey(&usage(h, &view, 1, 5)).await.unwrap(), Used::Void);
}

async fn a_name_is_changed_by_its_owner_alone(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let (bob, _) = h.enrolled("bob").await;
    register(h, &view, 1).await;
    let id = passkey(ada.id, 1).id;
    assert!(!h.store.rename_passkey(bob.id, id, "Mine").await.unwrap());
    assert!(h.store.rename_passkey(ada.id, id, "Phone").await.unwrap());
    assert_eq!(h.store.passkeys(ada.id).await.unwrap()[0].name, "Phone");
}
