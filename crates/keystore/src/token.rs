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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counter;

    #[test]
    fn text_and_hash_are_as_computed_elsewhere() {
        let token = SessionToken::draw(&Counter::new(3));
        assert_eq!(token.to_text(), "DjN7eZd56WYgG36VoyblZCZ_pNZXMGLj3m94NdBiPRc");
        let hash = crate::encoding::hex(&token.hash().0);
        assert_eq!(hash, "59357db9fa6774bc653f2b8fed1ed79ceab6c7aca7c78bd93b5ccf3e284a3c85");
        assert_eq!(SessionToken::parse(&token.to_text()), Some(token));
    }

    #[test]
    fn a_token_has_one_spelling() {
        let text = SessionToken::draw(&Counter::new(3)).to_text();
        // The last character carries four bits of the token and two that must be zero: "c" is 0b011100.
        assert!(text.ends_with('c'));
        for last in ['d', 'e', 'f'] {
            assert_eq!(SessionToken::parse(&text.replacen("Rc", &format!("R{last}"), 1)), None);
        }
        let padded = format!("{text}=");
        let classic = text.replace('_', "/");
        for other in
            ["", &text[1..], &padded, &format!("{text}A"), &format!(" {text}"), &format!("\"{text}\""), &classic]
        {
            assert_eq!(SessionToken::parse(other), None, "{other}");
        }
        assert_eq!(SessionToken::parse(&"\u{e9}".repeat(22)), None);
    }

    #[test]
    fn debug_shows_no_token() {
        assert_eq!(format!("{:?}", SessionToken::draw(&Counter::new(3))), "SessionToken(..)");
    }
}
