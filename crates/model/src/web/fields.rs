//! Access to header fields, independent of their representation.

use http::header::{HeaderMap, HeaderName};

/// Header lines of a message, as a map or as received; readers work with either.
pub trait Fields {
    /// Yields all lines, those of one name in their order: names in lower case, values without surrounding white space.
    fn lines(&self) -> impl Iterator<Item = (&[u8], &[u8])>;

    /// Yields the values of a name, in order.
    fn all(&self, name: HeaderName) -> impl Iterator<Item = &[u8]>;

    /// Whether the message has a line of this name.
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

/// Returns a value as text; `None` if it holds anything but visible ASCII, spaces and tabs.
pub fn text(value: &[u8]) -> Option<&str> {
    let plain = value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    if plain { std::str::from_utf8(value).ok() } else { None }
}

/// Yields the members of a list in a value, without surrounding white space and without empty ones. A member that is
/// not text is skipped; the others still count, so that a name beside it in `Connection` is not forwarded.
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
