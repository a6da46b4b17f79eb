//! Percent-encoded characters of a path that servers read differently, and that a route may allow.

use std::{fmt, iter};

/// The characters, in the order of the bits of [`EncodedCharacters`].
const CHARACTERS: [u8; 5] = *b"/#?;\\";

/// Set of percent-encoded characters: `%2F` (`/`), `%23` (`#`), `%3F` (`?`), `%3B` (`;`) and `%5C` (`\`).
///
/// Some servers decode them before they split a path and others do not, so that one path is two. A route allows those
/// that its backend reads in one way (`encoded`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EncodedCharacters(u8);

impl EncodedCharacters {
    /// The empty set.
    pub const NONE: Self = Self(0);
    /// All of them.
    pub const ALL: Self = Self((1 << CHARACTERS.len()) - 1);

    /// Returns the set of one decoded character; `None` if a route cannot allow this character.
    pub fn of(decoded: u8) -> Option<Self> {
        CHARACTERS.iter().position(|character| *character == decoded).map(|index| Self(1 << index))
    }

    /// Parses one encoded character (`%2F`), its hexadecimal digits in either case.
    ///
    /// ```
    /// use postern_authn::rules::EncodedCharacters;
    ///
    /// assert_eq!(EncodedCharacters::parse("%2f"), EncodedCharacters::of(b'/'));
    /// assert_eq!(EncodedCharacters::parse("%2E"), None);
    /// assert_eq!(EncodedCharacters::parse("/"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('%').filter(|digits| digits.len() == 2 && !digits.starts_with('+'))?;
        Self::of(u8::from_str_radix(digits, 16).ok()?)
    }

    /// Returns the characters that are in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every character of `other` is in this set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// Returns every subset, the empty one and this one included.
    pub fn subsets(self) -> impl Iterator<Item = Self> {
        let next = move |subset: &u8| Some(subset.wrapping_sub(self.0) & self.0).filter(|next| *next != 0);
        iter::successors(Some(0), next).map(Self)
    }
}

impl fmt::Display for EncodedCharacters {
    /// Writes the set as `%2F, %3B`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (index, character) in CHARACTERS.iter().enumerate() {
            if self.0 & (1 << index) != 0 {
                write!(f, "{separator}%{character:02X}")?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoded_character_has_two_digits() {
        assert_eq!(EncodedCharacters::parse("%2F"), EncodedCharacters::of(b'/'));
        for other in ["%02f", "%0000002f", "%2", "%", "%+f", "%2f%2f", "2f", ""] {
            assert_eq!(EncodedCharacters::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in_and_names_it() {
        let [slash, hash] = ["%2F", "%23"].map(|text| EncodedCharacters::parse(text).unwrap());
        let both = slash.union(hash);
        assert!(both.contains(slash) && both.contains(hash) && both.contains(EncodedCharacters::NONE));
        assert!(!slash.contains(both) && !both.contains(EncodedCharacters::ALL) && !slash.is_empty());
        assert_eq!(both.to_string(), "%2F, %23");
        assert_eq!(EncodedCharacters::ALL.to_string(), "%2F, %23, %3F, %3B, %5C");
        assert_eq!(both.subsets().collect::<Vec<_>>(), [EncodedCharacters::NONE, slash, hash, both]);
        assert_eq!(EncodedCharacters::NONE.subsets().collect::<Vec<_>>(), [EncodedCharacters::NONE]);
    }

    #[test]
    fn only_these_five_can_be_allowed_and_only_encoded() {
        let allowed: Vec<u8> = (0..=255).filter(|byte| EncodedCharacters::of(*byte).is_some()).collect();
        assert_eq!(allowed, [b'#', b'/', b';', b'?', b'\\']);
        for text in ["", "%", "%2", "2F", "%2F%2F", "%+f", "%2e", "%25", "%00", "%41", "%c3", "#", "%é"] {
            assert_eq!(EncodedCharacters::parse(text), None, "{text}");
        }
    }
}
