//! Messages of a connection as `httparse` and RFC 9112 §6 read them, leniently: the reference for the engine's two sides.

use httparse::{EMPTY_HEADER, Header, Status};

/// More header lines than any input has.
const LINES: usize = 1024;

/// A message at the front of a stream.
pub(crate) struct Message {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) status: u16,
    /// The decoded body, as far as it was received.
    pub(crate) body: Vec<u8>,
    /// Bytes of the whole message, if its end is in the stream.
    pub(crate) length: Option<usize>,
    /// Whether it has `Expect`.
    pub(crate) expects: bool,
    /// The value of `x-number`.
    pub(crate) number: Option<usize>,
}

/// The request at the front. `None`: its head is incomplete or invalid.
pub(crate) fn request(stream: &[u8]) -> Option<Message> {
    let mut lines = [EMPTY_HEADER; LINES];
    let mut request = httparse::Request::new(&mut lines);
    let Ok(Status::Complete(head)) = request.parse(stream) else { return None };
    let framing = Framing::of(request.headers, Some(0));
    let mut message = framing.message(head, &stream[head..]);
    message.method = request.method?.to_owned();
    message.target = request.path?.to_owned();
    Some(message)
}

/// Every request of a stream, up to one that is incomplete or invalid.
pub(crate) fn requests(mut stream: &[u8]) -> Vec<Message> {
    let mut messages = Vec::new();
    while let Some(message) = request(stream) {
        let length = message.length;
        messages.push(message);
        match length {
            Some(length) => stream = &stream[length..],
            None => break,
        }
    }
    messages
}

/// The response at the front, informational or not.
pub(crate) fn response(stream: &[u8], to_head: bool) -> Option<Message> {
    let mut lines = [EMPTY_HEADER; LINES];
    let mut response = httparse::Response::new(&mut lines);
    let Ok(Status::Complete(head)) = response.parse(stream) else { return None };
    let status = response.code?;
    let mut framing = Framing::of(response.headers, None);
    if to_head || matches!(status, 100..=199 | 204 | 304) {
        (framing.chunked, framing.length) = (false, Some(0));
    }
    Some(Message { status, ..framing.message(head, &stream[head..]) })
}

/// The final response at the front.
pub(crate) fn final_response(mut stream: &[u8], to_head: bool) -> Option<(Message, &[u8])> {
    loop {
        let message = response(stream, to_head)?;
        if message.status == 101 || !(100..200).contains(&message.status) {
            let rest = message.length.map_or(&[][..], |length| &stream[length..]);
            return Some((message, rest));
        }
        stream = &stream[message.length?..];
    }
}

struct Framing {
    chunked: bool,
    length: Option<usize>,
    expects: bool,
    number: Option<usize>,
}

impl Framing {
    fn of(lines: &[Header<'_>], without: Option<usize>) -> Self {
        let value = |name: &str| {
            let line = lines.iter().find(|line| line.name.eq_ignore_ascii_case(name))?;
            Some(String::from_utf8_lossy(line.value).trim().to_ascii_lowercase())
        };
        let length = value("content-length").and_then(|length| length.parse().ok()).or(without);
        let number = value("x-number").and_then(|number| number.parse().ok());
        Self { chunked: value("transfer-encoding").is_some(), length, expects: value("expect").is_some(), number }
    }

    fn message(&self, head: usize, rest: &[u8]) -> Message {
        let (body, end) = match (self.chunked, self.length) {
            (true, _) => chunks(rest),
            (false, Some(length)) => match rest.get(..length) {
                Some(body) => (body.to_vec(), Some(length)),
                None => (rest.to_vec(), None),
            },
            (false, None) => (rest.to_vec(), None),
        };
        let (method, target, status) = (String::new(), String::new(), 0);
        let length = end.map(|end| head + end);
        Message { method, target, status, body, length, expects: self.expects, number: self.number }
    }
}

/// The data of a chunked body, and its length on the wire if its end is there.
fn chunks(stream: &[u8]) -> (Vec<u8>, Option<usize>) {
    let (mut data, mut at) = (Vec::new(), 0);
    loop {
        let Ok(Status::Complete((line, size))) = httparse::parse_chunk_size(&stream[at..]) else { return (data, None) };
        at += line;
        let Ok(size) = usize::try_from(size) else { return (data, None) };
        if size == 0 {
            break;
        }
        let end = at.saturating_add(size);
        data.extend_from_slice(&stream[at..end.min(stream.len())]);
        if stream.get(end..end.saturating_add(2)) != Some(b"\r\n") {
            return (data, None);
        }
        at = end + 2;
    }
    let mut lines = [EMPTY_HEADER; LINES];
    match httparse::parse_headers(&stream[at..], &mut lines) {
        Ok(Status::Complete((length, _))) => (data, Some(at + length)),
        _ => (data, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_message_by_message() {
        let stream = b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\nPUT /c HTTP/1.1\r\nContent-Length: 9\r\n\r\nx";
        let read = requests(stream);
        let facts: Vec<_> = read.iter().map(|m| (m.target.as_str(), &m.body[..], m.length.is_some())).collect();
        assert_eq!(facts, [("/a", &b"ab"[..], true), ("/b", b"", true), ("/c", b"x", false)]);
        let (read, rest) =
            final_response(b"HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nab", false).unwrap();
        assert_eq!((read.status, &read.body[..], rest), (200, &b"a"[..], &b"b"[..]));
    }
}
