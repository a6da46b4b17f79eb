//! The services behind the gateway, over HTTP/1.1. They take nothing but requests that a decision let through.

use std::error::Error as _;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Request, Response, Uri, Version};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use postern_authn::access::Permitted;
use postern_model::web::Origin;

use crate::body::Forwarded;

/// How long a connection to an upstream may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an unused connection is kept. Shorter than what backends commonly allow, so that they are not first.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// One `[[upstream]]`.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// Its name in logs.
    pub name: String,
    /// Where it listens.
    pub origin: Origin,
    /// How long it may take until the head of its answer.
    pub timeout: Duration,
}

/// Why an upstream gave no answer, and on whose side that lies.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    /// Upstream: nobody listens, or TLS failed.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// Upstream: it closed the connection or spoke no HTTP.
    #[error("no valid answer: {0}")]
    Broken(String),
    /// Upstream: it took too long.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// Downstream: the client's body broke off or was malformed.
    #[error("the request's body broke off: {0}")]
    Body(String),
    /// Internal: the request cannot be expressed.
    #[error("the request cannot be forwarded: {0}")]
    Internal(String),
}

/// The configuration of an upstream that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("upstream \"{0}\": its URL has no host")]
pub struct InvalidUpstream(pub String);

/// A client of one upstream, with its pool of connections.
#[derive(Debug)]
pub(crate) struct Upstream {
    name: String,
    scheme: Scheme,
    authority: Authority,
    timeout: Duration,
    client: Client<HttpsConnector<HttpConnector>, Forwarded<Incoming>>,
}

impl Upstream {
    /// Takes the configuration and, for upstreams over https, whom to believe.
    pub(crate) fn new(config: UpstreamConfig, tls: rustls::ClientConfig) -> Result<Self, InvalidUpstream> {
        let invalid = || InvalidUpstream(config.name.clone());
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
        // A pooled connection that turns out closed is replaced only while nothing of the request was sent on it, so
        // that no request is ever made twice.
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .set_host(false)
            .build(connector);
        let scheme = if config.origin.is_https() { Scheme::HTTPS } else { Scheme::HTTP };
        let authority = config.origin.authority().parse().map_err(|_| invalid())?;
        Ok(Self { name: config.name, scheme, authority, timeout: config.timeout, client })
    }

    /// Its name in logs.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Sends a request as it is, with this path and query, and gives the answer once its head is there.
    pub(crate) async fn send(
        &self,
        request: Permitted<Request<Incoming>>,
        path: PathAndQuery,
    ) -> Result<Response<Incoming>, UpstreamError> {
        let (mut parts, body) = request.into_inner().into_parts();
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(self.scheme.clone());
        uri.authority = Some(self.authority.clone());
        uri.path_and_query = Some(path);
        parts.uri = Uri::from_parts(uri).map_err(|error| UpstreamError::Internal(error.to_string()))?;
        parts.version = Version::HTTP_11;
        let answer = self.client.request(Request::from_parts(parts, Forwarded(body)));
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(Ok(response)) if has_two_lengths(response.headers()) => {
                Err(UpstreamError::Broken("it has both Content-Length and Transfer-Encoding".to_owned()))
            }
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(classified(&error)),
            Err(_) => Err(UpstreamError::Timeout(self.timeout)),
        }
    }
}

/// Where such an answer ends is a matter of opinion (RFC 9112 §6.3), so nothing of it is passed on.
fn has_two_lengths(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_LENGTH) && headers.contains_key(TRANSFER_ENCODING)
}

fn classified(error: &hyper_util::client::legacy::Error) -> UpstreamError {
    // The outer message is only "client error"; what happened is in its sources.
    let mut causes = Vec::new();
    let mut source = error.source();
    let mut user = false;
    while let Some(cause) = source {
        user |= cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_user);
        causes.push(cause.to_string());
        source = cause.source();
    }
    let told = causes.join(": ");
    if error.is_connect() {
        UpstreamError::Connect(told)
    } else if user {
        UpstreamError::Body(told)
    } else {
        UpstreamError::Broken(told)
    }
}
