//! Kept forms as rows.

use postern_model::id::UserId;
use postern_model::kept_post::KeptPost;
use postern_model::store::StoreError;

use super::{Columns, Reading, Table};

/// Columns of [`kept_post`], from `kept_posts`.
pub(crate) const KEPT_POST: &str = "user_id, id, sealed, expires_at";

/// Reads [`KEPT_POST`].
pub(crate) fn kept_post(columns: &mut dyn Columns) -> Result<KeptPost, StoreError> {
    let (mut row, user) = Reading::identified(columns, Table::KeptPosts, "user_id")?;
    Ok(KeptPost {
        user: UserId(user),
        id: row.token("id")?,
        sealed: row.required("sealed", |row| row.text())?,
        expires_at: row.required("expires_at", |row| row.time())?,
    })
}
