//! What of the browser's cookies goes on to the upstream.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use super::jar::{pieces, split};
use super::session::SessionCookie;

impl SessionCookie {
    /// The `Cookie` header for the upstream: without our session and sign-in transactions, without the cookies named
    /// in `extra`, all lines joined into one. `None` when nothing is left.
    ///
    /// Cookies without a name, or with one that holds spaces or bytes beyond ASCII, go too: backends trim and decode
    /// such names in ways of their own, and could read `session` where this function read something else.
    pub fn strip(&self, headers: &HeaderMap, extra: &[&str]) -> Option<HeaderValue> {
        let keep = |piece: &&[u8]| {
            let (name, _) = split(piece);
            let sound = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
            sound && !self.is_ours(name) && !extra.iter().any(|other| other.as_bytes() == name)
        };
        let mut lines = headers.get_all(COOKIE).iter();
        let (first, more) = (lines.next()?, lines.next().is_some());
        if !more && !first.is_empty() && pieces(first.as_bytes()).all(|piece| keep(&piece)) {
            return Some(first.clone());
        }
        let mut kept: Vec<u8> = Vec::with_capacity(first.len());
        for piece in headers.get_all(COOKIE).iter().flat_map(|line| pieces(line.as_bytes())).filter(keep) {
            if !kept.is_empty() {
                kept.extend_from_slice(b"; ");
            }
            kept.extend_from_slice(piece);
        }
        if kept.is_empty() { None } else { HeaderValue::from_bytes(&kept).ok() }
    }
}
