use std::time::Duration;

use postern_model::signing_key::StoredSigningKey;

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    the_first_sentinel_stays,
    the_first_signing_key_wins_among_replicas_that_start_together,
    signing_keys_are_listed_newest_first,
);

fn key(kid: &str, seconds: u64) -> StoredSigningKey {
    StoredSigningKey {
        kid: kid.to_owned(),
        algorithm: "ES256".to_owned(),
        sealed_private: format!("sealed {kid}"),
        created_at: NOW.after(Duration::from_secs(seconds)),
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
    h.sql(&format!("INSERT INTO {table} VALUES ('new', 'ES256', 'sealed', '2030-01-01 00:00:00')")).await;
    let kids: Vec<_> = h.store.signing_keys().await.unwrap().into_iter().map(|key| key.kid).collect();
    assert_eq!(kids, ["new", "old"]);
}
