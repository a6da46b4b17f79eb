//! Accepted connections as a stream, for a server that is not ours.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::stream::{self, Stream as Incoming};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::listener::Listener;
use super::stream::Socket;

/// A connection that holds one of the places that there are.
pub struct Placed {
    stream: Socket,
    _place: OwnedSemaphorePermit,
}

/// The connections of a listener and whose they are, `connections` at a time.
pub fn incoming(
    listener: Listener,
    connections: usize,
) -> impl Incoming<Item = io::Result<(Placed, Option<IpAddr>)>> + Send + 'static {
    let places = Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS)));
    stream::unfold((listener, places), |(mut listener, places)| async move {
        let place = Arc::clone(&places).acquire_owned().await.ok()?;
        let accepted = listener.accept().await.map(|(stream, peer)| (Placed { stream, _place: place }, peer));
        Some((accepted, (listener, places)))
    })
}

impl AsyncRead for Placed {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Placed {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
