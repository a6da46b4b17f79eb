//! Kept forms.

use async_trait::async_trait;
use postern_model::clock::Timestamp;
use postern_model::kept_post::{KEPT_MAX, KeptPost, KeptPostStore};
use postern_model::session::TokenHash;
use postern_model::store::StoreError;
use rusqlite::{Connection, params};

use super::SqliteStore;
use super::connection::{End, first, run};
use super::error::Failure;
use super::times;
use crate::rows::kept_posts::{KEPT_POST, kept_post};

#[async_trait]
impl KeptPostStore for SqliteStore {
    async fn keep_post(&self, kept: &KeptPost, now: Timestamp) -> Result<bool, StoreError> {
        let kept = kept.clone();
        self.write(move |db| Ok(End::Commit(keep(db, &kept, now)?, Vec::new()))).await
    }

    async fn kept_post(&self, id: &TokenHash, now: Timestamp) -> Result<Option<KeptPost>, StoreError> {
        let id = id.0;
        let sql = format!("SELECT {KEPT_POST} FROM postern_kept_posts WHERE id = ?1 AND expires_at > ?2");
        self.read(move |db| first(db, &sql, params![id, times::write(now)], kept_post)).await
    }

    async fn forget_post(&self, id: &TokenHash) -> Result<bool, StoreError> {
        let id = id.0;
        let sql = "DELETE FROM postern_kept_posts WHERE id = ?1";
        self.write(move |db| Ok(End::Commit(run(db, sql, [id])? > 0, Vec::new()))).await
    }
}

fn keep(db: &Connection, kept: &KeptPost, now: Timestamp) -> Result<bool, Failure> {
    run(db, "DELETE FROM postern_kept_posts WHERE expires_at <= ?1", [times::write(now)])?;
    let sql = "INSERT INTO postern_kept_posts (id, user_id, sealed, expires_at) \
               SELECT ?1, u.id, ?3, ?4 FROM users u WHERE u.id = ?2 AND \
               (SELECT count(*) FROM postern_kept_posts k WHERE k.user_id = ?2) < ?5";
    let (user, until) = (kept.user.to_string(), times::write(kept.expires_at));
    Ok(run(db, sql, params![kept.id.0, user, kept.sealed, until, KEPT_MAX])? > 0)
}
