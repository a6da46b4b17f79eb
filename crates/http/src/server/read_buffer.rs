//! What comes from a client: read, judged at once, and kept until it is used.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use http::StatusCode;
use memchr::memmem;
use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

use super::request_head::Head;
use crate::validate::{Framing, Limits, Phase, Violation};

/// Bytes of room to read into: for heads, and most for bodies. Every piece costs two calls into the kernel and wakes whoever
/// takes it; much larger ones do not stay in a processor's cache on their way.
const ROOM: (usize, usize) = (8 * 1024, 512 * 1024);

/// Bytes that came and are sound, in order.
#[derive(Debug)]
pub(super) struct Inbox {
    pub(super) bytes: BytesMut,
    room: usize,
    framing: Framing,
    /// Heads that came whole, and those that were taken out of it.
    whole: u32,
    taken: u32,
    /// What is wrong with what follows.
    violation: Option<Violation>,
    ended: bool,
}

impl Inbox {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            bytes: BytesMut::new(),
            room: ROOM.0,
            framing: Framing::new(limits),
            whole: 0,
            taken: 0,
            violation: None,
            ended: false,
        }
    }

    /// Reads more. False: no more will come, or nothing of it is sound.
    pub(super) fn poll_fill<IO: AsyncRead + Unpin>(
        &mut self,
        io: &mut IO,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<bool>> {
        if self.ended || self.violation.is_some() {
            return Poll::Ready(Ok(false));
        }
        if self.room > ROOM.0 && self.bytes.is_empty() {
            // What was used goes on at once, mostly: the same memory again is still in the cache.
            let _reclaimed = self.bytes.try_reclaim(self.room);
        }
        let (begin, free) = (self.bytes.len(), self.bytes.capacity() - self.bytes.len());
        if free < self.room / 4 {
            self.bytes.reserve(self.room);
        }
        let room = self.bytes.capacity() - begin;
        let read = ready!(poll_read_buf(Pin::new(io), cx, &mut self.bytes))?;
        if read == 0 {
            self.ended = true;
            return Poll::Ready(Ok(false));
        }
        if read == room {
            self.room = (self.room * 2).min(ROOM.1);
        }
        let scan = self.framing.scan(self.bytes.get(begin..).unwrap_or_default());
        self.whole = self.framing.heads();
        if let Some(violation) = scan.violation {
            tracing::debug!(%violation, "request refused on the wire");
            self.violation = Some(violation);
            self.bytes.truncate(begin + scan.clean);
            if let (true, Some(end)) = (scan.in_body, scan.head_end) {
                // The head of a broken body that came in this very piece is held back, so that nobody starts with it.
                self.bytes.truncate(begin + end);
                self.whole = self.whole.wrapping_sub(1);
            }
        }
        Poll::Ready(Ok(true))
    }

    /// Takes the next head, once all of it is there. The status that answers one that is no request.
    pub(super) fn take_head(&mut self) -> Option<Result<Head, StatusCode>> {
        if self.whole == self.taken {
            return None;
        }
        self.taken = self.taken.wrapping_add(1);
        if let Some((marks, length)) = self.framing.marks(self.taken) {
            return Some(Head::read(self.bytes.split_to(length), Some(marks)));
        }
        // A sound head has no other line ends.
        let length = memmem::find(&self.bytes, b"\r\n\r\n")? + 4;
        Some(Head::read(self.bytes.split_to(length), None))
    }

    /// Makes room for a body of this length, where it is known.
    pub(super) fn expect(&mut self, length: Option<u64>) {
        let length = length.and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        self.room = length.clamp(ROOM.0, ROOM.1);
    }

    /// Makes room for the next head, in the same memory where nobody reads in it any more, and lets go of what a large body
    /// took.
    pub(super) fn rest(&mut self) {
        if self.bytes.is_empty() && self.room > ROOM.0 {
            self.bytes = BytesMut::new();
        }
        self.room = ROOM.0;
        let _reclaimed = self.bytes.try_reclaim(ROOM.0);
    }

    /// What is wrong with what follows the bytes that are there.
    pub(super) fn violation(&self) -> Option<Violation> {
        self.violation
    }

    /// Whether the client closed its side, or sent what ends the conversation.
    pub(super) fn is_over(&self) -> bool {
        self.ended || self.violation.is_some()
    }

    /// What the client is in the middle of.
    pub(super) fn phase(&self) -> Phase {
        self.framing.phase()
    }
}
