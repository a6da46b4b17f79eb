//! Making backup codes, and replacing them.

use std::sync::Arc;

use postern_keystore::{SessionToken, backup};
use postern_model::audit::AuditKind;
use postern_model::id::UserId;
use postern_model::session::{Caller, SessionView};

use super::attempt::Purpose;
use super::{Change, Confirmation, FactorError};
use crate::service::Authn;

/// Fresh backup codes, with the session that they were made in.
#[derive(Debug)]
pub struct Regenerated {
    /// The session's new token: the confirmation counted as a step-up.
    pub token: SessionToken,
    /// The session after the operation.
    pub view: SessionView,
    /// The codes in the form that people write down.
    pub backup_codes: Vec<String>,
}

impl Authn {
    /// Replaces all backup codes. Needs a full session and a fresh code of an app, or a passkey. The new codes can be read
    /// again with [`Authn::fresh_codes`] until they are saved.
    pub async fn regenerate_codes<'c>(
        &self,
        view: &SessionView,
        confirmation: impl Into<Confirmation<'c>>,
        caller: &Caller,
    ) -> Result<Regenerated, FactorError> {
        self.check_enrolled(view)?;
        let (change, purpose) = (Change::BackupCodes, Purpose::ReplaceBackupCodes);
        let done = self.confirm(view, change, confirmation.into(), purpose, caller).await?;
        if !done.repeated {
            let session = Some(view.session.id);
            self.audit(AuditKind::BackupCodesReplaced, Some(view.user.id), session, caller, None).await;
        }
        Ok(Regenerated { token: done.reply.token()?, view: done.view, backup_codes: done.reply.backup_codes })
    }

    /// Draws codes and computes their digests.
    pub(super) async fn make_codes(&self, user: UserId) -> Result<(Vec<String>, Vec<String>), FactorError> {
        let codes = backup::generate(self.entropy.as_ref(), self.settings.backup_format);
        let (keyring, entropy, drawn) = (Arc::clone(&self.keyring), Arc::clone(&self.entropy), codes.clone());
        let digests = self.hash(move || backup::digest_set(&keyring, entropy.as_ref(), user, &drawn)).await?;
        Ok((codes, digests.map_err(|_| FactorError::Secret("backup codes cannot be hashed"))?))
    }
}
