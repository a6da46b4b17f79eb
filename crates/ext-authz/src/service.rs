//! The gRPC service: passes each check to a `tower` service, and encodes its response.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use envoy_types::pb::envoy::service::auth::v3::authorization_server::Authorization;
use envoy_types::pb::envoy::service::auth::v3::{CheckRequest, CheckResponse};
use http::Extensions;
use postern_proxy::{CheckRequest as Described, CheckResponse as Decision};
use tonic::Status;
use tower::{Service, ServiceExt as _};

use crate::{check_request, check_response};

/// The peer of an accepted connection; `None` for a Unix socket. Set as tonic's connect info.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accepted(pub(crate) Option<IpAddr>);

/// Check as Envoy sent it.
#[derive(Clone, Debug)]
pub struct ReceivedCheck {
    /// The request to decide on; the error names the part that cannot be read.
    pub request: Result<Described, &'static str>,
    /// The peer of the connection, which must be a trusted proxy; `None` for a Unix socket.
    pub peer: Option<IpAddr>,
    /// The client's address as Envoy reports it.
    pub client: Option<IpAddr>,
}

/// A [`tower::Service`] that decides on checks and never fails: every failure is a denial. Implemented for every service
/// of that shape.
pub trait CheckService:
    Service<ReceivedCheck, Response = Decision, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<S> CheckService for S where
    S: Service<ReceivedCheck, Response = Decision, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

/// The tonic service.
pub(crate) struct Checks<S> {
    pub(crate) service: S,
}

#[tonic::async_trait]
impl<S: CheckService> Authorization for Checks<S> {
    async fn check(&self, request: tonic::Request<CheckRequest>) -> Result<tonic::Response<CheckResponse>, Status> {
        let peer = peer(request.extensions());
        let (request, client) = match check_request::read(request.into_inner()) {
            Ok((request, client)) => (Ok(request), client),
            Err(why) => (Err(why), None),
        };
        let received = ReceivedCheck { request, peer, client };
        Ok(tonic::Response::new(decide(self.service.clone(), received).await))
    }
}

/// Returns the peer of the connection that a request arrived on.
pub(crate) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    // Every accepted connection has a peer. Without one, no proxy is trusted.
    let accepted = extensions.get::<Accepted>().copied();
    accepted.unwrap_or(Accepted(Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))).0
}

/// Decides on a check.
pub(crate) async fn decide(service: impl CheckService, received: ReceivedCheck) -> CheckResponse {
    match service.oneshot(received).await.unwrap_or_else(|never| match never {}) {
        Decision::Allowed(mutations) => check_response::allow(&mutations),
        Decision::Denied(response) => check_response::deny(response).await,
    }
}
