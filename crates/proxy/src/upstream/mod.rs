//! The services behind the gateway. They take nothing but requests that a decision let through.

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

use http::header::HOST;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Method, Request, StatusCode, Uri, Version};
use http_body::Body as _;
use postern_authn::access::Permitted;
use postern_http::client::{RequestError, RequestHead, ResponseHead};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::headers::forwarding::ForwardingHeaders;
use connect::Connector;
use http2::Http2Pool;
use postern_http::RequestBody;
use postern_http::boxed::cold;
use postern_http::headers::HeaderBlock;
use request_body::Forwarded;

pub use connect::{UpstreamAddress, UpstreamTls};
pub(crate) use error::UpstreamError;
pub(crate) use health::Health;
pub use health::HealthCheck;
pub use response_body::{BrokenOff, UpstreamBody};

type Link = postern_http::client::Connection<Forwarded<RequestBody>>;
type Pool = postern_http::client::Pool<Forwarded<RequestBody>>;
type Streamed = postern_http::client::ResponseBody<Forwarded<RequestBody>>;

/// What is spoken with an upstream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2: by ALPN over TLS, by prior knowledge else.
    Http2,
}

/// One `[[upstream]]`.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// Its name in logs.
    pub name: String,
    /// Where it listens.
    pub address: UpstreamAddress,
    /// TLS, where it wants that.
    pub tls: Option<UpstreamTls>,
    /// What is spoken.
    pub protocol: Protocol,
    /// How long it may take until the head of its answer.
    pub timeout: Duration,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long its answer may stand still half way; `None`: as long as it likes.
    pub body_timeout: Option<Duration>,
    /// How long an idle connection over HTTP/1.1 is kept.
    pub idle_timeout: Duration,
    /// Requests and WebSockets under way at a time; `None`: no limit.
    pub max_connections: Option<usize>,
    /// How its health is looked after; `None`: it is not.
    pub health: Option<HealthCheck>,
}

impl UpstreamConfig {
    /// An upstream over HTTP/1.1 without TLS: two minutes to answer, five seconds to connect, no limits, unwatched.
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

/// What is asked of an upstream.
#[derive(Debug)]
pub(crate) struct Outbound<'r> {
    pub(crate) method: &'r Method,
    /// Path and query, byte for byte as they came.
    pub(crate) path: &'r PathAndQuery,
    /// The client's headers, cleaned.
    pub(crate) headers: &'r HeaderBlock,
    /// What goes beside them.
    pub(crate) added: &'r ForwardingHeaders<'r>,
    pub(crate) body: RequestBody,
}

/// What an upstream answers.
#[derive(Debug)]
pub(crate) struct UpstreamResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderBlock,
    pub(crate) body: UpstreamBody,
}

/// A client of one upstream, with its connections.
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

    /// Its name in logs.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What is known of its health.
    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// Sends a request as it is, and gives the answer once its head is there.
    pub(crate) async fn send(&self, request: Permitted<Outbound<'_>>) -> Result<UpstreamResponse, UpstreamError> {
        if self.health.is_down() {
            return Err(UpstreamError::Down);
        }
        let slot = match &self.slots {
            None => None,
            Some(slots) => Some(cold(|| self.slot(slots)).await?),
        };
        let Outbound { method, path, headers, added, body } = request.into_inner();
        match self.protocol {
            Protocol::Http1 => {
                let head = RequestHead { method, path, headers, encoded: added, trailers: added.trailers.as_ref() };
                let (answer, link) = self.exchange(&head, Forwarded::new(body)).await?;
                let body = UpstreamBody::http1(Streamed::new(link, &self.pool), self.body_timeout, slot);
                Ok(UpstreamResponse { status: answer.status, headers: answer.headers, body })
            }
            Protocol::Http2 => {
                let outbound = Outbound { method, path, headers, added, body };
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
        let mut request = Request::new(Forwarded::new(outbound.body));
        *request.method_mut() = outbound.method.clone();
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = self.absolute(&headers, outbound.path.clone())?;
        headers.remove(HOST);
        *request.headers_mut() = headers;
        let (response, place) = self.multiplexed.exchange(&self.connector, request, self.timeout).await?;
        let (parts, incoming) = response.into_parts();
        if parts.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(UpstreamError::Broken("101 over HTTP/2 (RFC 9113 §8.6)".to_owned()));
        }
        let body = UpstreamBody::http2(incoming, place, self.body_timeout, slot);
        Ok(UpstreamResponse { status: parts.status, headers: parts.headers.into(), body })
    }

    /// Sends a request over HTTP/1.1; gives the head of its answer, and the connection that the rest of it comes on.
    async fn exchange(
        &self,
        head: &RequestHead<'_>,
        body: Forwarded<RequestBody>,
    ) -> Result<(ResponseHead, Box<Link>), UpstreamError> {
        let repeatable = head.method.is_idempotent() && body.is_end_stream();
        let kept = self.idle_link();
        let is_kept = kept.is_some();
        let mut link = match kept {
            Some(link) => link,
            None => cold(|| self.open_link()).await?,
        };
        link.begin(head, Some(body));
        let error = match link.response(head.method, self.timeout).await {
            Ok(answer) => return Ok((answer, link)),
            Err(error) => error,
        };
        // The upstream closed a kept connection just when it was used again. Nothing that was done twice would do harm is
        // sent twice (RFC 9110 §9.2.2), and nothing is sent thrice.
        let unsent = link.is_unsent();
        let closed = matches!(error, RequestError::Io { before_response: true, .. });
        if !is_kept || !closed || !(unsent || repeatable) {
            return Err(error.into());
        }
        tracing::debug!(upstream = self.name, %error, "kept upstream connection was closed; request is sent again");
        cold(|| async move {
            let mut fresh = self.open_link().await?;
            if unsent {
                fresh.take_unsent(&mut link);
            } else {
                fresh.begin(head, None);
            }
            let answer = fresh.response(head.method, self.timeout).await?;
            Ok((answer, fresh))
        })
        .await
    }

    /// A new connection over HTTP/1.1.
    async fn open_link(&self) -> Result<Box<Link>, UpstreamError> {
        Ok(Box::new(Link::new(self.connector.connect().await?)))
    }

    /// A kept connection that is still alive.
    fn idle_link(&self) -> Option<Box<Link>> {
        while let Some(mut link) = self.pool.take() {
            if link.is_usable() {
                return Some(link);
            }
        }
        None
    }

    /// A place among the requests under way.
    async fn slot(&self, slots: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, UpstreamError> {
        match tokio::time::timeout(self.wait, Arc::clone(slots).acquire_owned()).await {
            Ok(Ok(slot)) => Ok(slot),
            _ => Err(UpstreamError::Busy),
        }
    }

    /// The URI of a request over HTTP/2, whose `:authority` is the host that the client asked for (RFC 9113 §8.3.1).
    fn absolute(&self, headers: &HeaderMap, path: PathAndQuery) -> Result<Uri, UpstreamError> {
        let host = headers.get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(self.scheme.clone());
        uri.authority = Some(host.unwrap_or_else(|| self.authority.clone()));
        uri.path_and_query = Some(path);
        Uri::from_parts(uri).map_err(|error| UpstreamError::Internal(error.to_string()))
    }
}
