//! Reading what the guide's backend encrypted with Fernet. Nothing is ever written in that format.

use std::fmt;

use fernet::Fernet;
use postern_model::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// A Fernet key (`TOTP_ENCRYPTION_KEY`), zeroised when dropped.
pub struct FernetKey(Fernet);

/// Why a key or a token is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FernetError {
    /// The key has another form.
    #[error(
        "legacy.totp_encryption_key is no Fernet key: use the backend's TOTP_ENCRYPTION_KEY unchanged (44 characters of base64)"
    )]
    NotAKey,
    /// The token was made with another key, changed, or is no token.
    #[error(
        "a stored secret does not open with legacy.totp_encryption_key: is it the key of the backend that wrote it?"
    )]
    NotAuthentic,
    /// The content is no text.
    #[error("a stored secret opens, but is not text")]
    NotText,
}

impl FernetKey {
    /// Reads the key: 32 bytes in base64url.
    pub fn parse(key: &SecretString) -> Result<Self, FernetError> {
        Fernet::new(key.expose_secret().trim()).map(Self).ok_or(FernetError::NotAKey)
    }

    /// Opens a token, however old.
    pub fn open(&self, token: &str) -> Result<SecretString, FernetError> {
        let bytes = Zeroizing::new(self.0.decrypt(token.trim()).map_err(|_| FernetError::NotAuthentic)?);
        let text = std::str::from_utf8(&bytes).map_err(|_| FernetError::NotText)?;
        Ok(SecretString::from(text))
    }
}

impl fmt::Debug for FernetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FernetKey(..)")
    }
}
