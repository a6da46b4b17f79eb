//! Trusted devices: stored, used in place of the second factor, forgotten.

use async_trait::async_trait;
use postern_model::clock::Timestamp;
use postern_model::id::UserId;
use postern_model::invalidation::Invalidation;
use postern_model::store::{StoreError, TrustedDeviceStore};
use postern_model::trusted_device::{
    DeviceSelection, DeviceTrust, DeviceUse, DeviceUsed, Presented, TRUSTED_DEVICES_MAX, TrustedDevice,
};
use rusqlite::{Connection, params};

use super::connection::{End, first, readable, run};
use super::error::Failure;
use super::sessions::{has_token, rotate, view_of};
use super::{SqliteStore, times};
use crate::bounds;
use crate::clean_up::share;
use crate::rows::ENABLED;
use crate::trusted_device_rows::{trusted_device, trusted_device_with_secrets};

/// Columns of [`trusted_device`].
const DEVICE: &str = "d.id, d.user_id, d.trusted_at, d.expires_at, d.last_used_at, d.ip_address, d.user_agent";

/// The trusted devices of a user that count; [`ENABLED`] completes the condition.
const OF_USER: &str = "FROM postern_trusted_devices d JOIN user_2fa_settings f ON f.user_id = d.user_id \
                       AND f.id = d.factor_id WHERE d.user_id = ?1";

#[async_trait]
impl TrustedDeviceStore for SqliteStore {
    async fn trusted_devices(&self, user: UserId) -> Result<Vec<TrustedDevice>, StoreError> {
        let sql = format!("SELECT {DEVICE} {OF_USER} AND {ENABLED} ORDER BY d.trusted_at DESC, d.id");
        self.read(move |db| readable(db, &sql, [user.to_string()], trusted_device)).await
    }

    async fn trust_device(&self, trust: &DeviceTrust) -> Result<bool, StoreError> {
        let trust = trust.clone();
        self.write(move |db| {
            Ok(match write(db, &trust)? {
                true => End::Commit(true, vec![Invalidation::User(trust.device.user)]),
                false => End::Nothing(false),
            })
        })
        .await
    }

    async fn use_trusted_device(&self, usage: &DeviceUse) -> Result<DeviceUsed, StoreError> {
        let usage = *usage;
        self.write(move |db| {
            Ok(match verify(db, &usage)? {
                done @ DeviceUsed::Done { .. } => End::Commit(done, vec![Invalidation::Token(usage.elevation.from)]),
                DeviceUsed::Outdated => End::Commit(DeviceUsed::Outdated, vec![Invalidation::User(usage.user)]),
                refused @ (DeviceUsed::Unknown | DeviceUsed::SessionGone) => End::Nothing(refused),
            })
        })
        .await
    }

    async fn forget_trusted_devices(&self, user: UserId, which: DeviceSelection) -> Result<u64, StoreError> {
        let (condition, id) = match which {
            DeviceSelection::All => ("?2 IS NULL", None),
            DeviceSelection::One(id) => ("id = ?2", Some(id.to_string())),
            DeviceSelection::OfSession(id) => (
                "id = (SELECT trusted_device FROM postern_sessions WHERE id = ?2 AND user_id = ?1)",
                Some(id.to_string()),
            ),
        };
        let sql = format!("DELETE FROM postern_trusted_devices WHERE user_id = ?1 AND {condition}");
        self.write(move |db| {
            let forgotten = run(db, &sql, params![user.to_string(), id])?;
            Ok(End::Commit(forgotten as u64, vec![Invalidation::User(user)]))
        })
        .await
    }

    async fn delete_expired_devices(
        &self,
        trusted_before: Timestamp,
        expired_before: Timestamp,
    ) -> Result<u64, StoreError> {
        self.write(move |db| {
            let (trusted, expired) = (times::write(trusted_before), times::write(expired_before));
            let old = "FROM postern_trusted_devices WHERE trusted_at <= ?1 OR expires_at < ?2";
            let sql = format!("SELECT (SELECT count(*) FROM postern_trusted_devices), (SELECT count(*) {old})");
            let (all, found) = db.query_row(&sql, [&trusted, &expired], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let most = share("postern_trusted_devices", all, found);
            let sql = format!(
                "DELETE FROM postern_trusted_devices WHERE id IN (SELECT id {old} ORDER BY trusted_at LIMIT ?3)"
            );
            let deleted = run(db, &sql, params![trusted, expired, most])?;
            let told = if deleted > 0 { vec![Invalidation::Everything] } else { Vec::new() };
            Ok(End::Commit(deleted as u64, told))
        })
        .await
    }
}

fn write(db: &Connection, trust: &DeviceTrust) -> Result<bool, Failure> {
    let device = &trust.device;
    let sql = format!(
        "INSERT INTO postern_trusted_devices (id, user_id, factor_id, secret, trusted_at, expires_at, ip_address, user_agent) \
         SELECT ?1, ?2, f.id, ?3, ?4, ?5, ?6, ?7 FROM user_2fa_settings f \
         JOIN postern_sessions s ON s.user_id = f.user_id AND s.second_factor_id = f.id \
         WHERE f.user_id = ?2 AND s.id = ?8 AND s.second_factor IS NOT NULL AND {ENABLED} ON CONFLICT (id) DO NOTHING"
    );
    let (id, user) = (device.id.to_string(), device.user.to_string());
    let (at, until) = (times::write(device.trusted_at), times::write(device.expires_at));
    let address = device.caller.address.map(|address| address.to_string());
    let agent = bounds::text(device.caller.user_agent.as_deref());
    if run(db, &sql, params![id, user, trust.secret.0, at, until, address, agent, trust.session.to_string()])? == 0 {
        return Ok(false);
    }
    let sql = "UPDATE postern_sessions SET trusted_device = ?3 WHERE id = ?1 AND user_id = ?2";
    run(db, sql, [&trust.session.to_string(), &user, &id])?;
    let sql = "DELETE FROM postern_trusted_devices WHERE id IN (SELECT id FROM postern_trusted_devices WHERE user_id = ?1 \
               ORDER BY id = ?2 DESC, coalesce(last_used_at, trusted_at) DESC, id LIMIT -1 OFFSET ?3)";
    run(db, sql, params![user, id, TRUSTED_DEVICES_MAX])?;
    Ok(true)
}

fn verify(db: &Connection, usage: &DeviceUse) -> Result<DeviceUsed, Failure> {
    let (user, now) = (usage.user, usage.elevation.verified.at);
    if !has_token(db, &usage.elevation, user)? {
        return Ok(DeviceUsed::SessionGone);
    }
    let sql =
        format!("SELECT {DEVICE}, d.secret, d.former_secret, d.replaced_at {OF_USER} AND {ENABLED} AND d.id = ?2");
    let (id, at) = (usage.device.to_string(), times::write(now));
    let found = first(db, &sql, [&user.to_string(), &id], trusted_device_with_secrets)?;
    // Compared as times: the text of one that was written by hand may sort differently.
    let counts = |device: &TrustedDevice| {
        let trusted = usage.trusted_after < device.trusted_at && !device.trusted_at.is_yet_to_come(now);
        trusted && now < device.expires_at
    };
    let Some((device, secrets)) = found.filter(|(device, _)| counts(device)) else {
        return Ok(DeviceUsed::Unknown);
    };
    let replaced = match secrets.present(usage.presented, usage.next, now) {
        Presented::Outdated => {
            run(db, "DELETE FROM postern_trusted_devices WHERE id = ?1", [id])?;
            return Ok(DeviceUsed::Outdated);
        }
        Presented::Parallel => {
            run(db, "UPDATE postern_trusted_devices SET last_used_at = ?2 WHERE id = ?1", [&id, &at])?;
            false
        }
        Presented::Replaced(after) => {
            let sql = "UPDATE postern_trusted_devices SET secret = ?2, former_secret = ?3, replaced_at = ?4, \
                       last_used_at = ?4 WHERE id = ?1";
            run(db, sql, params![id, after.current.0, after.former.map(|former| former.0), at])?;
            true
        }
    };
    rotate(db, &usage.elevation)?;
    let session = usage.elevation.session;
    let sql = "UPDATE postern_sessions SET trusted_device = ?2 WHERE id = ?1";
    run(db, sql, [session.to_string(), id])?;
    let device = TrustedDevice { last_used_at: Some(now), ..device };
    Ok(view_of(db, session)?.map_or(DeviceUsed::SessionGone, |view| DeviceUsed::Done {
        view: Box::new(view),
        device,
        replaced,
    }))
}
