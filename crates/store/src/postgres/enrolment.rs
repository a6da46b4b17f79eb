//! Pending enrolments, and the transaction that completes one.

use postern_model::attempt_log::AttemptRecord;
use postern_model::clock::Timestamp;
use postern_model::enrolment::{EnrolmentPurpose, EnrolmentTry, FailedTry, PendingEnrolment, TRIES};
use postern_model::enrolment_commit::{Committed, EnrolmentCommit};
use postern_model::id::SessionId;
use postern_model::invalidation::Invalidation;
use postern_model::mail::Happening;
use postern_model::replay::Replay;
use postern_model::session::TokenHash;
use postern_model::store::StoreError;
use postern_model::ticket::{EnrolmentBegun, TicketCheck, TicketRefused};

use super::PostgresStore;
use super::locks::lock_user;
use super::pool::Db;
use super::sessions::{end_all, rotate, view_of};
use super::values::{Moment, PgColumns};
use super::{attempts, factor_changes, mail, replay, stored_passkeys, tickets};
use crate::rows::{self, ENABLED, ENROLMENT};

/// Drops the session's pending enrolment.
pub(super) async fn remove(store: &PostgresStore, session: SessionId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM postern.pending_enrolments WHERE session_id = $1";
    Ok(store.db().await?.run(sql, &[&session.0]).await? > 0)
}

/// Stores a pending enrolment if the session may begin one.
pub(super) async fn begin(
    store: &PostgresStore,
    pending: &PendingEnrolment,
    check: &TicketCheck,
) -> Result<EnrolmentBegun, StoreError> {
    let mut db = store.db().await?;
    db.begin().await?;
    lock_user(&mut db, pending.user).await?;
    let before = tickets::read(&mut db, pending.user).await?;
    let mut after = before;
    let wrong = check.key.map(|key| Replay::of_wrong(key, check.at));
    let repeated = replay::repeated(&mut db, wrong.as_ref(), check.at).await?.is_some();
    let mut begun = after.judge(check, pending.session, repeated);
    if matches!(begun, EnrolmentBegun::Refused(refused) if refused.is_counted()) {
        replay::remember(&mut db, pending.user, wrong.as_ref(), false).await?;
    }
    if after != before {
        tickets::write(&mut db, pending.user, &after).await?;
    }
    let notices = match begun {
        EnrolmentBegun::Begun(_) => {
            write_pending(&mut db, pending).await?;
            vec![Invalidation::Session(pending.session)]
        }
        EnrolmentBegun::Refused(TicketRefused::Unknown) => {
            let hash = check.presented.map(|hash| hash.0.to_vec());
            let sql = "SELECT 1 FROM postern.enrolment_tickets WHERE ticket = $1";
            if db.row(sql, &[&hash]).await?.is_some() {
                begun = EnrolmentBegun::Refused(TicketRefused::OtherAccount);
            }
            Vec::new()
        }
        EnrolmentBegun::Refused(_) => Vec::new(),
    };
    db.commit(&notices).await?;
    Ok(begun)
}

/// Writes a pending enrolment in place of the session's previous one, and the time until which its session waits for
/// it.
pub(super) async fn write_pending(db: &mut Db<'_>, pending: &PendingEnrolment) -> Result<(), StoreError> {
    let sql = "UPDATE postern.sessions SET set_up_until = $2, version = version + 1 WHERE id = $1";
    db.run(sql, &[&pending.session.0, &Moment(pending.expires_at)]).await?;
    let sql = "INSERT INTO postern.pending_enrolments (id, session_id, user_id, token, sealed_secret, replaces, adds, \
               tries, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (session_id) DO UPDATE SET \
               id = excluded.id, user_id = excluded.user_id, token = excluded.token, \
               sealed_secret = excluded.sealed_secret, replaces = excluded.replaces, adds = excluded.adds, \
               tries = excluded.tries, \
               expires_at = excluded.expires_at";
    let tries = i32::try_from(pending.tries).unwrap_or(i32::MAX);
    let (token, secret) = (pending.token.0.as_slice(), &pending.sealed_secret);
    let (id, session, user) = (&pending.id.0, &pending.session.0, &pending.user.0);
    let expires_at = Moment(pending.expires_at);
    let replaces = pending.purpose == EnrolmentPurpose::Replacement;
    let adds = pending.purpose == EnrolmentPurpose::Addition;
    db.run(sql, &[id, session, user, &token, secret, &replaces, &adds, &tries, &expires_at]).await?;
    Ok(())
}

/// Returns the session's pending enrolment unless it has expired.
pub(super) async fn pending(
    store: &PostgresStore,
    session: SessionId,
    now: Timestamp,
) -> Result<Option<PendingEnrolment>, StoreError> {
    let sql = format!("SELECT {ENROLMENT} FROM postern.pending_enrolments p WHERE session_id = $1 AND expires_at > $2");
    let row = store.db().await?.row(&sql, &[&session.0, &Moment(now)]).await?;
    row.map(|row| rows::enrolment(&mut PgColumns::new(&row))).transpose()
}

/// Returns the session's pending enrolment if a try would count.
pub(super) async fn open(
    store: &PostgresStore,
    session: SessionId,
    token: Option<&TokenHash>,
    now: Timestamp,
) -> Result<EnrolmentTry, StoreError> {
    let sql = format!("SELECT {ENROLMENT} FROM postern.pending_enrolments p WHERE session_id = $1");
    let row = store.db().await?.row(&sql, &[&session.0]).await?;
    let found = row.map(|row| rows::enrolment(&mut PgColumns::new(&row))).transpose()?;
    Ok(rows::open_enrolment(found, token, now))
}

/// Counts a try under the row's lock.
pub(super) async fn attempt(store: &PostgresStore, failed: &FailedTry) -> Result<EnrolmentTry, StoreError> {
    let AttemptRecord { user, at, .. } = failed.attempt;
    let mut db = store.db().await?;
    db.begin().await?;
    lock_user(&mut db, user).await?;
    let repeated = replay::repeated(&mut db, failed.replay.as_ref(), at).await?.is_some();
    let sql = format!("SELECT {ENROLMENT} FROM postern.pending_enrolments p WHERE session_id = $1 FOR UPDATE");
    let row = db.row(&sql, &[&failed.session.0]).await?;
    let found = row.map(|row| rows::enrolment(&mut PgColumns::new(&row))).transpose()?;
    let answer = rows::count_try(found, failed.token.as_ref(), at, repeated);
    let EnrolmentTry::Counted(pending) = &answer else {
        db.rollback().await?;
        return Ok(answer);
    };
    let sql = "UPDATE postern.pending_enrolments SET tries = $2 WHERE id = $1";
    let tries = i32::try_from(pending.tries.min(TRIES)).unwrap_or(i32::MAX);
    db.run(sql, &[&pending.id.0, &tries]).await?;
    attempts::record(&mut db, &failed.attempt).await?;
    replay::remember(&mut db, user, failed.replay.as_ref(), false).await?;
    db.commit(&[]).await?;
    Ok(answer)
}

/// Completes an enrolment, or writes nothing.
pub(super) async fn commit(store: &PostgresStore, commit: &EnrolmentCommit) -> Result<Committed, StoreError> {
    let mut db = store.db().await?;
    db.begin().await?;
    lock_user(&mut db, commit.user).await?;
    if let Some(Some(sealed)) = replay::repeated(&mut db, commit.replay.as_ref(), commit.attempt.at).await? {
        db.rollback().await?;
        return Ok(Committed::Repeated(sealed));
    }
    let mut changes = match write(&mut db, commit).await? {
        Ok(changes) => changes,
        Err(refused) => {
            db.rollback().await?;
            return Ok(refused);
        }
    };
    changes.extend([Invalidation::Token(commit.elevation.from), Invalidation::User(commit.user)]);
    let view = view_of(&mut db, commit.elevation.session).await?;
    db.commit(&changes).await?;
    Ok(view.map_or(Committed::Void, |view| Committed::Done(Box::new(view))))
}

/// Writes all rows of a completed enrolment. A refusal rolls back.
async fn write(db: &mut Db<'_>, commit: &EnrolmentCommit) -> Result<Result<Vec<Invalidation>, Committed>, StoreError> {
    let (user, session) = (commit.user, commit.elevation.session);
    if rotate(db, &commit.elevation).await?.is_none() {
        return Ok(Err(Committed::Void));
    }
    let ended = if commit.replaces { end_all(db, user, Some(session)).await? } else { Vec::new() };
    factor_changes::follow(db, user, commit.id, commit.replaces).await?;
    let sql = format!(
        "INSERT INTO user_2fa_settings AS f (id, user_id, is_enabled, totp_secret, totp_last_step, backup_codes, \
         failed_attempts, backup_failed_attempts, created_at, updated_at, last_used_at, email_2fa_enabled) \
         VALUES ($1, $2, true, $3, $4, $5::text[], 0, 0, $6, $8, $9, false) ON CONFLICT (user_id) DO UPDATE SET \
         id = excluded.id, is_enabled = true, totp_secret = excluded.totp_secret, totp_last_step = excluded.totp_last_step, \
         backup_codes = excluded.backup_codes, failed_attempts = 0, locked_until = NULL, backup_failed_attempts = 0, \
         backup_locked_until = NULL, updated_at = excluded.updated_at, last_used_at = excluded.last_used_at, \
         setup_token = NULL, setup_expires_at = NULL, totp_id = NULL, totp_name = NULL, \
         email_2fa_enabled = CASE WHEN $7 AND ({ENABLED}) THEN f.email_2fa_enabled ELSE FALSE END, \
         sms_phone_confirmed = CASE WHEN $7 AND ({ENABLED}) THEN f.sms_phone_confirmed END, \
         created_at = excluded.created_at WHERE $7 OR ({ENABLED}) IS NOT TRUE"
    );
    let at = Moment(commit.elevation.verified.at);
    let (secret, codes) = (&commit.sealed_secret, &commit.backup_codes);
    let stored =
        db.run(&sql, &[&commit.id.0, &user.0, secret, &commit.step, codes, &at, &commit.replaces, &at, &at]).await?;
    let sql = "DELETE FROM postern.pending_enrolments WHERE id = $1 AND user_id = $2 AND session_id = $3 \
               AND tries < $4 AND expires_at > $5";
    let tries = i32::try_from(TRIES).unwrap_or(i32::MAX);
    let taken = db.run(sql, &[&commit.id.0, &user.0, &session.0, &tries, &at]).await?;
    if stored == 0 || taken == 0 {
        return Ok(Err(Committed::Void));
    }
    if let Some(passkey) = &commit.passkey
        && !stored_passkeys::insert(db, passkey).await?
    {
        return Ok(Err(Committed::Known));
    }
    let sql = "UPDATE postern.sessions SET second_factor_id = $2, second_factor_passkey = $3 WHERE id = $1";
    let passkey = commit.passkey.as_ref().map(|passkey| passkey.id.0);
    db.run(sql, &[&session.0, &commit.id.0, &passkey]).await?;
    if !commit.replaces {
        tickets::remove(db, user).await?;
    }
    attempts::record(db, &commit.attempt).await?;
    mail::queue_of(db, &commit.attempt, Some(Happening::of_enrolment(commit))).await?;
    replay::show(db, commit.shown.as_ref()).await?;
    replay::remember(db, user, commit.replay.as_ref(), true).await?;
    Ok(Ok(ended))
}
