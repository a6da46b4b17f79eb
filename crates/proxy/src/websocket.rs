//! WebSockets: passed through once permitted, and closed when the session no longer permits them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, UPGRADE};
use http::{HeaderMap, Method, Request, Response, StatusCode, Version};
use http_body::Body as _;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use postern_authn::access::Permit;
use postern_http::headers::Section;
use postern_http::server::{Inbound, Received, Upgrade, Upgraded};
use postern_http::{Lease, Peer};
use postern_model::web::Problem;
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::answer::Audience;
use crate::body::Body;
use crate::gate::{Case, Gate, Question};
use crate::identity::Prepared;
use crate::plane::{Plane, Routed};
use crate::target::Target;
use crate::upstream::{Answered, UpstreamBody};

impl Plane {
    /// Forwards the opening of a WebSocket and, if the upstream agrees, connects both sides.
    pub(crate) async fn upgrade(
        &self,
        routed: &Routed,
        received: &mut Received,
        target: &Target<'_>,
        peer: &Peer,
        (case, permit, identity): (&Case, Permit<'_>, Option<&Prepared>),
    ) -> Response<Body> {
        // RFC 6455 §4.1: a GET, HTTP/1.1, without a body. Anything else was read as something else by some server. An
        // extended CONNECT (RFC 8441) was made into this on its way in.
        let http2 = received.version == Version::HTTP_2;
        let bodiless = received.body.as_ref().is_none_or(Inbound::is_end_stream);
        if received.method != Method::GET || !(http2 || received.version == Version::HTTP_11) || !bodiless {
            let problem = Problem::new("BAD_REQUEST", "This is no valid opening of a WebSocket.");
            return self.answers(Audience::Program, target.origin.as_ref()).problem(StatusCode::BAD_REQUEST, &problem);
        }
        received.body = None;
        let downstream = match received.extensions.remove::<Upgrade>() {
            Some(upgrade) => Downstream::Http1(upgrade),
            None => Downstream::Http2(http2_upgrade(received)),
        };
        let lease = received.extensions.remove::<Lease>();
        let private = permit.identity().is_some();
        let added = self.dress(&mut received.section, target, peer, (identity, &routed.withheld));
        let mut headers = std::mem::take(&mut received.section).into_map();
        added.put_into(&mut headers);
        name_upgrade(&mut headers);
        let mut response = match routed.upstream.open_tunnel(permit.admit(headers), target.uri.clone()).await {
            Ok(response) => response,
            Err(error) => return self.failed(&routed.upstream, target, &error),
        };
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            let (parts, incoming) = response.into_parts();
            let section = Section::Map(parts.headers);
            let answered = Answered { status: parts.status, section, body: UpstreamBody::elsewhere(incoming) };
            return self.answered(answered, &routed.withheld, private);
        }
        let closing = self.lineage.tunnels.clone();
        let watch = self.watch(target, case);
        let upstream = hyper::upgrade::on(&mut response);
        tokio::spawn(async move {
            let _lease = lease;
            watch.connect(downstream, upstream, closing).await;
        });
        let (mut parts, _) = response.into_parts();
        let mut section = Section::Map(parts.headers);
        let further = self.hygiene().response(&mut section, &routed.withheld, private);
        parts.headers = section.into_map();
        parts.headers.extend(crate::identity::headers(further));
        parts.extensions.clear();
        if http2 {
            // RFC 8441 §5: a plain success; what proves an upgrade has no place here.
            parts.status = StatusCode::OK;
            parts.headers.remove(SEC_WEBSOCKET_ACCEPT);
            return Response::from_parts(parts, Body::Empty);
        }
        name_upgrade(&mut parts.headers);
        Response::from_parts(parts, Body::Empty)
    }

    /// Watches over something that was permitted and lasts.
    pub(crate) fn watch(&self, target: &Target<'_>, case: &Case) -> Watch {
        Watch { gates: self.lineage.gates(), gate: Arc::clone(&self.gate), question: case.question(target) }
    }
}

/// What becomes of a connection over HTTP/2.
fn http2_upgrade(received: &mut Received) -> OnUpgrade {
    let mut request = Request::new(());
    *request.extensions_mut() = std::mem::take(&mut received.extensions);
    let upgrade = hyper::upgrade::on(&mut request);
    received.extensions = std::mem::take(request.extensions_mut());
    upgrade
}

fn name_upgrade(headers: &mut HeaderMap) {
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
}

/// The client's end of a WebSocket, once it is open.
enum Downstream {
    Http1(Upgrade),
    Http2(OnUpgrade),
}

impl Downstream {
    async fn open(self) -> Result<Upgraded, String> {
        match self {
            Self::Http1(upgrade) => upgrade.connection().await.map_err(|error| error.to_string()),
            Self::Http2(upgrade) => match upgrade.await {
                Ok(upgraded) => Ok((Box::new(TokioIo::new(upgraded)), Bytes::new())),
                Err(error) => Err(error.to_string()),
            },
        }
    }
}

/// Shortest time between two decisions, however short the revocation bound.
const PERIOD_MIN: Duration = Duration::from_millis(5);

/// Says when what was permitted would no longer be, by the rules of then.
pub(crate) struct Watch {
    gate: Arc<Gate>,
    gates: watch::Receiver<Option<Arc<Gate>>>,
    question: Question,
}

impl Watch {
    async fn connect(self, downstream: Downstream, upstream: OnUpgrade, closing: CancellationToken) {
        let (downstream, upstream) = tokio::join!(downstream.open(), upstream);
        let ((mut downstream, read), mut upstream) = match (downstream, upstream) {
            (Ok(downstream), Ok(upstream)) => (downstream, TokioIo::new(upstream)),
            (Err(error), _) => return tracing::debug!(error, "a WebSocket was not opened"),
            (_, Err(error)) => return tracing::debug!(%error, "a WebSocket was not opened"),
        };
        let passing = async {
            upstream.write_all(&read).await?;
            copy_bidirectional(&mut downstream, &mut upstream).await
        };
        // Dropping both ends closes them; frames of a session that is over are not worth finishing.
        tokio::select! {
            ended = passing => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a WebSocket broke off");
                }
            }
            () = self.revoked() => tracing::debug!("a WebSocket was closed: its session no longer permits it"),
            () = closing.cancelled() => {}
        }
    }

    /// Returns when the opening would no longer be permitted. Decides anew twice in a revocation bound, after every notice
    /// of change, and when the configuration changed; at once, too, for what happened since the opening was decided.
    pub(crate) async fn revoked(mut self) {
        let mut changes = self.gate.sessions.changes();
        loop {
            if let Some(gate) = self.gates.borrow_and_update().as_ref() {
                self.gate = Arc::clone(gate);
            }
            if !self.gate.still_permits(&self.question).await {
                return;
            }
            let period = (self.gate.sessions.revocation_bound() / 2).max(PERIOD_MIN);
            tokio::select! {
                () = sleep(period) => {}
                Ok(()) = changes.changed() => {}
                Ok(()) = self.gates.changed() => {}
            }
        }
    }
}
