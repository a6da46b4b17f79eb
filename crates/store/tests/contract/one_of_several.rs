//! Of several rows that a statement could mean, the one that it names is read or changed, and a limit is where it is said to be.

use std::time::Duration;

use postern_model::attempt::{Action, Evidence, Submission};
use postern_model::authenticator::{AUTHENTICATORS_MAX, Authenticator, AuthenticatorAdded};
use postern_model::enrolment::{EnrolmentPurpose, TRIES};
use postern_model::enrolment_commit::Committed;
use postern_model::factor::{SecondFactor, Spend};
use postern_model::hand_over::{HandOver, Redeemed, Redemption};
use postern_model::invalidation::Invalidation;
use postern_model::lockout::Lockout;
use postern_model::passkey::{PASSKEYS_MAX, Used};
use postern_model::replay::{ANSWER_LIFETIME, Replay, ReplayKey};
use postern_model::session::{Bound, NewSession};
use postern_model::ticket::{TicketCheck, TicketPolicy};
use postern_model::trusted_device::DeviceUsed;
use postern_model::user::{ProviderIdentity, Relink, UserMatch};

use crate::bystanders::{another_session, begun, right, session_of, step};
use crate::harness::{Harness, NOW, identity, on_both_stores};
use crate::{authenticators, device_binding, hand_over, passkeys, trusted_devices};

on_both_stores!(
    a_requirement_of_an_administrator_outlives_the_removal_by_its_user,
    the_app_that_becomes_the_first_keeps_all_that_it_has,
    a_replacement_leaves_nothing_of_the_former_app,
    a_session_waits_for_its_set_up,
    a_set_up_that_is_used_up_or_over_completes_nothing,
    an_addition_that_is_used_up_or_over_adds_nothing,
    a_wrong_try_counts_for_its_session_alone,
    an_exchanged_code_uses_up_no_other_and_drops_tokens_of_before_the_rotation,
    each_passkey_has_its_own_counter_and_name,
    a_passkey_of_a_factor_that_is_off_raises_nothing,
    a_change_of_factors_is_seen_in_the_version_of_each_session_that_it_touches,
    counters_are_those_of_the_user_who_is_asked_about,
    limits_count_what_the_user_has_alone,
    binding_one_session_binds_no_other,
    the_sentinel_is_told_apart_from_peppers,
    of_addresses_that_differ_in_case_the_spelling_asked_for_is_found,
    a_user_may_be_linked_again_to_the_account_that_they_have,
    an_adopted_row_takes_the_issuer_and_the_picture,
    a_ticket_takes_the_place_of_the_former_with_all_its_values,
    an_answer_takes_the_place_of_one_that_is_over,
    a_clean_up_deletes_what_is_over_and_not_what_is_older,
    another_device_outlives_one_that_is_outdated,
);

const SECOND: Duration = Duration::from_secs(1);

async fn a_requirement_of_an_administrator_outlives_the_removal_by_its_user(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    assert!(h.store.require_second_factor(ada.id, true, true, NOW).await.unwrap());
    let keep = (view.session.id, view.session.token, h.token());
    assert!(h.store.remove_factors(ada.id, Some(keep), NOW).await.unwrap());
    assert!(h.store.user(ada.id).await.unwrap().unwrap().requires_second_factor);
}

async fn the_app_that_becomes_the_first_keeps_all_that_it_has(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = authenticators::add(h, &view, 2).await;
    let (authenticator, secret) = (Some(authenticators::id(2)), authenticators::secret(2));
    let evidence = Evidence { authenticator, secret, spend: Spend::Step(130) };
    let used = Submission { evidence: Some(evidence), ..h.submission(&view, SecondFactor::Totp, None) };
    let view = right(h, &used).await;
    let first = h.store.authenticators(ada.id).await.unwrap()[0].id;
    let removal = Action::RemoveAuthenticator { id: first, unseen: "unseen".to_owned() };
    right(h, &step(h, &view, 131, removal)).await;
    let kept = Authenticator {
        id: authenticators::id(2),
        name: Some("App 2".to_owned()),
        created_at: Some(NOW.after(2 * SECOND)),
        last_step: Some(130),
    };
    assert_eq!(h.other.authenticators(ada.id).await.unwrap(), [kept]);
}

async fn a_replacement_leaves_nothing_of_the_former_app(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let first = h.store.authenticators(ada.id).await.unwrap()[0].id;
    assert!(h.store.rename_authenticator(ada.id, first, "Phone").await.unwrap());
    for _ in 0..3 {
        h.guess(&view, SecondFactor::Backup).await;
    }
    let pending = begun(h, &view, 101, EnrolmentPurpose::Replacement).await;
    let mut commit = h.commit(&pending, &session_of(h, &view));
    (commit.step, commit.backup_codes) = (7, vec!["six".to_owned()]);
    commit.elevation.verified.at = NOW.after(SECOND);
    assert!(matches!(h.store.commit_enrolment(&commit).await.unwrap(), Committed::Done(_)));
    assert_eq!(h.other.factors(ada.id).await.unwrap().unwrap().backup_codes, ["six"]);
    let listed = h.other.authenticators(ada.id).await.unwrap();
    let (created_at, last_step) = (Some(NOW.after(SECOND)), Some(7));
    assert_eq!(listed, [Authenticator { id: listed[0].id, name: None, created_at, last_step }]);
    assert_ne!(listed[0].id, first);
    assert_eq!(h.other.lockout(ada.id, SecondFactor::Backup).await.unwrap(), Some(Lockout::default()));
}

async fn a_session_waits_for_its_set_up(h: &Harness) {
    let (ada, one) = h.sign_in("ada").await;
    let (_, two) = h.sign_in("ada").await;
    let read = async |session: &NewSession| h.other.session(&session.token).await.unwrap().unwrap().session;
    let before = read(&one).await;
    let pending = h.pending(&one, ada.id);
    h.store.begin_enrolment(&pending, &crate::harness::OPEN).await.unwrap();
    let after = read(&one).await;
    assert_eq!((before.set_up_until, after.set_up_until), (None, Some(pending.expires_at)));
    assert!(after.version > before.version);
    assert_eq!(read(&two).await.set_up_until, None);
}

async fn a_set_up_that_is_used_up_or_over_completes_nothing(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let used_up = h.pending(&session, ada.id);
    h.store.begin_enrolment(&used_up, &crate::harness::OPEN).await.unwrap();
    for _ in 0..TRIES {
        h.store.try_enrolment(&h.failed_try(session.id, ada.id, None, NOW)).await.unwrap();
    }
    assert_eq!(h.store.commit_enrolment(&h.commit(&used_up, &session)).await.unwrap(), Committed::Void);
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &crate::harness::OPEN).await.unwrap();
    let mut commit = h.commit(&pending, &session);
    commit.elevation.verified.at = pending.expires_at;
    assert_eq!(h.store.commit_enrolment(&commit).await.unwrap(), Committed::Void);
    assert_eq!(h.store.factors(ada.id).await.unwrap(), None);
    commit.elevation.verified.at = pending.expires_at.before(SECOND);
    assert!(matches!(h.store.commit_enrolment(&commit).await.unwrap(), Committed::Done(_)));
}

async fn an_addition_that_is_used_up_or_over_adds_nothing(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let used_up = begun(h, &view, 101, EnrolmentPurpose::Addition).await;
    for _ in 0..TRIES {
        h.store.try_enrolment(&h.failed_try(view.session.id, ada.id, None, NOW)).await.unwrap();
    }
    let addition = authenticators::addition(h, &view, &used_up, 2);
    assert_eq!(h.store.add_authenticator(&addition).await.unwrap(), AuthenticatorAdded::Void);
    let pending = begun(h, &view, 102, EnrolmentPurpose::Addition).await;
    let mut addition = authenticators::addition(h, &view, &pending, 2);
    addition.attempt.at = pending.expires_at;
    assert_eq!(h.store.add_authenticator(&addition).await.unwrap(), AuthenticatorAdded::Void);
    assert_eq!(h.store.authenticators(ada.id).await.unwrap().len(), 1);
    let logged = async || h.count("user_2fa_attempts").await.parse::<u32>().unwrap();
    let before = logged().await;
    addition.attempt.at = pending.expires_at.before(SECOND);
    assert!(matches!(h.store.add_authenticator(&addition).await.unwrap(), AuthenticatorAdded::Done(_)));
    assert_eq!(logged().await, before + 1, "an addition is logged as a code of the new app");
}

async fn a_wrong_try_counts_for_its_session_alone(h: &Harness) {
    let (ada, one) = h.sign_in("ada").await;
    let (_, two) = h.sign_in("ada").await;
    for session in [&one, &two] {
        h.store.begin_enrolment(&h.pending(session, ada.id), &crate::harness::OPEN).await.unwrap();
    }
    h.store.try_enrolment(&h.failed_try(one.id, ada.id, None, NOW)).await.unwrap();
    let tries = async |session: &NewSession| h.store.pending_enrolment(session.id, NOW).await.unwrap().unwrap().tries;
    assert_eq!((tries(&one).await, tries(&two).await), (1, 0));
}

async fn an_exchanged_code_uses_up_no_other_and_drops_tokens_of_before_the_rotation(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let codes = [hand_over::hand_over(h, &session), hand_over::hand_over(h, &session)];
    for code in &codes {
        assert!(h.store.begin_hand_over(code, NOW).await.unwrap());
    }
    let mut last = None;
    for code in &codes {
        let redemption = hand_over::redemption(h, code);
        assert!(matches!(h.store.redeem_hand_over(&redemption).await.unwrap(), Redeemed::Accepted { .. }));
        last = Some(redemption.token);
    }
    let view = h.enrol(ada.id, &session).await;
    h.heard.take();
    let other = HandOver { host: "c.example.com".to_owned(), ..hand_over::hand_over(h, &session_of(h, &view)) };
    assert!(h.store.begin_hand_over(&other, NOW).await.unwrap());
    let redemption = Redemption { host: other.host.clone(), ..hand_over::redemption(h, &other) };
    assert!(matches!(h.store.redeem_hand_over(&redemption).await.unwrap(), Redeemed::Accepted { .. }));
    assert_eq!(h.heard.take(), [Invalidation::Token(last.unwrap())]);
    assert_eq!(h.count("host_tokens").await, "1");
}

async fn each_passkey_has_its_own_counter_and_name(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let view = passkeys::register(h, &view, 1).await;
    let view = passkeys::register(h, &view, 2).await;
    let view = passkeys::use_it(h, &view, 1).await;
    passkeys::use_it(h, &view, 2).await;
    assert!(h.store.rename_passkey(ada.id, passkeys::passkey(ada.id, 1).id, "Mine").await.unwrap());
    let names: Vec<_> = h.other.passkeys(ada.id).await.unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Mine", "Key 2"]);
}

async fn a_passkey_of_a_factor_that_is_off_raises_nothing(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    passkeys::register(h, &view, 1).await;
    h.sql("UPDATE user_2fa_settings SET is_enabled = FALSE").await;
    let view = another_session(h, "ada").await;
    assert_eq!(h.store.use_passkey(&passkeys::usage(h, &view, 1, 5)).await.unwrap(), Used::Void);
    h.sql(&format!("UPDATE user_2fa_settings SET is_enabled = TRUE, id = '{}'", h.event())).await;
    assert_eq!(h.store.use_passkey(&passkeys::usage(h, &view, 1, 5)).await.unwrap(), Used::Void);
    assert_eq!(h.store.session(&view.session.token).await.unwrap().unwrap().session.second_factor, None);
}

async fn a_change_of_factors_is_seen_in_the_version_of_each_session_that_it_touches(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let added = authenticators::add(h, &view, 2).await;
    let registered = passkeys::register(h, &added, 1).await;
    let versions = [&view, &added, &registered].map(|view| view.session.version);
    assert!(versions.is_sorted_by(|one, other| one < other), "{versions:?}");
    let other = passkeys::use_it(h, &another_session(h, "ada").await, 1).await;
    let passkey = passkeys::passkey(ada.id, 1).id;
    right(h, &step(h, &registered, 101, Action::RemovePasskey(passkey))).await;
    let after = h.other.session(&other.session.token).await.unwrap().unwrap().session;
    assert_eq!(after.second_factor, None);
    assert!(after.version > other.session.version);
}

async fn counters_are_those_of_the_user_who_is_asked_about(h: &Harness) {
    let (ada, _) = h.enrolled("ada").await;
    let (bob, view) = h.enrolled("bob").await;
    let (cy, _) = h.sign_in("cy").await;
    h.guess(&view, SecondFactor::Totp).await;
    h.guess(&view, SecondFactor::Totp).await;
    h.guess(&view, SecondFactor::Backup).await;
    let failures = |failures| Lockout { failures, locked_until: None };
    for (factor, count) in [(SecondFactor::Totp, 2), (SecondFactor::Backup, 1)] {
        assert_eq!(h.store.lockout(ada.id, factor).await.unwrap(), Some(failures(0)));
        assert_eq!(h.store.lockout(bob.id, factor).await.unwrap(), Some(failures(count)));
        assert_eq!(h.store.lockout(cy.id, factor).await.unwrap(), None);
        let checkable = async |user| h.store.checkable(user, factor).await.unwrap().map(|found| found.lockout);
        assert_eq!(checkable(ada.id).await, Some(failures(0)));
        assert_eq!(checkable(bob.id).await, Some(failures(count)));
        assert_eq!(checkable(cy.id).await, None);
    }
}

async fn limits_count_what_the_user_has_alone(h: &Harness) {
    let (_, mut bobs) = h.enrolled("bob").await;
    for number in 1..u8::try_from(AUTHENTICATORS_MAX).unwrap() {
        bobs = authenticators::add(h, &bobs, number).await;
    }
    for number in 0..u8::try_from(PASSKEYS_MAX).unwrap() {
        bobs = passkeys::register(h, &bobs, number + 1).await;
    }
    let (ada, view) = h.enrolled("ada").await;
    let view = authenticators::add(h, &view, 100).await;
    passkeys::register(h, &view, 100).await;
    assert_eq!(h.store.authenticators(ada.id).await.unwrap().len(), 2);
    let checked = h.store.checkable(ada.id, SecondFactor::Totp).await.unwrap().unwrap().further;
    assert_eq!(checked.iter().map(|one| one.id).collect::<Vec<_>>(), [authenticators::id(100)]);
    assert_eq!(h.store.credentials(ada.id).await.unwrap(), [passkeys::passkey(ada.id, 100).credential]);
}

async fn binding_one_session_binds_no_other(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    let other = another_session(h, "ada").await;
    assert_eq!(h.store.bind_device(&device_binding::binding(&view, 1)).await.unwrap(), Bound::Done);
    assert!(!h.store.is_bound(other.session.id).await.unwrap());
    assert_eq!(h.other.session(&other.session.token).await.unwrap().unwrap().session.device, None);
}

async fn the_sentinel_is_told_apart_from_peppers(h: &Harness) {
    h.store.put_pepper("aa", "first").await.unwrap();
    assert_eq!(h.store.sentinel("first").await.unwrap(), "first");
    assert!(h.store.reseal_sentinel("first", "second").await.unwrap());
    assert_eq!(h.other.sentinel("third").await.unwrap(), "second");
    assert_eq!(h.other.peppers().await.unwrap(), [("aa".to_owned(), "first".to_owned())]);
}

async fn of_addresses_that_differ_in_case_the_spelling_asked_for_is_found(h: &Harness) {
    let spellings = ["Ada@example.com", "ada@example.com", "ADA@example.com"];
    for spelling in spellings {
        h.sql(&format!("INSERT INTO users (id, email) VALUES ('{}', '{spelling}')", h.event())).await;
    }
    for spelling in spellings {
        assert_eq!(h.store.user_by_email(spelling).await.unwrap().unwrap().email, spelling);
    }
}

async fn a_user_may_be_linked_again_to_the_account_that_they_have(h: &Harness) {
    let (ada, _) = h.sign_in("ada").await;
    let ProviderIdentity { issuer, subject, .. } = identity("ada");
    assert_eq!(h.store.relink(ada.id, &issuer, &subject, NOW).await.unwrap(), Relink::Done);
}

async fn an_adopted_row_takes_the_issuer_and_the_picture(h: &Harness) {
    h.sql(&format!("INSERT INTO users (id, email) VALUES ('{}', 'ada@example.com')", h.event())).await;
    let ada = ProviderIdentity { issuer: "https://id.example".to_owned(), may_link: true, ..identity("ada") };
    let UserMatch::Linked(linked) = h.store.sign_in(&ada, &h.session()).await.unwrap() else { panic!() };
    assert_eq!(linked.avatar_url, ada.avatar_url);
    assert!(matches!(h.store.sign_in(&ada, &h.session()).await.unwrap(), UserMatch::Known(_)));
    let of_google = h.store.sign_in(&identity("ada"), &h.session()).await.unwrap();
    assert_eq!(of_google, UserMatch::EmailTaken, "another issuer's subject of the same text");
}

async fn a_ticket_takes_the_place_of_the_former_with_all_its_values(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let later = NOW.after(60 * SECOND);
    assert!(h.store.issue_ticket(ada.id, &h.token(), NOW).await.unwrap());
    assert!(h.store.issue_ticket(ada.id, &h.token(), later).await.unwrap());
    assert_eq!(h.other.ticket_state(ada.id).await.unwrap().ticket.unwrap().expires_at, later);
    let wrong = TicketCheck { policy: TicketPolicy::AfterReset, presented: Some(h.token()), at: NOW, key: None };
    h.store.begin_enrolment(&h.pending(&session, ada.id), &wrong).await.unwrap();
    assert_eq!(h.other.ticket_state(ada.id).await.unwrap().lockout.failures, 1);
    assert!(h.store.unlock(ada.id).await.unwrap());
    assert_eq!(h.other.ticket_state(ada.id).await.unwrap().lockout, Lockout::default());
}

async fn an_answer_takes_the_place_of_one_that_is_over(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    let key = ReplayKey([3; 32]);
    let later = NOW.after(ANSWER_LIFETIME);
    let replay =
        |sealed: &str, expires_at| Some(Replay { key, sealed: sealed.to_owned(), remembers_wrong: true, expires_at });
    let wrong = Submission { replay: replay("wrong", later), ..h.submission(&view, SecondFactor::Totp, None) };
    h.store.settle(&wrong).await.unwrap();
    let mut again = Submission { replay: replay("right", later.after(SECOND)), ..step(h, &view, 101, Action::Elevate) };
    again.attempt.at = later;
    right(h, &again).await;
    assert_eq!(h.other.replayed(&key, later).await.unwrap().as_deref(), Some("right"));
    assert_eq!(h.other.replayed(&key, later.after(SECOND)).await.unwrap(), None);
}

async fn a_clean_up_deletes_what_is_over_and_not_what_is_older(h: &Harness) {
    let (_, young) = h.sign_in("ada").await;
    let old = NewSession { at: NOW.before(10 * SECOND), ..h.session() };
    h.store.sign_in(&identity("ada"), &old).await.unwrap();
    h.store.record_seen(&[(old.id, NOW.after(100 * SECOND))]).await.unwrap();
    assert_eq!(h.store.delete_expired(NOW, NOW, NOW).await.unwrap(), 1);
    assert!(h.store.session(&young.token).await.unwrap().is_some(), "it was used last, and began after the limit");
    let (bob, view) = h.enrolled("bob").await;
    assert!(trusted_devices::trust(h, &view, 1).await && trusted_devices::trust(h, &view, 2).await);
    let (table, over) = (h.table("trusted_devices"), trusted_devices::id(2));
    h.sql(&format!("UPDATE {table} SET expires_at = '2000-01-01 00:00:00' WHERE id = '{over}'")).await;
    assert_eq!(h.store.delete_expired_devices(NOW.before(SECOND), NOW).await.unwrap(), 1);
    let left: Vec<_> = h.store.trusted_devices(bob.id).await.unwrap().into_iter().map(|device| device.id).collect();
    assert_eq!(left, [trusted_devices::id(1)]);
}

async fn another_device_outlives_one_that_is_outdated(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    assert!(trusted_devices::trust(h, &view, 1).await && trusted_devices::trust(h, &view, 2).await);
    trusted_devices::use_it(h, &another_session(h, "ada").await, 1, 1, 11).await;
    let used =
        async || h.other.trusted_devices(ada.id).await.unwrap().into_iter().map(|one| (one.id, one.last_used_at));
    // In parallel to the use that replaced the secret.
    let parallel = trusted_devices::usage(h, &another_session(h, "ada").await, 1, 1, 12, SECOND);
    assert!(matches!(h.store.use_trusted_device(&parallel).await.unwrap(), DeviceUsed::Done { replaced: false, .. }));
    let expected = [(trusted_devices::id(2), None), (trusted_devices::id(1), Some(NOW.after(SECOND)))];
    assert_eq!(used().await.collect::<Vec<_>>(), expected);
    let outdated = trusted_devices::usage(h, &another_session(h, "ada").await, 1, 9, 12, 2 * SECOND);
    assert_eq!(h.store.use_trusted_device(&outdated).await.unwrap(), DeviceUsed::Outdated);
    assert_eq!(used().await.collect::<Vec<_>>(), [(trusted_devices::id(2), None)]);
}
