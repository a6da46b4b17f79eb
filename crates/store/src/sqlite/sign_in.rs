//! From a verified identity to a user and a session, in one transaction.

use postern_model::clock::Timestamp;
use postern_model::id::UserId;
use postern_model::invalidation::Invalidation;
use postern_model::session::NewSession;
use postern_model::store::StoreError;
use postern_model::user::{User, UserMatch};
use rusqlite::{Connection, params};

use super::connection::{End, all, first, run};
use super::error::Failure;
use super::sessions::{end_unused, insert};
use super::times;
use crate::bounds::{Bounded, GOOGLE, SESSIONS_MAX};
use crate::rows::{self, USER};

/// Implements [`UserStore::sign_in`](postern_model::store::UserStore::sign_in). A new user gets the identifier `fresh`.
pub(super) fn sign_in(
    db: &Connection,
    identity: &Bounded,
    session: &NewSession,
    fresh: UserId,
) -> Result<End<UserMatch>, Failure> {
    let matched = resolve(db, identity, session.at, fresh)?;
    let user = match &matched {
        UserMatch::Known(user) | UserMatch::Linked(user) | UserMatch::Created(user) => user.id,
        UserMatch::Inactive(_) | UserMatch::EmailTaken => return Ok(End::Nothing(matched)),
    };
    let mut changes = vec![Invalidation::User(user)];
    if let Some(old) = session.replaces {
        run(db, "DELETE FROM postern_sessions WHERE token = ?1", [old.0])?;
        changes.push(Invalidation::Token(old));
    }
    insert(db, user, session)?;
    changes.extend(end_unused(db, user, SESSIONS_MAX)?);
    Ok(End::Commit(matched, changes))
}

/// Finds, adopts or creates the row; writes nothing if the sign-in is refused.
fn resolve(db: &Connection, identity: &Bounded, at: Timestamp, fresh: UserId) -> Result<UserMatch, Failure> {
    // `google_id` is unique across issuers, so a row of another issuer with the same value conflicts.
    let sql = format!("SELECT {USER} FROM users u WHERE u.google_id = ?1");
    if let Some(user) = first(db, &sql, [&identity.subject], rows::user)? {
        let sql = "SELECT 1 FROM users WHERE id = ?1 AND coalesce(oidc_issuer, ?2) = ?3";
        let ours = first(db, sql, params![user.id.to_string(), GOOGLE, identity.issuer], |_| Ok(()))?.is_some();
        return match (ours, user.is_active) {
            (true, true) => Ok(UserMatch::Known(refresh(db, user.id, identity, at)?)),
            (true, false) => Ok(UserMatch::Inactive(user.id)),
            (false, _) => Ok(UserMatch::EmailTaken),
        };
    }
    let sql = format!("SELECT {USER} FROM users u WHERE lower(u.email) = lower(?1) ORDER BY u.email = ?1 DESC, u.id");
    let holders = all(db, &sql, [&identity.email], rows::user)?;
    match holders.first() {
        None => Ok(UserMatch::Created(create(db, fresh, identity, at)?)),
        Some(_) if !identity.may_link || holders.iter().any(|user| user.subject.is_some()) => Ok(UserMatch::EmailTaken),
        Some(user) if !user.is_active => Ok(UserMatch::Inactive(user.id)),
        Some(user) => Ok(UserMatch::Linked(adopt(db, user.id, identity, at)?)),
    }
}

/// Updates a known user from the provider's claims; the address only if no other row has it.
fn refresh(db: &Connection, id: UserId, identity: &Bounded, at: Timestamp) -> Result<User, Failure> {
    let sql = "UPDATE users SET full_name = coalesce(?2, full_name), avatar_url = coalesce(?3, avatar_url), \
               last_login = ?4, updated_at = ?4, email = CASE WHEN EXISTS \
               (SELECT 1 FROM users o WHERE lower(o.email) = lower(?5) AND o.id <> users.id) \
               THEN email ELSE ?5 END WHERE id = ?1";
    let (name, avatar) = (&identity.full_name, &identity.avatar_url);
    run(db, sql, params![id.to_string(), name, avatar, times::write(at), identity.email])?;
    written(db, id)
}

/// Links a row without a subject to this identity.
fn adopt(db: &Connection, id: UserId, identity: &Bounded, at: Timestamp) -> Result<User, Failure> {
    let sql = "UPDATE users SET google_id = ?2, oidc_issuer = ?3, full_name = coalesce(?4, full_name), \
               avatar_url = coalesce(?5, avatar_url), last_login = ?6, updated_at = ?6 \
               WHERE id = ?1 AND google_id IS NULL";
    let (issuer, name, avatar) = (identity.stored_issuer(), &identity.full_name, &identity.avatar_url);
    run(db, sql, params![id.to_string(), identity.subject, issuer, name, avatar, times::write(at)])?;
    written(db, id)
}

fn create(db: &Connection, id: UserId, identity: &Bounded, at: Timestamp) -> Result<User, Failure> {
    let sql = "INSERT INTO users (id, google_id, oidc_issuer, email, full_name, avatar_url, is_active, requires_2fa, \
               last_login, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, TRUE, FALSE, ?7, ?7, ?7)";
    let (issuer, name, avatar) = (identity.stored_issuer(), &identity.full_name, &identity.avatar_url);
    let (subject, email) = (&identity.subject, &identity.email);
    run(db, sql, params![id.to_string(), subject, issuer, email, name, avatar, times::write(at)])?;
    written(db, id)
}

fn written(db: &Connection, id: UserId) -> Result<User, Failure> {
    let user = first(db, &format!("SELECT {USER} FROM users u WHERE u.id = ?1"), [id.to_string()], rows::user)?;
    user.ok_or_else(|| StoreError::Refused("the user vanished during the sign-in".to_owned()).into())
}
