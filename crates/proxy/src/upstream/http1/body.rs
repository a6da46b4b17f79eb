//! The body of an answer, with the connection that it comes on.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::link::{Interrupted, Link};
use super::pool::Pool;

/// The body of an answer. Drives the connection that it comes on, and gives it back for the next request once all of it
/// came; dropped before, it closes that connection.
pub(in crate::upstream) struct Streamed(Option<(Box<Link>, Arc<Pool>)>);

impl Streamed {
    /// What is still to come on a connection, and where that goes afterwards.
    pub(in crate::upstream) fn new(link: Box<Link>, pool: &Arc<Pool>) -> Self {
        if link.is_received() {
            release(link, pool);
            return Self(None);
        }
        Self(Some((link, Arc::clone(pool))))
    }

    /// Nothing more.
    pub(in crate::upstream) fn over() -> Self {
        Self(None)
    }

    /// Whether all of it came.
    pub(in crate::upstream) fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    /// Bytes that are still to come, where that is known.
    pub(in crate::upstream) fn size_hint(&self) -> SizeHint {
        let left = self.0.as_ref().map_or(Some(0), |(link, _)| link.left());
        left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }

    /// The next of it.
    pub(in crate::upstream) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Interrupted>>> {
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

fn release(link: Box<Link>, pool: &Arc<Pool>) {
    if link.is_idle() {
        pool.put(link);
    }
}

impl fmt::Debug for Streamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Streamed").field(&self.size_hint()).finish()
    }
}
