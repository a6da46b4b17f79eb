//! Accepted connections as a stream, for servers other than [`serve`](crate::serve).

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::stream::{self, Stream as Incoming};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::forward_writes::forward_writes;
use crate::listener::Listener;
use crate::stream::Socket;

/// A connection that holds a permit of the total.
pub struct PermittedSocket {
    stream: Socket,
    _place: OwnedSemaphorePermit,
}

/// The connections of a listener with their peers' addresses; at most `connections` are open at one time.
pub fn incoming(
    listener: Listener,
    connections: usize,
) -> impl Incoming<Item = io::Result<(PermittedSocket, Option<IpAddr>)>> + Send + 'static {
    let places = Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS)));
    stream::unfold((listener, places), |(mut listener, places)| async move {
        let place = Arc::clone(&places).acquire_owned().await.ok()?;
        let accepted = listener.accept().await.map(|(stream, peer)| (PermittedSocket { stream, _place: place }, peer));
        Some((accepted, (listener, places)))
    })
}

impl AsyncRead for PermittedSocket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

forward_writes!([] PermittedSocket { Self { stream, .. } => stream });
