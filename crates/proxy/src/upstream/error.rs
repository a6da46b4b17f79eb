//! Errors of upstream requests.

use std::io;
use std::time::Duration;

use postern_http::client::RequestError;
use postern_model::error_chain::with_sources;

/// Error of an upstream request, with the side that caused it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    /// Upstream: connection refused, or TLS failed.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// Upstream: it closed the connection or sent an invalid response.
    #[error("no valid answer: {0}")]
    Broken(String),
    /// Upstream: it took too long.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// Gateway: `max_connections` requests are under way, and none ended in time.
    #[error("all its connections are in use")]
    Busy,
    /// Upstream: its health check fails.
    #[error("its health check fails")]
    Down,
    /// Downstream: the client's body was truncated or malformed.
    #[error("the request's body broke off: {0}")]
    Body(String),
    /// Internal: the request cannot be expressed.
    #[error("the request cannot be forwarded: {0}")]
    Internal(String),
}

impl UpstreamError {
    pub(super) fn connect(error: &io::Error) -> Self {
        Self::Connect(error.to_string())
    }
}

impl From<RequestError> for UpstreamError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Io { error, .. } => Self::Broken(error.to_string()),
            RequestError::Invalid(error) => Self::Broken(error.to_string()),
            RequestError::Body(why) => Self::Body(why),
            RequestError::Timeout(timeout) => Self::Timeout(timeout),
        }
    }
}

impl From<hyper::Error> for UpstreamError {
    /// The outer message is terse; the cause is in its sources.
    fn from(error: hyper::Error) -> Self {
        let text = with_sources(&error);
        if error.is_user() { Self::Body(text) } else { Self::Broken(text) }
    }
}
