//! Hand-overs of a session to another host as rows.

use postern_model::hand_over::HandOver;
use postern_model::id::SessionId;
use postern_model::store::StoreError;

use super::{Columns, Reading, Table};

/// Columns of [`hand_over`], from `hand_overs o`.
pub(crate) const HAND_OVER: &str = "o.session_id, o.code, o.session_token, o.host, o.binding, o.return_url, \
                                    o.expires_at, o.used";

/// Reads [`HAND_OVER`].
pub(crate) fn hand_over(columns: &mut dyn Columns) -> Result<HandOver, StoreError> {
    let (mut row, session) = Reading::identified(columns, Table::HandOvers, "session_id")?;
    Ok(HandOver {
        session: SessionId(session),
        code: row.token("code")?,
        session_token: row.token("session_token")?,
        host: row.required("host", |row| row.text())?,
        binding: row.token("binding")?,
        return_url: row.required("return_url", |row| row.text())?,
        expires_at: row.required("expires_at", |row| row.time())?,
        used: row.required("used", |row| row.flag())?,
    })
}
