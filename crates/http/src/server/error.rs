//! Errors of client connections and of request bodies.

use std::error::Error;
use std::io;

use crate::validate::Violation;

/// Why a client connection ended early.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The client closed the connection within a request or a response.
    #[error("client closed the connection early")]
    Closed,
    /// Reading or writing failed.
    #[error("connection failed: {0}")]
    Io(#[from] io::Error),
    /// The body of a response failed.
    #[error("response body failed: {0}")]
    ResponseBody(Box<dyn Error + Send + Sync>),
    /// The body of a response was longer or shorter than its `Content-Length`.
    #[error("response body does not match its Content-Length")]
    Length,
}

/// Why a request body ended early.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The client closed the connection, or it failed.
    #[error("client closed the connection within the request body")]
    Closed,
    /// The client sent an invalid chunk or trailer.
    #[error(transparent)]
    Invalid(#[from] Violation),
    /// The client sent nothing for the body timeout, over HTTP/2.
    #[error("client sent nothing of the request body for too long")]
    Stalled,
    /// The stream failed, over HTTP/2.
    #[error(transparent)]
    Http2(#[from] hyper::Error),
}
