//! The head of an answer as bytes (RFC 9112 §4, §6; RFC 9110 §6.4.1).

use http::header::{CONNECTION, CONTENT_LENGTH, DATE, HeaderName, TRAILER, TRANSFER_ENCODING};
use http::{HeaderMap, Response, StatusCode};
use http_body::Body;
use postern_model::web::{Fields, list};

use super::date;
use super::request_head::Manner;
use crate::codec::{Framing, announced, write_decimal, write_line};
use crate::headers::{Kind, Lines};
use crate::validate::decimal;

/// What becomes of an answer.
#[derive(Debug)]
pub(super) struct Plan {
    /// How its body is delimited; `None`: it has none.
    pub(super) framing: Option<Framing>,
    /// The trailers that may follow.
    pub(super) trailers: Vec<HeaderName>,
    /// Whether the connection may carry another request behind it.
    pub(super) keeps: bool,
    /// The length that is told.
    length: Option<u64>,
}

impl Plan {
    /// What becomes of this answer to a request of this manner.
    pub(super) fn of<B: Body>(response: &Response<B>, lines: &Lines, manner: Manner) -> Self {
        let (status, headers) = (response.status(), response.headers());
        let nothing = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) || status.is_informational();
        let said = headers.all(CONTENT_LENGTH).chain(lines.all(CONTENT_LENGTH)).next().and_then(decimal);
        let length = said.or_else(|| response.body().size_hint().exact());
        let (framing, length) = if nothing {
            // What a 304 stands for has a length; a 204 and what switches protocols have none.
            (None, said.filter(|_| status == StatusCode::NOT_MODIFIED))
        } else if manner.bodiless {
            // An empty body says nothing of what a GET would have got.
            (None, said.or(length.filter(|length| *length > 0)))
        } else if let Some(length) = length {
            (Some(Framing::Length(length)), Some(length))
        } else if manner.old {
            (Some(Framing::UntilClose), None)
        } else {
            (Some(Framing::Chunked), None)
        };
        let trailers = match framing {
            Some(Framing::Chunked) if manner.trailers => announced(headers.all(TRAILER).chain(lines.all(TRAILER))),
            _ => Vec::new(),
        };
        let keeps = manner.keeps && framing != Some(Framing::UntilClose) && !closes(headers);
        Self { framing, trailers, keeps, length }
    }

    /// Of an answer of the connection itself, which has no body and is the last.
    pub(super) fn refusal() -> Self {
        Self { framing: Some(Framing::Length(0)), trailers: Vec::new(), keeps: false, length: Some(0) }
    }

    /// Writes the head with its empty line. What concerns the connection and the length is said by us.
    pub(super) fn write(
        &self,
        status: StatusCode,
        (headers, lines, preset): (&HeaderMap, &Lines, impl FnOnce(&mut Vec<u8>)),
        manner: Manner,
        out: &mut Vec<u8>,
    ) {
        out.extend_from_slice(b"HTTP/1.1 ");
        out.extend_from_slice(status.as_str().as_bytes());
        out.push(b' ');
        out.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
        out.extend_from_slice(b"\r\n");
        let switching = status == StatusCode::SWITCHING_PROTOCOLS;
        let mut dated = false;
        for (name, value) in headers {
            match *name {
                CONTENT_LENGTH | TRANSFER_ENCODING => continue,
                CONNECTION if !switching => continue,
                DATE => dated = true,
                _ => {}
            }
            write_line(out, name, value);
        }
        lines.write(out, |kind| match kind {
            Kind::ContentLength | Kind::TransferEncoding | Kind::Connection => false,
            Kind::Date => {
                dated = true;
                true
            }
            _ => true,
        });
        preset(out);
        if let Some(length) = self.length {
            out.extend_from_slice(b"content-length: ");
            write_decimal(out, length);
            out.extend_from_slice(b"\r\n");
        } else if self.framing == Some(Framing::Chunked) {
            out.extend_from_slice(b"transfer-encoding: chunked\r\n");
        }
        if !switching && !self.keeps {
            out.extend_from_slice(b"connection: close\r\n");
        } else if !switching && manner.old {
            out.extend_from_slice(b"connection: keep-alive\r\n");
        }
        if !dated {
            out.extend_from_slice(b"date: ");
            date::write(out);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
    }
}

fn closes(headers: &HeaderMap) -> bool {
    headers.all(CONNECTION).flat_map(list).any(|option| option.eq_ignore_ascii_case("close"))
}
