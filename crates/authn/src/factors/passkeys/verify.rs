//! Raising a session with a passkey, and confirming a change with one.

use postern_model::audit::AuditKind;
use postern_model::factor::SecondFactor;
use postern_model::passkey::{Passkey, PasskeyUse, Used};
use postern_model::session::{Caller, Elevation, SessionView, Verified};
use postern_webauthn::{Asserted, AssertionResponse, Refused, Registered};

use super::challenge::{Kind, PasskeyOptions};
use super::response::RequestResponse;
use super::signals;
use crate::access::Standing;
use crate::factors::attempt::{Plan, Purpose};
use crate::factors::reply::{Done, Reply, Submitted};
use crate::factors::{Change, Elevated, FactorError};
use crate::service::Authn;

impl Authn {
    /// Returns what a page needs to ask for one of the user's passkeys. `None` if passkeys are switched off or the user has
    /// none.
    pub async fn request_passkey(&self, view: &SessionView) -> Result<Option<PasskeyOptions>, FactorError> {
        self.request(view, None).await
    }

    /// Does the same for a passkey that confirms a change. None confirms its own removal.
    pub async fn request_confirmation(
        &self,
        view: &SessionView,
        change: Change,
    ) -> Result<Option<PasskeyOptions>, FactorError> {
        self.request(view, Some(change)).await
    }

    async fn request(&self, view: &SessionView, change: Option<Change>) -> Result<Option<PasskeyOptions>, FactorError> {
        if !self.passkeys_enabled() || self.standing(view) == Standing::Over {
            return Ok(None);
        }
        let mut passkeys = self.store.passkeys(view.user.id).await?;
        passkeys.retain(|passkey| may_confirm(passkey, change));
        if passkeys.is_empty() {
            return Ok(None);
        }
        self.passkey_options(view, Kind::Get, change, &passkeys).map(Some)
    }

    /// Verifies the response to [`Authn::request_passkey`] and raises the session, for a first verification and for a step-up
    /// alike. `submitted` is the response, `challenge` the sealed challenge that came with the options.
    ///
    /// No failure is counted: an assertion cannot be guessed.
    pub async fn verify_passkey(
        &self,
        view: &SessionView,
        submitted: Submitted<'_>,
        challenge: &str,
        caller: &Caller,
    ) -> Result<Elevated, FactorError> {
        let trust = submitted.trust && self.may_trust_device(view);
        let purpose = Purpose::Elevate { trust };
        let done = self.submit_passkey(view, (submitted, challenge), None, purpose, caller).await?;
        self.elevated(done, caller).await
    }

    /// Verifies the response to a request that was made for a change, or for none, and performs its purpose.
    pub(in crate::factors) async fn submit_passkey(
        &self,
        view: &SessionView,
        (submitted, challenge): (Submitted<'_>, &str),
        change: Option<Change>,
        purpose: Purpose<'_>,
        caller: &Caller,
    ) -> Result<Done, FactorError> {
        if self.standing(view) == Standing::Over {
            return Err(FactorError::SignInRequired);
        }
        let settings = self.passkey_settings()?;
        let response = RequestResponse::parse(submitted.code)?;
        let challenge = self.open_challenge(view, Kind::Get, change, challenge)?;
        let passkeys = self.store.passkeys(view.user.id).await?;
        let Some(passkey) = passkeys.iter().find(|passkey| passkey.credential == response.credential) else {
            return Err(match self.passkey_refused(view, "unknown credential", caller).await {
                FactorError::PasskeyRefused => {
                    FactorError::PasskeyUnknown { signal: signals::unknown(settings, &response.credential) }
                }
                failed => failed,
            });
        };
        if !may_confirm(passkey, change) {
            return Err(self.passkey_refused(view, "its own removal", caller).await);
        }
        let asserted = match settings.ceremony(&challenge, |ceremony| {
            ceremony.assert(&response.borrow(), &registered(passkey, view.user.id.0.as_bytes()))
        }) {
            Ok(asserted) => asserted,
            Err(refused) => return Err(self.assertion_refused(view, passkey, refused, caller).await),
        };
        let plan = self.plan(view, purpose).await?;
        self.settle_passkey(view, submitted, (passkey, asserted), plan, caller).await
    }

    async fn settle_passkey(
        &self,
        view: &SessionView,
        submitted: Submitted<'_>,
        (passkey, asserted): (&Passkey, Asserted),
        plan: Plan,
        caller: &Caller,
    ) -> Result<Done, FactorError> {
        let (user, session, method) = (view.user.id, &view.session, SecondFactor::Passkey);
        let key = self.replay_key(session.token, submitted, submitted.code);
        let verified = Verified { method, at: self.now() };
        let reply = Reply { token: Some(plan.token.to_text()), ..plan.reply };
        let used = PasskeyUse {
            passkey: passkey.id,
            counter_before: passkey.counter,
            counter: asserted.counter,
            backed_up: asserted.flags.backed_up(),
            elevation: Elevation { session: session.id, from: session.token, to: plan.token.hash(), verified },
            attempt: self.attempt(user, method, true, caller),
            action: plan.action,
            replay: self.replay(key, &reply)?,
        };
        match self.store.use_passkey(&used).await? {
            Used::Done(after) => {
                let (id, name) = (Some(session.id), Some(method.name()));
                self.audit(AuditKind::SecondFactorVerified, Some(user), id, caller, name).await;
                Ok(Done { view: *after, reply, repeated: false })
            }
            Used::Repeated(sealed) => self.repeated(view, key, &sealed).await,
            Used::Void => Err(self.passkey_refused(view, "removed or used meanwhile", caller).await),
            Used::NotEnrolled => Err(FactorError::NotEnrolled),
            Used::SessionGone => Err(FactorError::SignInRequired),
        }
    }

    async fn assertion_refused(
        &self,
        view: &SessionView,
        passkey: &Passkey,
        refused: Refused,
        caller: &Caller,
    ) -> FactorError {
        tracing::warn!(
            user.id = %view.user.id,
            session.id = %view.session.id,
            passkey.id = %passkey.id,
            reason = %refused,
            "passkey refused"
        );
        let detail = if refused == Refused::Counter { "passkey: counter" } else { "passkey" };
        self.log_refusal(view, detail, caller).await
    }

    /// Logs and records a refused passkey. The client is told the same for every reason.
    pub(super) async fn passkey_refused(&self, view: &SessionView, reason: &str, caller: &Caller) -> FactorError {
        tracing::warn!(user.id = %view.user.id, session.id = %view.session.id, reason, "passkey refused");
        self.log_refusal(view, "passkey", caller).await
    }

    async fn log_refusal(&self, view: &SessionView, detail: &str, caller: &Caller) -> FactorError {
        let (user, session) = (view.user.id, Some(view.session.id));
        let attempt = self.attempt(user, SecondFactor::Passkey, false, caller);
        if let Err(error) = self.store.record_attempt(&attempt).await {
            return error.into();
        }
        self.audit(AuditKind::SecondFactorFailed, Some(user), session, caller, Some(detail)).await;
        FactorError::PasskeyRefused
    }
}

impl RequestResponse {
    fn borrow(&self) -> AssertionResponse<'_> {
        AssertionResponse {
            client_data: &self.client_data,
            authenticator_data: &self.authenticator_data,
            signature: &self.signature,
            user_handle: self.user_handle.as_deref(),
        }
    }
}

/// Whether a passkey may answer a request. None confirms its own removal: its owner needs another factor afterwards.
fn may_confirm(passkey: &Passkey, change: Option<Change>) -> bool {
    change != Some(Change::RemovePasskey(passkey.id))
}

fn registered<'a>(passkey: &'a Passkey, user_handle: &'a [u8]) -> Registered<'a> {
    Registered {
        public_key: &passkey.public_key,
        counter: passkey.counter,
        backup_eligible: passkey.backup_eligible,
        user_handle,
    }
}
