//! A client's connection: requests are served one after the other, and answered in the same order.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Body;
use tower_service::Service;

use super::dispatcher::Dispatcher;
use super::error::ConnectionError;
use super::observer::ConnectionObserver;
use super::request::Request;
use super::response::Response;
use super::upgrade::Duplex;
use crate::headers::EncodeHeaders;

/// Serves the requests of one HTTP/1.1 connection. A future that resolves when the connection has ended.
///
/// The service gets one request at a time. The engine writes `Connection`, `Content-Length`, `Transfer-Encoding` and, if it is
/// missing, `Date`; it answers `Expect: 100-continue` once the service reads the body. An invalid request is answered with 400,
/// a head that is too large with 431, and closes the connection.
pub struct Connection<IO, O, S, B, E>
where
    S: Service<Box<Request>>,
{
    /// `None` after an upgrade.
    io: Option<IO>,
    dispatcher: Dispatcher<O, S, S::Future, B, E>,
}

// The only pinned part, the service's future, is on the heap.
impl<IO, O, S: Service<Box<Request>>, B, E> Unpin for Connection<IO, O, S, B, E> {}

impl<IO, O, S, B, E> Connection<IO, O, S, B, E>
where
    IO: Duplex + 'static,
    O: ConnectionObserver,
    S: Service<Box<Request>, Response = Response<B, E>, Error = Infallible>,
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    E: EncodeHeaders,
{
    /// Takes the connection (decrypted, if it is TLS), an observer for timeouts (`()` for none), and the service.
    pub fn new(io: IO, observer: O, service: S) -> Self {
        Self { io: Some(io), dispatcher: Dispatcher::new(observer, service) }
    }

    /// Whether a client that shuts down its sending side still gets the response under way. Off by default: most clients that do
    /// so are gone.
    #[must_use]
    pub fn half_close(mut self, allowed: bool) -> Self {
        self.dispatcher.half_close = allowed;
        self
    }

    /// Closes the connection after the response under way; if there is none, after the next one. That one says `Connection: close`, so
    /// that the client sends its next request elsewhere.
    pub fn end_with_next_response(&mut self) {
        self.dispatcher.end_with_next_response();
    }

    /// Closes the connection after the response under way; if there is none, at once. A request that crosses with that is lost.
    pub fn graceful_shutdown(&mut self) {
        self.dispatcher.stop();
    }

    /// Has the next poll free the buffers, or the one after the response under way. For connections that have been idle for a while:
    /// the next request allocates them again.
    pub fn release_memory(&mut self) {
        self.dispatcher.release_memory();
    }
}

impl<IO, O, S, B, E> Future for Connection<IO, O, S, B, E>
where
    IO: Duplex + 'static,
    O: ConnectionObserver,
    S: Service<Box<Request>, Response = Response<B, E>, Error = Infallible>,
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    E: EncodeHeaders,
{
    type Output = Result<(), ConnectionError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), ConnectionError>> {
        let this = &mut *self;
        let Some(io) = &mut this.io else { return Poll::Ready(Ok(())) };
        let upgrade = ready!(this.dispatcher.poll(io, cx))?;
        Poll::Ready(match upgrade.zip(this.io.take()) {
            None => Ok(()),
            Some((upgrade, io)) => {
                let read = this.dispatcher.take_unused();
                upgrade.send((Box::new(io), read)).map_err(|_| ConnectionError::Closed)
            }
        })
    }
}

#[cfg(test)]
mod tests;
