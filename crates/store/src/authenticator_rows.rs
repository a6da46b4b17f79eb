//! Rows of `authenticators`, and the first authenticator of `user_2fa_settings`, shared by both stores.

use postern_model::authenticator::{Authenticator, FurtherAuthenticator};
use postern_model::id::{AuthenticatorId, UserId};
use postern_model::store::StoreError;
use uuid::Uuid;

use crate::rows::{Columns, Reading, Table};

/// Columns of [`first`], from `user_2fa_settings f`.
pub(crate) const FIRST: &str = "coalesce(f.totp_id, f.id), f.totp_name, f.created_at, f.totp_last_step";
/// Columns of [`authenticator`], from `authenticators a`.
pub(crate) const FURTHER: &str = "a.id, a.name, a.created_at, a.last_step";
/// Columns of [`further`], from `authenticators a`.
pub(crate) const CHECKED: &str = "a.id, a.user_id, a.totp_secret, a.last_step";

/// Reads [`FIRST`].
pub(crate) fn first(columns: &mut dyn Columns) -> Result<Authenticator, StoreError> {
    listed(Reading::identified(columns, Table::Settings, "id")?, "totp_name", "totp_last_step")
}

/// Reads [`FURTHER`].
pub(crate) fn authenticator(columns: &mut dyn Columns) -> Result<Authenticator, StoreError> {
    listed(Reading::identified(columns, Table::Authenticators, "id")?, "name", "last_step")
}

fn listed(
    (mut row, id): (Reading<'_>, Uuid),
    name: &'static str,
    last_step: &'static str,
) -> Result<Authenticator, StoreError> {
    Ok(Authenticator {
        id: AuthenticatorId(id),
        name: row.optional(name, |row| row.text())?,
        created_at: row.optional("created_at", |row| row.time())?,
        last_step: row.optional(last_step, |row| row.int())?,
    })
}

/// Reads [`CHECKED`].
pub(crate) fn further(columns: &mut dyn Columns) -> Result<FurtherAuthenticator, StoreError> {
    let (mut row, id) = Reading::identified(columns, Table::Authenticators, "id")?;
    Ok(FurtherAuthenticator {
        id: AuthenticatorId(id),
        user: UserId(row.required("user_id", |row| row.uuid())?),
        totp_secret: row.required("totp_secret", |row| row.text())?,
        last_step: row.optional("last_step", |row| row.int())?,
    })
}
