//! Users.

use async_trait::async_trait;
use postern_model::clock::Timestamp;
use postern_model::id::UserId;
use postern_model::invalidation::Invalidation;
use postern_model::session::NewSession;
use postern_model::store::{StoreError, UserStore};
use postern_model::user::{ProviderIdentity, Relink, User, UserMatch};

use super::PostgresStore;
use super::locks::lock_user;
use super::sessions::end_all;
use super::sign_in::sign_in;
use super::values::{Moment, PgColumns};
use crate::bounds;
use crate::rows::{self, USER};

#[async_trait]
impl UserStore for PostgresStore {
    async fn sign_in(&self, identity: &ProviderIdentity, session: &NewSession) -> Result<UserMatch, StoreError> {
        sign_in(self, identity, session).await
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let sql = format!("SELECT {USER} FROM users u WHERE u.id = $1");
        let row = self.db().await?.row(&sql, &[&id.0]).await?;
        row.map(|row| rows::user(&mut PgColumns::new(&row))).transpose()
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        // Old rows may differ in case only; the row with the requested spelling comes first.
        let sql = format!(
            "SELECT {USER} FROM users u WHERE lower(u.email) = lower($1::text) \
             ORDER BY u.email = $1::text DESC, u.id LIMIT 1"
        );
        let row = self.db().await?.row(&sql, &[&email]).await?;
        row.map(|row| rows::user(&mut PgColumns::new(&row))).transpose()
    }

    async fn groups_of(&self, id: UserId) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM postern.user_groups WHERE user_id = $1";
        let rows = self.db().await?.rows(sql, &[&id.0]).await?;
        let mut groups =
            rows.iter().map(|row| rows::group(&mut PgColumns::new(row))).collect::<Result<Vec<_>, StoreError>>()?;
        groups.sort();
        Ok(groups)
    }

    async fn users(&self, limit: u32) -> Result<Vec<User>, StoreError> {
        let sql = format!("SELECT {USER} FROM users u ORDER BY lower(u.email), u.id LIMIT $1");
        let rows = self.db().await?.rows(&sql, &[&i64::from(limit)]).await?;
        rows::readable(rows.iter().map(|row| rows::user(&mut PgColumns::new(row))))
    }

    async fn require_second_factor(
        &self,
        id: UserId,
        require: bool,
        enforce: bool,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        let enforced_at = enforce.then_some(Moment(at));
        let sql = "UPDATE users SET requires_2fa = $2, twofa_enforced_at = $3, updated_at = $4 WHERE id = $1";
        if db.run(sql, &[&id.0, &require, &enforced_at, &Moment(at)]).await? == 0 {
            db.rollback().await?;
            return Ok(false);
        }
        db.commit(&[Invalidation::User(id)]).await?;
        Ok(true)
    }

    async fn set_active(&self, id: UserId, active: bool) -> Result<bool, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        lock_user(&mut db, id).await?;
        // Runs before the table's trigger does the same, since the trigger does not return whose tokens were
        // invalidated.
        let mut changes = if active { Vec::new() } else { end_all(&mut db, id, None).await? };
        if db.run("UPDATE users SET is_active = $2 WHERE id = $1", &[&id.0, &active]).await? == 0 {
            db.rollback().await?;
            return Ok(false);
        }
        changes.push(Invalidation::User(id));
        db.commit(&changes).await?;
        Ok(true)
    }

    async fn change_groups(&self, id: UserId, add: &[String], remove: &[String]) -> Result<bool, StoreError> {
        let (add, remove) = (bounds::groups(add)?, bounds::groups(remove)?);
        let mut db = self.db().await?;
        db.begin().await?;
        if !lock_user(&mut db, id).await? {
            db.rollback().await?;
            return Ok(false);
        }
        let sql = "INSERT INTO postern.user_groups (user_id, name) SELECT $1, name FROM unnest($2::text[]) AS name \
                   ON CONFLICT DO NOTHING";
        db.run(sql, &[&id.0, &add]).await?;
        let sql = "DELETE FROM postern.user_groups WHERE user_id = $1 AND name = ANY ($2::text[])";
        db.run(sql, &[&id.0, &remove]).await?;
        db.commit(&[Invalidation::User(id)]).await?;
        Ok(true)
    }

    async fn relink(&self, id: UserId, issuer: &str, subject: &str, at: Timestamp) -> Result<Relink, StoreError> {
        let (issuer, subject) = (bounds::key("the issuer", issuer)?, bounds::key("the subject", subject)?);
        let issuer = bounds::stored_issuer(&issuer);
        let mut db = self.db().await?;
        db.begin().await?;
        if !lock_user(&mut db, id).await? {
            db.rollback().await?;
            return Ok(Relink::Unknown);
        }
        let sql = "SELECT 1 FROM users WHERE google_id = $1 AND id <> $2";
        if db.row(sql, &[&subject, &id.0]).await?.is_some() {
            db.rollback().await?;
            return Ok(Relink::Taken);
        }
        let sql = "UPDATE users SET google_id = $2, oidc_issuer = $3, updated_at = $4 WHERE id = $1";
        db.run(sql, &[&id.0, &subject, &issuer, &Moment(at)]).await?;
        let mut changes = end_all(&mut db, id, None).await?;
        changes.push(Invalidation::User(id));
        db.commit(&changes).await?;
        Ok(Relink::Done)
    }
}
