//! Changes to stored factors that several operations share: replacing backup codes, removing factors.

use postern_model::clock::Timestamp;
use postern_model::factor::SecondFactor;
use postern_model::id::{EnrolmentId, PasskeyId, SessionId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::phone::{PhoneNumber, StoredNumber};
use postern_model::session::TokenHash;
use rusqlite::{Connection, params};

use super::connection::{first, run};
use super::error::Failure;
use super::sessions::end_all;
use super::times;
use super::values::json;
use crate::rows::sent_codes::{NUMBER, number};
use crate::rows::{ENABLED, OF_AN_APP};

/// The tables of the factors beside the first authenticator, each of which counts with the enrolment that its row names.
const BESIDE: [&str; 2] = ["passkeys", "authenticators"];

/// Replaces the backup codes and resets their counter.
pub(super) fn replace_codes(db: &Connection, user: UserId, digests: &[String], at: Timestamp) -> Result<(), Failure> {
    let sql = format!(
        "UPDATE user_2fa_settings AS f SET backup_codes = ?2, backup_failed_attempts = 0, \
         backup_locked_until = NULL, updated_at = ?3 WHERE f.user_id = ?1 AND {ENABLED}"
    );
    run(db, &sql, [user.to_string(), json(digests), times::write(at)])?;
    Ok(())
}

/// Switches codes by mail on or off for a user. Both ends what they were good for until then: a switch back on revives nothing.
pub(super) fn set_email_codes(db: &Connection, user: UserId, on: bool, at: Timestamp) -> Result<bool, Failure> {
    end_sent(db, user, SecondFactor::Email)?;
    let sql =
        "UPDATE user_2fa_settings SET email_2fa_enabled = ?2, updated_at = ?3 WHERE user_id = ?1 AND is_enabled = TRUE";
    Ok(run(db, sql, params![user.to_string(), on, times::write(at)])? > 0)
}

/// Reads the number of a user.
pub(super) fn number_of(db: &Connection, user: UserId) -> Result<StoredNumber, Failure> {
    let sql = format!("SELECT {NUMBER} FROM user_2fa_settings f WHERE f.user_id = ?1 AND f.is_enabled = TRUE");
    Ok(first(db, &sql, [user.to_string()], number)?.unwrap_or_default())
}

/// Gives a user a number that they confirmed, or none. Both ends what the former one was good for.
pub(super) fn set_number(
    db: &Connection,
    user: UserId,
    number: Option<&PhoneNumber>,
    at: Timestamp,
) -> Result<bool, Failure> {
    end_sent(db, user, SecondFactor::Sms)?;
    let sql = "UPDATE user_2fa_settings SET sms_phone = ?2, sms_phone_confirmed = ?2, updated_at = ?3 \
               WHERE user_id = ?1 AND is_enabled = TRUE";
    Ok(run(db, sql, params![user.to_string(), number.map(PhoneNumber::as_str), times::write(at)])? > 0)
}

/// Voids the sent codes of a factor, and ends it in the sessions that rest on it.
fn end_sent(db: &Connection, user: UserId, factor: SecondFactor) -> Result<(), Failure> {
    let sql = "UPDATE postern_sessions SET second_factor = NULL, second_factor_at = NULL, second_factor_id = NULL, \
               version = version + 1 WHERE user_id = ?1 AND second_factor = ?2";
    run(db, sql, params![user.to_string(), factor.name()])?;
    let sql = "UPDATE postern_sent_codes SET digest = NULL WHERE user_id = ?1 AND kind = ?2";
    run(db, sql, params![user.to_string(), factor.name()])?;
    Ok(())
}

/// Removes the authenticators of a user. `None` rolls back.
pub(super) fn remove(
    db: &Connection,
    user: UserId,
    keep: Option<(SessionId, TokenHash, TokenHash)>,
    at: Timestamp,
) -> Result<Option<Vec<Invalidation>>, Failure> {
    let mut changes = vec![Invalidation::User(user)];
    for table in BESIDE {
        run(db, &format!("DELETE FROM postern_{table} WHERE user_id = ?1"), [user.to_string()])?;
    }
    // Also removes a row without a secret, which cannot verify any code.
    let sql = "DELETE FROM user_2fa_settings WHERE user_id = ?1 AND is_enabled = TRUE";
    if run(db, sql, [user.to_string()])? == 0 {
        return Ok(None);
    }
    if let Some((session, from, to)) = keep {
        let sql = "UPDATE postern_sessions SET token = ?4, second_factor = NULL, second_factor_at = NULL, \
                   second_factor_id = NULL, version = version + 1 WHERE id = ?1 AND user_id = ?2 AND token = ?3";
        if run(db, sql, params![session.to_string(), user.to_string(), from.0, to.0])? == 0 {
            return Ok(None);
        }
        changes.push(Invalidation::Token(from));
        let sql = "UPDATE users SET requires_2fa = FALSE, updated_at = ?2 WHERE id = ?1 AND twofa_enforced_at IS NULL";
        run(db, sql, [user.to_string(), times::write(at)])?;
    }
    changes.extend(end_all(db, user, keep.map(|(session, _, _)| session))?);
    Ok(Some(changes))
}

/// Has the factors beside the first authenticator follow the one that replaces it, or removes those of an enrolment that ended.
pub(super) fn follow(db: &Connection, user: UserId, enrolment: EnrolmentId, replaces: bool) -> Result<(), Failure> {
    let (user, enrolment) = (user.to_string(), enrolment.to_string());
    for table in BESIDE {
        if replaces {
            let sql = format!(
                "UPDATE postern_{table} SET factor_id = ?2 WHERE user_id = ?1 AND factor_id = \
                 (SELECT f.id FROM user_2fa_settings f WHERE f.user_id = ?1)"
            );
            run(db, &sql, [&user, &enrolment])?;
        }
        run(db, &format!("DELETE FROM postern_{table} WHERE user_id = ?1 AND factor_id <> ?2"), [&user, &enrolment])?;
    }
    Ok(())
}

/// Whether a user has an authenticator app.
pub(super) fn has_app(db: &Connection, user: UserId) -> Result<bool, Failure> {
    let sql = format!(
        "SELECT 1 FROM user_2fa_settings f WHERE f.user_id = ?1 AND {ENABLED} AND ({OF_AN_APP} OR EXISTS \
         (SELECT 1 FROM postern_authenticators a WHERE a.user_id = f.user_id AND a.factor_id = f.id))"
    );
    Ok(first(db, &sql, [user.to_string()], |_| Ok(()))?.is_some())
}

/// Removes a passkey of a user. False if they have none with this identifier, or no other factor.
pub(super) fn remove_passkey(db: &Connection, user: UserId, id: PasskeyId) -> Result<bool, Failure> {
    let sql = "UPDATE postern_sessions SET second_factor = NULL, second_factor_at = NULL, second_factor_id = NULL, \
               version = version + 1 WHERE user_id = ?1 AND second_factor_passkey = ?2";
    run(db, sql, params![user.to_string(), id.to_string()])?;
    let sql = "DELETE FROM postern_passkeys WHERE id = ?1 AND user_id = ?2";
    if run(db, sql, params![id.to_string(), user.to_string()])? == 0 {
        return Ok(false);
    }
    let sql = format!(
        "SELECT 1 FROM postern_passkeys p JOIN user_2fa_settings f ON f.user_id = p.user_id AND f.id = p.factor_id \
         WHERE p.user_id = ?1 AND {ENABLED}"
    );
    Ok(first(db, &sql, [user.to_string()], |_| Ok(()))?.is_some() || has_app(db, user)?)
}
