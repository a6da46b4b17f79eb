//! Header sections, in whatever form they are kept.

use http::header::{HeaderMap, HeaderName};

/// The header lines of a message. Whoever reads them need not know whether they stand in a map, or where they came.
pub trait Fields {
    /// All lines, those of one name in their order: names in lower case, and values without white space around.
    fn lines(&self) -> impl Iterator<Item = (&[u8], &[u8])>;

    /// The values under a name, in order.
    fn all(&self, name: HeaderName) -> impl Iterator<Item = &[u8]>;

    /// Whether there is a line of this name.
    fn has(&self, name: HeaderName) -> bool {
        self.all(name).next().is_some()
    }
}

impl Fields for HeaderMap {
    fn lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()))
    }

    fn all(&self, name: HeaderName) -> impl Iterator<Item = &[u8]> {
        self.get_all(name).iter().map(|value| value.as_bytes())
    }
}

/// A value as text; `None` where it holds anything but visible ASCII, spaces and tabs.
pub fn text(value: &[u8]) -> Option<&str> {
    let plain = value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    if plain { std::str::from_utf8(value).ok() } else { None }
}

/// The members of a list in a value, without white space around and without empty ones. A member that is no text is left out;
/// the others count all the same, so that a name beside it in `Connection` is not passed on.
pub fn list(value: &[u8]) -> impl Iterator<Item = &str> {
    value.split(|byte| *byte == b',').filter_map(text).map(str::trim_ascii).filter(|member| !member.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    #[test]
    fn a_member_that_is_no_text_hides_no_other() {
        assert_eq!(list(b"\xff, x-secret ,, a\0b,te").collect::<Vec<_>>(), ["x-secret", "te"]);
    }

    proptest! {
        #[test]
        fn what_is_text_is_so_to_the_library_too(bytes in proptest::collection::vec(32_u8..=255, 0..12)) {
            let value = HeaderValue::from_bytes(&bytes);
            prop_assume!(value.is_ok());
            prop_assert_eq!(text(&bytes), value.as_ref().unwrap().to_str().ok());
        }
    }

    #[test]
    fn a_list_has_the_members_that_are_there() {
        assert_eq!(list(b" a,, b\t,c d,").collect::<Vec<_>>(), ["a", "b", "c d"]);
        assert_eq!(list(b"a, \xff").collect::<Vec<_>>(), ["a"]);
    }
}
