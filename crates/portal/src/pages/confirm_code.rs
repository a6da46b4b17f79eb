//! The page that asks for a fresh code before a change of factors.

use askama::Template;

use super::Shell;

/// Purpose of a code on the account page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmPurpose {
    /// Replacing the backup codes.
    BackupCodes,
    /// Adding an authenticator.
    AddAuthenticator,
    /// Removing one of several authenticators.
    RemoveAuthenticator {
        /// Identifier of the authenticator.
        id: String,
        /// Its name.
        name: String,
    },
    /// Adding a passkey.
    AddPasskey {
        /// Destination afterwards; the account page if there is none.
        rd: Option<String>,
    },
    /// Removing a passkey.
    RemovePasskey {
        /// Identifier of the passkey.
        id: String,
        /// Its name.
        name: String,
    },
    /// Removing the second factor.
    Disable,
}

/// Page that asks for a fresh code before a change of factors.
#[derive(Clone, Debug, Template)]
#[template(path = "confirm_code.html")]
pub struct ConfirmCodePage {
    /// The page frame.
    pub shell: Shell,
    /// The purpose.
    pub purpose: ConfirmPurpose,
    /// Message about the last code.
    pub error: Option<String>,
    /// Version of the session that the form was rendered for, so that reloading the result does not repeat the change.
    pub version: i64,
}

impl ConfirmCodePage {
    /// Whether something is about to be removed.
    pub fn is_removal(&self) -> bool {
        matches!(
            self.purpose,
            ConfirmPurpose::Disable | ConfirmPurpose::RemoveAuthenticator { .. } | ConfirmPurpose::RemovePasskey { .. }
        )
    }

    /// Returns the identifier of the factor to remove, if it is one of several.
    pub fn removed(&self) -> Option<&str> {
        match &self.purpose {
            ConfirmPurpose::RemoveAuthenticator { id, .. } | ConfirmPurpose::RemovePasskey { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Whether a backup code is accepted too.
    pub fn takes_backup_code(&self) -> bool {
        !matches!(self.purpose, ConfirmPurpose::BackupCodes | ConfirmPurpose::Disable)
    }

    /// Returns the heading.
    pub fn heading(&self) -> &'static str {
        match self.purpose {
            ConfirmPurpose::BackupCodes => "Make new backup codes",
            ConfirmPurpose::AddAuthenticator => "Add an authenticator app",
            ConfirmPurpose::RemoveAuthenticator { .. } => "Remove an authenticator app",
            ConfirmPurpose::AddPasskey { .. } => "Add a passkey",
            ConfirmPurpose::RemovePasskey { .. } => "Remove a passkey",
            ConfirmPurpose::Disable => "Switch off two-factor authentication",
        }
    }

    /// Returns the label of the button.
    pub fn button(&self) -> &'static str {
        match self.purpose {
            ConfirmPurpose::BackupCodes => "Make new codes",
            ConfirmPurpose::AddAuthenticator | ConfirmPurpose::AddPasskey { .. } => "Continue",
            ConfirmPurpose::RemoveAuthenticator { .. } | ConfirmPurpose::RemovePasskey { .. } => "Remove",
            ConfirmPurpose::Disable => "Switch off",
        }
    }

    /// Returns the path that the form is submitted to.
    pub fn action(&self) -> String {
        self.shell.path(match self.purpose {
            ConfirmPurpose::BackupCodes => "account/backup-codes",
            ConfirmPurpose::AddAuthenticator => "account/authenticators/add",
            ConfirmPurpose::RemoveAuthenticator { .. } => "account/authenticators/remove",
            ConfirmPurpose::AddPasskey { .. } => "account/passkeys/add",
            ConfirmPurpose::RemovePasskey { .. } => "account/passkeys/remove",
            ConfirmPurpose::Disable => "account/disable",
        })
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self { shell: Shell::sample(), purpose: ConfirmPurpose::BackupCodes, error: None, version: 1 }
    }
}
