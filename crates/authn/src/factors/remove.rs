//! Removing the second factor where neither the policy nor an administrator requires it.

use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_model::audit::AuditKind;
use postern_model::session::{Caller, SessionView};

use super::attempt::Purpose;
use super::{Change, Confirmation, FactorError};
use crate::access::Standing;
use crate::service::Authn;

impl Authn {
    /// Whether this user may remove the second factor: neither the policy nor an administrator requires it.
    pub fn may_remove(&self, view: &SessionView) -> bool {
        self.settings.policy.second_factor == SecondFactorPolicy::PerUser && view.user.enforced_at.is_none()
    }

    /// Removes the authenticator and the backup codes. Needs a full session and a fresh code of an app, or a passkey. Ends all other sessions
    /// of the user; this session continues under the returned token.
    pub async fn disable<'c>(
        &self,
        view: &SessionView,
        confirmation: impl Into<Confirmation<'c>>,
        caller: &Caller,
    ) -> Result<SessionToken, FactorError> {
        self.check_removable(view)?;
        let (change, purpose) = (Change::RemoveFactors, Purpose::RemoveFactors);
        let done = self.confirm(view, change, confirmation.into(), purpose, caller).await?;
        if !done.repeated {
            let session = Some(view.session.id);
            self.audit(AuditKind::SecondFactorDisabled, Some(view.user.id), session, caller, None).await;
        }
        done.reply.token()
    }

    /// Resets the second factor: drops a pending enrolment where nothing is enrolled, otherwise does the same as
    /// [`Authn::disable`]. A client that sends no code cannot remove an enrolled factor, however fresh its session is.
    /// Returns the session's new token if it was rotated.
    pub async fn reset(
        &self,
        view: &SessionView,
        code: Option<Confirmation<'_>>,
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

    /// Checks that there is a factor to change and that the session is allowed to change it.
    pub(super) fn check_enrolled(&self, view: &SessionView) -> Result<(), FactorError> {
        match self.standing(view) {
            Standing::Over => Err(FactorError::SignInRequired),
            _ if !view.factors.enrolled() => Err(FactorError::NotEnrolled),
            Standing::Waiting(_) => Err(FactorError::SignInRequired),
            Standing::Complete => Ok(()),
        }
    }
}
