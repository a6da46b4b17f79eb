//! The head of a request, read from bytes that were judged already (RFC 9112 §3, §5, §6).

use std::mem::MaybeUninit;

use bytes::BytesMut;
use http::{Extensions, Method, StatusCode, Uri, Version};

use super::request::Received;
use crate::codec::{Persistence, Receiving, names};
use crate::headers::{Kind, Kinds, Line, Lines, Place, Section, Span};
use crate::validate::{Marks, decimal};

/// Most header lines of a request.
const LINES_MAX: usize = 100;

/// A request without its body.
#[derive(Debug)]
pub(super) struct Head {
    /// The request, on the heap from its beginning: it is handed on a few times.
    pub(super) received: Box<Received>,
    /// The body that follows.
    pub(super) body: Receiving,
    pub(super) manner: Manner,
}

/// What a request says of its connection, and of what it expects there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Manner {
    /// The connection may carry another request.
    pub(super) keeps: bool,
    /// HTTP/1.0.
    pub(super) old: bool,
    /// `HEAD`: the answer has no body.
    pub(super) bodiless: bool,
    /// The client waits to be told to send the body.
    pub(super) expects: bool,
    /// Trailers are welcome.
    pub(super) trailers: bool,
    /// Another protocol is asked for.
    pub(super) upgrade: bool,
}

impl Head {
    /// Reads a whole head, with the help of marks where there are some. Its lines stay where they are. The status that
    /// answers one that is no request.
    pub(super) fn read(head: BytesMut, marks: Option<&Marks>) -> Result<Self, StatusCode> {
        if let Some(Marks { method, target, lines }) = marks {
            return Self::of(head, (*method, *target), false, lines.clone());
        }
        Self::read_closely(head)
    }

    /// Reads one that has no marks. What is seldom needed, and takes room, is kept apart.
    #[inline(never)]
    fn read_closely(head: BytesMut) -> Result<Self, StatusCode> {
        let mut lines = [const { MaybeUninit::uninit() }; LINES_MAX];
        let mut request = httparse::Request::new(&mut []);
        match request.parse_with_uninit_headers(&head, &mut lines) {
            Ok(parsed) if parsed.is_complete() => {}
            Err(httparse::Error::TooManyHeaders) => return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
            _ => return Err(StatusCode::BAD_REQUEST),
        }
        let span = |part: &[u8]| Span::of(&head, part);
        let lines = request.headers.iter().map(|line| Place::of(&head, line.name.as_bytes(), line.value));
        let lines = lines.collect::<Option<Vec<_>>>().ok_or(StatusCode::BAD_REQUEST)?;
        let asked = request.method.and_then(|method| span(method.as_bytes()));
        let asked = asked.zip(request.path.and_then(|path| span(path.as_bytes()))).ok_or(StatusCode::BAD_REQUEST)?;
        let old = request.version == Some(0);
        Self::of(head, asked, old, lines)
    }

    fn of(head: BytesMut, (method, target): (Span, Span), old: bool, lines: Vec<Place>) -> Result<Self, StatusCode> {
        if lines.len() > LINES_MAX {
            return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        let lines = Lines::new(head, lines);
        let head = lines.head();
        let method = Method::from_bytes(head.get(method.range()).unwrap_or_default());
        let method = method.map_err(|_| StatusCode::BAD_REQUEST)?;
        let uri = Uri::from_maybe_shared(head.slice(target.range())).map_err(|_| StatusCode::BAD_REQUEST)?;
        let mut seen = Seen::default();
        if lines.may_hold(NOTED) {
            lines.each(|line| seen.note(line));
        }
        let body = if seen.chunked { Receiving::chunked() } else { Receiving::length(seen.length) };
        let manner = Manner {
            keeps: seen.persistence.keeps(old),
            old,
            bodiless: method == Method::HEAD,
            expects: seen.expects && !old && !body.is_done(),
            trailers: seen.trailers,
            upgrade: seen.upgrade && body.is_done(),
        };
        let version = if old { Version::HTTP_10 } else { Version::HTTP_11 };
        let section = Section::Lines(lines);
        let received = Received { method, uri, version, section, body: None, extensions: Extensions::new() };
        Ok(Self { received: Box::new(received), body, manner })
    }
}

/// What says something of the message itself.
const NOTED: Kinds = Kinds::HOP_BY_HOP.and(Kinds::of(&[Kind::ContentLength, Kind::Expect]));

/// What the lines say of the message itself.
#[derive(Default)]
struct Seen {
    length: u64,
    chunked: bool,
    persistence: Persistence,
    expects: bool,
    trailers: bool,
    upgrade: bool,
}

impl Seen {
    fn note(&mut self, Line { kind, value, .. }: Line<'_>) {
        match kind {
            // There is one, and it is a number: it was judged.
            Kind::ContentLength => self.length = decimal(value).unwrap_or_default(),
            Kind::TransferEncoding => self.chunked = true,
            Kind::Connection => self.persistence.note(value),
            Kind::Expect => self.expects |= names(value, b"100-continue"),
            Kind::Te => self.trailers |= names(value, b"trailers"),
            Kind::Upgrade => self.upgrade = true,
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

    use crate::validate::{Framing, Limits};

    fn read(head: &str) -> Result<Head, StatusCode> {
        Head::read(BytesMut::from(head), None)
    }

    fn manner(version: &str, lines: &str) -> Manner {
        read(&format!("POST / HTTP/{version}\r\nHost: a\r\n{lines}\r\n")).unwrap().manner
    }

    #[test]
    fn a_head_is_read_as_it_stands() {
        let head = read("PUT /a?b=%20 HTTP/1.1\r\nHost: a\r\nX-A:  1 \r\nx-a:\r\nContent-Length: 7\r\n\r\n").unwrap();
        assert_eq!((&head.received.method, head.received.version), (&Method::PUT, Version::HTTP_11));
        assert_eq!(head.received.uri, "/a?b=%20");
        let values = head.received.section.all(HeaderName::from_static("x-a"));
        assert_eq!(values.collect::<Vec<_>>(), [&b"1"[..], b""]);
        assert_eq!(head.body.left(), Some(7));
        let head = read("GET / HTTP/1.0\r\n\r\n").unwrap();
        assert_eq!((head.received.version, head.body), (Version::HTTP_10, Receiving::Done));
        assert_eq!(read("GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n").unwrap().received.uri, "http://a/b");
        assert_eq!(read("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").unwrap().received.uri, "*");
    }

    #[test]
    fn whether_the_connection_goes_on_is_the_client_s_say() {
        assert!(manner("1.1", "").keeps && !manner("1.1", "Connection: x, Close\r\n").keeps);
        assert!(!manner("1.0", "").keeps && manner("1.0", "Connection: Keep-Alive\r\n").keeps);
    }

    #[test]
    fn a_client_waits_for_leave_to_send_a_body_only_where_there_is_one() {
        assert!(manner("1.1", "Expect: 100-Continue\r\nContent-Length: 1\r\n").expects);
        assert!(manner("1.1", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n").expects);
        assert!(!manner("1.1", "Expect: 100-continue\r\n").expects);
        assert!(!manner("1.0", "Expect: 100-continue\r\nContent-Length: 1\r\n").expects);
        assert!(manner("1.1", "Upgrade: websocket\r\n").upgrade);
        assert!(!manner("1.1", "Upgrade: websocket\r\nContent-Length: 1\r\n").upgrade);
        assert!(manner("1.1", "TE: gzip, Trailers\r\n").trailers && !manner("1.1", "TE: gzip\r\n").trailers);
    }

    #[test]
    fn what_is_no_request_has_a_status() {
        assert_eq!(read("GET /\\u{1} HTTP/1.1\r\n\r\n".replace("\\u{1}", "\u{1}").as_str()).unwrap_err(), 400);
        assert_eq!(read("GET http:// HTTP/1.1\r\nHost: a\r\n\r\n").unwrap_err(), 400);
        let lines = "A: 1\r\n".repeat(LINES_MAX);
        assert!(read(&format!("GET / HTTP/1.1\r\n{lines}\r\n")).is_ok());
        assert_eq!(read(&format!("GET / HTTP/1.1\r\nA: 1\r\n{lines}\r\n")).unwrap_err(), 431);
    }

    proptest! {
        #[test]
        fn what_was_marked_on_the_way_is_what_a_parser_reads(
            line in "(GET|POST|X-Y) (/|/a\\?b=%20|http://a/|\\*)",
            lines in proptest::collection::vec(
                "(X-[A-Za-z]{1,4}|Cookie|connection|TE|Expect|Content-Length|Accept):[ \\t]{0,2}([!-~]{0,6}|[0-9]|close|a, keep-alive|100-continue|trailers|\u{e4} \t)[ \\t]{0,2}",
                0..8,
            ),
        ) {
            let lines = lines.iter().map(|line| format!("{line}\r\n")).collect::<String>();
            let head = format!("{line} HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
            let mut framing = Framing::new(Limits::default());
            let sound = framing.scan(head.as_bytes()).head_end.is_some();
            let head = BytesMut::from(head.as_str());
            if let Some((marks, length)) = framing.marks(1).filter(|_| sound) {
                prop_assert_eq!(length, head.len());
                let facts = |read: Result<Head, StatusCode>| read.map(|head| {
                    let Received { method, uri, version, section, .. } = *head.received;
                    (method, uri, version, section.into_map(), head.body, head.manner)
                });
                prop_assert_eq!(facts(Head::read(head.clone(), Some(marks))), facts(Head::read(head, None)));
            }
        }
    }
}
