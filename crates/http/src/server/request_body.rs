//! The body of a client's request.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::body_channel::Fed;
use crate::validate::Violation;

/// The body of a client's request, whatever it came over.
#[derive(Debug, Default)]
pub struct Inbound(Source);

#[derive(Default)]
enum Source {
    #[default]
    Nothing,
    Http1(Fed),
    Http2(Incoming),
}

/// Why a client's body breaks off.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The client closed the connection, or it failed.
    #[error("the client broke off")]
    Closed,
    /// The client sent what is no body.
    #[error(transparent)]
    Malformed(#[from] Violation),
    /// The client broke off over HTTP/2.
    #[error(transparent)]
    Http2(#[from] hyper::Error),
}

impl Inbound {
    pub(super) fn http1(fed: Fed) -> Self {
        Self(Source::Http1(fed))
    }
}

impl From<Incoming> for Inbound {
    fn from(incoming: Incoming) -> Self {
        Self(if incoming.is_end_stream() { Source::Nothing } else { Source::Http2(incoming) })
    }
}

impl Body for Inbound {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.0 {
            Source::Nothing => Poll::Ready(None),
            Source::Http1(fed) => fed.poll_frame(cx),
            Source::Http2(incoming) => Pin::new(incoming).poll_frame(cx).map_err(BodyError::from),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Source::Nothing => true,
            Source::Http1(fed) => fed.is_over(),
            Source::Http2(incoming) => incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Source::Nothing => SizeHint::with_exact(0),
            Source::Http1(fed) => fed.left().map_or_else(SizeHint::default, SizeHint::with_exact),
            Source::Http2(incoming) => incoming.size_hint(),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Http1(_) => "Http1",
            Self::Http2(_) => "Http2",
        })
    }
}
