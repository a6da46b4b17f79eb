//! Attempts: counted before the code is checked, used up once, logged.

use postern_model::attempt::Reservation;
use postern_model::attempt_log::AttemptRecord;
use postern_model::clock::Timestamp;
use postern_model::factor::{SecondFactor, Spend};
use postern_model::id::UserId;
use postern_model::invalidation::Invalidation;
use postern_model::store::StoreError;

use super::PostgresStore;
use super::error::Failure;
use super::pool::Db;
use super::values::{Moment, PgColumns};
use crate::bounds;
use crate::rows::{self, ENABLED};

/// Counts an attempt under the row's lock.
pub(super) async fn reserve(
    store: &PostgresStore,
    user: UserId,
    factor: SecondFactor,
    now: Timestamp,
) -> Result<Reservation, StoreError> {
    let (failures, until) = rows::lockout_columns(factor);
    let mut db = store.db().await?;
    db.begin().await?;
    let sql = format!(
        "SELECT f.user_id, f.{failures}, f.{until} FROM user_2fa_settings f WHERE f.user_id = $1 AND {ENABLED} \
         FOR UPDATE"
    );
    let Some(row) = db.row(&sql, &[&user.0]).await? else {
        db.rollback().await?;
        return Ok(Reservation::NotEnrolled);
    };
    let before = rows::lockout(&mut PgColumns::new(&row), factor)?;
    let after = match before.reserve(now) {
        Ok(after) => after,
        Err(refused) => {
            db.rollback().await?;
            return Ok(Reservation::Refused(refused));
        }
    };
    let sql = format!("UPDATE user_2fa_settings SET {failures} = $2, {until} = $3 WHERE user_id = $1");
    let count = i32::try_from(after.failures).unwrap_or(i32::MAX);
    db.run(&sql, &[&user.0, &count, &after.locked_until.map(Moment)]).await?;
    db.commit(&[]).await?;
    Ok(Reservation::Granted(after))
}

/// Uses up a step or a code, in one conditional statement, and resets the counter that goes with it.
pub(super) async fn spend(
    store: &PostgresStore,
    user: UserId,
    spend: &Spend,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut db = store.db().await?;
    db.begin().await?;
    if !use_up(&mut db, user, spend, now).await? {
        db.rollback().await?;
        return Ok(false);
    }
    db.commit(&spent(user, spend)).await?;
    Ok(true)
}

/// Returns the invalidations of cached data: the number of remaining codes is shown, and cached.
pub(super) fn spent(user: UserId, spend: &Spend) -> Vec<Invalidation> {
    match spend {
        Spend::Step(_) => Vec::new(),
        Spend::BackupCode(_) => vec![Invalidation::User(user)],
    }
}

/// Runs the statement of [`spend`] inside a transaction.
pub(super) async fn use_up(db: &mut Db<'_>, user: UserId, spend: &Spend, now: Timestamp) -> Result<bool, StoreError> {
    match spend {
        Spend::Step(step) => {
            let sql = format!(
                "UPDATE user_2fa_settings f SET totp_last_step = $2, failed_attempts = 0, locked_until = NULL, \
                 last_used_at = $3 WHERE f.user_id = $1 AND {ENABLED} \
                 AND (f.totp_last_step IS NULL OR f.totp_last_step < $2)"
            );
            Ok(db.run(&sql, &[&user.0, step, &Moment(now)]).await? > 0)
        }
        Spend::BackupCode(digest) => {
            let sql = format!(
                "UPDATE user_2fa_settings f SET backup_codes = array_remove(f.backup_codes::text[], $2::text), \
                 backup_failed_attempts = 0, backup_locked_until = NULL, last_used_at = $3 \
                 WHERE f.user_id = $1 AND {ENABLED} AND $2::text = ANY (f.backup_codes)"
            );
            Ok(db.run(&sql, &[&user.0, digest, &Moment(now)]).await? > 0)
        }
    }
}

/// Appends to the log of attempts.
pub(super) async fn record(db: &mut Db<'_>, attempt: &AttemptRecord) -> Result<(), Failure> {
    let address = attempt.caller.address.map(|address| address.to_string());
    let agent = bounds::text(attempt.caller.user_agent.as_deref());
    let sql = "INSERT INTO user_2fa_attempts (id, user_id, attempt_type, success, ip_address, user_agent, created_at) \
               VALUES ($1, $2, $3, $4, $5::text::inet, $6, $7)";
    let (id, user, kind) = (&attempt.id.0, &attempt.user.0, attempt.factor.name());
    db.run(sql, &[id, user, &kind, &attempt.success, &address, &agent, &Moment(attempt.at)]).await?;
    Ok(())
}
