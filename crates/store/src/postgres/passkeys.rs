//! Passkeys: registered, used and renamed; removed by [`actions`](super::actions).

use async_trait::async_trait;
use postern_model::id::{EventId, PasskeyId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::mail::{Happening, MailKind};
use postern_model::passkey::{PASSKEYS_MAX, Passkey, PasskeyRegistration, PasskeyUse, Registered, Used};
use postern_model::store::{PasskeyStore, StoreError};

use super::actions::act;
use super::locks::lock_user;
use super::pool::Db;
use super::sessions::{has_token, view_of};
use super::stored_passkeys::insert;
use super::values::{Moment, PgColumns};
use super::{PostgresStore, attempts, mail, replay};
use crate::actions::{Acted, AllowedBy};
use crate::mail::NewMail;
use crate::passkey_rows::{CREDENTIAL, PASSKEY, credential, passkey};
use crate::rows::{self, ENABLED};

#[async_trait]
impl PasskeyStore for PostgresStore {
    async fn passkeys(&self, user: UserId) -> Result<Vec<Passkey>, StoreError> {
        let sql = format!("SELECT {PASSKEY} {OF_USER} AND {ENABLED} ORDER BY p.created_at, p.id");
        let rows = self.db().await?.rows(&sql, &[&user.0]).await?;
        rows::readable(rows.iter().map(|row| passkey(&mut PgColumns::new(row))))
    }

    async fn credentials(&self, user: UserId) -> Result<Vec<Vec<u8>>, StoreError> {
        let sql = format!("SELECT {CREDENTIAL} {OF_USER} AND {ENABLED} ORDER BY p.created_at, p.id");
        let rows = self.db().await?.rows(&sql, &[&user.0]).await?;
        rows.iter().map(|row| credential(&mut PgColumns::new(row))).collect()
    }

    async fn register_passkey(&self, registration: &PasskeyRegistration) -> Result<Registered, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        let registered = register(&mut db, registration).await?;
        match &registered {
            Registered::Done(_) => db.commit(&[Invalidation::Token(registration.from)]).await?,
            _ => db.rollback().await?,
        }
        Ok(registered)
    }

    async fn use_passkey(&self, used: &PasskeyUse) -> Result<Used, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        let (outcome, changes) = verify(&mut db, used).await?;
        match &outcome {
            Used::Done(_) => db.commit(&changes).await?,
            _ => db.rollback().await?,
        }
        Ok(outcome)
    }

    async fn rename_passkey(&self, user: UserId, id: PasskeyId, name: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE postern.passkeys SET name = $3 WHERE id = $1 AND user_id = $2";
        Ok(self.db().await?.run(sql, &[&id.0, &user.0, &name]).await? > 0)
    }
}

/// The passkeys of a user that count; [`ENABLED`] completes the condition.
const OF_USER: &str = "FROM postern.passkeys p JOIN user_2fa_settings f ON f.user_id = p.user_id AND f.id = p.factor_id \
                       WHERE p.user_id = $1";

async fn register(db: &mut Db<'_>, registration: &PasskeyRegistration) -> Result<Registered, StoreError> {
    let (passkey, user) = (&registration.passkey, registration.passkey.user);
    lock_user(db, user).await?;
    if let Some(Some(sealed)) = replay::repeated(db, registration.replay.as_ref(), passkey.created_at).await? {
        return Ok(Registered::Repeated(sealed));
    }
    let sql =
        "UPDATE postern.sessions SET token = $4, version = version + 1 WHERE id = $1 AND user_id = $2 AND token = $3";
    let (from, to) = (registration.from.0.as_slice(), registration.to.0.as_slice());
    if db.run(sql, &[&registration.session.0, &user.0, &from, &to]).await? == 0 {
        return Ok(Registered::SessionGone);
    }
    let sql = format!("SELECT count(*) {OF_USER} AND {ENABLED}");
    let row = db.row(&sql, &[&user.0]).await?;
    let count = row.and_then(|row| row.try_get::<_, i64>(0).ok()).unwrap_or(i64::MAX);
    if count >= i64::from(PASSKEYS_MAX) {
        return Ok(Registered::Full);
    }
    let sql = format!("SELECT 1 FROM user_2fa_settings f WHERE f.user_id = $1 AND {ENABLED}");
    if db.row(&sql, &[&user.0]).await?.is_none() {
        return Ok(Registered::NotEnrolled);
    }
    if !insert(db, passkey).await? {
        return Ok(Registered::Known);
    }
    replay::remember(db, user, registration.replay.as_ref(), true).await?;
    let (event, at) = (EventId(passkey.id.0), passkey.created_at);
    let happening = Happening::new(MailKind::FactorAdded, "passkey");
    mail::queue(db, NewMail { event, user, happening, at, caller: &registration.caller }).await?;
    Ok(view_of(db, registration.session)
        .await?
        .map_or(Registered::SessionGone, |view| Registered::Done(Box::new(view))))
}

async fn verify(db: &mut Db<'_>, used: &PasskeyUse) -> Result<(Used, Vec<Invalidation>), StoreError> {
    let (user, at) = (used.attempt.user, used.attempt.at);
    lock_user(db, user).await?;
    if let Some(Some(sealed)) = replay::repeated(db, used.replay.as_ref(), at).await? {
        return Ok((Used::Repeated(sealed), Vec::new()));
    }
    if !has_token(db, &used.elevation, user).await? {
        return Ok((Used::SessionGone, Vec::new()));
    }
    let sql = format!(
        "UPDATE postern.passkeys p SET counter = $4, backed_up = $5, last_used_at = $6 FROM user_2fa_settings f \
         WHERE p.id = $1 AND p.user_id = $2 AND p.counter = $3 AND f.user_id = p.user_id AND f.id = p.factor_id \
         AND {ENABLED}"
    );
    let (before, counter) = (i64::from(used.counter_before), i64::from(used.counter));
    let written = db.run(&sql, &[&used.passkey.0, &user.0, &before, &counter, &used.backed_up, &Moment(at)]).await?;
    if written == 0 {
        return Ok((Used::Void, Vec::new()));
    }
    attempts::record(db, &used.attempt).await?;
    replay::remember(db, user, used.replay.as_ref(), true).await?;
    let acted = act(db, &used.attempt, &used.elevation, AllowedBy::Passkey(used.passkey), &used.action).await?;
    Ok(match acted {
        Acted::Done(view, changes) => (Used::Done(view), changes),
        Acted::NotEnrolled => (Used::NotEnrolled, Vec::new()),
        Acted::SessionGone => (Used::SessionGone, Vec::new()),
    })
}
