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

/// Maximum number of requests on one connection, unless the upstream allows fewer. Beyond it another connection is
/// opened, since long-lived streams, for example gRPC calls, would otherwise block all others.
const STREAMS: usize = 100;
/// Flow-control window of one response, in bytes.
const STREAM_WINDOW: u32 = 256 * 1024;
/// Flow-control window of a connection, in bytes: the sum of all stream windows. With less, a client that does not read
/// its response would stall all others on the connection (RFC 9113 §5.2.2).
const CONNECTION_WINDOW: u32 = STREAM_WINDOW * 100;
/// Maximum size of a response's headers, in bytes.
const HEAD_MAX: u32 = 64 * 1024;

type Sender = SendRequest<Forwarded<RequestBody>>;

/// Pool of HTTP/2 connections, which are opened on demand and reopened when they end.
///
/// No pings are sent: gRPC servers reject frequent ones (`too_many_pings`) and close the connection. TCP keep-alive
/// detects a dead peer (see `connect`).
#[derive(Default)]
pub(super) struct Http2Pool {
    connections: Mutex<Vec<Shared>>,
    opening: tokio::sync::Mutex<()>,
}

struct Shared {
    sender: Sender,
    /// Maximum number of concurrent requests.
    limit: Arc<AtomicUsize>,
    /// One permit for each request in progress.
    in_progress: Arc<()>,
}

/// Slot of a request on a connection, held until the end of its response.
#[derive(Debug)]
pub(super) struct StreamSlot {
    _held: Arc<()>,
    /// Progress of the request body.
    pub(super) sent: Progress,
}

/// Parts from which a request is rebuilt if the connection turns out to be dead.
struct Retry {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

/// Request without a response.
struct RequestError {
    error: UpstreamError,
    /// Whether the upstream did not process the request.
    unprocessed: bool,
    /// The request itself, if no part of it was sent.
    unsent: Option<Box<Request<Forwarded<RequestBody>>>>,
}

impl Http2Pool {
    /// Sends a request, and again if a connection turns out to be dead and the request is idempotent (RFC 9110 §9.2.2);
    /// returns the head of the response.
    pub(super) async fn exchange(
        &self,
        connector: &Connector,
        request: Request<Forwarded<RequestBody>>,
        timeout: Duration,
    ) -> Result<(Response<Incoming>, StreamSlot), UpstreamError> {
        let retry = Retry::of(&request);
        let answered = match (self.attempt(connector, request, timeout).await, retry) {
            (Err(RequestError { unsent: Some(request), .. }), _) => self.attempt(connector, *request, timeout).await,
            (Err(RequestError { unprocessed: true, .. }), Some(retry)) => {
                self.attempt(connector, retry.request(), timeout).await
            }
            (answered, _) => answered,
        };
        answered.map_err(|failed| failed.error)
    }

    async fn attempt(
        &self,
        connector: &Connector,
        request: Request<Forwarded<RequestBody>>,
        timeout: Duration,
    ) -> Result<(Response<Incoming>, StreamSlot), RequestError> {
        let failed_with = |error| RequestError { error, unprocessed: false, unsent: None };
        let (mut sender, mut slot) = match self.sender(connector).await {
            Ok(found) => found,
            Err(error) => return Err(failed_with(error)),
        };
        let progress = request.body().progress();
        slot.sent = progress.clone();
        let mut answer = pin!(sender.try_send_request(request));
        loop {
            match timeout_at(Instant::now() + timeout, &mut answer).await {
                Ok(Ok(response)) => return Ok((response, slot)),
                Ok(Err(mut failed)) => {
                    let unsent = failed.take_message().map(Box::new);
                    let error = failed.into_error();
                    let unprocessed = error.is_canceled() || error.is_closed() || is_unprocessed(&error);
                    return Err(RequestError { error: error.into(), unprocessed, unsent });
                }
                Err(_) if progress.made() => {}
                Err(_) => return Err(failed_with(UpstreamError::Timeout(timeout))),
            }
        }
    }

    async fn sender(&self, connector: &Connector) -> Result<(Sender, StreamSlot), UpstreamError> {
        if let Some(found) = self.find() {
            return Ok(found);
        }
        // One task opens a connection at a time. The wait for it is limited to the connect timeout, so that a task
        // does not wait for the failures of all tasks before it.
        let _alone = connector.in_time(async { Ok(self.opening.lock().await) }).await?;
        if let Some(found) = self.find() {
            return Ok(found);
        }
        let shared = Shared::open(connector).await?;
        let found = shared.take();
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).push(shared);
        Ok(found)
    }

    /// Returns a connection with a free slot.
    fn find(&self) -> Option<(Sender, StreamSlot)> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.retain(|shared| !shared.sender.is_closed());
        connections.iter().find(|shared| shared.has_free_slot()).map(Shared::take)
    }
}

impl Retry {
    /// Returns the parts for a second try; only for a request without a body and with an idempotent method.
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
        let limit = Arc::new(AtomicUsize::new(STREAMS));
        let advertised = Arc::clone(&limit);
        tokio::spawn(async move {
            let ended = poll_fn(|cx| {
                let polled = Pin::new(&mut connection).poll(cx);
                advertised.store(connection.current_max_send_streams().clamp(1, STREAMS), Ordering::Relaxed);
                polled
            });
            if let Err(error) = ended.await {
                tracing::debug!(%error, "upstream HTTP/2 connection ended");
            }
        });
        Ok(Self { sender, limit, in_progress: Arc::default() })
    }

    fn has_free_slot(&self) -> bool {
        Arc::strong_count(&self.in_progress) <= self.limit.load(Ordering::Relaxed)
    }

    fn take(&self) -> (Sender, StreamSlot) {
        (self.sender.clone(), StreamSlot { _held: Arc::clone(&self.in_progress), sent: Progress::default() })
    }
}

/// Whether the upstream states that it did not process the request (RFC 9113 §8.7), or the connection has ended.
fn is_unprocessed(error: &hyper::Error) -> bool {
    use std::error::Error;
    let cause = error.source().and_then(|source| source.downcast_ref::<h2::Error>());
    cause.is_some_and(|cause| cause.is_go_away() || cause.is_io() || cause.reason() == Some(h2::Reason::REFUSED_STREAM))
}
