//! The head of a request, read from bytes that the validator accepted (RFC 9112 §3, §5, §6).

use std::mem::MaybeUninit;

use bytes::BytesMut;
use http::{Extensions, Method, StatusCode, Uri, Version};

use super::request::Request;
use crate::codec::{Decoder, KeepAlive, list_contains};
use crate::headers::{HeaderKind, HeaderKinds, HeaderRef, HeaderSpan, RawHeaders, Span};
use crate::validate::{HeadSpans, decimal};

/// Most header lines of a request.
const LINES_MAX: usize = 100;

/// A request without its body.
#[derive(Debug)]
pub(super) struct RequestHead {
    /// Boxed once: the request is moved several times on its way to the service.
    pub(super) request: Box<Request>,
    /// Decodes the body that follows.
    pub(super) decoder: Decoder,
    pub(super) flags: RequestFlags,
}

/// Properties of a request that concern the connection and the response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RequestFlags {
    /// The connection may carry another request.
    pub(super) keep_alive: bool,
    /// The client speaks HTTP/1.0.
    pub(super) http10: bool,
    /// `HEAD`: the response has no body.
    pub(super) is_head: bool,
    /// `Expect: 100-continue`: the client waits before it sends the body.
    pub(super) expects_continue: bool,
    /// `TE: trailers`: the client accepts trailers.
    pub(super) accepts_trailers: bool,
    /// `Upgrade` on a request without a body.
    pub(super) upgrade: bool,
}

impl RequestHead {
    /// Reads a complete head. `spans` are the positions that the validator found, if the head came in one read. `Err`: the status
    /// with which to reject it.
    pub(super) fn read(head: BytesMut, spans: Option<&HeadSpans>) -> Result<Self, StatusCode> {
        match spans {
            Some(HeadSpans { method, target, lines }) => {
                let line = RequestLine { method: *method, target: *target, http10: false };
                Self::from_spans(head, line, lines.clone())
            }
            None => Self::parse(head),
        }
    }

    /// Parses a head without spans. A function of its own, since its line buffer is large and rarely needed.
    #[inline(never)]
    fn parse(head: BytesMut) -> Result<Self, StatusCode> {
        let mut lines = [const { MaybeUninit::uninit() }; LINES_MAX];
        let mut request = httparse::Request::new(&mut []);
        match request.parse_with_uninit_headers(&head, &mut lines) {
            Ok(parsed) if parsed.is_complete() => {}
            Err(httparse::Error::TooManyHeaders) => return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
            _ => return Err(StatusCode::BAD_REQUEST),
        }
        let span = |part: Option<&str>| part.and_then(|part| Span::of(&head, part.as_bytes()));
        let (method, target) = span(request.method).zip(span(request.path)).ok_or(StatusCode::BAD_REQUEST)?;
        let lines = request.headers.iter().map(|line| HeaderSpan::of(&head, line.name.as_bytes(), line.value));
        let lines = lines.collect::<Option<Vec<_>>>().ok_or(StatusCode::BAD_REQUEST)?;
        let line = RequestLine { method, target, http10: request.version == Some(0) };
        Self::from_spans(head, line, lines)
    }

    fn from_spans(head: BytesMut, line: RequestLine, lines: Vec<HeaderSpan>) -> Result<Self, StatusCode> {
        if lines.len() > LINES_MAX {
            return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        let RequestLine { method, target, http10 } = line;
        let headers = RawHeaders::new(head, lines);
        let head = headers.head();
        let method = Method::from_bytes(head.get(method.range()).unwrap_or_default());
        let method = method.map_err(|_| StatusCode::BAD_REQUEST)?;
        let uri = Uri::from_maybe_shared(head.slice(target.range())).map_err(|_| StatusCode::BAD_REQUEST)?;
        let mut framing = FramingHeaders::default();
        if headers.may_contain(FRAMING) {
            headers.for_each(|header| framing.note(header));
        }
        let decoder = if framing.chunked { Decoder::chunked() } else { Decoder::length(framing.length) };
        let flags = RequestFlags {
            keep_alive: framing.keep_alive.allows(http10),
            http10,
            is_head: method == Method::HEAD,
            expects_continue: framing.expects_continue && !http10 && !decoder.is_done(),
            accepts_trailers: framing.accepts_trailers,
            upgrade: framing.upgrade && decoder.is_done(),
        };
        let version = if http10 { Version::HTTP_10 } else { Version::HTTP_11 };
        let headers = headers.into();
        let (body, early_hints, extensions) = (None, None, Extensions::new());
        let request = Request { method, uri, version, headers, body, early_hints, extensions };
        Ok(Self { request: Box::new(request), decoder, flags })
    }
}

/// Where the parts of a request line are.
struct RequestLine {
    method: Span,
    target: Span,
    http10: bool,
}

/// The kinds that [`FramingHeaders::note`] reads.
const FRAMING: HeaderKinds =
    HeaderKinds::HOP_BY_HOP.union(HeaderKinds::of(&[HeaderKind::ContentLength, HeaderKind::Expect]));

/// Header values that concern the message itself.
#[derive(Default)]
struct FramingHeaders {
    length: u64,
    chunked: bool,
    keep_alive: KeepAlive,
    expects_continue: bool,
    accepts_trailers: bool,
    upgrade: bool,
}

impl FramingHeaders {
    fn note(&mut self, HeaderRef { kind, value, .. }: HeaderRef<'_>) {
        match kind {
            // The validator made sure that it is one number.
            HeaderKind::ContentLength => self.length = decimal(value).unwrap_or_default(),
            HeaderKind::TransferEncoding => self.chunked = true,
            HeaderKind::Connection => self.keep_alive.note(value),
            HeaderKind::Expect => self.expects_continue |= list_contains(value, b"100-continue"),
            HeaderKind::Te => self.accepts_trailers |= list_contains(value, b"trailers"),
            HeaderKind::Upgrade => self.upgrade = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderName;
    use postern_model::web::Fields;
    use proptest::prelude::*;

    use crate::validate::{Limits, RequestValidator};

    fn read(head: &str) -> Result<RequestHead, StatusCode> {
        RequestHead::read(BytesMut::from(head), None)
    }

    fn flags(version: &str, lines: &str) -> RequestFlags {
        read(&format!("POST / HTTP/{version}\r\nHost: a\r\n{lines}\r\n")).unwrap().flags
    }

    #[test]
    fn a_head_is_read_as_received() {
        let head = read("PUT /a?b=%20 HTTP/1.1\r\nHost: a\r\nX-A:  1 \r\nx-a:\r\nContent-Length: 7\r\n\r\n").unwrap();
        assert_eq!((&head.request.method, head.request.version), (&Method::PUT, Version::HTTP_11));
        assert_eq!(head.request.uri, "/a?b=%20");
        let values = head.request.headers.all(HeaderName::from_static("x-a"));
        assert_eq!(values.collect::<Vec<_>>(), [&b"1"[..], b""]);
        assert_eq!(head.decoder.remaining(), Some(7));
        let head = read("GET / HTTP/1.0\r\n\r\n").unwrap();
        assert_eq!((head.request.version, head.decoder), (Version::HTTP_10, Decoder::Done));
        assert_eq!(read("GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n").unwrap().request.uri, "http://a/b");
        assert_eq!(read("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").unwrap().request.uri, "*");
    }

    #[test]
    fn the_client_decides_whether_the_connection_is_kept() {
        assert!(flags("1.1", "").keep_alive && !flags("1.1", "Connection: x, Close\r\n").keep_alive);
        assert!(!flags("1.0", "").keep_alive && flags("1.0", "Connection: Keep-Alive\r\n").keep_alive);
    }

    #[test]
    fn expectations_and_upgrades_depend_on_the_body() {
        assert!(flags("1.1", "Expect: 100-Continue\r\nContent-Length: 1\r\n").expects_continue);
        assert!(flags("1.1", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n").expects_continue);
        assert!(!flags("1.1", "Expect: 100-continue\r\n").expects_continue);
        assert!(!flags("1.0", "Expect: 100-continue\r\nContent-Length: 1\r\n").expects_continue);
        assert!(flags("1.1", "Upgrade: websocket\r\n").upgrade);
        assert!(!flags("1.1", "Upgrade: websocket\r\nContent-Length: 1\r\n").upgrade);
        assert!(
            flags("1.1", "TE: gzip, Trailers\r\n").accepts_trailers && !flags("1.1", "TE: gzip\r\n").accepts_trailers
        );
    }

    #[test]
    fn invalid_heads_have_a_status() {
        assert_eq!(read("GET /\\u{1} HTTP/1.1\r\n\r\n".replace("\\u{1}", "\u{1}").as_str()).unwrap_err(), 400);
        assert_eq!(read("GET http:// HTTP/1.1\r\nHost: a\r\n\r\n").unwrap_err(), 400);
        let lines = "A: 1\r\n".repeat(LINES_MAX);
        assert!(read(&format!("GET / HTTP/1.1\r\n{lines}\r\n")).is_ok());
        assert_eq!(read(&format!("GET / HTTP/1.1\r\nA: 1\r\n{lines}\r\n")).unwrap_err(), 431);
    }

    proptest! {
        #[test]
        fn the_validator_s_spans_are_what_a_parser_reads(
            line in "(GET|POST|X-Y) (/|/a\\?b=%20|http://a/|\\*)",
            lines in proptest::collection::vec(
                "(X-[A-Za-z]{1,4}|Cookie|connection|TE|Expect|Content-Length|Accept):[ \\t]{0,2}([!-~]{0,6}|[0-9]|close|a, keep-alive|100-continue|trailers|\u{e4} \t)[ \\t]{0,2}",
                0..8,
            ),
        ) {
            let lines = lines.iter().map(|line| format!("{line}\r\n")).collect::<String>();
            let head = format!("{line} HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
            let mut validator = RequestValidator::new(Limits::default());
            let sound = validator.scan(head.as_bytes()).head_end.is_some();
            let head = BytesMut::from(head.as_str());
            if let Some((spans, length)) = validator.head_spans(1).filter(|_| sound) {
                prop_assert_eq!(length, head.len());
                let facts = |read: Result<RequestHead, StatusCode>| read.map(|head| {
                    let Request { method, uri, version, headers, .. } = *head.request;
                    (method, uri, version, headers.into_map(), head.decoder, head.flags)
                });
                prop_assert_eq!(facts(RequestHead::read(head.clone(), Some(spans))), facts(RequestHead::read(head, None)));
            }
        }
    }
}
