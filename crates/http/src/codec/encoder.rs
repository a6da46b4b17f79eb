//! A message as it goes out: its head, and the body as it comes.

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

/// Bytes of room for a head that are kept between messages.
const KEPT: usize = 16 * 1024;

/// Bytes of a body that wait for the other end to take them: both sides stay busy, and are woken seldom.
const WAITING_MAX: usize = 256 * 1024;
/// Pieces that are handed over at a time.
const PIECES: usize = 16;
/// Bytes of a piece that is rather copied behind the head than handed over beside it: the kernel takes one piece cheaper than a
/// list of them, and TLS makes a record of each.
const SMALL: usize = 2048;

/// How a body is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Bytes that are still to come.
    Length(u64),
    Chunked,
    /// The connection is closed behind it.
    UntilClose,
}

/// What of a message is still to go out: the head, then what waits, then the rest of the body.
#[derive(Debug)]
pub(crate) struct Outgoing<B> {
    /// The head, and small pieces of the body behind it.
    head: Vec<u8>,
    /// Bytes of these that went out.
    led: usize,
    waiting: VecDeque<Bytes>,
    /// Their bytes.
    queued: usize,
    body: Option<B>,
    framing: Framing,
    /// The trailers that the head announces. Others are left out: not everybody who takes chunks expects any (RFC 9110
    /// §6.5.1).
    announced: Vec<HeaderName>,
    /// Whether a byte of it was taken by the connection.
    begun: bool,
    /// Whether the connection may still hold back something of it.
    unflushed: bool,
    /// Whether something of the body was taken since that was last asked.
    progress: bool,
}

/// Why a message went out in part.
#[derive(Debug)]
pub(crate) enum Unsent<E> {
    /// The connection takes no more.
    Connection(io::Error),
    /// The body broke off.
    Body(E),
    /// It was longer or shorter than was said.
    Length,
}

impl<B> Outgoing<B> {
    /// Nothing.
    pub(crate) fn nothing() -> Self {
        Self {
            head: Vec::new(),
            led: 0,
            waiting: VecDeque::new(),
            queued: 0,
            body: None,
            framing: Framing::Length(0),
            announced: Vec::new(),
            begun: false,
            unflushed: false,
            progress: false,
        }
    }

    /// Begins with a message. Its head is written to what this gives; what was under way must have gone out, but for heads
    /// without a body.
    pub(crate) fn begin(&mut self, framing: Framing, announced: Vec<HeaderName>) -> &mut Vec<u8> {
        self.framing = framing;
        self.announced = announced;
        self.begun = false;
        self.unflushed = true;
        self.progress = false;
        if self.led == self.head.len() {
            self.head.clear();
            self.head.shrink_to(KEPT);
            self.led = 0;
        }
        &mut self.head
    }

    /// What follows the head.
    pub(crate) fn follow(&mut self, body: B) {
        self.body = Some(body);
    }

    /// Whether nothing of it reached the connection.
    pub(crate) fn is_untouched(&self) -> bool {
        !self.begun
    }

    /// Whether all of it went out.
    pub(crate) fn is_done(&self) -> bool {
        self.body.is_none() && self.is_written() && !self.unflushed
    }

    /// Whether something of its body was taken since this was last asked.
    pub(crate) fn take_progress(&mut self) -> bool {
        std::mem::take(&mut self.progress)
    }

    /// Ends with what there is of its body.
    pub(crate) fn cut_off(&mut self) {
        self.body = None;
    }

    /// Sends no more of it.
    pub(crate) fn abandon(&mut self) {
        *self = Self { begun: true, ..Self::nothing() };
    }

    fn is_written(&self) -> bool {
        self.led == self.head.len() && self.waiting.is_empty()
    }

    fn put(&mut self, bytes: Bytes) {
        if let Some(room) = self.room(bytes.len()) {
            room.extend_from_slice(&bytes);
        } else {
            self.queued += bytes.len();
            self.waiting.push_back(bytes);
        }
    }

    /// Where so many bytes can be copied to; `None`: they have to wait by themselves.
    fn room(&mut self, length: usize) -> Option<&mut Vec<u8>> {
        if self.led == self.head.len() {
            self.head.clear();
            self.led = 0;
        }
        (length <= SMALL && self.waiting.is_empty() && self.head.len() + length <= KEPT).then_some(&mut self.head)
    }

    /// Counts bytes that went out.
    fn advance(&mut self, written: usize) {
        self.begun |= written > 0;
        let of_head = written.min(self.head.len() - self.led);
        self.led += of_head;
        let mut left = written - of_head;
        self.queued -= left;
        while let Some(piece) = self.waiting.front_mut() {
            if left < piece.len() {
                piece.advance(left);
                break;
            }
            left -= piece.len();
            self.waiting.pop_front();
        }
    }

    fn poll_write<IO: AsyncWrite + Unpin>(&mut self, io: &mut IO, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let head = self.head.get(self.led..).unwrap_or_default();
        let written = if self.waiting.is_empty() {
            Pin::new(io).poll_write(cx, head)
        } else if let (true, [piece], []) = (head.is_empty(), self.waiting.as_slices().0, self.waiting.as_slices().1) {
            Pin::new(io).poll_write(cx, piece)
        } else {
            let mut slices = [IoSlice::new(&[]); PIECES];
            let parts = [head].into_iter().chain(self.waiting.iter().map(|piece| &**piece));
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

impl<B: HttpBody<Data = Bytes> + Unpin> Outgoing<B> {
    /// Sends what can be sent. Ready once all of it went out.
    pub(crate) fn poll<IO: AsyncWrite + Unpin>(
        &mut self,
        io: &mut IO,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Unsent<B::Error>>> {
        loop {
            // The first piece goes out together with the head, where it is there.
            while self.body.is_some() && self.queued < WAITING_MAX {
                if self.poll_body(cx)?.is_pending() {
                    break;
                }
            }
            if self.is_written() {
                // TLS may hold back what it was given.
                if self.unflushed {
                    ready!(Pin::new(&mut *io).poll_flush(cx)).map_err(Unsent::Connection)?;
                    self.unflushed = false;
                }
                return if self.body.is_none() { Poll::Ready(Ok(())) } else { Poll::Pending };
            }
            ready!(self.poll_write(io, cx)).map_err(Unsent::Connection)?;
        }
    }

    /// Takes the next piece of the body, if it is there.
    fn poll_body(&mut self, cx: &mut Context<'_>) -> Result<Poll<()>, Unsent<B::Error>> {
        let Some(body) = &mut self.body else { return Ok(Poll::Ready(())) };
        let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) else { return Ok(Poll::Pending) };
        let ended = frame.is_none() || body.is_end_stream();
        self.progress |= matches!(frame, Some(Ok(_)));
        let mut trailers = None;
        match frame.transpose().map_err(Unsent::Body)?.map(http_body::Frame::into_data) {
            Some(Ok(data)) => self.put_data(data)?,
            Some(Err(frame)) => trailers = frame.into_trailers().ok().map(|trailers| self.only_announced(trailers)),
            None => {}
        }
        if ended || trailers.is_some() {
            self.body = None;
            match self.framing {
                Framing::Length(0) | Framing::UntilClose => {}
                Framing::Length(_) => return Err(Unsent::Length),
                Framing::Chunked => {
                    let mut end = b"0\r\n".to_vec();
                    write_trailers(&mut end, &trailers.unwrap_or_default());
                    self.put(end.into());
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

    fn put_data(&mut self, data: Bytes) -> Result<(), Unsent<B::Error>> {
        match &mut self.framing {
            _ if data.is_empty() => {}
            Framing::Length(left) => {
                *left = left.checked_sub(data.len() as u64).ok_or(Unsent::Length)?;
                self.put(data);
            }
            Framing::UntilClose => self.put(data),
            Framing::Chunked => {
                let mut line = Vec::new();
                write_chunk_size(&mut line, data.len());
                self.put(line.into());
                self.put(data);
                self.put(Bytes::from_static(b"\r\n"));
            }
        }
        Ok(())
    }
}

/// The names in lines of `Trailer`, each once.
pub(crate) fn announced<'v>(values: impl Iterator<Item = &'v [u8]>) -> Vec<HeaderName> {
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
