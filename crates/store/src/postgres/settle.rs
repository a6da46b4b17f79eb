//! Settlement of a submitted code: counted, checked against the counter, used up, acted upon and logged in one
//! transaction.

use postern_model::attempt::{Checkable, Evidence, Settled, Submission};
use postern_model::attempt_log::AttemptRecord;
use postern_model::factor::{SecondFactor, Spend};
use postern_model::id::UserId;
use postern_model::invalidation::Invalidation;
use postern_model::mail::Happening;
use postern_model::store::StoreError;

use super::actions::act;
use super::locks::lock_user;
use super::pool::Db;
use super::sessions::has_token;
use super::values::{Moment, PgColumns};
use super::{PostgresStore, attempts, authenticators, mail, replay};
use crate::actions::{Acted, AllowedBy};
use crate::rows::sent_codes::{condition, condition_for};
use crate::rows::{self, FACTORS};

/// Effect of a settlement.
enum End {
    /// Writes nothing: roll back.
    Nothing(Settled),
    /// Commits, and publishes these changes.
    Commit(Settled, Vec<Invalidation>),
}

/// Implements [`FactorStore::settle`](postern_model::store::FactorStore::settle).
pub(super) async fn settle(store: &PostgresStore, submission: &Submission) -> Result<Settled, StoreError> {
    let mut db = store.db().await?;
    db.begin().await?;
    match write(&mut db, submission).await? {
        End::Nothing(settled) => {
            db.rollback().await?;
            Ok(settled)
        }
        End::Commit(settled, changes) => {
            db.commit(&changes).await?;
            Ok(settled)
        }
    }
}

/// Reads the enabled authenticator and the counter of `factor`. `lock` is appended to the query.
pub(super) async fn checkable(
    db: &mut Db<'_>,
    user: UserId,
    factor: SecondFactor,
    lock: &str,
) -> Result<Option<Checkable>, StoreError> {
    checkable_where(db, user, factor, condition(factor), lock).await
}

/// Reads the same of a row that meets a further condition.
pub(super) async fn checkable_where(
    db: &mut Db<'_>,
    user: UserId,
    factor: SecondFactor,
    condition: &str,
    lock: &str,
) -> Result<Option<Checkable>, StoreError> {
    let Some(counter) = rows::counter(factor) else { return Ok(None) };
    let (failures, until) = counter;
    // The further ones first: a removal makes one of them the first, so that one that moves in between is seen twice and not
    // missed.
    let further = authenticators::checked(db, user, factor).await?;
    // An enabled authenticator without a secret is an error that names the row, not a missing factor.
    let sql = format!(
        "SELECT {FACTORS}, f.{failures}, f.{until} FROM user_2fa_settings f WHERE f.user_id = $1 \
         AND f.is_enabled = TRUE {condition} {lock}"
    );
    let row = db.row(&sql, &[&user.0]).await?;
    let Some(row) = row else { return Ok(None) };
    let found = rows::checkable(&mut PgColumns::new(&row), counter)?;
    Ok(Some(Checkable { further, ..found }))
}

async fn write(db: &mut Db<'_>, submission: &Submission) -> Result<End, StoreError> {
    let AttemptRecord { user, factor, at, .. } = submission.attempt;
    lock_user(db, user).await?;
    let repeated = replay::repeated(db, submission.replay.as_ref(), at).await?;
    if let Some(Some(sealed)) = repeated {
        return Ok(End::Nothing(Settled::Repeated(sealed)));
    }
    if !has_token(db, &submission.elevation, user).await? {
        return Ok(End::Nothing(Settled::SessionGone));
    }
    let condition = condition_for(factor, &submission.action);
    let now = checkable_where(db, user, factor, condition, "FOR UPDATE OF f").await?;
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
        Some(evidence) => attempts::use_up(db, user, evidence, at).await?,
        None => false,
    };
    if let (false, Some(Evidence { spend: Spend::SentCode { .. }, .. })) = (right, &submission.evidence) {
        return Ok(End::Nothing(Settled::Changed));
    }
    attempts::record(db, &AttemptRecord { success: right, ..submission.attempt.clone() }).await?;
    replay::remember(db, user, submission.replay.as_ref(), right).await?;
    if !right {
        let sql = format!("UPDATE user_2fa_settings SET {failures} = $2, {until} = $3 WHERE user_id = $1");
        let count = i32::try_from(after.failures).unwrap_or(i32::MAX);
        db.run(&sql, &[&user.0, &count, &after.locked_until.map(Moment)]).await?;
        mail::queue_of(db, &submission.attempt, Happening::of_failure(factor, after)).await?;
        return Ok(End::Commit(Settled::Wrong(after), Vec::new()));
    }
    if let Some(Evidence { spend: Spend::BackupCode(_), .. }) = &submission.evidence {
        let left = now.stored.backup_codes.len().saturating_sub(1);
        let used = Happening::of_backup_code(left, db.wanted_mail());
        mail::queue_of(db, &submission.attempt, Some(used)).await?;
    }
    let by = match submission.evidence.as_ref().and_then(|evidence| evidence.authenticator) {
        Some(further) => AllowedBy::Further(further),
        None => AllowedBy::Code,
    };
    let acted = act(db, &submission.attempt, &submission.elevation, by, &submission.action).await?;
    Ok(match acted {
        Acted::Done(view, changes) => {
            let spent = submission.evidence.iter().flat_map(|evidence| attempts::spent(user, &evidence.spend));
            End::Commit(Settled::Right(view), spent.chain(changes).collect())
        }
        Acted::NotEnrolled => End::Nothing(Settled::NotEnrolled),
        Acted::SessionGone => End::Nothing(Settled::SessionGone),
    })
}
