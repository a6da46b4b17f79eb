//! Envoy's questions over gRPC: answered, counted and logged like those over HTTP.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Method, Response};
use postern_ext_authz::{Asker, Gatekeeper, Limits, serve};
use postern_http::Peer;
use postern_proxy::{Body, CheckRequest, CheckResponse};
use tokio_util::sync::CancellationToken;

use crate::faces::Faces;
use crate::telemetry::Outcome;
use postern_listener::{Listener, incoming};

/// For logs and metrics.
const FACE: &str = "envoy-grpc";

/// Answers with the parts that are in force.
pub struct EnvoyFace {
    faces: Arc<Faces>,
}

impl EnvoyFace {
    /// Takes what answers.
    pub fn new(faces: Arc<Faces>) -> Self {
        Self { faces }
    }

    /// Serves questions until `stop`.
    pub async fn serve(self, listener: Listener, connections: usize, shutdown: Duration, stop: CancellationToken) {
        let limits = Limits { shutdown, ..Limits::default() };
        if let Err(error) = serve(incoming(listener, connections), Arc::new(self), limits, stop).await {
            tracing::error!(%error, "questions over gRPC are not served any more");
        }
    }
}

impl Gatekeeper for EnvoyFace {
    async fn check(&self, question: CheckRequest, asker: Asker) -> CheckResponse {
        let started = Instant::now();
        let peer = Peer::new(asker.peer);
        let verdict = self.faces.parts().faces.ext_authz.check(&question, &peer).await;
        let answer = match &verdict {
            CheckResponse::Allowed(admission) => {
                Outcome { status: 200, refused: None, requester: admission.requester() }
            }
            CheckResponse::Denied(response) => Outcome::of(response),
        };
        let path = question.path.split('?').next().unwrap_or_default();
        self.faces.record(FACE, (&question.method, path), answer, started.elapsed(), client(&asker));
        verdict
    }

    fn unreadable(&self, why: &'static str, asker: Asker) -> Response<Body> {
        self.counted(self.faces.parts().faces.ext_authz.unreadable(why), asker)
    }

    fn unavailable(&self, asker: Asker) -> Response<Body> {
        self.counted(self.faces.parts().faces.ext_authz.unavailable(), asker)
    }
}

impl EnvoyFace {
    fn counted(&self, response: Response<Body>, asker: Asker) -> Response<Body> {
        let client = client(&asker);
        self.faces.record(FACE, (&Method::GET, ""), Outcome::of(&response), Duration::ZERO, client);
        response
    }
}

/// The client as Envoy tells it, else whoever asks; this machine on a Unix socket.
fn client(asker: &Asker) -> IpAddr {
    asker.client.or(asker.peer).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}
