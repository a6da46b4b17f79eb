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
use postern_model::mail::{Happening, MailKind};
use postern_model::store::{AuthenticatorStore, StoreError};

use super::locks::lock_user;
use super::pool::Db;
use super::sessions::view_of;
use super::values::{Moment, PgColumns};
use super::{PostgresStore, attempts, factor_changes, mail, replay};
use crate::actions::AllowedBy;
use crate::authenticator_rows::{self, CHECKED, FIRST, FURTHER, authenticator, further};
use crate::rows::{self, ENABLED, OF_AN_APP};

#[async_trait]
impl AuthenticatorStore for PostgresStore {
    async fn authenticators(&self, user: UserId) -> Result<Vec<Authenticator>, StoreError> {
        let mut db = self.db().await?;
        let sql = format!("SELECT {FIRST} FROM user_2fa_settings f WHERE f.user_id = $1 AND {ENABLED} AND {OF_AN_APP}");
        let first = db.rows(&sql, &[&user.0]).await?;
        let sql = format!("SELECT {FURTHER} {OF_USER} AND {ENABLED} ORDER BY a.created_at, a.id");
        let others = db.rows(&sql, &[&user.0]).await?;
        let first = first.iter().map(|row| authenticator_rows::first(&mut PgColumns::new(row)));
        rows::readable(first.chain(others.iter().map(|row| authenticator(&mut PgColumns::new(row)))))
    }

    async fn add_authenticator(&self, addition: &AuthenticatorAddition) -> Result<AuthenticatorAdded, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        let added = add(&mut db, addition).await?;
        match &added {
            AuthenticatorAdded::Done(_) => db.commit(&[Invalidation::Token(addition.from)]).await?,
            _ => db.rollback().await?,
        }
        Ok(added)
    }

    async fn rename_authenticator(&self, user: UserId, id: AuthenticatorId, name: &str) -> Result<bool, StoreError> {
        let mut db = self.db().await?;
        let sql = format!(
            "UPDATE user_2fa_settings f SET totp_name = $3 WHERE f.user_id = $2 AND coalesce(f.totp_id, f.id) = $1 \
             AND {ENABLED} AND {OF_AN_APP}"
        );
        let renamed = db.run(&sql, &[&id.0, &user.0, &name]).await?;
        let sql = "UPDATE postern.authenticators SET name = $3 WHERE id = $1 AND user_id = $2";
        Ok(renamed + db.run(sql, &[&id.0, &user.0, &name]).await? > 0)
    }

    async fn all_further_authenticators(&self) -> Result<Vec<FurtherAuthenticator>, StoreError> {
        let sql = format!("SELECT {CHECKED} {COUNTING} WHERE {ENABLED} ORDER BY a.user_id, a.created_at, a.id");
        let rows = self.db().await?.rows(&sql, &[]).await?;
        rows::readable(rows.iter().map(|row| further(&mut PgColumns::new(row))))
    }

    async fn reseal_authenticator(&self, from: &FurtherAuthenticator, sealed: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE postern.authenticators SET totp_secret = $3 WHERE id = $1 AND totp_secret = $2";
        Ok(self.db().await?.run(sql, &[&from.id.0, &from.totp_secret, &sealed]).await? > 0)
    }
}

/// The further authenticators of all users that count; [`ENABLED`] completes the condition.
const COUNTING: &str =
    "FROM postern.authenticators a JOIN user_2fa_settings f ON f.user_id = a.user_id AND f.id = a.factor_id";
/// Those of a user.
const OF_USER: &str = "FROM postern.authenticators a JOIN user_2fa_settings f ON f.user_id = a.user_id \
                       AND f.id = a.factor_id WHERE a.user_id = $1";

/// Returns the further authenticators of a user that a code is checked against.
pub(super) async fn checked(
    db: &mut Db<'_>,
    user: UserId,
    factor: SecondFactor,
) -> Result<Vec<FurtherAuthenticator>, StoreError> {
    if factor != SecondFactor::Totp {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT {CHECKED} {OF_USER} AND {ENABLED} ORDER BY a.created_at, a.id");
    let rows = db.rows(&sql, &[&user.0]).await?;
    rows::readable(rows.iter().map(|row| further(&mut PgColumns::new(row))))
}

async fn add(db: &mut Db<'_>, addition: &AuthenticatorAddition) -> Result<AuthenticatorAdded, StoreError> {
    let (user, at) = (addition.user, addition.attempt.at);
    lock_user(db, user).await?;
    if let Some(Some(sealed)) = replay::repeated(db, addition.replay.as_ref(), at).await? {
        return Ok(AuthenticatorAdded::Repeated(sealed));
    }
    let sql =
        "UPDATE postern.sessions SET token = $4, version = version + 1 WHERE id = $1 AND user_id = $2 AND token = $3";
    let (from, to) = (addition.from.0.as_slice(), addition.to.0.as_slice());
    if db.run(sql, &[&addition.session.0, &user.0, &from, &to]).await? == 0 {
        return Ok(AuthenticatorAdded::SessionGone);
    }
    let sql = format!("SELECT 1 + count(*) {OF_USER} AND {ENABLED}");
    let row = db.row(&sql, &[&user.0]).await?;
    let count = row.and_then(|row| row.try_get::<_, i64>(0).ok()).unwrap_or(i64::MAX);
    if count >= i64::from(AUTHENTICATORS_MAX) {
        return Ok(AuthenticatorAdded::Full);
    }
    let sql = "DELETE FROM postern.pending_enrolments WHERE id = $1 AND user_id = $2 AND session_id = $3 AND adds \
               AND tries < $4 AND expires_at > $5";
    let tries = i32::try_from(TRIES).unwrap_or(i32::MAX);
    let taken = db.run(sql, &[&addition.enrolment.0, &user.0, &addition.session.0, &tries, &Moment(at)]).await?;
    if taken == 0 || !insert(db, addition).await? {
        return Ok(AuthenticatorAdded::Void);
    }
    attempts::record(db, &addition.attempt).await?;
    mail::queue_of(db, &addition.attempt, Some(Happening::new(MailKind::FactorAdded, "totp"))).await?;
    replay::remember(db, user, addition.replay.as_ref(), true).await?;
    let view = view_of(db, addition.session).await?;
    Ok(view.map_or(AuthenticatorAdded::SessionGone, |view| AuthenticatorAdded::Done(Box::new(view))))
}

/// Writes an authenticator of the user's current enrolment, as the first one where there is none. False if nothing is enrolled.
async fn insert(db: &mut Db<'_>, addition: &AuthenticatorAddition) -> Result<bool, StoreError> {
    let (id, user, at) = (&addition.id.0, &addition.user.0, Moment(addition.attempt.at));
    let (secret, name) = (&addition.sealed_secret, &addition.name);
    let sql = format!(
        "UPDATE user_2fa_settings f SET totp_id = $1, totp_secret = $3, totp_last_step = $4, totp_name = $5, \
         created_at = $6, updated_at = $7, failed_attempts = 0, locked_until = NULL \
         WHERE f.user_id = $2 AND {ENABLED} AND NOT ({OF_AN_APP})"
    );
    if db.run(&sql, &[id, user, secret, &addition.step, name, &at, &at]).await? > 0 {
        return Ok(true);
    }
    let sql = format!(
        "INSERT INTO postern.authenticators (id, user_id, factor_id, totp_secret, last_step, name, created_at) \
         SELECT $1, $2, f.id, $3, $4, $5, $6 FROM user_2fa_settings f WHERE f.user_id = $2 AND {ENABLED}"
    );
    Ok(db.run(&sql, &[id, user, secret, &addition.step, name, &at]).await? > 0)
}

/// Removes an authenticator of a user, whose row is locked; in place of the first, the oldest of the others becomes it, and in
/// place of the only one, the secret that nobody was shown. False if the user has none with this identifier, or no other and no
/// passkey allowed it.
pub(super) async fn remove(
    db: &mut Db<'_>,
    user: UserId,
    id: AuthenticatorId,
    (by, unseen): (AllowedBy, &str),
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT 1 FROM user_2fa_settings f WHERE f.user_id = $1 AND coalesce(f.totp_id, f.id) = $2 AND {ENABLED} \
         AND {OF_AN_APP}"
    );
    let is_first = db.row(&sql, &[&user.0, &id.0]).await?.is_some();
    let sql = "UPDATE postern.sessions SET second_factor = NULL, second_factor_at = NULL, second_factor_id = NULL, \
               version = version + 1 WHERE user_id = $1 AND second_factor = 'totp' \
               AND (second_factor_authenticator = $2 OR ($3 AND second_factor_authenticator IS NULL))";
    db.run(sql, &[&user.0, &id.0, &is_first]).await?;
    if !is_first {
        let sql = "DELETE FROM postern.authenticators WHERE id = $1 AND user_id = $2";
        let removed = db.run(sql, &[&id.0, &user.0]).await? > 0;
        return Ok(removed && (by.is_passkey() || factor_changes::has_app(db, user).await?));
    }
    let sql = format!(
        "UPDATE user_2fa_settings f SET totp_id = a.id, totp_secret = a.totp_secret, totp_last_step = a.last_step, \
         totp_name = a.name, created_at = a.created_at, updated_at = $2 FROM postern.authenticators a \
         WHERE a.id = (SELECT a.id {OF_USER} AND {ENABLED} ORDER BY a.created_at, a.id LIMIT 1) AND f.user_id = $1"
    );
    let promoted = db.run(&sql, &[&user.0, &Moment(at)]).await? > 0;
    let sql = "DELETE FROM postern.authenticators a USING user_2fa_settings f \
               WHERE a.user_id = $1 AND f.user_id = a.user_id AND f.totp_id = a.id";
    db.run(sql, &[&user.0]).await?;
    if promoted || !by.is_passkey() {
        return Ok(promoted);
    }
    db.run("DELETE FROM postern.trusted_devices WHERE user_id = $1", &[&user.0]).await?;
    let sql = format!(
        "UPDATE user_2fa_settings f SET totp_id = NULL, totp_name = NULL, totp_secret = $2, totp_last_step = $3, \
         failed_attempts = 0, locked_until = NULL, updated_at = $4 WHERE f.user_id = $1 AND {ENABLED}"
    );
    Ok(db.run(&sql, &[&user.0, &unseen, &NO_APP, &Moment(at)]).await? > 0)
}
