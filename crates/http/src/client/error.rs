//! Errors of requests to an upstream.

use std::io;
use std::time::Duration;

use super::HEAD_MAX;
use super::INFORMATIONAL_MAX;
use crate::codec::InvalidChunk;

/// Why a request got no response.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The connection failed, or the upstream closed it.
    #[error("{error}")]
    Io {
        /// The failure; [`io::ErrorKind::UnexpectedEof`] if the upstream closed the connection.
        #[source]
        error: io::Error,
        /// Whether nothing of a response was received. A kept connection that the upstream closes at the same moment looks like
        /// this; a request that may be repeated can be sent on another connection.
        before_response: bool,
    },
    /// The response is invalid.
    #[error(transparent)]
    Invalid(#[from] InvalidResponse),
    /// The body of the request failed, or does not match its length.
    #[error("request body failed: {0}")]
    Body(String),
    /// No response within this time.
    #[error("no response within {0:?}")]
    Timeout(Duration),
}

/// Why the body of a response ended early.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The upstream closed the connection within the body.
    #[error("connection closed within the response body")]
    Closed,
    /// The connection failed.
    #[error("connection failed: {0}")]
    Io(#[from] io::Error),
    /// The request was not sent to its end.
    #[error("{0}")]
    Request(String),
    /// The upstream sent an invalid chunk or trailer.
    #[error(transparent)]
    Invalid(#[from] InvalidResponse),
}

/// Why a response is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidResponse {
    /// The head is not HTTP/1.1.
    #[error("invalid response head: {0}")]
    Head(httparse::Error),
    /// The head does not end.
    #[error("response head exceeds {HEAD_MAX} bytes")]
    TooLarge,
    /// `Transfer-Encoding` is not `chunked` alone, or there is a `Content-Length` beside it. Recipients differ about where such a
    /// response ends (RFC 9112 §6.3), and other codings are not decoded here.
    #[error("invalid response: Transfer-Encoding is not chunked alone")]
    TransferEncoding,
    /// `Content-Length` is not one number.
    #[error("invalid response: Content-Length is not a single number")]
    ContentLength,
    /// The chunked coding is invalid.
    #[error("invalid chunk in the response body")]
    Chunk,
    /// `101`, though no upgrade was asked for (RFC 9110 §15.2.2).
    #[error("invalid response: 101 without a request to upgrade")]
    Upgrade,
    /// Informational responses without end.
    #[error("more than {INFORMATIONAL_MAX} informational responses")]
    Informational,
}

impl From<InvalidChunk> for InvalidResponse {
    fn from(_: InvalidChunk) -> Self {
        Self::Chunk
    }
}
