//! Changes to stored factors that several operations share: replacing backup codes, removing factors.

use postern_model::clock::Timestamp;
use postern_model::factor::SecondFactor;
use postern_model::id::{EnrolmentId, PasskeyId, SessionId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::phone::{PhoneNumber, StoredNumber};
use postern_model::session::TokenHash;
use postern_model::store::StoreError;

use super::pool::Db;
use super::sessions::end_all;
use super::values::{Moment, PgColumns};
use crate::rows::sent_codes::{NUMBER, number};
use crate::rows::{ENABLED, OF_AN_APP};

/// The tables of the factors beside the first authenticator, each of which counts with the enrolment that its row names.
const BESIDE: [&str; 2] = ["passkeys", "authenticators"];

/// Replaces the backup codes and resets their counter.
pub(super) async fn replace_codes(
    db: &mut Db<'_>,
    user: UserId,
    digests: &[String],
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE user_2fa_settings f SET backup_codes = $2::text[], backup_failed_attempts = 0, \
         backup_locked_until = NULL, updated_at = $3 WHERE f.user_id = $1 AND {ENABLED}"
    );
    db.run(&sql, &[&user.0, &digests, &Moment(at)]).await?;
    Ok(())
}

/// Switches codes by mail on or off for a user whose row is locked. Both ends what they were good for until then: a switch back
/// on revives nothing.
pub(super) async fn set_email_codes(
    db: &mut Db<'_>,
    user: UserId,
    on: bool,
    at: Timestamp,
) -> Result<bool, StoreError> {
    end_sent(db, user, SecondFactor::Email).await?;
    let sql =
        "UPDATE user_2fa_settings SET email_2fa_enabled = $2, updated_at = $3 WHERE user_id = $1 AND is_enabled = TRUE";
    Ok(db.run(sql, &[&user.0, &on, &Moment(at)]).await? > 0)
}

/// Reads the number of a user.
pub(super) async fn number_of(db: &mut Db<'_>, user: UserId) -> Result<StoredNumber, StoreError> {
    let sql = format!("SELECT {NUMBER} FROM user_2fa_settings f WHERE f.user_id = $1 AND f.is_enabled = TRUE");
    let row = db.row(&sql, &[&user.0]).await?;
    row.map_or(Ok(StoredNumber::Absent), |row| number(&mut PgColumns::new(&row)))
}

/// Gives a user whose row is locked a number that they confirmed, or none. Both ends what the former one was good for.
pub(super) async fn set_number(
    db: &mut Db<'_>,
    user: UserId,
    number: Option<&PhoneNumber>,
    at: Timestamp,
) -> Result<bool, StoreError> {
    end_sent(db, user, SecondFactor::Sms).await?;
    let sql = "UPDATE user_2fa_settings SET sms_phone = $2, sms_phone_confirmed = $2, updated_at = $3 \
               WHERE user_id = $1 AND is_enabled = TRUE";
    Ok(db.run(sql, &[&user.0, &number.map(PhoneNumber::as_str), &Moment(at)]).await? > 0)
}

/// Voids the sent codes of a factor, and ends it in the sessions that rest on it.
async fn end_sent(db: &mut Db<'_>, user: UserId, factor: SecondFactor) -> Result<(), StoreError> {
    let sql = "UPDATE postern.sessions SET second_factor = NULL, second_factor_at = NULL, second_factor_id = NULL, \
               version = version + 1 WHERE user_id = $1 AND second_factor = $2";
    db.run(sql, &[&user.0, &factor.name()]).await?;
    let sql = "UPDATE postern.sent_codes SET digest = NULL WHERE user_id = $1 AND kind = $2";
    db.run(sql, &[&user.0, &factor.name()]).await?;
    Ok(())
}

/// Removes the authenticators of a user, whose row is locked. `None` rolls back.
pub(super) async fn remove(
    db: &mut Db<'_>,
    user: UserId,
    keep: Option<(SessionId, TokenHash, TokenHash)>,
    at: Timestamp,
) -> Result<Option<Vec<Invalidation>>, StoreError> {
    let mut changes = vec![Invalidation::User(user)];
    if let Some((session, from, to)) = keep {
        let sql = "UPDATE postern.sessions SET token = $4, second_factor = NULL, second_factor_at = NULL, \
                   second_factor_id = NULL, version = version + 1 WHERE id = $1 AND user_id = $2 AND token = $3";
        if db.run(sql, &[&session.0, &user.0, &from.0.as_slice(), &to.0.as_slice()]).await? == 0 {
            return Ok(None);
        }
        changes.push(Invalidation::Token(from));
    }
    changes.extend(end_all(db, user, keep.map(|(session, _, _)| session)).await?);
    for table in BESIDE {
        db.run(&format!("DELETE FROM postern.{table} WHERE user_id = $1"), &[&user.0]).await?;
    }
    // Also removes a row without a secret, which cannot verify any code.
    let sql = "DELETE FROM user_2fa_settings WHERE user_id = $1 AND is_enabled = TRUE";
    if db.run(sql, &[&user.0]).await? == 0 {
        return Ok(None);
    }
    if keep.is_some() {
        let sql = "UPDATE users SET requires_2fa = false, updated_at = $2 WHERE id = $1 AND twofa_enforced_at IS NULL";
        db.run(sql, &[&user.0, &Moment(at)]).await?;
    }
    Ok(Some(changes))
}

/// Has the factors beside the first authenticator follow the one that replaces it, or removes those of an enrolment that ended.
pub(super) async fn follow(
    db: &mut Db<'_>,
    user: UserId,
    enrolment: EnrolmentId,
    replaces: bool,
) -> Result<(), StoreError> {
    for table in BESIDE {
        if replaces {
            let sql = format!(
                "UPDATE postern.{table} b SET factor_id = $2 FROM user_2fa_settings f \
                 WHERE b.user_id = $1 AND f.user_id = b.user_id AND f.id = b.factor_id"
            );
            db.run(&sql, &[&user.0, &enrolment.0]).await?;
        }
        let sql = format!("DELETE FROM postern.{table} WHERE user_id = $1 AND factor_id <> $2");
        db.run(&sql, &[&user.0, &enrolment.0]).await?;
    }
    Ok(())
}

/// Whether a user has an authenticator app.
pub(super) async fn has_app(db: &mut Db<'_>, user: UserId) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT 1 FROM user_2fa_settings f WHERE f.user_id = $1 AND {ENABLED} AND ({OF_AN_APP} OR EXISTS \
         (SELECT 1 FROM postern.authenticators a WHERE a.user_id = f.user_id AND a.factor_id = f.id))"
    );
    Ok(db.row(&sql, &[&user.0]).await?.is_some())
}

/// Removes a passkey of a user, whose row is locked. False if they have none with this identifier, or no other factor.
pub(super) async fn remove_passkey(db: &mut Db<'_>, user: UserId, id: PasskeyId) -> Result<bool, StoreError> {
    let sql = "UPDATE postern.sessions SET second_factor = NULL, second_factor_at = NULL, second_factor_id = NULL, \
               version = version + 1 WHERE user_id = $1 AND second_factor_passkey = $2";
    db.run(sql, &[&user.0, &id.0]).await?;
    let sql = "DELETE FROM postern.passkeys WHERE id = $1 AND user_id = $2";
    if db.run(sql, &[&id.0, &user.0]).await? == 0 {
        return Ok(false);
    }
    let sql = format!(
        "SELECT 1 FROM postern.passkeys p JOIN user_2fa_settings f ON f.user_id = p.user_id AND f.id = p.factor_id \
         WHERE p.user_id = $1 AND {ENABLED} LIMIT 1"
    );
    Ok(db.row(&sql, &[&user.0]).await?.is_some() || has_app(db, user).await?)
}
