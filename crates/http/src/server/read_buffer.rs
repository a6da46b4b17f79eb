//! The buffer for received bytes. They are validated as soon as they are read, so that only valid ones stay in it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use http::StatusCode;
use memchr::memmem;
use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

use super::request_head::RequestHead;
use crate::validate::{Limits, Phase, RequestValidator, Violation};

/// Bytes of free space to read into, for heads.
const CAPACITY_MIN: usize = 8 * 1024;
/// Bytes of free space to read into, for bodies. Each read costs two system calls and wakes the reader; much larger pieces leave
/// the processor's cache before they are sent on.
const CAPACITY_MAX: usize = 512 * 1024;

/// Received bytes that are valid, in order.
#[derive(Debug)]
pub(super) struct ReadBuffer {
    pub(super) bytes: BytesMut,
    capacity: usize,
    validator: RequestValidator,
    /// Complete heads that were received, and of them those that were taken. Both wrap.
    received: u32,
    taken: u32,
    /// Violation that follows the bytes in the buffer.
    violation: Option<Violation>,
    ended: bool,
}

impl ReadBuffer {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            bytes: BytesMut::new(),
            capacity: CAPACITY_MIN,
            validator: RequestValidator::new(limits),
            received: 0,
            taken: 0,
            violation: None,
            ended: false,
        }
    }

    /// Reads once. `false`: the client sends nothing more, or nothing valid.
    pub(super) fn poll_fill<IO: AsyncRead + Unpin>(
        &mut self,
        io: &mut IO,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<bool>> {
        if self.ended || self.violation.is_some() {
            return Poll::Ready(Ok(false));
        }
        if self.capacity > CAPACITY_MIN && self.bytes.is_empty() {
            // Most parts are sent on at once; the same memory is then free again, and still in the cache.
            let _reclaimed = self.bytes.try_reclaim(self.capacity);
        }
        let (begin, free) = (self.bytes.len(), self.bytes.capacity() - self.bytes.len());
        if free < self.capacity / 4 {
            self.bytes.reserve(self.capacity);
        }
        let free = self.bytes.capacity() - begin;
        let read = ready!(poll_read_buf(Pin::new(io), cx, &mut self.bytes))?;
        if read == 0 {
            self.ended = true;
            return Poll::Ready(Ok(false));
        }
        if read == free {
            self.capacity = (self.capacity * 2).min(CAPACITY_MAX);
        }
        let scan = self.validator.scan(self.bytes.get(begin..).unwrap_or_default());
        self.received = self.validator.heads();
        if let Some(violation) = scan.violation {
            tracing::debug!(%violation, "invalid request on an HTTP/1.1 connection");
            self.violation = Some(violation);
            self.bytes.truncate(begin + scan.clean);
            if let (true, Some(end)) = (scan.in_body, scan.head_end) {
                // The head came in the same read as its invalid body: it is withheld, so that no service sees the request.
                self.bytes.truncate(begin + end);
                self.received = self.received.wrapping_sub(1);
            }
        }
        Poll::Ready(Ok(true))
    }

    /// Whether a complete head is in the buffer.
    pub(super) fn has_head(&self) -> bool {
        self.received != self.taken
    }

    /// Takes the next head, if it is complete. `Err`: the status with which to reject it.
    pub(super) fn take_head(&mut self) -> Option<Result<RequestHead, StatusCode>> {
        if !self.has_head() {
            return None;
        }
        self.taken = self.taken.wrapping_add(1);
        if let Some((spans, length)) = self.validator.head_spans(self.taken) {
            return Some(RequestHead::read(self.bytes.split_to(length), Some(spans)));
        }
        // A valid head has no other line ends than CRLF.
        let length = memmem::find(&self.bytes, b"\r\n\r\n")? + 4;
        Some(RequestHead::read(self.bytes.split_to(length), None))
    }

    /// Sets the capacity for a body of this length, if it is known.
    pub(super) fn expect(&mut self, length: Option<u64>) {
        let length = length.and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        self.capacity = length.clamp(CAPACITY_MIN, CAPACITY_MAX);
    }

    /// Sets the capacity for the next head. Reuses the memory where nothing refers to it, and frees that of a large body.
    pub(super) fn reset_capacity(&mut self) {
        if self.bytes.is_empty() && self.capacity > CAPACITY_MIN {
            self.bytes = BytesMut::new();
        }
        self.capacity = CAPACITY_MIN;
        let _reclaimed = self.bytes.try_reclaim(CAPACITY_MIN);
    }

    /// Frees the memory, if it holds nothing.
    pub(super) fn release(&mut self) {
        if self.bytes.is_empty() {
            self.bytes = BytesMut::new();
        }
    }

    /// Violation that follows the bytes in the buffer.
    pub(super) fn violation(&self) -> Option<Violation> {
        self.violation
    }

    /// Whether nothing more will be read: the client closed its side, or sent something invalid.
    pub(super) fn is_finished(&self) -> bool {
        self.ended || self.violation.is_some()
    }

    /// The phase of the request that the client is sending.
    pub(super) fn phase(&self) -> Phase {
        self.validator.phase()
    }
}
