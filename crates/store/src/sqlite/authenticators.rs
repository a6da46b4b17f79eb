//! Authenticator apps beside the first one: listed, added and renamed; removed by [`settle`](super::settle).

use async_trait::async_trait;
use postern_model::authenticator::{
    AUTHENTICATORS_MAX, Authenticator, AuthenticatorAdded, AuthenticatorAddition, FurtherAuthenticator,
};
use postern_model::clock::Timestamp;
use postern_model::enrolment::TRIES;
use postern_model::factor::{NO_APP, SecondFactor};
use postern_model::id::{AuthenticatorId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::mail::{Happening, MailKind, MailKinds};
use postern_model::store::{AuthenticatorStore, StoreError};
use rusqlite::{Connection, params};

use super::connection::{End, first, readable, run};
use super::error::Failure;
use super::sessions::view_of;
use super::{SqliteStore, attempts, factor_changes, mail, replay, times};
use crate::actions::AllowedBy;
use crate::authenticator_rows::{self, CHECKED, FIRST, FURTHER, authenticator, further};
use crate::rows::{ENABLED, OF_AN_APP};

#[async_trait]
impl AuthenticatorStore for SqliteStore {
    async fn authenticators(&self, user: UserId) -> Result<Vec<Authenticator>, StoreError> {
        self.read(move |db| {
            let sql =
                format!("SELECT {FIRST} FROM user_2fa_settings f WHERE f.user_id = ?1 AND {ENABLED} AND {OF_AN_APP}");
            let mut listed = readable(db, &sql, [user.to_string()], authenticator_rows::first)?;
            let sql = format!("SELECT {FURTHER} {OF_USER} AND {ENABLED} ORDER BY a.created_at, a.id");
            listed.extend(readable(db, &sql, [user.to_string()], authenticator)?);
            Ok(listed)
        })
        .await
    }

    async fn add_authenticator(&self, addition: &AuthenticatorAddition) -> Result<AuthenticatorAdded, StoreError> {
        let (addition, wanted) = (addition.clone(), self.wanted_mail());
        self.write(move |db| {
            Ok(match add(db, wanted, &addition)? {
                done @ AuthenticatorAdded::Done(_) => End::Commit(done, vec![Invalidation::Token(addition.from)]),
                refused => End::Nothing(refused),
            })
        })
        .await
    }

    async fn rename_authenticator(&self, user: UserId, id: AuthenticatorId, name: &str) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(move |db| {
            let sql = format!(
                "UPDATE user_2fa_settings AS f SET totp_name = ?3 WHERE f.user_id = ?2 \
                 AND coalesce(f.totp_id, f.id) = ?1 COLLATE NOCASE AND {ENABLED} AND {OF_AN_APP}"
            );
            let (id, user) = (id.to_string(), user.to_string());
            let renamed = run(db, &sql, params![id, user, name])?;
            let sql = "UPDATE postern_authenticators SET name = ?3 WHERE id = ?1 AND user_id = ?2";
            Ok(End::Commit(renamed + run(db, sql, params![id, user, name])? > 0, Vec::new()))
        })
        .await
    }

    async fn all_further_authenticators(&self) -> Result<Vec<FurtherAuthenticator>, StoreError> {
        let sql = format!("SELECT {CHECKED} {COUNTING} WHERE {ENABLED} ORDER BY a.user_id, a.created_at, a.id");
        self.read(move |db| readable(db, &sql, [], further)).await
    }

    async fn reseal_authenticator(&self, from: &FurtherAuthenticator, sealed: &str) -> Result<bool, StoreError> {
        let (from, sealed) = (from.clone(), sealed.to_owned());
        let sql = "UPDATE postern_authenticators SET totp_secret = ?3 WHERE id = ?1 AND totp_secret = ?2";
        self.write(move |db| {
            Ok(End::Commit(run(db, sql, params![from.id.to_string(), from.totp_secret, sealed])? > 0, Vec::new()))
        })
        .await
    }
}

/// The further authenticators of all users that count; [`ENABLED`] completes the condition.
const COUNTING: &str =
    "FROM postern_authenticators a JOIN user_2fa_settings f ON f.user_id = a.user_id AND f.id = a.factor_id";
/// Those of a user.
const OF_USER: &str = "FROM postern_authenticators a JOIN user_2fa_settings f ON f.user_id = a.user_id \
                       AND f.id = a.factor_id WHERE a.user_id = ?1";

/// Returns the further authenticators of a user that a code is checked against.
pub(super) fn checked(
    db: &Connection,
    user: UserId,
    factor: SecondFactor,
) -> Result<Vec<FurtherAuthenticator>, Failure> {
    if factor != SecondFactor::Totp {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT {CHECKED} {OF_USER} AND {ENABLED} ORDER BY a.created_at, a.id");
    readable(db, &sql, [user.to_string()], further)
}

fn add(db: &Connection, wanted: MailKinds, addition: &AuthenticatorAddition) -> Result<AuthenticatorAdded, Failure> {
    let (user, at) = (addition.user.to_string(), times::write(addition.attempt.at));
    if let Some(Some(sealed)) = replay::repeated(db, addition.replay.as_ref(), addition.attempt.at)? {
        return Ok(AuthenticatorAdded::Repeated(sealed));
    }
    let sql =
        "UPDATE postern_sessions SET token = ?4, version = version + 1 WHERE id = ?1 AND user_id = ?2 AND token = ?3";
    let session = addition.session.to_string();
    if run(db, sql, params![session, user, addition.from.0, addition.to.0])? == 0 {
        return Ok(AuthenticatorAdded::SessionGone);
    }
    let sql = format!("SELECT 1 + count(*) {OF_USER} AND {ENABLED}");
    let count: u32 = db.query_row(&sql, [&user], |row| row.get(0))?;
    if count >= AUTHENTICATORS_MAX {
        return Ok(AuthenticatorAdded::Full);
    }
    let sql = "DELETE FROM postern_pending_enrolments WHERE id = ?1 AND user_id = ?2 AND session_id = ?3 AND adds \
               AND tries < ?4 AND expires_at > ?5";
    let taken = run(db, sql, params![addition.enrolment.to_string(), user, session, TRIES, at])?;
    if taken == 0 || !insert(db, addition)? {
        return Ok(AuthenticatorAdded::Void);
    }
    attempts::record(db, &addition.attempt)?;
    mail::queue_of(db, wanted, &addition.attempt, Some(Happening::new(MailKind::FactorAdded, "totp")))?;
    replay::remember(db, addition.user, addition.replay.as_ref(), true)?;
    let view = view_of(db, addition.session)?;
    Ok(view.map_or(AuthenticatorAdded::SessionGone, |view| AuthenticatorAdded::Done(Box::new(view))))
}

/// Writes an authenticator of the user's current enrolment, as the first one where there is none. False if nothing is enrolled.
fn insert(db: &Connection, addition: &AuthenticatorAddition) -> Result<bool, Failure> {
    let (id, user, at) = (addition.id.to_string(), addition.user.to_string(), times::write(addition.attempt.at));
    let written = params![id, user, addition.sealed_secret, addition.step, addition.name, at];
    let sql = format!(
        "UPDATE user_2fa_settings AS f SET totp_id = ?1, totp_secret = ?3, totp_last_step = ?4, totp_name = ?5, \
         created_at = ?6, updated_at = ?6, failed_attempts = 0, locked_until = NULL \
         WHERE f.user_id = ?2 AND {ENABLED} AND NOT ({OF_AN_APP})"
    );
    if run(db, &sql, written)? > 0 {
        return Ok(true);
    }
    let sql = format!(
        "INSERT INTO postern_authenticators (id, user_id, factor_id, totp_secret, last_step, name, created_at) \
         SELECT ?1, ?2, f.id, ?3, ?4, ?5, ?6 FROM user_2fa_settings f WHERE f.user_id = ?2 AND {ENABLED}"
    );
    Ok(run(db, &sql, written)? > 0)
}

/// Removes an authenticator of a user; in place of the first, the oldest of the others becomes it, and in place of the only
/// one, the secret that nobody was shown. False if the user has none with this identifier, or no other and no passkey allowed it.
pub(super) fn remove(
    db: &Connection,
    owner: UserId,
    id: AuthenticatorId,
    (by, unseen): (AllowedBy, &str),
    at: Timestamp,
) -> Result<bool, Failure> {
    let (id, user, at) = (id.to_string(), owner.to_string(), times::write(at));
    let sql = format!(
        "SELECT 1 FROM user_2fa_settings f WHERE f.user_id = ?1 AND coalesce(f.totp_id, f.id) = ?2 COLLATE NOCASE \
         AND {ENABLED} AND {OF_AN_APP}"
    );
    let is_first = first(db, &sql, [&user, &id], |_| Ok(()))?.is_some();
    let sql = "UPDATE postern_sessions SET second_factor = NULL, second_factor_at = NULL, second_factor_id = NULL, \
               version = version + 1 WHERE user_id = ?1 AND second_factor = 'totp' \
               AND (second_factor_authenticator = ?2 OR (?3 AND second_factor_authenticator IS NULL))";
    run(db, sql, params![user, id, is_first])?;
    if !is_first {
        let sql = "DELETE FROM postern_authenticators WHERE id = ?1 AND user_id = ?2";
        let removed = run(db, sql, [&id, &user])? > 0;
        return Ok(removed && (by.is_passkey() || factor_changes::has_app(db, owner)?));
    }
    let sql = format!(
        "UPDATE user_2fa_settings AS f SET totp_id = a.id, totp_secret = a.totp_secret, totp_last_step = a.last_step, \
         totp_name = a.name, created_at = a.created_at, updated_at = ?2 FROM postern_authenticators a \
         WHERE a.id = (SELECT a.id {OF_USER} AND {ENABLED} ORDER BY a.created_at, a.id LIMIT 1) AND f.user_id = ?1"
    );
    let promoted = run(db, &sql, params![user, at])? > 0;
    let sql = "DELETE FROM postern_authenticators WHERE user_id = ?1 AND id = (SELECT f.totp_id FROM user_2fa_settings f \
               WHERE f.user_id = ?1)";
    run(db, sql, [&user])?;
    if promoted || !by.is_passkey() {
        return Ok(promoted);
    }
    let sql = format!(
        "UPDATE user_2fa_settings AS f SET totp_id = NULL, totp_name = NULL, totp_secret = ?2, totp_last_step = ?3, \
         failed_attempts = 0, locked_until = NULL, updated_at = ?4 WHERE f.user_id = ?1 AND {ENABLED}"
    );
    run(db, "DELETE FROM postern_trusted_devices WHERE user_id = ?1", [&user])?;
    Ok(run(db, &sql, params![user, unseen, NO_APP, at])? > 0)
}
