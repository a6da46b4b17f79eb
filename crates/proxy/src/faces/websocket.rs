//! WebSockets: forwarded once permitted, and closed when the session no longer permits them.

use bytes::Bytes;
use data_encoding::BASE64;
use http::header::{CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use http::{HeaderMap, Method, StatusCode, Version};
use http_body::Body as _;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use postern_model::web::{Problem, RequestId, list};
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio_util::sync::CancellationToken;

use super::in_use::InUse;
use super::reverse_proxy::{Forwarding, ReverseProxy};
use super::revocation::RevocationWatch;
use crate::response::Reader;
use crate::response::body::{Body, Response};
use crate::sessions::Activity;
use crate::upstream::{UpstreamBody, UpstreamError, UpstreamResponse};
use postern_http::headers::HeaderBlock;
use postern_http::server::{Upgrade, Upgraded};
use postern_http::{Lease, Request, RequestBody};

impl ReverseProxy {
    /// Forwards a WebSocket handshake and, if the upstream accepts, connects both sides.
    pub(super) async fn open_websocket(&self, received: &mut Request, forwarding: Forwarding<'_>) -> Response {
        let core = &*self.core;
        let Forwarding { target, peer, context, admitted } = forwarding;
        // RFC 6455 §4.1: a GET over HTTP/1.1 without a body. Servers disagree about other forms. An extended CONNECT
        // (RFC 8441) was converted into a GET when it was received.
        let http2 = received.version == Version::HTTP_2;
        let bodiless = received.body.as_ref().is_none_or(RequestBody::is_end_stream);
        let upstream = core.upstreams.get(context.upstream);
        let valid = received.method == Method::GET && (http2 || received.version == Version::HTTP_11) && bodiless;
        let Some(routed) = upstream.filter(|_| valid) else {
            let problem = Problem::new("BAD_REQUEST", "This is not a valid WebSocket handshake.");
            return core.renderer.problem(Reader::of(target), StatusCode::BAD_REQUEST, &problem).into();
        };
        received.body = None;
        let downstream = match received.extensions.remove::<Upgrade>() {
            Some(upgrade) => Downstream::Http1(upgrade),
            None => Downstream::Http2(http2_upgrade(received)),
        };
        let lease = received.extensions.remove::<Lease>();
        let private = admitted.permit.identity().is_some();
        let credentials = core.credentials(context.upstream, admitted.identity.as_ref());
        let added = self.prepare_headers(&mut received.headers, target, peer, &credentials);
        let mut headers = std::mem::take(&mut received.headers).into_map();
        added.put_into(&mut headers);
        set_upgrade(&mut headers);
        let key = headers.get(SEC_WEBSOCKET_KEY).cloned();
        let (mut response, slot) =
            match routed.upstream.open_tunnel(admitted.permit.admit(headers), target.uri.clone()).await {
                Ok(response) => response,
                Err(error) => return self.failed(&routed.upstream, target, &error).into(),
            };
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            let (parts, incoming) = response.into_parts();
            let headers = HeaderBlock::from(parts.headers);
            let response = UpstreamResponse {
                status: parts.status,
                headers,
                body: UpstreamBody::elsewhere(incoming, slot),
                early: false,
            };
            return self.upstream_response(response, credentials.withheld_cookies, private);
        }
        if !is_agreed(response.headers(), key.as_ref()) {
            let error = UpstreamError::Broken("101 without a valid WebSocket handshake (RFC 6455 §4.1)".to_owned());
            return self.failed(&routed.upstream, target, &error).into();
        }
        let closing = core.generation.tunnels.clone();
        let activity = Activity::new(&core.gate.clock);
        let watch = RevocationWatch::new(core, target, context).counting(Some(activity.clone()));
        let upstream = hyper::upgrade::on(&mut response);
        let tunnel = async move {
            let _held = (lease, slot);
            connect(downstream, upstream, activity, watch, closing).await;
        };
        tokio::spawn(RequestId::scope_of_current(Box::pin(tunnel)));
        let (mut parts, _) = response.into_parts();
        let mut headers = HeaderBlock::from(parts.headers);
        let further = core.sanitizer.response(&mut headers, credentials.withheld_cookies, private);
        parts.headers = headers.into_map();
        parts.headers.extend(crate::identity::headers(further));
        parts.extensions.clear();
        if http2 {
            // RFC 8441 §5: a plain success; HTTP/2 has no `Sec-WebSocket-Accept`.
            parts.status = StatusCode::OK;
            parts.headers.remove(SEC_WEBSOCKET_ACCEPT);
            return http::Response::from_parts(parts, Body::Empty).into();
        }
        set_upgrade(&mut parts.headers);
        http::Response::from_parts(parts, Body::Empty).into()
    }
}

/// Whether a `101` accepts the requested WebSocket (RFC 6455 §4.1): it is an upgrade to `websocket`, and proves that
/// the server read this very request.
fn is_agreed(headers: &HeaderMap, key: Option<&HeaderValue>) -> bool {
    let names = |name, member: &str| {
        let mut values = headers.get_all(name).iter().flat_map(|value| list(value.as_bytes()));
        values.any(|value| value.eq_ignore_ascii_case(member))
    };
    let mut accepts = headers.get_all(SEC_WEBSOCKET_ACCEPT).iter();
    let (accept, again) = (accepts.next(), accepts.next());
    let proof = key.map(|key| accept_value(key.as_bytes()));
    names(UPGRADE, "websocket")
        && names(CONNECTION, "upgrade")
        && again.is_none()
        && accept.map(HeaderValue::as_bytes) == proof.as_deref().map(str::as_bytes)
        && accept.is_some()
}

/// Returns the value of `Sec-WebSocket-Accept` for a key (RFC 6455 §4.2.2).
fn accept_value(key: &[u8]) -> String {
    const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    context.update(key.trim_ascii());
    context.update(GUID);
    BASE64.encode(context.finish().as_ref())
}

/// Takes the pending upgrade out of a request over HTTP/2.
fn http2_upgrade(received: &mut Request) -> OnUpgrade {
    let mut request = http::Request::new(());
    *request.extensions_mut() = std::mem::take(&mut received.extensions);
    let upgrade = hyper::upgrade::on(&mut request);
    received.extensions = std::mem::take(request.extensions_mut());
    upgrade
}

fn set_upgrade(headers: &mut HeaderMap) {
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

/// Copies between both ends until one closes, the session no longer permits it, or the process ends.
async fn connect(
    downstream: Downstream,
    upstream: OnUpgrade,
    activity: Activity,
    watch: RevocationWatch,
    closing: CancellationToken,
) {
    let (downstream, upstream) = tokio::join!(downstream.open(), upstream);
    let ((downstream, read), mut upstream) = match (downstream, upstream) {
        (Ok(downstream), Ok(upstream)) => (downstream, TokioIo::new(upstream)),
        (Err(error), _) => return tracing::debug!(error, "WebSocket not opened: client upgrade failed"),
        (_, Err(error)) => return tracing::debug!(%error, "WebSocket not opened: upstream upgrade failed"),
    };
    let mut downstream = InUse::new(downstream, &read, activity);
    let copying = async {
        upstream.write_all(&read).await?;
        copy_bidirectional(&mut downstream, &mut upstream).await
    };
    // Dropping both ends closes them; frames of a session that has ended are not delivered.
    tokio::select! {
        ended = copying => match ended {
            Ok(_) => tracing::debug!("WebSocket closed"),
            Err(error) => tracing::debug!(%error, "WebSocket closed: connection lost"),
        },
        _ = watch.revoked() => tracing::debug!("WebSocket closed: session no longer permits it"),
        () = closing.cancelled() => tracing::debug!("WebSocket closed: gateway stopping"),
    }
}
