//! The body of an answer, with the connection that it comes on.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::connection::{Interrupted, Link};
use super::pool::Pool;

/// The body of an answer. Drives the connection that it comes on, and gives it back for the next request once all of it
/// came; dropped before, it closes that connection.
pub struct Streamed<B>(Option<(Box<Link<B>>, Arc<Pool<B>>)>);

impl<B> Streamed<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Error,
{
    /// What is still to come on a connection, and where that goes afterwards.
    pub fn new(link: Box<Link<B>>, pool: &Arc<Pool<B>>) -> Self {
        if link.is_received() {
            release(link, pool);
            return Self(None);
        }
        Self(Some((link, Arc::clone(pool))))
    }

    /// Nothing more.
    pub fn over() -> Self {
        Self(None)
    }

    /// Whether all of it came.
    pub fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    /// Bytes that are still to come, where that is known.
    pub fn size_hint(&self) -> SizeHint {
        let left = self.0.as_ref().map_or(Some(0), |(link, _)| link.left());
        left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }

    /// The next of it.
    pub fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Interrupted>>> {
        let Some((link, _)) = &mut self.0 else { return Poll::Ready(None) };
        let polled = link.poll_frame(cx);
        let over = match &polled {
            Poll::Ready(Some(Ok(_))) => link.is_received(),
            Poll::Ready(_) => true,
            Poll::Pending => false,
        };
        if over && let Some((link, pool)) = self.0.take() {
            release(link, &pool);
        }
        polled
    }
}

fn release<B: Send + 'static>(link: Box<Link<B>>, pool: &Arc<Pool<B>>) {
    if link.is_idle() {
        pool.put(link);
    }
}

impl<B> fmt::Debug for Streamed<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streamed").finish_non_exhaustive()
    }
}
