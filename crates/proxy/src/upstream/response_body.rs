//! Bodies of upstream responses.

use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use postern_http::client::BodyError;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep};

use super::http2::StreamSlot;
use super::{BrokenResponseReport, Http1Body};
use crate::headers::sanitize::clean_trailers;

/// Body of an upstream's response.
#[derive(Debug)]
pub struct UpstreamBody {
    source: Source,
    stall: Option<Stall>,
    over: Option<Over>,
    /// Reports that the response broke off; `None` for one that was received completely with its head.
    report: Option<BrokenResponseReport>,
    slot: Option<OwnedSemaphorePermit>,
    /// Whether trailers were received, which end a body.
    trailed: bool,
}

/// Source of the body.
#[derive(Debug)]
enum Source {
    Http1(Http1Body),
    /// HTTP/2 body. With its slot on a shared connection; without one on a connection that is managed elsewhere.
    Hyper(Incoming, Option<StreamSlot>),
}

/// Reason why a response ends early.
#[derive(Debug, thiserror::Error)]
pub enum ResponseBodyError {
    /// The upstream closed the connection early, over HTTP/1.1.
    #[error(transparent)]
    Http1(#[from] BodyError),
    /// The upstream closed the connection early, over HTTP/2.
    #[error(transparent)]
    Http2(#[from] hyper::Error),
    /// The upstream reset the stream before the end of its response.
    #[error("the upstream reset the stream before the end of its response")]
    Reset,
    /// The upstream sent nothing for the body timeout.
    #[error("the upstream sent nothing for {0:?}")]
    Stalled(Duration),
    /// The session no longer permits the response.
    #[error("the session no longer permits this answer")]
    Revoked,
}

impl ResponseBodyError {
    /// Whether the upstream caused the error, and neither the gateway nor a client whose request body broke off.
    fn is_of_upstream(&self) -> bool {
        match self {
            Self::Revoked | Self::Http1(BodyError::Request(_)) => false,
            Self::Http1(_) | Self::Reset | Self::Stalled(_) => true,
            Self::Http2(error) => {
                let cause = error.source().and_then(|source| source.downcast_ref::<h2::Error>());
                // hyper resets the stream of a request whose body fails.
                cause.is_none_or(|cause| !cause.is_reset() || cause.is_remote() || cause.is_library())
            }
        }
    }
}

/// Future that completes when the response must end.
struct Over(Pin<Box<dyn Future<Output = ()> + Send>>);

#[derive(Debug)]
struct Stall {
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
}

impl UpstreamBody {
    /// Takes the body, its idle timeout, and the request slot that it holds.
    pub(super) fn http1(body: Http1Body, stall: Option<Duration>, slot: Option<OwnedSemaphorePermit>) -> Self {
        Self::new(Source::Http1(body), stall, slot)
    }

    /// Does the same for a body over HTTP/2, with its slot on the connection.
    pub(super) fn http2(
        incoming: Incoming,
        stream_slot: StreamSlot,
        stall: Option<Duration>,
        slot: Option<OwnedSemaphorePermit>,
    ) -> Self {
        Self::new(Source::Hyper(incoming, Some(stream_slot)), stall, slot)
    }

    /// Wraps a body on a connection that is managed elsewhere.
    pub(crate) fn elsewhere(incoming: Incoming, slot: Option<OwnedSemaphorePermit>) -> Self {
        Self::new(Source::Hyper(incoming, None), None, slot)
    }

    fn new(source: Source, stall: Option<Duration>, slot: Option<OwnedSemaphorePermit>) -> Self {
        Self {
            source,
            stall: stall.map(|limit| Stall { limit, timer: None }),
            over: None,
            report: None,
            slot,
            trailed: false,
        }
    }

    /// Whether the body was received completely, so that it cannot end early.
    pub(crate) fn is_received(&self) -> bool {
        match &self.source {
            Source::Http1(body) => body.is_buffered(),
            Source::Hyper(incoming, _) => incoming.is_end_stream(),
        }
    }

    /// Ends the body early when `over` completes, because the response's session ended.
    #[must_use]
    pub(crate) fn until(mut self, over: impl Future<Output = ()> + Send + 'static) -> Self {
        self.over = Some(Over(Box::pin(over)));
        self
    }

    /// Reports it if the upstream breaks the body off.
    #[must_use]
    pub(crate) fn reporting(self, report: BrokenResponseReport) -> Self {
        Self { report: Some(report), ..self }
    }

    /// Ends the exchange: its connection is closed, or its stream reset.
    fn break_off(&mut self) {
        self.source = Source::Http1(Http1Body::empty());
    }

    fn poll_source(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, ResponseBodyError>>> {
        match &mut self.source {
            Source::Http1(body) => body.poll_frame(cx).map_err(ResponseBodyError::from),
            Source::Hyper(incoming, stream_slot) => {
                let frame = ready!(Pin::new(&mut *incoming).poll_frame(cx));
                self.trailed |= matches!(&frame, Some(Ok(frame)) if frame.is_trailers());
                if frame.is_none()
                    && !self.trailed
                    && stream_slot.as_ref().is_some_and(|stream_slot| is_cut_off(incoming, stream_slot))
                {
                    return Poll::Ready(Some(Err(ResponseBodyError::Reset)));
                }
                Poll::Ready(frame.map(|frame| frame.map_err(ResponseBodyError::from)))
            }
        }
    }

    fn poll_while_permitted(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, ResponseBodyError>>> {
        if let Some(over) = &mut self.over
            && over.0.as_mut().poll(cx).is_ready()
        {
            self.over = None;
            self.break_off();
            tracing::debug!("response aborted: session no longer permits it");
            return Poll::Ready(Some(Err(ResponseBodyError::Revoked)));
        }
        match self.poll_source(cx) {
            Poll::Ready(frame) => {
                if let Some(stall) = &mut self.stall {
                    stall.moved();
                }
                if frame.is_none() {
                    self.slot = None;
                    if let Source::Hyper(_, stream_slot) = &mut self.source {
                        *stream_slot = None;
                    }
                }
                Poll::Ready(frame.map(|frame| Ok(clean(frame?))))
            }
            Poll::Pending => match self.stall.as_mut().map(|stall| stall.poll(cx)) {
                Some(Poll::Ready(limit)) => {
                    self.break_off();
                    Poll::Ready(Some(Err(ResponseBodyError::Stalled(limit))))
                }
                _ => Poll::Pending,
            },
        }
    }
}

impl Stall {
    /// Checks the idle timeout after a poll without data; ready once it has expired.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Duration> {
        let limit = self.limit;
        self.timer.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx).map(|()| limit)
    }

    fn moved(&mut self) {
        if let Some(timer) = &mut self.timer {
            timer.as_mut().reset(Instant::now() + self.limit);
        }
    }
}

impl HttpBody for UpstreamBody {
    type Data = Bytes;
    type Error = ResponseBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ResponseBodyError>>> {
        let frame = ready!(self.poll_while_permitted(cx));
        if let Some(Err(error)) = &frame
            && error.is_of_upstream()
            && let Some(report) = self.report.take()
        {
            report.send(error);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Http1(body) => body.is_end_stream(),
            Source::Hyper(incoming, _) => incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Http1(body) => body.size_hint(),
            Source::Hyper(incoming, _) => incoming.size_hint(),
        }
    }
}

/// Whether an HTTP/2 body that hyper reports as ended was truncated: hyper treats a stream that was reset with NO_ERROR
/// or CANCEL as ended. A reset of this kind is no error only after a complete response, if the server does not want the
/// rest of the request (RFC 9113 §8.1). While the request body is being sent, hyper does not show whether the response
/// was complete.
fn is_cut_off(incoming: &Incoming, stream_slot: &StreamSlot) -> bool {
    !incoming.is_end_stream() && incoming.size_hint().exact() != Some(0) && stream_slot.sent.has_ended()
}

/// Sanitises trailers, since some clients merge them into the headers.
fn clean(frame: Frame<Bytes>) -> Frame<Bytes> {
    frame.into_trailers().map_or_else(
        |data| data,
        |mut trailers| {
            clean_trailers(&mut trailers);
            Frame::trailers(trailers)
        },
    )
}

impl fmt::Debug for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Over")
    }
}
