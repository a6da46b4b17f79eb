//! The master key: 32 bytes from which every other key is derived.

use std::fmt;

use data_encoding::BASE64;
use postern_model::entropy::{Entropy, draw};
use postern_model::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::encoding::from_any_base64;
use crate::known_weak_keys::weakness;

/// Length of a master key in bytes.
const LENGTH: usize = 32;

/// A master key, zeroised when dropped.
pub struct MasterKey(Zeroizing<[u8; LENGTH]>);

/// Error of text that is not a usable master key. Each message gives the remedy; none repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is empty.
    #[error("the master key is empty: run `postern keys generate` and give its output as keys.master or a file")]
    Missing,
    /// The text is not base64.
    #[error("the master key is not base64: run `postern keys generate` and use its output unchanged")]
    NotBase64,
    /// The key is not 32 bytes long.
    #[error("the master key has {0} bytes and needs 32: run `postern keys generate` and use its output unchanged")]
    Length(usize),
    /// The key did not come from a random source.
    #[error("the master key is weak ({0}): run `postern keys generate` and use its output")]
    Weak(&'static str),
}

impl MasterKey {
    /// Reads base64 (standard or URL alphabet, padded or not; surrounding space is ignored).
    ///
    /// Rejects keys that no random source gives: equal, few, evenly spaced or repeating bytes, and text.
    pub fn from_base64(text: &SecretString) -> Result<Self, KeyError> {
        let text = text.expose_secret().trim();
        if text.is_empty() {
            return Err(KeyError::Missing);
        }
        let bytes = from_any_base64(text).ok_or(KeyError::NotBase64)?;
        let mut key = Zeroizing::new([0; LENGTH]);
        if bytes.len() != LENGTH {
            return Err(KeyError::Length(bytes.len()));
        }
        key.copy_from_slice(&bytes);
        match weakness(key.as_slice()) {
            Some(why) => Err(KeyError::Weak(why)),
            None => Ok(Self(key)),
        }
    }

    /// Draws a fresh key and returns it as base64, for [`MasterKey::from_base64`].
    pub fn generate(entropy: &dyn Entropy) -> SecretString {
        let key = Zeroizing::new(draw::<LENGTH>(entropy));
        SecretString::from(BASE64.encode(key.as_slice()))
    }

    pub(crate) fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counter;

    fn read(bytes: &[u8]) -> Result<MasterKey, KeyError> {
        MasterKey::from_base64(&BASE64.encode(bytes).into())
    }

    #[test]
    fn a_generated_key_is_accepted_in_every_spelling() {
        let text = MasterKey::generate(&Counter::new(1));
        let plain = text.expose_secret();
        let url = plain.replace('+', "-").replace('/', "_");
        for spelling in [plain.to_owned(), format!(" {plain}\n"), plain.replace('=', ""), url.replace('=', ""), url] {
            assert!(MasterKey::from_base64(&spelling.into()).is_ok());
        }
    }

    #[test]
    fn wrong_lengths_are_refused() {
        assert_eq!(read(&[]).unwrap_err(), KeyError::Missing);
        for length in [1, 16, 31, 33, 64] {
            let bytes: Vec<u8> = (0..length).map(|i: usize| (i * i * 7 + 3) as u8).collect();
            assert_eq!(read(&bytes).unwrap_err(), KeyError::Length(length));
        }
        assert_eq!(MasterKey::from_base64(&"not base64!".to_owned().into()).unwrap_err(), KeyError::NotBase64);
    }

    #[test]
    fn keys_that_nobody_drew_are_refused() {
        let cases: Vec<Vec<u8>> = vec![
            vec![0; 32],
            vec![0xff; 32],
            (0..32).collect(),
            (0..32).rev().collect(),
            (0..32u8).map(|i| i.wrapping_mul(9)).collect(),
            [1, 2, 9, 4, 200, 6, 7].iter().copied().cycle().take(32).collect(),
            [3u8, 200, 17, 90, 4, 5, 6, 77, 8, 9, 210, 11, 12, 13, 14, 215].repeat(2),
            b"correct horse battery staple, ok".to_vec(),
            b"passwordpasswordpasswordpassword".to_vec(),
            b"0f8b6c1d2e3a4f5061728394a5b6c7d8".to_vec(),
        ];
        for bytes in cases {
            let error = read(&bytes).unwrap_err();
            assert!(matches!(error, KeyError::Weak(_)), "{bytes:?}: {error}");
            assert!(error.to_string().contains("postern keys generate"));
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let key = MasterKey::from_base64(&MasterKey::generate(&Counter::new(1))).unwrap();
        assert_eq!(format!("{key:?}"), "MasterKey(..)");
    }
}
