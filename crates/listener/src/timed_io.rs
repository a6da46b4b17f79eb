//! Records on each read and write whether the client is being waited for.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, StatusCode};
use postern_http::server::ConnectionObserver;
use postern_http::validate::Phase;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::connection_limits::ConnectionSlot;
use crate::forward_writes::forward_writes;
use crate::idle_timeouts::Activity;
use crate::lingering_close::LingeringClose;
use crate::refusals::Refusals;

/// A stream that may know which part of a message it is reading.
pub(crate) trait ReadPhase {
    /// The part; `None` where the reader reports it instead, by [`ActivityObserver`].
    fn phase(&self) -> Option<Phase>;
}

impl<IO> ReadPhase for LingeringClose<IO> {
    fn phase(&self) -> Option<Phase> {
        None
    }
}

/// Records what an HTTP/1.1 connection waits for, and reports the requests that it refuses.
pub(crate) struct ActivityObserver {
    pub(super) activity: Arc<Activity>,
    pub(super) refusals: Refusals,
}

impl ConnectionObserver for ActivityObserver {
    fn waits_in(&self, phase: Phase) {
        self.activity.waits_in(phase);
    }

    fn body_received(&self) {
        self.activity.body_received();
    }

    fn refused(&self, status: StatusCode, why: &dyn fmt::Display) -> HeaderMap {
        self.refusals.report(status, why)
    }
}

/// A connection's stream. It holds the connection's slot until it is dropped.
pub(crate) struct TimedIo<IO> {
    io: IO,
    activity: Arc<Activity>,
    waiting: Option<Phase>,
    full: bool,
    _slot: ConnectionSlot,
}

impl<IO: ReadPhase> TimedIo<IO> {
    pub(crate) fn new(io: IO, activity: Arc<Activity>, slot: ConnectionSlot) -> Self {
        Self { io, activity, waiting: None, full: false, _slot: slot }
    }

    fn wrote<T>(&mut self, poll: &Poll<T>) {
        if self.full != poll.is_pending() {
            self.full = poll.is_pending();
            self.activity.is_full(self.full);
        }
    }
}

impl<IO: AsyncRead + ReadPhase + Unpin> AsyncRead for TimedIo<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let poll = Pin::new(&mut this.io).poll_read(cx, buffer);
        if poll.is_ready() {
            // The deadline of a head runs to its end, that of a body from one read to the next.
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

forward_writes!(
    [IO: AsyncWrite + ReadPhase + Unpin] TimedIo<IO> { Self { io, .. } => io }
    on_write: wrote,
    on_flush: wrote,
);
