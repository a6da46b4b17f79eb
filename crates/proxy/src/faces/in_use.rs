//! The client's end of a WebSocket, whose messages count as use of the session.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::websocket_frames::Frames;
use crate::sessions::Activity;

/// A stream that records when messages were read from it. What is written to it does not count, and neither do the answers to
/// pings, which browsers send by themselves: an upstream sends updates and pings to windows that nobody looks at.
pub(super) struct InUse<S> {
    stream: S,
    activity: Activity,
    frames: Frames,
}

impl<S> InUse<S> {
    /// Takes the stream, and the bytes that were already read from it.
    pub(super) fn new(stream: S, read: &[u8], activity: Activity) -> Self {
        let mut this = Self { stream, activity, frames: Frames::default() };
        this.note(read);
        this
    }

    fn note(&mut self, read: &[u8]) {
        if self.frames.has_data(read) {
            self.activity.record();
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for InUse<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, into);
        self.note(into.filled().get(before..).unwrap_or_default());
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for InUse<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
