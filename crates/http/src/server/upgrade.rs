//! Connections that change their protocol (RFC 9110 §7.8).

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;

/// A byte stream in both directions.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<IO: AsyncRead + AsyncWrite + Send + Unpin> Duplex for IO {}

/// An upgraded connection, and the bytes that were already read from it.
pub type Upgraded = (Box<dyn Duplex>, Bytes);

/// Resolves to the client's connection once the response `101` was sent. It is in the extensions of requests with `Upgrade`.
#[derive(Clone)]
pub struct Upgrade(Arc<Mutex<oneshot::Receiver<Upgraded>>>);

/// The connection was closed before the upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("connection closed before the upgrade")]
pub struct Closed;

/// The end of an upgrade that the connection keeps.
pub(super) type UpgradeSender = oneshot::Sender<Upgraded>;

/// Opens the channel that an upgraded connection is passed through.
pub(super) fn upgrade() -> (UpgradeSender, Upgrade) {
    let (sender, receiver) = oneshot::channel();
    (sender, Upgrade(Arc::new(Mutex::new(receiver))))
}

impl Upgrade {
    /// Waits for the connection.
    ///
    /// # Errors
    /// [`Closed`] if the response was not `101`, or the connection ended.
    pub async fn connection(self) -> Result<Upgraded, Closed> {
        poll_fn(|cx| {
            let mut receiver = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Pin::new(&mut *receiver).poll(cx).map_err(|_| Closed)
        })
        .await
    }
}
