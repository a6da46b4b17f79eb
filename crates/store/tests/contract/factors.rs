use postern_model::attempt::{Action, Settled, Submission};
use postern_model::factor::{SecondFactor, Spend, StoredFactors};
use postern_model::invalidation::Invalidation;
use postern_model::replay::{CODES_LIFETIME, FreshCodes};
use postern_model::session::SessionView;

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    new_backup_codes_replace_the_old_ones_and_reset_their_counter,
    resealing_replaces_what_is_still_the_same_and_nothing_else,
    all_factors_are_listed_for_resealing,
);

async fn new_backup_codes_replace_the_old_ones_and_reset_their_counter(h: &Harness) {
    let (ada, view) = h.enrolled("ada").await;
    assert_eq!(h.failures(&view, SecondFactor::Backup).await, 1);
    let fresh = ["four", "fünf \"'"].map(str::to_owned);
    let replacement = |view: &SessionView| {
        let (session, expires_at) = (view.session.id, NOW.after(CODES_LIFETIME));
        let shown = FreshCodes { session, sealed: "sealed codes".to_owned(), expires_at };
        let action = Action::ReplaceBackupCodes { digests: fresh.to_vec(), shown };
        Submission { action, ..h.submission(view, SecondFactor::Totp, Some(Spend::Step(101))) }
    };
    let settled = h.store.settle(&replacement(&view)).await.unwrap();
    let Settled::Right(after) = settled else { panic!("{settled:?}") };
    assert_eq!(h.heard.take(), [Invalidation::Token(view.session.token), Invalidation::User(ada.id)]);
    let stored = h.store.factors(ada.id).await.unwrap().unwrap();
    assert_eq!((stored.backup_codes.as_slice(), stored.last_step), (fresh.as_slice(), Some(101)));
    assert_eq!(h.failures(&after, SecondFactor::Backup).await, 1);

    let (_, session) = h.sign_in("bob").await;
    let bob = h.store.session(&session.token).await.unwrap().unwrap();
    assert_eq!(h.store.settle(&replacement(&bob)).await.unwrap(), Settled::NotEnrolled);
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
