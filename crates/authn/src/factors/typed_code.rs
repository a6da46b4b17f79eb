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
        SecondFactor::Totp => totp::normalise(typed),
        SecondFactor::Backup => backup::canonical(typed),
    };
    code.ok_or(FactorError::MalformedCode)
}
