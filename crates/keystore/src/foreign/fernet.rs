//! Decryption of secrets that the legacy backend encrypted with Fernet. Fernet is never written.

use std::fmt;

use data_encoding::BASE64URL;
use fernet::Fernet;
use postern_model::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// A Fernet key (`TOTP_ENCRYPTION_KEY`), zeroised when dropped.
pub struct FernetKey(Fernet);

/// Error of reading a key or decrypting a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FernetError {
    /// The key is malformed.
    #[error(
        "legacy.totp_encryption_key is no Fernet key: use the backend's TOTP_ENCRYPTION_KEY unchanged (44 characters of base64)"
    )]
    NotAKey,
    /// The token was made with another key, was altered, or is malformed.
    #[error(
        "a stored secret does not open with legacy.totp_encryption_key: is it the key of the backend that wrote it?"
    )]
    NotAuthentic,
    /// The plaintext is not UTF-8.
    #[error("a stored secret opens, but is not text")]
    NotText,
}

impl FernetKey {
    /// Reads the key: 32 bytes in base64url.
    pub fn parse(key: &SecretString) -> Result<Self, FernetError> {
        Fernet::new(key.expose_secret().trim()).map(Self).ok_or(FernetError::NotAKey)
    }

    /// Decrypts a token of any age.
    pub fn open(&self, token: &str) -> Result<SecretString, FernetError> {
        let token = token.trim();
        // The library accepts superfluous padding; here a token has one spelling.
        BASE64URL.decode(token.as_bytes()).map_err(|_| FernetError::NotAuthentic)?;
        let bytes = Zeroizing::new(self.0.decrypt(token).map_err(|_| FernetError::NotAuthentic)?);
        let text = std::str::from_utf8(&bytes).map_err(|_| FernetError::NotText)?;
        Ok(SecretString::from(text))
    }
}

impl fmt::Debug for FernetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FernetKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made by Python's `cryptography.fernet.Fernet(KEY).encrypt_at_time(b"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", 1767225600)`.
    const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    const TOKEN: &str = "gAAAAABpVbkAPHM4fltZzMtKRLf2AaOeUBcW6CNlSbVesrxCg05hqi0kG9MXzebYUfcctYdnyBhPdV_WAuWraNGVyXMt6iRYM2FfUSM-\
                         d_2-i3WomsKk89cPLY_nGmiray_cHv5kjH8D";
    const BINARY: &str =
        "gAAAAABpVbkA3TVC8PvM4rKFg5HhMJC-zbG-cxYKMEJ6ElAq4sQkH8hYdgOiaGI36XH7uSbMTug6sVwauLLp9p78eY6P185W9Q==";

    fn key() -> FernetKey {
        FernetKey::parse(&format!(" {KEY}\n").into()).unwrap()
    }

    #[test]
    fn a_token_of_python_opens() {
        assert_eq!(key().open(TOKEN).unwrap().expose_secret(), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
        assert_eq!(key().open(BINARY).unwrap_err(), FernetError::NotText);
    }

    #[test]
    fn a_changed_or_foreign_token_does_not() {
        for at in 0..TOKEN.len() {
            let mut token = TOKEN.to_owned();
            let other = if &token[at..=at] == "A" { "B" } else { "A" };
            token.replace_range(at..=at, other);
            assert_eq!(key().open(&token).unwrap_err(), FernetError::NotAuthentic, "character {at}");
        }
        for padding in ["=", "==", "===", "===="] {
            assert_eq!(key().open(&format!("{TOKEN}{padding}")).unwrap_err(), FernetError::NotAuthentic, "{padding}");
        }
        for token in ["", "gAAAAA", "pst.AQFP", "\u{e9}", &TOKEN[..100]] {
            assert_eq!(key().open(token).unwrap_err(), FernetError::NotAuthentic, "{token}");
        }
        let other = FernetKey::parse(&"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into()).unwrap();
        assert_eq!(other.open(TOKEN).unwrap_err(), FernetError::NotAuthentic);
    }

    #[test]
    fn another_form_of_key_is_refused_without_being_shown() {
        for text in ["", "short", &KEY[1..], "not base64 at all, but long enough to be"] {
            assert_eq!(FernetKey::parse(&text.into()).unwrap_err(), FernetError::NotAKey);
        }
        assert_eq!(format!("{:?}", key()), "FernetKey(..)");
    }
}
