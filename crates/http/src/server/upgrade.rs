//! Connections that carry HTTP no longer.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;

/// Bytes in both directions.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<IO: AsyncRead + AsyncWrite + Send + Unpin> Duplex for IO {}

/// A connection, and what came on it already.
pub type Upgraded = (Box<dyn Duplex>, Bytes);

/// Gives the client's connection once the answer `101` went out. In the extensions of requests that ask for another protocol.
#[derive(Clone)]
pub struct Upgrade(Arc<Mutex<oneshot::Receiver<Upgraded>>>);

/// The connection was closed instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection was closed before it could carry anything else")]
pub struct Closed;

/// A promise, and who keeps it.
pub(super) fn upgrade() -> (oneshot::Sender<Upgraded>, Upgrade) {
    let (sender, receiver) = oneshot::channel();
    (sender, Upgrade(Arc::new(Mutex::new(receiver))))
}

impl Upgrade {
    /// The connection, once it is free.
    pub async fn connection(self) -> Result<Upgraded, Closed> {
        poll_fn(|cx| {
            let mut promise = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Pin::new(&mut *promise).poll(cx).map_err(|_| Closed)
        })
        .await
    }
}
