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

use super::locks::lock_user;
use super::values::PgColumns;
use super::{PostgresStore, attempts, enrolment, factor_changes, mail, replay, settle, tickets};
use crate::mail::NewMail;
use crate::rows::{self, ENABLED, FACTORS};

#[async_trait]
impl FactorStore for PostgresStore {
    async fn factors(&self, user: UserId) -> Result<Option<StoredFactors>, StoreError> {
        // A row without a secret is named, and is not "none": it keeps its user out, and a reset removes it.
        let sql = format!("SELECT {FACTORS} FROM user_2fa_settings f WHERE f.user_id = $1 AND f.is_enabled = TRUE");
        let row = self.db().await?.row(&sql, &[&user.0]).await?;
        row.map(|row| Ok(rows::factors(&mut PgColumns::new(&row))?.1)).transpose()
    }

    async fn lockout(&self, user: UserId, factor: SecondFactor) -> Result<Option<Lockout>, StoreError> {
        let Some(counter) = rows::counter(factor) else { return Ok(None) };
        let (failures, until) = counter;
        let sql = format!(
            "SELECT f.user_id, f.{failures}, f.{until} FROM user_2fa_settings f WHERE f.user_id = $1 AND {ENABLED}"
        );
        let row = self.db().await?.row(&sql, &[&user.0]).await?;
        row.map(|row| rows::lockout(&mut PgColumns::new(&row), counter)).transpose()
    }

    async fn checkable(&self, user: UserId, factor: SecondFactor) -> Result<Option<Checkable>, StoreError> {
        settle::checkable(&mut self.db().await?, user, factor, "").await
    }

    async fn settle(&self, submission: &Submission) -> Result<Settled, StoreError> {
        settle::settle(self, submission).await
    }

    async fn replayed(&self, key: &ReplayKey, now: Timestamp) -> Result<Option<String>, StoreError> {
        Ok(replay::find(&mut self.db().await?, key, now).await?.flatten())
    }

    async fn fresh_codes(&self, session: SessionId, now: Timestamp) -> Result<Option<String>, StoreError> {
        replay::fresh_codes(&mut self.db().await?, session, now).await
    }

    async fn forget_fresh_codes(&self, session: SessionId) -> Result<(), StoreError> {
        let sql = "DELETE FROM postern.fresh_codes WHERE session_id = $1";
        self.db().await?.run(sql, &[&session.0]).await?;
        Ok(())
    }

    async fn record_attempt(&self, attempt: &AttemptRecord) -> Result<(), StoreError> {
        Ok(attempts::record(&mut self.db().await?, attempt).await?)
    }

    async fn unlock(&self, user: UserId) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE user_2fa_settings f SET failed_attempts = 0, locked_until = NULL, backup_failed_attempts = 0, \
             backup_locked_until = NULL WHERE f.user_id = $1 AND {ENABLED}"
        );
        let mut db = self.db().await?;
        db.begin().await?;
        let factors = db.run(&sql, &[&user.0]).await? > 0;
        let ticket = tickets::unlock(&mut db, user).await?;
        db.commit(&[]).await?;
        Ok(factors || ticket)
    }

    async fn begin_enrolment(
        &self,
        pending: &PendingEnrolment,
        ticket: &TicketCheck,
    ) -> Result<EnrolmentBegun, StoreError> {
        enrolment::begin(self, pending, ticket).await
    }

    async fn issue_ticket(&self, user: UserId, ticket: &TokenHash, expires_at: Timestamp) -> Result<bool, StoreError> {
        tickets::issue(self, user, ticket, expires_at).await
    }

    async fn ticket_state(&self, user: UserId) -> Result<TicketState, StoreError> {
        tickets::read(&mut self.db().await?, user).await
    }

    async fn pending_enrolment(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<PendingEnrolment>, StoreError> {
        enrolment::pending(self, session, now).await
    }

    async fn open_enrolment(
        &self,
        session: SessionId,
        token: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<EnrolmentTry, StoreError> {
        enrolment::open(self, session, token, now).await
    }

    async fn try_enrolment(&self, failed: &FailedTry) -> Result<EnrolmentTry, StoreError> {
        enrolment::attempt(self, failed).await
    }

    async fn drop_enrolment(&self, session: SessionId) -> Result<bool, StoreError> {
        enrolment::remove(self, session).await
    }

    async fn commit_enrolment(&self, commit: &EnrolmentCommit) -> Result<Committed, StoreError> {
        enrolment::commit(self, commit).await
    }

    async fn reseal(&self, user: UserId, from: &StoredFactors, to: &StoredFactors) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE user_2fa_settings f SET totp_secret = $4, backup_codes = $5::text[] WHERE f.user_id = $1 \
             AND {ENABLED} AND f.totp_secret = $2 \
             AND array_remove(coalesce(f.backup_codes::text[], '{{}}'), NULL) = $3::text[]"
        );
        let (old, new) = (&from.backup_codes, &to.backup_codes);
        Ok(self.db().await?.run(&sql, &[&user.0, &from.totp_secret, old, &to.totp_secret, new]).await? > 0)
    }

    async fn all_factors(&self) -> Result<Vec<(UserId, StoredFactors)>, StoreError> {
        let sql = format!("SELECT {FACTORS} FROM user_2fa_settings f WHERE {ENABLED} ORDER BY f.user_id");
        let rows = self.db().await?.rows(&sql, &[]).await?;
        rows::readable(rows.iter().map(|row| rows::factors(&mut PgColumns::new(row))))
    }

    async fn remove_factors(
        &self,
        user: UserId,
        keep: Option<(SessionId, TokenHash, TokenHash)>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut db = self.db().await?;
        db.begin().await?;
        lock_user(&mut db, user).await?;
        if keep.is_none() {
            // First: the language of the mail is that of the sessions that are ended.
            mail::queue(&mut db, NewMail::reset(user, at, &Caller::default())).await?;
        }
        let Some(changes) = factor_changes::remove(&mut db, user, keep, at).await? else {
            db.rollback().await?;
            return Ok(false);
        };
        db.commit(&changes).await?;
        Ok(true)
    }
}
