//! The canonical form of a typed code.

use postern_keystore::backup;
use postern_model::factor::SecondFactor;

use super::{FactorError, totp};

/// Returns the canonical form of a typed code.
pub(super) fn read(factor: SecondFactor, typed: &str) -> Result<String, FactorError> {
    if typed.trim().is_empty() {
        return Err(FactorError::MissingCode);
    }
    let code = match factor {
        SecondFactor::Totp | SecondFactor::Email | SecondFactor::Sms => totp::normalise(typed),
        SecondFactor::Backup => backup::canonical(typed),
        // The response of an authenticator, which only scripts write.
        SecondFactor::Passkey => Some(typed.to_owned()),
        SecondFactor::TrustedDevice => None,
    };
    code.ok_or(FactorError::MalformedCode)
}

/// Returns the kind of a typed code: a backup code if it has the form of one, else a code of the app.
pub(super) fn either(typed: &str) -> SecondFactor {
    match read(SecondFactor::Backup, typed) {
        Ok(_) => SecondFactor::Backup,
        Err(_) => SecondFactor::Totp,
    }
}
