//! The reverse proxy: a permitted request goes to its upstream, and the response comes back.

use std::sync::Arc;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, TE};
use http::{Response, StatusCode};
use http_body::Body as _;
use postern_model::web::Fields;

use super::core::{Admitted, Core};
use super::revocation::RevocationWatch;
use crate::gate::{Opened, Refusal, RequestContext};
use crate::headers::forwarding::ForwardingHeaders;
use crate::headers::sanitize::Credentials;
use crate::response::body::{Body, Passing};
use crate::response::{Reader, problems};
use crate::target::{Kind, RequestLine, Target};
use crate::upstream::{Outbound, Upstream, UpstreamError, UpstreamResponse};
use postern_http::Peer;
use postern_http::boxed::apart as cold;
use postern_http::headers::{Lines, Section};
use postern_http::server::Received;

/// Forwards requests to upstreams.
#[derive(Clone)]
pub struct ReverseProxy {
    pub(super) core: Arc<Core>,
}

/// A permitted request on its way.
pub(super) struct Forwarding<'r> {
    pub(super) target: &'r Target<'r>,
    pub(super) peer: &'r Peer,
    pub(super) context: &'r RequestContext,
    pub(super) admitted: Admitted<'r>,
}

impl ReverseProxy {
    /// Takes what all faces share.
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Serves a request. The caller has answered what lies below the base path itself.
    ///
    /// The body of a refused request stays in `received`, unread.
    pub async fn handle(&self, received: &mut Received, peer: &Peer) -> Response<Body> {
        let core = &*self.core;
        let line = RequestLine { method: &received.method, uri: &received.uri, version: received.version };
        let target = match Target::of_request(line, &received.section, &core.gate.hosts) {
            Ok(target) => target,
            Err(why) => {
                tracing::debug!(%why, "request refused");
                return core.renderer.refusal_to(Reader::PROGRAM, Refusal::NoTarget(why));
            }
        };
        let context = match core.gate.open(&target, &received.section, peer) {
            Ok(Opened::Ready(context)) => Ok(context),
            Ok(Opened::Waiting(context)) => cold(|| core.gate.load(context)).await,
            Err(refusal) => Err(refusal),
        };
        let context = match context {
            Ok(context) => context,
            Err(refusal) => return self.refuse(&target, refusal),
        };
        let response = match core.admit(&context) {
            Ok(admitted) => {
                let forwarding = Forwarding { target: &target, peer, context: &context, admitted };
                self.forward(received, forwarding).await
            }
            Err(refusal) => self.refuse(&target, refusal),
        };
        context.with_requester(response)
    }

    async fn forward(&self, received: &mut Received, forwarding: Forwarding<'_>) -> Response<Body> {
        if forwarding.target.kind == Kind::WebSocket {
            return cold(|| self.open_websocket(received, forwarding)).await;
        }
        let core = &*self.core;
        let Forwarding { target, peer, context, admitted } = forwarding;
        let Some(routed) = core.upstreams.get(context.upstream) else { return self.refuse(target, Refusal::Withheld) };
        let private = admitted.permit.identity().is_some();
        let body = received.body.take().unwrap_or_default();
        let credentials = core.credentials(context.upstream, admitted.identity.as_ref());
        let added = self.prepare_headers(&mut received.section, target, peer, &credentials);
        let (method, path, section) = (&received.method, &target.uri, &received.section);
        let outbound = Outbound { method, path, section, added: &added, body };
        match routed.upstream.send(admitted.permit.admit(outbound)).await {
            Ok(mut response) => {
                // Only what has no known end (events, calls, chunks) can outlast the session for long.
                let closing = core.generation.tunnels.clone().cancelled_owned();
                let events = is_event_stream(&response);
                if private && response.body.size_hint().exact().is_none() {
                    let revoked = RevocationWatch::new(core, target, context).revoked();
                    response.body = response.body.until(async move {
                        tokio::select! {
                            () = revoked => {}
                            () = closing, if events => {}
                        }
                    });
                } else if events {
                    response.body = response.body.until(closing);
                }
                self.upstream_response(response, credentials.withheld_cookies, private)
            }
            Err(error) => self.failed(&routed.upstream, target, &error),
        }
    }

    /// Makes a client's headers into those that go upstream: cleaned, and signed where requests are signed. Gives those that
    /// are written beside them.
    pub(super) fn prepare_headers<'i>(
        &self,
        section: &mut Section,
        target: &'i Target<'_>,
        peer: &'i Peer,
        credentials: &Credentials<'i>,
    ) -> ForwardingHeaders<'i> {
        let added = self.core.sanitizer.request(section, target, peer, credentials);
        let Some(signer) = &self.core.signer else { return added };
        let takes_trailers = added.takes_trailers;
        section.change(|headers| {
            added.put_into(headers);
            headers.remove(TE);
            signer.sign(headers, target, self.core.gate.clock.now());
        });
        ForwardingHeaders { takes_trailers, ..ForwardingHeaders::default() }
    }

    /// Makes an upstream's response into that for the browser.
    pub(super) fn upstream_response(
        &self,
        response: UpstreamResponse,
        withheld_cookies: &[String],
        private: bool,
    ) -> Response<Body> {
        let UpstreamResponse { status, mut section, body } = response;
        let further = self.core.sanitizer.response(&mut section, withheld_cookies, private);
        let (lines, headers) = match section {
            Section::Lines(lines) => (lines, HeaderMap::new()),
            Section::Map(headers) => (Lines::default(), headers),
        };
        let mut response = Response::new(Body::Upstream(Box::new(Passing::new(lines, further, body))));
        *response.headers_mut() = headers;
        *response.status_mut() = match status {
            // No upgrade was asked for, so what the status promises cannot follow.
            StatusCode::SWITCHING_PROTOCOLS => StatusCode::BAD_GATEWAY,
            status => status,
        };
        response
    }

    /// Renders the failure of an upstream.
    #[cold]
    pub(super) fn failed(&self, upstream: &Upstream, target: &Target<'_>, error: &UpstreamError) -> Response<Body> {
        tracing::warn!(upstream = upstream.name(), %error, "upstream request failed");
        let (status, problem) = problems::upstream(error);
        let mut response = self.core.renderer.problem(Reader::of(target), status, &problem);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }

    #[cold]
    fn refuse(&self, target: &Target<'_>, refusal: Refusal) -> Response<Body> {
        tracing::debug!(why = %refusal, "request refused");
        self.core.renderer.refusal(target, refusal)
    }
}

/// Whether a response is a stream of events. Browsers open it again by themselves, so that it ends when the gateway stops.
fn is_event_stream(response: &UpstreamResponse) -> bool {
    const EVENTS: &[u8] = b"text/event-stream";
    let kind = response.section.all(CONTENT_TYPE).next().unwrap_or_default();
    kind.get(..EVENTS.len()).is_some_and(|kind| kind.eq_ignore_ascii_case(EVENTS))
}
