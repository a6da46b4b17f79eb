//! Passkeys: registered, used and renamed; removed by [`actions`](super::actions).

use async_trait::async_trait;
use postern_model::id::{EventId, PasskeyId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::mail::{Happening, MailKind, MailKinds};
use postern_model::passkey::{PASSKEYS_MAX, Passkey, PasskeyRegistration, PasskeyUse, Registered, Used};
use postern_model::store::{PasskeyStore, StoreError};
use rusqlite::{Connection, params};

use super::actions::act;
use super::connection::{End, all, first, readable, run};
use super::error::Failure;
use super::sessions::{has_token, view_of};
use super::stored_passkeys::insert;
use super::{SqliteStore, attempts, mail, replay, times};
use crate::actions::{Acted, AllowedBy};
use crate::mail::NewMail;
use crate::passkey_rows::{CREDENTIAL, PASSKEY, credential, passkey};
use crate::rows::ENABLED;

#[async_trait]
impl PasskeyStore for SqliteStore {
    async fn passkeys(&self, user: UserId) -> Result<Vec<Passkey>, StoreError> {
        let sql = format!("SELECT {PASSKEY} {OF_USER} AND {ENABLED} ORDER BY p.created_at, p.id");
        self.read(move |db| readable(db, &sql, [user.to_string()], passkey)).await
    }

    async fn credentials(&self, user: UserId) -> Result<Vec<Vec<u8>>, StoreError> {
        let sql = format!("SELECT {CREDENTIAL} {OF_USER} AND {ENABLED} ORDER BY p.created_at, p.id");
        self.read(move |db| all(db, &sql, [user.to_string()], credential)).await
    }

    async fn register_passkey(&self, registration: &PasskeyRegistration) -> Result<Registered, StoreError> {
        let (registration, wanted) = (registration.clone(), self.wanted_mail());
        self.write(move |db| {
            Ok(match register(db, wanted, &registration)? {
                done @ Registered::Done(_) => End::Commit(done, vec![Invalidation::Token(registration.from)]),
                refused => End::Nothing(refused),
            })
        })
        .await
    }

    async fn use_passkey(&self, used: &PasskeyUse) -> Result<Used, StoreError> {
        let (used, wanted) = (used.clone(), self.wanted_mail());
        self.write(move |db| verify(db, wanted, &used)).await
    }

    async fn rename_passkey(&self, user: UserId, id: PasskeyId, name: &str) -> Result<bool, StoreError> {
        let name = name.to_owned();
        let sql = "UPDATE postern_passkeys SET name = ?3 WHERE id = ?1 AND user_id = ?2";
        self.write(move |db| {
            Ok(End::Commit(run(db, sql, params![id.to_string(), user.to_string(), name])? > 0, Vec::new()))
        })
        .await
    }
}

/// The passkeys of a user that count; [`ENABLED`] completes the condition.
const OF_USER: &str = "FROM postern_passkeys p JOIN user_2fa_settings f ON f.user_id = p.user_id AND f.id = p.factor_id \
                       WHERE p.user_id = ?1";

fn register(db: &Connection, wanted: MailKinds, registration: &PasskeyRegistration) -> Result<Registered, Failure> {
    let (passkey, user) = (&registration.passkey, registration.passkey.user);
    if let Some(Some(sealed)) = replay::repeated(db, registration.replay.as_ref(), passkey.created_at)? {
        return Ok(Registered::Repeated(sealed));
    }
    let sql =
        "UPDATE postern_sessions SET token = ?4, version = version + 1 WHERE id = ?1 AND user_id = ?2 AND token = ?3";
    let session = registration.session.to_string();
    if run(db, sql, params![session, user.to_string(), registration.from.0, registration.to.0])? == 0 {
        return Ok(Registered::SessionGone);
    }
    let sql = format!("SELECT count(*) {OF_USER} AND {ENABLED}");
    let count: u32 = db.query_row(&sql, [user.to_string()], |row| row.get(0))?;
    if count >= PASSKEYS_MAX {
        return Ok(Registered::Full);
    }
    let sql = format!("SELECT 1 FROM user_2fa_settings f WHERE f.user_id = ?1 AND {ENABLED}");
    if first(db, &sql, [user.to_string()], |_| Ok(()))?.is_none() {
        return Ok(Registered::NotEnrolled);
    }
    if !insert(db, passkey)? {
        return Ok(Registered::Known);
    }
    replay::remember(db, user, registration.replay.as_ref(), true)?;
    let (event, at) = (EventId(passkey.id.0), passkey.created_at);
    let happening = Happening::new(MailKind::FactorAdded, "passkey");
    mail::queue(db, wanted, NewMail { event, user, happening, at, caller: &registration.caller })?;
    Ok(view_of(db, registration.session)?.map_or(Registered::SessionGone, |view| Registered::Done(Box::new(view))))
}

fn verify(db: &Connection, wanted: MailKinds, used: &PasskeyUse) -> Result<End<Used>, Failure> {
    let (user, at) = (used.attempt.user, used.attempt.at);
    if let Some(Some(sealed)) = replay::repeated(db, used.replay.as_ref(), at)? {
        return Ok(End::Nothing(Used::Repeated(sealed)));
    }
    if !has_token(db, &used.elevation, user)? {
        return Ok(End::Nothing(Used::SessionGone));
    }
    let sql = format!(
        "UPDATE postern_passkeys SET counter = ?4, backed_up = ?5, last_used_at = ?6 \
         WHERE id = ?1 AND user_id = ?2 AND counter = ?3 AND EXISTS (SELECT 1 FROM user_2fa_settings f \
         WHERE f.user_id = postern_passkeys.user_id AND f.id = postern_passkeys.factor_id AND {ENABLED})"
    );
    let (passkey, counter) = (used.passkey.to_string(), (used.counter_before, used.counter));
    let written =
        run(db, &sql, params![passkey, user.to_string(), counter.0, counter.1, used.backed_up, times::write(at)])?;
    if written == 0 {
        return Ok(End::Nothing(Used::Void));
    }
    attempts::record(db, &used.attempt)?;
    replay::remember(db, user, used.replay.as_ref(), true)?;
    let acted = act(db, wanted, &used.attempt, &used.elevation, AllowedBy::Passkey(used.passkey), &used.action)?;
    Ok(match acted {
        Acted::Done(view, changes) => End::Commit(Used::Done(view), changes),
        Acted::NotEnrolled => End::Nothing(Used::NotEnrolled),
        Acted::SessionGone => End::Nothing(Used::SessionGone),
    })
}
