//! The kind of a request, from the headers that browsers send (Fetch Metadata, RFC 6454, RFC 6455).

use http::Method;
use http::header::{HeaderName, ORIGIN};

use super::fields::Fields;
use super::{Cors, Origin};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Header signs of a request's kind, collected in one pass, which costs less than a dozen lookups by name.
#[derive(Clone, Copy, Debug)]
pub struct Signs<'m> {
    /// The first `Origin` header.
    pub origin: Option<&'m [u8]>,
    /// Whether it is a CORS preflight: `OPTIONS` with `Origin` and `Access-Control-Request-Method`.
    pub preflight: bool,
    /// Whether it asks for an upgrade to a WebSocket (RFC 6455 §4.1).
    pub websocket: bool,
    /// Whether it has the key of a WebSocket handshake, which remains if a proxy removed the other headers.
    pub websocket_key: bool,
    /// Whether it is a navigation, so that a person sees the response and a redirect helps: `Sec-Fetch-Mode: navigate`,
    /// or without that header a GET or HEAD that accepts `text/html` and is not an XHR.
    pub navigation: bool,
    /// Whether it is a gRPC call, whose client reads a gRPC status instead of the HTTP status.
    pub call: bool,
}

impl<'m> Signs<'m> {
    /// Collects the signs of a request.
    pub fn of(method: &Method, fields: &'m impl Fields) -> Self {
        let (mut origin, mut mode) = (None, None);
        let (mut asks_method, mut websocket_key, mut by_script) = (false, false, false);
        let (mut to_websocket, mut upgrades, mut takes_html, mut call) = (false, false, false, false);
        for (name, value) in fields.lines() {
            match name {
                b"origin" => origin = origin.or(Some(value)),
                b"sec-fetch-mode" => mode = mode.or(Some(value)),
                b"access-control-request-method" => asks_method = true,
                b"sec-websocket-key" => websocket_key = true,
                b"x-requested-with" => by_script = true,
                b"upgrade" => to_websocket |= has_token(value, "websocket"),
                b"connection" => upgrades |= has_token(value, "upgrade"),
                b"content-type" => call |= is_grpc(value),
                b"accept" => takes_html |= has_token(value, "text/html"),
                _ => {}
            }
        }
        let websocket = to_websocket && upgrades;
        let navigation = match mode {
            Some(mode) => mode == b"navigate",
            None => matches!(*method, Method::GET | Method::HEAD) && !by_script && takes_html,
        };
        Self {
            origin,
            preflight: *method == Method::OPTIONS && origin.is_some() && asks_method,
            websocket,
            websocket_key,
            navigation: navigation && !websocket,
            call: call && *method == Method::POST,
        }
    }
}

/// See [`Signs::navigation`].
pub fn is_navigation(method: &Method, headers: &impl Fields) -> bool {
    Signs::of(method, headers).navigation
}

/// See [`Signs::preflight`].
pub fn is_preflight(method: &Method, headers: &impl Fields) -> bool {
    Signs::of(method, headers).preflight
}

/// Reason why a state-changing request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteRefused {
    /// `Origin` is missing, so it is not a browser's form or script.
    #[error("the request names no origin")]
    NoOrigin,
    /// `Origin` is another origin, `null`, or sent several times.
    #[error("the request comes from an origin that is not allowed")]
    ForeignOrigin,
}

/// Checks that a page that may make it sent this state-changing request: `Origin` must be present once, and be ours or,
/// where `cors` is given, an allowed one. A `Sec-Fetch-Site` that contradicts our own origin is refused too.
pub fn write_allowed(headers: &impl Fields, ours: &Origin, cors: Option<&Cors>) -> Result<(), WriteRefused> {
    let mut origins = headers.all(ORIGIN);
    let origin = origins.next().ok_or(WriteRefused::NoOrigin)?;
    if origins.next().is_some() {
        return Err(WriteRefused::ForeignOrigin);
    }
    if origin == ours.as_str().as_bytes() {
        return match headers.all(SEC_FETCH_SITE).next() {
            None | Some(b"same-origin") => Ok(()),
            Some(_) => Err(WriteRefused::ForeignOrigin),
        };
    }
    match cors {
        Some(cors) if cors.allows(origin) => Ok(()),
        _ => Err(WriteRefused::ForeignOrigin),
    }
}

/// Whether a content type is `application/grpc`, with a message format or without. Browsers use `application/grpc-web`,
/// which is another protocol.
fn is_grpc(value: &[u8]) -> bool {
    let rest = value.strip_prefix(b"application/grpc");
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';' | b' ')))
}

/// Whether a list in a header has this member, with any parameters.
fn has_token(value: &[u8], token: &str) -> bool {
    let mut names = value.split(|byte| *byte == b',').filter_map(|member| member.split(|byte| *byte == b';').next());
    names.any(|name| name.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn navigations_are_told_from_scripts() {
        let html = headers(&[("accept", "text/html,application/xhtml+xml;q=0.9")]);
        assert!(is_navigation(&Method::GET, &html));
        assert!(!is_navigation(&Method::POST, &html));
        assert!(is_navigation(&Method::POST, &headers(&[("sec-fetch-mode", "navigate")])));
        for script in [
            headers(&[("accept", "*/*")]),
            headers(&[]),
            headers(&[("accept", "text/html"), ("sec-fetch-mode", "cors")]),
            headers(&[("accept", "text/html"), ("x-requested-with", "XMLHttpRequest")]),
            headers(&[("accept", "text/html"), ("connection", "keep-alive, Upgrade"), ("upgrade", "websocket")]),
        ] {
            assert!(!is_navigation(&Method::GET, &script), "{script:?}");
        }
    }

    #[test]
    fn signs_are_told_by_their_own_header_each() {
        let of = |method: Method, pairs: &[(&'static str, &'static str)]| {
            let headers = headers(pairs);
            let signs = Signs::of(&method, &headers);
            [signs.preflight, signs.websocket, signs.websocket_key, signs.call]
        };
        let (upgrade, connection) = (("upgrade", "websocket"), ("connection", "upgrade"));
        let (origin, asks) = (("origin", "https://x.example"), ("access-control-request-method", "PUT"));
        let grpc = ("content-type", "application/grpc");
        assert_eq!(of(Method::GET, &[("sec-websocket-key", "x")]), [false, false, true, false]);
        assert_eq!(of(Method::GET, &[upgrade, connection]), [false, true, false, false]);
        assert_eq!(of(Method::OPTIONS, &[origin, asks]), [true, false, false, false]);
        assert_eq!(of(Method::POST, &[grpc]), [false, false, false, true]);
        for (method, pairs) in [
            (Method::GET, &[upgrade][..]),
            (Method::GET, &[connection]),
            (Method::GET, &[origin, asks]),
            (Method::OPTIONS, &[origin]),
            (Method::OPTIONS, &[asks]),
            (Method::GET, &[grpc]),
            (Method::POST, &[("content-type", "application/json")]),
        ] {
            assert_eq!(of(method, pairs), [false; 4], "{pairs:?}");
        }
    }

    #[test]
    fn writes_need_an_origin_of_ours_or_an_allowed_one() {
        let ours: Origin = "https://example.com".parse().unwrap();
        let cors = Cors::new(vec!["http://localhost:5173".parse().unwrap()]);
        let check = |pairs: &[(&'static str, &'static str)]| write_allowed(&headers(pairs), &ours, Some(&cors));
        assert_eq!(check(&[("origin", "https://example.com")]), Ok(()));
        assert_eq!(check(&[("origin", "http://localhost:5173"), ("sec-fetch-site", "cross-site")]), Ok(()));
        assert_eq!(check(&[]), Err(WriteRefused::NoOrigin));
        for refused in ["null", "https://evil.com", "https://example.com.evil.com", "http://example.com"] {
            assert_eq!(check(&[("origin", refused)]), Err(WriteRefused::ForeignOrigin));
        }
        let forged = [("origin", "https://example.com"), ("sec-fetch-site", "cross-site")];
        assert_eq!(check(&forged), Err(WriteRefused::ForeignOrigin));
        let mut two = headers(&[("origin", "https://example.com")]);
        two.append(ORIGIN, HeaderValue::from_static("https://example.com"));
        assert_eq!(write_allowed(&two, &ours, None), Err(WriteRefused::ForeignOrigin));
    }
}
