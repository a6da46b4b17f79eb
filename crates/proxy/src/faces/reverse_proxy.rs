//! The reverse proxy: a permitted request goes to its upstream, and the response comes back.

use std::sync::Arc;

use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, TE};
use http::{Extensions, StatusCode, Version};
use http_body::Body as _;
use postern_model::web::{Fields, is_navigation};

use super::core::{Admitted, Core};
use super::revocation::RevocationWatch;
use crate::gate::{Opened, Refusal, RequestContext};
use crate::headers::forwarding::ForwardingHeaders;
use crate::headers::sanitize::Credentials;
use crate::response::body::{Body, EncodedHeaders, Response};
use crate::response::{Reader, Rendering, problems};
use crate::sessions::Activity;
use crate::target::{Kind, RequestLine, Target};
use crate::upstream::{BrokenResponseReport, Outbound, Upstream, UpstreamError, UpstreamResponse};
use postern_http::boxed::cold;
use postern_http::coarse_clock::now_millis;
use postern_http::headers::HeaderBlock;
use postern_http::{Peer, Request};

/// Milliseconds that an upstream may take before the decision is repeated.
const SLOW: u64 = 1000;

/// Forwards requests to upstreams.
#[derive(Clone)]
pub struct ReverseProxy {
    pub(super) core: Arc<Core>,
}

/// Permitted request that is being forwarded.
pub(super) struct Forwarding<'r> {
    pub(super) target: &'r Target<'r>,
    pub(super) peer: &'r Peer,
    pub(super) context: &'r RequestContext,
    pub(super) admitted: Admitted<'r>,
}

impl ReverseProxy {
    /// Takes the shared core.
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Serves a request. The caller has handled paths below the base path itself.
    ///
    /// The body of a refused request stays in `request`, unread.
    pub async fn handle(&self, request: &mut Request, peer: &Peer) -> Response {
        let core = &*self.core;
        let line = RequestLine { method: &request.method, uri: &request.uri, version: request.version };
        let target = match Target::of_request(line, &request.headers, &core.gate.hosts) {
            Ok(target) => target.wishing(|| core.renderer.wishes(&request.headers)),
            Err(why) => {
                tracing::debug!(%why, "request refused");
                let navigation = is_navigation(&request.method, &request.headers);
                let rendering = if navigation { Rendering::Page } else { Rendering::Json };
                let wishes = core.renderer.wishes(&request.headers);
                let reader = Reader { rendering, origin: None, wishes: Some(&wishes) };
                return core.renderer.refusal_to(reader, Refusal::NoTarget(why)).into();
            }
        };
        let context = match core.gate.open(&target, &request.headers, peer) {
            Ok(Opened::Ready(context)) => Ok(context),
            Ok(Opened::Waiting(context)) => cold(|| core.gate.load(context)).await,
            Err(refusal) => Err(refusal),
        };
        let context = match context {
            Ok(context) => context,
            Err(refusal) => return self.refuse(&target, refusal).into(),
        };
        let response = match core.admit(&context) {
            Ok(admitted) => {
                let forwarding = Forwarding { target: &target, peer, context: &context, admitted };
                self.forward(request, forwarding).await
            }
            Err(Refusal::Challenge(step)) => {
                let kept = cold(|| self.keep(request, &target, &context, step)).await;
                kept.unwrap_or_else(|| self.refuse(&target, Refusal::Challenge(step))).into()
            }
            Err(refusal) => self.refuse(&target, refusal).into(),
        };
        context.with_requester(response)
    }

    async fn forward(&self, request: &mut Request, forwarding: Forwarding<'_>) -> Response {
        if forwarding.target.kind == Kind::WebSocket {
            return cold(|| self.open_websocket(request, forwarding)).await;
        }
        let core = &*self.core;
        let Forwarding { target, peer, context, admitted } = forwarding;
        let Some(routed) = core.upstreams.get(context.upstream) else {
            return self.refuse(target, Refusal::Withheld).into();
        };
        let private = admitted.permit.identity().is_some();
        let body = request.body.take().unwrap_or_default();
        let (uploads, since) = (!body.is_end_stream(), now_millis());
        let credentials = core.credentials(context.upstream, admitted.identity.as_ref());
        let added = self.prepare_headers(&mut request.headers, target, peer, &credentials);
        let (method, path, headers) = (&request.method, &target.uri, &request.headers);
        let early_hints = request.early_hints.take();
        let activity = (private && uploads).then(|| Activity::new(&core.gate.clock));
        let outbound = Outbound { method, path, headers, added: &added, body, early_hints, activity: activity.clone() };
        let sending = routed.upstream.send(admitted.permit.admit(outbound));
        let sent = if activity.is_some() {
            cold(|| RevocationWatch::new(core, target, context).of_transfer().counting(activity.clone()).hold(sending))
                .await
        } else {
            let sent = sending.await;
            match private && now_millis().saturating_sub(since) >= SLOW {
                true => {
                    let watch = || RevocationWatch::new(core, target, context).of_transfer();
                    cold(|| async { watch().decide().await.map(|()| sent) }).await
                }
                false => Ok(sent),
            }
        };
        match sent {
            Ok(Ok(mut response)) => {
                // Over HTTP/2 a stream ends, and no connection.
                response.early &= request.version < Version::HTTP_2;
                if !response.body.is_received() {
                    let report = BrokenResponseReport::new(&routed.upstream, &core.broken_responses);
                    response.body = response.body.reporting(report);
                }
                let response = self.ended_in_time(response, target, context, private, activity);
                self.upstream_response(response, credentials.withheld_cookies, private)
            }
            Ok(Err(error)) => self.failed(&routed.upstream, target, &error).into(),
            Err(refusal) => self.refuse(target, refusal).into(),
        }
    }

    /// Ends the body of a private response when its session no longer permits it, and an event stream also when the
    /// gateway stops. A body that is already received is not watched.
    fn ended_in_time(
        &self,
        mut response: UpstreamResponse,
        target: &Target<'_>,
        context: &RequestContext,
        private: bool,
        activity: Option<Activity>,
    ) -> UpstreamResponse {
        if response.body.is_received() {
            return response;
        }
        let core = &*self.core;
        let events = is_event_stream(&response);
        let closing = events.then(|| core.generation.tunnels.clone().cancelled_owned());
        let endless = response.body.size_hint().exact().is_none();
        let watch = private.then(|| RevocationWatch::new(core, target, context).counting(activity));
        response.body = match (watch, closing) {
            (None, None) => response.body,
            (None, Some(closing)) => response.body.until(closing),
            (Some(watch), None) if endless => response.body.until(async move {
                watch.revoked().await;
            }),
            (Some(watch), None) => response.body.until(async move {
                watch.of_transfer().revoked_after_grace().await;
            }),
            (Some(watch), Some(closing)) => response.body.until(async move {
                tokio::select! {
                    _ = watch.revoked() => {}
                    () = closing => {}
                }
            }),
        };
        response
    }

    /// Converts a client's headers into those for the upstream: sanitised, and signed if requests are signed. Returns
    /// the headers that are written in addition.
    pub(super) fn prepare_headers<'i>(
        &self,
        headers: &mut HeaderBlock,
        target: &'i Target<'_>,
        peer: &'i Peer,
        credentials: &Credentials<'i>,
    ) -> ForwardingHeaders<'i> {
        let added = self.core.sanitizer.request(headers, target, peer, credentials);
        let Some(signer) = &self.core.signer else { return added };
        let takes_trailers = added.takes_trailers;
        headers.edit(|headers| {
            added.put_into(headers);
            headers.remove(TE);
            signer.sign(headers, target, self.core.gate.clock.now());
        });
        ForwardingHeaders { takes_trailers, ..ForwardingHeaders::default() }
    }

    /// Converts an upstream's response headers into those for the browser.
    pub(super) fn upstream_response(
        &self,
        response: UpstreamResponse,
        withheld_cookies: &[String],
        private: bool,
    ) -> Response {
        let UpstreamResponse { status, mut headers, body, early } = response;
        let encoded = EncodedHeaders::fixed(self.core.sanitizer.response(&mut headers, withheld_cookies, private));
        if early {
            // The rest of the request is not read, so the client's connection ends (RFC 9112 §9.6).
            headers.edit(|headers| {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            });
        }
        Response { status, headers, encoded, body: Body::Upstream(Box::new(body)), extensions: Extensions::new() }
    }

    /// Renders the failure of an upstream.
    #[cold]
    pub(super) fn failed(
        &self,
        upstream: &Upstream,
        target: &Target<'_>,
        error: &UpstreamError,
    ) -> http::Response<Body> {
        tracing::warn!(upstream = upstream.name(), %error, "upstream request failed");
        let (status, problem) = problems::upstream(error);
        let mut response = self.core.renderer.problem(Reader::of(target), status, &problem);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }

    #[cold]
    fn refuse(&self, target: &Target<'_>, refusal: Refusal) -> http::Response<Body> {
        tracing::debug!(why = %refusal, "request refused");
        self.core.renderer.refusal(target, refusal)
    }
}

/// Whether a response is an event stream. Browsers reopen it by themselves, so it may end when the gateway stops.
fn is_event_stream(response: &UpstreamResponse) -> bool {
    const EVENTS: &[u8] = b"text/event-stream";
    let kind = response.headers.all(CONTENT_TYPE).next().unwrap_or_default();
    kind.get(..EVENTS.len()).is_some_and(|kind| kind.eq_ignore_ascii_case(EVENTS))
}
