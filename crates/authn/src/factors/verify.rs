//! Raising a session with a second factor.

use postern_keystore::SessionToken;
use postern_model::factor::SecondFactor;
use postern_model::session::{Caller, SessionView};

use super::FactorError;
use super::attempt::Purpose;
use super::reply::Submitted;
use crate::access::Standing;
use crate::service::Authn;

/// Session whose second factor was just verified.
#[derive(Debug)]
pub struct Elevated {
    /// The session's new token; the old one is invalid.
    pub token: SessionToken,
    /// The session after the verification.
    pub view: SessionView,
}

impl Authn {
    /// Verifies a code and raises the session, for a first verification and for a step-up alike.
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
        let done = self.submit(view, factor, code.into(), Purpose::Elevate, caller).await?;
        Ok(Elevated { token: done.reply.token()?, view: done.view })
    }
}
