//! Checks and settles codes; the only module that does. A code is first checked without any effect. The store then
//! settles it: one transaction counts the attempt, marks the code as used, logs the attempt and performs the action. A
//! failure on our side (store, key, hash) therefore counts no attempt and uses up no code, and a check that ran in
//! parallel has no effect once the counter has locked.

use postern_keystore::{DeviceSecret, SealContext, SessionToken, backup};
use postern_model::SecretString;
use postern_model::attempt::{Action, Checkable, Evidence, Settled, Submission};
use postern_model::attempt_log::AttemptRecord;
use postern_model::audit::AuditKind;
use postern_model::enrolment::PendingEnrolment;
use postern_model::factor::{CodeKind, SecondFactor, Spend, StoredFactors};
use postern_model::id::{AuthenticatorId, EventId, PasskeyId, UserId};
use postern_model::lockout::{Lockout, Refused};
use postern_model::replay::{Replay, ReplayKey};
use postern_model::session::{Caller, Elevation, SessionView, Verified};

use super::reply::{Done, Reply, Submitted};
use super::sent_code_check::Compared;
use super::typed_code::read;
use super::{FactorError, totp};
use crate::service::Authn;

/// Maximum number of repeated checks when the stored secret changed meanwhile (re-sealed, or replaced).
pub(super) const TRIES: usize = 3;

/// Purpose that a code, or a passkey, is submitted for.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'a> {
    /// Raise the session, and draw a secret for the browser if its device is to be trusted.
    Elevate { trust: bool },
    /// Replace the backup codes.
    ReplaceBackupCodes,
    /// Begin this set-up, which has this set-up token, in place of the enabled authenticator, or beside it.
    BeginEnrolment(&'a PendingEnrolment, &'a SessionToken),
    /// Remove this passkey.
    RemovePasskey(PasskeyId),
    /// Remove this authenticator.
    RemoveAuthenticator(AuthenticatorId),
    /// Switch codes by mail on or off.
    SetEmailCodes(bool),
    /// Remove the number for codes by SMS.
    RemoveNumber,
    /// Remove all authenticators.
    RemoveFactors,
}

/// Action that a correct code triggers, and the data that its reply carries.
pub(super) struct Plan {
    pub(super) action: Action,
    pub(super) reply: Reply,
    /// The session's token after an action that rotates it.
    pub(super) token: SessionToken,
}

impl Authn {
    /// Submits a code of the session's user for one purpose.
    pub(super) async fn submit(
        &self,
        view: &SessionView,
        factor: SecondFactor,
        submitted: Submitted<'_>,
        purpose: Purpose<'_>,
        caller: &Caller,
    ) -> Result<Done, FactorError> {
        let user = view.user.id;
        let code = read(factor, submitted.code)?;
        let key = self.replay_key(view.session.token, submitted, &code);
        for _ in 0..TRIES {
            let now = self.now();
            let Some(checkable) = self.store.checkable(user, factor).await? else {
                return self.removed_before(view, key, Self::not_enrolled(view, factor)).await;
            };
            if factor == SecondFactor::Totp && !checkable.has_app() {
                return self.removed_before(view, key, FactorError::NoAuthenticator).await;
            }
            // Checked before the slow hash; the store checks again, under a lock.
            checkable.lockout.reserve(now).map_err(refusal)?;
            let evidence = match factor {
                SecondFactor::Totp => self.match_totp(user, &checkable, &code)?,
                SecondFactor::Backup => self.match_backup(user, checkable.stored, &code).await?,
                SecondFactor::Email | SecondFactor::Sms => {
                    match self.match_sent(view, factor, &code, checkable.stored.totp_secret).await? {
                        Compared::With(evidence) => evidence,
                        Compared::Nothing(reason) => {
                            return self.removed_before(view, key, self.uncounted(view, factor, reason).await?).await;
                        }
                        Compared::NotOffered => {
                            return self.removed_before(view, key, Self::not_offered(view, factor)).await;
                        }
                    }
                }
                // No code is checked against them: `verify_passkey` and `use_trusted_device` do.
                SecondFactor::Passkey | SecondFactor::TrustedDevice => return Err(FactorError::MalformedCode),
            };
            let (evidence, plan) = match evidence {
                Some(evidence) => (Some(evidence), self.plan(view, purpose).await?),
                // The purpose of a wrong code does not matter: its action is never performed.
                None => (None, self.plan(view, Purpose::Elevate { trust: false }).await?),
            };
            let verified = Verified { method: factor, at: now };
            let session = &view.session;
            let replay = self.replay(key, &plan.reply)?;
            let submission = Submission {
                elevation: Elevation { session: session.id, from: session.token, to: plan.token.hash(), verified },
                attempt: self.attempt(user, factor, false, caller),
                evidence,
                action: plan.action,
                replay: replay.map(|replay| Replay { remembers_wrong: submitted.of_form, ..replay }),
            };
            return match self.store.settle(&submission).await? {
                Settled::Right(after) => {
                    let (id, name) = (Some(view.session.id), Some(factor.name()));
                    self.audit(AuditKind::SecondFactorVerified, Some(user), id, caller, name).await;
                    Ok(Done { view: *after, reply: plan.reply, repeated: false })
                }
                Settled::Wrong(lockout) => Err(self.failed(view, factor, lockout, caller).await),
                Settled::RepeatedWrong(lockout) => Err(invalid(lockout)),
                Settled::Refused(refused) => Err(refusal(refused)),
                Settled::NotEnrolled => Err(Self::not_enrolled(view, factor)),
                Settled::SessionGone => Err(FactorError::SignInRequired),
                Settled::Repeated(sealed) => self.repeated(view, key, &sealed).await,
                Settled::Changed => continue,
            };
        }
        Err(FactorError::Busy)
    }

    /// Returns the error for a factor that the user does not have.
    fn not_enrolled(view: &SessionView, factor: SecondFactor) -> FactorError {
        match CodeKind::of(factor) {
            Some(_) if view.factors.enrolled() => Self::not_offered(view, factor),
            _ => FactorError::NotEnrolled,
        }
    }

    /// Returns the outcome of an identical submission that was settled before the factor was removed; this one read its session
    /// before that. Without one, returns `missing`.
    async fn removed_before(
        &self,
        view: &SessionView,
        key: Option<ReplayKey>,
        missing: FactorError,
    ) -> Result<Done, FactorError> {
        match self.replayed(key.as_ref()).await? {
            Some(sealed) => self.repeated(view, key, &sealed).await,
            None => Err(missing),
        }
    }

    /// Builds the action of a correct code. It runs only after the check, since new backup codes are slow to hash.
    pub(super) async fn plan(&self, view: &SessionView, purpose: Purpose<'_>) -> Result<Plan, FactorError> {
        let token = SessionToken::draw(self.entropy.as_ref());
        let mut reply = Reply::with_token(&token);
        let action = match purpose {
            Purpose::Elevate { trust } => {
                reply.device = trust.then(|| DeviceSecret::draw(self.entropy.as_ref()).to_text());
                Action::Elevate
            }
            Purpose::ReplaceBackupCodes => {
                let (codes, digests) = self.make_codes(view.user.id).await?;
                let shown = self.shown(view, &codes)?;
                reply.backup_codes = codes;
                Action::ReplaceBackupCodes { digests, shown }
            }
            Purpose::BeginEnrolment(pending, token) => {
                reply = Reply { setup_token: Some(token.to_text()), ..Reply::default() };
                Action::BeginEnrolment(pending.clone())
            }
            Purpose::RemovePasskey(id) => Action::RemovePasskey(id),
            Purpose::RemoveAuthenticator(id) => {
                let unseen = totp::draw_secret(self.entropy.as_ref());
                Action::RemoveAuthenticator { id, unseen: self.seal(&SealContext::totp(view.user.id), &unseen)? }
            }
            Purpose::SetEmailCodes(on) => Action::SetEmailCodes(on),
            Purpose::RemoveNumber => Action::SetNumber(None),
            Purpose::RemoveFactors => Action::RemoveFactors,
        };
        Ok(Plan { action, reply, token })
    }

    /// Builds a row for `user_2fa_attempts`.
    pub(super) fn attempt(&self, user: UserId, factor: SecondFactor, success: bool, caller: &Caller) -> AttemptRecord {
        let id = EventId::draw(self.entropy.as_ref());
        AttemptRecord { id, user, factor, success, caller: caller.clone(), at: self.now() }
    }

    pub(super) async fn failed(
        &self,
        view: &SessionView,
        factor: SecondFactor,
        lockout: Lockout,
        caller: &Caller,
    ) -> FactorError {
        let (user, session) = (Some(view.user.id), Some(view.session.id));
        self.audit(AuditKind::SecondFactorFailed, user, session, caller, Some(factor.name())).await;
        if lockout.locked_until.is_some() {
            self.audit(AuditKind::Locked, user, session, caller, Some(factor.name())).await;
        }
        invalid(lockout)
    }

    /// Compares a code with every authenticator, whichever matched before. A step that is not used up yet goes first, since two
    /// authenticators may show the same code. One whose secret cannot be used hides no other; its error is returned only if no
    /// code could be compared, since whatever was compared is an attempt, and counts.
    fn match_totp(&self, user: UserId, checkable: &Checkable, code: &str) -> Result<Option<Evidence>, FactorError> {
        let stored = &checkable.stored;
        let first = stored.has_app().then_some((None, &stored.totp_secret, stored.last_step));
        let further = checkable.further.iter().map(|one| (Some(one.id), &one.totp_secret, one.last_step));
        let (mut found, mut fresh, mut compared, mut failure) = (None, false, false, None);
        for (authenticator, sealed, last_step) in first.into_iter().chain(further) {
            let step = self
                .open_totp(user, authenticator, sealed)
                .and_then(|secret| totp::matched_step(&secret, code, self.now()));
            compared |= step.is_ok();
            match step {
                Ok(Some(step)) if !fresh => {
                    fresh = last_step.is_none_or(|last| last < step);
                    found = Some(Evidence { authenticator, secret: sealed.clone(), spend: Spend::Step(step) });
                }
                Ok(_) => {}
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            Some(error) if !compared => Err(error),
            _ => Ok(found),
        }
    }

    fn open_totp(
        &self,
        user: UserId,
        authenticator: Option<AuthenticatorId>,
        sealed: &str,
    ) -> Result<SecretString, FactorError> {
        self.keyring.open_text(&SealContext::totp(user), sealed).map_err(|error| {
            match authenticator {
                None => tracing::error!(user.id = %user, %error, "user_2fa_settings.totp_secret cannot be opened"),
                Some(id) => {
                    tracing::error!(user.id = %user, authenticator.id = %id, %error, "authenticators.totp_secret cannot be opened");
                }
            }
            FactorError::Unreadable("it cannot be opened")
        })
    }

    /// Hashes a code. Hashing is slow on purpose, so it runs off the async threads, with a bounded number in parallel.
    async fn match_backup(
        &self,
        user: UserId,
        stored: StoredFactors,
        code: &str,
    ) -> Result<Option<Evidence>, FactorError> {
        let (keyring, code) = (std::sync::Arc::clone(&self.keyring), code.to_owned());
        let StoredFactors { totp_secret: secret, backup_codes, .. } = stored;
        let found = self.hash(move || backup::find(&keyring, user, &code, &backup_codes)).await?;
        Ok(found.map(|digest| Evidence { authenticator: None, secret, spend: Spend::BackupCode(digest) }))
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

pub(super) fn invalid(lockout: Lockout) -> FactorError {
    FactorError::InvalidCode { attempts_left: lockout.attempts_left(), locked_until: lockout.locked_until }
}

pub(super) fn refusal(refused: Refused) -> FactorError {
    match refused {
        Refused::Locked { until } => FactorError::Locked { until },
        Refused::Disabled => FactorError::Disabled,
    }
}
