//! The body of a response, with the connection that it is received on.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::connection::Connection;
use super::error::BodyError;
use super::pool::Pool;

/// The body of a response. It polls its connection, and returns it to the pool once it is complete; dropped before that, it closes
/// the connection.
pub struct ResponseBody<B>(Option<Source<B>>);

/// A connection with a body on it, and the pool that it returns to.
type Source<B> = (Box<Connection<B>>, Arc<Pool<B>>);

impl<B> ResponseBody<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Error,
{
    /// Takes the connection, and the pool that it is returned to.
    pub fn new(connection: Box<Connection<B>>, pool: &Arc<Pool<B>>) -> Self {
        if connection.is_received() {
            release(connection, pool);
            return Self(None);
        }
        Self(Some((connection, Arc::clone(pool))))
    }

    /// An empty body.
    pub fn empty() -> Self {
        Self(None)
    }

    /// Whether the body is complete.
    pub fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    /// Whether all of a body of known length was received, if not yet taken.
    pub fn is_buffered(&self) -> bool {
        self.0.as_ref().is_none_or(|(connection, _)| connection.is_body_buffered())
    }

    /// The bytes still to come, if the length is known.
    pub fn size_hint(&self) -> SizeHint {
        let remaining = self.0.as_ref().map_or(Some(0), |(connection, _)| connection.remaining());
        remaining.map_or_else(SizeHint::default, SizeHint::with_exact)
    }

    /// Polls for the next frame.
    pub fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Some((connection, _)) = &mut self.0 else { return Poll::Ready(None) };
        let polled = connection.poll_frame(cx);
        let complete = match &polled {
            Poll::Ready(Some(Ok(_))) => connection.is_received(),
            Poll::Ready(_) => true,
            Poll::Pending => false,
        };
        if complete && let Some((connection, pool)) = self.0.take() {
            release(connection, &pool);
        }
        polled
    }
}

fn release<B: Send + 'static>(connection: Box<Connection<B>>, pool: &Arc<Pool<B>>) {
    if connection.is_idle() {
        pool.put(connection);
    }
}

impl<B> fmt::Debug for ResponseBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody").finish_non_exhaustive()
    }
}
