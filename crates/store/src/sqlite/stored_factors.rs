//! Reads the stored authenticator of a user, for every operation that compares against it.

use postern_model::factor::StoredFactors;
use postern_model::id::UserId;
use rusqlite::Connection;

use super::connection::first;
use super::error::Failure;
use crate::rows::{self, FACTORS};

/// The enabled authenticator of a user; `None` where none is enrolled. A row without a secret is named, and is not "none": it
/// keeps its user out, and a reset removes it.
pub(super) fn stored(db: &Connection, user: UserId) -> Result<Option<StoredFactors>, Failure> {
    let sql = format!("SELECT {FACTORS} FROM user_2fa_settings f WHERE f.user_id = ?1 AND f.is_enabled = TRUE");
    first(db, &sql, [user.to_string()], |columns| Ok(rows::factors(columns)?.1))
}
