//! The head of an answer, read from bytes (RFC 9112 §4, §5, §6).

use std::mem::MaybeUninit;

use bytes::BytesMut;
use http::{Method, StatusCode};
use httparse::ParserConfig;
use memchr::{memchr_iter, memchr2};

use crate::codec::{BadChunk, Persistence, Receiving};
use crate::headers::{Kind, Line, Lines, Place};
use crate::validate::{decimal, has_no_controls, plain_line};

/// Most header lines of an answer.
const LINES_MAX: usize = 100;
/// Lines that most have, or fewer.
const LINES_USUAL: usize = 12;
/// Most bytes of its head.
const HEAD_MAX: usize = 256 * 1024;

/// The head of an answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub lines: Lines,
    /// What is still to come.
    body: Receiving,
    /// Whether the upstream keeps the connection.
    pub(super) keeps: bool,
}

/// Bytes that are no HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The head.
    #[error("its head is no HTTP/1.1: {0}")]
    Head(httparse::Error),
    /// The head does not end.
    #[error("its head has more than {HEAD_MAX} bytes")]
    TooLarge,
    /// Where an answer with another transfer coding, or with a length beside it, ends is a matter of opinion (RFC 9112
    /// §6.3), and codings are not undone here: nothing of it is passed on.
    #[error("its Transfer-Encoding is not chunked alone")]
    TransferEncoding,
    /// The length is no number, or there are several.
    #[error("its Content-Length is no single number")]
    ContentLength,
    /// The chunked coding.
    #[error("a chunk of its body is malformed")]
    Chunk,
}

impl From<BadChunk> for Malformed {
    fn from(_: BadChunk) -> Self {
        Self::Chunk
    }
}

impl Answer {
    /// Takes the head of the answer to a request with this method from the front of a buffer, once all of it came.
    pub(super) fn take(buffer: &mut BytesMut, method: &Method) -> Result<Option<Self>, Malformed> {
        let (length, read) = match plain(buffer) {
            Some((length, read)) => (length, read),
            None => {
                let Some(length) = head_length(buffer) else {
                    return if buffer.len() < HEAD_MAX { Ok(None) } else { Err(Malformed::TooLarge) };
                };
                (length, Read::closely(buffer.get(..length).unwrap_or_default())?)
            }
        };
        let Read { old, status, lines } = read;
        let lines = Lines::new(buffer.split_to(length), lines);
        let mut seen = Seen { old, ..Seen::default() };
        let mut sound = Ok(());
        lines.each(|line| sound = sound.and_then(|()| seen.note(line)));
        sound?;
        let body = seen.body(method, status)?;
        let keeps = seen.persistence.keeps(old);
        Ok(Some(Self { status, lines, body, keeps }))
    }

    /// What is still to come of its body.
    pub(super) fn take_body(&mut self) -> Receiving {
        std::mem::replace(&mut self.body, Receiving::Done)
    }
}

/// What a head says, and where its lines are in it.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    /// HTTP/1.0 is spoken.
    old: bool,
    status: StatusCode,
    lines: Vec<Place>,
}

/// The length of the plain head that a buffer begins with, as nearly all do, and what it says; read in one walk. `None`: it
/// takes a closer look, or has to come yet.
fn plain(buffer: &[u8]) -> Option<(usize, Read)> {
    let (code, rest) = buffer.strip_prefix(b"HTTP/1.1 ")?.split_at_checked(3)?;
    let status = StatusCode::from_bytes(code).ok()?;
    let reason = rest.strip_prefix(b" ")?;
    let mut rest = reason.get(memchr2(b'\r', b'\n', reason)?..)?.strip_prefix(b"\r\n")?;
    let mut lines = Vec::with_capacity(LINES_USUAL);
    loop {
        if let Some(behind) = rest.strip_prefix(b"\r\n") {
            let length = buffer.len() - behind.len();
            let sound = has_no_controls(buffer.get(..length)?);
            return sound.then_some((length, Read { old: false, status, lines }));
        }
        let (name, value, behind) = plain_line(rest)?;
        if lines.len() == LINES_MAX {
            return None;
        }
        lines.push(Place::of(buffer, name, value.trim_ascii())?);
        rest = behind;
    }
}

impl Read {
    /// Reads a head in all that HTTP/1.1 and HTTP/1.0 allow. Kept apart: it is seldom needed, and takes room.
    #[inline(never)]
    fn closely(head: &[u8]) -> Result<Self, Malformed> {
        let mut lines = [const { MaybeUninit::uninit() }; LINES_MAX];
        let mut response = httparse::Response::new(&mut []);
        let parser = ParserConfig::default();
        let parsed = parser.parse_response_with_uninit_headers(&mut response, head, &mut lines);
        if parsed.map_err(Malformed::Head)?.is_partial() {
            return Err(Malformed::Head(httparse::Error::NewLine));
        }
        let status = StatusCode::from_u16(response.code.unwrap_or_default());
        let status = status.map_err(|_| Malformed::Head(httparse::Error::Status))?;
        let lines = response.headers.iter().map(|line| Place::of(head, line.name.as_bytes(), line.value));
        let lines = lines.collect::<Option<_>>().ok_or(Malformed::TooLarge)?;
        Ok(Self { old: response.version == Some(0), status, lines })
    }
}

/// The length of the head that a buffer begins with: up to the first empty line.
fn head_length(buffer: &[u8]) -> Option<usize> {
    memchr_iter(b'\n', buffer).find_map(|end| match buffer.get(end + 1..) {
        Some([b'\n', ..]) => Some(end + 2),
        Some([b'\r', b'\n', ..]) => Some(end + 3),
        _ => None,
    })
}

/// What the lines say of the message itself.
#[derive(Default)]
struct Seen {
    /// HTTP/1.0 is spoken.
    old: bool,
    codings: u32,
    length: Option<u64>,
    persistence: Persistence,
}

impl Seen {
    fn note(&mut self, Line { kind, value, .. }: Line<'_>) -> Result<(), Malformed> {
        match kind {
            Kind::ContentLength => {
                let length = decimal(value).ok_or(Malformed::ContentLength)?;
                if self.length.replace(length).is_some_and(|other| other != length) {
                    return Err(Malformed::ContentLength);
                }
            }
            Kind::TransferEncoding => {
                self.codings += 1;
                if !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(Malformed::TransferEncoding);
                }
            }
            Kind::Connection => self.persistence.note(value),
            _ => {}
        }
        Ok(())
    }

    /// RFC 9112 §6.3.
    fn body(&self, method: &Method, status: StatusCode) -> Result<Receiving, Malformed> {
        let chunked = match self.codings {
            0 => false,
            1 if !self.old && self.length.is_none() => true,
            _ => return Err(Malformed::TransferEncoding),
        };
        let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        Ok(if method == Method::HEAD || bodiless || status.is_informational() {
            Receiving::Done
        } else if chunked {
            Receiving::chunked()
        } else {
            self.length.map_or(Receiving::UntilClose, Receiving::length)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_model::web::Fields;
    use proptest::prelude::*;

    fn take(head: &str, method: &Method) -> Result<Option<Answer>, Malformed> {
        Answer::take(&mut BytesMut::from(head), method)
    }

    fn body(head: &str) -> Receiving {
        take(head, &Method::GET).unwrap().unwrap().body
    }

    #[test]
    fn a_head_is_taken_once_all_of_it_came_and_the_rest_is_left() {
        let whole = "HTTP/1.1 200 OK\r\nA: 1\r\na:\r\nB:  2 \r\nContent-Length: 3\r\n\r\nabc";
        for length in 0..whole.len() - 3 {
            assert!(take(&whole[..length], &Method::GET).unwrap().is_none());
        }
        let mut buffer = BytesMut::from(whole);
        let answer = Answer::take(&mut buffer, &Method::GET).unwrap().unwrap();
        assert_eq!((answer.status, &buffer[..], answer.keeps), (StatusCode::OK, &b"abc"[..], true));
        let headers = answer.lines.to_map();
        assert_eq!(headers.get_all("a").iter().collect::<Vec<_>>(), ["1", ""]);
        assert_eq!(headers["b"], "2");
        assert_eq!(answer.body.left(), Some(3));
    }

    #[test]
    fn how_the_body_is_delimited_is_read_in_one_way() {
        assert_eq!(body("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n").left(), Some(3));
        assert!(matches!(body("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"), Receiving::Chunked(_)));
        assert_eq!(body("HTTP/1.1 200 OK\r\n\r\n"), Receiving::UntilClose);
        for status in ["204 No Content", "304 Not Modified", "100 Continue", "101 Switching Protocols"] {
            assert_eq!(body(&format!("HTTP/1.1 {status}\r\nContent-Length: 3\r\n\r\n")), Receiving::Done, "{status}");
        }
        let head = take("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", &Method::HEAD).unwrap().unwrap();
        assert_eq!(head.body, Receiving::Done);
        assert_eq!(head.lines.to_map()["content-length"], "3");
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
            assert_eq!(refused(lines), Malformed::TransferEncoding, "{lines}");
        }
        for length in ["", "+3", "3, 3", "0x3", "-1", "99999999999999999999999", "3\r\nContent-Length: 4"] {
            assert_eq!(refused(&format!("Content-Length: {length}")), Malformed::ContentLength, "{length}");
        }
        for lines in ["A : 1", "A: 1\r\n folded", "A\0: 1", " A: 1"] {
            assert!(matches!(refused(lines), Malformed::Head(_)), "{lines}");
        }
        let old = take("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", &Method::GET).unwrap_err();
        assert_eq!(old, Malformed::TransferEncoding);
    }

    #[test]
    fn a_head_that_does_not_end_is_refused() {
        let head = format!("HTTP/1.1 200 OK\r\nA: {}", "x".repeat(HEAD_MAX));
        assert_eq!(take(&head, &Method::GET).unwrap_err(), Malformed::TooLarge);
        let lines = "A: 1\r\n".repeat(LINES_MAX + 1);
        let refused = take(&format!("HTTP/1.1 200 OK\r\n{lines}\r\n"), &Method::GET).unwrap_err();
        assert_eq!(refused, Malformed::Head(httparse::Error::TooManyHeaders));
    }

    #[test]
    fn whether_the_connection_is_kept_is_the_upstream_s_say() {
        for (head, expected) in [
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", true),
        ] {
            assert_eq!(take(head, &Method::GET).unwrap().unwrap().keeps, expected, "{head}");
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
            if let Some((length, read)) = plain(head.as_bytes()) {
                prop_assert_eq!(head_length(head.as_bytes()), Some(length));
                prop_assert_eq!(Read::closely(&head.as_bytes()[..length]).unwrap(), read);
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
            match Answer::take(&mut buffer, &Method::GET) {
                Ok(Some(answer)) => {
                    let lines = answer.lines.lines().map(|(name, value)| name.len() + value.len());
                    prop_assert!(buffer.len() + lines.sum::<usize>() < all.len());
                    prop_assert!(all.as_bytes().ends_with(&buffer));
                }
                Ok(None) => prop_assert_eq!(&buffer[..], all.as_bytes()),
                Err(_) => {}
            }
        }
    }
}
