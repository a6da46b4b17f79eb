//! The part of the browser's cookies that is forwarded to the upstream.

use http::header::COOKIE;
use postern_model::web::Fields;

use super::jar::{pieces, split};
use super::session::SessionCookie;

/// Remaining cookies of the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stripped {
    /// All cookies, in one line that can be forwarded unchanged.
    Whole,
    /// These cookies, as the value of one line.
    Left(Vec<u8>),
    /// No cookies.
    Nothing,
}

impl SessionCookie {
    /// Returns the `Cookie` header for the upstream: without our session, sign-in transactions and trusted devices, without the cookies
    /// named in `extra`, all lines joined into one.
    ///
    /// Cookies without a name, or with spaces or bytes beyond ASCII in it, are removed too: backends trim and decode
    /// such names differently, and could read `session` where this function read another name. A cookie with a withheld
    /// name behind a comma, a quote or white space is also removed, since some backends find another cookie there.
    pub fn strip(&self, fields: &impl Fields, extra: &[impl AsRef<str>]) -> Stripped {
        let keep = |piece: &[u8]| {
            let (name, _) = split(piece);
            let sound = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
            let withheld =
                |name: &[u8]| self.is_ours(name) || extra.iter().any(|other| other.as_ref().as_bytes() == name);
            sound && !withheld(name) && !hides(piece, withheld)
        };
        let mut lines = fields.all(COOKIE);
        let Some(first) = lines.next() else { return Stripped::Nothing };
        let mut whole = lines.next().is_none() && !first.is_empty();
        let mut kept: Vec<u8> = Vec::new();
        for piece in fields.all(COOKIE).flat_map(pieces) {
            if !keep(piece) {
                whole = false;
                continue;
            }
            if kept.is_empty() {
                kept.reserve(first.len());
            } else {
                kept.extend_from_slice(b"; ");
            }
            kept.extend_from_slice(piece);
        }
        if whole {
            Stripped::Whole
        } else if kept.is_empty() {
            Stripped::Nothing
        } else {
            Stripped::Left(kept)
        }
    }
}

/// Whether some parser would find another cookie inside a piece: after white space, which ends a value for Python's
/// `http.cookies`, or after a comma, which ends names and values for old servlet containers (RFC 2109 §4.2.2). For some
/// parsers a quote ends a name, for others it is part of it.
fn hides(piece: &[u8], withheld: impl Fn(&[u8]) -> bool) -> bool {
    let space = |byte: &u8| matches!(byte, b',' | 0..=b' ' | 0x7f);
    let space_or_quote = |byte: &u8| space(byte) || *byte == b'"';
    piece.iter().any(space_or_quote) && (names(piece, space, &withheld) || names(piece, space_or_quote, &withheld))
}

/// Whether a word of a piece, other than the first, names a cookie that is withheld.
fn names(piece: &[u8], ends: impl Fn(&u8) -> bool, withheld: &impl Fn(&[u8]) -> bool) -> bool {
    let mut words = piece.split(ends).skip(1).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let (name, own) = split(word);
        if withheld(trimmed(name)) && (own.is_some() || words.peek().is_some_and(|next| next.starts_with(b"="))) {
            return true;
        }
    }
    false
}

/// Returns a name without the characters that some backend might trim off its ends.
fn trimmed(name: &[u8]) -> &[u8] {
    let from = name.iter().position(u8::is_ascii_graphic).unwrap_or(name.len());
    let to = name.iter().rposition(u8::is_ascii_graphic).map_or(from, |last| last + 1);
    name.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    fn headers(lines: &[&[u8]]) -> HeaderMap {
        lines.iter().map(|line| (COOKIE, HeaderValue::from_bytes(line).unwrap())).collect()
    }

    fn strip(lines: &[&[u8]]) -> Option<String> {
        let left = match SessionCookie::new("postern", true).unwrap().strip(&headers(lines), &["session"]) {
            Stripped::Whole => lines.concat(),
            Stripped::Left(left) => left,
            Stripped::Nothing => return None,
        };
        Some(String::from_utf8_lossy(&left).into_owned())
    }

    #[test]
    fn ours_and_the_named_ones_go_and_the_rest_stays() {
        let cases: [(&[&[u8]], Option<&str>); 10] = [
            (&[], None),
            (&[b""], None),
            (&[b"__Host-postern=x; session=y"], None),
            (&[b"a=1; __Host-postern=x; b=2"], Some("a=1; b=2")),
            (&[b"__Host-postern-tx-abc=x; a=1"], Some("a=1")),
            (&[b"__Secure-postern-device-abc=x; a=1"], Some("a=1")),
            (&[b"a=1", b"session=x", b"b=2"], Some("a=1; b=2")),
            (&[b"sessions=1; xsession=2; SESSION=3"], Some("sessions=1; xsession=2; SESSION=3")),
            (&[b"a=\"x y\"; session=1; a=2"], Some("a=\"x y\"; a=2")),
            (&[b"a=session=1"], Some("a=session=1")),
        ];
        for (lines, expected) in cases {
            assert_eq!(strip(lines).as_deref(), expected, "{lines:?}");
        }
    }

    #[test]
    fn spellings_that_a_backend_could_trim_to_a_protected_name_go_too() {
        let evasions: [&[u8]; 8] = [
            b"session",
            b" session =x",
            b"\tsession\t=x",
            b"session\xa0=x",
            b"\xc2\xa0session=x",
            b"session\x85=x",
            b"=session=x",
            b"se ssion=x",
        ];
        for evasion in evasions {
            assert_eq!(strip(&[evasion]), None, "{}", evasion.escape_ascii());
            assert_eq!(strip(&[&[evasion, b"; a=1"].concat()]).as_deref(), Some("a=1"));
        }
    }

    #[test]
    fn a_cookie_that_hides_another_goes() {
        let hiding: [&[u8]; 13] = [
            b"a,session=x",
            b",session=x",
            b"a\"session=x",
            b"a=1 session=x",
            b"a= session=x",
            b"a=1,session=x",
            b"a=1, session = x",
            b"a=1\tsession =x",
            b"a=\"session=x\"",
            b"a=\"1\"session=x",
            b"a= 1 __Host-postern-tx-q=x",
            b"a=1,session\xe9=x",
            b"a=1 __Host-postern-tx-q\"$=x",
        ];
        for piece in hiding {
            assert_eq!(strip(&[piece]), None, "{}", piece.escape_ascii());
            assert_eq!(strip(&[&[piece, b"; b=2"].concat()]).as_deref(), Some("b=2"));
        }
        let plain = "a=my session notes; b={\"session\":1,\"x\":2}; c=x session; d=, xsession=1; e,f=session";
        assert_eq!(strip(&[plain.as_bytes()]).as_deref(), Some(plain));
    }

    #[test]
    fn a_line_with_nothing_to_remove_is_passed_on_as_it_is() {
        assert_eq!(strip(&[b" a=1;b=2 ;; c"]).as_deref(), Some(" a=1;b=2 ;; c"));
    }

    proptest! {
        #[test]
        fn nothing_protected_is_ever_left(line in "[a-c=;\" ]{0,12}(session|__Host-postern|__Host-postern-tx-q)[a-c=;\" ]{0,12}") {
            let cookie = SessionCookie::new("postern", true).unwrap();
            if let Some(left) = strip(&[line.as_bytes()]) {
                for pair in cookie::Cookie::split_parse(&left).flatten() {
                    prop_assert!(pair.name() != "session" && !cookie.is_ours(pair.name().as_bytes()), "{left}");
                }
            }
        }
    }
}
