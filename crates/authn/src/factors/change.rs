//! Changes of factors that their owner confirms.

use postern_model::id::{AuthenticatorId, PasskeyId};

/// A change of factors. Each takes a confirmation of its own: a code, or a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Replacing the backup codes.
    BackupCodes,
    /// Adding an authenticator.
    AddAuthenticator,
    /// Setting up an authenticator in place of the only one.
    ReplaceAuthenticator,
    /// Removing an authenticator.
    RemoveAuthenticator(AuthenticatorId),
    /// Adding a passkey.
    AddPasskey,
    /// Removing a passkey, which any other one may confirm.
    RemovePasskey(PasskeyId),
    /// Switching codes by mail on or off.
    EmailCodes(bool),
    /// Adding a number for codes by SMS, or another one.
    SetNumber,
    /// Removing the number.
    RemoveNumber,
    /// Removing all factors.
    RemoveFactors,
}

impl Change {
    /// Whether a backup code confirms it, and not codes of an app alone.
    pub fn takes_backup_code(self) -> bool {
        !matches!(self, Self::BackupCodes | Self::EmailCodes(true) | Self::SetNumber | Self::RemoveFactors)
    }

    /// Returns the text that tells challenges for this change from all others.
    pub(super) fn label(self) -> String {
        match self {
            Self::BackupCodes => "backup-codes".to_owned(),
            Self::AddAuthenticator => "add-authenticator".to_owned(),
            Self::ReplaceAuthenticator => "replace-authenticator".to_owned(),
            Self::RemoveAuthenticator(id) => format!("remove-authenticator {id}"),
            Self::AddPasskey => "add-passkey".to_owned(),
            Self::RemovePasskey(id) => format!("remove-passkey {id}"),
            Self::EmailCodes(true) => "email-codes-on".to_owned(),
            Self::EmailCodes(false) => "email-codes-off".to_owned(),
            Self::SetNumber => "set-number".to_owned(),
            Self::RemoveNumber => "remove-number".to_owned(),
            Self::RemoveFactors => "remove-factors".to_owned(),
        }
    }
}
