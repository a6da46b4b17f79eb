//! Key material that all replicas share, sealed.

use async_trait::async_trait;
use postern_model::signing_key::StoredSigningKey;
use postern_model::store::{KeyStore, StoreError};
use tokio_postgres::Row;

use super::PostgresStore;
use super::values::{Moment, PgColumns};
use crate::rows::{self, SIGNING_KEY};

const SENTINEL: &str = "key_sentinel";

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

    async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError> {
        read(&self.db().await?.rows(&newest_first(), &[]).await?)
    }

    async fn ensure_signing_key(&self, key: &StoredSigningKey) -> Result<Vec<StoredSigningKey>, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        // Replicas that start together go one after the other; readers are not held up.
        db.run("LOCK TABLE postern.signing_keys IN SHARE ROW EXCLUSIVE MODE", &[]).await?;
        let sql = "INSERT INTO postern.signing_keys (kid, algorithm, sealed_private, created_at) \
                   SELECT $1::text, $2::text, $3::text, $4::timestamp \
                   WHERE NOT EXISTS (SELECT 1 FROM postern.signing_keys)";
        db.run(sql, &[&key.kid, &key.algorithm, &key.sealed_private, &Moment(key.created_at)]).await?;
        let keys = read(&db.rows(&newest_first(), &[]).await?)?;
        db.commit(&[]).await?;
        Ok(keys)
    }
}

fn newest_first() -> String {
    format!("SELECT {SIGNING_KEY} FROM postern.signing_keys ORDER BY created_at DESC, kid")
}

fn read(rows: &[Row]) -> Result<Vec<StoredSigningKey>, StoreError> {
    rows.iter().map(|row| rows::signing_key(&mut PgColumns::new(row))).collect()
}
