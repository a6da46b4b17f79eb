//! Making backup codes, and replacing them.

use std::sync::Arc;

use postern_keystore::{SessionToken, backup};
use postern_model::audit::AuditKind;
use postern_model::factor::SecondFactor;
use postern_model::id::UserId;
use postern_model::session::{Caller, SessionView};

use super::FactorError;
use crate::access::Standing;
use crate::service::Authn;

/// Fresh backup codes. They are shown now and never again.
#[derive(Debug)]
pub struct Regenerated {
    /// The session's fresh token: the code counted as a step-up.
    pub token: SessionToken,
    /// The session as it stands now.
    pub view: SessionView,
    /// The codes, as people write them down.
    pub backup_codes: Vec<String>,
}

impl Authn {
    /// Replaces all backup codes. Needs a full session and a fresh code of the authenticator.
    pub async fn regenerate_codes(
        &self,
        view: &SessionView,
        code: &str,
        caller: &Caller,
    ) -> Result<Regenerated, FactorError> {
        if self.standing(view) != Standing::Complete {
            return Err(FactorError::SignInRequired);
        }
        let proof = self.prove(view, SecondFactor::Totp, code, caller).await?;
        let (backup_codes, digests) = self.make_codes(view.user.id).await?;
        let elevated = self.elevate(view, &proof).await?;
        if !self.store.replace_backup_codes(view.user.id, &digests, self.now()).await? {
            return Err(FactorError::NotEnrolled);
        }
        let session = Some(view.session.id);
        self.audit(AuditKind::BackupCodesReplaced, Some(view.user.id), session, caller, None).await;
        let view = self.store.session(&elevated.token.hash()).await?.unwrap_or(elevated.view);
        Ok(Regenerated { token: elevated.token, view, backup_codes })
    }

    /// Draws codes and makes their digests.
    pub(super) async fn make_codes(&self, user: UserId) -> Result<(Vec<String>, Vec<String>), FactorError> {
        let codes = backup::generate(self.entropy.as_ref(), self.settings.backup_format);
        let (keyring, entropy, drawn) = (Arc::clone(&self.keyring), Arc::clone(&self.entropy), codes.clone());
        let digests = self.hash(move || backup::digest_set(&keyring, entropy.as_ref(), user, &drawn)).await?;
        Ok((codes, digests.map_err(|_| FactorError::Secret("backup codes cannot be hashed"))?))
    }
}
