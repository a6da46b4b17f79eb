//! The one place where a code is looked at: reserve, open, match, spend. Only a success makes the proof that every
//! operation on factors demands.

use postern_keystore::backup;
use postern_model::SecretString;
use postern_model::attempt::{AttemptRecord, Reservation};
use postern_model::audit::AuditKind;
use postern_model::factor::{SecondFactor, Spend, StoredFactors};
use postern_model::id::{EventId, UserId};
use postern_model::lockout::{Lockout, Refused};
use postern_model::session::{Caller, SessionView, Verified};

use super::{FactorError, totp};
use crate::service::Authn;

/// Proof that a code of this user's was right, counted and spent, just now.
pub(super) struct Proof {
    user: UserId,
    verified: Verified,
}

impl Proof {
    /// Whose factor it was.
    pub(super) fn user(&self) -> UserId {
        self.user
    }

    /// What was verified, and when.
    pub(super) fn verified(&self) -> Verified {
        self.verified
    }
}

impl Authn {
    /// Checks a code of the session's user. The attempt is counted as failed before the code is looked at; a success
    /// takes that back in the same step that uses the code up.
    pub(super) async fn prove(
        &self,
        view: &SessionView,
        factor: SecondFactor,
        typed: &str,
        caller: &Caller,
    ) -> Result<Proof, FactorError> {
        let user = view.user.id;
        if typed.trim().is_empty() {
            return Err(FactorError::MissingCode);
        }
        let now = self.now();
        let lockout = match self.store.reserve_attempt(user, factor, now).await? {
            Reservation::Granted(lockout) => lockout,
            Reservation::NotEnrolled => return Err(FactorError::NotEnrolled),
            Reservation::Refused(Refused::Locked { until }) => return Err(FactorError::Locked { until }),
            Reservation::Refused(Refused::Disabled) => return Err(FactorError::Disabled),
        };
        let stored = self.store.factors(user).await?.ok_or(FactorError::NotEnrolled)?;
        let spend = match factor {
            SecondFactor::Totp => self.match_totp(user, &stored, typed)?.map(Spend::Step),
            SecondFactor::Backup => self.match_backup(user, stored, typed).await?.map(Spend::BackupCode),
        };
        let right = match spend {
            Some(spend) => self.store.spend(user, &spend, now).await?,
            None => false,
        };
        self.store.record_attempt(&self.attempt(user, factor, right, caller)).await?;
        if !right {
            return Err(self.failed(view, factor, lockout, caller).await);
        }
        let session = Some(view.session.id);
        self.audit(AuditKind::SecondFactorVerified, Some(user), session, caller, Some(factor.name())).await;
        Ok(Proof { user, verified: Verified { method: factor, at: now } })
    }

    /// A row for `user_2fa_attempts`.
    pub(super) fn attempt(&self, user: UserId, factor: SecondFactor, success: bool, caller: &Caller) -> AttemptRecord {
        let id = EventId::draw(self.entropy.as_ref());
        AttemptRecord { id, user, factor, success, caller: caller.clone(), at: self.now() }
    }

    async fn failed(&self, view: &SessionView, factor: SecondFactor, lockout: Lockout, caller: &Caller) -> FactorError {
        let (user, session) = (Some(view.user.id), Some(view.session.id));
        self.audit(AuditKind::SecondFactorFailed, user, session, caller, Some(factor.name())).await;
        if lockout.locked_until.is_some() {
            self.audit(AuditKind::Locked, user, session, caller, Some(factor.name())).await;
        }
        FactorError::InvalidCode { attempts_left: lockout.attempts_left(), locked_until: lockout.locked_until }
    }

    fn match_totp(&self, user: UserId, stored: &StoredFactors, typed: &str) -> Result<Option<i64>, FactorError> {
        let secret = self.open_totp(user, stored)?;
        match totp::normalise(typed) {
            Some(code) => totp::matched_step(&secret, &code, self.now()),
            None => Ok(None),
        }
    }

    fn open_totp(&self, user: UserId, stored: &StoredFactors) -> Result<SecretString, FactorError> {
        let context = postern_keystore::SealContext::totp(user);
        self.keyring.open_text(&context, &stored.totp_secret).map_err(|error| {
            tracing::error!(user.id = %user, %error, "user_2fa_settings.totp_secret cannot be opened");
            FactorError::Secret("it cannot be opened")
        })
    }

    /// Hashing a code is slow on purpose, so it runs off the async threads and only so many at a time.
    async fn match_backup(
        &self,
        user: UserId,
        stored: StoredFactors,
        typed: &str,
    ) -> Result<Option<String>, FactorError> {
        let (keyring, typed) = (std::sync::Arc::clone(&self.keyring), typed.to_owned());
        self.hash(move || backup::find(&keyring, user, &typed, &stored.backup_codes)).await
    }

    /// Runs slow hashing on the bounded pool.
    pub(crate) async fn hash<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, FactorError> {
        let slot = std::sync::Arc::clone(&self.hash_slots).acquire_owned().await.map_err(|_| FactorError::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(slot);
            result
        });
        done.await.map_err(|_| FactorError::Busy)
    }
}
