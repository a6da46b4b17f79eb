//! The body of an answer on its way to the client, and the ticket of its request.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::idle_timeouts::Ticket;

/// A body that tells when the client takes it. `None`: an answer of the connection itself, which has no body.
pub(super) struct Answer<B> {
    body: Option<B>,
    ticket: Ticket,
}

impl<B> Answer<B> {
    pub(super) fn new(body: Option<B>, ticket: Ticket) -> Self {
        Self { body, ticket }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Answer<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else { return Poll::Ready(None) };
        // hyper asks for more once the client made room for it.
        this.ticket.taken();
        let frame = ready!(Pin::new(body).poll_frame(cx));
        this.ticket.give();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}
