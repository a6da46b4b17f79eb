//! The path that is checked, which is byte for byte the path that is forwarded.
//!
//! An upstream may read a path differently from the route match: it may decode `%61` to `a`, resolve `..`, cut `;params`, or
//! merge `//`. Werkzeug, Node, nginx and servlet containers each do some of this. A path that any of them could read as
//! another is refused ([`Ambiguous`]), in two steps:
//!
//! - **By itself**: dot segments in any spelling; `\`; encoded `/ \ # ? ;`, controls and `%XX` within `%25XX`; encoded
//!   letters, digits and `-._~`, which no browser encodes; encoded bytes that are not UTF-8; broken escapes; bytes that
//!   must be encoded; two slashes at the start, which are a host to a URL parser.
//! - **With the rules**: `;params`, `//` within, and encoded characters that remain (a space, `%C3%A9`, `%2B`) are
//!   common and harmless, unless some rule says something else about the path without them. [`CanonicalPath::readings`]
//!   gives every other reading; the gate refuses the path if the rules rule one of them otherwise.
//!
//! A route may allow encoded `/ # ? ; \` (npm's `/@scope%2Fname`, GitLab's `/projects/group%2Fproject`). They are then
//! handled as in the second step, with the readings of servers that decode them: `/` and `\` separate segments, `#` and
//! `?` end the path.
//!
//! Case and a trailing slash count here. Where an upstream serves spellings alike, the route match applies the stricter rule
//! (`gate::route_match`).

use percent_encoding::percent_decode;
use postern_authn::rules::EncodedCharacters;

/// Longest path with encoded characters that a route must allow, in bytes. It bounds the work for all readings, of which
/// there may be some hundred.
const ENCODED_LENGTH_MAX: usize = 2048;

/// Path that has one reading by itself. Borrows the bytes that are forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanonicalPath<'a> {
    text: &'a str,
    /// Whether it contains encoded characters that every route allows.
    pub(super) escapes: bool,
    pub(super) parameters: bool,
    pub(super) double_slash: bool,
    /// The encoded characters in it that a route must allow.
    pub(super) encoded: EncodedCharacters,
}

/// Reason why a path is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Ambiguous {
    /// The path does not begin with exactly one slash.
    #[error("the path does not begin with exactly one slash")]
    Start,
    /// `.` or `..`, plain, encoded, or with parameters.
    #[error("the path holds a dot segment")]
    DotSegment,
    /// `\`, a control character, a space, `#`, `?` or a byte beyond ASCII, which must be encoded.
    #[error("the path holds a character that must be encoded")]
    RawByte,
    /// `%` without two hexadecimal digits.
    #[error("the path holds a broken percent-encoding")]
    BrokenEscape,
    /// An encoded character that a path does not need encoded, or that changes its structure when decoded.
    #[error("the path holds an encoded character that servers read differently")]
    Escape,
    /// A path with encoded characters that a route must allow, longer than 2,048 bytes.
    #[error("the path is too long for the encoded characters in it")]
    TooLong,
    /// Encoded bytes that are not UTF-8.
    #[error("the path holds encoded bytes that are not UTF-8")]
    NotUtf8,
    /// The rules decide differently for different readings of it.
    #[error("the path can be read in two ways that are ruled differently")]
    Rules,
}

impl<'a> CanonicalPath<'a> {
    /// Takes the path of a request target, without its query, and the encoded characters that some route allows
    /// ([`Rules::encoded`](postern_authn::rules::Rules::encoded)). Whether the route of this path allows those that it
    /// contains is left to the route match.
    pub fn parse(text: &'a str, allowed: EncodedCharacters) -> Result<Self, Ambiguous> {
        let bytes = text.as_bytes();
        if bytes.first() != Some(&b'/') || bytes.get(1) == Some(&b'/') {
            return Err(Ambiguous::Start);
        }
        let encoded = EncodedCharacters::NONE;
        let mut path = Self { text, escapes: false, parameters: false, double_slash: false, encoded };
        let mut beyond_ascii = false;
        let mut dots = false;
        let mut previous = 0;
        let mut index = 0;
        while let Some(&byte) = bytes.get(index) {
            match byte {
                b'%' => {
                    let decoded = escape(bytes.get(index + 1..).unwrap_or_default()).ok_or(Ambiguous::BrokenEscape)?;
                    match EncodedCharacters::of(decoded).filter(|character| allowed.contains(*character)) {
                        Some(character) => path.encoded = path.encoded.union(character),
                        None => {
                            check_escape(decoded, bytes.get(index + 3..).unwrap_or_default())?;
                            path.escapes = true;
                        }
                    }
                    beyond_ascii |= !decoded.is_ascii();
                    index += 2;
                }
                b'/' => path.double_slash |= previous == b'/',
                b'.' => dots |= previous == b'/',
                b';' => path.parameters = true,
                b'\\' | b'#' | b'?' => return Err(Ambiguous::RawByte),
                _ if !byte.is_ascii_graphic() => return Err(Ambiguous::RawByte),
                _ => {}
            }
            previous = byte;
            index += 1;
        }
        if dots && text.split('/').any(is_dot_segment) {
            return Err(Ambiguous::DotSegment);
        }
        if beyond_ascii && percent_decode(bytes).decode_utf8().is_err() {
            return Err(Ambiguous::NotUtf8);
        }
        if !path.encoded.is_empty() {
            path.check_decoded()?;
        }
        Ok(path)
    }

    /// Refuses dot segments and a second slash at the start that appear in some reading of the encoded characters. The
    /// shortest segments, those between all characters that separate or end one, show them all.
    fn check_decoded(&self) -> Result<(), Ambiguous> {
        if self.text.len() > ENCODED_LENGTH_MAX {
            return Err(Ambiguous::TooLong);
        }
        let decoded = percent_decode(self.text.as_bytes()).decode_utf8().map_err(|_| Ambiguous::NotUtf8)?;
        if decoded.get(1..).is_some_and(|rest| rest.starts_with(['/', '\\'])) {
            return Err(Ambiguous::Start);
        }
        let dots = |segment: &str| is_dot_segment(segment.split(['#', '?']).next().unwrap_or_default());
        if decoded.split(['/', '\\']).any(dots) { Err(Ambiguous::DotSegment) } else { Ok(()) }
    }

    /// Returns the encoded characters in this path that its route must allow.
    pub fn encoded(&self) -> EncodedCharacters {
        self.encoded
    }

    /// Returns the path as received and as forwarded.
    pub fn as_str(&self) -> &'a str {
        self.text
    }
}

/// Returns the byte that two hexadecimal digits encode.
pub(super) fn escape(digits: &[u8]) -> Option<u8> {
    let digit = |index: usize| digits.get(index).and_then(|digit| char::from(*digit).to_digit(16));
    u8::try_from(digit(0)? << 4 | digit(1)?).ok()
}

fn check_escape(decoded: u8, rest: &[u8]) -> Result<(), Ambiguous> {
    match decoded {
        b'.' | b'/' | b'\\' | b'#' | b'?' | b';' | b'-' | b'_' | b'~' => Err(Ambiguous::Escape),
        b'%' if escape(rest).is_some() => Err(Ambiguous::Escape),
        _ if decoded.is_ascii_alphanumeric() || decoded.is_ascii_control() => Err(Ambiguous::Escape),
        _ => Ok(()),
    }
}

fn is_dot_segment(segment: &str) -> bool {
    matches!(before(segment, ';'), "." | "..")
}

pub(super) fn before(text: &str, mark: char) -> &str {
    text.split(mark).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_paths_pass_and_have_one_reading() {
        for path in ["/", "/a", "/a/b.c/d..e/...", "/A-b_c~d", "/a/b/", "/!$&'()*+,=:@", "/.well-known/x", "/a/.b/..c"]
        {
            let canonical = CanonicalPath::parse(path, EncodedCharacters::NONE).unwrap();
            assert_eq!(canonical.as_str(), path);
            assert_eq!(canonical.readings().count(), 0, "{path}");
        }
    }

    #[test]
    fn paths_that_servers_read_differently_are_refused() {
        use Ambiguous::{BrokenEscape, DotSegment, Escape, NotUtf8, RawByte, Start};
        for (path, why) in [
            ("", Start),
            ("a", Start),
            ("*", Start),
            ("//a", Start),
            ("//evil.example/a", Start),
            ("/.", DotSegment),
            ("/..", DotSegment),
            ("/a/../b", DotSegment),
            ("/a/./b", DotSegment),
            ("/a/..", DotSegment),
            ("/a/..;/b", DotSegment),
            ("/a/..;x=y/b", DotSegment),
            ("/a/.;/b", DotSegment),
            ("/%2e%2e/a", Escape),
            ("/a/.%2e/b", Escape),
            ("/a/%2E./b", Escape),
            ("/a%2fb", Escape),
            ("/a%2Fb", Escape),
            ("/a%5cb", Escape),
            ("/a%5Cb", Escape),
            ("/a\\b", RawByte),
            ("/a%00", Escape),
            ("/a%0d%0a", Escape),
            ("/a%09", Escape),
            ("/a%7f", Escape),
            ("/a%23b", Escape),
            ("/a%3fb", Escape),
            ("/a%3bb", Escape),
            ("/%61dmin", Escape),
            ("/a%2db", Escape),
            ("/a%7Eb", Escape),
            ("/a%252fb", Escape),
            ("/a%252e%252e/b", Escape),
            ("/a%25%32%66b", Escape),
            ("/a%", BrokenEscape),
            ("/a%2", BrokenEscape),
            ("/a%zz", BrokenEscape),
            ("/a%u002e", BrokenEscape),
            ("/%c0%ae%c0%ae/a", NotUtf8),
            ("/a%c0%afb", NotUtf8),
            ("/a%ff", NotUtf8),
            ("/a%c3", NotUtf8),
            ("/a#b", RawByte),
            ("/a?b", RawByte),
            ("/a b", RawByte),
            ("/a\tb", RawByte),
            ("/a\0b", RawByte),
            ("/ä", RawByte),
        ] {
            assert_eq!(CanonicalPath::parse(path, EncodedCharacters::NONE), Err(why), "{path:?}");
        }
    }

    #[test]
    fn what_a_route_may_allow_is_taken_and_noted() {
        for (path, encoded) in [
            ("/@scope%2Fname", "%2F"),
            ("/@scope%2fname", "%2F"),
            ("/projects/group%2Fsub%2fproject/issues", "%2F"),
            ("/c%23/intro", "%23"),
            ("/why%3F", "%3F"),
            ("/a%3Bb", "%3B"),
            ("/DOMAIN%5Cuser", "%5C"),
            ("/a%2F%3Fb/caf%C3%A9", "%2F, %3F"),
            ("/a%2F%2Fb/.c%2F..d", "%2F"),
            ("/plain%20text", ""),
        ] {
            let canonical = CanonicalPath::parse(path, EncodedCharacters::ALL).unwrap();
            assert_eq!((canonical.as_str(), canonical.encoded().to_string().as_str()), (path, encoded));
        }
        let slash = EncodedCharacters::parse("%2F").unwrap();
        assert!(CanonicalPath::parse("/a%2Fb", slash).is_ok());
        assert_eq!(CanonicalPath::parse("/a%23b", slash), Err(Ambiguous::Escape));
    }

    #[test]
    fn what_no_route_can_allow_stays_refused() {
        use Ambiguous::{DotSegment, Escape, NotUtf8, Start, TooLong};
        let of_length = |length: usize| format!("/%3Bb{}", "a".repeat(length - 5));
        assert!(CanonicalPath::parse(&of_length(2048), EncodedCharacters::ALL).is_ok());
        assert_eq!(CanonicalPath::parse(&of_length(2049), EncodedCharacters::ALL), Err(TooLong));
        let plain = of_length(2049).replace("%3B", "%20");
        assert!(CanonicalPath::parse(&plain, EncodedCharacters::ALL).is_ok());
        for (path, why) in [
            ("/a/..%2Fb", DotSegment),
            ("/a%2F..", DotSegment),
            ("/a%2F.%2Fb", DotSegment),
            ("/a%5C..%5Cb", DotSegment),
            ("/a%5C../b", DotSegment),
            ("/a/..%3Bx/b", DotSegment),
            ("/a/..%23/b", DotSegment),
            ("/a/..%3Fb", DotSegment),
            ("/a/.%3B%23", DotSegment),
            ("/..%2f", DotSegment),
            ("/%2Fevil.example/", Start),
            ("/%5Cevil.example/", Start),
            ("/%2e%2e%2Fa", Escape),
            ("/a%252Fb", Escape),
            ("/a%00", Escape),
            ("/a%2F%ff", NotUtf8),
        ] {
            assert_eq!(CanonicalPath::parse(path, EncodedCharacters::ALL), Err(why), "{path:?}");
        }
    }

    proptest! {
        #[test]
        fn no_path_panics_and_what_passes_is_the_same_to_a_url_parser(path in "/[a-c./\\\\%;#?0-9efEF \u{e9}]{0,24}") {
            if let Ok(canonical) = CanonicalPath::parse(&path, EncodedCharacters::NONE) {
                prop_assert_eq!(canonical.as_str(), &path);
                let _ = canonical.readings().count();
                let target: http::Uri = path.parse().unwrap();
                prop_assert_eq!(target.path(), &path);
                prop_assert!(!path.split('/').any(|segment| segment == ".." || segment == "."));
            }
        }
    }
}
