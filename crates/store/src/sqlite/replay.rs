//! Stored replies, which may have been lost in transit, and fresh backup codes until they are saved. All are sealed.

use postern_model::clock::Timestamp;
use postern_model::id::{SessionId, UserId};
use postern_model::replay::{FreshCodes, Replay, ReplayKey};
use rusqlite::{Connection, params};

use super::connection::{first, run};
use super::error::Failure;
use super::times;
use crate::rows;

/// Returns the stored reply to a submission unless it has expired; `None` inside if its code was wrong.
pub(super) fn find(db: &Connection, key: &ReplayKey, now: Timestamp) -> Result<Option<Option<String>>, Failure> {
    let sql = "SELECT sealed FROM postern_replays WHERE key = ?1 AND expires_at > ?2";
    first(db, sql, params![key.0, times::write(now)], rows::replay)
}

/// Does the same as [`find`] for a submission that can be identified.
pub(super) fn repeated(
    db: &Connection,
    replay: Option<&Replay>,
    now: Timestamp,
) -> Result<Option<Option<String>>, Failure> {
    match replay {
        Some(replay) => find(db, &replay.key, now),
        None => Ok(None),
    }
}

/// Stores the reply to a submission. For a wrong code, at most the fact that it was wrong is stored.
pub(super) fn remember(db: &Connection, user: UserId, replay: Option<&Replay>, right: bool) -> Result<(), Failure> {
    let Some(replay) = replay.filter(|replay| right || replay.remembers_wrong) else { return Ok(()) };
    let sealed = right.then_some(&replay.sealed);
    let sql = "INSERT INTO postern_replays (key, user_id, sealed, expires_at) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (key) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at";
    run(db, sql, params![replay.key.0, user.to_string(), sealed, times::write(replay.expires_at)])?;
    Ok(())
}

/// Stores fresh codes in place of the session's older ones.
pub(super) fn show(db: &Connection, codes: Option<&FreshCodes>) -> Result<(), Failure> {
    let Some(codes) = codes else { return Ok(()) };
    let sql = "INSERT INTO postern_fresh_codes (session_id, sealed, expires_at) VALUES (?1, ?2, ?3) \
               ON CONFLICT (session_id) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at";
    run(db, sql, params![codes.session.to_string(), codes.sealed, times::write(codes.expires_at)])?;
    Ok(())
}

/// Returns the fresh codes of a session unless they have expired.
pub(super) fn fresh_codes(db: &Connection, session: SessionId, now: Timestamp) -> Result<Option<String>, Failure> {
    let sql = "SELECT sealed FROM postern_fresh_codes WHERE session_id = ?1 AND expires_at > ?2";
    first(db, sql, [session.to_string(), times::write(now)], rows::fresh_codes)
}
