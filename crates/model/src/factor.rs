//! Second factors: which exist, and what the store keeps of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecondFactor {
    /// Time-based one-time password (RFC 6238).
    Totp,
    /// A single-use backup code.
    Backup,
}

impl SecondFactor {
    /// The name in `user_2fa_attempts.attempt_type` and in the JSON API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Backup => "backup",
        }
    }

    /// Reads [`SecondFactor::name`] back.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "totp" => Some(Self::Totp),
            "backup" => Some(Self::Backup),
            _ => None,
        }
    }

    /// The `amr` value (RFC 8176 §2): both are one-time passwords.
    pub fn amr(self) -> &'static str {
        "otp"
    }
}

impl fmt::Display for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a user owns, in brief: enough for decisions and for the account page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factors {
    /// An authenticator app is enrolled and enabled.
    pub totp: bool,
    /// Unused backup codes.
    pub backup_codes_left: u32,
}

impl Factors {
    /// Whether any second factor is enrolled. Backup codes alone do not count: they only ever come with another.
    pub fn enrolled(self) -> bool {
        self.totp
    }
}

/// The enrolled authenticator as stored (`user_2fa_settings`). Secrets are sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFactors {
    /// Sealed TOTP secret (`totp_secret`): our envelope, or a Fernet token of the guide's backend before its import.
    pub totp_secret: String,
    /// The newest time step that was accepted (RFC 6238 §5.2: accept a code only once).
    pub last_step: Option<i64>,
    /// Backup-code digests (`backup_codes`), opaque to the store.
    pub backup_codes: Vec<String>,
}

/// What a successful verification uses up, by compare-and-set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spend {
    /// This time step and all before it.
    Step(i64),
    /// This backup-code digest.
    BackupCode(String),
}

impl Spend {
    /// The authenticator whose failure counter a success resets.
    pub fn factor(&self) -> SecondFactor {
        match self {
            Self::Step(_) => SecondFactor::Totp,
            Self::BackupCode(_) => SecondFactor::Backup,
        }
    }
}
