//! HTTP/2 requests, held to what is demanded of HTTP/1.1, and brought into the same shape.
//!
//! Frames delimit messages, so there is nothing to smuggle between the client and us. But what a request says goes on
//! over HTTP/1.1, where it could be misread: so here too there is one host, one length, and no header of a connection
//! (RFC 9113 §8.2.2, §8.3.1). What is left looks as it would have come over HTTP/1.1, and all that follows treats it so.

use http::header::{CONNECTION, CONTENT_LENGTH, COOKIE, HOST, HeaderName, HeaderValue, TE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, Method, Request, StatusCode, Uri, Version};
use hyper::ext::Protocol;

use data_encoding::BASE64;

use super::head::METHOD_MAX;

/// Header fields of a request at most.
pub const FIELDS_MAX: usize = 128;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const HTTP2_SETTINGS: HeaderName = HeaderName::from_static("http2-settings");
const SEC_WEBSOCKET_KEY: HeaderName = HeaderName::from_static("sec-websocket-key");

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Irregular {
    /// A header of one connection, which HTTP/2 has none of.
    #[error("the request holds a header that HTTP/2 has no place for")]
    ConnectionHeader,
    /// `:authority` and `Host` both missing, or `Host` there more than once.
    #[error("there must be exactly one host")]
    Host,
    /// `Content-Length` that is no number, or there more than once.
    #[error("Content-Length is not one number")]
    ContentLength,
    /// A value that begins or ends with white space (RFC 9113 §8.2.1).
    #[error("a header value begins or ends with white space")]
    Padded,
    /// The path holds a byte beyond visible ASCII.
    #[error("the request target holds a byte that does not belong there")]
    Target,
    /// `:scheme` is neither `http` nor `https`.
    #[error("the scheme is neither http nor https")]
    Scheme,
    /// `CONNECT`, other than to open a WebSocket (RFC 8441); the preface of HTTP/2; a method longer than any.
    #[error("this method is not served")]
    Method,
    /// Too many header fields.
    #[error("the request has too many headers")]
    TooMany,
}

impl Irregular {
    /// The status that answers it.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooMany => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// Holds a request to the rules. Gives it with `Host` set, with its cookies in one line (RFC 9113 §8.2.3), and the
/// opening of a WebSocket (RFC 8441) as the `GET` that it would have been over HTTP/1.1, with a fresh key from `nonce`.
///
/// # Errors
/// [`Irregular`]: answer with its status; nothing of the request may go on.
pub fn admit<B>(mut request: Request<B>, nonce: impl FnOnce() -> [u8; 16]) -> Result<Request<B>, Irregular> {
    check(request.headers())?;
    check_target(request.uri())?;
    if request.method().as_str() == "PRI" || request.method().as_str().len() > METHOD_MAX {
        return Err(Irregular::Method);
    }
    if !request.headers().contains_key(HOST) {
        let authority = request.uri().authority().ok_or(Irregular::Host)?;
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| Irregular::Host)?;
        request.headers_mut().insert(HOST, host);
    }
    join_cookies(request.headers_mut());
    if request.method() == Method::CONNECT {
        let protocol = request.extensions_mut().remove::<Protocol>().ok_or(Irregular::Method)?;
        if !protocol.as_str().eq_ignore_ascii_case("websocket") {
            return Err(Irregular::Method);
        }
        *request.method_mut() = Method::GET;
        let headers = request.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        let key = HeaderValue::try_from(BASE64.encode(&nonce())).map_err(|_| Irregular::Method)?;
        headers.insert(SEC_WEBSOCKET_KEY, key);
    }
    *request.version_mut() = Version::HTTP_2;
    Ok(request)
}

fn check(headers: &HeaderMap) -> Result<(), Irregular> {
    if headers.len() > FIELDS_MAX {
        return Err(Irregular::TooMany);
    }
    let (mut hosts, mut lengths) = (0, 0);
    for (name, value) in headers {
        let bytes = value.as_bytes();
        if [bytes.first(), bytes.last()].iter().any(|end| matches!(end, Some(b' ' | b'\t'))) {
            return Err(Irregular::Padded);
        }
        if *name == HOST {
            hosts += 1;
        } else if *name == CONTENT_LENGTH {
            lengths += 1;
            let digits = !bytes.is_empty() && bytes.len() <= 18 && bytes.iter().all(u8::is_ascii_digit);
            if !digits || lengths > 1 {
                return Err(Irregular::ContentLength);
            }
        } else if *name == TE {
            if value != "trailers" {
                return Err(Irregular::ConnectionHeader);
            }
        } else if [CONNECTION, UPGRADE, TRANSFER_ENCODING, KEEP_ALIVE, PROXY_CONNECTION, HTTP2_SETTINGS].contains(name)
        {
            return Err(Irregular::ConnectionHeader);
        }
    }
    if hosts > 1 { Err(Irregular::Host) } else { Ok(()) }
}

fn check_target(uri: &Uri) -> Result<(), Irregular> {
    if !uri.scheme_str().is_none_or(|scheme| matches!(scheme, "http" | "https")) {
        return Err(Irregular::Scheme);
    }
    let visible = uri.path_and_query().is_none_or(|path| path.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
    if visible { Ok(()) } else { Err(Irregular::Target) }
}

/// Browsers send every cookie in a field of its own, which compresses better; over HTTP/1.1 there is one line.
fn join_cookies(headers: &mut HeaderMap) {
    let mut lines = headers.get_all(COOKIE).iter();
    let (Some(first), true) = (lines.next(), lines.next().is_some()) else { return };
    let mut joined = first.as_bytes().to_vec();
    for line in headers.get_all(COOKIE).iter().skip(1) {
        joined.extend_from_slice(b"; ");
        joined.extend_from_slice(line.as_bytes());
    }
    // Values joined by visible ASCII are a value.
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

    fn admitted(uri: &str, fields: &[(&str, &str)]) -> Result<Request<()>, Irregular> {
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
            (&[("connection", "close")][..], Irregular::ConnectionHeader),
            (&[("transfer-encoding", "chunked")], Irregular::ConnectionHeader),
            (&[("upgrade", "websocket")], Irregular::ConnectionHeader),
            (&[("keep-alive", "1")], Irregular::ConnectionHeader),
            (&[("proxy-connection", "close")], Irregular::ConnectionHeader),
            (&[("http2-settings", "AAMAAABk")], Irregular::ConnectionHeader),
            (&[("te", "gzip")], Irregular::ConnectionHeader),
            (&[("host", "a"), ("host", "a")], Irregular::Host),
            (&[("content-length", "3"), ("content-length", "3")], Irregular::ContentLength),
            (&[("content-length", "+3")], Irregular::ContentLength),
            (&[("content-length", "3, 3")], Irregular::ContentLength),
            (&[("x", " a")], Irregular::Padded),
            (&[("x", "a\t")], Irregular::Padded),
        ] {
            assert_eq!(admitted("https://example.com/", fields).unwrap_err(), why, "{fields:?}");
        }
        assert_eq!(admitted("ftp://example.com/", &[]).unwrap_err(), Irregular::Scheme);
        assert_eq!(admitted("/", &[]).unwrap_err(), Irregular::Host);
        assert_eq!(admitted("https://example.com/\u{fc}", &[]).unwrap_err(), Irregular::Target);
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
