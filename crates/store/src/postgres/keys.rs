//! Key material that all replicas share, sealed.

use async_trait::async_trait;
use postern_model::invalidation::Invalidation;
use postern_model::signing_key::StoredSigningKey;
use postern_model::store::{KeyStore, StoreError};
use tokio_postgres::Row;

use super::pool::Db;
use super::values::{Moment, PgColumns};
use super::{PostgresStore, clock};
use crate::rows::{self, SIGNING_KEY};
use crate::schema::{PEPPER, SENTINEL};

/// Serialises transactions that add keys; readers do not wait.
const LOCK: &str = "LOCK TABLE postern.signing_keys IN SHARE ROW EXCLUSIVE MODE";

#[async_trait]
impl KeyStore for PostgresStore {
    async fn sentinel(&self, candidate: &str) -> Result<String, StoreError> {
        let mut db = self.db().await?;
        let sql = "INSERT INTO postern.meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
        db.run(sql, &[&SENTINEL, &candidate]).await?;
        let row = db.row("SELECT value FROM postern.meta WHERE key = $1", &[&SENTINEL]).await?;
        let row = row.ok_or_else(|| StoreError::Refused("the key sentinel was deleted meanwhile".to_owned()))?;
        rows::meta_value(&mut PgColumns::new(&row), SENTINEL)
    }

    async fn reseal_sentinel(&self, from: &str, to: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE postern.meta SET value = $3 WHERE key = $1 AND value = $2";
        Ok(self.db().await?.run(sql, &[&SENTINEL, &from, &to]).await? > 0)
    }

    async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError> {
        read(&self.db().await?.rows(&newest_first(), &[]).await?)
    }

    async fn ensure_signing_key(&self, key: &StoredSigningKey) -> Result<Vec<StoredSigningKey>, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        db.run(LOCK, &[]).await?;
        let mut keys = read(&db.rows(&newest_first(), &[]).await?)?;
        if keys.is_empty() {
            clock::check(self, &mut db).await?;
            insert(&mut db, key).await?;
            keys = read(&db.rows(&newest_first(), &[]).await?)?;
        }
        db.commit(&[]).await?;
        Ok(keys)
    }

    async fn add_signing_key(
        &self,
        key: &StoredSigningKey,
        after: &str,
        revoke: &[String],
    ) -> Result<bool, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        db.run(LOCK, &[]).await?;
        let keys = read(&db.rows(&newest_first(), &[]).await?)?;
        if keys.first().is_none_or(|newest| newest.kid != after) {
            db.rollback().await?;
            return Ok(false);
        }
        // A key dated in the future would not sign, and would block every later one.
        clock::check(self, &mut db).await?;
        insert(&mut db, key).await?;
        let sql = "UPDATE postern.signing_keys SET revoked_at = $2 WHERE kid = ANY($1::text[]) AND revoked_at IS NULL";
        db.run(sql, &[&revoke, &Moment(key.created_at)]).await?;
        db.commit(&[Invalidation::SigningKeys]).await?;
        Ok(true)
    }

    async fn reseal_signing_key(&self, kid: &str, from: &str, to: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE postern.signing_keys SET sealed_private = $3 WHERE kid = $1 AND sealed_private = $2";
        Ok(self.db().await?.run(sql, &[&kid, &from, &to]).await? > 0)
    }

    async fn forget_signing_keys(&self, kids: &[String]) -> Result<u64, StoreError> {
        self.db()
            .await?
            .run("DELETE FROM postern.signing_keys WHERE kid = ANY($1::text[])", &[&kids])
            .await
            .map_err(Into::into)
    }

    async fn peppers(&self) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT key, value FROM postern.meta WHERE starts_with(key, $1) ORDER BY key";
        let rows = self.db().await?.rows(sql, &[&PEPPER]).await?;
        rows.iter().map(|row| rows::meta_row(&mut PgColumns::new(row), PEPPER)).collect()
    }

    async fn put_pepper(&self, master: &str, sealed: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO postern.meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2";
        self.db().await?.run(sql, &[&format!("{PEPPER}{master}"), &sealed]).await?;
        Ok(())
    }
}

async fn insert(db: &mut Db<'_>, key: &StoredSigningKey) -> Result<(), StoreError> {
    let sql = "INSERT INTO postern.signing_keys (kid, algorithm, sealed_private, created_at, signs_from) \
               VALUES ($1, $2, $3, $4, $5)";
    let (created, signs_from) = (Moment(key.created_at), Moment(key.signs_from));
    db.run(sql, &[&key.kid, &key.algorithm, &key.sealed_private, &created, &signs_from]).await?;
    Ok(())
}

fn newest_first() -> String {
    format!(
        "SELECT {SIGNING_KEY} FROM postern.signing_keys \
         ORDER BY coalesce(signs_from, created_at) DESC, created_at DESC, kid COLLATE \"C\" DESC"
    )
}

fn read(rows: &[Row]) -> Result<Vec<StoredSigningKey>, StoreError> {
    rows::readable(rows.iter().map(|row| rows::signing_key(&mut PgColumns::new(row))))
}
