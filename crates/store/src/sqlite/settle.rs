//! Settlement of a submitted code: counted, checked against the counter, used up, acted upon and logged in one
//! transaction.

use postern_model::attempt::{Checkable, Evidence, Settled, Submission};
use postern_model::attempt_log::AttemptRecord;
use postern_model::factor::{SecondFactor, Spend};
use postern_model::id::UserId;
use postern_model::mail::{Happening, MailKinds};
use rusqlite::{Connection, params};

use super::actions::act;
use super::connection::{End, first, run};
use super::error::Failure;
use super::sessions::has_token;
use super::{attempts, authenticators, mail, replay, times};
use crate::actions::{Acted, AllowedBy};
use crate::rows::sent_codes::{condition, condition_for};
use crate::rows::{self, FACTORS};

/// Reads the enabled authenticator and the counter of `factor`.
pub(super) fn checkable(db: &Connection, user: UserId, factor: SecondFactor) -> Result<Option<Checkable>, Failure> {
    checkable_where(db, user, factor, condition(factor))
}

/// Reads the same of a row that meets a further condition.
pub(super) fn checkable_where(
    db: &Connection,
    user: UserId,
    factor: SecondFactor,
    condition: &str,
) -> Result<Option<Checkable>, Failure> {
    let Some(counter) = rows::counter(factor) else { return Ok(None) };
    let (failures, until) = counter;
    // An enabled authenticator without a secret is an error that names the row, not a missing factor.
    let sql = format!(
        "SELECT {FACTORS}, f.{failures}, f.{until} FROM user_2fa_settings f WHERE f.user_id = ?1 \
         AND f.is_enabled = TRUE {condition}"
    );
    let Some(found) = first(db, &sql, [user.to_string()], |columns| rows::checkable(columns, counter))? else {
        return Ok(None);
    };
    Ok(Some(Checkable { further: authenticators::checked(db, user, factor)?, ..found }))
}

/// Implements [`FactorStore::settle`](postern_model::store::FactorStore::settle).
pub(super) fn settle(db: &Connection, wanted: MailKinds, submission: &Submission) -> Result<End<Settled>, Failure> {
    let AttemptRecord { user, factor, at, .. } = submission.attempt;
    let repeated = replay::repeated(db, submission.replay.as_ref(), at)?;
    if let Some(Some(sealed)) = repeated {
        return Ok(End::Nothing(Settled::Repeated(sealed)));
    }
    if !has_token(db, &submission.elevation, user)? {
        return Ok(End::Nothing(Settled::SessionGone));
    }
    let now = checkable_where(db, user, factor, condition_for(factor, &submission.action))?;
    let (Some(now), Some((failures, until))) = (now, rows::counter(factor)) else {
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
    if let (false, Some(Evidence { spend: Spend::SentCode { .. }, .. })) = (right, &submission.evidence) {
        return Ok(End::Nothing(Settled::Changed));
    }
    attempts::record(db, &AttemptRecord { success: right, ..submission.attempt.clone() })?;
    replay::remember(db, user, submission.replay.as_ref(), right)?;
    if !right {
        let sql = format!("UPDATE user_2fa_settings SET {failures} = ?2, {until} = ?3 WHERE user_id = ?1");
        run(db, &sql, params![user.to_string(), after.failures, after.locked_until.map(times::write)])?;
        mail::queue_of(db, wanted, &submission.attempt, Happening::of_failure(factor, after))?;
        return Ok(End::Commit(Settled::Wrong(after), Vec::new()));
    }
    if let Some(Evidence { spend: Spend::BackupCode(_), .. }) = &submission.evidence {
        let left = now.stored.backup_codes.len().saturating_sub(1);
        mail::queue_of(db, wanted, &submission.attempt, Some(Happening::of_backup_code(left, wanted)))?;
    }
    let by = match submission.evidence.as_ref().and_then(|evidence| evidence.authenticator) {
        Some(further) => AllowedBy::Further(further),
        None => AllowedBy::Code,
    };
    let acted = act(db, wanted, &submission.attempt, &submission.elevation, by, &submission.action)?;
    Ok(match acted {
        Acted::Done(view, changes) => {
            let spent = submission.evidence.iter().flat_map(|evidence| attempts::spent(user, &evidence.spend));
            End::Commit(Settled::Right(view), spent.chain(changes).collect())
        }
        Acted::NotEnrolled => End::Nothing(Settled::NotEnrolled),
        Acted::SessionGone => End::Nothing(Settled::SessionGone),
    })
}
