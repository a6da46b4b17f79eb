//! Parts of the settlement of an attempt: the counter, using up a step or code, and the log of attempts.

use postern_model::attempt::Evidence;
use postern_model::attempt_log::AttemptRecord;
use postern_model::clock::{CLOCK_SKEW, Timestamp};
use postern_model::factor::{CodeDigest, CodeKind, SecondFactor, Spend};
use postern_model::id::{SessionId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::lockout::Lockout;
use postern_model::sent_code::LIFETIME;
use rusqlite::{Connection, params};

use super::connection::{first, run};
use super::error::Failure;
use super::factor_changes::{has_app, number_of};
use super::stored_factors::stored;
use super::times;
use super::values::json;
use crate::bounds;
use crate::rows::sent_codes::is_of;
use crate::rows::{self, ENABLED};

/// Counters of one authenticator.
pub(super) fn lockout(db: &Connection, user: UserId, factor: SecondFactor) -> Result<Option<Lockout>, Failure> {
    let Some(counter) = rows::counter(factor) else { return Ok(None) };
    let (failures, until) = counter;
    let sql = format!(
        "SELECT f.user_id, f.{failures}, f.{until} FROM user_2fa_settings f WHERE f.user_id = ?1 AND {ENABLED}"
    );
    first(db, &sql, [user.to_string()], |columns| rows::lockout(columns, counter))
}

/// Returns the invalidations of cached data: the number of remaining codes is shown, and cached.
pub(super) fn spent(user: UserId, spend: &Spend) -> Vec<Invalidation> {
    match spend {
        Spend::Step(_) | Spend::SentCode { .. } => Vec::new(),
        Spend::BackupCode(_) => vec![Invalidation::User(user)],
    }
}

/// Uses up a step or a code, and resets the counter of its authenticator. False if it was used before (for a step: this
/// one or a newer one), or if the factor is gone. The transaction excludes every other writer.
pub(super) fn use_up(db: &Connection, user: UserId, evidence: &Evidence, now: Timestamp) -> Result<bool, Failure> {
    match (&evidence.spend, evidence.authenticator) {
        (Spend::Step(step), Some(id)) => {
            let sql = "UPDATE postern_authenticators SET last_step = ?3 WHERE id = ?1 AND user_id = ?2 \
                       AND (last_step IS NULL OR last_step < ?3)";
            if run(db, sql, params![id.to_string(), user.to_string(), step])? == 0 {
                return Ok(false);
            }
            let sql = "UPDATE user_2fa_settings SET failed_attempts = 0, locked_until = NULL, last_used_at = ?2 \
                       WHERE user_id = ?1";
            Ok(run(db, sql, params![user.to_string(), times::write(now)])? > 0)
        }
        (Spend::Step(step), None) => {
            let sql = format!(
                "UPDATE user_2fa_settings AS f SET totp_last_step = ?2, failed_attempts = 0, locked_until = NULL, \
                 last_used_at = ?3 WHERE f.user_id = ?1 AND {ENABLED} \
                 AND (f.totp_last_step IS NULL OR f.totp_last_step < ?2)"
            );
            Ok(run(db, &sql, params![user.to_string(), step, times::write(now)])? > 0)
        }
        (Spend::SentCode { kind, session, digest, present }, _) => match present {
            Some(present) if number_of(db, user)? != *present => Ok(false),
            _ => use_up_sent(db, user, (*kind, *session, digest), now),
        },
        (Spend::BackupCode(digest), _) => {
            let mut codes = stored(db, user)?.map(|factors| factors.backup_codes).unwrap_or_default();
            let before = codes.len();
            codes.retain(|code| code != digest);
            if codes.len() == before {
                return Ok(false);
            }
            let sql = "UPDATE user_2fa_settings SET backup_codes = ?2, backup_failed_attempts = 0, \
                       backup_locked_until = NULL, last_used_at = ?3 WHERE user_id = ?1";
            run(db, sql, [user.to_string(), json(&codes), times::write(now)])?;
            Ok(true)
        }
    }
}

/// Uses a code up. False if it was used, replaced or not delivered, or has expired.
fn use_up_sent(
    db: &Connection,
    user: UserId,
    (kind, session, digest): (CodeKind, SessionId, &CodeDigest),
    now: Timestamp,
) -> Result<bool, Failure> {
    let sql = format!(
        "UPDATE postern_sent_codes SET digest = NULL WHERE user_id = ?1 AND session_id = ?2 AND digest = ?3 \
         AND sent_at > ?4 AND sent_at <= ?5 AND kind = ?6 AND {}",
        is_of(kind)
    );
    let (oldest, latest) = (times::write(now.before(LIFETIME)), times::write(now.after(CLOCK_SKEW)));
    let factor = kind.factor().name();
    if run(db, &sql, params![user.to_string(), session.to_string(), digest.0, oldest, latest, factor])? == 0 {
        return Ok(false);
    }
    // The mailbox forgives no wrong codes of an app: whoever has both passwords could guess without end. Nor does a telephone, and
    // a number that is to count is whoever's.
    let sql = match kind == CodeKind::NewNumber || has_app(db, user)? {
        true => "UPDATE user_2fa_settings SET last_used_at = ?2 WHERE user_id = ?1",
        false => {
            "UPDATE user_2fa_settings SET failed_attempts = 0, locked_until = NULL, last_used_at = ?2 WHERE user_id = ?1"
        }
    };
    Ok(run(db, sql, params![user.to_string(), times::write(now)])? > 0)
}

/// Appends to the log of attempts.
pub(super) fn record(db: &Connection, attempt: &AttemptRecord) -> Result<(), Failure> {
    let address = attempt.caller.address.map(|address| address.to_string());
    let agent = bounds::text(attempt.caller.user_agent.as_deref());
    let sql = "INSERT INTO user_2fa_attempts (id, user_id, attempt_type, success, ip_address, user_agent, created_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (id, user, kind) = (attempt.id.to_string(), attempt.user.to_string(), attempt.factor.name());
    run(db, sql, params![id, user, kind, attempt.success, address, agent, times::write(attempt.at)])?;
    Ok(())
}
