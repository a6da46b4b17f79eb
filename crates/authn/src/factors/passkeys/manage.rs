//! Listing, renaming and removing passkeys.

use postern_model::audit::AuditKind;
use postern_model::id::PasskeyId;
use postern_model::passkey::Passkey;
use postern_model::session::{Caller, SessionView};
use postern_model::store::StoreError;

use super::register::UNNAMED;
use crate::access::Standing;
use crate::factors::attempt::Purpose;
use crate::factors::name::readable;
use crate::factors::{Change, Confirmation, Elevated, FactorError};
use crate::service::Authn;

impl Authn {
    /// Returns the passkeys of the session's user, oldest first. None if they are switched off.
    pub async fn passkeys(&self, view: &SessionView) -> Result<Vec<Passkey>, StoreError> {
        if !self.passkeys_enabled() {
            return Ok(Vec::new());
        }
        self.store.passkeys(view.user.id).await
    }

    /// Renames a passkey. Needs a full session. False if the user has none with this identifier.
    pub async fn rename_passkey(
        &self,
        view: &SessionView,
        id: PasskeyId,
        name: &str,
        caller: &Caller,
    ) -> Result<bool, FactorError> {
        if self.standing(view) != Standing::Complete {
            return Err(FactorError::SignInRequired);
        }
        let renamed = self.store.rename_passkey(view.user.id, id, &readable(name, UNNAMED)).await?;
        if renamed {
            let (session, detail) = (Some(view.session.id), id.to_string());
            self.audit(AuditKind::PasskeyRenamed, Some(view.user.id), session, caller, Some(&detail)).await;
        }
        Ok(renamed)
    }

    /// Whether a passkey is all that the session's user has, so that it cannot be removed.
    pub async fn is_only_factor(&self, view: &SessionView, id: PasskeyId) -> Result<bool, StoreError> {
        if view.factors.totp {
            return Ok(false);
        }
        let passkeys = self.store.passkeys(view.user.id).await?;
        Ok(matches!(passkeys.as_slice(), [only] if only.id == id))
    }

    /// Removes a passkey. Needs a full session and, for this operation, a fresh code or another passkey. Sessions
    /// that were raised with it lose their second factor.
    ///
    /// # Errors
    /// [`FactorError::NotEnrolled`] if the user has no passkey with this identifier, and [`FactorError::LastPasskey`] if it is
    /// their only factor; the code is not used up.
    pub async fn remove_passkey<'c>(
        &self,
        view: &SessionView,
        id: PasskeyId,
        confirmation: impl Into<Confirmation<'c>>,
        caller: &Caller,
    ) -> Result<Elevated, FactorError> {
        self.check_enrolled(view)?;
        if self.is_only_factor(view, id).await? {
            return Err(FactorError::LastPasskey);
        }
        let (change, purpose) = (Change::RemovePasskey(id), Purpose::RemovePasskey(id));
        let done = self.confirm(view, change, confirmation.into(), purpose, caller).await?;
        if !done.repeated {
            let (session, detail) = (Some(view.session.id), id.to_string());
            self.audit(AuditKind::PasskeyRemoved, Some(view.user.id), session, caller, Some(&detail)).await;
        }
        Ok(Elevated { token: done.reply.token()?, view: done.view, device: None })
    }
}
