//! Second factors: their kinds, and their stored form.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::SessionId;
use crate::phone::StoredNumber;

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
    /// A code that was sent by mail, for one session.
    Email,
    /// A code that was sent by SMS, for one session.
    Sms,
}

impl SecondFactor {
    /// Returns the name in `user_2fa_attempts.attempt_type` and in the JSON API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Backup => "backup",
            Self::Passkey => "passkey",
            Self::TrustedDevice => "trusted-device",
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// Parses the result of [`SecondFactor::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "totp" => Some(Self::Totp),
            "backup" => Some(Self::Backup),
            "passkey" => Some(Self::Passkey),
            "trusted-device" => Some(Self::TrustedDevice),
            "email" => Some(Self::Email),
            "sms" => Some(Self::Sms),
            _ => None,
        }
    }

    /// Returns the `amr` value (RFC 8176 §2): a one-time password, or proof of possession of a key. Without attestation nothing
    /// proves that the key is in hardware, so it counts as one in software. A code by SMS has the value for confirmation by SMS.
    /// No registered value says that a device was remembered, or that a code came by mail, which is weaker than other one-time
    /// passwords: these have values of their own.
    pub fn amr(self) -> &'static str {
        match self {
            Self::Totp | Self::Backup => "otp",
            Self::Passkey => "swk",
            Self::TrustedDevice | Self::Email | Self::Sms => self.name(),
        }
    }

    /// Whether it proves that the person is present, which a trusted device does not: it counts at sign-in and for no route
    /// that requires a fresh factor.
    pub fn proves_presence(self) -> bool {
        match self {
            Self::Totp | Self::Backup | Self::Passkey | Self::Email | Self::Sms => true,
            Self::TrustedDevice => false,
        }
    }

    /// Returns the factor whose counter of failures counts wrong codes. Guessing codes that were sent uses up the tries of the
    /// authenticator apps, so that several kinds of six digits give no more tries than one.
    pub fn counted_as(self) -> Self {
        match self {
            Self::Email | Self::Sms => Self::Totp,
            Self::Totp | Self::Backup | Self::Passkey | Self::TrustedDevice => self,
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
    /// Whether the user can be sent codes by mail (`email_2fa_enabled`), where that is switched on.
    pub email: bool,
    /// Whether the user has a confirmed number (`sms_phone`) that codes can be sent to by SMS, where that is switched on.
    pub sms: bool,
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

/// What a code that is sent is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeKind {
    /// Raising the session; it goes by mail.
    Email,
    /// Raising the session; it goes to the user's number by SMS.
    Sms,
    /// Confirming a number as the user's; it goes there by SMS, and raises nothing.
    NewNumber,
}

impl CodeKind {
    /// Returns the kind of codes that verify a factor. `None` for factors without sent codes.
    pub fn of(factor: SecondFactor) -> Option<Self> {
        match factor {
            SecondFactor::Email => Some(Self::Email),
            SecondFactor::Sms => Some(Self::Sms),
            SecondFactor::Totp | SecondFactor::Backup | SecondFactor::Passkey | SecondFactor::TrustedDevice => None,
        }
    }

    /// Returns the factor whose limit of codes it counts for, and as which attempts at it are logged.
    pub fn factor(self) -> SecondFactor {
        match self {
            Self::Email => SecondFactor::Email,
            Self::Sms | Self::NewNumber => SecondFactor::Sms,
        }
    }
}

/// Keyed digest of a code that was sent, of its session and of its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodeDigest(pub [u8; 32]);

/// Item that a successful verification uses up, by compare-and-set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spend {
    /// This time step and all earlier ones.
    Step(i64),
    /// This backup-code digest.
    BackupCode(String),
    /// The code with this digest that was sent for a session.
    SentCode {
        /// What it is good for.
        kind: CodeKind,
        /// The session.
        session: SessionId,
        /// The digest.
        digest: CodeDigest,
        /// The number that the user must still have, as when a code by SMS was sent; `None` for mail.
        present: Option<StoredNumber>,
    },
}

impl Spend {
    /// Returns the factor of the code.
    pub fn factor(&self) -> SecondFactor {
        match self {
            Self::Step(_) => SecondFactor::Totp,
            Self::BackupCode(_) => SecondFactor::Backup,
            Self::SentCode { kind, .. } => kind.factor(),
        }
    }
}
