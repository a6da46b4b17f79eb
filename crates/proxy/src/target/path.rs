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
//! Case and a trailing slash count here. Where an upstream serves spellings alike, the route match applies the stricter rule
//! (`gate::route_match`).

use percent_encoding::percent_decode;

/// Path that has one reading by itself. Borrows the bytes that are forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanonicalPath<'a> {
    text: &'a str,
    escapes: bool,
    parameters: bool,
    double_slash: bool,
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
    /// Encoded bytes that are not UTF-8.
    #[error("the path holds encoded bytes that are not UTF-8")]
    NotUtf8,
    /// The rules decide differently for different readings of it.
    #[error("the path can be read in two ways that are ruled differently")]
    Rules,
}

impl<'a> CanonicalPath<'a> {
    /// Takes the path of a request target, without its query.
    pub fn parse(text: &'a str) -> Result<Self, Ambiguous> {
        let bytes = text.as_bytes();
        if bytes.first() != Some(&b'/') || bytes.get(1) == Some(&b'/') {
            return Err(Ambiguous::Start);
        }
        let mut path = Self { text, escapes: false, parameters: false, double_slash: false };
        let mut beyond_ascii = false;
        let mut dots = false;
        let mut previous = 0;
        let mut index = 0;
        while let Some(&byte) = bytes.get(index) {
            match byte {
                b'%' => {
                    let decoded = escape(bytes.get(index + 1..).unwrap_or_default()).ok_or(Ambiguous::BrokenEscape)?;
                    check_escape(decoded, bytes.get(index + 3..).unwrap_or_default())?;
                    path.escapes = true;
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
        Ok(path)
    }

    /// Returns the path as received and as forwarded.
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// Returns the other ways in which an upstream may read this path: decoded, without parameters, with slashes
    /// merged, and all combinations. Empty (without allocation) for a path without escapes, `;` and `//`.
    pub fn readings(&self) -> impl Iterator<Item = String> + use<'a> {
        let path = *self;
        (1_u8..8)
            .map(|bits| (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0))
            .filter(move |(decode, cut, merge)| {
                (path.escapes || !decode)
                    && (path.parameters || !cut)
                    && (path.double_slash || path.parameters || !merge)
            })
            .map(move |(decode, cut, merge)| path.read(decode, cut, merge))
    }

    fn read(&self, decode: bool, cut: bool, merge: bool) -> String {
        let decoded = if decode { percent_decode(self.text.as_bytes()).decode_utf8_lossy() } else { self.text.into() };
        let segments = decoded.split('/').map(|segment| if cut { before(segment, ';') } else { segment });
        let mut reading = String::with_capacity(decoded.len());
        for (index, segment) in segments.enumerate() {
            if index == 0 || (merge && segment.is_empty() && reading.ends_with('/')) {
                continue;
            }
            if !reading.ends_with('/') || !merge {
                reading.push('/');
            }
            reading.push_str(segment);
        }
        reading
    }
}

/// Returns the byte that two hexadecimal digits encode.
fn escape(digits: &[u8]) -> Option<u8> {
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

fn before(text: &str, mark: char) -> &str {
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
            let canonical = CanonicalPath::parse(path).unwrap();
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
            assert_eq!(CanonicalPath::parse(path), Err(why), "{path:?}");
        }
    }

    #[test]
    fn harmless_but_rewritable_paths_pass_with_all_their_readings() {
        for (path, readings) in [
            ("/a%20b", vec!["/a b"]),
            ("/caf%C3%A9", vec!["/café"]),
            ("/100%25", vec!["/100%"]),
            ("/a//b", vec!["/a/b"]),
            ("/a;v=1/b", vec!["/a/b", "/a;v=1/b"]),
            ("/a/;x/b", vec!["/a//b", "/a/b", "/a/;x/b"]),
        ] {
            let canonical = CanonicalPath::parse(path).unwrap();
            let found: Vec<String> = canonical.readings().collect();
            for reading in &readings {
                assert!(found.iter().any(|other| other == reading), "{path}: {reading} not in {found:?}");
            }
            assert!(found.iter().all(|reading| readings.contains(&reading.as_str())), "{path}: {found:?}");
        }
    }

    proptest! {
        #[test]
        fn no_path_panics_and_what_passes_is_the_same_to_a_url_parser(path in "/[a-c./\\\\%;#?0-9efEF \u{e9}]{0,24}") {
            if let Ok(canonical) = CanonicalPath::parse(&path) {
                prop_assert_eq!(canonical.as_str(), &path);
                let _ = canonical.readings().count();
                let target: http::Uri = path.parse().unwrap();
                prop_assert_eq!(target.path(), &path);
                prop_assert!(!path.split('/').any(|segment| segment == ".." || segment == "."));
            }
        }
    }
}
