use std::time::Duration;

use postern_model::id::UserId;
use postern_model::kept_post::{KEPT_MAX, KeptPost, LIFETIME};

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    a_kept_form_is_found_until_it_is_forgotten_once,
    a_kept_form_expires_and_is_deleted,
    a_user_has_a_bounded_number_of_forms,
    many_forms_of_one_user_at_once_stay_within_the_bound,
    many_who_forget_a_form_at_once_are_one,
    forms_go_with_their_user_and_are_kept_of_none_who_is_unknown,
);

pub(crate) fn kept(h: &Harness, user: UserId) -> KeptPost {
    KeptPost { id: h.token(), user, sealed: "sealed ü".to_owned(), expires_at: NOW.after(LIFETIME) }
}

async fn a_kept_form_is_found_until_it_is_forgotten_once(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let (one, two) = (kept(h, ada.id), kept(h, ada.id));
    assert!(h.store.keep_post(&one, NOW).await.unwrap() && h.store.keep_post(&two, NOW).await.unwrap());
    assert_eq!(h.other.kept_post(&one.id, NOW).await.unwrap(), Some(one.clone()));
    assert_eq!(h.store.kept_post(&session.token, NOW).await.unwrap(), None);
    assert!(h.other.forget_post(&one.id).await.unwrap());
    assert!(!h.store.forget_post(&one.id).await.unwrap());
    assert_eq!(h.store.kept_post(&one.id, NOW).await.unwrap(), None);
    assert_eq!(h.store.kept_post(&two.id, NOW).await.unwrap(), Some(two));
}

async fn a_kept_form_expires_and_is_deleted(h: &Harness) {
    let (ada, _) = h.sign_in("ada").await;
    let (old, end) = (kept(h, ada.id), NOW.after(LIFETIME));
    assert!(h.store.keep_post(&old, NOW).await.unwrap());
    assert!(h.store.kept_post(&old.id, end.before(Duration::from_secs(1))).await.unwrap().is_some());
    assert_eq!(h.store.kept_post(&old.id, end).await.unwrap(), None);
    let next = KeptPost { expires_at: end.after(LIFETIME), ..kept(h, ada.id) };
    assert!(h.store.keep_post(&next, end).await.unwrap());
    assert_eq!(h.count("kept_posts").await, "1", "the next one takes the place of those that expired");
    h.store.delete_expired(NOW.before(LIFETIME), NOW.before(LIFETIME), next.expires_at).await.unwrap();
    assert_eq!(h.count("kept_posts").await, "0");
}

async fn a_user_has_a_bounded_number_of_forms(h: &Harness) {
    let ((ada, _), (bob, _)) = (h.sign_in("ada").await, h.sign_in("bob").await);
    let mut first = None;
    for _ in 0..KEPT_MAX {
        let form = kept(h, ada.id);
        assert!(h.store.keep_post(&form, NOW).await.unwrap());
        first.get_or_insert(form);
    }
    let further = kept(h, ada.id);
    assert!(!h.store.keep_post(&further, NOW).await.unwrap());
    assert_eq!(h.store.kept_post(&further.id, NOW).await.unwrap(), None);
    assert!(h.store.keep_post(&kept(h, bob.id), NOW).await.unwrap(), "others are not held up");
    assert!(h.store.forget_post(&first.unwrap().id).await.unwrap());
    assert!(h.store.keep_post(&further, NOW).await.unwrap());
    let later = KeptPost { expires_at: NOW.after(2 * LIFETIME), ..kept(h, ada.id) };
    assert!(h.store.keep_post(&later, NOW.after(LIFETIME)).await.unwrap(), "those that expired do not count");
}

async fn many_forms_of_one_user_at_once_stay_within_the_bound(h: &Harness) {
    let (ada, _) = h.sign_in("ada").await;
    let mut tries = tokio::task::JoinSet::new();
    for index in 0..KEPT_MAX + 2 {
        let store = if index % 2 == 0 { h.store.clone() } else { h.other.clone() };
        let form = kept(h, ada.id);
        tries.spawn(async move { store.keep_post(&form, NOW).await.unwrap() });
    }
    let stored = tries.join_all().await.into_iter().filter(|stored| *stored).count();
    assert_eq!((stored.to_string(), h.count("kept_posts").await), (KEPT_MAX.to_string(), KEPT_MAX.to_string()));
}

async fn many_who_forget_a_form_at_once_are_one(h: &Harness) {
    let (ada, _) = h.sign_in("ada").await;
    let form = kept(h, ada.id);
    assert!(h.store.keep_post(&form, NOW).await.unwrap());
    let mut tries = tokio::task::JoinSet::new();
    for index in 0..10 {
        let store = if index % 2 == 0 { h.store.clone() } else { h.other.clone() };
        tries.spawn(async move { store.forget_post(&form.id).await.unwrap() });
    }
    assert_eq!(tries.join_all().await.into_iter().filter(|forgotten| *forgotten).count(), 1);
}

async fn forms_go_with_their_user_and_are_kept_of_none_who_is_unknown(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    assert!(!h.store.keep_post(&kept(h, UserId(session.id.0)), NOW).await.unwrap());
    let form = kept(h, ada.id);
    assert!(h.store.keep_post(&form, NOW).await.unwrap());
    // Signing out ends no form: the person may come back and send it.
    assert!(h.store.end_session(ada.id, session.id).await.unwrap());
    assert!(h.store.kept_post(&form.id, NOW).await.unwrap().is_some());
    h.sql(&format!("DELETE FROM users WHERE id = '{}'", ada.id)).await;
    assert_eq!(h.store.kept_post(&form.id, NOW).await.unwrap(), None);
}
