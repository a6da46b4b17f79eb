use std::time::Duration;

use postern_model::attempt::Settled;
use postern_model::factor::{SecondFactor, Spend};
use postern_model::id::UserId;
use postern_model::invalidation::Invalidation;
use postern_model::lockout::Refused;

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    the_third_attempt_locks_and_the_next_is_refused_until_the_lock_ends,
    each_authenticator_has_its_own_counter,
    success_resets_the_counter_of_its_authenticator_only,
    a_hundred_failures_disable_the_authenticator,
    a_user_without_an_authenticator_has_nothing_to_attempt_or_spend,
    a_step_is_spent_once_and_takes_the_older_ones_with_it,
    a_backup_code_is_spent_once,
    unlocking_resets_both_counters,
    attempts_are_logged_where_administrators_look,
);

async fn the_third_attempt_locks_and_the_next_is_refused_until_the_lock_ends(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    for expected in 1..=3 {
        assert_eq!(h.failures(&view, SecondFactor::Totp).await, expected);
    }
    let until = NOW.after(Duration::from_secs(300));
    let refused = Settled::Refused(Refused::Locked { until });
    assert_eq!(h.guess(&view, SecondFactor::Totp).await, refused);
    assert_eq!(h.other.settle(&h.submission(&view, SecondFactor::Totp, None)).await.unwrap(), refused);
    let mut fourth = h.submission(&view, SecondFactor::Totp, None);
    fourth.attempt.at = until;
    let fourth = h.store.settle(&fourth).await.unwrap();
    let Settled::Wrong(state) = fourth else { panic!("{fourth:?}") };
    assert_eq!((state.failures, state.locked_until), (4, Some(until.after(Duration::from_secs(900)))));
}

async fn each_authenticator_has_its_own_counter(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    for _ in 0..4 {
        h.guess(&view, SecondFactor::Backup).await;
    }
    assert_eq!(h.failures(&view, SecondFactor::Totp).await, 1);
}

async fn success_resets_the_counter_of_its_authenticator_only(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    let both = async || (h.failures(&view, SecondFactor::Totp).await, h.failures(&view, SecondFactor::Backup).await);
    assert_eq!(both().await, (1, 1));
    assert!(h.spend(&view, Spend::Step(101)).await);
    assert_eq!(both().await, (1, 2));
    assert!(h.spend(&view, Spend::BackupCode("one".to_owned())).await);
    assert_eq!(both().await, (2, 1));
}

async fn a_hundred_failures_disable_the_authenticator(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    h.sql("UPDATE user_2fa_settings SET failed_attempts = 100, locked_until = NULL").await;
    assert_eq!(h.guess(&view, SecondFactor::Totp).await, Settled::Refused(Refused::Disabled));
    assert_eq!(h.failures(&view, SecondFactor::Backup).await, 1);
}

async fn a_user_without_an_authenticator_has_nothing_to_attempt_or_spend(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let view = h.store.session(&session.token).await.unwrap().unwrap();
    for factor in [SecondFactor::Totp, SecondFactor::Backup] {
        assert_eq!(h.guess(&view, factor).await, Settled::NotEnrolled);
    }
    for spend in [Spend::Step(1), Spend::BackupCode("one".to_owned())] {
        assert_eq!(h.store.settle(&h.spending(&view, spend)).await.unwrap(), Settled::NotEnrolled);
    }
    for user in [ada.id, UserId(h.event().0)] {
        for factor in [SecondFactor::Totp, SecondFactor::Backup] {
            assert_eq!(h.store.checkable(user, factor).await.unwrap(), None);
            assert_eq!(h.store.lockout(user, factor).await.unwrap(), None);
        }
        assert!(!h.store.unlock(user).await.unwrap());
        assert_eq!(h.store.factors(user).await.unwrap(), None);
    }
}

async fn a_step_is_spent_once_and_takes_the_older_ones_with_it(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let spend = async |step| h.spend(&view, Spend::Step(step)).await;
    assert!(!spend(100).await, "the enrolling code's own step");
    assert!(spend(102).await);
    assert!(!spend(102).await);
    assert!(!spend(101).await);
    assert!(spend(103).await);
    assert_eq!(h.store.factors(ada.id).await.unwrap().unwrap().last_step, Some(103));
    assert!(h.value("SELECT last_used_at FROM user_2fa_settings").await.is_some());
}

async fn a_backup_code_is_spent_once(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let spend = async |code: &str| h.spend(&view, Spend::BackupCode(code.to_owned())).await;
    assert!(!spend("four").await);
    assert_eq!(h.heard.take(), []);
    assert!(spend("two").await);
    assert_eq!(h.heard.take(), [Invalidation::User(ada.id), Invalidation::Session(view.session.id)]);
    assert!(!spend("two").await);
    assert_eq!(h.store.factors(ada.id).await.unwrap().unwrap().backup_codes, ["one", "three"]);
    let view = h.store.session(&view.session.token).await.unwrap().unwrap();
    assert_eq!(view.factors.backup_codes_left, 2);
}

async fn unlocking_resets_both_counters(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    for factor in [SecondFactor::Totp, SecondFactor::Backup] {
        for _ in 0..4 {
            h.guess(&view, factor).await;
        }
    }
    assert!(h.store.unlock(ada.id).await.unwrap());
    for factor in [SecondFactor::Totp, SecondFactor::Backup] {
        assert_eq!(h.failures(&view, factor).await, 1);
    }
}

async fn attempts_are_logged_where_administrators_look(h: &Harness) {
    let (ada, _) = h.sign_in("ada").await;
    let mut attempt = h.attempt(ada.id, SecondFactor::Backup, false);
    attempt.caller.user_agent = Some("Fire\0Fuchs ü".to_owned());
    h.store.record_attempt(&attempt).await.unwrap();
    let found = h
        .value(
            "SELECT attempt_type || ' ' || user_agent FROM user_2fa_attempts \
             WHERE success = false AND ip_address = '192.0.2.7'",
        )
        .await;
    assert_eq!(found.as_deref(), Some("backup FireFuchs ü"));
}
