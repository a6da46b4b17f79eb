//! The body of a received request.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Sleep, sleep};

use super::body_channel::BodyReceiver;
use super::error::BodyError;

/// The body of a client's request, over HTTP/1.1 or HTTP/2. The client is read only as fast as the body is.
#[derive(Debug, Default)]
pub struct RequestBody(Source, Option<Box<Stall>>);

/// How long a client may stop in the middle of a body. Over HTTP/1.1 the connection sees that; over HTTP/2 other streams move on it.
#[derive(Debug)]
struct Stall {
    limit: Duration,
    /// Whether only the first part has to come in time.
    first_only: bool,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Stall {
    /// Called when nothing came: ready when that has lasted too long.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let limit = self.limit;
        self.timer.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx)
    }
}

#[derive(Default)]
enum Source {
    #[default]
    Empty,
    Http1(BodyReceiver),
    Http2(Incoming),
}

impl RequestBody {
    pub(super) fn http1(receiver: BodyReceiver) -> Self {
        Self(Source::Http1(receiver), None)
    }

    /// Fails when the client sends nothing for this time while the body is read. `first_only`: only until its first part came.
    #[must_use]
    pub fn with_timeout(self, limit: Duration, first_only: bool) -> Self {
        match self {
            Self(Source::Empty, _) => self,
            Self(source, _) => Self(source, Some(Box::new(Stall { limit, first_only, timer: None }))),
        }
    }
}

impl From<Incoming> for RequestBody {
    fn from(incoming: Incoming) -> Self {
        Self(if incoming.is_end_stream() { Source::Empty } else { Source::Http2(incoming) }, None)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Self(source, stall) = &mut *self;
        let polled = match source {
            Source::Empty => Poll::Ready(None),
            Source::Http1(receiver) => receiver.poll_frame(cx),
            Source::Http2(incoming) => Pin::new(&mut *incoming).poll_frame(cx).map(|frame| match frame {
                // hyper reports a stream that was reset with NO_ERROR or CANCEL as a body that ended.
                None if !incoming.is_end_stream() => Some(Err(BodyError::Closed)),
                frame => frame.map(|frame| frame.map_err(BodyError::from)),
            }),
        };
        match (stall.as_mut(), &polled) {
            (Some(timed), Poll::Pending) => {
                ready!(timed.poll(cx));
                *source = Source::Empty;
                Poll::Ready(Some(Err(BodyError::Stalled)))
            }
            (Some(timed), Poll::Ready(_)) => {
                timed.timer = None;
                if timed.first_only {
                    *stall = None;
                }
                polled
            }
            (None, _) => polled,
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
