//! Pages that ask for a code: at sign-in, before a change, and the one that refuses to while a factor is locked.

use askama::Template;
use postern_model::factor::SecondFactor;
use postern_model::web::{Refused, RequestId};

use super::{ExactTime, Shell};

/// Asks for a code of the second factor.
#[derive(Clone, Debug, Template)]
#[template(path = "verify.html")]
pub struct VerifyPage {
    /// The frame.
    pub shell: Shell,
    /// Which kind of code is asked for.
    pub method: SecondFactor,
    /// Where to go on afterwards.
    pub rd: Option<String>,
    /// What was wrong with the last code.
    pub error: Option<String>,
    /// Unused backup codes.
    pub codes_left: u32,
    /// The session has a second factor already; a newer one is wanted.
    pub again: bool,
    /// The address that wants a newer one.
    pub asks: Option<String>,
    /// Where to go without confirming.
    pub way_out: String,
}

impl VerifyPage {
    /// Whether a backup code is asked for.
    pub fn is_backup(&self) -> bool {
        self.method == SecondFactor::Backup
    }

    /// The path of this page with the other kind of code.
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

/// Says that a factor is locked, for how long, and what else works.
#[derive(Clone, Debug, Template)]
#[template(path = "locked.html")]
pub struct LockedPage {
    /// The frame.
    pub shell: Shell,
    /// Which factor.
    pub method: SecondFactor,
    /// Where to go on afterwards.
    pub rd: Option<String>,
    /// How long it lasts ("about 5 minutes"); `None`: until an administrator unlocks it.
    pub wait: Option<String>,
    /// When it ends.
    pub until: Option<ExactTime>,
    /// The other factor can be used instead.
    pub other_available: bool,
    /// Code and request identifier to mention to support.
    pub refused: Refused,
}

impl LockedPage {
    /// Whether backup codes are what is locked.
    pub fn is_backup(&self) -> bool {
        self.method == SecondFactor::Backup
    }

    /// The path of the verification with this kind of code.
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

/// What a code is asked for on the account page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmPurpose {
    /// New backup codes in place of the old.
    BackupCodes,
    /// Switching the second factor off.
    Disable,
}

/// Asks for a fresh code before a change of factors.
#[derive(Clone, Debug, Template)]
#[template(path = "confirm_code.html")]
pub struct ConfirmCodePage {
    /// The frame.
    pub shell: Shell,
    /// What for.
    pub purpose: ConfirmPurpose,
    /// What was wrong with the last code.
    pub error: Option<String>,
    /// Version of the session that the form was made for, so that a reload of what it led to does nothing twice.
    pub version: i64,
}

impl ConfirmCodePage {
    /// Whether the second factor is about to be switched off.
    pub fn is_disable(&self) -> bool {
        self.purpose == ConfirmPurpose::Disable
    }

    /// The path that takes the form.
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
