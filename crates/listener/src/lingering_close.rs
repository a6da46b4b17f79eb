//! Lingering close (RFC 9112 §9.6): closing a socket with unread bytes resets the connection, and the reset can overtake the
//! response. So after the last byte was sent, incoming bytes are read and discarded for a short time.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::forward_writes::forward_writes;

/// Time to wait for the client to close its side.
const TIME: Duration = Duration::from_secs(1);
/// Bytes to discard. Proxies send a buffered body to its end before they read the response, and turn a reset into a 502.
const BYTES: usize = 4 * 1024 * 1024;

/// A stream that reads and discards for a while when it is shut down.
pub(crate) struct LingeringClose<IO> {
    io: IO,
    closing: Option<Closing>,
}

struct Closing {
    deadline: Pin<Box<Sleep>>,
    left: usize,
}

impl<IO> LingeringClose<IO> {
    pub(crate) fn new(io: IO) -> Self {
        Self { io, closing: None }
    }
}

impl<IO: AsyncRead + Unpin> LingeringClose<IO> {
    fn discard(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let closing = self.closing.get_or_insert_with(|| Closing { deadline: Box::pin(sleep(TIME)), left: BYTES });
        let mut scratch = [0; 4096];
        while closing.left > 0 && closing.deadline.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {
                    closing.left = closing.left.saturating_sub(buffer.filled().len());
                }
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for LingeringClose<IO> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

forward_writes!(
    [IO: AsyncRead + AsyncWrite + Unpin] LingeringClose<IO> { Self { io, .. } => io }
    shutdown: poll_lingering_shutdown,
);

impl<IO: AsyncRead + AsyncWrite + Unpin> LingeringClose<IO> {
    fn poll_lingering_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.closing.is_none() {
            ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
        }
        ready!(self.discard(cx));
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test(start_paused = true)]
    async fn what_comes_after_the_end_is_read_for_a_moment_and_no_longer() {
        let (ours, mut theirs) = duplex(64);
        let mut ours = LingeringClose::new(ours);
        let closed = tokio::spawn(async move { ours.shutdown().await });
        assert_eq!(theirs.read(&mut [0; 8]).await.unwrap(), 0);
        theirs.write_all(&vec![b'x'; 2_000_000]).await.unwrap();
        assert!(!closed.is_finished());
        // Paused time advances by itself once no other task can run.
        closed.await.unwrap().unwrap();
        assert!(theirs.write_all(b"x").await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn an_end_that_closes_too_ends_it_at_once() {
        let (ours, theirs) = duplex(64);
        let before = tokio::time::Instant::now();
        drop(theirs);
        LingeringClose::new(ours).shutdown().await.unwrap();
        assert_eq!(before.elapsed(), Duration::ZERO);
    }
}
