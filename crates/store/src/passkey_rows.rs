//! Rows of `passkeys`, shared by both stores.

use postern_model::id::{PasskeyId, UserId};
use postern_model::passkey::Passkey;
use postern_model::store::StoreError;

use crate::rows::{Columns, Reading, Table};

/// Columns of [`passkey`], from `passkeys p`.
pub(crate) const PASSKEY: &str = "p.id, p.user_id, p.credential, p.public_key, p.counter, p.backup_eligible, p.backed_up, \
                                  p.name, p.created_at, p.last_used_at";

/// Columns of [`credential`], from `passkeys p`.
pub(crate) const CREDENTIAL: &str = "p.id, p.credential";

/// Reads [`CREDENTIAL`].
pub(crate) fn credential(columns: &mut dyn Columns) -> Result<Vec<u8>, StoreError> {
    let (mut row, _) = Reading::identified(columns, Table::Passkeys, "id")?;
    row.required("credential", |row| row.bytes())
}

/// Reads [`PASSKEY`].
pub(crate) fn passkey(columns: &mut dyn Columns) -> Result<Passkey, StoreError> {
    let (mut row, id) = Reading::identified(columns, Table::Passkeys, "id")?;
    Ok(Passkey {
        id: PasskeyId(id),
        user: UserId(row.required("user_id", |row| row.uuid())?),
        credential: row.required("credential", |row| row.bytes())?,
        public_key: row.required("public_key", |row| row.bytes())?,
        counter: row.count("counter")?,
        backup_eligible: row.required("backup_eligible", |row| row.flag())?,
        backed_up: row.required("backed_up", |row| row.flag())?,
        name: row.required("name", |row| row.text())?,
        created_at: row.required("created_at", |row| row.time())?,
        last_used_at: row.optional("last_used_at", |row| row.time())?,
    })
}
