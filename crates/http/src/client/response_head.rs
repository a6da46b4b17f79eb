//! The head of a response, read from bytes (RFC 9112 §4, §5, §6).

use std::mem::MaybeUninit;

use bytes::BytesMut;
use http::{Method, StatusCode};
use httparse::ParserConfig;
use memchr::{memchr_iter, memchr2};

use super::HEAD_MAX;
use super::error::InvalidResponse;
use crate::codec::{Decoder, KeepAlive};
use crate::headers::{HeaderBlock, HeaderKind, HeaderRef, HeaderSpan, RawHeaders};
use crate::validate::{decimal, has_no_controls, plain_line};

/// Most header lines of a response.
const LINES_MAX: usize = 100;
/// Header lines that most responses have at most.
const LINES_USUAL: usize = 12;

/// The head of a response.
#[derive(Debug)]
pub struct ResponseHead {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderBlock,
    /// Decodes the body that follows.
    decoder: Decoder,
    /// Whether the connection stays open.
    pub(super) keep_alive: bool,
}

impl ResponseHead {
    /// Takes the head of the response to a request with this method from the front of a buffer. `None` until it is complete.
    pub(super) fn take(buffer: &mut BytesMut, method: &Method) -> Result<Option<Self>, InvalidResponse> {
        let (length, read) = match fast_path(buffer) {
            Some((length, read)) => (length, read),
            None => {
                let Some(length) = head_length(buffer) else {
                    return if buffer.len() < HEAD_MAX { Ok(None) } else { Err(InvalidResponse::TooLarge) };
                };
                (length, ParsedHead::parse(buffer.get(..length).unwrap_or_default())?)
            }
        };
        let ParsedHead { http10, status, lines } = read;
        let headers = RawHeaders::new(buffer.split_to(length), lines);
        let mut framing = FramingHeaders { http10, ..FramingHeaders::default() };
        let mut valid = Ok(());
        headers.for_each(|header| valid = valid.and_then(|()| framing.note(header)));
        valid?;
        let decoder = framing.decoder(method, status)?;
        let keep_alive = framing.keep_alive.allows(http10);
        Ok(Some(Self { status, headers: headers.into(), decoder, keep_alive }))
    }

    /// Takes the decoder of the body.
    pub(super) fn take_decoder(&mut self) -> Decoder {
        std::mem::replace(&mut self.decoder, Decoder::Done)
    }
}

/// A parsed head, with the positions of its lines.
#[derive(Debug, PartialEq, Eq)]
struct ParsedHead {
    http10: bool,
    status: StatusCode,
    lines: Vec<HeaderSpan>,
}

/// Reads a head in its usual form in one pass: its length, and its parts. `None`: the head is incomplete, or has another form and
/// needs the full parser.
fn fast_path(buffer: &[u8]) -> Option<(usize, ParsedHead)> {
    let (code, rest) = buffer.strip_prefix(b"HTTP/1.1 ")?.split_at_checked(3)?;
    let status = StatusCode::from_bytes(code).ok()?;
    let reason = rest.strip_prefix(b" ")?;
    let mut rest = reason.get(memchr2(b'\r', b'\n', reason)?..)?.strip_prefix(b"\r\n")?;
    let mut lines = Vec::with_capacity(LINES_USUAL);
    loop {
        if let Some(behind) = rest.strip_prefix(b"\r\n") {
            let length = buffer.len() - behind.len();
            let valid = has_no_controls(buffer.get(..length)?);
            return valid.then_some((length, ParsedHead { http10: false, status, lines }));
        }
        let (name, value, behind) = plain_line(rest)?;
        if lines.len() == LINES_MAX {
            return None;
        }
        lines.push(HeaderSpan::of(buffer, name, value.trim_ascii())?);
        rest = behind;
    }
}

impl ParsedHead {
    /// Parses a head in any form that HTTP/1.1 and HTTP/1.0 allow. A function of its own, since its line buffer is large and rarely
    /// needed.
    #[inline(never)]
    fn parse(head: &[u8]) -> Result<Self, InvalidResponse> {
        let mut lines = [const { MaybeUninit::uninit() }; LINES_MAX];
        let mut response = httparse::Response::new(&mut []);
        let parser = ParserConfig::default();
        let parsed = parser.parse_response_with_uninit_headers(&mut response, head, &mut lines);
        if parsed.map_err(InvalidResponse::Head)?.is_partial() {
            return Err(InvalidResponse::Head(httparse::Error::NewLine));
        }
        let status = StatusCode::from_u16(response.code.unwrap_or_default());
        let status = status.map_err(|_| InvalidResponse::Head(httparse::Error::Status))?;
        let lines = response.headers.iter().map(|line| HeaderSpan::of(head, line.name.as_bytes(), line.value));
        let lines = lines.collect::<Option<_>>().ok_or(InvalidResponse::TooLarge)?;
        Ok(Self { http10: response.version == Some(0), status, lines })
    }
}

/// The length of the head at the front of a buffer: up to the first empty line.
fn head_length(buffer: &[u8]) -> Option<usize> {
    memchr_iter(b'\n', buffer).find_map(|end| match buffer.get(end + 1..) {
        Some([b'\n', ..]) => Some(end + 2),
        Some([b'\r', b'\n', ..]) => Some(end + 3),
        _ => None,
    })
}

/// Header values that concern the message itself.
#[derive(Default)]
struct FramingHeaders {
    http10: bool,
    codings: u32,
    length: Option<u64>,
    keep_alive: KeepAlive,
}

impl FramingHeaders {
    fn note(&mut self, HeaderRef { kind, value, .. }: HeaderRef<'_>) -> Result<(), InvalidResponse> {
        match kind {
            HeaderKind::ContentLength => {
                let length = decimal(value).ok_or(InvalidResponse::ContentLength)?;
                if self.length.replace(length).is_some_and(|other| other != length) {
                    return Err(InvalidResponse::ContentLength);
                }
            }
            HeaderKind::TransferEncoding => {
                self.codings += 1;
                if !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(InvalidResponse::TransferEncoding);
                }
            }
            HeaderKind::Connection => self.keep_alive.note(value),
            _ => {}
        }
        Ok(())
    }

    /// How the body is delimited (RFC 9112 §6.3).
    fn decoder(&self, method: &Method, status: StatusCode) -> Result<Decoder, InvalidResponse> {
        let chunked = match self.codings {
            0 => false,
            1 if !self.http10 && self.length.is_none() => true,
            _ => return Err(InvalidResponse::TransferEncoding),
        };
        let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        Ok(if method == Method::HEAD || bodiless || status.is_informational() {
            Decoder::Done
        } else if chunked {
            Decoder::chunked()
        } else {
            self.length.map_or(Decoder::UntilClose, Decoder::length)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_model::web::Fields;
    use proptest::prelude::*;

    fn take(head: &str, method: &Method) -> Result<Option<ResponseHead>, InvalidResponse> {
        ResponseHead::take(&mut BytesMut::from(head), method)
    }

    fn body(head: &str) -> Decoder {
        take(head, &Method::GET).unwrap().unwrap().decoder
    }

    #[test]
    fn a_head_is_taken_once_all_of_it_came_and_the_rest_is_left() {
        let whole = "HTTP/1.1 200 OK\r\nA: 1\r\na:\r\nB:  2 \r\nContent-Length: 3\r\n\r\nabc";
        for length in 0..whole.len() - 3 {
            assert!(take(&whole[..length], &Method::GET).unwrap().is_none());
        }
        let mut buffer = BytesMut::from(whole);
        let answer = ResponseHead::take(&mut buffer, &Method::GET).unwrap().unwrap();
        assert_eq!((answer.status, &buffer[..], answer.keep_alive), (StatusCode::OK, &b"abc"[..], true));
        let headers = answer.headers.into_map();
        assert_eq!(headers.get_all("a").iter().collect::<Vec<_>>(), ["1", ""]);
        assert_eq!(headers["b"], "2");
        assert_eq!(answer.decoder.remaining(), Some(3));
    }

    #[test]
    fn how_the_body_is_delimited_is_read_in_one_way() {
        assert_eq!(body("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n").remaining(), Some(3));
        assert!(matches!(body("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"), Decoder::Chunked(_)));
        assert_eq!(body("HTTP/1.1 200 OK\r\n\r\n"), Decoder::UntilClose);
        for status in ["204 No Content", "304 Not Modified", "100 Continue", "101 Switching Protocols"] {
            assert_eq!(body(&format!("HTTP/1.1 {status}\r\nContent-Length: 3\r\n\r\n")), Decoder::Done, "{status}");
        }
        let head = take("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", &Method::HEAD).unwrap().unwrap();
        assert_eq!(head.decoder, Decoder::Done);
        assert_eq!(head.headers.into_map()["content-length"], "3");
    }

    #[test]
    fn whatever_could_be_read_in_two_ways_is_refused() {
        let refused = |lines: &str| take(&format!("HTTP/1.1 200 OK\r\n{lines}\r\n\r\n"), &Method::GET).unwrap_err();
        for lines in [
            "Transfer-Encoding: gzip",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 3",
        ] {
            assert_eq!(refused(lines), InvalidResponse::TransferEncoding, "{lines}");
        }
        for length in ["", "+3", "3, 3", "0x3", "-1", "99999999999999999999999", "3\r\nContent-Length: 4"] {
            assert_eq!(refused(&format!("Content-Length: {length}")), InvalidResponse::ContentLength, "{length}");
        }
        for lines in ["A : 1", "A: 1\r\n folded", "A\0: 1", " A: 1"] {
            assert!(matches!(refused(lines), InvalidResponse::Head(_)), "{lines}");
        }
        let old = take("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", &Method::GET).unwrap_err();
        assert_eq!(old, InvalidResponse::TransferEncoding);
    }

    #[test]
    fn a_head_that_does_not_end_is_refused() {
        let head = format!("HTTP/1.1 200 OK\r\nA: {}", "x".repeat(HEAD_MAX));
        assert_eq!(take(&head, &Method::GET).unwrap_err(), InvalidResponse::TooLarge);
        let lines = "A: 1\r\n".repeat(LINES_MAX + 1);
        let refused = take(&format!("HTTP/1.1 200 OK\r\n{lines}\r\n"), &Method::GET).unwrap_err();
        assert_eq!(refused, InvalidResponse::Head(httparse::Error::TooManyHeaders));
    }

    #[test]
    fn whether_the_connection_is_kept_is_the_upstream_s_say() {
        for (head, expected) in [
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", true),
        ] {
            assert_eq!(take(head, &Method::GET).unwrap().unwrap().keep_alive, expected, "{head}");
        }
    }
    proptest! {
        #[test]
        fn what_is_read_in_one_walk_is_what_a_closer_look_finds(
            line in "HTTP/1\\.[01] [0-9]{3}( [a-zA-Z ]{0,5}|)",
            lines in "((X-[A-Z]|Content-Length|a_|b c)?:[ \t]{0,2}([!-~]{0,6}|\u{e4}|\x01|a b)[ \t]{0,2}\r?\n){0,4}",
            end in "(\r\n|\n)?",
        ) {
            let head = format!("{line}\r\n{lines}{end}rest");
            if let Some((length, read)) = fast_path(head.as_bytes()) {
                prop_assert_eq!(head_length(head.as_bytes()), Some(length));
                prop_assert_eq!(ParsedHead::parse(&head.as_bytes()[..length]).unwrap(), read);
            }
        }

        #[test]
        fn no_bytes_panic_and_nothing_is_taken_twice(
            line in "HTTP/1\\.[01] [0-9]{3}( [a-zA-Z ]{0,5})?",
            lines in "(\\r\\n|\\n)(([A-Za-z-]{1,12}|Content-Length|Transfer-Encoding|Connection): ?[0-9a-z, ]{0,9}\\r\\n){0,6}(\\r\\n|\\n| )",
            rest in "[a-z]{0,9}",
        ) {
            let all = format!("{line}{lines}{rest}");
            let mut buffer = BytesMut::from(all.as_str());
            match ResponseHead::take(&mut buffer, &Method::GET) {
                Ok(Some(answer)) => {
                    let lines = answer.headers.lines().map(|(name, value)| name.len() + value.len());
                    prop_assert!(buffer.len() + lines.sum::<usize>() < all.len());
                    prop_assert!(all.as_bytes().ends_with(&buffer));
                }
                Ok(None) => prop_assert_eq!(&buffer[..], all.as_bytes()),
                Err(_) => {}
            }
        }
    }
}
