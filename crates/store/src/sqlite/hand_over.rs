//! Hand-overs of a session to other hosts.

use async_trait::async_trait;
use postern_model::clock::Timestamp;
use postern_model::hand_over::{HandOver, HandOverRefused, Redeemed, Redemption};
use postern_model::store::{HandOverStore, StoreError};
use rusqlite::{Connection, params};

use super::SqliteStore;
use super::connection::{End, first, run};
use super::error::Failure;
use super::sessions::{ended, view_of};
use super::times;
use crate::rows::hand_overs::{HAND_OVER, hand_over};

#[async_trait]
impl HandOverStore for SqliteStore {
    async fn begin_hand_over(&self, hand_over: &HandOver, now: Timestamp) -> Result<bool, StoreError> {
        let hand_over = hand_over.clone();
        self.write(move |db| Ok(End::Commit(begin(db, &hand_over, now)?, Vec::new()))).await
    }

    async fn redeem_hand_over(&self, redemption: &Redemption) -> Result<Redeemed, StoreError> {
        let redemption = redemption.clone();
        self.write(move |db| redeem(db, &redemption)).await
    }
}

fn begin(db: &Connection, hand_over: &HandOver, now: Timestamp) -> Result<bool, Failure> {
    run(db, "DELETE FROM postern_hand_overs WHERE expires_at <= ?1", [times::write(now)])?;
    let sql = "INSERT INTO postern_hand_overs (code, session_id, session_token, host, binding, return_url, expires_at) \
               SELECT ?1, id, token, ?4, ?5, ?6, ?7 FROM postern_sessions WHERE id = ?2 AND token = ?3";
    let HandOver { code, session, session_token, host, binding, return_url, expires_at, .. } = hand_over;
    let (session, expires_at) = (session.to_string(), times::write(*expires_at));
    Ok(run(db, sql, params![code.0, session, session_token.0, host, binding.0, return_url, expires_at])? > 0)
}

fn redeem(db: &Connection, redemption: &Redemption) -> Result<End<Redeemed>, Failure> {
    let sql = format!("SELECT {HAND_OVER} FROM postern_hand_overs o WHERE o.code = ?1");
    let refused = |why| Redeemed::Refused(why);
    let Some(found) = first(db, &sql, [redemption.code.0], hand_over)? else {
        return Ok(End::Nothing(refused(HandOverRefused::Unknown)));
    };
    let Some(view) = view_of(db, found.session)? else {
        return Ok(End::Nothing(refused(HandOverRefused::Unknown)));
    };
    run(db, "UPDATE postern_hand_overs SET used = TRUE WHERE code = ?1", [redemption.code.0])?;
    if let Err(why) = found.check(redemption, &view.session.token) {
        return Ok(End::Commit(refused(why), Vec::new()));
    }
    let (session, current) = (view.session.id.to_string(), view.session.token.0);
    let sql =
        "DELETE FROM postern_host_tokens WHERE session_id = ?1 AND (host = ?2 OR session_token <> ?3) RETURNING token";
    let replaced = ended(db, sql, params![session, redemption.host, current])?;
    let sql = "INSERT INTO postern_host_tokens (token, session_id, session_token, host, made_at) \
               VALUES (?1, ?2, ?3, ?4, ?5)";
    run(db, sql, params![redemption.token.0, session, current, redemption.host, times::write(redemption.at)])?;
    Ok(End::Commit(Redeemed::Accepted { view: Box::new(view), return_url: found.return_url }, replaced))
}
