//! The body of a received request.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::body_channel::BodyReceiver;
use super::error::BodyError;

/// The body of a client's request, over HTTP/1.1 or HTTP/2. The client is read only as fast as the body is.
#[derive(Debug, Default)]
pub struct RequestBody(Source);

#[derive(Default)]
enum Source {
    #[default]
    Empty,
    Http1(BodyReceiver),
    Http2(Incoming),
}

impl RequestBody {
    pub(super) fn http1(receiver: BodyReceiver) -> Self {
        Self(Source::Http1(receiver))
    }
}

impl From<Incoming> for RequestBody {
    fn from(incoming: Incoming) -> Self {
        Self(if incoming.is_end_stream() { Source::Empty } else { Source::Http2(incoming) })
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.0 {
            Source::Empty => Poll::Ready(None),
            Source::Http1(receiver) => receiver.poll_frame(cx),
            Source::Http2(incoming) => Pin::new(incoming).poll_frame(cx).map_err(BodyError::from),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Source::Empty => true,
            Source::Http1(receiver) => receiver.is_finished(),
            Source::Http2(incoming) => incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Source::Empty => SizeHint::with_exact(0),
            Source::Http1(receiver) => receiver.remaining().map_or_else(SizeHint::default, SizeHint::with_exact),
            Source::Http2(incoming) => incoming.size_hint(),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::Http1(_) => "Http1",
            Self::Http2(_) => "Http2",
        })
    }
}
