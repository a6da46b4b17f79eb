//! Users.

use async_trait::async_trait;
use postern_model::clock::Timestamp;
use postern_model::id::UserId;
use postern_model::invalidation::Invalidation;
use postern_model::session::NewSession;
use postern_model::store::{StoreError, UserStore};
use postern_model::user::{ProviderIdentity, Relink, User, UserMatch};
use rusqlite::params;

use super::SqliteStore;
use super::connection::{End, all, first, readable, run};
use super::sessions::end_all;
use super::sign_in::sign_in;
use super::times;
use crate::bounds;
use crate::rows::{self, USER};

#[async_trait]
impl UserStore for SqliteStore {
    async fn sign_in(&self, identity: &ProviderIdentity, session: &NewSession) -> Result<UserMatch, StoreError> {
        let (identity, session) = (bounds::identity(identity)?, session.clone());
        // The identifier of a new user; always drawn, even if it is not needed.
        let fresh = UserId::draw(self.0.entropy.as_ref());
        self.write(move |db| sign_in(db, &identity, &session, fresh)).await
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let sql = format!("SELECT {USER} FROM users u WHERE u.id = ?1");
        self.read(move |db| first(db, &sql, [id.to_string()], rows::user)).await
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let email = email.to_owned();
        let sql = format!(
            "SELECT {USER} FROM users u WHERE lower(u.email) = lower(?1) ORDER BY u.email = ?1 DESC, u.id LIMIT 1"
        );
        self.read(move |db| first(db, &sql, [email], rows::user)).await
    }

    async fn groups_of(&self, id: UserId) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM postern_user_groups WHERE user_id = ?1";
        let mut groups = self.read(move |db| all(db, sql, [id.to_string()], rows::group)).await?;
        groups.sort();
        Ok(groups)
    }

    async fn users(&self, limit: u32) -> Result<Vec<User>, StoreError> {
        let sql = format!("SELECT {USER} FROM users u ORDER BY lower(u.email), u.id LIMIT ?1");
        self.read(move |db| readable(db, &sql, [limit], rows::user)).await
    }

    async fn require_second_factor(
        &self,
        id: UserId,
        require: bool,
        enforce: bool,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE users SET requires_2fa = ?2, twofa_enforced_at = ?3, updated_at = ?4 WHERE id = ?1";
        self.write(move |db| {
            let at = times::write(at);
            let changed = run(db, sql, params![id.to_string(), require, enforce.then_some(&at), at])?;
            Ok(if changed == 0 { End::Nothing(false) } else { End::Commit(true, vec![Invalidation::User(id)]) })
        })
        .await
    }

    async fn set_active(&self, id: UserId, active: bool) -> Result<bool, StoreError> {
        self.write(move |db| {
            // Runs before the table's trigger does the same, since the trigger does not return whose tokens were
            // invalidated.
            let mut changes = if active { Vec::new() } else { end_all(db, id, None)? };
            if run(db, "UPDATE users SET is_active = ?2 WHERE id = ?1", params![id.to_string(), active])? == 0 {
                return Ok(End::Nothing(false));
            }
            changes.push(Invalidation::User(id));
            Ok(End::Commit(true, changes))
        })
        .await
    }

    async fn change_groups(&self, id: UserId, add: &[String], remove: &[String]) -> Result<bool, StoreError> {
        let (add, remove) = (bounds::groups(add)?, remove.to_vec());
        self.write(move |db| {
            let user = id.to_string();
            if first(db, "SELECT 1 FROM users WHERE id = ?1", [&user], |_| Ok(()))?.is_none() {
                return Ok(End::Nothing(false));
            }
            let sql = "INSERT INTO postern_user_groups (user_id, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            for name in &add {
                run(db, sql, [&user, name])?;
            }
            for name in &remove {
                run(db, "DELETE FROM postern_user_groups WHERE user_id = ?1 AND name = ?2", [&user, name])?;
            }
            Ok(End::Commit(true, vec![Invalidation::User(id)]))
        })
        .await
    }

    async fn relink(&self, id: UserId, issuer: &str, subject: &str, at: Timestamp) -> Result<Relink, StoreError> {
        let (issuer, subject) = (bounds::key("the issuer", issuer)?, bounds::key("the subject", subject)?);
        self.write(move |db| {
            let user = id.to_string();
            let sql = "SELECT 1 FROM users WHERE google_id = ?1 AND id <> ?2";
            if first(db, sql, [&subject, &user], |_| Ok(()))?.is_some() {
                return Ok(End::Nothing(Relink::Taken));
            }
            let sql = "UPDATE users SET google_id = ?2, oidc_issuer = ?3, updated_at = ?4 WHERE id = ?1";
            if run(db, sql, params![user, subject, bounds::stored_issuer(&issuer), times::write(at)])? == 0 {
                return Ok(End::Nothing(Relink::Unknown));
            }
            let mut changes = end_all(db, id, None)?;
            changes.push(Invalidation::User(id));
            Ok(End::Commit(Relink::Done, changes))
        })
        .await
    }
}
