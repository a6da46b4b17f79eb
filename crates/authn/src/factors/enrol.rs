//! Enrolling an authenticator app: the offered secret is kept beside an enabled authenticator until its first code is
//! verified. A first enrolment may be completed with a passkey instead (`passkeys/set_up.rs`).

use std::convert::Infallible;

use postern_keystore::{SealContext, SessionToken};
use postern_model::audit::AuditKind;
use postern_model::clock::Timestamp;
use postern_model::enrolment::{EnrolmentPurpose, EnrolmentTry, FailedTry, LIFETIME, PendingEnrolment, TRIES};
use postern_model::enrolment_commit::{Committed, EnrolmentCommit};
use postern_model::factor::SecondFactor;
use postern_model::id::EnrolmentId;
use postern_model::passkey::Passkey;
use postern_model::replay::ReplayKey;
use postern_model::session::{Caller, Elevation, SessionView, TokenHash, Verified};
use postern_model::{ExposeSecret, SecretString};

use super::attempt::Purpose;
use super::reply::{Done, Reply, Submitted};
use super::typed_code::read;
use super::{Change, Confirmation, Elevated, FactorError, totp};
use crate::access::Standing;
use crate::service::Authn;

/// Secret offered for enrolment.
pub struct Offer {
    /// The secret in base32, for typing into an app.
    pub secret_base32: SecretString,
    /// The `otpauth://` URL, for a QR code.
    pub otpauth_url: SecretString,
    /// Token to send back with the first code; absent when the offer is shown again.
    pub setup_token: Option<SecretString>,
    /// Time at which the offer expires.
    pub expires_at: Timestamp,
    /// The session after a passkey allowed the set-up, which rotates its token. A code leaves the token as it is.
    pub raised: Option<Elevated>,
}

/// Enrolled second factor, with the session that its first code or its passkey raised.
#[derive(Debug)]
pub struct Enrolled {
    /// The session's new token.
    pub token: SessionToken,
    /// The session after the enrolment.
    pub view: SessionView,
    /// Backup codes. They are shown now and never again.
    pub backup_codes: Vec<String>,
}

/// Set-up that was drawn and is not stored yet.
struct Drawn {
    pending: PendingEnrolment,
    secret: SecretString,
    token: SessionToken,
}

/// What completes a set-up.
pub(super) struct Proven<'a> {
    /// The secret of the app, or one that nobody was shown.
    pub(super) secret: &'a SecretString,
    /// The step of the first code, or [`NO_APP`](postern_model::factor::NO_APP).
    pub(super) step: i64,
    /// The passkey that is enrolled instead of an app.
    pub(super) passkey: Option<Passkey>,
    pub(super) key: Option<ReplayKey>,
}

impl Authn {
    /// Begins a first enrolment and replaces any pending enrolment of this session. A first-factor session is enough;
    /// it then waits for its second factor until the offer expires. Where an authenticator is enabled, use
    /// [`Authn::begin_replacement`]. `ticket` is the enrolment ticket as typed, where [`Authn::needs_ticket`] is true.
    pub async fn begin_enrolment(
        &self,
        view: &SessionView,
        ticket: Option<&str>,
        caller: &Caller,
    ) -> Result<Offer, FactorError> {
        if self.standing(view) == Standing::Over {
            return Err(FactorError::SignInRequired);
        }
        if view.factors.enrolled() {
            return Err(FactorError::StepUpRequired);
        }
        let drawn = self.draw_enrolment(view, EnrolmentPurpose::First)?;
        self.begin_with_ticket(view, &drawn.pending, ticket, caller).await?;
        self.offer(view, drawn.secret, Some(drawn.token.to_text().into()), drawn.pending.expires_at)
    }

    /// Begins to replace the enabled authenticator, which stays enabled until the new one is verified. Needs a full
    /// session and, for this operation, a fresh code or a passkey: a recent sign-in is not enough.
    pub async fn begin_replacement<'c>(
        &self,
        view: &SessionView,
        confirmation: impl Into<Confirmation<'c>>,
        caller: &Caller,
    ) -> Result<Offer, FactorError> {
        self.check_enrolled(view)?;
        self.begin_confirmed(view, EnrolmentPurpose::Replacement, confirmation.into(), caller).await
    }

    /// Begins a set-up that a factor of the user allows.
    pub(super) async fn begin_confirmed(
        &self,
        view: &SessionView,
        purpose: EnrolmentPurpose,
        confirmation: Confirmation<'_>,
        caller: &Caller,
    ) -> Result<Offer, FactorError> {
        let change = match purpose {
            EnrolmentPurpose::Addition => Change::AddAuthenticator,
            EnrolmentPurpose::First | EnrolmentPurpose::Replacement => Change::ReplaceAuthenticator,
        };
        let drawn = self.draw_enrolment(view, purpose)?;
        let begin = Purpose::BeginEnrolment(&drawn.pending, &drawn.token);
        let done = self.confirm(view, change, confirmation, begin, caller).await?;
        let raised = match done.reply.token {
            Some(_) => Some(Elevated { token: done.reply.token()?, view: done.view.clone(), device: None }),
            None => None,
        };
        // If this submission repeats an earlier one, the stored set-up is that of the earlier one, with its token.
        let offer = match self.store.pending_enrolment(view.session.id, self.now()).await? {
            Some(pending) if pending.id == drawn.pending.id => {
                self.offer(view, drawn.secret, Some(drawn.token.to_text().into()), pending.expires_at)?
            }
            _ => {
                let offer = self.pending_offer_for(&done.view, purpose).await?.ok_or(FactorError::InvalidToken)?;
                Offer { setup_token: done.reply.setup_token.map(Into::into), ..offer }
            }
        };
        Ok(Offer { raised, ..offer })
    }

    /// Returns the pending offer of this session, to be shown again.
    pub async fn pending_offer(&self, view: &SessionView) -> Result<Option<Offer>, FactorError> {
        // If another session enabled an authenticator after an offer was made, no code for a replacement was given.
        let purpose = if view.factors.enrolled() { EnrolmentPurpose::Replacement } else { EnrolmentPurpose::First };
        self.pending_offer_for(view, purpose).await
    }

    /// Returns the pending offer of this session if it was made for this purpose.
    pub(super) async fn pending_offer_for(
        &self,
        view: &SessionView,
        purpose: EnrolmentPurpose,
    ) -> Result<Option<Offer>, FactorError> {
        self.may_enrol(view)?;
        let pending = self.store.pending_enrolment(view.session.id, self.now()).await?;
        let Some(pending) = pending.filter(|pending| pending.purpose == purpose) else { return Ok(None) };
        let secret = self.open_pending(&pending)?;
        self.offer(view, secret, None, pending.expires_at).map(Some)
    }

    /// Completes the enrolment of this session with its first code. `setup_token` is the token that
    /// [`Authn::begin_enrolment`] returned; pages leave it out, since they are bound to the session already. Only a
    /// set-up that was begun with a code replaces an enabled authenticator.
    pub async fn confirm_enrolment<'c>(
        &self,
        view: &SessionView,
        setup_token: Option<&str>,
        code: impl Into<Submitted<'c>>,
        caller: &Caller,
    ) -> Result<Enrolled, FactorError> {
        self.may_enrol(view)?;
        let submitted = code.into();
        let code = read(SecondFactor::Totp, submitted.code)?;
        let token = match setup_token {
            Some(text) => Some(SessionToken::parse(text).ok_or(FactorError::InvalidToken)?.hash()),
            None => None,
        };
        let now = self.now();
        let key = self.replay_key(view.session.token, submitted, &code);
        let pending = match self.store.open_enrolment(view.session.id, token.as_ref(), now).await? {
            EnrolmentTry::Counted(pending) => pending,
            EnrolmentTry::Expired => return Err(FactorError::TokenExpired),
            // An identical submission may have completed the set-up, or used up its last try, since this one read its session.
            EnrolmentTry::Unknown | EnrolmentTry::Exhausted | EnrolmentTry::Repeated(_) => {
                return match (self.completed_before(view, key).await, token) {
                    // Only a set-up token tells whether the set-up is still the one that the code was meant for.
                    (Err(FactorError::InvalidToken), Some(token)) => {
                        match self.wrong_first_code(view, &token, key.filter(|_| submitted.of_form), caller).await? {}
                    }
                    (completed, _) => completed,
                };
            }
        };
        match pending.purpose {
            EnrolmentPurpose::First if view.factors.enrolled() => return Err(FactorError::StepUpRequired),
            EnrolmentPurpose::Addition => return Err(FactorError::InvalidToken),
            EnrolmentPurpose::First | EnrolmentPurpose::Replacement => {}
        }
        let secret = self.open_pending(&pending)?;
        match totp::matched_step(&secret, &code, now)? {
            Some(step) => {
                self.commit(view, &pending, Proven { secret: &secret, step, passkey: None, key }, caller).await
            }
            None => {
                match self.wrong_first_code(view, &pending.token, key.filter(|_| submitted.of_form), caller).await? {}
            }
        }
    }

    /// Returns the outcome of an identical submission that completed the set-up within a minute.
    pub(super) async fn completed_before(
        &self,
        view: &SessionView,
        key: Option<ReplayKey>,
    ) -> Result<Enrolled, FactorError> {
        let Some(sealed) = self.replayed(key.as_ref()).await? else { return Err(FactorError::InvalidToken) };
        let done = self.repeated(view, key, &sealed).await?;
        Ok(Enrolled { token: done.reply.token()?, view: done.view, backup_codes: done.reply.backup_codes })
    }

    /// Counts a wrong code against the pending enrolment with this set-up token, unless it repeats a submission that was
    /// counted. A code that could not be checked is not counted.
    pub(super) async fn wrong_first_code(
        &self,
        view: &SessionView,
        token: &TokenHash,
        key: Option<ReplayKey>,
        caller: &Caller,
    ) -> Result<Infallible, FactorError> {
        let (user, session) = (view.user.id, view.session.id);
        let failed = FailedTry {
            session,
            token: Some(*token),
            attempt: self.attempt(user, SecondFactor::Totp, false, caller),
            replay: self.replay(key, &Reply::default())?,
        };
        let pending = match self.store.try_enrolment(&failed).await? {
            EnrolmentTry::Counted(pending) => {
                self.audit(AuditKind::SecondFactorFailed, Some(user), Some(session), caller, Some("totp")).await;
                pending
            }
            EnrolmentTry::Repeated(pending) => pending,
            EnrolmentTry::Unknown | EnrolmentTry::Expired | EnrolmentTry::Exhausted => {
                return Err(FactorError::InvalidToken);
            }
        };
        Err(FactorError::InvalidCode { attempts_left: TRIES - pending.tries.min(TRIES), locked_until: None })
    }

    /// Completes a set-up with an app or a passkey.
    pub(super) async fn commit(
        &self,
        view: &SessionView,
        pending: &PendingEnrolment,
        proven: Proven<'_>,
        caller: &Caller,
    ) -> Result<Enrolled, FactorError> {
        let user = view.user.id;
        let method = if proven.passkey.is_some() { SecondFactor::Passkey } else { SecondFactor::Totp };
        let passkey = proven.passkey.as_ref().map(|passkey| passkey.id.to_string());
        let (backup_codes, digests) = self.make_codes(user).await?;
        let token = SessionToken::draw(self.entropy.as_ref());
        let verified = Verified { method, at: self.now() };
        let shown = self.shown(view, &backup_codes)?;
        let reply = Reply { backup_codes, ..Reply::with_token(&token) };
        let commit = EnrolmentCommit {
            id: pending.id,
            user,
            replaces: pending.purpose == EnrolmentPurpose::Replacement,
            sealed_secret: self.seal(&SealContext::totp(user), proven.secret)?,
            step: proven.step,
            passkey: proven.passkey,
            backup_codes: digests,
            elevation: Elevation { session: view.session.id, from: view.session.token, to: token.hash(), verified },
            attempt: self.attempt(user, method, true, caller),
            shown: Some(shown),
            replay: self.replay(proven.key, &reply)?,
        };
        let done = match self.store.commit_enrolment(&commit).await? {
            Committed::Done(view) => Done { view: *view, reply, repeated: false },
            Committed::Repeated(sealed) => self.repeated(view, proven.key, &sealed).await?,
            Committed::Known => return Err(FactorError::PasskeyKnown),
            Committed::Void => return Err(FactorError::InvalidToken),
        };
        if !done.repeated {
            let session = Some(view.session.id);
            self.audit(AuditKind::Enrolled, Some(user), session, caller, Some(method.name())).await;
            if let Some(id) = passkey {
                self.audit(AuditKind::PasskeyAdded, Some(user), session, caller, Some(&id)).await;
            }
        }
        Ok(Enrolled { token: done.reply.token()?, view: done.view, backup_codes: done.reply.backup_codes })
    }

    /// Whether the session may see and complete its set-up. The further requirements of a replacement were checked when
    /// it was begun and hold until the offer expires.
    pub(super) fn may_enrol(&self, view: &SessionView) -> Result<(), FactorError> {
        match self.standing(view) {
            Standing::Over => Err(FactorError::SignInRequired),
            Standing::Waiting(_) if view.factors.enrolled() => Err(FactorError::StepUpRequired),
            Standing::Waiting(_) | Standing::Complete => Ok(()),
        }
    }

    fn draw_enrolment(&self, view: &SessionView, purpose: EnrolmentPurpose) -> Result<Drawn, FactorError> {
        let entropy = self.entropy.as_ref();
        let (id, user) = (EnrolmentId::draw(entropy), view.user.id);
        let secret = totp::draw_secret(entropy);
        let token = SessionToken::draw(entropy);
        let pending = PendingEnrolment {
            id,
            session: view.session.id,
            user,
            token: token.hash(),
            sealed_secret: self.seal(&SealContext::enrolment(user, id), &secret)?,
            purpose,
            tries: 0,
            expires_at: self.now().after(LIFETIME),
        };
        Ok(Drawn { pending, secret, token })
    }

    fn offer(
        &self,
        view: &SessionView,
        secret_base32: SecretString,
        setup_token: Option<SecretString>,
        expires_at: Timestamp,
    ) -> Result<Offer, FactorError> {
        let otpauth_url = totp::otpauth_url(&secret_base32, &self.settings.totp_issuer, &view.user.email)?;
        Ok(Offer { secret_base32, otpauth_url, setup_token, expires_at, raised: None })
    }

    pub(super) fn open_pending(&self, pending: &PendingEnrolment) -> Result<SecretString, FactorError> {
        let context = SealContext::enrolment(pending.user, pending.id);
        self.keyring.open_text(&context, &pending.sealed_secret).map_err(|_| FactorError::Secret("it cannot be opened"))
    }

    pub(crate) fn seal(&self, context: &SealContext<'_>, secret: &SecretString) -> Result<String, FactorError> {
        self.keyring
            .seal(self.entropy.as_ref(), context, secret.expose_secret().as_bytes())
            .map_err(|_| FactorError::Secret("it cannot be sealed"))
    }
}
