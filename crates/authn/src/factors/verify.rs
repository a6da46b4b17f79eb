//! Raising a session with a proven factor.

use postern_keystore::SessionToken;
use postern_model::factor::SecondFactor;
use postern_model::session::{Caller, Elevation, SessionView};

use super::FactorError;
use super::attempt::Proof;
use crate::access::Standing;
use crate::service::Authn;

/// A session whose second factor was just verified.
#[derive(Debug)]
pub struct Elevated {
    /// Its fresh token; the old one is dead.
    pub token: SessionToken,
    /// The session as it stands now.
    pub view: SessionView,
}

impl Authn {
    /// Verifies a code and raises the session: for a first verification and for a step-up alike.
    pub async fn verify(
        &self,
        view: &SessionView,
        factor: SecondFactor,
        code: &str,
        caller: &Caller,
    ) -> Result<Elevated, FactorError> {
        if self.standing(view) == Standing::Over {
            return Err(FactorError::SignInRequired);
        }
        let proof = self.prove(view, factor, code, caller).await?;
        self.elevate(view, &proof).await
    }

    /// Records the proof in the session and rotates its token, in one transaction of the store.
    pub(super) async fn elevate(&self, view: &SessionView, proof: &Proof) -> Result<Elevated, FactorError> {
        if proof.user() != view.user.id {
            return Err(FactorError::SignInRequired);
        }
        let token = SessionToken::draw(self.entropy.as_ref());
        let session = &view.session;
        let elevation =
            Elevation { session: session.id, from: session.token, to: token.hash(), verified: proof.verified() };
        let view = self.store.elevate(&elevation).await?.ok_or(FactorError::SignInRequired)?;
        Ok(Elevated { token, view })
    }
}
