//! The head of a request to send (RFC 9112 §3, §5).

use http::uri::PathAndQuery;
use http::{HeaderValue, Method};

use crate::codec::{BodyFraming, write_decimal};
use crate::headers::{EncodeHeaders, HeaderBlock, HeaderKind};

/// The head of a request to send. The engine writes `Content-Length` and `Transfer-Encoding`.
#[derive(Clone, Copy)]
pub struct RequestHead<'r> {
    /// The method.
    pub method: &'r Method,
    /// The target, in origin form.
    pub path: &'r PathAndQuery,
    /// The headers. `Host` must be here or in `encoded`.
    pub headers: &'r HeaderBlock,
    /// Headers that are written before those in `headers`.
    pub encoded: &'r (dyn EncodeHeaders + Sync),
    /// The value of `Trailer`, if trailers may follow the body.
    pub trailers: Option<&'r HeaderValue>,
}

impl RequestHead<'_> {
    /// Writes the head with its empty line.
    pub(super) fn write(&self, out: &mut Vec<u8>, framing: BodyFraming) {
        out.extend_from_slice(self.method.as_str().as_bytes());
        out.push(b' ');
        out.extend_from_slice(self.path.as_str().as_bytes());
        out.extend_from_slice(b" HTTP/1.1\r\n");
        self.encoded.encode(out);
        let mut declared = false;
        self.headers.write(out, |kind| {
            declared |= kind == HeaderKind::ContentLength;
            !matches!(kind, HeaderKind::ContentLength | HeaderKind::TransferEncoding)
        });
        match framing {
            // A request cannot end with its connection.
            BodyFraming::Chunked | BodyFraming::UntilClose => {
                out.extend_from_slice(b"transfer-encoding: chunked\r\n");
            }
            // Methods that usually have a body declare an empty one (RFC 9110 §8.6).
            BodyFraming::Length(0)
                if !declared && !matches!(*self.method, Method::POST | Method::PUT | Method::PATCH) => {}
            BodyFraming::Length(length) => {
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
    use crate::headers::RawHeaders;

    fn written(method: Method, headers: &[(&'static str, &'static str)], framing: BodyFraming) -> String {
        let path = PathAndQuery::from_static("/a?b=c");
        let write = |headers: &HeaderBlock| {
            let mut out = Vec::new();
            RequestHead { method: &method, path: &path, headers, encoded: &(), trailers: None }
                .write(&mut out, framing);
            out
        };
        let lines = HeaderBlock::from(RawHeaders::from_pairs(headers.iter().copied()));
        let map = HeaderBlock::from(lines.clone().into_map());
        assert_eq!(write(&lines), write(&map));
        String::from_utf8(write(&lines)).unwrap()
    }

    #[test]
    fn a_head_is_written_line_by_line() {
        let head = written(Method::GET, &[("host", "a"), ("x-b", "1")], BodyFraming::Length(0));
        assert_eq!(head, "GET /a?b=c HTTP/1.1\r\nhost: a\r\nx-b: 1\r\n\r\n");
    }

    #[test]
    fn the_length_is_that_of_the_body_whatever_the_headers_declare() {
        for said in [&[][..], &[("content-length", "7")], &[("content-length", "9"), ("transfer-encoding", "gzip")]] {
            let head = written(Method::POST, said, BodyFraming::Length(7));
            assert_eq!(head, "POST /a?b=c HTTP/1.1\r\ncontent-length: 7\r\n\r\n", "{said:?}");
            let head = written(Method::POST, said, BodyFraming::Chunked);
            assert_eq!(head, "POST /a?b=c HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", "{said:?}");
        }
    }

    #[test]
    fn an_empty_body_is_declared_where_one_is_usual_or_was_declared() {
        for (method, said, expected) in [
            (Method::POST, &[][..], true),
            (Method::PUT, &[], true),
            (Method::DELETE, &[], false),
            (Method::DELETE, &[("content-length", "0")], true),
        ] {
            let head = written(method, said, BodyFraming::Length(0));
            assert_eq!(head.contains("content-length: 0\r\n"), expected, "{head}");
        }
    }
}
