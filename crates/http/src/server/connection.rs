//! A client's connection: one request after the other, each handed to a service, and the answers in the same order.

use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use http_body::Body;

use super::dispatcher::Talk;
use super::raw_response::Preset;
use super::request::Received;
use super::upgrade::Duplex;
use crate::validate::Phase;

/// Sees whom a connection waits for.
pub trait Pace {
    /// The client is waited for, in this phase.
    fn waits_in(&self, phase: Phase);
    /// A piece of a body came that was waited for.
    fn body_came(&self);
}

/// Nobody looks.
impl Pace for () {
    fn waits_in(&self, _: Phase) {}
    fn body_came(&self) {}
}

/// Why a connection ends early.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The client closed it in the middle of a request or an answer.
    #[error("the client closed the connection")]
    Closed,
    /// It failed.
    #[error("the connection failed: {0}")]
    Connection(#[from] io::Error),
    /// An answer broke off half way.
    #[error("an answer broke off: {0}")]
    Answer(Box<dyn Error + Send + Sync>),
    /// An answer was longer or shorter than it said.
    #[error("an answer is not as long as it said")]
    Length,
}

/// A connection that is served; a future that is ready when it has ended.
pub struct Connection<IO, P, F, R, B> {
    /// `None` once it carries something else.
    io: Option<IO>,
    talk: Talk<P, F, R, B>,
}

// Nothing in it is pinned but what is on the heap.
impl<IO, P, F, R, B> Unpin for Connection<IO, P, F, R, B> {}

impl<IO, P, F, R, B> Connection<IO, P, F, R, B>
where
    IO: Duplex + 'static,
    P: Pace,
    F: Fn(Box<Received>) -> R,
    R: Future<Output = Response<B>>,
    B: Body<Data = Bytes> + Preset + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    /// Serves what comes on this connection (after TLS) with the service.
    pub fn new(io: IO, pace: P, service: F) -> Self {
        Self { io: Some(io), talk: Talk::new(pace, service) }
    }

    /// Whether a client that closes its side may still want its answers. Most that do are gone.
    #[must_use]
    pub fn half_close(mut self, allowed: bool) -> Self {
        self.talk.half_close = allowed;
        self
    }

    /// Answers the request under way, and then closes.
    pub fn graceful_shutdown(&mut self) {
        self.talk.stop();
    }
}

impl<IO, P, F, R, B> Future for Connection<IO, P, F, R, B>
where
    IO: Duplex + 'static,
    P: Pace,
    F: Fn(Box<Received>) -> R,
    R: Future<Output = Response<B>>,
    B: Body<Data = Bytes> + Preset + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Output = Result<(), Ended>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        let this = &mut *self;
        let Some(io) = &mut this.io else { return Poll::Ready(Ok(())) };
        let heir = ready!(this.talk.poll(io, cx))?;
        Poll::Ready(match heir.zip(this.io.take()) {
            None => Ok(()),
            Some((heir, io)) => {
                let read = this.talk.take_read();
                heir.send((Box::new(io), read)).map_err(|_| Ended::Closed)
            }
        })
    }
}

#[cfg(test)]
mod tests;
