//! Session and set-up tokens: 256 random bits that only the browser holds.

use std::fmt;

use postern_model::entropy::{Entropy, draw};
use postern_model::session::TokenHash;
use ring::digest::{Context, SHA256};
use zeroize::Zeroizing;

use crate::encoding::{base64url, from_base64url_exact};

/// Prefix of the text form of a token that is bound to a host.
const BOUND: &[u8] = b"h.";

/// A bearer token of 32 random bytes, zeroised when dropped. Stores and caches hold its [`TokenHash`] instead.
///
/// A token that a host obtained by a hand-over is bound to that host: its hash covers the name of the host where it is
/// presented, so the lookup fails at every other host.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken {
    bytes: Zeroizing<[u8; 32]>,
    bound: bool,
}

impl SessionToken {
    /// Length of the text form in characters.
    pub const TEXT_LENGTH: usize = 43;

    /// Draws a fresh token.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self { bytes: Zeroizing::new(draw(entropy)), bound: false }
    }

    /// Draws a fresh token that is valid at one host only.
    pub fn draw_bound(entropy: &dyn Entropy) -> Self {
        Self { bound: true, ..Self::draw(entropy) }
    }

    /// Returns SHA-256 of the bytes. It needs no salt or stretching: 256 random bits cannot be guessed.
    pub fn hash(&self) -> TokenHash {
        finish(&[self.bytes.as_slice()])
    }

    /// Returns the hash under which a host (its name, without a port) looks this token up: [`SessionToken::hash`] for
    /// an unbound token, SHA-256 of the bytes and the name for a bound one.
    pub fn hash_at(&self, host: &str) -> TokenHash {
        if self.bound { finish(&[self.bytes.as_slice(), host.as_bytes()]) } else { self.hash() }
    }

    /// Returns the text form: 43 characters of base64url, preceded by `h.` for a token that is bound to a host.
    pub fn to_text(&self) -> String {
        let text = base64url(self.bytes.as_slice());
        if self.bound { format!("h.{text}") } else { text }
    }

    /// Parses the text form. Strict: exactly 43 characters of the alphabet and no stray bits, so that each token has
    /// one spelling.
    ///
    /// ```
    /// use postern_keystore::SessionToken;
    ///
    /// let text = "A".repeat(SessionToken::TEXT_LENGTH);
    /// assert_eq!(SessionToken::parse(&text).expect("43 characters of base64url").to_text(), text);
    /// assert!(SessionToken::parse(&text[1..]).is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_bytes(text.as_bytes())
    }

    pub(crate) fn from_bytes(text: &[u8]) -> Option<Self> {
        let (text, bound) = match text.strip_prefix(BOUND) {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        from_base64url_exact(text).map(|bytes| Self { bytes: Zeroizing::new(bytes), bound })
    }
}

fn finish(parts: &[&[u8]]) -> TokenHash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    TokenHash(hash)
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
    fn a_bound_token_is_another_one_at_every_host() {
        let bound = SessionToken::draw_bound(&Counter::new(3));
        let text = bound.to_text();
        assert_eq!(text, "h.DjN7eZd56WYgG36VoyblZCZ_pNZXMGLj3m94NdBiPRc");
        assert_eq!(SessionToken::parse(&text), Some(bound.clone()));
        let plain = SessionToken::draw(&Counter::new(3));
        assert_ne!(bound.hash_at("b.example.com"), bound.hash_at("c.example.com"));
        assert_ne!(bound.hash_at("b.example.com"), plain.hash());
        assert_eq!(plain.hash_at("b.example.com"), plain.hash());
        for other in ["h.", "H.DjN7eZd56WYgG36VoyblZCZ_pNZXMGLj3m94NdBiPRc", &format!("h.{text}"), &text[1..]] {
            assert_eq!(SessionToken::parse(other), None, "{other}");
        }
    }

    #[test]
    fn debug_shows_no_token() {
        assert_eq!(format!("{:?}", SessionToken::draw(&Counter::new(3))), "SessionToken(..)");
    }
}
