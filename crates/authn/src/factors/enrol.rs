//! Enrolling an authenticator app: an offer that waits beside whatever is enabled, until its first code proves it.

use postern_keystore::{SealContext, SessionToken};
use postern_model::audit::AuditKind;
use postern_model::clock::Timestamp;
use postern_model::enrolment::{EnrolmentCommit, EnrolmentTry, LIFETIME, PendingEnrolment, TRIES};
use postern_model::factor::SecondFactor;
use postern_model::id::EnrolmentId;
use postern_model::session::{Caller, Elevation, SessionView, Verified};
use postern_model::{ExposeSecret, SecretString};

use super::{FactorError, STEP_UP_WINDOW, totp};
use crate::access::{Standing, counts};
use crate::service::Authn;

/// A secret offered for enrolment.
pub struct Offer {
    /// For typing into an app by hand, base32.
    pub secret_base32: SecretString,
    /// For a QR code.
    pub otpauth_url: SecretString,
    /// To be sent back with the first code; absent when the offer is shown again.
    pub setup_token: Option<SecretString>,
    /// The offer is void from then on.
    pub expires_at: Timestamp,
}

/// An enrolled authenticator, and a session raised by its first code.
#[derive(Debug)]
pub struct Enrolled {
    /// The session's fresh token.
    pub token: SessionToken,
    /// The session as it stands now.
    pub view: SessionView,
    /// Backup codes. They are shown now and never again.
    pub backup_codes: Vec<String>,
}

impl Authn {
    /// Begins an enrolment in place of any other of this session. The first one needs a sign-in; once an authenticator
    /// is enabled, replacing it needs a second factor verified within [`STEP_UP_WINDOW`].
    pub async fn begin_enrolment(&self, view: &SessionView) -> Result<Offer, FactorError> {
        self.may_enrol(view)?;
        let entropy = self.entropy.as_ref();
        let (id, user) = (EnrolmentId::draw(entropy), view.user.id);
        let secret = totp::draw_secret(entropy);
        let token = SessionToken::draw(entropy);
        let sealed_secret = self.seal(&SealContext::enrolment(user, id), &secret)?;
        let expires_at = self.now().after(LIFETIME);
        let pending = PendingEnrolment {
            id,
            session: view.session.id,
            user,
            token: token.hash(),
            sealed_secret,
            replaces: view.factors.enrolled(),
            tries: 0,
            expires_at,
        };
        self.store.begin_enrolment(&pending).await?;
        self.offer(view, secret, Some(token.to_text().into()), expires_at)
    }

    /// The offer that this session has open, to be shown again.
    pub async fn pending_offer(&self, view: &SessionView) -> Result<Option<Offer>, FactorError> {
        self.may_enrol(view)?;
        let Some(pending) = self.store.pending_enrolment(view.session.id, self.now()).await? else { return Ok(None) };
        let secret = self.open_pending(&pending)?;
        self.offer(view, secret, None, pending.expires_at).map(Some)
    }

    /// Completes the enrolment of this session with its first code. `setup_token` is what [`Authn::begin_enrolment`]
    /// gave; pages, which are bound to the session already, leave it out.
    pub async fn confirm_enrolment(
        &self,
        view: &SessionView,
        setup_token: Option<&str>,
        code: &str,
        caller: &Caller,
    ) -> Result<Enrolled, FactorError> {
        self.may_enrol(view)?;
        if code.trim().is_empty() {
            return Err(FactorError::MissingCode);
        }
        let token = match setup_token {
            Some(text) => Some(SessionToken::parse(text).ok_or(FactorError::InvalidToken)?.hash()),
            None => None,
        };
        let now = self.now();
        let pending = match self.store.try_enrolment(view.session.id, token.as_ref(), now).await? {
            EnrolmentTry::Counted(pending) => pending,
            EnrolmentTry::Expired => return Err(FactorError::TokenExpired),
            EnrolmentTry::Unknown | EnrolmentTry::Exhausted => return Err(FactorError::InvalidToken),
        };
        // Begun before another session enabled an authenticator: the step-up was never made.
        if view.factors.enrolled() && !pending.replaces {
            return Err(FactorError::StepUpRequired);
        }
        let secret = self.open_pending(&pending)?;
        let matched = match totp::normalise(code) {
            Some(code) => totp::matched_step(&secret, &code, now)?,
            None => None,
        };
        let Some(step) = matched else {
            let attempt = self.attempt(view.user.id, SecondFactor::Totp, false, caller);
            self.store.record_attempt(&attempt).await?;
            return Err(FactorError::InvalidCode {
                attempts_left: TRIES - pending.tries.min(TRIES),
                locked_until: None,
            });
        };
        self.commit(view, &pending, &secret, step, caller).await
    }

    async fn commit(
        &self,
        view: &SessionView,
        pending: &PendingEnrolment,
        secret: &SecretString,
        step: i64,
        caller: &Caller,
    ) -> Result<Enrolled, FactorError> {
        let user = view.user.id;
        let (backup_codes, digests) = self.make_codes(user).await?;
        let token = SessionToken::draw(self.entropy.as_ref());
        let verified = Verified { method: SecondFactor::Totp, at: self.now() };
        let commit = EnrolmentCommit {
            id: pending.id,
            user,
            replaces: pending.replaces,
            sealed_secret: self.seal(&SealContext::totp(user), secret)?,
            step,
            backup_codes: digests,
            elevation: Elevation { session: view.session.id, from: view.session.token, to: token.hash(), verified },
            attempt: self.attempt(user, SecondFactor::Totp, true, caller),
        };
        let view = self.store.commit_enrolment(&commit).await?.ok_or(FactorError::InvalidToken)?;
        self.audit(AuditKind::Enrolled, Some(user), Some(view.session.id), caller, Some("totp")).await;
        Ok(Enrolled { token, view, backup_codes })
    }

    fn may_enrol(&self, view: &SessionView) -> Result<(), FactorError> {
        if self.standing(view) == Standing::Over {
            return Err(FactorError::SignInRequired);
        }
        if view.factors.enrolled() && counts(view, STEP_UP_WINDOW, self.now()).is_none() {
            return Err(FactorError::StepUpRequired);
        }
        Ok(())
    }

    fn offer(
        &self,
        view: &SessionView,
        secret_base32: SecretString,
        setup_token: Option<SecretString>,
        expires_at: Timestamp,
    ) -> Result<Offer, FactorError> {
        let otpauth_url = totp::otpauth_url(&secret_base32, &self.settings.totp_issuer, &view.user.email)?;
        Ok(Offer { secret_base32, otpauth_url, setup_token, expires_at })
    }

    fn open_pending(&self, pending: &PendingEnrolment) -> Result<SecretString, FactorError> {
        let context = SealContext::enrolment(pending.user, pending.id);
        self.keyring.open_text(&context, &pending.sealed_secret).map_err(|_| FactorError::Secret("it cannot be opened"))
    }

    pub(crate) fn seal(&self, context: &SealContext<'_>, secret: &SecretString) -> Result<String, FactorError> {
        self.keyring
            .seal(self.entropy.as_ref(), context, secret.expose_secret().as_bytes())
            .map_err(|_| FactorError::Secret("it cannot be sealed"))
    }
}
