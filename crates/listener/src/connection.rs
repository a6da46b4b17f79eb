//! One connection: handshake, then HTTP/1.1 or HTTP/2 with deadlines until it ends or the gateway stops.

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use postern_http::server;
use postern_http::validate::{Limits, http2::admit};
use postern_http::{Lease, Peer};
use postern_model::entropy::{Entropy, draw};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::connection_limits::{ConnectionSlot, LimitPerAddress, LimitReached};
use crate::handshake::{ConnectionConfig, Established, HandshakeError, HttpVersion};
use crate::http2_frames::FrameObserver;
use crate::idle_timeouts::{Activity, RequestGuard, TimeEvent};
use crate::lingering_close::LingeringClose;
use crate::poll_on_wake::PollOnWake;
use crate::proxy_protocol::HeaderError;
use crate::refusals::Refusals;
use crate::request::{HttpService, Request};
use crate::responder::Responder;
use crate::stream::Socket;
use crate::timed_io::{ActivityObserver, TimedIo};
use crate::tracked_body::TrackedBody;

/// Time for an HTTP/2 client to close after a GOAWAY that was sent because it timed out.
const GOAWAY_GRACE: Duration = Duration::from_secs(1);
/// Time for the first request of a new connection when the gateway stops: it may be in flight already.
const FIRST_REQUEST_GRACE: Duration = Duration::from_secs(1);
/// Time for the next request of an idle connection when the gateway stops. A proxy may be sending it already, and a request that
/// crosses with the end of its connection fails: proxies do not repeat a `POST`, and some of them nothing.
const NEXT_REQUEST_GRACE: Duration = Duration::from_millis(500);
/// Bytes of one response that are buffered for an HTTP/2 client.
const SEND_BUFFER: usize = 128 * 1024;
/// Streams that a client may open and reset before they are accepted (CVE-2023-44487).
const PENDING_RESETS_MAX: usize = 20;
/// Streams that may be reset for the client's protocol errors (CVE-2025-8671).
const ERROR_RESETS_MAX: usize = 64;
/// Interval of HTTP/2 keep-alive pings.
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// Time for a client to acknowledge a ping.
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// A socket that was accepted.
pub(crate) struct Accepted {
    pub(crate) socket: Socket,
    /// The address that connected; `None` for a Unix socket.
    pub(crate) from: Option<IpAddr>,
    pub(crate) slot: ConnectionSlot,
}

/// Serves one connection. After `stop`, requests in flight finish and the connection closes.
pub(crate) async fn run<S: HttpService>(
    accepted: Accepted,
    config: Arc<ConnectionConfig>,
    service: S,
    stop: &CancellationToken,
) {
    let Accepted { socket, from, mut slot } = accepted;
    let address = from.map(tracing::field::display);
    // Boxed so that the handshake's state does not enlarge every connection's task.
    let handshake = Box::pin(async {
        tokio::select! {
            done = timeout(config.timeouts.header, config.handshake(socket, from, &mut slot)) => Some(done),
            () = async { stop.cancelled().await; sleep(FIRST_REQUEST_GRACE).await } => None,
        }
    });
    let Some(done) = handshake.await else { return };
    let established = match done {
        Ok(Ok(established)) => established,
        Ok(Err(error)) => return log_handshake_error(from, &error),
        Err(_) => return tracing::debug!(peer.address = address, "handshake timed out"),
    };
    let remote = established.remote;
    let ended = match established.version {
        HttpVersion::Http1 => http1(established, slot, &config, service, stop).await,
        HttpVersion::Http2 => Box::pin(http2(established, slot, &config, service, stop)).await,
    };
    if let Err(error) = ended {
        // At debug, since clients disconnect and send garbage all day. The error repeats nothing that they sent.
        tracing::debug!(peer.address = remote.address().map(tracing::field::display), %error, "connection ended early");
    }
}

fn log_handshake_error(from: Option<IpAddr>, error: &HandshakeError) {
    let address = from.map(tracing::field::display);
    match error {
        // A warning, since it means that a load balancer and `listen.proxy_protocol` disagree and nothing is served.
        HandshakeError::ProxyProtocol(
            error @ (HeaderError::Missing | HeaderError::Malformed(_) | HeaderError::TooLong),
        ) => {
            tracing::warn!(peer.address = address, %error, "connection refused: see listen.proxy_protocol");
        }
        error => tracing::debug!(peer.address = address, %error, "connection refused"),
    }
}

/// Why a connection ended early.
#[derive(Debug, thiserror::Error)]
enum ConnectionError {
    #[error(transparent)]
    Http1(#[from] server::ConnectionError),
    #[error(transparent)]
    Http2(#[from] hyper::Error),
    #[error("the client timed out")]
    TimedOut,
}

async fn http1<S: HttpService>(
    established: Established,
    slot: ConnectionSlot,
    config: &ConnectionConfig,
    service: S,
    stop: &CancellationToken,
) -> Result<(), ConnectionError> {
    let (peer, activity) = (Arc::new(established.remote.peer()), Arc::new(Activity::new()));
    let io = TimedIo::new(LingeringClose::new(established.stream), Arc::clone(&activity), slot);
    let respond = Responder::new(service, peer, Arc::clone(&activity));
    let refusals = Refusals::of(established.remote.address(), config.refused.as_ref());
    let observer = ActivityObserver { activity: Arc::clone(&activity), refusals };
    let connection = Box::pin(server::Connection::new(io, observer, respond));
    let driver = Driver { activity: &activity, config, goaway_grace: Duration::ZERO };
    driver
        .run(
            connection,
            |connection| connection.get_mut().end_with_next_response(),
            |connection| connection.get_mut().graceful_shutdown(),
            |connection| connection.get_mut().release_memory(),
            stop,
        )
        .await
}

async fn http2<S: HttpService>(
    established: Established,
    slot: ConnectionSlot,
    config: &ConnectionConfig,
    service: S,
    stop: &CancellationToken,
) -> Result<(), ConnectionError> {
    let Established { stream, remote, .. } = established;
    let (peer, activity) = (Arc::new(remote.peer()), Arc::new(Activity::new()));
    let budget = config.frame_budgets.as_ref().and_then(|budgets| budgets.of(remote.address()));
    let io = TimedIo::new(FrameObserver::new(LingeringClose::new(stream), budget), Arc::clone(&activity), slot);
    let (answering, entropy) = (Arc::clone(&activity), Arc::clone(&config.entropy));
    let refusals = Refusals::of(remote.address(), config.refused.as_ref());
    let (limit, body_timeout) = (config.requests_per_address.clone(), config.timeouts.body);
    let respond = service_fn(move |request: http::Request<Incoming>| {
        let (mut counted, admitted) = match LimitPerAddress::count(limit.as_ref(), peer.address()) {
            Ok(counted) => (counted, admit_reported(request, entropy.as_ref(), &refusals)),
            Err(LimitReached) => {
                let status = StatusCode::TOO_MANY_REQUESTS;
                let headers = refusals.report(status, &"limits.streams_per_address of its client are in flight");
                (None, Err(empty(status, headers)))
            }
        };
        let admitted = admitted.map(|(mut request, extended_connect)| {
            if extended_connect {
                // The tunnel outlives the response, so it has a guard of its own.
                request.extensions_mut().insert(Lease::new(RequestGuard::counted(&answering, counted.take())));
            }
            let is_call = is_grpc(request.headers());
            let mut received = Box::new(postern_http::Request::from(request));
            received.body = received.body.map(|body| body.with_timeout(body_timeout, is_call));
            service.clone().oneshot(Request { received, peer: Arc::<Peer>::clone(&peer) })
        });
        let guard = RequestGuard::counted(&answering, counted);
        async move {
            Ok::<_, Infallible>(match admitted {
                Ok(response) => {
                    let Ok(response) = response.await;
                    response.into_http().map(|body| TrackedBody::new(Some(body), guard))
                }
                Err(refused) => refused.map(|()| TrackedBody::new(None, guard)),
            })
        }
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(config.max_concurrent_streams)
        .max_header_list_size(u32::try_from(Limits::default().head).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(PENDING_RESETS_MAX)
        .max_local_error_reset_streams(ERROR_RESETS_MAX)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT)
        .enable_connect_protocol()
        .serve_connection(TokioIo::new(io), respond);
    let driver = Driver { activity: &activity, config, goaway_grace: GOAWAY_GRACE };
    // A GOAWAY names the last stream that is served, so that clients repeat what came after it.
    driver
        .run(
            connection,
            |connection| connection.graceful_shutdown(),
            |connection| connection.graceful_shutdown(),
            |_| {},
            stop,
        )
        .await
}

/// Drives a connection to its end: until the client closes it or times out, or the gateway stops.
struct Driver<'c> {
    activity: &'c Activity,
    config: &'c ConnectionConfig,
    /// Time to close after the client timed out.
    goaway_grace: Duration,
}

impl Driver<'_> {
    async fn run<C, E>(
        self,
        connection: C,
        announce: impl Fn(Pin<&mut C>),
        shut_down: impl Fn(Pin<&mut C>),
        release_memory: impl Fn(Pin<&mut C>),
        stop: &CancellationToken,
    ) -> Result<(), ConnectionError>
    where
        C: Future<Output = Result<(), E>>,
        ConnectionError: From<E>,
    {
        let mut connection = pin!(connection);
        // This task is polled whenever bytes come or go; these two futures are polled only when they were woken.
        let next_event = || PollOnWake::new(self.activity.next_event(self.config.timeouts));
        let (mut event, mut stopping) = (next_event(), PollOnWake::new(stop.cancelled()));
        loop {
            tokio::select! {
                biased;
                ended = connection.as_mut() => return Ok(ended?),
                () = &mut stopping => break,
                event = &mut event => match event {
                    TimeEvent::Quiet => release_memory(connection.as_mut()),
                    TimeEvent::TimedOut => {
                        shut_down(connection.as_mut());
                        return match timeout(self.goaway_grace, connection).await {
                            Ok(ended) => Ok(ended?),
                            Err(_) => Err(ConnectionError::TimedOut),
                        };
                    }
                },
            }
            event = next_event();
        }
        announce(connection.as_mut());
        let grace = if self.activity.is_fresh() { FIRST_REQUEST_GRACE } else { NEXT_REQUEST_GRACE };
        tokio::select! {
            biased;
            ended = connection.as_mut() => return Ok(ended?),
            () = sleep(grace) => {}
        }
        shut_down(connection.as_mut());
        tokio::select! {
            biased;
            ended = connection => Ok(ended?),
            () = self.timed_out() => Err(ConnectionError::TimedOut),
        }
    }

    /// Returns when the client has missed a deadline.
    async fn timed_out(&self) {
        while self.activity.next_event(self.config.timeouts).await != TimeEvent::TimedOut {}
    }
}

/// Admits a request, and returns whether it opens a tunnel.
///
/// # Errors
/// The response to a malformed one.
fn admit_reported(
    request: http::Request<Incoming>,
    entropy: &dyn Entropy,
    refusals: &Refusals,
) -> Result<(http::Request<Incoming>, bool), Response<()>> {
    let extended_connect = request.method() == http::Method::CONNECT;
    let admitted = admit(request, || draw(entropy)).map_err(|violation| {
        let headers = refusals.report(violation.status(), &violation);
        empty(violation.status(), headers)
    })?;
    Ok((admitted, extended_connect))
}

/// Whether a request is a gRPC call, whose client may be silent for as long as the call lasts.
fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

fn empty(status: StatusCode, headers: HeaderMap) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
