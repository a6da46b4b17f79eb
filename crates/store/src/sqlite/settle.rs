//! Settlement of a submitted code: counted, checked against the counter, used up, acted upon and logged in one
//! transaction.

use postern_model::attempt::{Action, Checkable, Evidence, Settled, Submission};
use postern_model::attempt_log::AttemptRecord;
use postern_model::factor::SecondFactor;
use postern_model::id::UserId;
use postern_model::invalidation::Invalidation;
use rusqlite::{Connection, params};

use super::connection::{End, first, run};
use super::error::Failure;
use super::sessions::{has_token, rotate, view_of};
use super::{attempts, authenticators, enrolment, factor_changes, passkeys, replay, times};
use crate::rows::{self, FACTORS};

/// Reads the enabled authenticator and the counter of `factor`.
pub(super) fn checkable(db: &Connection, user: UserId, factor: SecondFactor) -> Result<Option<Checkable>, Failure> {
    let Some(counter) = rows::counter(factor) else { return Ok(None) };
    let (failures, until) = counter;
    // An enabled authenticator without a secret is an error that names the row, not a missing factor.
    let sql = format!(
        "SELECT {FACTORS}, f.{failures}, f.{until} FROM user_2fa_settings f WHERE f.user_id = ?1 \
         AND f.is_enabled = TRUE"
    );
    let Some(found) = first(db, &sql, [user.to_string()], |columns| rows::checkable(columns, counter))? else {
        return Ok(None);
    };
    Ok(Some(Checkable { further: authenticators::checked(db, user, factor)?, ..found }))
}

/// Implements [`FactorStore::settle`](postern_model::store::FactorStore::settle).
pub(super) fn settle(db: &Connection, submission: &Submission) -> Result<End<Settled>, Failure> {
    let AttemptRecord { user, factor, at, .. } = submission.attempt;
    let repeated = replay::repeated(db, submission.replay.as_ref(), at)?;
    if let Some(Some(sealed)) = repeated {
        return Ok(End::Nothing(Settled::Repeated(sealed)));
    }
    if !has_token(db, &submission.elevation, user)? {
        return Ok(End::Nothing(Settled::SessionGone));
    }
    let (Some(now), Some((failures, until))) = (checkable(db, user, factor)?, rows::counter(factor)) else {
        return Ok(End::Nothing(Settled::NotEnrolled));
    };
    if repeated.is_some() {
        return Ok(End::Nothing(Settled::RepeatedWrong(now.lockout)));
    }
    let holds = |evidence: &Evidence| now.secret_of(evidence.authenticator) == Some(evidence.secret.as_str());
    if !submission.evidence.as_ref().is_none_or(holds) {
        return Ok(End::Nothing(Settled::Changed));
    }
    let after = match now.lockout.reserve(at) {
        Ok(after) => after,
        Err(refused) => return Ok(End::Nothing(Settled::Refused(refused))),
    };
    let right = match &submission.evidence {
        Some(evidence) => attempts::use_up(db, user, evidence, at)?,
        None => false,
    };
    attempts::record(db, &AttemptRecord { success: right, ..submission.attempt.clone() })?;
    replay::remember(db, user, submission.replay.as_ref(), right)?;
    if !right {
        let sql = format!("UPDATE user_2fa_settings SET {failures} = ?2, {until} = ?3 WHERE user_id = ?1");
        run(db, &sql, params![user.to_string(), after.failures, after.locked_until.map(times::write)])?;
        return Ok(End::Commit(Settled::Wrong(after), Vec::new()));
    }
    act(db, submission)
}

/// Raises the session with the factor whose code was correct.
fn raise(db: &Connection, submission: &Submission) -> Result<(), Failure> {
    rotate(db, &submission.elevation)?;
    if let Some(id) = submission.evidence.as_ref().and_then(|evidence| evidence.authenticator) {
        let sql = "UPDATE postern_sessions SET second_factor_authenticator = ?2 WHERE id = ?1";
        run(db, sql, [submission.elevation.session.to_string(), id.to_string()])?;
    }
    Ok(())
}

/// Performs the action of a correct code.
fn act(db: &Connection, submission: &Submission) -> Result<End<Settled>, Failure> {
    let (user, at, elevation) = (submission.attempt.user, submission.attempt.at, &submission.elevation);
    let mut changes =
        submission.evidence.as_ref().map(|evidence| attempts::spent(user, &evidence.spend)).unwrap_or_default();
    match &submission.action {
        Action::Elevate => {
            raise(db, submission)?;
            changes.push(Invalidation::Token(elevation.from));
        }
        Action::ReplaceBackupCodes { digests, shown } => {
            raise(db, submission)?;
            factor_changes::replace_codes(db, user, digests, at)?;
            replay::show(db, Some(shown))?;
            changes.extend([Invalidation::Token(elevation.from), Invalidation::User(user)]);
        }
        Action::BeginEnrolment(pending) => {
            enrolment::write_pending(db, pending)?;
            changes.push(Invalidation::Session(elevation.session));
        }
        Action::RemovePasskey(id) => {
            raise(db, submission)?;
            if !passkeys::remove(db, user, *id)? {
                return Ok(End::Nothing(Settled::NotEnrolled));
            }
            changes.extend([Invalidation::Token(elevation.from), Invalidation::User(user)]);
        }
        Action::RemoveAuthenticator(id) => {
            raise(db, submission)?;
            if !authenticators::remove(db, user, *id, at)? {
                return Ok(End::Nothing(Settled::NotEnrolled));
            }
            changes.extend([Invalidation::Token(elevation.from), Invalidation::User(user)]);
        }
        Action::RemoveFactors => {
            let keep = (elevation.session, elevation.from, elevation.to);
            match factor_changes::remove(db, user, Some(keep), at)? {
                Some(removed) => changes.extend(removed),
                None => return Ok(End::Nothing(Settled::SessionGone)),
            }
        }
    }
    Ok(match view_of(db, elevation.session)? {
        Some(view) => End::Commit(Settled::Right(Box::new(view)), changes),
        None => End::Nothing(Settled::SessionGone),
    })
}
