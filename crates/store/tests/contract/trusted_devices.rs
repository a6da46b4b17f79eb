//! Trusted devices: used by compare-and-set, bounded in number, gone with any factor that is removed.

use std::time::Duration;

use postern_model::attempt::{Action, Evidence, Settled, Submission};
use postern_model::enrolment::{EnrolmentPurpose, PendingEnrolment};
use postern_model::factor::{SecondFactor, Spend};
use postern_model::id::{PasskeyId, TrustedDeviceId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::passkey::{Passkey, PasskeyRegistration, Registered};
use postern_model::session::{Caller, Elevation, NewSession, SessionView, TokenHash, Verified};
use postern_model::trusted_device::{
    DeviceSelection, DeviceTrust, DeviceUse, DeviceUsed, TRUSTED_DEVICES_MAX, TrustedDevice,
};
use uuid::Uuid;

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    a_device_is_stored_with_all_that_it_has,
    a_use_raises_the_session_and_replaces_the_secret,
    what_is_not_the_users_device_or_is_over_raises_nothing,
    an_outdated_secret_ends_the_trust,
    parallel_uses_of_one_secret_raise_both_sessions,
    without_an_authenticator_no_device_is_trusted,
    a_user_has_a_bounded_number_of_devices,
    forgetting_a_device_takes_its_sessions_level_along,
    whatever_removes_a_factor_ends_the_trust,
    rows_changed_by_hand_count_no_longer,
    ending_all_sessions_ends_the_trust_in_their_devices,
    a_session_that_is_over_or_not_verified_trusts_no_device,
    a_clean_up_deletes_what_is_over,
    a_damaged_row_is_left_out,
);

const DAY: Duration = Duration::from_secs(86_400);

pub(crate) fn id(number: u8) -> TrustedDeviceId {
    TrustedDeviceId(Uuid::from_bytes([number; 16]))
}

fn secret(number: u8) -> TokenHash {
    TokenHash([number; 32])
}

fn device(user: UserId, number: u8) -> TrustedDevice {
    let trusted_at = NOW.after(Duration::from_secs(number.into()));
    let caller = Caller::new("2001:db8::7".parse().ok(), Some("Fire Fuchs ü"));
    TrustedDevice {
        id: id(number),
        user,
        trusted_at,
        expires_at: trusted_at.after(30 * DAY),
        last_used_at: None,
        caller,
    }
}

pub(crate) async fn trust(h: &Harness, view: &SessionView, number: u8) -> bool {
    let trust = DeviceTrust { device: device(view.user.id, number), secret: secret(number), session: view.session.id };
    h.store.trust_device(&trust).await.unwrap()
}

async fn waiting(h: &Harness, name: &str) -> SessionView {
    let (_, session) = h.sign_in(name).await;
    h.store.session(&session.token).await.unwrap().unwrap()
}

pub(crate) fn usage(h: &Harness, view: &SessionView, device: u8, presented: u8, next: u8, at: Duration) -> DeviceUse {
    let verified = Verified { method: SecondFactor::TrustedDevice, at: NOW.after(at) };
    let session = &view.session;
    DeviceUse {
        device: id(device),
        user: view.user.id,
        presented: secret(presented),
        next: secret(next),
        trusted_after: NOW.before(DAY),
        elevation: Elevation { session: session.id, from: session.token, to: h.token(), verified },
    }
}

pub(crate) async fn use_it(h: &Harness, view: &SessionView, device: u8, presented: u8, next: u8) -> Box<SessionView> {
    match h.store.use_trusted_device(&usage(h, view, device, presented, next, Duration::ZERO)).await.unwrap() {
        DeviceUsed::Done { view, .. } => view,
        other => panic!("{other:?}"),
    }
}

async fn level(h: &Harness, view: &SessionView) -> Option<SecondFactor> {
    let view = h.other.session(&view.session.token).await.unwrap().unwrap();
    view.session.second_factor.map(|verified| verified.method)
}

async fn count(h: &Harness) -> String {
    h.count("trusted_devices").await
}

async fn a_device_is_stored_with_all_that_it_has(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    assert!(trust(h, &view, 1).await && trust(h, &view, 2).await);
    assert!(!trust(h, &view, 2).await, "once");
    let listed = h.other.trusted_devices(ada.id).await.unwrap();
    assert_eq!(listed, [device(ada.id, 2), device(ada.id, 1)], "newest first");
    assert_eq!(level(h, &view).await, Some(SecondFactor::Totp), "trust changes no level");
    let (eve, _) = h.enrolled("eve").await;
    assert_eq!(h.store.trusted_devices(eve.id).await.unwrap(), []);
}

async fn a_use_raises_the_session_and_replaces_the_secret(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    trust(h, &view, 1).await;
    let before = waiting(h, "ada").await;
    h.heard.take();
    let at = Duration::from_secs(60);
    let (used, device, replaced) = match h.store.use_trusted_device(&usage(h, &before, 1, 1, 11, at)).await.unwrap() {
        DeviceUsed::Done { view, device, replaced } => (view, device, replaced),
        other => panic!("{other:?}"),
    };
    assert!(replaced && device.last_used_at == Some(NOW.after(at)));
    assert_eq!(h.heard.take(), [Invalidation::Token(before.session.token)]);
    let expected = Verified { method: SecondFactor::TrustedDevice, at: NOW.after(at) };
    assert_eq!(used.session.second_factor, Some(expected));
    assert_eq!(h.other.session(&before.session.token).await.unwrap(), None, "the token is rotated");
    assert_eq!(h.other.session(&used.session.token).await.unwrap(), Some(*used.clone()));
    assert_eq!(h.other.trusted_devices(ada.id).await.unwrap(), [device]);
    let again = h.store.use_trusted_device(&usage(h, &before, 1, 11, 12, at)).await.unwrap();
    assert_eq!(again, DeviceUsed::SessionGone, "of the former token");
    use_it(h, &waiting(h, "ada").await, 1, 11, 12).await;
}

async fn what_is_not_the_users_device_or_is_over_raises_nothing(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    h.enrolled("eve").await;
    trust(h, &view, 1).await;
    let (adas, eves) = (waiting(h, "ada").await, waiting(h, "eve").await);
    let unknown = |usage| async move { h.store.use_trusted_device(&usage).await.unwrap() };
    assert_eq!(unknown(usage(h, &eves, 1, 1, 9, DAY)).await, DeviceUsed::Unknown, "another user");
    assert_eq!(unknown(usage(h, &adas, 2, 1, 9, DAY)).await, DeviceUsed::Unknown, "another device");
    let over = usage(h, &adas, 1, 1, 9, 30 * DAY + Duration::from_secs(1));
    assert_eq!(unknown(over).await, DeviceUsed::Unknown, "expired");
    let shortened = DeviceUse { trusted_after: NOW.after(Duration::from_secs(1)), ..usage(h, &adas, 1, 1, 9, DAY) };
    assert_eq!(unknown(shortened).await, DeviceUsed::Unknown, "trusted for a shorter time now");
    let mut early = usage(h, &adas, 1, 1, 9, Duration::ZERO);
    early.elevation.verified.at = NOW.before(DAY / 2);
    assert_eq!(unknown(early).await, DeviceUsed::Unknown, "trusted at a time that is yet to come");
    let mixed = DeviceUse { user: view.user.id, ..usage(h, &eves, 1, 1, 9, DAY) };
    assert_eq!(unknown(mixed).await, DeviceUsed::SessionGone, "the session of another user");
    assert_eq!(level(h, &adas).await, None);
    use_it(h, &adas, 1, 1, 9).await;
}

async fn an_outdated_secret_ends_the_trust(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    trust(h, &view, 1).await;
    let raised = use_it(h, &waiting(h, "ada").await, 1, 1, 11).await;
    use_it(h, &waiting(h, "ada").await, 1, 11, 12).await;
    let thief = waiting(h, "ada").await;
    let outcome = h.store.use_trusted_device(&usage(h, &thief, 1, 1, 13, DAY)).await.unwrap();
    assert_eq!((outcome, level(h, &thief).await), (DeviceUsed::Outdated, None));
    assert_eq!(h.other.trusted_devices(ada.id).await.unwrap(), []);
    assert_eq!(level(h, &raised).await, None, "sessions that rest on it are asked again");
}

async fn parallel_uses_of_one_secret_raise_both_sessions(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    trust(h, &view, 1).await;
    let (one, two) = (waiting(h, "ada").await, waiting(h, "ada").await);
    let (first, second) = (usage(h, &one, 1, 1, 11, DAY), usage(h, &two, 1, 1, 12, DAY));
    let (first, second) = tokio::join!(h.store.use_trusted_device(&first), h.other.use_trusted_device(&second));
    let replaced = [first.unwrap(), second.unwrap()].map(|used| match used {
        DeviceUsed::Done { replaced, .. } => replaced,
        other => panic!("{other:?}"),
    });
    assert!(replaced[0] != replaced[1], "one browser, one new secret");
    assert_eq!(h.store.trusted_devices(ada.id).await.unwrap().len(), 1);
}

async fn without_an_authenticator_no_device_is_trusted(h: &Harness) {
    let (_, session) = h.sign_in("ada").await;
    let view = h.store.session(&session.token).await.unwrap().unwrap();
    assert!(!trust(h, &view, 1).await);
    assert_eq!(count(h).await, "0");
}

async fn a_user_has_a_bounded_number_of_devices(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let max = u8::try_from(TRUSTED_DEVICES_MAX).unwrap();
    for number in 1..=max {
        assert!(trust(h, &view, number).await);
    }
    let later = usage(h, &waiting(h, "ada").await, 1, 1, 101, DAY);
    h.store.use_trusted_device(&later).await.unwrap();
    assert!(trust(h, &view, max + 1).await);
    let left: Vec<_> = h.store.trusted_devices(ada.id).await.unwrap().into_iter().map(|device| device.id).collect();
    assert_eq!(left.len(), usize::from(max));
    assert!(left.contains(&id(1)) && !left.contains(&id(2)) && left.contains(&id(max + 1)), "the least recently used");
}

async fn forgetting_a_device_takes_its_sessions_level_along(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let (eve, _) = h.enrolled("eve").await;
    for number in 1..=4 {
        trust(h, &view, number).await;
    }
    let raised = use_it(h, &waiting(h, "ada").await, 1, 1, 11).await;
    let forget = |user, which| async move { h.store.forget_trusted_devices(user, which).await.unwrap() };
    assert_eq!(forget(eve.id, DeviceSelection::One(id(1))).await, 0);
    assert_eq!(forget(eve.id, DeviceSelection::OfSession(raised.session.id)).await, 0);
    assert_eq!(forget(eve.id, DeviceSelection::All).await, 0);
    h.heard.take();
    assert_eq!(forget(ada.id, DeviceSelection::OfSession(raised.session.id)).await, 1);
    assert_eq!(h.heard.take(), [Invalidation::User(ada.id)]);
    assert_eq!(level(h, &raised).await, None);
    assert_eq!(level(h, &view).await, Some(SecondFactor::Totp), "a code was given in this one");
    assert_eq!(forget(ada.id, DeviceSelection::One(id(2))).await, 1);
    assert_eq!(forget(ada.id, DeviceSelection::All).await, 2);
}

async fn whatever_removes_a_factor_ends_the_trust(h: &Harness) {
    let (ada, mut view) = h.enrolled("ada").await;
    let passkey = Passkey {
        id: PasskeyId(Uuid::from_bytes([1; 16])),
        user: ada.id,
        credential: vec![1; 20],
        public_key: vec![0xa5],
        counter: 0,
        backup_eligible: false,
        backed_up: false,
        name: "Key".to_owned(),
        created_at: NOW,
        last_used_at: None,
    };
    let session = &view.session;
    let registration = PasskeyRegistration {
        caller: Caller::default(),
        passkey: passkey.clone(),
        session: session.id,
        from: session.token,
        to: h.token(),
        replay: None,
    };
    trust(h, &view, 1).await;
    view = match h.store.register_passkey(&registration).await.unwrap() {
        Registered::Done(view) => *view,
        other => panic!("{other:?}"),
    };
    assert_eq!(count(h).await, "1", "another factor takes nothing away");
    let removal = submission(h, &view, 101, Action::RemovePasskey(passkey.id));
    view = right(h.store.settle(&removal).await.unwrap());
    assert_eq!(count(h).await, "0", "a passkey was removed");

    trust(h, &view, 2).await;
    let pending = PendingEnrolment { purpose: EnrolmentPurpose::Replacement, ..h.pending(&session_of(&view), ada.id) };
    let mut begin = submission(h, &view, 102, Action::BeginEnrolment(pending.clone()));
    begin.elevation.to = begin.elevation.from;
    view = right(h.store.settle(&begin).await.unwrap());
    assert_eq!(count(h).await, "1");
    h.store.commit_enrolment(&h.commit(&pending, &session_of(&view))).await.unwrap();
    assert_eq!(count(h).await, "0", "the authenticator was replaced");

    let (eve, view) = h.enrolled("eve").await;
    trust(h, &view, 3).await;
    h.store.remove_factors(eve.id, None, NOW).await.unwrap();
    assert_eq!(count(h).await, "0", "an administrator reset the factor");

    let (bob, view) = h.enrolled("bob").await;
    trust(h, &view, 4).await;
    h.store.set_active(bob.id, false).await.unwrap();
    h.store.set_active(bob.id, true).await.unwrap();
    assert_eq!(count(h).await, "0", "the user was deactivated");
}

async fn rows_changed_by_hand_count_no_longer(h: &Harness) {
    let settings = "user_2fa_settings";
    for (name, number, sql) in [
        ("ada", 1, format!("DELETE FROM {settings}")),
        ("bob", 2, format!("UPDATE {settings} SET is_enabled = FALSE")),
        ("eve", 3, format!("UPDATE {settings} SET totp_secret = NULL")),
        ("dan", 4, "UPDATE users SET is_active = FALSE".to_owned()),
        ("may", 5, format!("DELETE FROM {}", h.table("trusted_devices"))),
    ] {
        let (user, view) = h.enrolled(name).await;
        trust(h, &view, number).await;
        h.sql(&sql).await;
        assert_eq!(count(h).await, "0", "{sql}");
        assert_eq!(h.store.trusted_devices(user.id).await.unwrap(), [], "{sql}");
    }
}

async fn ending_all_sessions_ends_the_trust_in_their_devices(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    trust(h, &view, 1).await;
    let raised = use_it(h, &waiting(h, "ada").await, 1, 1, 11).await;
    trust(h, &view, 2).await;
    h.store.end_session(ada.id, view.session.id).await.unwrap();
    assert_eq!(count(h).await, "2", "signing out keeps it");
    h.store.end_sessions_of(ada.id, Some(raised.session.id)).await.unwrap();
    let left: Vec<_> = h.store.trusted_devices(ada.id).await.unwrap().into_iter().map(|device| device.id).collect();
    assert_eq!((left, level(h, &raised).await), (vec![id(1)], Some(SecondFactor::TrustedDevice)));
    h.store.end_sessions_of(ada.id, None).await.unwrap();
    assert_eq!(count(h).await, "0");
    let (_, view) = h.enrolled("eve").await;
    assert!(trust(h, &view, 3).await);
    h.store.end_all_sessions().await.unwrap();
    assert_eq!(count(h).await, "0");
}

/// What was submitted may be settled just before the owner ends all sessions or replaces the factor.
async fn a_session_that_is_over_or_not_verified_trusts_no_device(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let (_, eves) = h.enrolled("eve").await;
    assert!(!trust(h, &waiting(h, "ada").await, 1).await, "it waits for its factor");
    let foreign = DeviceTrust { device: device(ada.id, 1), secret: secret(1), session: eves.session.id };
    assert!(!h.store.trust_device(&foreign).await.unwrap(), "it is another user's");
    h.store.end_sessions_of(ada.id, None).await.unwrap();
    assert!(!trust(h, &view, 1).await, "it was ended");
    assert_eq!(count(h).await, "0");
}

async fn a_clean_up_deletes_what_is_over(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    trust(h, &view, 1).await;
    trust(h, &view, 2).await;
    let clean = |trusted, expired| async move { h.store.delete_expired_devices(trusted, expired).await.unwrap() };
    assert_eq!(clean(NOW, NOW.after(30 * DAY)).await, 0);
    assert_eq!(clean(NOW, NOW.after(30 * DAY + Duration::from_secs(2))).await, 1, "expired");
    assert_eq!(clean(NOW.after(Duration::from_secs(2)), NOW).await, 1, "trusted for too long");
}

async fn a_damaged_row_is_left_out(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    trust(h, &view, 1).await;
    trust(h, &view, 2).await;
    let table = h.table("trusted_devices");
    if !h.is_postgres() {
        h.sql(&format!("UPDATE {table} SET trusted_at = 'x' WHERE id = '{}'", id(1))).await;
        assert_eq!(h.store.trusted_devices(ada.id).await.unwrap(), [device(ada.id, 2)]);
        h.sql(&format!("UPDATE {table} SET secret = x'00' WHERE id = '{}'", id(2))).await;
        let usage = usage(h, &waiting(h, "ada").await, 2, 2, 9, DAY);
        assert!(h.store.use_trusted_device(&usage).await.is_err());
    }
    h.sql(&format!("UPDATE {table} SET former_secret = NULL, replaced_at = NULL, user_agent = NULL")).await;
}

fn session_of(view: &SessionView) -> NewSession {
    let session = &view.session;
    NewSession {
        id: session.id,
        token: session.token,
        at: session.first_factor_at,
        caller: session.caller.clone(),
        vouched: session.vouched.clone(),
        replaces: None,
    }
}

fn submission(h: &Harness, view: &SessionView, step: i64, action: Action) -> Submission {
    let evidence = Evidence { authenticator: None, secret: "sealed-to-user".to_owned(), spend: Spend::Step(step) };
    Submission { evidence: Some(evidence), action, ..h.submission(view, SecondFactor::Totp, None) }
}

fn right(settled: Settled) -> SessionView {
    match settled {
        Settled::Right(view) => *view,
        other => panic!("{other:?}"),
    }
}
