//! Parts of the settlement of an attempt: using up a step or code, and the log of attempts.

use postern_model::attempt::Evidence;
use postern_model::attempt_log::AttemptRecord;
use postern_model::clock::{CLOCK_SKEW, Timestamp};
use postern_model::factor::{CodeDigest, CodeKind, Spend};
use postern_model::id::{SessionId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::sent_code::LIFETIME;
use postern_model::store::StoreError;

use super::error::Failure;
use super::factor_changes::{has_app, number_of};
use super::pool::Db;
use super::values::Moment;
use crate::bounds;
use crate::rows::ENABLED;
use crate::rows::sent_codes::is_of;

/// Returns the invalidations of cached data: the number of remaining codes is shown, and cached.
pub(super) fn spent(user: UserId, spend: &Spend) -> Vec<Invalidation> {
    match spend {
        Spend::Step(_) | Spend::SentCode { .. } => Vec::new(),
        Spend::BackupCode(_) => vec![Invalidation::User(user)],
    }
}

/// Uses up a step or a code in one conditional statement, and resets the counter of its authenticator. False if it was
/// used before (for a step: this one or a newer one), or if the factor is gone.
pub(super) async fn use_up(
    db: &mut Db<'_>,
    user: UserId,
    evidence: &Evidence,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match (&evidence.spend, evidence.authenticator) {
        (Spend::Step(step), Some(id)) => {
            let sql = "UPDATE postern.authenticators SET last_step = $3 WHERE id = $1 AND user_id = $2 \
                       AND (last_step IS NULL OR last_step < $3)";
            if db.run(sql, &[&id.0, &user.0, step]).await? == 0 {
                return Ok(false);
            }
            let sql = "UPDATE user_2fa_settings SET failed_attempts = 0, locked_until = NULL, last_used_at = $2 \
                       WHERE user_id = $1";
            Ok(db.run(sql, &[&user.0, &Moment(now)]).await? > 0)
        }
        (Spend::Step(step), None) => {
            let sql = format!(
                "UPDATE user_2fa_settings f SET totp_last_step = $2, failed_attempts = 0, locked_until = NULL, \
                 last_used_at = $3 WHERE f.user_id = $1 AND {ENABLED} \
                 AND (f.totp_last_step IS NULL OR f.totp_last_step < $2)"
            );
            Ok(db.run(&sql, &[&user.0, step, &Moment(now)]).await? > 0)
        }
        (Spend::SentCode { kind, session, digest, present }, _) => {
            if let Some(present) = present
                && number_of(db, user).await? != *present
            {
                return Ok(false);
            }
            use_up_sent(db, user, (*kind, *session, digest), now).await
        }
        (Spend::BackupCode(digest), _) => {
            let sql = format!(
                "UPDATE user_2fa_settings f SET backup_codes = array_remove(f.backup_codes::text[], $2::text), \
                 backup_failed_attempts = 0, backup_locked_until = NULL, last_used_at = $3 \
                 WHERE f.user_id = $1 AND {ENABLED} AND $2::text = ANY (f.backup_codes)"
            );
            Ok(db.run(&sql, &[&user.0, digest, &Moment(now)]).await? > 0)
        }
    }
}

/// Uses a code up. False if it was used, replaced or not delivered, or has expired.
async fn use_up_sent(
    db: &mut Db<'_>,
    user: UserId,
    (kind, session, digest): (CodeKind, SessionId, &CodeDigest),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = format!(
        "UPDATE postern.sent_codes SET digest = NULL WHERE user_id = $1 AND session_id = $2 AND digest = $3 \
         AND sent_at > $4 AND sent_at <= $5 AND kind = $6 AND {}",
        is_of(kind)
    );
    let (oldest, latest) = (Moment(now.before(LIFETIME)), Moment(now.after(CLOCK_SKEW)));
    let (digest, factor) = (digest.0.as_slice(), kind.factor().name());
    if db.run(&sql, &[&user.0, &session.0, &digest, &oldest, &latest, &factor]).await? == 0 {
        return Ok(false);
    }
    // The mailbox forgives no wrong codes of an app: whoever has both passwords could guess without end. Nor does a telephone, and
    // a number that is to count is whoever's.
    let sql = match kind == CodeKind::NewNumber || has_app(db, user).await? {
        true => "UPDATE user_2fa_settings SET last_used_at = $2 WHERE user_id = $1",
        false => {
            "UPDATE user_2fa_settings SET failed_attempts = 0, locked_until = NULL, last_used_at = $2 WHERE user_id = $1"
        }
    };
    Ok(db.run(sql, &[&user.0, &Moment(now)]).await? > 0)
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
