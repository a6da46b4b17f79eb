//! The head of a response (RFC 9112 §4, §6; RFC 9110 §6.4.1).

use http::StatusCode;
use http::header::{CONTENT_LENGTH, HeaderName, TRAILER};
use http_body::Body;
use postern_model::web::Fields;

use super::date;
use super::request_head::RequestFlags;
use crate::codec::{BodyFraming, announced_trailers, list_contains, write_decimal};
use crate::headers::{EncodeHeaders, HeaderBlock, HeaderKind, HeaderKinds};
use crate::validate::decimal;

/// How a response is sent.
#[derive(Debug)]
pub(super) struct ResponsePlan {
    /// How the body is delimited; `None` if there is none.
    pub(super) framing: Option<BodyFraming>,
    /// The trailers that may follow the body.
    pub(super) trailers: Vec<HeaderName>,
    /// Whether the connection may carry another request.
    pub(super) keep_alive: bool,
    /// The value of `Content-Length`.
    length: Option<u64>,
}

impl ResponsePlan {
    /// Plans a response to a request with these flags.
    pub(super) fn new<B: Body>(status: StatusCode, headers: &HeaderBlock, body: &B, flags: RequestFlags) -> Self {
        let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) || status.is_informational();
        let declared = headers.all(CONTENT_LENGTH).next().and_then(decimal);
        let length = declared.or_else(|| body.size_hint().exact());
        let (framing, length) = if bodiless {
            // A 304 has the length of the representation; 204 and 1xx have none.
            (None, declared.filter(|_| status == StatusCode::NOT_MODIFIED))
        } else if flags.is_head {
            // That the body is empty says nothing about the response to a GET.
            (None, declared.or(length.filter(|length| *length > 0)))
        } else if let Some(length) = length {
            (Some(BodyFraming::Length(length)), Some(length))
        } else if flags.http10 {
            (Some(BodyFraming::UntilClose), None)
        } else {
            (Some(BodyFraming::Chunked), None)
        };
        let trailers = match framing {
            Some(BodyFraming::Chunked) if flags.accepts_trailers => announced_trailers(headers.all(TRAILER)),
            _ => Vec::new(),
        };
        let keep_alive = flags.keep_alive && framing != Some(BodyFraming::UntilClose) && !asks_to_close(headers);
        Self { framing, trailers, keep_alive, length }
    }

    /// The plan of a response that the engine makes itself: no body, and the connection is closed.
    pub(super) fn rejection() -> Self {
        Self { framing: Some(BodyFraming::Length(0)), trailers: Vec::new(), keep_alive: false, length: Some(0) }
    }

    /// Writes the head with its empty line. The headers that concern the connection and the length are the engine's.
    pub(super) fn write(
        &self,
        status: StatusCode,
        headers: &HeaderBlock,
        encoded: &impl EncodeHeaders,
        flags: RequestFlags,
        out: &mut Vec<u8>,
    ) {
        out.extend_from_slice(b"HTTP/1.1 ");
        out.extend_from_slice(status.as_str().as_bytes());
        out.push(b' ');
        out.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
        out.extend_from_slice(b"\r\n");
        let switching = status == StatusCode::SWITCHING_PROTOCOLS;
        let mut dated = false;
        headers.write(out, |kind| match kind {
            HeaderKind::ContentLength | HeaderKind::TransferEncoding => false,
            HeaderKind::Connection => switching,
            HeaderKind::Date => {
                dated = true;
                true
            }
            _ => true,
        });
        encoded.encode(out);
        if let Some(length) = self.length {
            out.extend_from_slice(b"content-length: ");
            write_decimal(out, length);
            out.extend_from_slice(b"\r\n");
        } else if self.framing == Some(BodyFraming::Chunked) {
            out.extend_from_slice(b"transfer-encoding: chunked\r\n");
        }
        if !switching && !self.keep_alive {
            out.extend_from_slice(b"connection: close\r\n");
        } else if !switching && flags.http10 {
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

/// Whether the service asked to close the connection.
fn asks_to_close(headers: &HeaderBlock) -> bool {
    let mut closes = false;
    if headers.may_contain(HeaderKinds::of(&[HeaderKind::Connection])) {
        headers.for_each(|header| {
            closes |= header.kind == HeaderKind::Connection && list_contains(header.value, b"close");
        });
    }
    closes
}
