//! Reading from the client: request bodies on demand, then the next request, and in between only whether the client is still
//! connected.

use std::task::{Context, Poll, ready};

use super::{Dispatcher, State};
use crate::codec::BodyFraming;
use crate::server::body_channel::Demand;
use crate::server::error::{BodyError, ConnectionError};
use crate::server::observer::ConnectionObserver;
use crate::server::upgrade::Duplex;
use crate::validate::{Phase, Violation};

/// Requests in short order after which a connection keeps its buffers until [`Dispatcher::release_memory`]. Most connections are
/// idle most of the time and need none; to allocate them for each request of a busy one costs some 2 000 instructions.
const BUSY: u32 = 2;

impl<O: ConnectionObserver, S, F, B, E> Dispatcher<O, S, F, B, E> {
    /// Passes the next frame of the body if its reader wants one. Ready when something was passed. Without a reader it watches
    /// whether the client disconnects.
    pub(super) fn poll_body<IO: Duplex>(
        &mut self,
        io: &mut IO,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), ConnectionError>> {
        let Some(body) = &self.in_flight.body else { return self.poll_disconnected(io, cx) };
        match body.demand(cx) {
            Demand::Wanted => {}
            Demand::Paused | Demand::Dropped => return Poll::Pending,
        }
        if std::mem::take(&mut self.in_flight.flags.expects_continue) && self.state == State::Handling {
            let out = self.encoder.begin(BodyFraming::Length(0), Vec::new());
            out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
            // It is sent before the body is read.
            return Poll::Ready(Ok(()));
        }
        let (item, last) = loop {
            let taken = self.in_flight.decoder.take(&mut self.read_buffer.bytes);
            let done = self.in_flight.decoder.is_done();
            match (taken, self.read_buffer.violation()) {
                (Ok(Some(frame)), _) => break (Some(Ok(frame)), done),
                (Ok(None), _) if done => break (None, true),
                (_, Some(violation)) => break (Some(Err(violation.into())), true),
                (Err(_), None) => break (Some(Err(Violation::Chunk.into())), true),
                (Ok(None), None) => match ready!(self.poll_fill(io, cx)) {
                    Ok(true) => {}
                    Ok(false) if self.read_buffer.violation().is_some() => {}
                    Ok(false) | Err(_) => break (Some(Err(BodyError::Closed)), true),
                },
            }
        };
        self.in_flight.keep_alive &= !matches!(item, Some(Err(_)));
        if let Some(body) = &self.in_flight.body {
            body.send(item, last, cx);
        }
        if last {
            self.in_flight.body = None;
        }
        Poll::Ready(Ok(()))
    }

    /// Frees the buffers, as far as they hold nothing, and the room of the future.
    pub(super) fn free_buffers(&mut self) {
        self.handling = None;
        self.read_buffer.release();
        self.encoder.release();
    }

    /// Ready, with an error, when the client disconnected. A pipelined request that arrives meanwhile waits in the buffer.
    fn poll_disconnected<IO: Duplex>(
        &mut self,
        io: &mut IO,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), ConnectionError>> {
        if !self.read_buffer.bytes.is_empty() || self.read_buffer.is_finished() || self.half_close {
            return Poll::Pending;
        }
        match ready!(self.poll_fill(io, cx)) {
            Ok(true) => Poll::Pending,
            Ok(false) => Poll::Ready(Err(ConnectionError::Closed)),
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    /// Reads once. `false`: the client sends nothing more, or nothing valid.
    pub(super) fn poll_fill<IO: Duplex>(
        &mut self,
        io: &mut IO,
        cx: &mut Context<'_>,
    ) -> Poll<Result<bool, ConnectionError>> {
        match self.read_buffer.poll_fill(io, cx) {
            Poll::Ready(filled) => {
                // The time limit of a head covers the whole head; that of a body, each part.
                if self.waiting == Some(Phase::Body) {
                    self.waiting = None;
                    self.observer.body_received();
                }
                Poll::Ready(filled.map_err(ConnectionError::from))
            }
            Poll::Pending => {
                let phase = self.read_buffer.phase();
                if self.state == State::Reading && phase == Phase::Between && self.recent_requests < BUSY {
                    self.free_buffers();
                }
                if self.waiting != Some(phase) {
                    self.waiting = Some(phase);
                    self.observer.waits_in(phase);
                }
                Poll::Pending
            }
        }
    }
}
