use std::time::Duration;

use postern_model::invalidation::Invalidation;
use postern_model::signing_key::{StoredSigningKey, newest};

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    the_first_sentinel_stays,
    the_first_signing_key_wins_among_replicas_that_start_together,
    signing_keys_are_listed_newest_first,
    one_of_many_replicas_adds_the_next_key,
    the_keys_named_are_revoked_with_the_new_one,
    a_key_that_is_of_no_use_is_forgotten,
    a_record_is_resealed_only_if_it_is_still_what_was_read,
    peppers_are_kept_by_master_key,
);

fn key(kid: &str, seconds: u64) -> StoredSigningKey {
    StoredSigningKey {
        kid: kid.to_owned(),
        algorithm: "ES256".to_owned(),
        sealed_private: format!("sealed {kid}"),
        created_at: NOW.after(Duration::from_secs(seconds)),
        signs_from: NOW.after(Duration::from_secs(seconds)),
        revoked_at: None,
    }
}

async fn the_first_sentinel_stays(h: &Harness) {
    assert_eq!(h.store.sentinel("first").await.unwrap(), "first");
    assert_eq!(h.other.sentinel("second").await.unwrap(), "first");
}

async fn the_first_signing_key_wins_among_replicas_that_start_together(h: &Harness) {
    assert_eq!(h.store.signing_keys().await.unwrap(), []);
    let starts = (0..8).map(|n| {
        let store = if n % 2 == 0 { h.store.clone() } else { h.other.clone() };
        tokio::spawn(async move { store.ensure_signing_key(&key(&format!("k{n}"), n)).await.unwrap() })
    });
    let starts: Vec<_> = starts.collect();
    let mut answers = Vec::new();
    for start in starts {
        answers.push(start.await.unwrap());
    }
    assert_eq!(answers[0].len(), 1);
    assert!(answers.iter().all(|keys| *keys == answers[0]), "{answers:?}");
    assert_eq!(h.store.signing_keys().await.unwrap(), answers[0]);
}

async fn signing_keys_are_listed_newest_first(h: &Harness) {
    h.store.ensure_signing_key(&key("old", 0)).await.unwrap();
    let table = h.table("signing_keys");
    // As a version wrote it that knew no rotation.
    h.sql(&format!(
        "INSERT INTO {table} (kid, algorithm, sealed_private, created_at) \
         VALUES ('new', 'ES256', 'sealed', '2030-01-01 00:00:00')"
    ))
    .await;
    let next = StoredSigningKey { signs_from: NOW.after(Duration::from_secs(1_000_000_000)), ..key("next", 1) };
    assert!(h.store.add_signing_key(&next, "new", &[]).await.unwrap());
    let keys = h.store.signing_keys().await.unwrap();
    let kids: Vec<_> = keys.iter().map(|key| key.kid.as_str()).collect();
    assert_eq!(kids, ["next", "new", "old"]);
    assert_eq!(newest(&keys), keys.first());
    assert_eq!((keys[0].clone(), keys[1].signs_from), (next, keys[1].created_at));
}

async fn one_of_many_replicas_adds_the_next_key(h: &Harness) {
    h.store.ensure_signing_key(&key("first", 0)).await.unwrap();
    h.heard.take();
    let tries = (1..9).map(|n| {
        let store = if n % 2 == 0 { h.store.clone() } else { h.other.clone() };
        tokio::spawn(async move { store.add_signing_key(&key(&format!("k{n}"), n), "first", &[]).await.unwrap() })
    });
    let tries: Vec<_> = tries.collect();
    let mut added = 0;
    for one in tries {
        added += u32::from(one.await.unwrap());
    }
    assert_eq!(added, 1);
    assert_eq!(h.store.signing_keys().await.unwrap().len(), 2);
    let newest = h.other.signing_keys().await.unwrap()[0].kid.clone();
    assert!(h.store.add_signing_key(&key("later", 20), &newest, &[]).await.unwrap());
    assert!(h.heard.take().contains(&Invalidation::SigningKeys));
}

async fn the_keys_named_are_revoked_with_the_new_one(h: &Harness) {
    h.store.ensure_signing_key(&key("leaked", 0)).await.unwrap();
    let leaked = ["leaked".to_owned()];
    assert!(!h.store.add_signing_key(&key("new", 5), "another", &leaked).await.unwrap());
    assert_eq!(h.store.signing_keys().await.unwrap()[0].revoked_at, None);
    assert!(h.store.add_signing_key(&key("new", 5), "leaked", &leaked).await.unwrap());
    assert!(h.store.add_signing_key(&key("newer", 9), "new", &leaked).await.unwrap());
    let keys = h.store.signing_keys().await.unwrap();
    let revoked: Vec<_> = keys.iter().map(|key| (key.kid.as_str(), key.revoked_at)).collect();
    assert_eq!(revoked, [("newer", None), ("new", None), ("leaked", Some(NOW.after(Duration::from_secs(5))))]);
}

async fn a_key_that_is_of_no_use_is_forgotten(h: &Harness) {
    h.store.ensure_signing_key(&key("old", 0)).await.unwrap();
    h.store.add_signing_key(&key("new", 1), "old", &[]).await.unwrap();
    assert_eq!(h.store.forget_signing_keys(&["old".to_owned(), "unknown".to_owned()]).await.unwrap(), 1);
    assert_eq!(h.other.signing_keys().await.unwrap(), [key("new", 1)]);
}

async fn a_record_is_resealed_only_if_it_is_still_what_was_read(h: &Harness) {
    h.store.ensure_signing_key(&key("k", 0)).await.unwrap();
    assert!(!h.store.reseal_signing_key("k", "something else", "new").await.unwrap());
    assert!(h.store.reseal_signing_key("k", "sealed k", "new").await.unwrap());
    assert_eq!(h.other.signing_keys().await.unwrap()[0].sealed_private, "new");
    h.store.sentinel("first").await.unwrap();
    assert!(!h.store.reseal_sentinel("other", "second").await.unwrap());
    assert!(h.store.reseal_sentinel("first", "second").await.unwrap());
    assert_eq!(h.other.sentinel("third").await.unwrap(), "second");
}

async fn peppers_are_kept_by_master_key(h: &Harness) {
    h.store.sentinel("first").await.unwrap();
    assert_eq!(h.store.peppers().await.unwrap(), []);
    for (master, sealed) in [("aa", "1"), ("bb", "2"), ("aa", "3")] {
        h.store.put_pepper(master, sealed).await.unwrap();
    }
    let pair = |master: &str, sealed: &str| (master.to_owned(), sealed.to_owned());
    assert_eq!(h.other.peppers().await.unwrap(), [pair("aa", "3"), pair("bb", "2")]);
}
