use postern_model::attempt::Reservation;
use postern_model::factor::{SecondFactor, StoredFactors};
use postern_model::invalidation::Invalidation;

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    new_backup_codes_replace_the_old_ones_and_reset_their_counter,
    resealing_replaces_what_is_still_the_same_and_nothing_else,
    all_factors_are_listed_for_resealing,
);

async fn new_backup_codes_replace_the_old_ones_and_reset_their_counter(h: &Harness) {
    let (ada, _) = h.enrolled("ada").await;
    h.store.reserve_attempt(ada.id, SecondFactor::Backup, NOW).await.unwrap();
    let fresh = ["four", "fünf \"'"].map(str::to_owned);
    assert!(h.store.replace_backup_codes(ada.id, &fresh, NOW).await.unwrap());
    assert_eq!(h.heard.take(), [Invalidation::User(ada.id)]);
    let stored = h.store.factors(ada.id).await.unwrap().unwrap();
    assert_eq!((stored.backup_codes.as_slice(), stored.last_step), (fresh.as_slice(), Some(100)));
    let next = h.store.reserve_attempt(ada.id, SecondFactor::Backup, NOW).await.unwrap();
    assert!(matches!(next, Reservation::Granted(state) if state.failures == 1), "{next:?}");

    let (bob, _) = h.sign_in("bob").await;
    assert!(!h.store.replace_backup_codes(bob.id, &fresh, NOW).await.unwrap());
}

async fn resealing_replaces_what_is_still_the_same_and_nothing_else(h: &Harness) {
    let (ada, _) = h.enrolled("ada").await;
    let from = h.store.factors(ada.id).await.unwrap().unwrap();
    let to = StoredFactors {
        totp_secret: "resealed".to_owned(),
        backup_codes: from.backup_codes.iter().map(|code| format!("{code}!")).collect(),
        last_step: None,
    };
    assert!(h.store.reseal(ada.id, &from, &to).await.unwrap());
    let stored = h.store.factors(ada.id).await.unwrap().unwrap();
    assert_eq!((&stored.totp_secret, &stored.backup_codes), (&to.totp_secret, &to.backup_codes));
    assert_eq!(stored.last_step, Some(100), "a spent step stays spent");
    assert!(!h.store.reseal(ada.id, &from, &to).await.unwrap(), "what changed meanwhile is left alone");
    let other = StoredFactors { totp_secret: "another".to_owned(), ..stored.clone() };
    assert!(!h.store.reseal(ada.id, &other, &to).await.unwrap(), "an authenticator that was replaced stays");
    let fewer = StoredFactors { backup_codes: vec!["one!".to_owned()], ..stored };
    assert!(!h.store.reseal(ada.id, &fewer, &to).await.unwrap(), "a code that was spent meanwhile does not come back");
    let after = h.store.factors(ada.id).await.unwrap().unwrap();
    assert_eq!((after.totp_secret, after.backup_codes), (to.totp_secret, to.backup_codes), "refused means unchanged");
}

async fn all_factors_are_listed_for_resealing(h: &Harness) {
    assert_eq!(h.store.all_factors().await.unwrap(), []);
    let (ada, _) = h.enrolled("ada").await;
    let (bob, _) = h.enrolled("bob").await;
    h.sign_in("carol").await;
    let mut listed: Vec<_> = h.store.all_factors().await.unwrap().into_iter().map(|(user, _)| user).collect();
    let mut expected = vec![ada.id, bob.id];
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
}
