//! Sessions.

use postern_model::device_binding::{BoundDevice, DeviceKeyId};
use postern_model::factor::{Factors, SecondFactor};
use postern_model::id::{SessionId, UserId};
use postern_model::session::{Session, SessionView, Verified, Vouched};
use postern_model::store::StoreError;

use super::{Columns, Reading, Table, user};

/// Reads a session: identifier, user, token hash, version, first factor's time, second factor and its time, end of the
/// set-up, last seen, address, user agent, vouched address, vouched domain, given name, device key, its identifier, time of
/// the binding.
///
/// A second factor that this version does not know (a newer one wrote it) does not count: the user must verify one that
/// it knows.
pub(crate) fn session(columns: &mut dyn Columns) -> Result<Session, StoreError> {
    let (mut row, id) = Reading::identified(columns, Table::Sessions, "id")?;
    let user = row.required("user_id", |row| row.uuid())?;
    let token = row.token("token")?;
    let version = row.required("version", |row| row.int())?;
    let first_factor_at = row.required("first_factor_at", |row| row.time())?;
    let method = row.optional("second_factor", |row| row.text())?;
    let at = row.optional("second_factor_at", |row| row.time())?;
    let second_factor = match (method.as_deref().map(SecondFactor::from_name), at) {
        (None, None) | (Some(None), Some(_)) => None,
        (Some(Some(method)), Some(at)) => Some(Verified { method, at }),
        _ => return Err(row.corrupt("second_factor_at", "does not go with second_factor")),
    };
    let set_up_until = row.optional("set_up_until", |row| row.time())?;
    let last_seen_at = row.required("last_seen_at", |row| row.time())?;
    let caller = row.caller()?;
    let vouched = Vouched {
        email: row.optional("email", |row| row.text())?,
        hosted_domain: row.optional("hosted_domain", |row| row.text())?,
        given_name: row.optional("given_name", |row| row.text())?,
    };
    let device = device(&mut row)?;
    Ok(Session {
        id: SessionId(id),
        user: UserId(user),
        token,
        version,
        first_factor_at,
        second_factor,
        set_up_until,
        last_seen_at,
        caller,
        vouched,
        device,
    })
}

/// Reads the key of a session's device. An incomplete one must not read as "not bound".
fn device(row: &mut Reading<'_>) -> Result<Option<BoundDevice>, StoreError> {
    let key = row.optional("device_key", |row| row.text())?;
    let id = row.optional_hash("device_key_id")?.map(DeviceKeyId);
    let at = row.optional("device_bound_at", |row| row.time())?;
    match (key, id, at) {
        (None, None, None) => Ok(None),
        (Some(key), Some(id), Some(at)) => Ok(Some(BoundDevice { id, key, at })),
        _ => Err(row.corrupt("device_key", "does not go with device_key_id and device_bound_at")),
    }
}

/// Reads a session, its user, `is_enabled`, whether there is a secret, whether an app is enrolled, `email_2fa_enabled`,
/// whether the number is confirmed, the backup codes, and the groups.
pub(crate) fn session_view(columns: &mut dyn Columns) -> Result<SessionView, StoreError> {
    let session = session(columns)?;
    let user = user(columns)?;
    let mut row = Reading::new(columns, Table::Settings);
    row.id = user.id.to_string();
    let enabled = row.optional("is_enabled", |row| row.flag())?.unwrap_or(false);
    let secret = row.optional("totp_secret", |row| row.flag())?.unwrap_or(false);
    let app = row.optional("totp_last_step", |row| row.flag())?.unwrap_or(false);
    let email = row.optional("email_2fa_enabled", |row| row.flag())?.unwrap_or(false);
    let sms = row.optional("sms_phone_confirmed", |row| row.flag())?.unwrap_or(false);
    if enabled && !secret {
        // Must not read as "not enrolled", which would open the account with one factor.
        return Err(row.corrupt("totp_secret", "is null while is_enabled is true"));
    }
    let codes = row.optional("backup_codes", |row| row.list())?.unwrap_or_default();
    let left = if enabled { u32::try_from(codes.len()).unwrap_or(u32::MAX) } else { 0 };
    let mut groups = row.optional("name", |row| row.list())?.unwrap_or_default();
    groups.sort();
    let (totp, email, sms) = (enabled && app, enabled && email, enabled && sms);
    let factors = Factors { enabled, totp, email, sms, backup_codes_left: left };
    Ok(SessionView { session, user, factors, groups })
}
