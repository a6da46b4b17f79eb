//! Hand-overs of a session to other hosts.

use async_trait::async_trait;
use postern_model::clock::Timestamp;
use postern_model::hand_over::{HandOver, HandOverRefused, Redeemed, Redemption};
use postern_model::invalidation::Invalidation;
use postern_model::session::{SessionView, TokenHash};
use postern_model::store::{HandOverStore, StoreError};

use super::PostgresStore;
use super::pool::Db;
use super::sessions::view_of;
use super::values::{Moment, PgColumns};
use crate::rows::hand_overs::{HAND_OVER, hand_over};

#[async_trait]
impl HandOverStore for PostgresStore {
    async fn begin_hand_over(&self, hand_over: &HandOver, now: Timestamp) -> Result<bool, StoreError> {
        let mut db = self.db().await?;
        let sql = "DELETE FROM postern.hand_overs WHERE code IN (SELECT code FROM postern.hand_overs \
                   WHERE expires_at <= $1 FOR UPDATE SKIP LOCKED)";
        db.run(sql, &[&Moment(now)]).await?;
        let sql = "INSERT INTO postern.hand_overs (code, session_id, session_token, host, binding, return_url, expires_at) \
                   SELECT $1, id, token, $4, $5, $6, $7 FROM postern.sessions WHERE id = $2 AND token = $3 FOR KEY SHARE";
        let HandOver { code, session, session_token, host, binding, return_url, expires_at, .. } = hand_over;
        let (code, token, binding) = (code.0.as_slice(), session_token.0.as_slice(), binding.0.as_slice());
        let expires_at = Moment(*expires_at);
        let stored = db.run(sql, &[&code, &session.0, &token, host, &binding, return_url, &expires_at]).await?;
        Ok(stored > 0)
    }

    async fn redeem_hand_over(&self, redemption: &Redemption) -> Result<Redeemed, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        let code = redemption.code.0.as_slice();
        // Locks the session first, as a sign-out does. The lock keeps its token from rotating until the host has its
        // own.
        let sql = "SELECT 1 FROM postern.sessions s JOIN postern.hand_overs o ON o.session_id = s.id WHERE o.code = $1 \
                   FOR SHARE OF s";
        db.run(sql, &[&code]).await?;
        let sql = format!("SELECT {HAND_OVER} FROM postern.hand_overs o WHERE o.code = $1 FOR UPDATE");
        let row = db.row(&sql, &[&code]).await?;
        let found = row.map(|row| hand_over(&mut PgColumns::new(&row))).transpose()?;
        let session = match &found {
            Some(found) => view_of(&mut db, found.session).await?,
            None => None,
        };
        let (Some(found), Some(view)) = (found, session) else {
            db.rollback().await?;
            return Ok(Redeemed::Refused(HandOverRefused::Unknown));
        };
        db.run("UPDATE postern.hand_overs SET used = true WHERE code = $1", &[&code]).await?;
        if let Err(refused) = found.check(redemption, &view.session.token) {
            db.commit(&[]).await?;
            return Ok(Redeemed::Refused(refused));
        }
        let replaced = replace_token(&mut db, redemption, &view).await?;
        db.commit(&replaced).await?;
        Ok(Redeemed::Accepted { view: Box::new(view), return_url: found.return_url })
    }
}

/// Stores a host's token; returns the invalidation of the token that it replaces.
async fn replace_token(
    db: &mut Db<'_>,
    redemption: &Redemption,
    view: &SessionView,
) -> Result<Vec<Invalidation>, StoreError> {
    let session = view.session.id.0;
    let sql =
        "DELETE FROM postern.host_tokens WHERE session_id = $1 AND (host = $2 OR session_token <> $3) RETURNING token";
    let current = view.session.token.0.as_slice();
    let replaced = db.rows(sql, &[&session, &redemption.host, &current]).await?;
    // Another browser tab of the same host may have been faster: the newer token is kept.
    let sql = "INSERT INTO postern.host_tokens (token, session_id, session_token, host, made_at) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (session_id, host) DO UPDATE SET token = excluded.token, \
               session_token = excluded.session_token, made_at = excluded.made_at";
    let token = redemption.token.0.as_slice();
    db.run(sql, &[&token, &session, &current, &redemption.host, &Moment(redemption.at)]).await?;
    let tokens = replaced.iter().filter_map(|row| row.try_get::<_, Vec<u8>>(0).ok()?.try_into().ok());
    Ok(tokens.map(|hash| Invalidation::Token(TokenHash(hash))).collect())
}
