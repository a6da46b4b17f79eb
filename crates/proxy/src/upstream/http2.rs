//! HTTP/2 connections to an upstream, shared by its requests.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method, Request, Response, Uri, Version};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use postern_http::RequestBody;
use tokio::time::{Instant, timeout_at};

use super::connect::Connector;
use super::error::UpstreamError;
use super::request_body::{Forwarded, Progress};

/// Most requests on one connection, where the upstream does not allow fewer. Beyond, another one is opened: streams
/// that last, such as calls of gRPC, would keep all others waiting else.
const STREAMS: usize = 100;
/// Bytes of one answer that wait for its reader.
const STREAM_WINDOW: u32 = 256 * 1024;
/// Bytes of all answers together. As much as all streams may hold: were it less, whoever does not read his answer would
/// hold up those of everybody else on the connection (RFC 9113 §5.2.2).
const CONNECTION_WINDOW: u32 = STREAM_WINDOW * 100;
/// Bytes of an answer's headers.
const HEAD_MAX: u32 = 64 * 1024;

type Sender = SendRequest<Forwarded<RequestBody>>;

/// Connections that are opened when they are needed, and again when they are over.
///
/// No pings: servers of gRPC take offence at them (`too_many_pings`) and end the connection. That a peer is gone, the
/// transport finds out (see `connect`).
#[derive(Default)]
pub(super) struct Http2Pool {
    connections: Mutex<Vec<Shared>>,
    opening: tokio::sync::Mutex<()>,
}

struct Shared {
    sender: Sender,
    /// Most requests at a time.
    most: Arc<AtomicUsize>,
    /// Held once by each request under way.
    under_way: Arc<()>,
}

/// The place of a request on a connection, until the end of its answer.
#[derive(Debug)]
pub(super) struct Place {
    _held: Arc<()>,
    /// How far the body of the request is.
    pub(super) sent: Progress,
}

/// What a request is made from once more, if the connection turns out to be dead.
struct Again {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

/// A request that got no answer.
struct Unanswered {
    error: UpstreamError,
    /// Whether the upstream did nothing with it.
    unprocessed: bool,
    /// The request itself, where nothing of it was sent.
    unsent: Option<Box<Request<Forwarded<RequestBody>>>>,
}

impl Http2Pool {
    /// Sends a request, twice if a connection turns out to be dead and nothing that was done twice would do harm (RFC 9110
    /// §9.2.2); gives the head of its answer.
    pub(super) async fn exchange(
        &self,
        connector: &Connector,
        request: Request<Forwarded<RequestBody>>,
        timeout: Duration,
    ) -> Result<(Response<Incoming>, Place), UpstreamError> {
        let again = Again::of(&request);
        let answered = match (self.attempt(connector, request, timeout).await, again) {
            (Err(Unanswered { unsent: Some(request), .. }), _) => self.attempt(connector, *request, timeout).await,
            (Err(Unanswered { unprocessed: true, .. }), Some(again)) => {
                self.attempt(connector, again.request(), timeout).await
            }
            (answered, _) => answered,
        };
        answered.map_err(|unanswered| unanswered.error)
    }

    async fn attempt(
        &self,
        connector: &Connector,
        request: Request<Forwarded<RequestBody>>,
        timeout: Duration,
    ) -> Result<(Response<Incoming>, Place), Unanswered> {
        let unanswered = |error| Unanswered { error, unprocessed: false, unsent: None };
        let (mut sender, mut place) = match self.sender(connector).await {
            Ok(found) => found,
            Err(error) => return Err(unanswered(error)),
        };
        let progress = request.body().progress();
        place.sent = progress.clone();
        let mut answer = pin!(sender.try_send_request(request));
        loop {
            match timeout_at(Instant::now() + timeout, &mut answer).await {
                Ok(Ok(response)) => return Ok((response, place)),
                Ok(Err(mut failed)) => {
                    let unsent = failed.take_message().map(Box::new);
                    let error = failed.into_error();
                    let unprocessed = error.is_canceled() || error.is_closed() || is_unprocessed(&error);
                    return Err(Unanswered { error: error.into(), unprocessed, unsent });
                }
                Err(_) if progress.made() => {}
                Err(_) => return Err(unanswered(UpstreamError::Timeout(timeout))),
            }
        }
    }

    async fn sender(&self, connector: &Connector) -> Result<(Sender, Place), UpstreamError> {
        if let Some(found) = self.find() {
            return Ok(found);
        }
        // One opens at a time; where nobody can, nobody waits for all that were there before.
        let _alone = connector.in_time(async { Ok(self.opening.lock().await) }).await?;
        if let Some(found) = self.find() {
            return Ok(found);
        }
        let shared = Shared::open(connector).await?;
        let found = shared.take();
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).push(shared);
        Ok(found)
    }

    /// A connection with a place left.
    fn find(&self) -> Option<(Sender, Place)> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.retain(|shared| !shared.sender.is_closed());
        connections.iter().find(|shared| shared.has_place()).map(Shared::take)
    }
}

impl Again {
    /// What of a request may be sent twice: no body, and a method that does the same twice as once.
    fn of(request: &Request<Forwarded<RequestBody>>) -> Option<Self> {
        let repeatable = request.method().is_idempotent() && request.body().is_end_stream();
        repeatable.then(|| Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
        })
    }

    fn request(self) -> Request<Forwarded<RequestBody>> {
        let mut request = Request::new(Forwarded::empty());
        *request.method_mut() = self.method;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        request
    }
}

impl Shared {
    async fn open(connector: &Connector) -> Result<Self, UpstreamError> {
        let io = TokioIo::new(connector.connect().await?);
        let (sender, mut connection) = Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_header_list_size(HEAD_MAX)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .handshake(io)
            .await?;
        let most = Arc::new(AtomicUsize::new(STREAMS));
        let told = Arc::clone(&most);
        tokio::spawn(async move {
            let ended = poll_fn(|cx| {
                let polled = Pin::new(&mut connection).poll(cx);
                told.store(connection.current_max_send_streams().clamp(1, STREAMS), Ordering::Relaxed);
                polled
            });
            if let Err(error) = ended.await {
                tracing::debug!(%error, "an HTTP/2 connection to an upstream ended");
            }
        });
        Ok(Self { sender, most, under_way: Arc::default() })
    }

    fn has_place(&self) -> bool {
        Arc::strong_count(&self.under_way) <= self.most.load(Ordering::Relaxed)
    }

    fn take(&self) -> (Sender, Place) {
        (self.sender.clone(), Place { _held: Arc::clone(&self.under_way), sent: Progress::default() })
    }
}

/// Whether the upstream says that it did nothing with the request (RFC 9113 §8.7), or that the connection is over.
fn is_unprocessed(error: &hyper::Error) -> bool {
    use std::error::Error;
    let cause = error.source().and_then(|source| source.downcast_ref::<h2::Error>());
    cause.is_some_and(|cause| cause.is_go_away() || cause.is_io() || cause.reason() == Some(h2::Reason::REFUSED_STREAM))
}
