//! The accept loop.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection;
use super::listener::Listener;
use super::peer::Peer;

/// How long to wait where the system can accept no more (out of file descriptors).
const BREATH: Duration = Duration::from_millis(100);

/// What connections are held to.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time; more wait in the system's queue.
    pub connections: usize,
    /// Time for the head of a request, and for silence between requests.
    pub header_timeout: Duration,
    /// Time for requests under way once `stop` is given.
    pub shutdown_timeout: Duration,
}

/// Serves connections until `stop`; then accepts no more, lets requests under way finish within the time allowed, and
/// closes what is left.
pub async fn serve<F, R, B>(listener: Listener, service: F, limits: Limits, stop: CancellationToken)
where
    F: Fn(Request<Incoming>, Peer) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let slots = Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
    let connections = TaskTracker::new();
    // Dropping its guard ends connections that outlive the deadline.
    let kill = CancellationToken::new();
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            next = next => next,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let (service, stop, kill) = (service.clone(), stop.clone(), kill.clone());
        connections.spawn(async move {
            let _slot = slot;
            kill.run_until_cancelled(connection::run(stream, peer, service, limits.header_timeout, &stop)).await;
        });
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(limits.shutdown_timeout, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "requests did not finish in time and are cut off");
    }
    kill.cancel();
    connections.wait().await;
}
