//! Second factors: their kinds, and their stored form.

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
    /// A passkey or security key (WebAuthn). No code can be guessed, so it has no counter of failures.
    Passkey,
    /// A device that the user trusts for a while since a verification on it. It stands in for the factor at sign-in.
    #[serde(rename = "trusted-device")]
    TrustedDevice,
}

impl SecondFactor {
    /// Returns the name in `user_2fa_attempts.attempt_type` and in the JSON API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Backup => "backup",
            Self::Passkey => "passkey",
            Self::TrustedDevice => "trusted-device",
        }
    }

    /// Parses the result of [`SecondFactor::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "totp" => Some(Self::Totp),
            "backup" => Some(Self::Backup),
            "passkey" => Some(Self::Passkey),
            "trusted-device" => Some(Self::TrustedDevice),
            _ => None,
        }
    }

    /// Returns the `amr` value (RFC 8176 §2): a one-time password, or proof of possession of a key. Without attestation nothing
    /// proves that the key is in hardware, so it counts as one in software. No registered value says that a device was
    /// remembered, so it has one of its own.
    pub fn amr(self) -> &'static str {
        match self {
            Self::Totp | Self::Backup => "otp",
            Self::Passkey => "swk",
            Self::TrustedDevice => self.name(),
        }
    }

    /// Whether it proves that the person is present, which a trusted device does not: it counts at sign-in and for no route
    /// that requires a fresh factor.
    pub fn proves_presence(self) -> bool {
        match self {
            Self::Totp | Self::Backup | Self::Passkey => true,
            Self::TrustedDevice => false,
        }
    }
}

impl fmt::Display for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Summary of a user's factors, sufficient for decisions and for the account page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factors {
    /// Whether a second factor is enrolled and enabled.
    pub enabled: bool,
    /// Whether an authenticator app is part of it. False where passkeys are all of it.
    pub totp: bool,
    /// Number of unused backup codes.
    pub backup_codes_left: u32,
}

impl Factors {
    /// Whether any second factor is enrolled. Backup codes alone do not count: they are only issued with another
    /// factor.
    pub fn enrolled(self) -> bool {
        self.enabled
    }
}

/// Value of `totp_last_step` in the row of somebody who has passkeys and no authenticator app. The row's secret is one that
/// nobody was shown, and all its time steps count as used up: no version of the gateway accepts a code of it.
pub const NO_APP: i64 = i64::MAX;

/// Enrolled second factor as stored (`user_2fa_settings`). Secrets are sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFactors {
    /// Sealed TOTP secret (`totp_secret`): our envelope, or a Fernet token of the legacy backend before its import.
    pub totp_secret: String,
    /// The newest accepted time step (RFC 6238 §5.2: accept a code only once); [`NO_APP`] if the secret is no app's.
    pub last_step: Option<i64>,
    /// Backup-code digests (`backup_codes`), opaque to the store.
    pub backup_codes: Vec<String>,
}

impl StoredFactors {
    /// Whether the secret is that of an authenticator app.
    pub fn has_app(&self) -> bool {
        self.last_step != Some(NO_APP)
    }
}

/// Item that a successful verification uses up, by compare-and-set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spend {
    /// This time step and all earlier ones.
    Step(i64),
    /// This backup-code digest.
    BackupCode(String),
}

impl Spend {
    /// Returns the authenticator whose failure counter a success resets.
    pub fn factor(&self) -> SecondFactor {
        match self {
            Self::Step(_) => SecondFactor::Totp,
            Self::BackupCode(_) => SecondFactor::Backup,
        }
    }
}
