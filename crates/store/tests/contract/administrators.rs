use postern_model::attempt::Settled;
use postern_model::factor::{Factors, SecondFactor, Spend};
use postern_model::lockout::Refused;

use crate::harness::{Harness, OPEN, done, on_both_stores};

on_both_stores!(
    requiring_a_second_factor_by_hand_is_seen,
    resetting_the_counter_by_hand_unlocks,
    locking_by_hand_locks,
    a_user_without_is_active_is_active,
    nulls_in_the_guide_s_columns_mean_nothing_happened_yet,
    removing_the_settings_by_hand_removes_the_factor,
    deleting_a_user_by_hand_ends_their_sessions,
    switching_a_user_off_by_hand_ends_their_sessions_for_good,
    a_second_factor_counts_only_with_the_authenticator_that_proved_it,
);

async fn requiring_a_second_factor_by_hand_is_seen(h: &Harness) {
    let (_, session) = h.sign_in("ada").await;
    h.sql(
        "UPDATE users SET requires_2fa = true, twofa_enforced_at = CURRENT_TIMESTAMP \
         WHERE email IN ('ada@example.com')",
    )
    .await;
    let user = h.store.session(&session.token).await.unwrap().unwrap().user;
    assert!(user.requires_second_factor && user.enforced_at.is_some());
}

async fn resetting_the_counter_by_hand_unlocks(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    for _ in 0..4 {
        h.guess(&view, SecondFactor::Totp).await;
    }
    h.sql(&format!(
        "UPDATE user_2fa_settings SET failed_attempts = 0, locked_until = NULL WHERE user_id = '{}'",
        ada.id
    ))
    .await;
    assert_eq!(h.failures(&view, SecondFactor::Totp).await, 1);
}

async fn locking_by_hand_locks(h: &Harness) {
    let (_, view) = h.enrolled("ada").await;
    h.sql("UPDATE user_2fa_settings SET locked_until = '2099-01-01 00:00:00'").await;
    let until = postern_model::clock::Timestamp::from_secs(4_070_908_800);
    assert_eq!(h.guess(&view, SecondFactor::Totp).await, Settled::Refused(Refused::Locked { until }));
}

async fn a_user_without_is_active_is_active(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    h.sql("UPDATE users SET is_active = NULL, requires_2fa = NULL").await;
    let user = h.store.session(&session.token).await.unwrap().unwrap().user;
    assert!(user.is_active && !user.requires_second_factor);
    h.sign_in("ada").await;
    h.sql("UPDATE users SET is_active = false").await;
    assert!(!h.store.user(ada.id).await.unwrap().unwrap().is_active);
}

async fn nulls_in_the_guide_s_columns_mean_nothing_happened_yet(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    h.sql(
        "UPDATE user_2fa_settings SET failed_attempts = NULL, locked_until = NULL, backup_codes = NULL, \
         totp_last_step = NULL, backup_failed_attempts = NULL",
    )
    .await;
    let seen = h.store.session(&view.session.token).await.unwrap().unwrap();
    assert_eq!(seen.factors, Factors { enabled: true, totp: true, email: false, sms: false, backup_codes_left: 0 });
    let stored = h.store.factors(ada.id).await.unwrap().unwrap();
    assert_eq!((stored.last_step, stored.backup_codes.len()), (None, 0));
    for factor in [SecondFactor::Totp, SecondFactor::Backup] {
        assert_eq!(h.failures(&view, factor).await, 1);
    }
    assert!(h.store.reseal(ada.id, &stored, &stored).await.unwrap());
    assert!(h.spend(&view, Spend::Step(1)).await);
    h.sql("UPDATE user_2fa_settings SET is_enabled = NULL").await;
    assert_eq!(h.store.factors(ada.id).await.unwrap(), None);
    h.sql("UPDATE user_2fa_settings SET is_enabled = true, totp_secret = NULL").await;
    assert!(h.store.factors(ada.id).await.is_err());
    // Not a session without a factor: that would open the account with one. See `corrupt`.
    assert!(h.store.session(&view.session.token).await.is_err());
}

async fn removing_the_settings_by_hand_removes_the_factor(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    h.sql(&format!("DELETE FROM user_2fa_settings WHERE user_id = '{}'", ada.id)).await;
    let seen = h.store.session(&view.session.token).await.unwrap().unwrap();
    assert!(!seen.factors.enrolled());
}

async fn deleting_a_user_by_hand_ends_their_sessions(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let on = if h.is_postgres() { "" } else { "PRAGMA foreign_keys = ON; " };
    h.sql(&format!("{on}DELETE FROM users WHERE id = '{}'", ada.id)).await;
    assert_eq!(h.store.session(&view.session.token).await.unwrap(), None);
    assert_eq!(h.store.factors(ada.id).await.unwrap(), None);
}

async fn switching_a_user_off_by_hand_ends_their_sessions_for_good(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    let (_, bob) = h.sign_in("bob").await;
    h.sql(&format!("UPDATE users SET is_active = false WHERE id = '{}'", ada.id)).await;
    h.sql(&format!("UPDATE users SET is_active = true WHERE id = '{}'", ada.id)).await;
    assert_eq!(h.store.session(&view.session.token).await.unwrap(), None, "the account begins again");
    assert!(h.store.session(&bob.token).await.unwrap().is_some());
}

async fn a_second_factor_counts_only_with_the_authenticator_that_proved_it(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    assert!(h.store.session(&view.session.token).await.unwrap().unwrap().session.second_factor.is_some());
    h.sql(&format!("DELETE FROM user_2fa_settings WHERE user_id = '{}'", ada.id)).await;
    let (_, session) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    let later = done(h.store.commit_enrolment(&h.commit(&pending, &session)).await.unwrap());
    assert!(later.session.second_factor.is_some());
    let seen = h.store.session(&view.session.token).await.unwrap().unwrap();
    assert_eq!(seen.session.second_factor, None, "verified with the authenticator that is gone");
    // Another way to lose it: the guide's backend switches it off and on for a new one in the same row.
    h.sql("UPDATE user_2fa_settings SET is_enabled = false").await;
    let (_, session) = h.sign_in("ada").await;
    let pending = h.pending(&session, ada.id);
    h.store.begin_enrolment(&pending, &OPEN).await.unwrap();
    done(h.store.commit_enrolment(&h.commit(&pending, &session)).await.unwrap());
    let seen = h.store.session(&later.session.token).await.unwrap().unwrap();
    assert_eq!(seen.session.second_factor, None);
}
