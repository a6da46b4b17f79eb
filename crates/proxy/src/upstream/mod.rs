//! Upstreams: the services behind the gateway. They accept only requests that a decision allowed.

mod broken_response;
mod connect;
mod error;
mod health;
mod http2;
mod request_body;
mod response_body;
pub(crate) mod routed;
mod tunnel;

use std::sync::Arc;
use std::time::Duration;

use http::header::{HOST, LINK};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Method, Request, StatusCode, Uri, Version};
use http_body::Body as _;
use postern_authn::access::Permitted;
use postern_http::client::{RequestError, RequestHead, ResponseHead};
use postern_model::web::Fields as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::headers::forwarding::ForwardingHeaders;
use crate::sessions::Activity;
use connect::Connector;
use http2::Http2Pool;
use postern_http::boxed::cold;
use postern_http::headers::HeaderBlock;
use postern_http::{EarlyHints, RequestBody};
use request_body::Forwarded;

pub(crate) use broken_response::BrokenResponseReport;
pub use connect::{UpstreamAddress, UpstreamTls};
pub(crate) use error::UpstreamError;
pub(crate) use health::Health;
pub use health::HealthCheck;
pub use response_body::{ResponseBodyError, UpstreamBody};

type Http1Connection = postern_http::client::Connection<Forwarded<RequestBody>>;
type Pool = postern_http::client::Pool<Forwarded<RequestBody>>;
type Http1Body = postern_http::client::ResponseBody<Forwarded<RequestBody>>;

/// Protocol that is spoken with an upstream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2: by ALPN over TLS, otherwise by prior knowledge.
    Http2,
}

/// Upstream of the configuration (`[[upstream]]`).
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// Its name in logs.
    pub name: String,
    /// Its address.
    pub address: UpstreamAddress,
    /// TLS settings; `None` for plain text.
    pub tls: Option<UpstreamTls>,
    /// The protocol.
    pub protocol: Protocol,
    /// Timeout for the head of a response.
    pub timeout: Duration,
    /// Timeout for opening a connection.
    pub connect_timeout: Duration,
    /// Idle timeout of a response body; `None` for no limit.
    pub body_timeout: Option<Duration>,
    /// Time for which an idle HTTP/1.1 connection is kept.
    pub idle_timeout: Duration,
    /// Maximum number of concurrent requests and WebSockets; `None` for no limit.
    pub max_connections: Option<usize>,
    /// The health check, if any.
    pub health: Option<HealthCheck>,
}

impl UpstreamConfig {
    /// Returns an upstream over HTTP/1.1 without TLS: two minutes to respond, five seconds to connect, no limits, no
    /// health check.
    pub fn plain(name: &str, address: UpstreamAddress) -> Self {
        Self {
            name: name.to_owned(),
            address,
            tls: None,
            protocol: Protocol::Http1,
            timeout: Duration::from_secs(120),
            connect_timeout: Duration::from_secs(5),
            body_timeout: None,
            idle_timeout: Duration::from_secs(20),
            max_connections: None,
            health: None,
        }
    }
}

/// Request to an upstream.
#[derive(Debug)]
pub(crate) struct Outbound<'r> {
    pub(crate) method: &'r Method,
    /// Path and query, byte for byte as they came.
    pub(crate) path: &'r PathAndQuery,
    /// The client's headers, sanitised.
    pub(crate) headers: &'r HeaderBlock,
    /// The headers that the gateway adds.
    pub(crate) added: &'r ForwardingHeaders<'r>,
    pub(crate) body: RequestBody,
    /// Sends the upstream's early hints to the client, where it takes them.
    pub(crate) early_hints: Option<EarlyHints>,
    /// Notes that parts of the body came.
    pub(crate) activity: Option<Activity>,
}

/// Response of an upstream.
#[derive(Debug)]
pub(crate) struct UpstreamResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderBlock,
    pub(crate) body: UpstreamBody,
    /// Whether it is complete before the request is.
    pub(crate) early: bool,
}

/// Client of one upstream, with its connections.
pub(crate) struct Upstream {
    name: String,
    protocol: Protocol,
    authority: Authority,
    scheme: Scheme,
    timeout: Duration,
    body_timeout: Option<Duration>,
    connector: Connector,
    upgrades: Connector,
    pool: Arc<Pool>,
    multiplexed: Http2Pool,
    slots: Option<Arc<Semaphore>>,
    health: Health,
    wait: Duration,
}

impl Upstream {
    /// Takes the configuration.
    pub(crate) fn new(config: UpstreamConfig) -> Self {
        let scheme = if config.tls.is_some() { Scheme::HTTPS } else { Scheme::HTTP };
        let alpn: &[u8] = match config.protocol {
            Protocol::Http1 => b"http/1.1",
            Protocol::Http2 => b"h2",
        };
        let connector = |alpn| Connector::new(config.address.clone(), config.tls.clone(), alpn, config.connect_timeout);
        Self {
            connector: connector(alpn),
            upgrades: connector(b"http/1.1"),
            health: Health::new(config.health),
            name: config.name,
            protocol: config.protocol,
            authority: Authority::from_static("upstream.invalid"),
            scheme,
            timeout: config.timeout,
            body_timeout: config.body_timeout,
            pool: Arc::new(Pool::new(config.idle_timeout)),
            multiplexed: Http2Pool::default(),
            slots: config.max_connections.map(|most| Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)))),
            wait: config.connect_timeout,
        }
    }

    /// Returns its name in logs.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns its health.
    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// Sends a request unchanged; returns the response once its head was received.
    pub(crate) async fn send(&self, request: Permitted<Outbound<'_>>) -> Result<UpstreamResponse, UpstreamError> {
        if self.health.is_down() {
            return Err(UpstreamError::Down);
        }
        let slot = match &self.slots {
            None => None,
            Some(slots) => Some(cold(|| self.slot(slots)).await?),
        };
        let Outbound { method, path, headers, added, body, early_hints, activity } = request.into_inner();
        match self.protocol {
            Protocol::Http1 => {
                let head = RequestHead { method, path, headers, encoded: added, trailers: added.trailers.as_ref() };
                let (answer, connection) = self.exchange(&head, Forwarded::new(body, activity), early_hints).await?;
                let early = connection.answered_early();
                let body = UpstreamBody::http1(Http1Body::new(connection, &self.pool), self.body_timeout, slot);
                Ok(UpstreamResponse { status: answer.status, headers: answer.headers, body, early })
            }
            Protocol::Http2 => {
                let outbound = Outbound { method, path, headers, added, body, early_hints, activity };
                cold(|| self.exchange_multiplexed(outbound, slot)).await
            }
        }
    }

    /// Sends a request over HTTP/2.
    async fn exchange_multiplexed(
        &self,
        outbound: Outbound<'_>,
        slot: Option<OwnedSemaphorePermit>,
    ) -> Result<UpstreamResponse, UpstreamError> {
        let mut headers = outbound.headers.clone().into_map();
        outbound.added.put_into(&mut headers);
        let mut request = Request::new(Forwarded::new(outbound.body, outbound.activity));
        *request.method_mut() = outbound.method.clone();
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = self.absolute(&headers, outbound.path.clone())?;
        headers.remove(HOST);
        *request.headers_mut() = headers;
        let (response, stream_slot) = self.multiplexed.exchange(&self.connector, request, self.timeout).await?;
        let (parts, incoming) = response.into_parts();
        if parts.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(UpstreamError::Broken("101 over HTTP/2 (RFC 9113 §8.6)".to_owned()));
        }
        let body = UpstreamBody::http2(incoming, stream_slot, self.body_timeout, slot);
        Ok(UpstreamResponse { status: parts.status, headers: parts.headers.into(), body, early: false })
    }

    /// Sends a request over HTTP/1.1; returns the head of the response, and the connection that carries the rest.
    async fn exchange(
        &self,
        head: &RequestHead<'_>,
        body: Forwarded<RequestBody>,
        early_hints: Option<EarlyHints>,
    ) -> Result<(ResponseHead, Box<Http1Connection>), UpstreamError> {
        let mut informational = |head: &ResponseHead| forward_early_hints(head, early_hints.as_ref());
        let repeatable = head.method.is_idempotent() && body.is_end_stream();
        let kept = self.idle_connection();
        let is_kept = kept.is_some();
        let mut connection = match kept {
            Some(connection) => connection,
            None => cold(|| self.open_connection()).await?,
        };
        connection.begin(head, Some(body));
        let error = match connection.response(head.method, self.timeout, &mut informational).await {
            Ok(answer) => return Ok((answer, connection)),
            Err(error) => error,
        };
        // The upstream closed a kept connection just when it was reused. Only an idempotent request is sent again (RFC
        // 9110 §9.2.2), and only once.
        let unsent = connection.is_unsent();
        let closed = matches!(error, RequestError::Io { before_response: true, .. });
        if !is_kept || !closed || !(unsent || repeatable) {
            return Err(error.into());
        }
        tracing::debug!(upstream = self.name, %error, "kept upstream connection was closed; request is sent again");
        cold(|| async move {
            let mut fresh = self.open_connection().await?;
            if unsent {
                fresh.take_unsent(&mut connection);
            } else {
                fresh.begin(head, None);
            }
            let answer = fresh.response(head.method, self.timeout, &mut informational).await?;
            Ok((answer, fresh))
        })
        .await
    }

    /// Opens a new HTTP/1.1 connection.
    async fn open_connection(&self) -> Result<Box<Http1Connection>, UpstreamError> {
        Ok(Box::new(Http1Connection::new(self.connector.connect().await?)))
    }

    /// Returns a kept connection that is still open.
    fn idle_connection(&self) -> Option<Box<Http1Connection>> {
        while let Some(mut connection) = self.pool.take() {
            if connection.is_usable() {
                return Some(connection);
            }
        }
        None
    }

    /// Acquires a slot for a request.
    async fn slot(&self, slots: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, UpstreamError> {
        match tokio::time::timeout(self.wait, Arc::clone(slots).acquire_owned()).await {
            Ok(Ok(slot)) => Ok(slot),
            _ => Err(UpstreamError::Busy),
        }
    }

    /// Builds the URI of a request over HTTP/2, whose `:authority` is the host that the client requested (RFC 9113
    /// §8.3.1).
    fn absolute(&self, headers: &HeaderMap, path: PathAndQuery) -> Result<Uri, UpstreamError> {
        let host = headers.get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(self.scheme.clone());
        uri.authority = Some(host.unwrap_or_else(|| self.authority.clone()));
        uri.path_and_query = Some(path);
        Uri::from_parts(uri).map_err(|error| UpstreamError::Internal(error.to_string()))
    }
}

/// Passes on the `Http1Connection` headers of a `103`, which are what it is for (RFC 8297 §2). Others are part of the response only.
fn forward_early_hints(head: &ResponseHead, to: Option<&EarlyHints>) {
    let Some(to) = to.filter(|_| head.status == StatusCode::EARLY_HINTS) else { return };
    let mut links = head.headers.all(LINK).map(|value| (&b"link"[..], value)).peekable();
    if links.peek().is_some() {
        to.send(links);
    }
}
