//! The listener for Envoy's external authorization over gRPC.

use std::time::Duration;

use postern_ext_authz::{CheckService, Limits};
use postern_listener::{IncomingLimits, Listener, incoming};
use tokio_util::sync::CancellationToken;

/// Serves checks until `stop`. Checks in progress then have `shutdown` to end.
pub(crate) async fn serve(
    listener: Listener,
    service: impl CheckService,
    limits: IncomingLimits,
    shutdown: Duration,
    stop: CancellationToken,
) {
    let incoming = incoming(listener, limits);
    let limits = Limits { shutdown, ..Limits::default() };
    if let Err(error) = postern_ext_authz::serve(incoming, service, limits, stop).await {
        tracing::error!(%error, "ext_authz server stopped");
    }
}
