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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use postern_model::clock::Clock;
    use postern_testkit::clock::ManualClock;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter, duplex};

    use super::*;

    #[tokio::test]
    async fn what_is_written_is_flushed_and_ended_as_its_stream_is() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
        let (near, mut far) = duplex(64);
        let mut stream = InUse::new(BufWriter::new(near), &[], Activity::new(&clock));
        let (mut bytes, mut one) = (Vec::new(), [0]);
        let received = async {
            stream.write_all(b"a").await.unwrap();
            stream.flush().await.unwrap();
            far.read_exact(&mut one).await.unwrap();
            stream.write_all(b"b").await.unwrap();
            stream.shutdown().await.unwrap();
            far.read_to_end(&mut bytes).await.unwrap();
        };
        tokio::time::timeout(Duration::from_secs(20), received).await.expect("bytes, and their end");
        assert_eq!((one, bytes), (*b"a", b"b".to_vec()));
    }
}
