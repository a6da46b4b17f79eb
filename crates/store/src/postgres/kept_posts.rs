//! Kept forms.

use async_trait::async_trait;
use postern_model::clock::Timestamp;
use postern_model::kept_post::{KEPT_MAX, KeptPost, KeptPostStore};
use postern_model::session::TokenHash;
use postern_model::store::StoreError;

use super::PostgresStore;
use super::locks::lock_user;
use super::values::{Moment, PgColumns};
use crate::rows::kept_posts::{KEPT_POST, kept_post};

#[async_trait]
impl KeptPostStore for PostgresStore {
    async fn keep_post(&self, kept: &KeptPost, now: Timestamp) -> Result<bool, StoreError> {
        let mut db = self.db().await?;
        let sql = "DELETE FROM postern.kept_posts WHERE id IN (SELECT id FROM postern.kept_posts \
                   WHERE expires_at <= $1 FOR UPDATE SKIP LOCKED)";
        db.run(sql, &[&Moment(now)]).await?;
        db.begin().await?;
        // So that submissions that arrive together are counted one after the other.
        lock_user(&mut db, kept.user).await?;
        let sql = "INSERT INTO postern.kept_posts (id, user_id, sealed, expires_at) \
                   SELECT $1, u.id, $3, $4 FROM users u WHERE u.id = $2 AND \
                   (SELECT count(*) FROM postern.kept_posts k WHERE k.user_id = $2 AND k.expires_at > $5) < $6";
        let (id, until, now) = (kept.id.0.as_slice(), Moment(kept.expires_at), Moment(now));
        let stored = db.run(sql, &[&id, &kept.user.0, &kept.sealed, &until, &now, &KEPT_MAX]).await?;
        db.commit(&[]).await?;
        Ok(stored > 0)
    }

    async fn kept_post(&self, id: &TokenHash, now: Timestamp) -> Result<Option<KeptPost>, StoreError> {
        let sql = format!("SELECT {KEPT_POST} FROM postern.kept_posts WHERE id = $1 AND expires_at > $2");
        let row = self.db().await?.row(&sql, &[&id.0.as_slice(), &Moment(now)]).await?;
        row.map(|row| kept_post(&mut PgColumns::new(&row))).transpose()
    }

    async fn forget_post(&self, id: &TokenHash) -> Result<bool, StoreError> {
        let sql = "DELETE FROM postern.kept_posts WHERE id = $1";
        Ok(self.db().await?.run(sql, &[&id.0.as_slice()]).await? > 0)
    }
}
