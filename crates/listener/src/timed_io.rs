//! A connection that writes down since when its client is waited for.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use postern_http::server::ConnectionObserver;
use postern_http::validate::Phase;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection_limits::Place;
use super::idle_timeouts::Activity;
use super::lingering_close::Linger;

/// A stream that may know what it is in the middle of.
pub(super) trait Phased {
    /// `None`: whoever reads it knows, and says so itself ([`Waits`]).
    fn phase(&self) -> Option<Phase>;
}

impl<IO> Phased for Linger<IO> {
    fn phase(&self) -> Option<Phase> {
        None
    }
}

/// Writes down what a connection of HTTP/1.1 waits for.
pub(super) struct Waits(pub(super) Arc<Activity>);

impl ConnectionObserver for Waits {
    fn waits_in(&self, phase: Phase) {
        self.0.waits_in(phase);
    }

    fn body_received(&self) {
        self.0.body_received();
    }
}

/// A connection, and its place among the others, which it leaves when it is closed.
pub(super) struct Paced<IO> {
    io: IO,
    activity: Arc<Activity>,
    waiting: Option<Phase>,
    full: bool,
    _place: Place,
}

impl<IO: Phased> Paced<IO> {
    pub(super) fn new(io: IO, activity: Arc<Activity>, place: Place) -> Self {
        Self { io, activity, waiting: None, full: false, _place: place }
    }

    fn wrote<T>(&mut self, poll: Poll<T>) -> Poll<T> {
        if self.full != poll.is_pending() {
            self.full = poll.is_pending();
            self.activity.is_full(self.full);
        }
        poll
    }
}

impl<IO: AsyncRead + Phased + Unpin> AsyncRead for Paced<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let poll = Pin::new(&mut this.io).poll_read(cx, buffer);
        if poll.is_ready() {
            // A head has its time as a whole, a body from piece to piece.
            if this.waiting == Some(Phase::Body) {
                this.waiting = None;
                this.activity.body_received();
            }
            return poll;
        }
        let phase = this.io.phase();
        if let Some(phase) = phase.filter(|_| this.waiting != phase) {
            this.waiting = Some(phase);
            this.activity.waits_in(phase);
        }
        Poll::Pending
    }
}

impl<IO: AsyncWrite + Phased + Unpin> AsyncWrite for Paced<IO> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.wrote(poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.io).poll_write_vectored(cx, slices);
        self.wrote(poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.io).poll_flush(cx);
        self.wrote(poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
