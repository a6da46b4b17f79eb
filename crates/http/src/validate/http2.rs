//! Validation of HTTP/2 requests by the rules for HTTP/1.1.
//!
//! Frames delimit HTTP/2 messages, but their headers are forwarded over HTTP/1.1, where they could be misread. So a request has one
//! host, one length, and no connection-specific header (RFC 9113 §8.2.2, §8.3.1). An admitted request has the form that it would
//! have over HTTP/1.1.

use http::header::{CONNECTION, CONTENT_LENGTH, COOKIE, HOST, HeaderName, HeaderValue, TE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, Method, Request, StatusCode, Uri, Version};
use hyper::ext::Protocol;

use data_encoding::BASE64;

use super::head::METHOD_MAX;

/// Most header fields of a request.
pub const FIELDS_MAX: usize = 128;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");
const SEC_WEBSOCKET_KEY: HeaderName = HeaderName::from_static("sec-websocket-key");

/// Why an HTTP/2 request is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Http2Violation {
    /// A connection-specific header, which HTTP/2 does not allow.
    #[error("connection-specific header in an HTTP/2 request")]
    ConnectionHeader,
    /// `:authority` and `Host` are both missing, or `Host` is repeated.
    #[error("not exactly one host")]
    Host,
    /// `Content-Length` is not a number, or is repeated.
    #[error("Content-Length is not a single number")]
    ContentLength,
    /// A header value begins or ends with white space (RFC 9113 §8.2.1).
    #[error("white space around a header value")]
    Padded,
    /// The path contains a byte other than visible ASCII.
    #[error("invalid byte in the request target")]
    Target,
    /// `:scheme` is neither `http` nor `https`.
    #[error("scheme is neither http nor https")]
    Scheme,
    /// `CONNECT` other than for a WebSocket (RFC 8441), the HTTP/2 preface, or a method that is too long.
    #[error("method not supported")]
    Method,
    /// Too many header fields.
    #[error("too many headers")]
    TooMany,
}

impl Http2Violation {
    /// The status of the response.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooMany => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// Validates a request. Returns it with `Host` set, with its cookies in one header (RFC 9113 §8.2.3), and the opening of a
/// WebSocket (RFC 8441) as the `GET` that it would be over HTTP/1.1, with a new key from `nonce`.
///
/// # Errors
/// [`Http2Violation`]: respond with its status; the request must not be processed.
pub fn admit<B>(mut request: Request<B>, nonce: impl FnOnce() -> [u8; 16]) -> Result<Request<B>, Http2Violation> {
    check(request.headers())?;
    check_target(request.uri())?;
    if request.method().as_str() == "PRI" || request.method().as_str().len() > METHOD_MAX {
        return Err(Http2Violation::Method);
    }
    if !request.headers().contains_key(HOST) {
        let authority = request.uri().authority().ok_or(Http2Violation::Host)?;
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| Http2Violation::Host)?;
        request.headers_mut().insert(HOST, host);
    }
    join_cookies(request.headers_mut());
    if request.method() == Method::CONNECT {
        let protocol = request.extensions_mut().remove::<Protocol>().ok_or(Http2Violation::Method)?;
        if !protocol.as_str().eq_ignore_ascii_case("websocket") {
            return Err(Http2Violation::Method);
        }
        *request.method_mut() = Method::GET;
        let headers = request.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        let key = HeaderValue::try_from(BASE64.encode(&nonce())).map_err(|_| Http2Violation::Method)?;
        headers.insert(SEC_WEBSOCKET_KEY, key);
    }
    *request.version_mut() = Version::HTTP_2;
    Ok(request)
}

fn check(headers: &HeaderMap) -> Result<(), Http2Violation> {
    if headers.len() > FIELDS_MAX {
        return Err(Http2Violation::TooMany);
    }
    let (mut hosts, mut lengths) = (0, 0);
    for (name, value) in headers {
        let bytes = value.as_bytes();
        if [bytes.first(), bytes.last()].iter().any(|end| matches!(end, Some(b' ' | b'\t'))) {
            return Err(Http2Violation::Padded);
        }
        if *name == HOST {
            hosts += 1;
        } else if *name == CONTENT_LENGTH {
            lengths += 1;
            let digits = !bytes.is_empty() && bytes.len() <= 18 && bytes.iter().all(u8::is_ascii_digit);
            if !digits || lengths > 1 {
                return Err(Http2Violation::ContentLength);
            }
        } else if *name == TE {
            if value != "trailers" {
                return Err(Http2Violation::ConnectionHeader);
            }
        } else if [CONNECTION, UPGRADE, TRANSFER_ENCODING, KEEP_ALIVE, PROXY_CONNECTION, HTTP2_SETTINGS].contains(name)
        {
            return Err(Http2Violation::ConnectionHeader);
        }
    }
    if hosts > 1 { Err(Http2Violation::Host) } else { Ok(()) }
}

fn check_target(uri: &Uri) -> Result<(), Http2Violation> {
    if !uri.scheme_str().is_none_or(|scheme| matches!(scheme, "http" | "https")) {
        return Err(Http2Violation::Scheme);
    }
    let visible = uri.path_and_query().is_none_or(|path| path.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
    if visible { Ok(()) } else { Err(Http2Violation::Target) }
}

/// Joins the cookies, which browsers send in a field each over HTTP/2, into one header.
fn join_cookies(headers: &mut HeaderMap) {
    let mut lines = headers.get_all(COOKIE).iter();
    let (Some(first), true) = (lines.next(), lines.next().is_some()) else { return };
    let mut joined = first.as_bytes().to_vec();
    for line in headers.get_all(COOKIE).iter().skip(1) {
        joined.extend_from_slice(b"; ");
        joined.extend_from_slice(line.as_bytes());
    }
    // Valid values joined by visible ASCII are valid.
    if let Ok(mut joined) = HeaderValue::from_maybe_shared(bytes::Bytes::from(joined)) {
        joined.set_sensitive(true);
        headers.insert(COOKIE, joined);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str, fields: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::builder().uri(uri).version(Version::HTTP_2);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap()
    }

    fn admitted(uri: &str, fields: &[(&str, &str)]) -> Result<Request<()>, Http2Violation> {
        admit(request(uri, fields), || [7; 16])
    }

    #[test]
    fn the_authority_becomes_the_host_and_cookies_one_line() {
        let fields = [("cookie", "a=1"), ("cookie", "b=2"), ("cookie", "a=1"), ("te", "trailers")];
        let request = admitted("https://example.com/x?y", &fields).unwrap();
        assert_eq!(request.headers()[HOST], "example.com");
        assert_eq!(request.headers().get_all(COOKIE).iter().collect::<Vec<_>>(), ["a=1; b=2; a=1"]);
        assert_eq!(request.uri(), "https://example.com/x?y");
        // A host beside the authority stays for the target to compare.
        let both = admitted("https://example.com/", &[("host", "other.example")]).unwrap();
        assert_eq!(both.headers()[HOST], "other.example");
    }

    #[test]
    fn what_is_refused_over_http1_is_refused() {
        for (fields, why) in [
            (&[("connection", "close")][..], Http2Violation::ConnectionHeader),
            (&[("transfer-encoding", "chunked")], Http2Violation::ConnectionHeader),
            (&[("upgrade", "websocket")], Http2Violation::ConnectionHeader),
            (&[("keep-alive", "1")], Http2Violation::ConnectionHeader),
            (&[("proxy-connection", "close")], Http2Violation::ConnectionHeader),
            (&[("http2-settings", "AAMAAABk")], Http2Violation::ConnectionHeader),
            (&[("te", "gzip")], Http2Violation::ConnectionHeader),
            (&[("host", "a"), ("host", "a")], Http2Violation::Host),
            (&[("content-length", "3"), ("content-length", "3")], Http2Violation::ContentLength),
            (&[("content-length", "+3")], Http2Violation::ContentLength),
            (&[("content-length", "3, 3")], Http2Violation::ContentLength),
            (&[("x", " a")], Http2Violation::Padded),
            (&[("x", "a\t")], Http2Violation::Padded),
        ] {
            assert_eq!(admitted("https://example.com/", fields).unwrap_err(), why, "{fields:?}");
        }
        assert_eq!(admitted("ftp://example.com/", &[]).unwrap_err(), Http2Violation::Scheme);
        assert_eq!(admitted("/", &[]).unwrap_err(), Http2Violation::Host);
        assert_eq!(admitted("https://example.com/\u{fc}", &[]).unwrap_err(), Http2Violation::Target);
        let names: Vec<String> = (0..=FIELDS_MAX).map(|index| format!("x-{index}")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), "v")).collect();
        assert_eq!(admitted("https://example.com/", &many).unwrap_err().status(), 431);
    }

    #[test]
    fn methods_that_are_none_over_http1_are_none() {
        for (method, admitted) in [("PROPFIND", true), ("PRI", false), ("VERSION-CONTROL-AND-MORE-", false)] {
            let mut request = request("https://example.com/", &[]);
            *request.method_mut() = method.parse().unwrap();
            assert_eq!(admit(request, || [7; 16]).is_ok(), admitted, "{method}");
        }
    }

    #[test]
    fn an_extended_connect_is_the_get_of_a_websocket_and_any_other_connect_is_nothing() {
        let connect = |protocol: Option<&'static str>| {
            let mut request = request("https://example.com/ws", &[("sec-websocket-version", "13")]);
            *request.method_mut() = Method::CONNECT;
            request.extensions_mut().extend(protocol.map(Protocol::from_static).map(extension).unwrap_or_default());
            admit(request, || [7; 16])
        };
        let opening = connect(Some("websocket")).unwrap();
        assert_eq!(opening.method(), Method::GET);
        assert!(postern_model::web::Signs::of(opening.method(), opening.headers()).websocket);
        assert_eq!(opening.headers()[SEC_WEBSOCKET_KEY], "BwcHBwcHBwcHBwcHBwcHBw==");
        assert_eq!(opening.version(), Version::HTTP_2);
        for other in [None, Some("connect-udp"), Some("")] {
            assert_eq!(connect(other).unwrap_err().status(), 405, "{other:?}");
        }
    }

    fn extension(protocol: Protocol) -> http::Extensions {
        let mut extensions = http::Extensions::new();
        extensions.insert(protocol);
        extensions
    }
}
