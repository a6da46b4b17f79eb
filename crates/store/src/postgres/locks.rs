//! Row locks that several operations share.

use postern_model::id::UserId;
use postern_model::store::StoreError;

use super::pool::Db;

/// Locks the row of a user until the transaction ends. Every transaction that changes several rows of a user takes this
/// lock first, then sessions, factors and enrolments: with one order, two of them cannot deadlock. Returns false if the
/// user does not exist.
pub(super) async fn lock_user(db: &mut Db<'_>, id: UserId) -> Result<bool, StoreError> {
    Ok(db.row("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE", &[&id.0]).await?.is_some())
}
