//! Key material, sealed.

use async_trait::async_trait;
use postern_model::signing_key::StoredSigningKey;
use postern_model::store::{KeyStore, StoreError};
use rusqlite::{Connection, params};

use super::SqliteStore;
use super::connection::{End, all, first, run};
use super::error::Failure;
use super::times;
use crate::rows::{self, SIGNING_KEY};

const SENTINEL: &str = "key_sentinel";

#[async_trait]
impl KeyStore for SqliteStore {
    async fn sentinel(&self, candidate: &str) -> Result<String, StoreError> {
        let candidate = candidate.to_owned();
        self.write(move |db| {
            let sql = "INSERT INTO postern_meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING";
            run(db, sql, params![SENTINEL, candidate])?;
            let sql = "SELECT value FROM postern_meta WHERE key = ?1";
            let stored = first(db, sql, [SENTINEL], |columns| rows::meta_value(columns, SENTINEL))?;
            Ok(End::Commit(stored.unwrap_or(candidate), Vec::new()))
        })
        .await
    }

    async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError> {
        self.read(newest_first).await
    }

    async fn ensure_signing_key(&self, key: &StoredSigningKey) -> Result<Vec<StoredSigningKey>, StoreError> {
        let key = key.clone();
        let sql = "INSERT INTO postern_signing_keys (kid, algorithm, sealed_private, created_at) \
                   SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM postern_signing_keys)";
        self.write(move |db| {
            run(db, sql, params![key.kid, key.algorithm, key.sealed_private, times::write(key.created_at)])?;
            Ok(End::Commit(newest_first(db)?, Vec::new()))
        })
        .await
    }
}

fn newest_first(db: &Connection) -> Result<Vec<StoredSigningKey>, Failure> {
    let sql = format!("SELECT {SIGNING_KEY} FROM postern_signing_keys ORDER BY created_at DESC, kid");
    all(db, &sql, [], rows::signing_key)
}
