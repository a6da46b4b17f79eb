//! From a verified identity to a user and a session, in one transaction.

use postern_model::clock::Timestamp;
use postern_model::id::UserId;
use postern_model::invalidation::Invalidation;
use postern_model::session::NewSession;
use postern_model::store::StoreError;
use postern_model::user::{ProviderIdentity, User, UserMatch};
use tokio_postgres::Row;

use super::PostgresStore;
use super::error::Failure;
use super::pool::Db;
use super::sessions::{end_unused, insert};
use super::values::{Moment, PgColumns};
use crate::bounds::{self, Bounded, GOOGLE, SESSIONS_MAX};
use crate::rows::{self, USER};

/// Maximum number of attempts when concurrent sign-ins conflict.
const TRIES: usize = 4;

/// Reason why an attempt ended without a result.
enum Stopped {
    Again(Failure),
    Failed(StoreError),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        if failure.is_retryable() { Self::Again(failure) } else { Self::Failed(failure.into()) }
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Implements [`UserStore::sign_in`](postern_model::store::UserStore::sign_in). Two first sign-ins of one identity may
/// collide (the backend also writes `users`): the one that lost starts again and finds the row of the other.
pub(super) async fn sign_in(
    store: &PostgresStore,
    identity: &ProviderIdentity,
    session: &NewSession,
) -> Result<UserMatch, StoreError> {
    let identity = bounds::identity(identity)?;
    let mut tried = 1;
    loop {
        match once(store, &identity, session).await {
            Ok(matched) => return Ok(matched),
            Err(Stopped::Failed(error)) => return Err(error),
            Err(Stopped::Again(failure)) if tried == TRIES => return Err(failure.into()),
            Err(Stopped::Again(_)) => tried += 1,
        }
    }
}

async fn once(store: &PostgresStore, identity: &Bounded, session: &NewSession) -> Result<UserMatch, Stopped> {
    let mut db = store.db().await?;
    db.begin().await?;
    // Serialises sign-ins with the same address, compared case-insensitively.
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended('postern.sign-in:' || lower($1::text), 0))";
    db.rows(lock, &[&identity.email]).await?;
    let matched = resolve(store, &mut db, identity, session.at).await?;
    let user = match &matched {
        UserMatch::Known(user) | UserMatch::Linked(user) | UserMatch::Created(user) => user.id,
        UserMatch::Inactive(_) | UserMatch::EmailTaken => {
            db.rollback().await?;
            return Ok(matched);
        }
    };
    let mut changes = vec![Invalidation::User(user)];
    if let Some(old) = session.replaces {
        db.run("DELETE FROM postern.sessions WHERE token = $1", &[&old.0.as_slice()]).await?;
        changes.push(Invalidation::Token(old));
    }
    insert(&mut db, user, session).await?;
    changes.extend(end_unused(&mut db, user, SESSIONS_MAX).await?);
    db.commit(&changes).await?;
    Ok(matched)
}

/// Finds, adopts or creates the row; writes nothing if the sign-in is refused.
async fn resolve(
    store: &PostgresStore,
    db: &mut Db<'_>,
    identity: &Bounded,
    at: Timestamp,
) -> Result<UserMatch, Stopped> {
    // `google_id` is unique across issuers, so one query finds our row and also one of another issuer.
    let sql = format!(
        "SELECT {USER}, coalesce(u.oidc_issuer, '{GOOGLE}') = $2::text FROM users u WHERE u.google_id = $1 \
         FOR NO KEY UPDATE"
    );
    if let Some(row) = db.row(&sql, &[&identity.subject, &identity.issuer]).await? {
        let user = user(&row)?;
        return match row.try_get(row.len() - 1) {
            Ok(true) if user.is_active => Ok(UserMatch::Known(refresh(db, user.id, identity, at).await?)),
            Ok(true) => Ok(UserMatch::Inactive(user.id)),
            _ => Ok(UserMatch::EmailTaken),
        };
    }
    let sql = format!(
        "SELECT {USER} FROM users u WHERE lower(u.email) = lower($1::text) \
         ORDER BY u.email = $1::text DESC, u.id FOR NO KEY UPDATE"
    );
    let rows = db.rows(&sql, &[&identity.email]).await?;
    let holders = rows.iter().map(user).collect::<Result<Vec<User>, StoreError>>()?;
    match holders.first() {
        None => Ok(UserMatch::Created(create(store, db, identity, at).await?)),
        Some(_) if !identity.may_link || holders.iter().any(|user| user.subject.is_some()) => Ok(UserMatch::EmailTaken),
        Some(user) if !user.is_active => Ok(UserMatch::Inactive(user.id)),
        Some(user) => Ok(UserMatch::Linked(adopt(db, user.id, identity, at).await?)),
    }
}

/// Updates a known user from the provider's claims; the address only if no other row has it.
async fn refresh(db: &mut Db<'_>, id: UserId, identity: &Bounded, at: Timestamp) -> Result<User, Stopped> {
    let sql = format!(
        "UPDATE users u SET full_name = coalesce($2, u.full_name), avatar_url = coalesce($3, u.avatar_url), \
         last_login = $4, updated_at = $6, email = CASE WHEN EXISTS \
         (SELECT 1 FROM users o WHERE lower(o.email) = lower($5::text) AND o.id <> u.id) \
         THEN u.email ELSE $5::text END WHERE u.id = $1 RETURNING {USER}"
    );
    let (name, avatar) = (&identity.full_name, &identity.avatar_url);
    written(db.row(&sql, &[&id.0, name, avatar, &Moment(at), &identity.email, &Moment(at)]).await?)
}

/// Links a row without a subject to this identity.
async fn adopt(db: &mut Db<'_>, id: UserId, identity: &Bounded, at: Timestamp) -> Result<User, Stopped> {
    let sql = format!(
        "UPDATE users u SET google_id = $2, oidc_issuer = $3, full_name = coalesce($4, u.full_name), \
         avatar_url = coalesce($5, u.avatar_url), last_login = $6, updated_at = $7 \
         WHERE u.id = $1 AND u.google_id IS NULL RETURNING {USER}"
    );
    let (issuer, name, avatar) = (identity.stored_issuer(), &identity.full_name, &identity.avatar_url);
    written(db.row(&sql, &[&id.0, &identity.subject, &issuer, name, avatar, &Moment(at), &Moment(at)]).await?)
}

async fn create(store: &PostgresStore, db: &mut Db<'_>, identity: &Bounded, at: Timestamp) -> Result<User, Stopped> {
    let id = UserId::draw(store.0.entropy.as_ref());
    let sql = format!(
        "INSERT INTO users AS u (id, google_id, oidc_issuer, email, full_name, avatar_url, is_active, requires_2fa, \
         last_login, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, true, false, $7, $8, $9) RETURNING {USER}"
    );
    let (issuer, name, avatar) = (identity.stored_issuer(), &identity.full_name, &identity.avatar_url);
    // One parameter for each time, since the columns may be of different types.
    let (email, at) = (&identity.email, &Moment(at));
    let row = db.row(&sql, &[&id.0, &identity.subject, &issuer, email, name, avatar, at, at, at]).await?;
    written(row)
}

fn user(row: &Row) -> Result<User, StoreError> {
    rows::user(&mut PgColumns::new(row))
}

fn written(row: Option<Row>) -> Result<User, Stopped> {
    let row = row.ok_or_else(|| StoreError::Refused("the user vanished during the sign-in".to_owned()))?;
    Ok(user(&row)?)
}
