//! Key material, sealed.

use async_trait::async_trait;
use postern_model::invalidation::Invalidation;
use postern_model::signing_key::StoredSigningKey;
use postern_model::store::{KeyStore, StoreError};
use rusqlite::{Connection, params};

use super::SqliteStore;
use super::connection::{End, all, first, readable, run};
use super::error::Failure;
use super::times;
use crate::rows::{self, SIGNING_KEY};
use crate::schema::{PEPPER, SENTINEL};

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

    async fn reseal_sentinel(&self, from: &str, to: &str) -> Result<bool, StoreError> {
        let (from, to) = (from.to_owned(), to.to_owned());
        let sql = "UPDATE postern_meta SET value = ?3 WHERE key = ?1 AND value = ?2";
        self.write(move |db| Ok(End::Commit(run(db, sql, params![SENTINEL, from, to])? > 0, Vec::new()))).await
    }

    async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError> {
        self.read(newest_first).await
    }

    async fn ensure_signing_key(&self, key: &StoredSigningKey) -> Result<Vec<StoredSigningKey>, StoreError> {
        let key = key.clone();
        self.write(move |db| {
            if newest_first(db)?.is_empty() {
                insert(db, &key)?;
            }
            Ok(End::Commit(newest_first(db)?, Vec::new()))
        })
        .await
    }

    async fn add_signing_key(
        &self,
        key: &StoredSigningKey,
        after: &str,
        revoke: &[String],
    ) -> Result<bool, StoreError> {
        let (key, after, revoke) = (key.clone(), after.to_owned(), revoke.to_vec());
        self.write(move |db| {
            if newest_first(db)?.first().is_none_or(|newest| newest.kid != after) {
                return Ok(End::Nothing(false));
            }
            insert(db, &key)?;
            let sql = "UPDATE postern_signing_keys SET revoked_at = ?2 WHERE kid = ?1 AND revoked_at IS NULL";
            for kid in &revoke {
                run(db, sql, params![kid, times::write(key.created_at)])?;
            }
            Ok(End::Commit(true, vec![Invalidation::SigningKeys]))
        })
        .await
    }

    async fn reseal_signing_key(&self, kid: &str, from: &str, to: &str) -> Result<bool, StoreError> {
        let (kid, from, to) = (kid.to_owned(), from.to_owned(), to.to_owned());
        let sql = "UPDATE postern_signing_keys SET sealed_private = ?3 WHERE kid = ?1 AND sealed_private = ?2";
        self.write(move |db| Ok(End::Commit(run(db, sql, params![kid, from, to])? > 0, Vec::new()))).await
    }

    async fn forget_signing_keys(&self, kids: &[String]) -> Result<u64, StoreError> {
        let kids = kids.to_vec();
        self.write(move |db| {
            let mut gone = 0;
            for kid in &kids {
                gone += run(db, "DELETE FROM postern_signing_keys WHERE kid = ?1", [kid])? as u64;
            }
            Ok(End::Commit(gone, Vec::new()))
        })
        .await
    }

    async fn peppers(&self) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT key, value FROM postern_meta WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key";
        self.read(move |db| all(db, sql, [PEPPER], |columns| rows::meta_row(columns, PEPPER))).await
    }

    async fn put_pepper(&self, master: &str, sealed: &str) -> Result<(), StoreError> {
        let (key, sealed) = (format!("{PEPPER}{master}"), sealed.to_owned());
        let sql = "INSERT INTO postern_meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";
        self.write(move |db| {
            run(db, sql, params![key, sealed])?;
            Ok(End::Commit((), Vec::new()))
        })
        .await
    }
}

fn insert(db: &Connection, key: &StoredSigningKey) -> Result<(), Failure> {
    let sql = "INSERT INTO postern_signing_keys (kid, algorithm, sealed_private, created_at, signs_from) \
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let (created, signs_from) = (times::write(key.created_at), times::write(key.signs_from));
    run(db, sql, params![key.kid, key.algorithm, key.sealed_private, created, signs_from])?;
    Ok(())
}

fn newest_first(db: &Connection) -> Result<Vec<StoredSigningKey>, Failure> {
    let sql = format!(
        "SELECT {SIGNING_KEY} FROM postern_signing_keys \
         ORDER BY coalesce(signs_from, created_at) DESC, created_at DESC, kid DESC"
    );
    readable(db, &sql, [], rows::signing_key)
}
