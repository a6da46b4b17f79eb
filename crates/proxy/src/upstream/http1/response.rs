//! The head of an answer, read from bytes (RFC 9112 §4, §5, §6).

use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{Method, StatusCode};
use httparse::{EMPTY_HEADER, ParserConfig, Status};

use super::receiving::Receiving;

/// Most header lines of an answer.
const LINES_MAX: usize = 100;
/// Most bytes of its head.
const HEAD_MAX: usize = 256 * 1024;

/// The head of an answer.
#[derive(Debug)]
pub(in crate::upstream) struct Answer {
    pub(in crate::upstream) status: StatusCode,
    pub(in crate::upstream) headers: HeaderMap,
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

/// Where the name and the value of a line are.
type Line = [usize; 4];

impl Answer {
    /// Takes the head of the answer to a request with this method from the front of a buffer, once all of it came.
    pub(super) fn take(buffer: &mut BytesMut, method: &Method) -> Result<Option<Self>, Malformed> {
        let mut lines: [Line; LINES_MAX] = [[0; 4]; LINES_MAX];
        let Some(found) = parse(buffer, &mut lines)? else {
            return if buffer.len() < HEAD_MAX { Ok(None) } else { Err(Malformed::TooLarge) };
        };
        let lines = lines.get(..found.lines).unwrap_or_default();
        let head = buffer.split_to(found.length).freeze();
        let headers = collect(&head, lines).ok_or(Malformed::Head(httparse::Error::HeaderName))?;
        let body = delimited(&headers, method, &found)?;
        Ok(Some(Self { keeps: keeps(&headers, found.old), status: found.status, headers, body }))
    }

    /// What is still to come of its body.
    pub(super) fn take_body(&mut self) -> Receiving {
        std::mem::replace(&mut self.body, Receiving::Done)
    }
}

struct Found {
    status: StatusCode,
    /// Whether it speaks HTTP/1.0.
    old: bool,
    lines: usize,
    length: usize,
}

fn parse(buffer: &[u8], lines: &mut [Line; LINES_MAX]) -> Result<Option<Found>, Malformed> {
    let mut headers = [EMPTY_HEADER; LINES_MAX];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = ParserConfig::default().parse_response(&mut response, buffer).map_err(Malformed::Head)?;
    let Status::Complete(length) = parsed else { return Ok(None) };
    let start = buffer.as_ptr().addr();
    for (line, header) in lines.iter_mut().zip(response.headers.iter()) {
        // An empty value may point anywhere.
        let value = if header.value.is_empty() { 0 } else { header.value.as_ptr().addr() - start };
        *line = [header.name.as_ptr().addr() - start, header.name.len(), value, header.value.len()];
    }
    let status = StatusCode::from_u16(response.code.unwrap_or_default());
    Ok(Some(Found {
        status: status.map_err(|_| Malformed::Head(httparse::Error::Status))?,
        old: response.version == Some(0),
        lines: response.headers.len(),
        length,
    }))
}

/// The lines as headers, whose values stay where they are.
fn collect(head: &Bytes, lines: &[Line]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(lines.len());
    for [name, name_length, value, value_length] in lines {
        let name = HeaderName::from_bytes(head.get(*name..name + name_length)?).ok()?;
        let value = HeaderValue::from_maybe_shared(head.slice(*value..value + value_length)).ok()?;
        headers.append(name, value);
    }
    Some(headers)
}

/// RFC 9112 §6.3.
fn delimited(headers: &HeaderMap, method: &Method, found: &Found) -> Result<Receiving, Malformed> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let chunked = match (codings.next(), codings.next()) {
        (None, _) => false,
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") && !found.old => true,
        _ => return Err(Malformed::TransferEncoding),
    };
    let length = content_length(headers)?;
    if chunked && length.is_some() {
        return Err(Malformed::TransferEncoding);
    }
    let bodiless = matches!(found.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    Ok(if method == Method::HEAD || bodiless || found.status.is_informational() {
        Receiving::Done
    } else if chunked {
        Receiving::chunked()
    } else {
        length.map_or(Receiving::UntilClose, Receiving::length)
    })
}

fn content_length(headers: &HeaderMap) -> Result<Option<u64>, Malformed> {
    let mut found = None;
    for value in headers.get_all(CONTENT_LENGTH) {
        // A sign or a space is read as something else by somebody.
        let digits = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let length = digits.and_then(|digits| digits.parse().ok()).ok_or(Malformed::ContentLength)?;
        if found.replace(length).is_some_and(|other| other != length) {
            return Err(Malformed::ContentLength);
        }
    }
    Ok(found)
}

/// RFC 9112 §9.3.
fn keeps(headers: &HeaderMap, old: bool) -> bool {
    let says = |option: &str| {
        let mut values = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
        values.any(|value| value.split(',').any(|said| said.trim_ascii().eq_ignore_ascii_case(option)))
    };
    if old { says("keep-alive") && !says("close") } else { !says("close") }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(answer.headers.get_all("a").iter().collect::<Vec<_>>(), ["1", ""]);
        assert_eq!(answer.headers["b"], "2");
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
        assert_eq!(head.headers[CONTENT_LENGTH], "3");
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
}
