//! The head of a request as bytes (RFC 9112 §3, §5).

use http::uri::PathAndQuery;
use http::{HeaderValue, Method};

use crate::codec::{Framing, write_decimal, write_line};
use crate::headers::{EncodeHeaders, Kind, Section};

/// The head of a request to send.
#[derive(Clone, Copy)]
pub struct Head<'r> {
    /// The method.
    pub method: &'r Method,
    /// The target, in origin form.
    pub path: &'r PathAndQuery,
    /// The headers.
    pub section: &'r Section,
    /// Further headers, which are written first.
    pub added: &'r (dyn EncodeHeaders + Sync),
    /// The value of `Trailer`, if trailers may follow the body.
    pub trailers: Option<&'r HeaderValue>,
}

impl Head<'_> {
    /// Writes the head with its empty line. What delimits the body is said by us and by nobody else, and once.
    pub(super) fn write(&self, out: &mut Vec<u8>, framing: Framing) {
        out.extend_from_slice(self.method.as_str().as_bytes());
        out.push(b' ');
        out.extend_from_slice(self.path.as_str().as_bytes());
        out.extend_from_slice(b" HTTP/1.1\r\n");
        self.added.encode(out);
        let mut told = false;
        let mut keep = |kind: Kind| {
            told |= kind == Kind::ContentLength;
            !matches!(kind, Kind::ContentLength | Kind::TransferEncoding)
        };
        match self.section {
            Section::Lines(lines) => lines.write(out, keep),
            Section::Map(map) => {
                for (name, value) in map.iter().filter(|(name, _)| keep(Kind::of(name.as_str().as_bytes()))) {
                    write_line(out, name, value);
                }
            }
        }
        match framing {
            // A request cannot end with its connection.
            Framing::Chunked | Framing::UntilClose => out.extend_from_slice(b"transfer-encoding: chunked\r\n"),
            // Where a body is usual its absence is said (RFC 9110 §8.6).
            Framing::Length(0) if !told && !matches!(*self.method, Method::POST | Method::PUT | Method::PATCH) => {}
            Framing::Length(length) => {
                out.extend_from_slice(b"content-length: ");
                write_decimal(out, length);
                out.extend_from_slice(b"\r\n");
            }
        }
        out.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headers::Lines;

    fn written(method: Method, headers: &[(&'static str, &'static str)], framing: Framing) -> String {
        let path = PathAndQuery::from_static("/a?b=c");
        let mut out = Vec::new();
        let lines = Section::Lines(Lines::of(headers.iter().copied()));
        Head { method: &method, path: &path, section: &lines, added: &(), trailers: None }.write(&mut out, framing);
        let mut as_map = Vec::new();
        let map = Section::Map(lines.clone().into_map());
        Head { method: &method, path: &path, section: &map, added: &(), trailers: None }.write(&mut as_map, framing);
        assert_eq!(out, as_map);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_head_is_written_line_by_line() {
        let head = written(Method::GET, &[("host", "a"), ("x-b", "1")], Framing::Length(0));
        assert_eq!(head, "GET /a?b=c HTTP/1.1\r\nhost: a\r\nx-b: 1\r\n\r\n");
    }

    #[test]
    fn the_length_is_the_body_s_whatever_the_headers_say() {
        for said in [&[][..], &[("content-length", "7")], &[("content-length", "9"), ("transfer-encoding", "gzip")]] {
            let head = written(Method::POST, said, Framing::Length(7));
            assert_eq!(head, "POST /a?b=c HTTP/1.1\r\ncontent-length: 7\r\n\r\n", "{said:?}");
            let head = written(Method::POST, said, Framing::Chunked);
            assert_eq!(head, "POST /a?b=c HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", "{said:?}");
        }
    }

    #[test]
    fn that_there_is_no_body_is_said_where_one_is_usual_or_it_was_said_before() {
        for (method, said, expected) in [
            (Method::POST, &[][..], true),
            (Method::PUT, &[], true),
            (Method::DELETE, &[], false),
            (Method::DELETE, &[("content-length", "0")], true),
        ] {
            let head = written(method, said, Framing::Length(0));
            assert_eq!(head.contains("content-length: 0\r\n"), expected, "{head}");
        }
    }
}
