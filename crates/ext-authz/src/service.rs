//! The gRPC service: one check.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use envoy_types::pb::envoy::service::auth::v3::authorization_server::Authorization;
use envoy_types::pb::envoy::service::auth::v3::{CheckRequest, CheckResponse};
use http::Response;
use postern_proxy::{Body, CheckRequest as Described, CheckResponse as Decision};
use tonic::Status;

use crate::{check_request, check_response};

/// The peer of an accepted connection; `None` for a Unix socket. Set as tonic's connect info.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accepted(pub(crate) Option<IpAddr>);

/// The origin of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    /// The peer of the connection, which must be a trusted proxy.
    pub peer: Option<IpAddr>,
    /// The client's address as Envoy reports it.
    pub client: Option<IpAddr>,
}

/// Decides on checks. Implemented by the server, which knows the active configuration.
pub trait Gatekeeper: Send + Sync + 'static {
    /// Decides on a request.
    fn check(&self, question: Described, asker: Asker) -> impl Future<Output = Decision> + Send;

    /// Returns the denial for a request that cannot be read.
    fn unreadable(&self, why: &'static str, asker: Asker) -> Response<Body>;

    /// Returns the denial for a check that timed out.
    fn unavailable(&self, asker: Asker) -> Response<Body>;
}

/// The tonic service.
pub(crate) struct Checks<G> {
    pub(crate) gatekeeper: Arc<G>,
    pub(crate) patience: Duration,
}

#[tonic::async_trait]
impl<G: Gatekeeper> Authorization for Checks<G> {
    async fn check(&self, request: tonic::Request<CheckRequest>) -> Result<tonic::Response<CheckResponse>, Status> {
        let gatekeeper = self.gatekeeper.as_ref();
        // Every accepted connection has a peer. Without one, no proxy is trusted.
        let Some(Accepted(peer)) = request.extensions().get::<Accepted>().copied() else {
            let nobody = Asker { peer: Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), client: None };
            return Ok(tonic::Response::new(check_response::deny(gatekeeper.unavailable(nobody)).await));
        };
        let (question, client) = match check_request::read(request.into_inner()) {
            Ok(read) => read,
            Err(why) => {
                let refused = gatekeeper.unreadable(why, Asker { peer, client: None });
                return Ok(tonic::Response::new(check_response::deny(refused).await));
            }
        };
        let asker = Asker { peer, client };
        let answer = match tokio::time::timeout(self.patience, gatekeeper.check(question, asker)).await {
            Ok(Decision::Allowed(admission)) => check_response::allow(&admission),
            Ok(Decision::Denied(response)) => check_response::deny(response).await,
            Err(_) => check_response::deny(gatekeeper.unavailable(asker)).await,
        };
        Ok(tonic::Response::new(answer))
    }
}
