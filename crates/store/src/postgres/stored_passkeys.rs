//! Writes a passkey, for a registration and for an enrolment with one.

use postern_model::passkey::Passkey;
use postern_model::store::StoreError;

use super::pool::Db;
use super::values::Moment;

/// Writes a passkey of the user's current enrolment. False if its credential is registered already.
pub(super) async fn insert(db: &mut Db<'_>, passkey: &Passkey) -> Result<bool, StoreError> {
    let sql = "INSERT INTO postern.passkeys (id, user_id, factor_id, credential, public_key, counter, backup_eligible, \
               backed_up, name, created_at) SELECT $1, $2, f.id, $3, $4, $5, $6, $7, $8, $9 FROM user_2fa_settings f \
               WHERE f.user_id = $2 ON CONFLICT (credential) DO NOTHING";
    let (id, user, counter) = (&passkey.id.0, &passkey.user.0, i64::from(passkey.counter));
    let (credential, key) = (passkey.credential.as_slice(), passkey.public_key.as_slice());
    let (eligible, backed_up) = (&passkey.backup_eligible, &passkey.backed_up);
    let at = Moment(passkey.created_at);
    let written =
        db.run(sql, &[id, user, &credential, &key, &counter, eligible, backed_up, &passkey.name, &at]).await?;
    Ok(written > 0)
}
