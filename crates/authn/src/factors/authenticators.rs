//! Authenticator apps beside the first one: listed, added after a confirmation, renamed, removed with one.

use postern_keystore::{SealContext, SessionToken};
use postern_model::SecretString;
use postern_model::audit::AuditKind;
use postern_model::authenticator::{AUTHENTICATORS_MAX, Authenticator, AuthenticatorAdded, AuthenticatorAddition};
use postern_model::clock::Timestamp;
use postern_model::enrolment::{EnrolmentPurpose, EnrolmentTry, PendingEnrolment};
use postern_model::factor::SecondFactor;
use postern_model::id::AuthenticatorId;
use postern_model::replay::ReplayKey;
use postern_model::session::{Caller, SessionView};
use postern_model::store::StoreError;

use super::attempt::Purpose;
use super::name::readable;
use super::reply::{Reply, Submitted};
use super::typed_code::read;
use super::{Change, Confirmation, Elevated, FactorError, Offer, totp};
use crate::access::Standing;
use crate::service::Authn;

/// Name of an authenticator that got none.
const UNNAMED: &str = "Authenticator app";

/// An authenticator that was added.
#[derive(Debug)]
pub struct AddedAuthenticator {
    /// The session's new token.
    pub token: SessionToken,
    /// The session, at the level that it had.
    pub view: SessionView,
}

impl Authn {
    /// Returns the authenticators of the session's user, the first one first, each with the time of its last use.
    pub async fn authenticators(
        &self,
        view: &SessionView,
    ) -> Result<Vec<(Authenticator, Option<Timestamp>)>, StoreError> {
        let listed = self.store.authenticators(view.user.id).await?;
        let used = |one: &Authenticator| one.last_step.map(totp::time_of_step);
        Ok(listed
            .into_iter()
            .map(|mut one| {
                one.name.get_or_insert_with(|| UNNAMED.to_owned());
                let used = used(&one);
                (one, used)
            })
            .collect())
    }

    /// Begins to add an authenticator. Needs a full session and, for this operation, a fresh code or a passkey.
    ///
    /// # Errors
    /// [`FactorError::AuthenticatorsFull`] if the user may have no more; the code is not used up.
    pub async fn begin_authenticator<'c>(
        &self,
        view: &SessionView,
        confirmation: impl Into<Confirmation<'c>>,
        caller: &Caller,
    ) -> Result<Offer, FactorError> {
        self.check_enrolled(view)?;
        let count = self.store.authenticators(view.user.id).await?.len();
        if u32::try_from(count).unwrap_or(u32::MAX) >= AUTHENTICATORS_MAX {
            return Err(FactorError::AuthenticatorsFull);
        }
        self.begin_confirmed(view, EnrolmentPurpose::Addition, confirmation.into(), caller).await
    }

    /// Returns the offer that [`Authn::begin_authenticator`] made for this session, to be shown again.
    pub async fn pending_authenticator(&self, view: &SessionView) -> Result<Option<Offer>, FactorError> {
        self.pending_offer_for(view, EnrolmentPurpose::Addition).await
    }

    /// Adds the authenticator that [`Authn::begin_authenticator`] offered, with its first code. The session keeps its level,
    /// other sessions and the backup codes stay.
    pub async fn add_authenticator(
        &self,
        view: &SessionView,
        submitted: Submitted<'_>,
        name: &str,
        caller: &Caller,
    ) -> Result<AddedAuthenticator, FactorError> {
        self.check_enrolled(view)?;
        let code = read(SecondFactor::Totp, submitted.code)?;
        let key = self.replay_key(view.session.token, submitted, &code);
        let now = self.now();
        let pending = match self.store.open_enrolment(view.session.id, None, now).await? {
            EnrolmentTry::Counted(pending) if pending.purpose == EnrolmentPurpose::Addition => pending,
            EnrolmentTry::Counted(_) => return Err(FactorError::InvalidToken),
            EnrolmentTry::Expired => return Err(FactorError::TokenExpired),
            // An identical submission may have completed the set-up after this one read its session.
            EnrolmentTry::Unknown | EnrolmentTry::Exhausted | EnrolmentTry::Repeated(_) => {
                let done = self.completed_before(view, key).await?;
                return Ok(AddedAuthenticator { token: done.token, view: done.view });
            }
        };
        let secret = self.open_pending(&pending)?;
        match totp::matched_step(&secret, &code, now)? {
            Some(step) => self.store_authenticator(view, &pending, Proven { secret, step, key }, name, caller).await,
            None => {
                match self.wrong_first_code(view, &pending.token, key.filter(|_| submitted.of_form), caller).await? {}
            }
        }
    }

    async fn store_authenticator(
        &self,
        view: &SessionView,
        pending: &PendingEnrolment,
        proven: Proven,
        name: &str,
        caller: &Caller,
    ) -> Result<AddedAuthenticator, FactorError> {
        let (user, session) = (view.user.id, &view.session);
        let token = SessionToken::draw(self.entropy.as_ref());
        let id = AuthenticatorId::draw(self.entropy.as_ref());
        let addition = AuthenticatorAddition {
            enrolment: pending.id,
            id,
            user,
            name: readable(name, UNNAMED),
            sealed_secret: self.seal(&SealContext::totp(user), &proven.secret)?,
            step: proven.step,
            session: session.id,
            from: session.token,
            to: token.hash(),
            attempt: self.attempt(user, SecondFactor::Totp, true, caller),
            replay: self.replay(proven.key, &Reply::with_token(&token))?,
        };
        match self.store.add_authenticator(&addition).await? {
            AuthenticatorAdded::Done(after) => {
                let detail = id.to_string();
                self.audit(AuditKind::AuthenticatorAdded, Some(user), Some(session.id), caller, Some(&detail)).await;
                Ok(AddedAuthenticator { token, view: *after })
            }
            AuthenticatorAdded::Repeated(sealed) => {
                let done = self.repeated(view, proven.key, &sealed).await?;
                Ok(AddedAuthenticator { token: done.reply.token()?, view: done.view })
            }
            AuthenticatorAdded::Full => Err(FactorError::AuthenticatorsFull),
            AuthenticatorAdded::Void => Err(FactorError::InvalidToken),
            AuthenticatorAdded::SessionGone => Err(FactorError::SignInRequired),
        }
    }

    /// Renames an authenticator. Needs a full session. False if the user has none with this identifier.
    pub async fn rename_authenticator(
        &self,
        view: &SessionView,
        id: AuthenticatorId,
        name: &str,
        caller: &Caller,
    ) -> Result<bool, FactorError> {
        if self.standing(view) != Standing::Complete {
            return Err(FactorError::SignInRequired);
        }
        let renamed = self.store.rename_authenticator(view.user.id, id, &readable(name, UNNAMED)).await?;
        if renamed {
            let (session, detail) = (Some(view.session.id), id.to_string());
            self.audit(AuditKind::AuthenticatorRenamed, Some(view.user.id), session, caller, Some(&detail)).await;
        }
        Ok(renamed)
    }

    /// Removes an authenticator. Needs a full session and, for this operation, a fresh code or a passkey. Sessions that were
    /// raised with it lose their second factor: this one too, if the code is its own. The only one takes a passkey, which
    /// proves that its owner has another factor that works.
    ///
    /// # Errors
    /// [`FactorError::NotEnrolled`] if the user has no authenticator with this identifier, and
    /// [`FactorError::LastAuthenticator`] for a code if they have no other; the code is not used up.
    pub async fn remove_authenticator<'c>(
        &self,
        view: &SessionView,
        id: AuthenticatorId,
        confirmation: impl Into<Confirmation<'c>>,
        caller: &Caller,
    ) -> Result<Elevated, FactorError> {
        self.check_enrolled(view)?;
        let confirmation = confirmation.into();
        let listed = self.store.authenticators(view.user.id).await?;
        match (listed.iter().any(|one| one.id == id), listed.len(), confirmation) {
            (false, _, _) => return Err(FactorError::NotEnrolled),
            (true, 1, Confirmation::Code(_)) => return Err(FactorError::LastAuthenticator),
            (true, _, _) => {}
        }
        let (change, purpose) = (Change::RemoveAuthenticator(id), Purpose::RemoveAuthenticator(id));
        let done = self.confirm(view, change, confirmation, purpose, caller).await?;
        if !done.repeated {
            let (session, detail) = (Some(view.session.id), id.to_string());
            self.audit(AuditKind::AuthenticatorRemoved, Some(view.user.id), session, caller, Some(&detail)).await;
        }
        Ok(Elevated { token: done.reply.token()?, view: done.view, device: None })
    }
}

/// First code that was correct.
struct Proven {
    secret: SecretString,
    step: i64,
    key: Option<ReplayKey>,
}
