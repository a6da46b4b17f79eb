//! The accept loop.

use std::error::Error;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use postern_http::headers::EncodeHeaders;
use postern_http::{Peer, Request, Response};
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection;
use super::connection_limits::Place;
use super::handshake::Door;
use super::listener::Listener;
use super::poll_on_wake::Aside;
use super::stream::Socket;

/// How long to wait where the system can accept no more (out of file descriptors).
const BREATH: Duration = Duration::from_millis(100);

/// What connections are held to, and where they are counted.
#[derive(Clone)]
pub struct Serving {
    /// Connections at a time; more wait in the system's queue.
    pub connections: usize,
    /// How they are received.
    pub door: Arc<Door>,
    /// Time for requests under way once `stop` is given.
    pub shutdown_timeout: Duration,
    /// Counts open connections.
    pub open: Gauge,
}

/// Serves connections until `stop`; then accepts no more than what is connected already, lets requests under way finish
/// within the time allowed, and closes what is left.
pub async fn serve<F, R, B, E>(mut listener: Listener, service: F, serving: Serving, stop: CancellationToken)
where
    F: Fn(Box<Request>, &Arc<Peer>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Response<B, E>> + Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    E: EncodeHeaders + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(serving.connections.min(Semaphore::MAX_PERMITS)));
    let connections = TaskTracker::new();
    // Dropping its guard ends connections that outlive the deadline.
    let kill = CancellationToken::new();
    let receive = |(socket, from): (Socket, Option<IpAddr>), permit| {
        let place = Place::new(permit, serving.open.clone());
        let (service, stop, kill) = (service.clone(), stop.clone(), kill.clone());
        let door = Arc::clone(&serving.door);
        connections.spawn(async move {
            let mut killed = Aside::new(kill.cancelled());
            tokio::select! {
                biased;
                () = connection::run(socket, from, place, (door, service), &stop) => {}
                () = &mut killed => {}
            }
        });
    };
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            next = next => next,
        };
        match accepted {
            // `Err` only with `slots` closed, which it never is.
            Ok(accepted) => receive(accepted, permit.ok()),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    // They hold no place of those that there are: nobody comes after them.
    listener.close().into_iter().for_each(|accepted| receive(accepted, None));
    connections.close();
    if tokio::time::timeout(serving.shutdown_timeout, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "requests did not finish in time and are cut off");
    }
    kill.cancel();
    connections.wait().await;
}
