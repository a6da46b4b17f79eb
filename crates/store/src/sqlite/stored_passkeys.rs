//! Writes a passkey, for a registration and for an enrolment with one.

use postern_model::passkey::Passkey;
use rusqlite::{Connection, params};

use super::connection::run;
use super::error::Failure;
use super::times;

/// Writes a passkey of the user's current enrolment. False if its credential is registered already.
pub(super) fn insert(db: &Connection, passkey: &Passkey) -> Result<bool, Failure> {
    let sql = "INSERT INTO postern_passkeys (id, user_id, factor_id, credential, public_key, counter, backup_eligible, \
               backed_up, name, created_at) SELECT ?1, ?2, f.id, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM user_2fa_settings f \
               WHERE f.user_id = ?2 ON CONFLICT (credential) DO NOTHING";
    let (id, user) = (passkey.id.to_string(), passkey.user.to_string());
    let (credential, key, counter) = (&passkey.credential, &passkey.public_key, passkey.counter);
    let (eligible, backed_up, at) = (passkey.backup_eligible, passkey.backed_up, times::write(passkey.created_at));
    Ok(run(db, sql, params![id, user, credential, key, counter, eligible, backed_up, passkey.name, at])? > 0)
}
