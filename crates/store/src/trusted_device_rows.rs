//! Rows of `trusted_devices`, shared by both stores.

use postern_model::id::{TrustedDeviceId, UserId};
use postern_model::store::StoreError;
use postern_model::trusted_device::{DeviceSecrets, TrustedDevice};

use crate::rows::{Columns, Reading, Table};

/// Reads identifier, user, time of the trust, its end, last use, address and user agent.
pub(crate) fn trusted_device(columns: &mut dyn Columns) -> Result<TrustedDevice, StoreError> {
    Ok(read(columns)?.1)
}

/// Reads the same, then the secret, the former one, and the time of the replacement.
pub(crate) fn trusted_device_with_secrets(
    columns: &mut dyn Columns,
) -> Result<(TrustedDevice, DeviceSecrets), StoreError> {
    let (mut row, device) = read(columns)?;
    let secrets = DeviceSecrets {
        current: row.token("secret")?,
        former: row.optional_token("former_secret")?,
        replaced_at: row.optional("replaced_at", |row| row.time())?,
    };
    Ok((device, secrets))
}

fn read(columns: &mut dyn Columns) -> Result<(Reading<'_>, TrustedDevice), StoreError> {
    let (mut row, id) = Reading::identified(columns, Table::TrustedDevices, "id")?;
    let device = TrustedDevice {
        id: TrustedDeviceId(id),
        user: UserId(row.required("user_id", |row| row.uuid())?),
        trusted_at: row.required("trusted_at", |row| row.time())?,
        expires_at: row.required("expires_at", |row| row.time())?,
        last_used_at: row.optional("last_used_at", |row| row.time())?,
        caller: row.caller()?,
    };
    Ok((row, device))
}
