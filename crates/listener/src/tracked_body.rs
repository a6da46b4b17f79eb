//! A response body that records when the client takes it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::idle_timeouts::RequestGuard;

/// A response body with the guard of its request. Without a body: a response that the connection itself gives.
pub(crate) struct TrackedBody<B> {
    body: Option<B>,
    guard: RequestGuard,
}

impl<B> TrackedBody<B> {
    pub(crate) fn new(body: Option<B>, guard: RequestGuard) -> Self {
        Self { body, guard }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for TrackedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else { return Poll::Ready(None) };
        // hyper polls for more once the client made room for it.
        this.guard.client_took();
        let frame = ready!(Pin::new(body).poll_frame(cx));
        this.guard.client_waits();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}
