//! Giving up the second factor, where nobody demands it.

use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_model::audit::AuditKind;
use postern_model::factor::SecondFactor;
use postern_model::session::{Caller, SessionView};

use super::{FactorError, STEP_UP_WINDOW};
use crate::access::{Standing, counts};
use crate::service::Authn;

impl Authn {
    /// Whether this user may give up the second factor: neither the policy nor an administrator demands it.
    pub fn may_remove(&self, view: &SessionView) -> bool {
        self.settings.policy.second_factor == SecondFactorPolicy::PerUser && view.user.enforced_at.is_none()
    }

    /// Removes the authenticator and the backup codes. Needs a full session and a fresh code. All other sessions of the
    /// user end; this one goes on with the token that is given back.
    pub async fn disable(&self, view: &SessionView, code: &str, caller: &Caller) -> Result<SessionToken, FactorError> {
        self.check_removable(view)?;
        let proof = self.prove(view, SecondFactor::Totp, code, caller).await?;
        if proof.user() != view.user.id {
            return Err(FactorError::SignInRequired);
        }
        self.remove(view, caller).await
    }

    /// Like [`Authn::disable`], for clients that send no code: the session must have verified its second factor within
    /// [`STEP_UP_WINDOW`].
    pub async fn reset(&self, view: &SessionView, caller: &Caller) -> Result<SessionToken, FactorError> {
        self.check_removable(view)?;
        if counts(view, STEP_UP_WINDOW, self.now()).is_none() {
            return Err(FactorError::StepUpRequired);
        }
        self.remove(view, caller).await
    }

    fn check_removable(&self, view: &SessionView) -> Result<(), FactorError> {
        if self.standing(view) != Standing::Complete {
            return Err(FactorError::SignInRequired);
        }
        if !view.factors.enrolled() {
            return Err(FactorError::NotEnrolled);
        }
        if !self.may_remove(view) {
            return Err(FactorError::Enforced);
        }
        Ok(())
    }

    async fn remove(&self, view: &SessionView, caller: &Caller) -> Result<SessionToken, FactorError> {
        let token = SessionToken::draw(self.entropy.as_ref());
        let keep = (view.session.id, view.session.token, token.hash());
        if !self.store.remove_factors(view.user.id, Some(keep), self.now()).await? {
            return Err(FactorError::SignInRequired);
        }
        let session = Some(view.session.id);
        self.audit(AuditKind::SecondFactorDisabled, Some(view.user.id), session, caller, None).await;
        Ok(token)
    }
}
