//! Pages that ask for a code (at sign-in, and before a change), and the page of a locked factor.

use askama::Template;
use postern_model::factor::SecondFactor;
use postern_model::web::{Refused, RequestId};

use super::{ExactTime, Shell};

/// Page that asks for a code of the second factor.
#[derive(Clone, Debug, Template)]
#[template(path = "verify.html")]
pub struct VerifyPage {
    /// The page frame.
    pub shell: Shell,
    /// Kind of the requested code.
    pub method: SecondFactor,
    /// Destination afterwards.
    pub rd: Option<String>,
    /// Message about the last code.
    pub error: Option<String>,
    /// Number of unused backup codes.
    pub codes_left: u32,
    /// Whether the session has a second factor already, and a fresher one is required.
    pub again: bool,
    /// The URL that requires a fresher one.
    pub asks: Option<String>,
    /// Destination without confirming.
    pub way_out: String,
}

impl VerifyPage {
    /// Whether a backup code is asked for.
    pub fn is_backup(&self) -> bool {
        self.method == SecondFactor::Backup
    }

    /// Returns the path of this page with the other kind of code.
    pub fn path_with(&self, method: &str) -> String {
        switch_path(&self.shell, method, self.rd.as_deref())
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(),
            method: SecondFactor::Totp,
            rd: Some("/dashboard".to_owned()),
            error: None,
            codes_left: 6,
            again: false,
            asks: None,
            way_out: "/".to_owned(),
        }
    }
}

/// Page that says that a factor is locked, for how long, and which alternatives there are.
#[derive(Clone, Debug, Template)]
#[template(path = "locked.html")]
pub struct LockedPage {
    /// The page frame.
    pub shell: Shell,
    /// The locked factor.
    pub method: SecondFactor,
    /// Destination afterwards.
    pub rd: Option<String>,
    /// Remaining time ("about 5 minutes"); `None` if only an administrator can unlock it.
    pub wait: Option<String>,
    /// End of the lock.
    pub until: Option<ExactTime>,
    /// Whether the other factor can be used instead.
    pub other_available: bool,
    /// Code and request identifier to mention to support.
    pub refused: Refused,
}

impl LockedPage {
    /// Whether backup codes are locked.
    pub fn is_backup(&self) -> bool {
        self.method == SecondFactor::Backup
    }

    /// Returns the path of the verification with this kind of code.
    pub fn path_with(&self, method: &str) -> String {
        switch_path(&self.shell, method, self.rd.as_deref())
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample(),
            method: SecondFactor::Totp,
            rd: Some("/dashboard".to_owned()),
            wait: Some("5 minutes".to_owned()),
            until: Some(ExactTime::sample()),
            other_available: true,
            refused: Refused { id: RequestId::from(0x2b4d_6f81_93a5_c7e9), code: "ACCOUNT_LOCKED" },
        }
    }
}

fn switch_path(shell: &Shell, method: &str, rd: Option<&str>) -> String {
    let page = format!("verify?method={method}");
    match rd {
        Some(rd) => shell.path_returning(&page, rd),
        None => shell.path(&page),
    }
}

/// Purpose of a code on the account page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmPurpose {
    /// Replacing the backup codes.
    BackupCodes,
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
    /// Whether the second factor is about to be removed.
    pub fn is_disable(&self) -> bool {
        self.purpose == ConfirmPurpose::Disable
    }

    /// Returns the path that the form is submitted to.
    pub fn action(&self) -> String {
        self.shell.path(match self.purpose {
            ConfirmPurpose::BackupCodes => "account/backup-codes",
            ConfirmPurpose::Disable => "account/disable",
        })
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self { shell: Shell::sample(), purpose: ConfirmPurpose::BackupCodes, error: None, version: 1 }
    }
}
