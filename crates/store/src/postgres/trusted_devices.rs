//! Trusted devices: stored, used in place of the second factor, forgotten.

use async_trait::async_trait;
use postern_model::clock::{CLOCK_SKEW, Timestamp};
use postern_model::id::UserId;
use postern_model::invalidation::Invalidation;
use postern_model::store::{StoreError, TrustedDeviceStore};
use postern_model::trusted_device::{
    DeviceSelection, DeviceTrust, DeviceUse, DeviceUsed, Presented, TRUSTED_DEVICES_MAX, TrustedDevice,
};

use super::PostgresStore;
use super::clock::by_server;
use super::locks::lock_user;
use super::pool::Db;
use super::sessions::{has_token, rotate, view_of};
use super::values::{Moment, PgColumns};
use crate::bounds;
use crate::clean_up::share;
use crate::rows::{self, ENABLED};
use crate::trusted_device_rows::{trusted_device, trusted_device_with_secrets};

/// Columns of [`trusted_device`].
const DEVICE: &str = "d.id, d.user_id, d.trusted_at, d.expires_at, d.last_used_at, host(d.ip_address), d.user_agent";

/// The trusted devices of a user that count; [`ENABLED`] completes the condition.
const OF_USER: &str = "FROM postern.trusted_devices d JOIN user_2fa_settings f ON f.user_id = d.user_id \
                       AND f.id = d.factor_id WHERE d.user_id = $1";

#[async_trait]
impl TrustedDeviceStore for PostgresStore {
    async fn trusted_devices(&self, user: UserId) -> Result<Vec<TrustedDevice>, StoreError> {
        let sql = format!("SELECT {DEVICE} {OF_USER} AND {ENABLED} ORDER BY d.trusted_at DESC, d.id");
        let rows = self.db().await?.rows(&sql, &[&user.0]).await?;
        rows::readable(rows.iter().map(|row| trusted_device(&mut PgColumns::new(row))))
    }

    async fn trust_device(&self, trust: &DeviceTrust) -> Result<bool, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        if !write(&mut db, trust).await? {
            db.rollback().await?;
            return Ok(false);
        }
        db.commit(&[Invalidation::User(trust.device.user)]).await?;
        Ok(true)
    }

    async fn use_trusted_device(&self, usage: &DeviceUse) -> Result<DeviceUsed, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        let used = verify(&mut db, usage).await?;
        match &used {
            DeviceUsed::Done { .. } => db.commit(&[Invalidation::Token(usage.elevation.from)]).await?,
            DeviceUsed::Outdated => db.commit(&[Invalidation::User(usage.user)]).await?,
            DeviceUsed::Unknown | DeviceUsed::SessionGone => db.rollback().await?,
        }
        Ok(used)
    }

    async fn forget_trusted_devices(&self, user: UserId, which: DeviceSelection) -> Result<u64, StoreError> {
        let (condition, id) = match which {
            DeviceSelection::All => ("$2::uuid IS NULL", None),
            DeviceSelection::One(id) => ("id = $2", Some(id.0)),
            DeviceSelection::OfSession(id) => {
                ("id = (SELECT trusted_device FROM postern.sessions WHERE id = $2 AND user_id = $1)", Some(id.0))
            }
        };
        let mut db = self.db().await?;
        db.begin().await?;
        lock_user(&mut db, user).await?;
        let sql = format!("DELETE FROM postern.trusted_devices WHERE user_id = $1 AND {condition}");
        let forgotten = db.run(&sql, &[&user.0, &id]).await?;
        db.commit(&[Invalidation::User(user)]).await?;
        Ok(forgotten)
    }

    async fn delete_expired_devices(
        &self,
        trusted_before: Timestamp,
        expired_before: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut db = self.db().await?;
        let trusted = Moment(by_server(self, &mut db, trusted_before).await?);
        let expired = Moment(by_server(self, &mut db, expired_before).await?);
        let old = "trusted_at <= $1 OR expires_at < $2";
        let sql = format!("SELECT count(*), count(*) FILTER (WHERE {old}) FROM postern.trusted_devices");
        let row = db.row(&sql, &[&trusted, &expired]).await?;
        let count = |index| row.as_ref().and_then(|row| row.try_get::<_, i64>(index).ok()).unwrap_or(0);
        let most = share("postern.trusted_devices", count(0), count(1));
        // The table's trigger tells every replica.
        let sql = format!(
            "DELETE FROM postern.trusted_devices WHERE id IN (SELECT id FROM postern.trusted_devices WHERE {old} \
             ORDER BY trusted_at LIMIT $3 FOR UPDATE SKIP LOCKED)"
        );
        db.run(&sql, &[&trusted, &expired, &most]).await.map_err(StoreError::from)
    }
}

async fn write(db: &mut Db<'_>, trust: &DeviceTrust) -> Result<bool, StoreError> {
    let device = &trust.device;
    lock_user(db, device.user).await?;
    let sql = format!(
        "INSERT INTO postern.trusted_devices (id, user_id, factor_id, secret, trusted_at, expires_at, ip_address, user_agent) \
         SELECT $1, $2, f.id, $3, $4, $5, $6::text::inet, $7 FROM user_2fa_settings f \
         JOIN postern.sessions s ON s.user_id = f.user_id AND s.second_factor_id = f.id \
         WHERE f.user_id = $2 AND s.id = $8 AND s.second_factor IS NOT NULL AND {ENABLED} ON CONFLICT (id) DO NOTHING"
    );
    let (id, user, secret) = (&device.id.0, &device.user.0, trust.secret.0.as_slice());
    let (at, until) = (Moment(device.trusted_at), Moment(device.expires_at));
    let address = device.caller.address.map(|address| address.to_string());
    let agent = bounds::text(device.caller.user_agent.as_deref());
    if db.run(&sql, &[id, user, &secret, &at, &until, &address, &agent, &trust.session.0]).await? == 0 {
        return Ok(false);
    }
    let sql = "UPDATE postern.sessions SET trusted_device = $3 WHERE id = $1 AND user_id = $2";
    db.run(sql, &[&trust.session.0, user, id]).await?;
    let sql = "DELETE FROM postern.trusted_devices WHERE id IN (SELECT id FROM postern.trusted_devices WHERE user_id = $1 \
               ORDER BY id = $2 DESC, coalesce(last_used_at, trusted_at) DESC, id OFFSET $3)";
    db.run(sql, &[user, id, &i64::from(TRUSTED_DEVICES_MAX)]).await?;
    Ok(true)
}

async fn verify(db: &mut Db<'_>, usage: &DeviceUse) -> Result<DeviceUsed, StoreError> {
    let (user, at) = (usage.user, Moment(usage.elevation.verified.at));
    lock_user(db, user).await?;
    if !has_token(db, &usage.elevation, user).await? {
        return Ok(DeviceUsed::SessionGone);
    }
    let sql = format!(
        "SELECT {DEVICE}, d.secret, d.former_secret, d.replaced_at {OF_USER} AND {ENABLED} AND d.id = $2 \
         AND d.expires_at > $3 AND d.trusted_at > $4 AND d.trusted_at <= $5 FOR UPDATE OF d"
    );
    let latest = Moment(at.0.after(CLOCK_SKEW));
    let found = db.row(&sql, &[&user.0, &usage.device.0, &at, &Moment(usage.trusted_after), &latest]).await?;
    let Some(row) = found else { return Ok(DeviceUsed::Unknown) };
    let (device, secrets) = trusted_device_with_secrets(&mut PgColumns::new(&row))?;
    let replaced = match secrets.present(usage.presented, usage.next, at.0) {
        Presented::Outdated => {
            db.run("DELETE FROM postern.trusted_devices WHERE id = $1", &[&device.id.0]).await?;
            return Ok(DeviceUsed::Outdated);
        }
        Presented::Parallel => {
            db.run("UPDATE postern.trusted_devices SET last_used_at = $2 WHERE id = $1", &[&device.id.0, &at]).await?;
            false
        }
        Presented::Replaced(after) => {
            let sql = "UPDATE postern.trusted_devices SET secret = $2, former_secret = $3, replaced_at = $4, \
                       last_used_at = $4 WHERE id = $1";
            let former = after.former.map(|former| former.0.to_vec());
            db.run(sql, &[&device.id.0, &after.current.0.as_slice(), &former, &at]).await?;
            true
        }
    };
    rotate(db, &usage.elevation).await?;
    let session = usage.elevation.session;
    let sql = "UPDATE postern.sessions SET trusted_device = $2 WHERE id = $1";
    db.run(sql, &[&session.0, &device.id.0]).await?;
    let device = TrustedDevice { last_used_at: Some(at.0), ..device };
    Ok(view_of(db, session).await?.map_or(DeviceUsed::SessionGone, |view| DeviceUsed::Done {
        view: Box::new(view),
        device,
        replaced,
    }))
}
