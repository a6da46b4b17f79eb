//! Sending of one message: its head, and its body as it becomes available.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::header::{HeaderMap, HeaderName};
use http_body::Body as HttpBody;
use postern_model::web::list;
use tokio::io::AsyncWrite;

use super::write::{write_chunk_size, write_trailers};

/// Bytes of capacity for a head that are kept between messages.
const HEAD_KEPT: usize = 16 * 1024;

/// Bytes of capacity for a head, to begin with: one with a signed identity, and a small body behind it. Growing it step by step
/// costs a proxied request some 800 instructions.
const HEAD_USUAL: usize = 4 * 1024;

/// Bytes of a body that are buffered while the peer does not read. Enough to keep both sides busy, with few wake-ups.
const QUEUED_MAX: usize = 256 * 1024;
/// Most buffers of one vectored write.
const BUFFERS_MAX: usize = 16;
/// Largest body part that is copied behind the head instead of being written separately. One buffer costs the kernel less
/// than a list, and TLS makes a record of each buffer.
const COPIED_MAX: usize = 2048;

/// How a body is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyFraming {
    /// `Content-Length`: the bytes still to be sent.
    Length(u64),
    /// The chunked coding.
    Chunked,
    /// The connection is closed behind the body.
    UntilClose,
}

/// Sends one message after the other: first the head, then buffered parts of the body, then the rest of it.
#[derive(Debug)]
pub(crate) struct Encoder<B> {
    /// The head, and small parts of the body behind it.
    head: Vec<u8>,
    /// Bytes of `head` that were written.
    head_written: usize,
    /// Parts of the body behind `head` that were not written yet. None is small, unless a large one follows it.
    queue: VecDeque<Bytes>,
    /// Small parts behind `queue`, joined: a part by itself costs more memory than it holds.
    tail: Vec<u8>,
    /// The bytes in `queue` and `tail`.
    queued: usize,
    body: Option<B>,
    framing: BodyFraming,
    /// The trailers that the head announced. Others are dropped: not every recipient of chunks expects trailers (RFC 9110
    /// §6.5.1).
    announced: Vec<HeaderName>,
    /// Whether a byte of the message was written to the connection.
    begun: bool,
    /// Whether the connection may still buffer bytes of the message.
    unflushed: bool,
    /// Whether a frame of the body was taken since [`Encoder::take_progress`].
    progress: bool,
}

/// Why a message was sent in part only.
#[derive(Debug)]
pub(crate) enum EncodeError<E> {
    /// Writing failed.
    Io(io::Error),
    /// The body failed.
    Body(E),
    /// The body was longer or shorter than its `Content-Length`.
    Length,
}

impl<B> Encoder<B> {
    /// No message.
    pub(crate) fn idle() -> Self {
        Self {
            head: Vec::new(),
            head_written: 0,
            queue: VecDeque::new(),
            tail: Vec::new(),
            queued: 0,
            body: None,
            framing: BodyFraming::Length(0),
            announced: Vec::new(),
            begun: false,
            unflushed: false,
            progress: false,
        }
    }

    /// Begins a message, and returns the buffer to write its head to. The previous message must be complete, except that an
    /// informational response may precede a final one.
    pub(crate) fn begin(&mut self, framing: BodyFraming, announced: Vec<HeaderName>) -> &mut Vec<u8> {
        self.framing = framing;
        self.announced = announced;
        self.begun = false;
        self.unflushed = true;
        self.progress = false;
        if self.head_written == self.head.len() {
            self.head.clear();
            self.head.shrink_to(HEAD_KEPT);
            self.head_written = 0;
            self.head.reserve(HEAD_USUAL);
        }
        &mut self.head
    }

    /// Sets the body that follows the head.
    pub(crate) fn set_body(&mut self, body: B) {
        self.body = Some(body);
    }

    /// Whether no byte of the message was written to the connection.
    pub(crate) fn is_unsent(&self) -> bool {
        !self.begun
    }

    /// Whether the message was sent completely.
    pub(crate) fn is_done(&self) -> bool {
        self.body.is_none() && self.is_written() && !self.unflushed
    }

    /// Whether a frame of the body was taken since the last call.
    pub(crate) fn take_progress(&mut self) -> bool {
        std::mem::take(&mut self.progress)
    }

    /// Flushes the buffered part of the body.
    pub(crate) fn truncate(&mut self) {
        self.body = None;
    }

    /// Sends nothing more of the message.
    pub(crate) fn abandon(&mut self) {
        *self = Self { begun: true, ..Self::idle() };
    }

    /// Frees the memory of a message that was sent.
    pub(crate) fn release(&mut self) {
        if self.is_done() {
            self.head = Vec::new();
            self.head_written = 0;
            self.tail = Vec::new();
            self.queue = VecDeque::new();
            self.announced = Vec::new();
        }
    }

    fn is_written(&self) -> bool {
        self.head_written == self.head.len() && self.queue.is_empty() && self.tail.is_empty()
    }

    fn put(&mut self, bytes: Bytes) {
        if bytes.len() <= COPIED_MAX {
            self.copy(&bytes);
        } else {
            self.close_tail();
            self.queued += bytes.len();
            self.queue.push_back(bytes);
        }
    }

    /// Adds a small part: behind the head while nothing else is, and else behind the other small ones.
    fn copy(&mut self, bytes: &[u8]) {
        if self.head_written == self.head.len() {
            self.head.clear();
            self.head_written = 0;
        }
        if self.queue.is_empty() && self.tail.is_empty() && self.head.len() + bytes.len() <= HEAD_KEPT {
            self.head.extend_from_slice(bytes);
            return;
        }
        if self.tail.len() + bytes.len() > HEAD_KEPT {
            self.close_tail();
        }
        self.tail.extend_from_slice(bytes);
        self.queued += bytes.len();
    }

    /// Makes one part of the small ones.
    fn close_tail(&mut self) {
        if !self.tail.is_empty() {
            self.queue.push_back(std::mem::take(&mut self.tail).into());
        }
    }

    /// Notes that bytes were written.
    fn advance(&mut self, written: usize) {
        self.begun |= written > 0;
        let of_head = written.min(self.head.len() - self.head_written);
        self.head_written += of_head;
        let mut left = written - of_head;
        self.queued -= left;
        while let Some(piece) = self.queue.front_mut() {
            if left < piece.len() {
                piece.advance(left);
                break;
            }
            left -= piece.len();
            self.queue.pop_front();
        }
    }

    fn poll_write<IO: AsyncWrite + Unpin>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.head_written == self.head.len() && self.queue.is_empty() && !self.tail.is_empty() {
            self.queued -= self.tail.len();
            self.head.clear();
            self.head_written = 0;
            std::mem::swap(&mut self.head, &mut self.tail);
        }
        let head = self.head.get(self.head_written..).unwrap_or_default();
        let written = if self.queue.is_empty() {
            Pin::new(io).poll_write(cx, head)
        } else if let (true, [piece], []) = (head.is_empty(), self.queue.as_slices().0, self.queue.as_slices().1) {
            Pin::new(io).poll_write(cx, piece)
        } else {
            let mut slices = [IoSlice::new(&[]); BUFFERS_MAX];
            let parts = [head].into_iter().chain(self.queue.iter().map(|piece| &**piece));
            let mut count = 0;
            for (slice, part) in slices.iter_mut().zip(parts.filter(|part| !part.is_empty())) {
                *slice = IoSlice::new(part);
                count += 1;
            }
            Pin::new(io).poll_write_vectored(cx, slices.get(..count).unwrap_or_default())
        };
        match ready!(written)? {
            0 => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            written => {
                self.unflushed = true;
                self.advance(written);
                Poll::Ready(Ok(()))
            }
        }
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> Encoder<B> {
    /// Sends what can be sent now. Ready once the message is complete.
    pub(crate) fn poll<IO: AsyncWrite + Unpin>(
        &mut self,
        io: &mut IO,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), EncodeError<B::Error>>> {
        loop {
            // The first part is sent together with the head, if it is available.
            while self.body.is_some() && self.queued < QUEUED_MAX {
                if self.poll_body(cx)?.is_pending() {
                    break;
                }
            }
            if self.is_written() {
                // TLS may buffer written bytes.
                if self.unflushed {
                    ready!(Pin::new(&mut *io).poll_flush(cx)).map_err(EncodeError::Io)?;
                    self.unflushed = false;
                }
                return if self.body.is_none() { Poll::Ready(Ok(())) } else { Poll::Pending };
            }
            ready!(self.poll_write(io, cx)).map_err(EncodeError::Io)?;
        }
    }

    /// Takes the next frame of the body, if it is available.
    fn poll_body(&mut self, cx: &mut Context<'_>) -> Result<Poll<()>, EncodeError<B::Error>> {
        let Some(body) = &mut self.body else { return Ok(Poll::Ready(())) };
        let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) else { return Ok(Poll::Pending) };
        let ended = frame.is_none() || body.is_end_stream();
        self.progress |= matches!(frame, Some(Ok(_)));
        let mut trailers = None;
        match frame.transpose().map_err(EncodeError::Body)?.map(http_body::Frame::into_data) {
            Some(Ok(data)) => self.put_data(data)?,
            Some(Err(frame)) => trailers = frame.into_trailers().ok().map(|trailers| self.only_announced(trailers)),
            None => {}
        }
        if ended || trailers.is_some() {
            self.body = None;
            match self.framing {
                BodyFraming::Length(0) | BodyFraming::UntilClose => {}
                BodyFraming::Length(_) => return Err(EncodeError::Length),
                BodyFraming::Chunked => {
                    let mut end = b"0\r\n".to_vec();
                    write_trailers(&mut end, &trailers.unwrap_or_default());
                    self.copy(&end);
                }
            }
        }
        Ok(Poll::Ready(()))
    }

    fn only_announced(&self, trailers: HeaderMap) -> HeaderMap {
        let mut kept = HeaderMap::new();
        for name in &self.announced {
            for value in trailers.get_all(name) {
                kept.append(name.clone(), value.clone());
            }
        }
        kept
    }

    fn put_data(&mut self, data: Bytes) -> Result<(), EncodeError<B::Error>> {
        match &mut self.framing {
            _ if data.is_empty() => {}
            BodyFraming::Length(left) => {
                *left = left.checked_sub(data.len() as u64).ok_or(EncodeError::Length)?;
                self.put(data);
            }
            BodyFraming::UntilClose => self.put(data),
            BodyFraming::Chunked => {
                let mut line = Vec::new();
                write_chunk_size(&mut line, data.len());
                self.copy(&line);
                self.put(data);
                self.copy(b"\r\n");
            }
        }
        Ok(())
    }
}

/// The names in `Trailer` headers, each once.
pub(crate) fn announced_trailers<'v>(values: impl Iterator<Item = &'v [u8]>) -> Vec<HeaderName> {
    let mut announced = Vec::new();
    for name in values.flat_map(list) {
        match HeaderName::from_bytes(name.as_bytes()) {
            Ok(name) if !announced.contains(&name) => announced.push(name),
            _ => {}
        }
    }
    announced
}

#[cfg(test)]
mod tests;
