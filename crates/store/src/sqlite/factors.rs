//! Authenticators, and what the other factor files bring together into the port.

use async_trait::async_trait;
use postern_model::attempt::{AttemptRecord, Reservation};
use postern_model::clock::Timestamp;
use postern_model::enrolment::{EnrolmentCommit, EnrolmentTry, PendingEnrolment};
use postern_model::factor::{SecondFactor, Spend, StoredFactors};
use postern_model::id::{SessionId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::lockout::Lockout;
use postern_model::session::{SessionView, TokenHash};
use postern_model::store::{FactorStore, StoreError};
use rusqlite::{Connection, params};

use super::connection::{End, readable, run};
use super::error::Failure;
use super::sessions::end_all;
use super::stored_factors::stored;
use super::values::json;
use super::{SqliteStore, attempts, enrolment, times};
use crate::rows::{self, ENABLED, FACTORS};

#[async_trait]
impl FactorStore for SqliteStore {
    async fn factors(&self, user: UserId) -> Result<Option<StoredFactors>, StoreError> {
        self.read(move |db| stored(db, user)).await
    }

    async fn reserve_attempt(
        &self,
        user: UserId,
        factor: SecondFactor,
        now: Timestamp,
    ) -> Result<Reservation, StoreError> {
        self.write(move |db| attempts::reserve(db, user, factor, now)).await
    }

    async fn lockout(&self, user: UserId, factor: SecondFactor) -> Result<Option<Lockout>, StoreError> {
        self.read(move |db| attempts::lockout(db, user, factor)).await
    }

    async fn spend(&self, user: UserId, spend: &Spend, now: Timestamp) -> Result<bool, StoreError> {
        let spend = spend.clone();
        self.write(move |db| attempts::spend(db, user, &spend, now)).await
    }

    async fn record_attempt(&self, attempt: &AttemptRecord) -> Result<(), StoreError> {
        let attempt = attempt.clone();
        self.write(move |db| Ok(End::Commit(attempts::record(db, &attempt)?, Vec::new()))).await
    }

    async fn unlock(&self, user: UserId) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE user_2fa_settings AS f SET failed_attempts = 0, locked_until = NULL, backup_failed_attempts = 0, \
             backup_locked_until = NULL WHERE f.user_id = ?1 AND {ENABLED}"
        );
        self.write(move |db| Ok(End::Commit(run(db, &sql, [user.to_string()])? > 0, Vec::new()))).await
    }

    async fn begin_enrolment(&self, pending: &PendingEnrolment) -> Result<(), StoreError> {
        let pending = pending.clone();
        self.write(move |db| Ok(End::Commit(enrolment::begin(db, &pending)?, Vec::new()))).await
    }

    async fn pending_enrolment(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<PendingEnrolment>, StoreError> {
        self.read(move |db| Ok(enrolment::of_session(db, session)?.filter(|pending| pending.expires_at > now))).await
    }

    async fn try_enrolment(
        &self,
        session: SessionId,
        token: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<EnrolmentTry, StoreError> {
        let token = token.copied();
        self.write(move |db| enrolment::attempt(db, session, token.as_ref(), now)).await
    }

    async fn commit_enrolment(&self, commit: &EnrolmentCommit) -> Result<Option<SessionView>, StoreError> {
        let commit = commit.clone();
        self.write(move |db| enrolment::commit(db, &commit)).await
    }

    async fn replace_backup_codes(&self, user: UserId, digests: &[String], at: Timestamp) -> Result<bool, StoreError> {
        let digests = json(digests);
        let sql = format!(
            "UPDATE user_2fa_settings AS f SET backup_codes = ?2, backup_failed_attempts = 0, \
             backup_locked_until = NULL, updated_at = ?3 WHERE f.user_id = ?1 AND {ENABLED}"
        );
        self.write(move |db| {
            let changed = run(db, &sql, [user.to_string(), digests, times::write(at)])?;
            Ok(if changed == 0 { End::Nothing(false) } else { End::Commit(true, vec![Invalidation::User(user)]) })
        })
        .await
    }

    async fn reseal(&self, user: UserId, from: &StoredFactors, to: &StoredFactors) -> Result<bool, StoreError> {
        let (from, to) = (from.clone(), to.clone());
        self.write(move |db| {
            let same =
                |now: &StoredFactors| now.totp_secret == from.totp_secret && now.backup_codes == from.backup_codes;
            if !stored(db, user)?.as_ref().is_some_and(same) {
                return Ok(End::Nothing(false));
            }
            let sql = "UPDATE user_2fa_settings SET totp_secret = ?2, backup_codes = ?3 WHERE user_id = ?1";
            run(db, sql, params![user.to_string(), to.totp_secret, json(&to.backup_codes)])?;
            Ok(End::Commit(true, Vec::new()))
        })
        .await
    }

    async fn all_factors(&self) -> Result<Vec<(UserId, StoredFactors)>, StoreError> {
        let sql = format!("SELECT {FACTORS} FROM user_2fa_settings f WHERE {ENABLED} ORDER BY f.user_id");
        self.read(move |db| readable(db, &sql, [], rows::factors)).await
    }

    async fn remove_factors(
        &self,
        user: UserId,
        keep: Option<(SessionId, TokenHash, TokenHash)>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |db| remove(db, user, keep, at)).await
    }
}

fn remove(
    db: &Connection,
    user: UserId,
    keep: Option<(SessionId, TokenHash, TokenHash)>,
    at: Timestamp,
) -> Result<End<bool>, Failure> {
    let mut changes = vec![Invalidation::User(user)];
    // Enabled without a secret is not usable, but it is what a reset has to clear.
    let sql = "DELETE FROM user_2fa_settings AS f WHERE f.user_id = ?1 AND f.is_enabled = TRUE";
    if run(db, sql, [user.to_string()])? == 0 {
        return Ok(End::Nothing(false));
    }
    if let Some((session, from, to)) = keep {
        let sql = "UPDATE postern_sessions SET token = ?4, second_factor = NULL, second_factor_at = NULL, \
                   version = version + 1 WHERE id = ?1 AND user_id = ?2 AND token = ?3";
        if run(db, sql, params![session.to_string(), user.to_string(), from.0, to.0])? == 0 {
            return Ok(End::Nothing(false));
        }
        changes.push(Invalidation::Token(from));
    }
    changes.extend(end_all(db, user, keep.map(|(session, _, _)| session))?);
    let sql = "UPDATE users SET requires_2fa = FALSE, updated_at = ?2 WHERE id = ?1 AND twofa_enforced_at IS NULL";
    run(db, sql, [user.to_string(), times::write(at)])?;
    Ok(End::Commit(true, changes))
}
