//! Which face answers a request: the checks of other proxies, the portal, or the reverse proxy.

use std::future::{Future, Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, Guard};
use bytes::Bytes;
use futures_util::future::Either;
use http::header::{HOST, HeaderValue, ORIGIN, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body_util::{Either as BodyOf, Full};
use postern_http::boxed::cold;
use postern_http::{Peer, RequestBody};
use postern_model::clock::{Clock, Timestamp};
use postern_model::entropy::Entropy;
use postern_model::session::Caller;
use postern_model::web::{Fields, Problem, RequestId, Requester, is_navigation};
use postern_proxy::{Check, Dialect, EncodedHeaders, Endpoint, Reader, Rendering};

use crate::telemetry::{Metrics, Outcome, RequestLine};
use crate::unread::Unread;
use crate::wiring::Parts;

/// The body of any answer.
pub type Body = BodyOf<Full<Bytes>, postern_proxy::Body>;

/// A response with such a body.
pub type Answer = postern_http::Response<Body, EncodedHeaders>;

/// An answer that is there, or one that is on its way.
pub type Answering = Either<Ready<Answer>, Pin<Box<dyn Future<Output = Answer> + Send>>>;

/// Everything that answers requests.
pub struct Faces {
    parts: ArcSwap<Parts>,
    base_path: String,
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    warned_of_unnamed: AtomicBool,
}

/// What is noted of a request before it is answered.
struct Noted {
    face: Face,
    started: Instant,
    /// Method, path and client, where a line is to be written.
    line: Option<(Method, String, IpAddr)>,
    unread: Unread,
}

/// Which part answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Face {
    Check(Dialect),
    Compat(Endpoint),
    Portal,
    Proxy,
}

impl Faces {
    /// Takes the parts and the base path, without a slash at its end.
    pub fn new(
        parts: Parts,
        base_path: String,
        metrics: Arc<Metrics>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            parts: ArcSwap::from_pointee(parts),
            base_path,
            metrics,
            clock,
            entropy,
            warned_of_unnamed: AtomicBool::new(false),
        }
    }

    /// The parts in force.
    pub fn parts(&self) -> Arc<Parts> {
        self.parts.load_full()
    }

    /// Answers by these parts from now on. Requests under way end by the ones that they began with.
    pub fn put_in_force(&self, parts: Parts) {
        self.parts.store(Arc::new(parts));
    }

    /// What is counted.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Answers a request, counts it, and writes its line.
    ///
    /// A check that needs not wait is answered here and now: its request is gone, and the buffer that it came in free again,
    /// before the connection looks for the next one.
    pub fn answer(self: &Arc<Self>, received: Box<postern_http::Request>, peer: &Arc<Peer>) -> Answering {
        let started = Instant::now();
        let parts = self.parts.load();
        let face = self.face(&parts, received.uri.path());
        let unread = Unread::of(received.version, &received.headers, received.body.as_ref());
        let noted = Noted { face, started, line: line(&parts, peer, &received), unread };
        if let Face::Check(dialect) = face
            && noted.unread == Unread::Nothing
        {
            return match parts.faces.forward_auth.open(dialect, &received, peer) {
                Check::Answered(response) => Either::Left(ready(self.finish(noted, response.map(BodyOf::Right)))),
                Check::Waiting(pending) => {
                    let this = Arc::clone(self);
                    Either::Right(Box::pin(async move {
                        let response = pending.answer().await;
                        this.finish(noted, response.map(BodyOf::Right))
                    }))
                }
            };
        }
        let parts = Guard::into_inner(parts);
        Either::Right(Box::pin(Arc::clone(self).answer_later(noted, parts, received, Arc::clone(peer))))
    }

    async fn answer_later(
        self: Arc<Self>,
        mut noted: Noted,
        parts: Arc<Parts>,
        mut received: Box<postern_http::Request>,
        peer: Arc<Peer>,
    ) -> Answer {
        let (response, left) = match noted.face {
            Face::Check(dialect) => {
                let response = cold(|| parts.faces.forward_auth.check(dialect, &received, &peer)).await;
                (response.map(BodyOf::Right), received.body)
            }
            Face::Compat(endpoint) => {
                let (head, body) = received.into_http().into_parts();
                let response = cold(|| parts.faces.compat.handle(endpoint, &head, &peer)).await;
                (response.map(BodyOf::Right).into(), Some(body))
            }
            Face::Portal => {
                let (head, mut body) = received.into_http().into_parts();
                let request = Request::from_parts(head, &mut body);
                self.warn_of_unnamed(&parts, request.headers(), &peer);
                (cold(|| self.portal(&parts, request, &peer)).await.into(), Some(body))
            }
            Face::Proxy => {
                (parts.faces.reverse_proxy.handle(&mut received, &peer).await.map(BodyOf::Right), received.body)
            }
        };
        if let Some(body) = left.filter(|_| noted.unread != Unread::Nothing) {
            noted.unread = cold(|| noted.unread.read(body)).await;
        }
        self.finish(noted, response)
    }

    fn finish(&self, noted: Noted, mut response: Answer) -> Answer {
        noted.unread.close_after_refusal(&mut response);
        let (status, took) = (response.status.as_u16(), noted.started.elapsed());
        self.metrics.answered(noted.face.name(), status, took);
        if let Some((method, path, client)) = noted.line {
            self.write(
                noted.face.name(),
                (&method, &path),
                Outcome::of_parts(response.status, &response.extensions),
                took,
                client,
            );
        }
        response
    }

    /// Warns once of a trusted proxy that names no client: all its users share one address, and one rate limit.
    fn warn_of_unnamed(&self, parts: &Parts, headers: &HeaderMap, peer: &Peer) {
        let named = headers.contains_key("x-forwarded-for");
        if peer.is_trusted(&parts.trusted) && !named && !self.warned_of_unnamed.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                peer.address = peer.address().map(tracing::field::display),
                "trusted proxy sends no X-Forwarded-For with a page: all its users share one address and one rate limit; have it \
                 set X-Forwarded-For for every path"
            );
        }
    }

    /// Counts an answer that was given elsewhere, and writes its line.
    pub fn record(&self, face: &'static str, line: (&Method, &str), outcome: Outcome, took: Duration, client: IpAddr) {
        self.metrics.answered(face, outcome.status, took);
        if tracing::enabled!(target: RequestLine::TARGET, tracing::Level::INFO) {
            self.write(face, line, outcome, took, client);
        }
    }

    fn write(
        &self,
        face: &'static str,
        (method, path): (&Method, &str),
        Outcome { status, refused, requester }: Outcome,
        took: Duration,
        client: IpAddr,
    ) {
        let id = refused.map_or_else(|| RequestId::draw(self.entropy.as_ref()), |refused| refused.id);
        let reason = refused.map(|refused| refused.code);
        let user = requester.map(|Requester(user)| user);
        RequestLine { id, method, path, status, took, face, user, client, reason }.log();
    }

    fn face(&self, parts: &Parts, path: &str) -> Face {
        let below = path.strip_prefix(self.base_path.as_str());
        match below.and_then(Dialect::of_path) {
            Some(dialect) => Face::Check(dialect),
            None if parts.portal.owns(path) => Face::Portal,
            None => parts.faces.compat.endpoint(path).map_or(Face::Proxy, Face::Compat),
        }
    }

    async fn portal(&self, parts: &Parts, request: Request<&mut RequestBody>, peer: &Peer) -> Response<Body> {
        if !serves_host(parts, request.uri(), request.headers()) {
            let problem = Problem::new("UNKNOWN_HOST", "This host is not served here.");
            let renderer = parts.faces.core.renderer();
            return renderer.problem(Reader::PROGRAM, StatusCode::MISDIRECTED_REQUEST, &problem).map(BodyOf::Right);
        }
        let client = client(parts, peer, request.headers());
        if let Some(limiter) = parts.limiter.as_ref().filter(|_| self.is_limited(&request))
            && let Err(wait) = limiter.count(client)
        {
            tracing::warn!(client.address = %client, "too many requests from one address");
            return too_many(parts, &request, wait).map(BodyOf::Right);
        }
        let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        let caller = Caller::new(Some(client), agent);
        parts.portal.respond(request, caller).await.map(BodyOf::Left)
    }

    /// What makes us ask the provider, write, or compute: writes, coming back from the provider, and `/login`.
    fn is_limited<B>(&self, request: &Request<B>) -> bool {
        let path = request.uri().path();
        let page = path.strip_prefix(self.base_path.as_str());
        request.method() == Method::POST || page == Some("/callback") || matches!(path, "/authorize" | "/login")
    }
}

/// Refuses a request of an address that sent too many.
fn too_many<B>(parts: &Parts, request: &Request<B>, wait: Duration) -> Response<postern_proxy::Body> {
    let message = "Too many requests came from your network address. Wait a moment and try again.";
    let problem = Problem::new("TOO_MANY_REQUESTS", message);
    let form = request.method() == Method::POST && !request.uri().path().contains("/api/");
    let page = form || is_navigation(request.method(), request.headers());
    let rendering = if page { Rendering::Page } else { Rendering::Json };
    let reader = Reader { rendering, origin: request.headers().get(ORIGIN) };
    let mut response = parts.faces.core.renderer().problem(reader, StatusCode::TOO_MANY_REQUESTS, &problem);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    response
}

/// The client's address as far as trusted hops tell it.
fn client(parts: &Parts, peer: &Peer, headers: &impl Fields) -> IpAddr {
    peer.client(&parts.trusted, headers).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// What the line of a request needs of it, where one is written.
fn line(parts: &Parts, peer: &Peer, received: &postern_http::Request) -> Option<(Method, String, IpAddr)> {
    tracing::enabled!(target: RequestLine::TARGET, tracing::Level::INFO)
        .then(|| (received.method.clone(), received.uri.path().to_owned(), client(parts, peer, &received.headers)))
}

/// Whether all that names a host names one that is served.
fn serves_host(parts: &Parts, uri: &Uri, headers: &HeaderMap) -> bool {
    let mut named = headers.get_all(HOST).iter().map(|host| host.to_str().ok());
    let hosts = parts.faces.core.hosts();
    let served = |host: &str| hosts.find(host).ok().map(|host| host.origin().clone());
    let (first, second) = (named.next(), named.next());
    let Some(host) = first.flatten().filter(|_| second.is_none()).and_then(served) else { return false };
    uri.authority().is_none_or(|authority| served(authority.as_str()) == Some(host))
}

impl Face {
    fn name(self) -> &'static str {
        match self {
            Self::Check(dialect) => dialect.name(),
            Self::Compat(endpoint) => endpoint.name(),
            Self::Portal => "portal",
            Self::Proxy => "proxy",
        }
    }
}
