//! The page that asks for a fresh code, or a passkey, before a change of factors.

use askama::Template;
use postern_authn::factors::{Change, PasskeyOptions};
use postern_model::factor::Factors;
use postern_model::id::{AuthenticatorId, PasskeyId};
use postern_model::phone::PhoneNumber;

use super::{Problem, Shell};

/// What a form has in place of a number where it removes it.
pub const REMOVED_NUMBER: &str = "none";

/// Purpose of a confirmation on the account page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfirmPurpose {
    /// Replacing the backup codes.
    BackupCodes,
    /// Adding an authenticator.
    AddAuthenticator,
    /// Removing an authenticator.
    RemoveAuthenticator {
        /// Identifier of the authenticator.
        id: AuthenticatorId,
        /// Its name.
        name: String,
        /// Whether it is the only one, so that passkeys are left.
        only: bool,
    },
    /// Adding a passkey.
    AddPasskey {
        /// Destination afterwards; the account page if there is none.
        rd: Option<String>,
    },
    /// Removing a passkey.
    RemovePasskey {
        /// Identifier of the passkey.
        id: PasskeyId,
        /// Its name.
        name: String,
    },
    /// Switching codes by mail on or off.
    EmailCodes {
        /// Where they are sent from then on; `None`: they are switched off.
        to: Option<String>,
    },
    /// Sending a code to a number that is to count.
    SetNumber {
        /// The number.
        number: PhoneNumber,
    },
    /// Removing the number for codes by SMS.
    RemoveNumber,
    /// Removing the second factor.
    Disable,
}

impl ConfirmPurpose {
    /// Returns the destination afterwards, where it is not the account page.
    pub fn rd(&self) -> Option<&str> {
        match self {
            Self::AddPasskey { rd } => rd.as_deref(),
            _ => None,
        }
    }

    /// Returns the change.
    pub fn change(&self) -> Change {
        match self {
            Self::BackupCodes => Change::BackupCodes,
            Self::AddAuthenticator => Change::AddAuthenticator,
            Self::RemoveAuthenticator { id, .. } => Change::RemoveAuthenticator(*id),
            Self::AddPasskey { .. } => Change::AddPasskey,
            Self::RemovePasskey { id, .. } => Change::RemovePasskey(*id),
            Self::EmailCodes { to } => Change::EmailCodes(to.is_some()),
            Self::SetNumber { .. } => Change::SetNumber,
            Self::RemoveNumber => Change::RemoveNumber,
            Self::Disable => Change::RemoveFactors,
        }
    }
}

/// The code that confirms a change, beside a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeInput {
    /// A code of an app, or a backup code.
    Any,
    /// A code of an app.
    App,
    /// A backup code: there is no app.
    Backup,
    /// None.
    Nothing,
}

impl CodeInput {
    /// Returns what confirms a change of somebody with these factors.
    pub fn of(purpose: &ConfirmPurpose, factors: Factors) -> Self {
        match purpose {
            ConfirmPurpose::RemoveAuthenticator { only: true, .. } => Self::Nothing,
            _ => match (factors.totp, purpose.change().takes_backup_code()) {
                (true, true) => Self::Any,
                (true, false) => Self::App,
                (false, true) if factors.backup_codes_left > 0 => Self::Backup,
                (false, _) => Self::Nothing,
            },
        }
    }
}

/// Page that asks for a fresh code, or a passkey, before a change of factors.
#[derive(Clone, Debug, Template)]
#[template(path = "confirm.html")]
pub struct ConfirmPage {
    /// The page frame.
    pub shell: Shell,
    /// The purpose.
    pub purpose: ConfirmPurpose,
    /// Message about the last confirmation.
    pub error: Option<Problem>,
    /// Version of the session that the form was rendered for, so that reloading the result does not repeat the change.
    pub version: i64,
    /// The code that confirms it.
    pub code: CodeInput,
    /// The ceremony that confirms the change, if the user has a passkey that may.
    pub passkey: Option<PasskeyOptions>,
    /// Where the page leads without the change; the account page if there is none.
    pub skip: Option<String>,
}

impl ConfirmPage {
    /// Whether something is about to be removed.
    pub fn is_removal(&self) -> bool {
        matches!(
            self.purpose,
            ConfirmPurpose::Disable
                | ConfirmPurpose::EmailCodes { to: None }
                | ConfirmPurpose::RemoveNumber
                | ConfirmPurpose::RemoveAuthenticator { .. }
                | ConfirmPurpose::RemovePasskey { .. }
        )
    }

    /// Returns the identifier of the factor to remove, if it is one of several, or what something is switched to.
    pub fn removed(&self) -> Option<String> {
        match &self.purpose {
            ConfirmPurpose::RemoveAuthenticator { id, .. } => Some(id.to_string()),
            ConfirmPurpose::RemovePasskey { id, .. } => Some(id.to_string()),
            ConfirmPurpose::EmailCodes { to } => Some(if to.is_some() { "on" } else { "off" }.to_owned()),
            ConfirmPurpose::SetNumber { number } => Some(number.as_str().to_owned()),
            ConfirmPurpose::RemoveNumber => Some(REMOVED_NUMBER.to_owned()),
            _ => None,
        }
    }

    /// Whether the user has an authenticator app whose code confirms the change.
    pub fn takes_app_code(&self) -> bool {
        matches!(self.code, CodeInput::Any | CodeInput::App)
    }

    /// Whether nothing that the user has confirms the change.
    pub fn is_stuck(&self) -> bool {
        self.code == CodeInput::Nothing && self.passkey.is_none()
    }

    /// Returns the destination afterwards, where it is not the account page.
    pub fn rd(&self) -> Option<&str> {
        self.purpose.rd()
    }

    /// Returns the message of the heading.
    pub fn heading(&self) -> &'static str {
        match self.purpose {
            ConfirmPurpose::BackupCodes => "confirm-heading-codes",
            ConfirmPurpose::AddAuthenticator => "confirm-heading-add-app",
            ConfirmPurpose::RemoveAuthenticator { .. } => "confirm-heading-remove-app",
            ConfirmPurpose::AddPasskey { .. } => "confirm-heading-add-passkey",
            ConfirmPurpose::RemovePasskey { .. } => "confirm-heading-remove-passkey",
            ConfirmPurpose::EmailCodes { to: Some(_) } => "mail-confirm-on-heading",
            ConfirmPurpose::EmailCodes { to: None } => "mail-confirm-off-heading",
            ConfirmPurpose::SetNumber { .. } => "sms-add-heading",
            ConfirmPurpose::RemoveNumber => "sms-remove-heading",
            ConfirmPurpose::Disable => "confirm-heading-disable",
        }
    }

    /// Returns the message of the button.
    pub fn button(&self) -> &'static str {
        match self.purpose {
            ConfirmPurpose::BackupCodes => "confirm-button-codes",
            ConfirmPurpose::AddAuthenticator | ConfirmPurpose::AddPasskey { .. } | ConfirmPurpose::SetNumber { .. } => {
                "confirm-button-continue"
            }
            ConfirmPurpose::RemoveAuthenticator { .. }
            | ConfirmPurpose::RemovePasskey { .. }
            | ConfirmPurpose::RemoveNumber => "confirm-button-remove",
            ConfirmPurpose::EmailCodes { to: Some(_) } => "mail-switch-on",
            ConfirmPurpose::EmailCodes { to: None } | ConfirmPurpose::Disable => "confirm-button-disable",
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
            ConfirmPurpose::EmailCodes { .. } => "account/email-codes",
            ConfirmPurpose::SetNumber { .. } | ConfirmPurpose::RemoveNumber => "account/number",
            ConfirmPurpose::Disable => "account/disable",
        })
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        let (shell, purpose) = (Shell::sample(), ConfirmPurpose::BackupCodes);
        Self { shell, purpose, error: None, version: 1, code: CodeInput::App, passkey: None, skip: None }
    }
}
