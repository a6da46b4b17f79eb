//! Accepted connections as a stream, for servers other than [`serve`](crate::serve).

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::stream::{self, Stream as Incoming};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

use crate::connection_limits::{Counted, LimitPerAddress};
use crate::forward_writes::forward_writes;
use crate::listener::Listener;
use crate::stream::Socket;

/// Bytes of the preface with which a client begins HTTP/2 (RFC 9113 §3.4).
const PREFACE: usize = 24;

/// Limits of accepted connections.
pub struct IncomingLimits {
    /// Concurrent connections; more wait to be accepted.
    pub max_connections: usize,
    /// Limit of connections per client; more are closed.
    pub per_address: Option<Arc<LimitPerAddress>>,
    /// Time for a client to begin HTTP/2.
    pub begin: Duration,
}

/// A connection that holds a permit of the total and counts for its client.
pub struct PermittedSocket {
    stream: Socket,
    /// Bytes of the preface still to come, and the time for them; `None` once they came.
    preface: Option<(usize, Pin<Box<Sleep>>)>,
    _permit: OwnedSemaphorePermit,
    _counted: Option<Counted>,
}

/// The connections of a listener with their peers' addresses.
pub fn incoming(
    listener: Listener,
    limits: IncomingLimits,
) -> impl Incoming<Item = io::Result<(PermittedSocket, Option<IpAddr>)>> + Send + 'static {
    let permits = Arc::new(Semaphore::new(limits.max_connections.min(Semaphore::MAX_PERMITS)));
    stream::unfold((listener, permits, limits), |(mut listener, permits, limits)| async move {
        let permit = Arc::clone(&permits).acquire_owned().await.ok()?;
        let accepted = loop {
            let (stream, peer) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => break Err(error),
            };
            if let Ok(_counted) = LimitPerAddress::count(limits.per_address.as_ref(), peer) {
                let preface = Some((PREFACE, Box::pin(sleep(limits.begin))));
                break Ok((PermittedSocket { stream, preface, _permit: permit, _counted }, peer));
            }
            tracing::debug!("connection refused: the client has reached its connection limit");
        };
        Some((accepted, (listener, permits, limits)))
    })
}

impl AsyncRead for PermittedSocket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buffer);
        if let Some((left, timer)) = &mut this.preface {
            if polled.is_pending() {
                ready!(timer.as_mut().poll(cx));
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            *left = left.saturating_sub(buffer.filled().len() - before);
            if *left == 0 {
                this.preface = None;
            }
        }
        polled
    }
}

forward_writes!([] PermittedSocket { Self { stream, .. } => stream });
