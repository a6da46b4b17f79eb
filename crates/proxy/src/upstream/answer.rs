//! An upstream's answer as it streams in.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep};

use super::link::Link;
use super::multiplexed::Place;
use super::pool::Pool;
use crate::hygiene::clean_trailers;

/// The body of an upstream's answer. Drives the connection that it comes on, and gives it back for the next request
/// once all of it came; dropped before, it closes that connection.
pub struct UpstreamBody {
    incoming: Incoming,
    link: Option<(Box<Link>, Arc<Pool>)>,
    stall: Option<Stall>,
    over: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    slot: Option<OwnedSemaphorePermit>,
    place: Option<Place>,
}

/// Why an answer ends half way.
#[derive(Debug, thiserror::Error)]
pub enum BrokenOff {
    /// The upstream broke off.
    #[error(transparent)]
    Upstream(#[from] hyper::Error),
    /// The upstream sent nothing for as long as it may.
    #[error("the upstream sent nothing for {0:?}")]
    Stalled(Duration),
    /// The session that the answer was for is over.
    #[error("the session no longer permits this answer")]
    Revoked,
}

struct Stall {
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
}

impl UpstreamBody {
    /// Takes the body, how long it may stand still, and the place among the requests under way that it keeps.
    pub(crate) fn new(incoming: Incoming, stall: Option<Duration>, slot: Option<OwnedSemaphorePermit>) -> Self {
        let stall = stall.map(|limit| Stall { limit, timer: None });
        Self { incoming, link: None, stall, over: None, slot, place: None }
    }

    /// The connection that it comes on, and where that goes afterwards.
    #[must_use]
    pub(super) fn on_link(mut self, link: Box<Link>, pool: &Arc<Pool>) -> Self {
        if !self.incoming.is_end_stream() {
            self.link = Some((link, Arc::clone(pool)));
        } else if link.is_idle() {
            pool.put(link);
        }
        self
    }

    /// Its place on a connection that it shares.
    #[must_use]
    pub(super) fn on_stream(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Breaks off when `over` is ready. For answers that may go on for as long as a session, and must not for longer.
    #[must_use]
    pub(crate) fn until(mut self, over: impl Future<Output = ()> + Send + 'static) -> Self {
        self.over = Some(Box::pin(over));
        self
    }

    fn poll_incoming(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some((link, _)) = &mut self.link else { return Pin::new(&mut self.incoming).poll_frame(cx) };
        // Frames come about in `drive` alone: to be woken for them would only cost.
        let mut unwoken = Context::from_waker(Waker::noop());
        let mut frame = Pin::new(&mut self.incoming).poll_frame(&mut unwoken);
        if frame.is_pending() {
            link.drive(cx);
            frame = Pin::new(&mut self.incoming).poll_frame(&mut unwoken);
        }
        let ended = match &frame {
            Poll::Ready(Some(Ok(_))) => self.incoming.is_end_stream(),
            Poll::Ready(_) => true,
            Poll::Pending => false,
        };
        if ended && let Some((mut link, pool)) = self.link.take() {
            link.drive(cx);
            if link.is_idle() {
                pool.put(link);
            }
        }
        frame
    }
}

impl Stall {
    /// Called where nothing came: ready when that has been so for too long.
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
    type Error = BrokenOff;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let this = &mut *self;
        if let Some(over) = &mut this.over
            && over.as_mut().poll(cx).is_ready()
        {
            this.over = None;
            this.link = None;
            tracing::debug!("an answer was broken off: its session no longer permits it");
            return Poll::Ready(Some(Err(BrokenOff::Revoked)));
        }
        match this.poll_incoming(cx) {
            Poll::Ready(frame) => {
                if let Some(stall) = &mut this.stall {
                    stall.moved();
                }
                if frame.is_none() {
                    (this.slot, this.place) = (None, None);
                }
                Poll::Ready(frame.map(|frame| Ok(clean(frame?))))
            }
            Poll::Pending => match this.stall.as_mut().map(|stall| stall.poll(cx)) {
                Some(Poll::Ready(limit)) => {
                    this.link = None;
                    Poll::Ready(Some(Err(BrokenOff::Stalled(limit))))
                }
                _ => Poll::Pending,
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// What trailers may not say is taken out of them: whoever merges them into the headers would believe it.
fn clean(frame: Frame<Bytes>) -> Frame<Bytes> {
    frame.into_trailers().map_or_else(
        |data| data,
        |mut trailers| {
            clean_trailers(&mut trailers);
            Frame::trailers(trailers)
        },
    )
}

impl fmt::Debug for UpstreamBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpstreamBody").field("incoming", &self.incoming).finish_non_exhaustive()
    }
}
