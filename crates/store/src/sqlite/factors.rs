//! The factor port, assembled from the other factor modules.

use async_trait::async_trait;
use postern_model::attempt::{Checkable, Settled, Submission};
use postern_model::attempt_log::AttemptRecord;
use postern_model::clock::Timestamp;
use postern_model::enrolment::{EnrolmentTry, FailedTry, PendingEnrolment};
use postern_model::enrolment_commit::{Committed, EnrolmentCommit};
use postern_model::factor::{SecondFactor, StoredFactors};
use postern_model::id::{SessionId, UserId};
use postern_model::lockout::Lockout;
use postern_model::replay::ReplayKey;
use postern_model::session::{Caller, TokenHash};
use postern_model::store::{FactorStore, StoreError};
use postern_model::ticket::{EnrolmentBegun, TicketCheck, TicketState};
use rusqlite::params;

use super::connection::{End, readable, run};
use super::stored_factors::stored;
use super::values::json;
use super::{SqliteStore, attempts, enrolment, factor_changes, mail, replay, settle, tickets};
use crate::mail::NewMail;
use crate::rows::{self, ENABLED, FACTORS};

#[async_trait]
impl FactorStore for SqliteStore {
    async fn factors(&self, user: UserId) -> Result<Option<StoredFactors>, StoreError> {
        self.read(move |db| stored(db, user)).await
    }

    async fn lockout(&self, user: UserId, factor: SecondFactor) -> Result<Option<Lockout>, StoreError> {
        self.read(move |db| attempts::lockout(db, user, factor)).await
    }

    async fn checkable(&self, user: UserId, factor: SecondFactor) -> Result<Option<Checkable>, StoreError> {
        self.read(move |db| settle::checkable(db, user, factor)).await
    }

    async fn settle(&self, submission: &Submission) -> Result<Settled, StoreError> {
        let (submission, wanted) = (submission.clone(), self.wanted_mail());
        self.write(move |db| settle::settle(db, wanted, &submission)).await
    }

    async fn replayed(&self, key: &ReplayKey, now: Timestamp) -> Result<Option<String>, StoreError> {
        let key = *key;
        self.read(move |db| Ok(replay::find(db, &key, now)?.flatten())).await
    }

    async fn fresh_codes(&self, session: SessionId, now: Timestamp) -> Result<Option<String>, StoreError> {
        self.read(move |db| replay::fresh_codes(db, session, now)).await
    }

    async fn forget_fresh_codes(&self, session: SessionId) -> Result<(), StoreError> {
        let sql = "DELETE FROM postern_fresh_codes WHERE session_id = ?1";
        self.write(move |db| Ok(End::Commit(run(db, sql, [session.to_string()]).map(drop)?, Vec::new()))).await
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
        self.write(move |db| {
            let factors = run(db, &sql, [user.to_string()])? > 0;
            Ok(End::Commit(tickets::unlock(db, user)? || factors, Vec::new()))
        })
        .await
    }

    async fn begin_enrolment(
        &self,
        pending: &PendingEnrolment,
        ticket: &TicketCheck,
    ) -> Result<EnrolmentBegun, StoreError> {
        let (pending, ticket) = (pending.clone(), *ticket);
        self.write(move |db| enrolment::begin(db, &pending, &ticket)).await
    }

    async fn issue_ticket(&self, user: UserId, ticket: &TokenHash, expires_at: Timestamp) -> Result<bool, StoreError> {
        let ticket = *ticket;
        self.write(move |db| tickets::issue(db, user, &ticket, expires_at)).await
    }

    async fn ticket_state(&self, user: UserId) -> Result<TicketState, StoreError> {
        self.read(move |db| tickets::read(db, user)).await
    }

    async fn pending_enrolment(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<PendingEnrolment>, StoreError> {
        self.read(move |db| Ok(enrolment::of_session(db, session)?.filter(|pending| pending.expires_at > now))).await
    }

    async fn open_enrolment(
        &self,
        session: SessionId,
        token: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<EnrolmentTry, StoreError> {
        let token = token.copied();
        self.read(move |db| Ok(rows::open_enrolment(enrolment::of_session(db, session)?, token.as_ref(), now))).await
    }

    async fn try_enrolment(&self, failed: &FailedTry) -> Result<EnrolmentTry, StoreError> {
        let failed = failed.clone();
        self.write(move |db| enrolment::attempt(db, &failed)).await
    }

    async fn drop_enrolment(&self, session: SessionId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM postern_pending_enrolments WHERE session_id = ?1";
        self.write(move |db| Ok(End::Commit(run(db, sql, [session.to_string()])? > 0, Vec::new()))).await
    }

    async fn commit_enrolment(&self, commit: &EnrolmentCommit) -> Result<Committed, StoreError> {
        let (commit, wanted) = (commit.clone(), self.wanted_mail());
        self.write(move |db| enrolment::commit(db, wanted, &commit)).await
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
        let wanted = self.wanted_mail();
        self.write(move |db| {
            if keep.is_none() {
                // First: the language of the mail is that of the sessions that are ended.
                mail::queue(db, wanted, NewMail::reset(user, at, &Caller::default()))?;
            }
            let Some(changes) = factor_changes::remove(db, user, keep, at)? else { return Ok(End::Nothing(false)) };
            Ok(End::Commit(true, changes))
        })
        .await
    }
}
