//! Stored replies, which may have been lost in transit, and fresh backup codes until they are saved. All are sealed.

use postern_model::clock::Timestamp;
use postern_model::id::{SessionId, UserId};
use postern_model::replay::{FreshCodes, Replay, ReplayKey};
use postern_model::store::StoreError;

use super::pool::Db;
use super::values::{Moment, PgColumns};
use crate::rows;

/// Returns the stored reply to a submission unless it has expired; `None` inside if its code was wrong.
pub(super) async fn find(
    db: &mut Db<'_>,
    key: &ReplayKey,
    now: Timestamp,
) -> Result<Option<Option<String>>, StoreError> {
    let sql = "SELECT sealed FROM postern.replays WHERE key = $1 AND expires_at > $2";
    let row = db.row(sql, &[&key.0.as_slice(), &Moment(now)]).await?;
    row.map(|row| rows::replay(&mut PgColumns::new(&row))).transpose()
}

/// Does the same as [`find`] for a submission that can be identified.
pub(super) async fn repeated(
    db: &mut Db<'_>,
    replay: Option<&Replay>,
    now: Timestamp,
) -> Result<Option<Option<String>>, StoreError> {
    match replay {
        Some(replay) => find(db, &replay.key, now).await,
        None => Ok(None),
    }
}

/// Stores the reply to a submission. For a wrong code, at most the fact that it was wrong is stored.
pub(super) async fn remember(
    db: &mut Db<'_>,
    user: UserId,
    replay: Option<&Replay>,
    right: bool,
) -> Result<(), StoreError> {
    let Some(replay) = replay.filter(|replay| right || replay.remembers_wrong) else { return Ok(()) };
    let sealed = right.then_some(&replay.sealed);
    let sql = "INSERT INTO postern.replays (key, user_id, sealed, expires_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (key) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at";
    db.run(sql, &[&replay.key.0.as_slice(), &user.0, &sealed, &Moment(replay.expires_at)]).await?;
    Ok(())
}

/// Stores fresh codes in place of the session's older ones.
pub(super) async fn show(db: &mut Db<'_>, codes: Option<&FreshCodes>) -> Result<(), StoreError> {
    let Some(codes) = codes else { return Ok(()) };
    let sql = "INSERT INTO postern.fresh_codes (session_id, sealed, expires_at) VALUES ($1, $2, $3) \
               ON CONFLICT (session_id) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at";
    db.run(sql, &[&codes.session.0, &codes.sealed, &Moment(codes.expires_at)]).await?;
    Ok(())
}

/// Returns the fresh codes of a session unless they have expired.
pub(super) async fn fresh_codes(
    db: &mut Db<'_>,
    session: SessionId,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT sealed FROM postern.fresh_codes WHERE session_id = $1 AND expires_at > $2";
    let row = db.row(sql, &[&session.0, &Moment(now)]).await?;
    row.map(|row| rows::fresh_codes(&mut PgColumns::new(&row))).transpose()
}
