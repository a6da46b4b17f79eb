//! Pending enrolments, and the transaction that completes one.

use postern_model::attempt_log::AttemptRecord;
use postern_model::enrolment::{EnrolmentPurpose, EnrolmentTry, FailedTry, PendingEnrolment, TRIES};
use postern_model::enrolment_commit::{Committed, EnrolmentCommit};
use postern_model::id::SessionId;
use postern_model::invalidation::Invalidation;
use postern_model::mail::{Happening, MailKinds};
use postern_model::replay::Replay;
use postern_model::ticket::{EnrolmentBegun, TicketCheck, TicketRefused};
use rusqlite::{Connection, params};

use super::connection::{End, first, run};
use super::error::Failure;
use super::sessions::{end_all, rotate, view_of};
use super::values::json;
use super::{attempts, factor_changes, mail, replay, stored_passkeys, tickets, times};
use crate::rows::{self, ENABLED, ENROLMENT};

/// Stores a pending enrolment if the session may begin one.
pub(super) fn begin(
    db: &Connection,
    pending: &PendingEnrolment,
    check: &TicketCheck,
) -> Result<End<EnrolmentBegun>, Failure> {
    let before = tickets::read(db, pending.user)?;
    let mut after = before;
    let wrong = check.key.map(|key| Replay::of_wrong(key, check.at));
    let repeated = replay::repeated(db, wrong.as_ref(), check.at)?.is_some();
    let begun = after.judge(check, pending.session, repeated);
    if matches!(begun, EnrolmentBegun::Refused(refused) if refused.is_counted()) {
        replay::remember(db, pending.user, wrong.as_ref(), false)?;
    }
    if after != before {
        tickets::write(db, pending.user, &after)?;
    }
    Ok(match begun {
        EnrolmentBegun::Begun(_) => {
            write_pending(db, pending)?;
            End::Commit(begun, vec![Invalidation::Session(pending.session)])
        }
        EnrolmentBegun::Refused(TicketRefused::Unknown) => {
            let hash = check.presented.map(|hash| hash.0);
            let sql = "SELECT 1 FROM postern_enrolment_tickets WHERE ticket = ?1";
            let others = first(db, sql, [hash], |_| Ok(()))?.is_some();
            let why = if others { TicketRefused::OtherAccount } else { TicketRefused::Unknown };
            End::Commit(EnrolmentBegun::Refused(why), Vec::new())
        }
        EnrolmentBegun::Refused(_) => End::Commit(begun, Vec::new()),
    })
}

/// Writes a pending enrolment in place of the session's previous one, and the time until which the session waits for
/// it.
pub(super) fn write_pending(db: &Connection, pending: &PendingEnrolment) -> Result<(), Failure> {
    run(db, "DELETE FROM postern_pending_enrolments WHERE session_id = ?1", [pending.session.to_string()])?;
    let sql = "INSERT INTO postern_pending_enrolments (id, session_id, user_id, token, sealed_secret, replaces, adds, \
               tries, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let (id, session, user) = (pending.id.to_string(), pending.session.to_string(), pending.user.to_string());
    let (token, secret, expires_at) = (pending.token.0, &pending.sealed_secret, times::write(pending.expires_at));
    let replaces = pending.purpose == EnrolmentPurpose::Replacement;
    let adds = pending.purpose == EnrolmentPurpose::Addition;
    run(db, sql, params![id, session, user, token, secret, replaces, adds, pending.tries, expires_at])?;
    let sql = "UPDATE postern_sessions SET set_up_until = ?2, version = version + 1 WHERE id = ?1";
    run(db, sql, [session, expires_at])?;
    Ok(())
}

/// Returns the session's pending enrolment, expired or not.
pub(super) fn of_session(db: &Connection, session: SessionId) -> Result<Option<PendingEnrolment>, Failure> {
    let sql = format!("SELECT {ENROLMENT} FROM postern_pending_enrolments p WHERE p.session_id = ?1");
    first(db, &sql, [session.to_string()], rows::enrolment)
}

/// Counts a try.
pub(super) fn attempt(db: &Connection, failed: &FailedTry) -> Result<End<EnrolmentTry>, Failure> {
    let AttemptRecord { user, at, .. } = failed.attempt;
    let repeated = replay::repeated(db, failed.replay.as_ref(), at)?.is_some();
    let answer = rows::count_try(of_session(db, failed.session)?, failed.token.as_ref(), at, repeated);
    let EnrolmentTry::Counted(pending) = &answer else {
        return Ok(End::Nothing(answer));
    };
    let sql = "UPDATE postern_pending_enrolments SET tries = ?2 WHERE id = ?1";
    run(db, sql, params![pending.id.to_string(), pending.tries])?;
    attempts::record(db, &failed.attempt)?;
    replay::remember(db, user, failed.replay.as_ref(), false)?;
    Ok(End::Commit(answer, Vec::new()))
}

/// Completes an enrolment, or writes nothing.
pub(super) fn commit(db: &Connection, wanted: MailKinds, commit: &EnrolmentCommit) -> Result<End<Committed>, Failure> {
    if let Some(Some(sealed)) = replay::repeated(db, commit.replay.as_ref(), commit.attempt.at)? {
        return Ok(End::Nothing(Committed::Repeated(sealed)));
    }
    let (user, session) = (commit.user, commit.elevation.session);
    if rotate(db, &commit.elevation)?.is_none() {
        return Ok(End::Nothing(Committed::Void));
    }
    let mut changes = if commit.replaces { end_all(db, user, Some(session))? } else { Vec::new() };
    factor_changes::follow(db, user, commit.id, commit.replaces)?;
    let sql = "DELETE FROM postern_pending_enrolments WHERE id = ?1 AND user_id = ?2 AND session_id = ?3 \
               AND tries < ?4 AND expires_at > ?5";
    let at = times::write(commit.elevation.verified.at);
    let taken = run(db, sql, params![commit.id.to_string(), user.to_string(), session.to_string(), TRIES, at])?;
    if taken == 0 || !store(db, commit)? {
        return Ok(End::Nothing(Committed::Void));
    }
    if let Some(passkey) = &commit.passkey
        && !stored_passkeys::insert(db, passkey)?
    {
        return Ok(End::Nothing(Committed::Known));
    }
    let sql = "UPDATE postern_sessions SET second_factor_id = ?2, second_factor_passkey = ?3 WHERE id = ?1";
    let passkey = commit.passkey.as_ref().map(|passkey| passkey.id.to_string());
    run(db, sql, params![session.to_string(), commit.id.to_string(), passkey])?;
    if !commit.replaces {
        tickets::remove(db, user)?;
    }
    attempts::record(db, &commit.attempt)?;
    mail::queue_of(db, wanted, &commit.attempt, Some(Happening::of_enrolment(commit)))?;
    replay::show(db, commit.shown.as_ref())?;
    replay::remember(db, user, commit.replay.as_ref(), true)?;
    changes.extend([Invalidation::Token(commit.elevation.from), Invalidation::User(user)]);
    Ok(match view_of(db, session)? {
        Some(view) => End::Commit(Committed::Done(Box::new(view)), changes),
        None => End::Nothing(Committed::Void),
    })
}

/// Writes the second factor. Returns false if one was enabled meanwhile.
fn store(db: &Connection, commit: &EnrolmentCommit) -> Result<bool, Failure> {
    let sql = format!(
        "INSERT INTO user_2fa_settings AS f (id, user_id, is_enabled, totp_secret, totp_last_step, backup_codes, \
         failed_attempts, backup_failed_attempts, created_at, updated_at, last_used_at, email_2fa_enabled) \
         VALUES (?1, ?2, TRUE, ?3, ?4, ?5, 0, 0, ?6, ?6, ?6, FALSE) ON CONFLICT (user_id) DO UPDATE SET \
         id = excluded.id, is_enabled = TRUE, totp_secret = excluded.totp_secret, totp_last_step = excluded.totp_last_step, \
         backup_codes = excluded.backup_codes, failed_attempts = 0, locked_until = NULL, backup_failed_attempts = 0, \
         backup_locked_until = NULL, updated_at = excluded.updated_at, last_used_at = excluded.last_used_at, \
         setup_token = NULL, setup_expires_at = NULL, totp_id = NULL, totp_name = NULL, \
         email_2fa_enabled = CASE WHEN ?7 AND ({ENABLED}) THEN f.email_2fa_enabled ELSE FALSE END, \
         sms_phone_confirmed = CASE WHEN ?7 AND ({ENABLED}) THEN f.sms_phone_confirmed END, \
         created_at = excluded.created_at WHERE ?7 OR ({ENABLED}) IS NOT TRUE"
    );
    let (id, user) = (commit.id.to_string(), commit.user.to_string());
    let (codes, at) = (json(&commit.backup_codes), times::write(commit.elevation.verified.at));
    let (secret, step) = (&commit.sealed_secret, commit.step);
    Ok(run(db, &sql, params![id, user, secret, step, codes, at, commit.replaces])? > 0)
}
