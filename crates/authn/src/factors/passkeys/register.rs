//! Adding a passkey: a code or another passkey first, then the browser's ceremony.

use postern_keystore::{BoundCookie, SessionToken};
use postern_model::audit::AuditKind;
use postern_model::id::PasskeyId;
use postern_model::passkey::{self, Passkey, PasskeyRegistration};
use postern_model::session::{Caller, SessionView};
use postern_webauthn::RegistrationResponse;

use super::challenge::{Kind, PasskeyOptions};
use super::response::CreationResponse;
use crate::factors::attempt::Purpose;
use crate::factors::name::readable;
use crate::factors::reply::{Reply, Submitted};
use crate::factors::{Change, Confirmation, FactorError, Repeated};
use crate::service::Authn;

/// Name of a passkey that got none.
pub(super) const UNNAMED: &str = "Passkey";

/// The right to add one passkey, which a confirmation gave.
#[derive(Debug)]
pub struct Creation {
    /// The session's new token.
    pub token: SessionToken,
    /// The session after the confirmation.
    pub view: SessionView,
    /// What the page passes to the browser.
    pub options: PasskeyOptions,
}

/// A passkey that was added.
#[derive(Debug)]
pub struct Registered {
    /// The session's new token.
    pub token: SessionToken,
    /// The session.
    pub view: SessionView,
}

impl Authn {
    /// Begins to add a passkey. Needs a full session and, for this operation, a fresh code or another passkey.
    pub async fn begin_passkey<'c>(
        &self,
        view: &SessionView,
        confirmation: impl Into<Confirmation<'c>>,
        caller: &Caller,
    ) -> Result<Creation, FactorError> {
        self.passkey_settings()?;
        self.check_enrolled(view)?;
        let confirmation = confirmation.into();
        let nonce = confirmation.submitted().nonce.map(for_passkeys);
        let bound = confirmation.with_nonce(nonce.as_deref());
        let done = self.confirm(view, Change::AddPasskey, bound, Purpose::Elevate { trust: false }, caller).await?;
        self.creation(done.reply.token()?, done.view).await
    }

    /// Returns the reply to the first of several identical submissions to [`Authn::begin_passkey`], as
    /// [`Authn::repetition`] does. A code that was submitted for another purpose does not match.
    pub async fn repeated_passkey<'c>(
        &self,
        former: &SessionToken,
        device: Option<&BoundCookie>,
        confirmation: impl Into<Confirmation<'c>>,
    ) -> Result<Option<Creation>, FactorError> {
        let confirmation = confirmation.into();
        let nonce = confirmation.submitted().nonce.map(for_passkeys);
        let bound = confirmation.with_nonce(nonce.as_deref());
        match self.repetition(former, device, bound.factor(), bound.submitted()).await? {
            Some(Repeated { token, view, .. }) => self.creation(token, view).await.map(Some),
            None => Ok(None),
        }
    }

    async fn creation(&self, token: SessionToken, view: SessionView) -> Result<Creation, FactorError> {
        let passkeys = self.store.passkeys(view.user.id).await?;
        let options = self.passkey_options(&view, Kind::Create, None, &passkeys)?;
        Ok(Creation { token, view, options })
    }

    /// Adds the passkey that the browser made with the options of [`Authn::begin_passkey`]. `submitted` is its response,
    /// `challenge` the sealed challenge that came with the options.
    pub async fn add_passkey(
        &self,
        view: &SessionView,
        submitted: Submitted<'_>,
        challenge: &str,
        name: &str,
        caller: &Caller,
    ) -> Result<Registered, FactorError> {
        self.passkey_settings()?;
        self.check_enrolled(view)?;
        let passkey = self.created_passkey(view, Kind::Create, (submitted.code, challenge), name)?;
        self.store_passkey(view, submitted, passkey, caller).await
    }

    /// Checks the response to a ceremony that makes a passkey.
    pub(super) fn created_passkey(
        &self,
        view: &SessionView,
        kind: Kind,
        (response, challenge): (&str, &str),
        name: &str,
    ) -> Result<Passkey, FactorError> {
        let settings = self.passkey_settings()?;
        let response = CreationResponse::parse(response)?;
        let challenge = self.open_challenge(view, kind, None, challenge)?;
        let response = RegistrationResponse {
            client_data: &response.client_data,
            attestation_object: &response.attestation_object,
        };
        let credential = match settings.ceremony(&challenge, |ceremony| ceremony.register(&response)) {
            Ok(credential) => credential,
            Err(refused) => {
                tracing::warn!(user.id = %view.user.id, reason = %refused, "passkey registration refused");
                return Err(FactorError::PasskeyRefused);
            }
        };
        Ok(Passkey {
            id: PasskeyId::draw(self.entropy.as_ref()),
            user: view.user.id,
            credential: credential.id,
            public_key: credential.public_key,
            counter: credential.counter,
            backup_eligible: credential.flags.backup_eligible(),
            backed_up: credential.flags.backed_up(),
            name: readable(name, UNNAMED),
            created_at: self.now(),
            last_used_at: None,
        })
    }

    async fn store_passkey(
        &self,
        view: &SessionView,
        submitted: Submitted<'_>,
        passkey: Passkey,
        caller: &Caller,
    ) -> Result<Registered, FactorError> {
        let (user, session) = (view.user.id, &view.session);
        let token = SessionToken::draw(self.entropy.as_ref());
        let key = self.replay_key(session.token, submitted, submitted.code);
        let id = passkey.id;
        let registration = PasskeyRegistration {
            passkey,
            session: session.id,
            from: session.token,
            to: token.hash(),
            caller: caller.clone(),
            replay: self.replay(key, &Reply::with_token(&token))?,
        };
        match self.store.register_passkey(&registration).await? {
            passkey::Registered::Done(after) => {
                let detail = id.to_string();
                self.audit(AuditKind::PasskeyAdded, Some(user), Some(session.id), caller, Some(&detail)).await;
                Ok(Registered { token, view: *after })
            }
            passkey::Registered::Repeated(sealed) => {
                let done = self.repeated(view, key, &sealed).await?;
                Ok(Registered { token: done.reply.token()?, view: done.view })
            }
            passkey::Registered::Known => Err(FactorError::PasskeyKnown),
            passkey::Registered::Full => Err(FactorError::PasskeysFull),
            passkey::Registered::NotEnrolled => Err(FactorError::NotEnrolled),
            passkey::Registered::SessionGone => Err(FactorError::SignInRequired),
        }
    }
}

/// The nonce of a code that is submitted to add a passkey: a code for anything else is never a repetition of it.
fn for_passkeys(nonce: &str) -> String {
    if nonce.is_empty() { String::new() } else { format!("passkey {nonce}") }
}
