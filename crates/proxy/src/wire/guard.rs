//! The wrapper around an accepted connection.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::framing::{Framing, Limits, Phase, Violation};

/// What hyper gets to read in place of a head that is refused. No state of its parser takes a NUL, so it answers 400
/// in the order of pipelined requests and closes; the empty line makes it parse at once.
const POISON: &[u8] = b"\0\r\n\r\n";

/// What hyper gets to read after a head that is too large, for as long as it reads: no byte of it ends a line, so hyper
/// reaches its own limit, answers 431 and closes.
const FILLER: u8 = b'x';

/// A connection whose inbound bytes are held to strict HTTP/1.1 framing.
///
/// On a violation in a head hyper reads bytes that it answers with 400, or 431 where the head is too large, so nothing
/// of that request reaches a service; in a body, whose head has gone on, it reads an error, which ends the connection
/// and the exchange upstream. After that it reads the end of the stream.
#[derive(Debug)]
pub struct Guard<IO> {
    io: IO,
    framing: Framing,
    tunnel: Tunnel,
    refusal: Option<Refusal>,
}

/// Tells the guard of a connection that it has become a tunnel (after `101 Switching Protocols`), whose bytes are no
/// longer HTTP.
#[derive(Clone, Debug, Default)]
pub struct Tunnel(Arc<AtomicBool>);

#[derive(Debug)]
enum Refusal {
    Poison { sent: usize },
    Flood,
    Broken(Violation),
    Over,
}

impl Tunnel {
    /// From now on bytes pass as they are.
    pub fn open(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether bytes pass as they are.
    pub fn is_open(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl<IO> Guard<IO> {
    /// Wraps a connection (after TLS).
    pub fn new(io: IO, limits: Limits) -> Self {
        Self { io, framing: Framing::new(limits), tunnel: Tunnel::default(), refusal: None }
    }

    /// The switch that makes this connection a tunnel.
    pub fn tunnel(&self) -> Tunnel {
        self.tunnel.clone()
    }

    /// What the inbound stream is in the middle of; nothing, once it is a tunnel.
    pub fn phase(&self) -> Phase {
        if self.tunnel.is_open() { Phase::Between } else { self.framing.phase() }
    }
}

impl Refusal {
    fn read(&mut self, buffer: &mut ReadBuf<'_>) -> io::Result<()> {
        match self {
            Self::Poison { sent } => {
                let left = POISON.get(*sent..).unwrap_or_default();
                let piece = left.get(..buffer.remaining()).unwrap_or(left);
                buffer.put_slice(piece);
                *sent += piece.len();
                if *sent >= POISON.len() {
                    *self = Self::Over;
                }
                Ok(())
            }
            Self::Flood => {
                let room = buffer.remaining();
                buffer.initialize_unfilled().fill(FILLER);
                buffer.advance(room);
                Ok(())
            }
            Self::Broken(violation) => {
                let error = io::Error::new(io::ErrorKind::InvalidData, *violation);
                *self = Self::Over;
                Err(error)
            }
            Self::Over => Ok(()),
        }
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Guard<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if let Some(refusal) = &mut this.refusal {
            return Poll::Ready(refusal.read(buffer));
        }
        let start = buffer.filled().len();
        ready!(Pin::new(&mut this.io).poll_read(cx, buffer))?;
        if this.tunnel.is_open() {
            return Poll::Ready(Ok(()));
        }
        let scan = this.framing.scan(buffer.filled().get(start..).unwrap_or_default());
        let Some(violation) = scan.violation else { return Poll::Ready(Ok(())) };
        tracing::debug!(%violation, "request refused on the wire");
        // Where the head of a broken body came in this very piece it is held back, so that the service never starts.
        let (clean, refusal) = match (scan.in_body, scan.head_end) {
            (true, Some(end)) => (end, Refusal::Poison { sent: 0 }),
            (true, None) => (scan.clean, Refusal::Broken(violation)),
            (false, _) if violation == Violation::TooLarge => (scan.clean, Refusal::Flood),
            (false, _) => (scan.clean, Refusal::Poison { sent: 0 }),
        };
        buffer.set_filled(start + clean);
        let refusal = this.refusal.insert(refusal);
        // An empty read would be the end of the stream: go on with the refusal at once.
        if clean == 0 { Poll::Ready(refusal.read(buffer)) } else { Poll::Ready(Ok(())) }
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Guard<IO> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    const HEAD: &[u8] = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    /// What hyper would read, with how the reading ends.
    async fn read(pieces: &[&[u8]], buffer: usize) -> (Vec<u8>, io::Result<()>) {
        let (mut client, server) = tokio::io::duplex(1024);
        let mut guard = Guard::new(server, Limits::default());
        let (mut all, mut buffer) = (Vec::new(), vec![0; buffer]);
        for piece in pieces {
            tokio::io::AsyncWriteExt::write_all(&mut client, piece).await.unwrap();
            let mut left = piece.len();
            while left > 0 {
                match guard.read(&mut buffer).await {
                    Ok(0) => return (all, Ok(())),
                    Ok(count) => {
                        all.extend_from_slice(&buffer[..count]);
                        left = if guard.refusal.is_some() { left } else { left - count };
                    }
                    Err(error) => return (all, Err(error)),
                }
            }
        }
        (all, Ok(()))
    }

    #[tokio::test]
    async fn a_refused_head_is_cut_off_and_poisoned_however_small_the_buffer() {
        for buffer in [1, 2, 3, 64, 1024] {
            let (all, end) = read(&[b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"], buffer).await;
            assert_eq!(all, b"GET / HTTP/1.1\r\nHost: a\0\r\n\r\n");
            assert!(end.is_ok());
        }
    }

    #[tokio::test]
    async fn a_head_that_came_with_its_broken_body_is_held_back() {
        let (all, end) = read(&[&[HEAD, b"Z\r\n"].concat()], 1024).await;
        assert_eq!(all, [&HEAD[..HEAD.len() - 1], POISON].concat());
        assert!(end.is_ok());
    }

    #[tokio::test]
    async fn a_body_that_breaks_later_is_an_error_and_then_the_end() {
        let (all, end) = read(&[HEAD, b"1\r\nA\r\n", b"Z\r\n"], 1024).await;
        assert_eq!(all, [HEAD, b"1\r\nA\r\n"].concat());
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[tokio::test]
    async fn a_tunnel_lets_everything_through() {
        let (mut client, server) = tokio::io::duplex(1024);
        let mut guard = Guard::new(server, Limits::default());
        guard.tunnel().open();
        tokio::io::AsyncWriteExt::write_all(&mut client, b"\n\0\n").await.unwrap();
        let mut buffer = [0; 3];
        guard.read_exact(&mut buffer).await.unwrap();
        assert_eq!(&buffer, b"\n\0\n");
    }
}
