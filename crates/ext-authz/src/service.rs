//! One check.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use envoy_types::pb::envoy::service::auth::v3::authorization_server::Authorization;
use envoy_types::pb::envoy::service::auth::v3::{CheckRequest, CheckResponse};
use http::Response;
use postern_proxy::{Body, CheckRequest as Question, CheckResponse as Verdict};
use tonic::Status;

use crate::{answer, question};

/// The peer of an accepted connection; `None` for a Unix socket. Set as tonic's connect info.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accepted(pub(crate) Option<IpAddr>);

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    /// The peer of the connection, which must be trusted.
    pub peer: Option<IpAddr>,
    /// The client, as this peer sees it.
    pub client: Option<IpAddr>,
}

/// Decides. The process that serves knows which data plane is in force.
pub trait Gatekeeper: Send + Sync + 'static {
    /// Answers a question.
    fn check(&self, question: Question, asker: Asker) -> impl Future<Output = Verdict> + Send;

    /// The answer to a question that cannot be read.
    fn unreadable(&self, why: &'static str, asker: Asker) -> Response<Body>;

    /// The answer where there is none in time.
    fn unavailable(&self, asker: Asker) -> Response<Body>;
}

/// The service.
pub(crate) struct Checks<G> {
    pub(crate) gatekeeper: Arc<G>,
    pub(crate) patience: Duration,
}

#[tonic::async_trait]
impl<G: Gatekeeper> Authorization for Checks<G> {
    async fn check(&self, request: tonic::Request<CheckRequest>) -> Result<tonic::Response<CheckResponse>, Status> {
        let gatekeeper = self.gatekeeper.as_ref();
        // Every connection of ours has one; nobody else is trusted.
        let Some(Accepted(peer)) = request.extensions().get::<Accepted>().copied() else {
            let nobody = Asker { peer: Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), client: None };
            return Ok(tonic::Response::new(answer::no(gatekeeper.unavailable(nobody)).await));
        };
        let (question, client) = match question::read(request.into_inner()) {
            Ok(read) => read,
            Err(why) => {
                let refused = gatekeeper.unreadable(why, Asker { peer, client: None });
                return Ok(tonic::Response::new(answer::no(refused).await));
            }
        };
        let asker = Asker { peer, client };
        let answer = match tokio::time::timeout(self.patience, gatekeeper.check(question, asker)).await {
            Ok(Verdict::Allowed(admission)) => answer::yes(&admission),
            Ok(Verdict::Denied(response)) => answer::no(response).await,
            Err(_) => answer::no(gatekeeper.unavailable(asker)).await,
        };
        Ok(tonic::Response::new(answer))
    }
}
