//! The accept loop: takes connections until the gateway stops, then drains them.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::connection;
use crate::connection_limits::ConnectionSlot;
use crate::handshake::ConnectionConfig;
use crate::listener::Listener;
use crate::poll_on_wake::PollOnWake;
use crate::request::HttpService;
use crate::stream::Socket;

/// Pause after a failed `accept`, which usually means that the process is out of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// The limits of one listener.
#[derive(Clone)]
pub struct ServeConfig {
    /// Connections that are open at one time; further ones wait in the system's queue.
    pub max_connections: usize,
    /// How each connection is set up and limited.
    pub connection: Arc<ConnectionConfig>,
    /// Time for requests in flight to finish after `stop`.
    pub shutdown_timeout: Duration,
    /// Gauge of open connections.
    pub open: Gauge,
}

/// Serves the listener's connections until `stop`. Then closes the listener, serves the connections that the system had
/// already accepted, lets requests in flight finish within `shutdown_timeout`, and closes what is left.
pub async fn serve<S: HttpService + Sync>(
    mut listener: Listener,
    service: S,
    config: ServeConfig,
    stop: CancellationToken,
) {
    let permits = Arc::new(Semaphore::new(config.max_connections.min(Semaphore::MAX_PERMITS)));
    let connections = TaskTracker::new();
    let kill = CancellationToken::new();
    let spawn = |(socket, from): (Socket, Option<IpAddr>), permit| {
        let slot = ConnectionSlot::new(permit, config.open.clone());
        let (service, stop, kill) = (service.clone(), stop.clone(), kill.clone());
        let config = Arc::clone(&config.connection);
        connections.spawn(async move {
            let mut killed = PollOnWake::new(kill.cancelled());
            tokio::select! {
                biased;
                () = connection::run(connection::Accepted { socket, from, slot }, config, service, &stop) => {}
                () = &mut killed => {}
            }
        });
    };
    loop {
        let next = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            next = next => next,
        };
        match accepted {
            // `acquire_owned` fails only on a closed semaphore, and this one is never closed.
            Ok(accepted) => spawn(accepted, permit.ok()),
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
    // These need no permit: no further connection waits for one.
    listener.close().into_iter().for_each(|accepted| spawn(accepted, None));
    connections.close();
    if tokio::time::timeout(config.shutdown_timeout, connections.wait()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "shutdown timeout reached; closing connections with requests in flight"
        );
    }
    kill.cancel();
    connections.wait().await;
}
