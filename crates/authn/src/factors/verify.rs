//! Raising a session with a second factor.

use postern_keystore::SessionToken;
use postern_model::factor::SecondFactor;
use postern_model::session::{Caller, SessionView};

use super::attempt::Purpose;
use super::reply::{Done, Submitted};
use super::{DeviceCookie, FactorError};
use crate::access::Standing;
use crate::service::Authn;

/// Session whose second factor was just verified.
#[derive(Debug)]
pub struct Elevated {
    /// The session's new token; the old one is invalid.
    pub token: SessionToken,
    /// The session after the verification.
    pub view: SessionView,
    /// The secret of the browser, if its device is trusted from now on or got another one.
    pub device: Option<DeviceCookie>,
}

impl Authn {
    /// Verifies a code and raises the session, for a first verification and for a step-up alike. A device is trusted only at
    /// the former, and not with a backup code, which is for people who lost their device.
    pub async fn verify<'c>(
        &self,
        view: &SessionView,
        factor: SecondFactor,
        code: impl Into<Submitted<'c>>,
        caller: &Caller,
    ) -> Result<Elevated, FactorError> {
        if self.standing(view) == Standing::Over {
            return Err(FactorError::SignInRequired);
        }
        let submitted = code.into();
        let trust = submitted.trust && factor == SecondFactor::Totp && self.may_trust_device(view);
        let done = self.submit(view, factor, submitted, Purpose::Elevate { trust }, caller).await?;
        self.elevated(done, caller).await
    }

    /// Returns what a verification raised, and has its device trusted if the reply has a secret for it.
    pub(super) async fn elevated(&self, done: Done, caller: &Caller) -> Result<Elevated, FactorError> {
        let secret = done.reply.device_secret();
        let device = match done.repeated {
            // The first submission has it trusted.
            true => secret.and_then(|secret| self.device_cookie(secret)),
            false => self.trust_device(&done.view, secret, caller).await,
        };
        Ok(Elevated { token: done.reply.token()?, view: done.view, device })
    }
}
