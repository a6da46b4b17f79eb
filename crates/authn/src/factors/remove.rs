//! Giving up the second factor, where nobody demands it.

use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_model::audit::AuditKind;
use postern_model::factor::SecondFactor;
use postern_model::session::{Caller, SessionView};

use super::FactorError;
use super::attempt::Purpose;
use super::reply::Submitted;
use crate::access::Standing;
use crate::service::Authn;

impl Authn {
    /// Whether this user may give up the second factor: neither the policy nor an administrator demands it.
    pub fn may_remove(&self, view: &SessionView) -> bool {
        self.settings.policy.second_factor == SecondFactorPolicy::PerUser && view.user.enforced_at.is_none()
    }

    /// Removes the authenticator and the backup codes. Needs a full session and a fresh code. All other sessions of the
    /// user end; this one goes on with the token that is given back.
    pub async fn disable<'c>(
        &self,
        view: &SessionView,
        code: impl Into<Submitted<'c>>,
        caller: &Caller,
    ) -> Result<SessionToken, FactorError> {
        self.check_removable(view)?;
        let done = self.submit(view, SecondFactor::Totp, code.into(), Purpose::RemoveFactors, caller).await?;
        if !done.repeated {
            let session = Some(view.session.id);
            self.audit(AuditKind::SecondFactorDisabled, Some(view.user.id), session, caller, None).await;
        }
        done.reply.token()
    }

    /// Starts over: drops a set-up that was begun where nothing is enrolled, else does as [`Authn::disable`]. A client
    /// that sends no code cannot remove an enrolled factor, however fresh its session is. Gives the session's new token
    /// where it has one.
    pub async fn reset(
        &self,
        view: &SessionView,
        code: Option<Submitted<'_>>,
        caller: &Caller,
    ) -> Result<Option<SessionToken>, FactorError> {
        if self.standing(view) == Standing::Over {
            return Err(FactorError::SignInRequired);
        }
        if !view.factors.enrolled() {
            self.store.drop_enrolment(view.session.id).await?;
            return Ok(None);
        }
        self.check_removable(view)?;
        let code = code.ok_or(FactorError::StepUpRequired)?;
        self.disable(view, code, caller).await.map(Some)
    }

    fn check_removable(&self, view: &SessionView) -> Result<(), FactorError> {
        self.check_enrolled(view)?;
        if self.may_remove(view) { Ok(()) } else { Err(FactorError::Enforced) }
    }

    /// Whether there is a factor to change, and a session high enough to change it.
    pub(super) fn check_enrolled(&self, view: &SessionView) -> Result<(), FactorError> {
        match self.standing(view) {
            Standing::Over => Err(FactorError::SignInRequired),
            _ if !view.factors.enrolled() => Err(FactorError::NotEnrolled),
            Standing::Waiting(_) => Err(FactorError::SignInRequired),
            Standing::Complete => Ok(()),
        }
    }
}
