//! The innermost service of the ext_authz listener: decides on checks by the active configuration.

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Method;
use postern_ext_authz::ReceivedCheck;
use postern_http::Peer;
use postern_proxy::CheckResponse;
use tokio::time::timeout;
use tower::Service;

use super::access_log::{LoggedRequest, LoggedResponse};
use super::state::GatewayState;
use crate::telemetry::{RequestLog, RequestOutcome};

/// Time limit of a check. A check that takes longer is denied.
const TIME: Duration = Duration::from_secs(6);

/// Decides on checks.
#[derive(Clone)]
pub(crate) struct Checks {
    state: Arc<GatewayState>,
}

impl Checks {
    pub(crate) fn new(state: Arc<GatewayState>) -> Self {
        Self { state }
    }
}

impl Service<ReceivedCheck> for Checks {
    type Response = CheckResponse;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<CheckResponse, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, ReceivedCheck { request, peer, .. }: ReceivedCheck) -> Self::Future {
        let services = self.state.services();
        Box::pin(async move {
            let (face, peer) = (&services.faces.ext_authz, Peer::new(peer));
            let request = match request {
                Ok(request) => request,
                Err(why) => return Ok(CheckResponse::Denied(face.unreadable(why, &peer))),
            };
            let response = timeout(TIME, face.check(&request, &peer)).await;
            Ok(response.unwrap_or_else(|_| CheckResponse::Denied(face.unavailable())))
        })
    }
}

impl LoggedRequest for ReceivedCheck {
    fn endpoint(&self) -> &'static str {
        "envoy-grpc"
    }

    /// The client is the one that Envoy reports, else the peer; localhost on a Unix socket.
    fn log(&self) -> RequestLog {
        let client = self.client.or(self.peer).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        match &self.request {
            Ok(request) => {
                let path = request.path.split('?').next().unwrap_or_default().to_owned();
                RequestLog { method: request.method.clone(), path, client }
            }
            Err(_) => RequestLog { method: Method::GET, path: String::new(), client },
        }
    }
}

impl LoggedResponse for CheckResponse {
    fn status(&self) -> u16 {
        match self {
            Self::Allowed(_) => 200,
            Self::Denied(response) => response.status().as_u16(),
        }
    }

    fn outcome(&self) -> RequestOutcome {
        match self {
            Self::Allowed(mutations) => {
                let requester = mutations.requester();
                RequestOutcome { status: self.status(), refused: None, requester, checked: None }
            }
            Self::Denied(response) => RequestOutcome::of(response.status(), response.extensions()),
        }
    }
}
