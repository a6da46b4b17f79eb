//! The services behind the gateway. They take nothing but requests that a decision let through.

mod answer;
mod connect;
mod error;
mod forwarded;
mod health;
mod link;
mod multiplexed;
mod pool;
mod stream;
mod tunnel;

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderValue, TE, TRANSFER_ENCODING};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Method, Request, Response, Uri, Version};
use hyper::body::{Body as _, Incoming};
use postern_authn::access::Permitted;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use connect::Connector;
use forwarded::Forwarded;
use link::{Link, Unanswered};
use multiplexed::Multiplexed;
use pool::Pool;

pub use answer::{BrokenOff, UpstreamBody};
pub use connect::{UpstreamAddress, UpstreamTls};
pub(crate) use error::UpstreamError;
pub(crate) use health::Health;
pub use health::HealthCheck;

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
    /// Requests under way at a time; `None`: as many as there are.
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
            max_connections: None,
            health: None,
        }
    }
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
    multiplexed: Multiplexed,
    slots: Option<Arc<Semaphore>>,
    health: Health,
    wait: Duration,
}

/// What a request is made from once more, if the connection turns out to be dead.
struct Again {
    method: Method,
    version: Version,
    uri: Uri,
    headers: HeaderMap,
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
            pool: Arc::default(),
            multiplexed: Multiplexed::default(),
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

    /// Sends a request as it is, with this path and query, and gives the answer once its head is there.
    pub(crate) async fn send(
        &self,
        request: Permitted<Request<Incoming>>,
        path: PathAndQuery,
    ) -> Result<Response<UpstreamBody>, UpstreamError> {
        if self.health.is_down() {
            return Err(UpstreamError::Down);
        }
        let slot = match &self.slots {
            None => None,
            Some(slots) => Some(Box::pin(self.slot(slots)).await?),
        };
        let (mut parts, body) = request.into_inner().into_parts();
        parts.extensions.clear();
        match self.protocol {
            Protocol::Http1 => {
                parts.version = Version::HTTP_11;
                parts.uri = Uri::from(path);
                if parts.headers.contains_key(TE) {
                    parts.headers.insert(CONNECTION, HeaderValue::from_static("te"));
                }
                self.exchange(Request::from_parts(parts, Forwarded::new(body)), slot).await
            }
            Protocol::Http2 => {
                parts.version = Version::HTTP_2;
                parts.uri = self.absolute(&parts.headers, path)?;
                parts.headers.remove(HOST);
                Box::pin(self.multiplex(Request::from_parts(parts, Forwarded::new(body)), slot)).await
            }
        }
    }

    async fn exchange(
        &self,
        request: Request<Forwarded<Incoming>>,
        slot: Option<OwnedSemaphorePermit>,
    ) -> Result<Response<UpstreamBody>, UpstreamError> {
        let (mut kept, mut again) = (false, None);
        let answered = match self.idle_link().await {
            Some(link) => {
                kept = true;
                again = Again::of(&request);
                link.exchange(request, self.timeout).await
            }
            None => Box::pin(Link::open(&self.connector)).await?.exchange(request, self.timeout).await,
        };
        let (response, link) = match (answered, again) {
            (Ok(answered), _) => answered,
            (Err(Unanswered { unsent: Some(request), .. }), _) if kept => {
                Box::pin(self.on_fresh_link(*request)).await?
            }
            // The upstream closed a kept connection just when it was used again. Nothing that was done twice would do
            // harm is sent twice (RFC 9110 §9.2.2), and nothing is sent thrice.
            (Err(Unanswered { closed: true, error, .. }), Some(again)) => {
                tracing::debug!(upstream = self.name, %error, "a kept connection was closed; the request is made again");
                Box::pin(self.on_fresh_link(again.request())).await?
            }
            (Err(unanswered), _) => return Err(unanswered.error),
        };
        if !has_one_length(response.headers()) {
            return Err(UpstreamError::Broken("its Transfer-Encoding is not chunked alone".to_owned()));
        }
        let (mut parts, incoming) = response.into_parts();
        // Which HTTP is spoken here is no matter of the client's: an answer of HTTP/1.0 would end his connection, and
        // where it breaks off he would not see that.
        parts.version = Version::HTTP_11;
        let body = UpstreamBody::new(incoming, self.body_timeout, slot).on_link(link, &self.pool);
        Ok(Response::from_parts(parts, body))
    }

    async fn multiplex(
        &self,
        request: Request<Forwarded<Incoming>>,
        slot: Option<OwnedSemaphorePermit>,
    ) -> Result<Response<UpstreamBody>, UpstreamError> {
        let again = Again::of(&request);
        let answered = match (self.multiplexed.exchange(&self.connector, request, self.timeout).await, again) {
            (Err(Unanswered { unsent: Some(request), .. }), _) => {
                self.multiplexed.exchange(&self.connector, *request, self.timeout).await
            }
            (Err(Unanswered { closed: true, .. }), Some(again)) => {
                self.multiplexed.exchange(&self.connector, again.request(), self.timeout).await
            }
            (answered, _) => answered,
        };
        let (response, place) = answered.map_err(|unanswered| unanswered.error)?;
        Ok(response.map(|incoming| UpstreamBody::new(incoming, self.body_timeout, slot).on_stream(place)))
    }

    async fn on_fresh_link(
        &self,
        request: Request<Forwarded<Incoming>>,
    ) -> Result<(Response<Incoming>, Box<Link>), UpstreamError> {
        let link = Link::open(&self.connector).await?;
        link.exchange(request, self.timeout).await.map_err(|unanswered| unanswered.error)
    }

    /// A kept connection that is still alive.
    async fn idle_link(&self) -> Option<Box<Link>> {
        while let Some(mut link) = self.pool.take() {
            if link.is_usable().await {
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

impl Again {
    /// What of a request may be sent twice: no body, and a method that does the same twice as once.
    fn of(request: &Request<Forwarded<Incoming>>) -> Option<Self> {
        let repeatable = request.method().is_idempotent() && request.body().is_end_stream();
        repeatable.then(|| Self {
            method: request.method().clone(),
            version: request.version(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
        })
    }

    fn request(self) -> Request<Forwarded<Incoming>> {
        let mut request = Request::new(Forwarded::empty());
        *request.method_mut() = self.method;
        *request.version_mut() = self.version;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        request
    }
}

/// Where an answer with another transfer coding, or with a length beside it, ends is a matter of opinion (RFC 9112 §6.3),
/// and codings are not undone here: nothing of it is passed on.
fn has_one_length(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => {
            coding.as_bytes().eq_ignore_ascii_case(b"chunked") && !headers.contains_key(CONTENT_LENGTH)
        }
        (Some(_), Some(_)) => false,
    }
}
