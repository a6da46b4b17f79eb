//! Session and set-up tokens: 256 random bits, known to the browser alone.

use std::fmt;

use postern_model::entropy::{Entropy, draw};
use postern_model::session::TokenHash;
use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

use crate::encoding::{base64url, from_base64url_exact};

/// A bearer token of 32 random bytes, zeroised when dropped. Stores and caches hold its [`TokenHash`] instead.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(Zeroizing<[u8; 32]>);

impl SessionToken {
    /// Length of the text form in characters.
    pub const TEXT_LENGTH: usize = 43;

    /// Draws a fresh token.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(draw(entropy)))
    }

    /// SHA-256 of the bytes. No salt or stretching: nobody can guess 256 random bits.
    pub fn hash(&self) -> TokenHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, self.0.as_slice()).as_ref());
        TokenHash(hash)
    }

    /// The text form: base64url, 43 characters.
    pub fn to_text(&self) -> String {
        base64url(self.0.as_slice())
    }

    /// Reads the text form. Strict: exactly 43 characters of the alphabet and no stray bits, so that one token has
    /// one spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_bytes(text.as_bytes())
    }

    pub(crate) fn from_bytes(text: &[u8]) -> Option<Self> {
        from_base64url_exact(text).map(|bytes| Self(Zeroizing::new(bytes)))
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(..)")
    }
}
