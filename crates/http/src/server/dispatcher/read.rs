//! What is read from the client, and when: bodies as they are asked for, the next request in its turn, and in between
//! nothing but whether the client is still there.

use std::task::{Context, Poll, ready};

use super::{Talk, Turn};
use crate::codec::Framing;
use crate::server::body_channel::Appetite;
use crate::server::connection::{Ended, Pace};
use crate::server::request_body::BodyError;
use crate::server::upgrade::Duplex;
use crate::validate::{Phase, Violation};

impl<P: Pace, F, R, B> Talk<P, F, R, B> {
    /// Gives the reader of the body what it wants. Ready when there is something new for it; where nobody reads, it looks
    /// whether the client is still there.
    pub(super) fn poll_body<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        let Some(feed) = &self.asked.feed else { return self.poll_gone(io, cx) };
        match feed.appetite(cx) {
            Appetite::Hungry => {}
            Appetite::Full | Appetite::Gone => return Poll::Pending,
        }
        if std::mem::take(&mut self.asked.manner.expects) && self.turn == Turn::Handling {
            let out = self.outgoing.begin(Framing::Length(0), Vec::new());
            out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
            // It goes out before the body is looked for.
            return Poll::Ready(Ok(()));
        }
        let (piece, last) = loop {
            let taken = self.asked.receiving.take(&mut self.inbox.bytes);
            let done = self.asked.receiving.is_done();
            match (taken, self.inbox.violation()) {
                (Ok(Some(frame)), _) => break (Some(Ok(frame)), done),
                (Ok(None), _) if done => break (None, true),
                (_, Some(violation)) => break (Some(Err(violation.into())), true),
                (Err(_), None) => break (Some(Err(Violation::Chunk.into())), true),
                (Ok(None), None) => match ready!(self.poll_fill(io, cx)) {
                    Ok(true) => {}
                    Ok(false) if self.inbox.violation().is_some() => {}
                    Ok(false) | Err(_) => break (Some(Err(BodyError::Closed)), true),
                },
            }
        };
        self.asked.keeps &= !matches!(piece, Some(Err(_)));
        if let Some(feed) = &self.asked.feed {
            feed.give(piece, last, cx);
        }
        if last {
            self.asked.feed = None;
        }
        Poll::Ready(Ok(()))
    }

    /// Ready, with an error, when the client went away. What it asks meanwhile waits.
    fn poll_gone<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        if !self.inbox.bytes.is_empty() || self.inbox.is_over() || self.half_close {
            return Poll::Pending;
        }
        match ready!(self.poll_fill(io, cx)) {
            Ok(true) => Poll::Pending,
            Ok(false) => Poll::Ready(Err(Ended::Closed)),
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    pub(super) fn poll_fill<IO: Duplex>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<Result<bool, Ended>> {
        match self.inbox.poll_fill(io, cx) {
            Poll::Ready(filled) => {
                // A head has its time as a whole, a body from piece to piece.
                if self.waiting == Some(Phase::Body) {
                    self.waiting = None;
                    self.pace.body_came();
                }
                Poll::Ready(filled.map_err(Ended::from))
            }
            Poll::Pending => {
                let phase = self.inbox.phase();
                if self.waiting != Some(phase) {
                    self.waiting = Some(phase);
                    self.pace.waits_in(phase);
                }
                Poll::Pending
            }
        }
    }
}
