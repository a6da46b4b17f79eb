//! Observes the frames of an HTTP/2 connection (RFC 9113 §4.1, §6.10).
//!
//! hyper limits streams but not the time of a header block, nor the number of frames without payload ([`FrameBudget`]). So
//! the type and length of each inbound frame are read on the way to hyper.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use postern_http::validate::Phase;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::client_frame_budget::ClientFrameBudget;
use crate::forward_writes::forward_writes;
use crate::http2_frame_budget::FrameBudget;
use crate::timed_io::ReadPhase;

/// Bytes of the connection preface, and of a frame header.
const PREFACE: usize = 24;
const FRAME_HEAD: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

/// A stream whose inbound frames are observed.
pub(crate) struct FrameObserver<IO> {
    io: IO,
    frames: Frames,
    budget: FrameBudget,
}

/// Position in the sequence of frames.
#[derive(Debug)]
struct Frames {
    /// Bytes to skip: of the preface, then of a frame's payload.
    skip: usize,
    head: [u8; FRAME_HEAD],
    filled: usize,
    /// Whether a header block is incomplete.
    open: bool,
    /// Whether the current frame ends one.
    ends: bool,
    /// Header blocks that have begun.
    blocks: u32,
    /// Frames without payload since they were last counted.
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

impl<IO> FrameObserver<IO> {
    /// Wraps a stream; `share` is the budget of its client.
    pub(crate) fn new(io: IO, share: Option<ClientFrameBudget>) -> Self {
        Self { io, frames: Frames::new(), budget: FrameBudget::new(share) }
    }

    fn wrote(&mut self, poll: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(bytes)) = poll {
            self.budget.sent(*bytes);
        }
    }
}

impl<IO> ReadPhase for FrameObserver<IO> {
    fn phase(&self) -> Option<Phase> {
        Some(if self.frames.open { Phase::Head(self.frames.blocks) } else { Phase::Between })
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for FrameObserver<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let start = buffer.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buffer))?;
        let this = &mut *self;
        this.frames.scan(buffer.filled().get(start..).unwrap_or_default());
        let budget = this.budget.spend(std::mem::take(&mut this.frames.empty));
        Poll::Ready(budget.map_err(|flooded| io::Error::new(io::ErrorKind::InvalidData, flooded)))
    }
}

forward_writes!(
    [IO: AsyncWrite + Unpin] FrameObserver<IO> { Self { io, .. } => io }
    on_write: wrote,
);

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
