//! The path of a request, from the listener to the face that answers it: one stack of `tower` layers for each listener,
//! read from top to bottom. A request passes the layers downwards, its response upwards. A file holds one layer.
//!
//! Limits and deadlines of connections are the listener's (`postern-listener`); deadlines of upstreams are the proxy's.

mod access_log;
mod active;
mod checks;
mod drain;
mod endpoint;
mod exchange;
mod filter;
mod host_check;
pub mod limiter;
pub mod management;
mod rate_limit;
mod redirect;
mod refusal_pages;
mod request_id;
mod router;
mod state;

use std::path::PathBuf;
use std::sync::Arc;

use postern_ext_authz::CheckService;
use postern_listener::HttpService;
use tower::ServiceBuilder;

use access_log::AccessLogLayer;
use active::ActiveLayer;
use checks::Checks;
use drain::DrainLayer;
use endpoint::Endpoint;
use filter::FilterLayer;
use host_check::check_host;
use management::Management;
use rate_limit::limit_rate;
use redirect::Redirect;
use refusal_pages::RefusalPagesLayer;
use request_id::RequestIdLayer;
use router::Router;

pub use state::GatewayState;

/// The stack of the main listener.
pub(crate) fn gateway(state: &Arc<GatewayState>) -> impl HttpService + Sync + use<> {
    let limiting = Arc::clone(state);
    ServiceBuilder::new()
        // Outermost, so that every log line and refusal below carries the identifier.
        .layer(RequestIdLayer::new(state.entropy().as_ref()))
        // Takes the active configuration once, so that a reload does not change a request halfway; names the endpoint.
        .layer(ActiveLayer::new(Arc::clone(state), Endpoint::of))
        // Above everything that can refuse, so that refusals are logged and counted. Its time includes draining.
        .layer(AccessLogLayer::new(Arc::clone(state)))
        // Above the refusals, since the body of a refused request is usually still unread.
        .layer(DrainLayer)
        // Turns the errors of the layers below into responses, so that they are rendered in one place.
        .layer(RefusalPagesLayer)
        // Before the rate limit, so that a request for a foreign host does not count against it.
        .layer(FilterLayer::new(check_host))
        // Last before the work that it limits: sign-ins, callbacks and codes.
        .layer(FilterLayer::new(move |exchange| limit_rate(&limiting, exchange)))
        .service(Router)
}

/// The stack of the ext_authz listener. A check is a gRPC message without a body to drain, and a denial is part of the
/// response message, so the layers that act on HTTP requests and responses do not apply. Only trusted proxies may ask,
/// so checks are not rate-limited.
pub(crate) fn ext_authz(state: &Arc<GatewayState>) -> impl CheckService + use<> {
    ServiceBuilder::new()
        .layer(RequestIdLayer::new(state.entropy().as_ref()))
        .layer(AccessLogLayer::new(Arc::clone(state)))
        // Takes the active configuration, and limits the time of a check.
        .service(Checks::new(Arc::clone(state)))
}

/// The stack of the cleartext listener that redirects to https.
pub(crate) fn redirect(state: &Arc<GatewayState>, webroot: Option<PathBuf>) -> impl HttpService + Sync + use<> {
    ServiceBuilder::new()
        .layer(RequestIdLayer::new(state.entropy().as_ref()))
        .layer(ActiveLayer::new(Arc::clone(state), |_, _, _| Endpoint::Redirect))
        .layer(AccessLogLayer::new(Arc::clone(state)))
        // A POST to http:// is redirected too, and its body is not read.
        .layer(DrainLayer)
        .layer(RefusalPagesLayer)
        .service(Redirect::new(webroot))
}

/// The stack of the management listener. Probes and scrapes are neither logged nor counted.
pub(crate) fn management(state: &Arc<GatewayState>, management: Management) -> impl HttpService + Sync + use<> {
    ServiceBuilder::new().layer(RequestIdLayer::new(state.entropy().as_ref())).service(management)
}
