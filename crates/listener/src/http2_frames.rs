//! The frames of an HTTP/2 connection, as far as they tell what the client is in the middle of (RFC 9113 §4.1, §6.10).
//!
//! hyper keeps count of streams but not of time: a client could take forever over one head, while nothing else is heard
//! on the connection. Nor does it count frames that carry nothing ([`Calm`]). So the types and lengths of the frames are
//! read along.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use postern_http::validate::Phase;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::client_frame_budget::Share;
use super::http2_frame_budget::Calm;
use super::timed_io::Phased;

/// Bytes before the first frame, and of a frame's own head.
const PREFACE: usize = 24;
const FRAME_HEAD: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

/// A connection whose inbound frames are read along.
pub(super) struct Framed<IO> {
    io: IO,
    frames: Frames,
    calm: Calm,
}

/// Where in the frames the stream is.
#[derive(Debug)]
struct Frames {
    /// Bytes to pass over: of the preface, then of a frame's payload.
    skip: usize,
    head: [u8; FRAME_HEAD],
    filled: usize,
    /// Whether a block of headers has begun that has not ended.
    open: bool,
    /// Whether the frame being passed over ends one.
    ends: bool,
    /// How many have begun.
    blocks: u32,
    /// Frames since they were last asked for that carry neither a head nor a body.
    empty: u32,
}

impl Frames {
    fn new() -> Self {
        Self { skip: PREFACE, head: [0; FRAME_HEAD], filled: 0, open: false, ends: false, blocks: 0, empty: 0 }
    }

    fn scan(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            if self.skip > 0 {
                let taken = self.skip.min(piece.len());
                self.skip -= taken;
                piece = piece.get(taken..).unwrap_or_default();
            } else {
                let room = self.head.get_mut(self.filled..).unwrap_or_default();
                let taken = room.len().min(piece.len());
                let (now, later) = piece.split_at_checked(taken).unwrap_or((piece, &[]));
                room.iter_mut().zip(now).for_each(|(slot, byte)| *slot = *byte);
                self.filled += taken;
                piece = later;
                if self.filled == FRAME_HEAD {
                    self.begin();
                }
            }
            if self.skip == 0 && std::mem::take(&mut self.ends) {
                self.open = false;
            }
        }
    }

    fn begin(&mut self) {
        let [a, b, c, kind, flags, ..] = self.head;
        self.filled = 0;
        self.skip = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        if kind == HEADERS {
            self.open = true;
            self.blocks = self.blocks.wrapping_add(1);
        }
        let carries = kind == HEADERS || (matches!(kind, DATA | CONTINUATION) && self.skip > 0);
        self.empty += u32::from(!carries);
        self.ends = matches!(kind, HEADERS | CONTINUATION) && flags & END_HEADERS != 0;
    }
}

impl<IO> Framed<IO> {
    /// Takes what the client's connections may send together.
    pub(super) fn new(io: IO, share: Option<Share>) -> Self {
        Self { io, frames: Frames::new(), calm: Calm::new(share) }
    }

    fn wrote(&mut self, poll: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = &poll {
            self.calm.sent(*bytes);
        }
        poll
    }
}

impl<IO> Phased for Framed<IO> {
    fn phase(&self) -> Option<Phase> {
        Some(if self.frames.open { Phase::Head(self.frames.blocks) } else { Phase::Between })
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Framed<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let start = buffer.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buffer))?;
        let this = &mut *self;
        this.frames.scan(buffer.filled().get(start..).unwrap_or_default());
        let calm = this.calm.spend(std::mem::take(&mut this.frames.empty));
        Poll::Ready(calm.map_err(|flooded| io::Error::new(io::ErrorKind::InvalidData, flooded)))
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Framed<IO> {
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
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, payload: usize) -> Vec<u8> {
        let [_, a, b, c] = u32::try_from(payload).unwrap().to_be_bytes();
        [&[a, b, c, kind, flags, 0, 0, 0, 1][..], &vec![0x5a; payload]].concat()
    }

    #[test]
    fn frames_that_carry_nothing_are_counted() {
        let carrying = [frame(HEADERS, END_HEADERS, 12), frame(DATA, 0, 1), frame(CONTINUATION, 0, 1)].concat();
        let empty =
            [frame(DATA, 1, 0), frame(CONTINUATION, 0, 0), frame(6, 0, 8), frame(8, 0, 4), frame(77, 0, 3)].concat();
        let mut frames = Frames::new();
        [vec![b'P'; PREFACE], carrying.clone(), empty, carrying]
            .concat()
            .chunks(5)
            .for_each(|piece| frames.scan(piece));
        assert_eq!(frames.empty, 5);
    }

    #[test]
    fn an_open_block_of_headers_is_seen_however_the_stream_is_cut() {
        let whole = [
            vec![b'P'; PREFACE],
            frame(4, 0, 18),
            frame(HEADERS, 0, 30),
            frame(CONTINUATION, 0, 0),
            frame(CONTINUATION, END_HEADERS, 10),
            frame(0, 1, 70_000),
            frame(HEADERS, END_HEADERS, 12),
        ];
        for size in [1, 2, 7, 9, 10, 4096] {
            let (mut frames, mut seen) = (Frames::new(), Vec::new());
            for part in &whole {
                part.chunks(size).for_each(|piece| frames.scan(piece));
                seen.push((frames.open, frames.blocks));
            }
            let expected = [(false, 0), (false, 0), (true, 1), (true, 1), (false, 1), (false, 1), (false, 2)];
            assert_eq!(seen, expected, "in pieces of {size}");
        }
        let mut frames = Frames::new();
        let trickle = [&vec![b'P'; PREFACE][..], &frame(HEADERS, END_HEADERS, 30)].concat();
        frames.scan(&trickle[..trickle.len() - 1]);
        assert!(frames.open);
        frames.scan(&trickle[trickle.len() - 1..]);
        assert!(!frames.open);
    }
}
