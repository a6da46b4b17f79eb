//! Cookies: no backend finds our session, or a forged session of its own, in the forwarded cookies.

use cookie::Cookie;
use http::header::{COOKIE, HeaderMap, HeaderValue};
use postern_keystore::{CookieRead, SessionCookie, Stripped};

/// The name of the backend's session, which only the gateway creates.
const LEGACY: &str = "session";

/// Takes one `Cookie` header a line.
pub fn verify(data: &[u8]) {
    let cookie = SessionCookie::new("postern", true).expect("a name");
    let lines = data.split(|byte| *byte == b'\n').map(HeaderValue::from_bytes);
    let Ok(lines) = lines.collect::<Result<Vec<_>, _>>() else { return };
    let headers: HeaderMap = lines.iter().map(|line| (COOKIE, line.clone())).collect();

    let ours = |name: &str| name == cookie.name();
    let named: Vec<(String, String)> = lines.iter().flat_map(strictly).collect();
    match cookie.read(&headers) {
        CookieRead::Token(token) => {
            let values: Vec<&str> = named.iter().filter(|(name, _)| ours(name)).map(|(_, value)| &**value).collect();
            assert_eq!(values, [token.to_text()], "one session, in one spelling");
        }
        CookieRead::Absent => assert!(!named.iter().any(|(name, _)| ours(name)), "a session that is overlooked"),
        CookieRead::Refused | CookieRead::TooLarge => {}
    }

    let kept = match cookie.strip(&headers, &[LEGACY]) {
        Stripped::Whole => lines[0].clone(),
        Stripped::Left(left) => HeaderValue::try_from(left).expect("parts of what was one"),
        Stripped::Nothing => return,
    };
    let withheld = |name: &str| ours(name) || name.starts_with(cookie.transaction_prefix()) || name == LEGACY;
    for name in leniently(kept.as_bytes()) {
        assert!(!withheld(&name), "{kept:?} still names {name}");
    }
    let again = HeaderMap::from_iter([(COOKIE, kept.clone())]);
    assert_eq!(cookie.strip(&again, &[LEGACY]), Stripped::Whole, "what is clean stays as it is");
}

/// The cookies of a line as the `cookie` crate reads them.
fn strictly(line: &HeaderValue) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(line.as_bytes()).into_owned();
    let cookies = Cookie::split_parse(text).flatten();
    cookies.map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned())).collect()
}

/// The names that any backend might find: between semicolons, but also behind commas (RFC 2109, which old servlet
/// containers still read) and white space (Python's `http.cookies`), trimmed of everything invisible.
fn leniently(line: &[u8]) -> Vec<String> {
    let trimmed = |name: &[u8]| String::from_utf8_lossy(name).trim_matches(|c: char| !c.is_ascii_graphic()).to_owned();
    let mut names = Vec::new();
    for piece in line.split(|byte| *byte == b';') {
        let mut halves = piece.splitn(2, |byte| *byte == b'=');
        names.extend(halves.next().map(trimmed));
        let Some(value) = halves.next() else { continue };
        let joined = String::from_utf8_lossy(value).replace([',', '\t', '\u{b}', '\u{c}'], " ").replace(" =", "=");
        let words = joined.split(' ').skip(1).filter_map(|word| word.split_once('='));
        names.extend(words.map(|(name, _)| trimmed(name.as_bytes())));
    }
    names
}
