//! One running gateway: where it listens, its reload, and its end. [`start`] brings one up.

mod connection;
mod error;
mod serve;
mod start;
mod tasks;

use std::sync::Arc;
use std::time::Duration;

use postern_config::Address;
use postern_listener::tls::{Certificates, TlsError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::reload::active::ActiveConfig;
use crate::stack::GatewayState;
use crate::telemetry::Metrics;

pub use error::StartError;

/// How long a stop waits for the delivery of a mail, and of codes, that is under way.
const MAIL_WAIT: Duration = Duration::from_secs(5);

/// A running gateway. Several can run side by side in one process.
pub struct Gateway {
    address: Address,
    management: Option<Address>,
    config: Arc<ActiveConfig>,
    metrics: Arc<Metrics>,
    ext_authz: Option<Address>,
    redirect: Option<Address>,
    certificates: Option<Arc<Certificates>>,
    /// Cancelled when the gateway stops: `/readyz` fails, and requests are still served.
    stopping: CancellationToken,
    shutdown_delay: Duration,
    stop: CancellationToken,
    listeners: JoinSet<()>,
    /// The management listener outlives the others, so that a probe learns that the gateway is stopping.
    stop_management: CancellationToken,
    management_listener: JoinSet<()>,
    background: JoinSet<()>,
    mail: JoinSet<()>,
    /// Deliveries of codes under way.
    deliveries: TaskTracker,
}

impl Gateway {
    /// Address of the main listener, with the port that the system chose.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Address of the management listener.
    pub fn management(&self) -> Option<&Address> {
        self.management.as_ref()
    }

    /// Address of the ext_authz listener (Envoy, gRPC).
    pub fn ext_authz(&self) -> Option<&Address> {
        self.ext_authz.as_ref()
    }

    /// Address of the listener that redirects to https.
    pub fn redirect(&self) -> Option<&Address> {
        self.redirect.as_ref()
    }

    /// The state that the stacks share.
    pub fn state(&self) -> &GatewayState {
        self.config.state()
    }

    /// The active configuration, which a reload replaces.
    pub fn active_config(&self) -> &Arc<ActiveConfig> {
        &self.config
    }

    /// The metrics.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Reloads the certificate, if there is one. Returns `false` if it did not change. The files are also checked every
    /// few seconds.
    ///
    /// # Errors
    /// [`TlsError`]; the old certificate stays in use.
    pub fn reload_certificate(&self) -> Result<bool, TlsError> {
        self.certificates.as_ref().map_or(Ok(false), |certificates| certificates.reload())
    }

    /// Stops the gateway. It first reports not ready and still accepts connections for `listen.shutdown_delay`. Then it
    /// stops accepting, lets requests in flight finish, closes WebSockets and event streams, writes pending
    /// last-seen times, and waits a few seconds for mail and codes under way.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        // A sleep of zero would still wait for the next tick of the timer.
        if !self.shutdown_delay.is_zero() {
            tokio::time::sleep(self.shutdown_delay).await;
        }
        self.stop.cancel();
        self.config.state().services().faces.core.close_tunnels();
        while self.listeners.join_next().await.is_some() {}
        self.stop_management.cancel();
        while self.management_listener.join_next().await.is_some() {}
        self.config.stop_tasks();
        self.background.shutdown().await;
        // Before the wait for a mail: a process that is killed then loses none.
        if let Err(error) = self.config.state().services().faces.core.sessions().flush().await {
            tracing::warn!(%error, "last-seen times not written at shutdown");
        }
        self.deliveries.close();
        // A mail that the server accepted is to be deleted, or another replica sends it again; and nobody sends a code again.
        let under_way = async {
            while self.mail.join_next().await.is_some() {}
            self.deliveries.wait().await;
        };
        // A notice is sent again, by another replica or after the next start.
        if tokio::time::timeout(MAIL_WAIT, under_way).await.is_err() && !self.deliveries.is_empty() {
            tracing::warn!(codes = self.deliveries.len(), "codes under way at shutdown may not arrive");
        }
        self.mail.shutdown().await;
    }
}
