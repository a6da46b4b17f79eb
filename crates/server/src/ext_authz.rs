//! Envoy's external authorization over gRPC, counted and logged like checks over HTTP.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Method, Response};
use postern_ext_authz::{Asker, Gatekeeper, Limits, serve};
use postern_http::Peer;
use postern_model::web::RequestId;
use postern_proxy::{Body, CheckRequest, CheckResponse};
use tokio_util::sync::CancellationToken;

use crate::stack::GatewayState;
use crate::telemetry::{RequestLog, RequestOutcome};
use postern_listener::{IncomingLimits, Listener, incoming};

/// Name in logs and metrics.
const FACE: &str = "envoy-grpc";

/// Answers checks by the active configuration.
pub struct ExtAuthzService {
    state: Arc<GatewayState>,
}

impl ExtAuthzService {
    /// Takes the state that the stacks share.
    pub fn new(state: Arc<GatewayState>) -> Self {
        Self { state }
    }

    /// Serves checks until `stop`.
    pub async fn serve(self, listener: Listener, held: IncomingLimits, shutdown: Duration, stop: CancellationToken) {
        let limits = Limits { shutdown, ..Limits::default() };
        if let Err(error) = serve(incoming(listener, held), Arc::new(self), limits, stop).await {
            tracing::error!(%error, "ext_authz server stopped");
        }
    }
}

impl Gatekeeper for ExtAuthzService {
    async fn check(&self, request: CheckRequest, asker: Asker) -> CheckResponse {
        let id = self.request_id();
        let check = Box::pin(async move {
            let started = Instant::now();
            let peer = Peer::new(asker.peer);
            let response = self.state.services().faces.ext_authz.check(&request, &peer).await;
            let outcome = match &response {
                CheckResponse::Allowed(allowed) => {
                    RequestOutcome { status: 200, refused: None, requester: allowed.requester(), checked: None }
                }
                CheckResponse::Denied(response) => RequestOutcome::of(response.status(), response.extensions()),
            };
            let path = request.path.split('?').next().unwrap_or_default().to_owned();
            let log = RequestLog { method: request.method, path, client: client(&asker) };
            self.record(&log, outcome, started.elapsed());
            response
        });
        id.scope(check).await
    }

    fn unreadable(&self, why: &'static str, asker: Asker) -> Response<Body> {
        self.request_id().in_scope(|| self.recorded(self.state.services().faces.ext_authz.unreadable(why), &asker))
    }

    fn unavailable(&self, asker: Asker) -> Response<Body> {
        self.request_id().in_scope(|| self.recorded(self.state.services().faces.ext_authz.unavailable(), &asker))
    }
}

impl ExtAuthzService {
    fn request_id(&self) -> RequestId {
        RequestId::draw(self.state.entropy().as_ref())
    }

    /// Counts and logs a check that was not carried out.
    fn recorded(&self, response: Response<Body>, asker: &Asker) -> Response<Body> {
        let log = RequestLog { method: Method::GET, path: String::new(), client: client(asker) };
        self.record(&log, RequestOutcome::of(response.status(), response.extensions()), Duration::ZERO);
        response
    }

    fn record(&self, log: &RequestLog, outcome: RequestOutcome, took: Duration) {
        self.state.metrics().answered(FACE, outcome.status, took);
        if RequestLog::is_enabled() {
            log.write(FACE, outcome, took);
        }
    }
}

/// The client as Envoy reports it, else the peer; localhost on a Unix socket.
fn client(asker: &Asker) -> IpAddr {
    asker.client.or(asker.peer).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}
