//! One connection: what is spoken on it is found out, and then served with limits until it ends or the gateway stops.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use postern_http::boxed::cold;
use postern_http::headers::EncodeHeaders;
use postern_http::server;
use postern_http::validate::{Limits, http2::admit};
use postern_http::{Lease, Peer, Request, Response};
use postern_model::entropy::draw;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::connection_limits::Place;
use super::handshake::{Door, Refused, Spoken};
use super::http2_frames::Framed;
use super::idle_timeouts::{Activity, Ticket};
use super::lingering_close::Linger;
use super::poll_on_wake::Aside;
use super::proxy_protocol::BadHeader;
use super::remote::Remote;
use super::stream::{Socket, Stream};
use super::timed_io::{Paced, Waits};
use super::tracked_body::Answer;

/// How long an HTTP/2 client that dawdled may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long a client may take to ask something at all when the gateway stops: it does not know that, and its first
/// request may be under way.
const LAST_WORD: Duration = Duration::from_secs(1);
/// Bytes of one answer that wait for an HTTP/2 client to take them.
const SEND_BUFFER: usize = 128 * 1024;
/// Streams that a client opened and reset before they were looked at (CVE-2023-44487); more end the connection.
const RESETS_MAX: usize = 20;
/// Streams that we had to reset for what the client did on them (CVE-2025-8671); more end the connection.
const FAULTS_MAX: usize = 64;
/// How often an HTTP/2 client is asked whether it is still there, and how long it may take to say so.
const PING: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(20));

/// Serves one connection. `stop` lets the requests under way finish and then closes.
pub(super) async fn run<F, R, B, E>(
    socket: Socket,
    from: Option<IpAddr>,
    mut place: Place,
    (door, service): (Arc<Door>, F),
    stop: &CancellationToken,
) where
    F: Fn(Box<Request>, &Arc<Peer>) -> R + Clone + Send + 'static,
    R: Future<Output = Response<B, E>> + Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    E: EncodeHeaders + Send + 'static,
{
    let opened = cold(|| async {
        tokio::select! {
            opened = timeout(door.patience.head, door.open(socket, from, &mut place)) => Some(opened),
            () = async { stop.cancelled().await; sleep(LAST_WORD).await } => None,
        }
    });
    let Some(opened) = opened.await else { return };
    let (stream, spoken, remote) = match opened {
        Ok(Ok(opened)) => opened,
        Ok(Err(error)) => return refused(from, &error),
        Err(_) => {
            return tracing::debug!(peer.address = from.map(tracing::field::display), "a client did not begin in time");
        }
    };
    let ended = match spoken {
        Spoken::Http1 => http1(stream, remote, place, (&door, service), stop).await,
        Spoken::Http2 => cold(|| http2(stream, remote, place, (door, service), stop)).await,
    };
    if let Err(error) = ended {
        // Clients break off, time out and send rubbish all day long; the message holds none of what they sent.
        tracing::debug!(peer.address = remote.address().map(tracing::field::display), %error, "connection ended early");
    }
}

fn refused(from: Option<IpAddr>, error: &Refused) {
    let address = from.map(tracing::field::display);
    match error {
        // Load balancers are few and ours; one that is set up otherwise has nothing served at all.
        Refused::Header(error @ (BadHeader::Missing | BadHeader::Malformed(_) | BadHeader::TooLong)) => {
            tracing::warn!(peer.address = address, %error, "connection refused: see listen.proxy_protocol");
        }
        error => tracing::debug!(peer.address = address, %error, "connection refused"),
    }
}

/// Why a connection ended before its time.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error(transparent)]
    Http1(#[from] server::ConnectionError),
    #[error(transparent)]
    Http2(#[from] hyper::Error),
    #[error("the client took too long")]
    Overdue,
}

async fn http1<F, R, B, E>(
    stream: Stream,
    remote: Remote,
    place: Place,
    (door, service): (&Door, F),
    stop: &CancellationToken,
) -> Result<(), Ended>
where
    F: Fn(Box<Request>, &Arc<Peer>) -> R,
    R: Future<Output = Response<B, E>>,
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    E: EncodeHeaders + Send + 'static,
{
    let (peer, activity) = (Arc::new(remote.peer()), Arc::new(Activity::alone()));
    let io = Paced::new(Linger::new(stream), Arc::clone(&activity), place);
    let answering = Arc::clone(&activity);
    let service = tower::service_fn(move |request: Box<Request>| {
        let ticket = Ticket::new(&answering);
        let response = service(request, &peer);
        async move { Ok::<_, Infallible>(response.await.map(|body| Answer::new(Some(body), ticket))) }
    });
    let connection = Box::pin(server::Connection::new(io, Waits(Arc::clone(&activity)), service));
    finish(connection, |connection| connection.get_mut().graceful_shutdown(), Duration::ZERO, (&activity, door), stop)
        .await
}

async fn http2<F, R, B, E>(
    stream: Stream,
    remote: Remote,
    place: Place,
    (door, service): (Arc<Door>, F),
    stop: &CancellationToken,
) -> Result<(), Ended>
where
    F: Fn(Box<Request>, &Arc<Peer>) -> R + Clone + Send + 'static,
    R: Future<Output = Response<B, E>> + Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    E: EncodeHeaders + Send + 'static,
{
    let (peer, activity) = (Arc::new(remote.peer()), Arc::new(Activity::shared()));
    let share = door.together.as_ref().and_then(|all| all.share(remote.address()));
    let io = Paced::new(Framed::new(Linger::new(stream), share), Arc::clone(&activity), place);
    let (answering, entropy) = (Arc::clone(&activity), Arc::clone(&door.entropy));
    let service = service_fn(move |request: http::Request<Incoming>| {
        let ticket = Ticket::new(&answering);
        let opening = request.method() == http::Method::CONNECT;
        let admitted = admit(request, || draw(entropy.as_ref())).map(|mut request| {
            if opening {
                request.extensions_mut().insert(Lease::new(Ticket::new(&answering)));
            }
            service(Box::new(Request::from(request)), &peer)
        });
        async move {
            Ok::<_, Infallible>(match admitted {
                Ok(response) => response.await.into_http().map(|body| Answer::new(Some(body), ticket)),
                Err(irregular) => {
                    tracing::debug!(%irregular, "request refused on the wire");
                    refusal(irregular.status()).map(|()| Answer::new(None, ticket))
                }
            })
        }
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(door.streams)
        .max_header_list_size(u32::try_from(Limits::default().head).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(RESETS_MAX)
        .max_local_error_reset_streams(FAULTS_MAX)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING.0)
        .keep_alive_timeout(PING.1)
        .enable_connect_protocol()
        .serve_connection(TokioIo::new(io), service);
    finish(connection, |connection| connection.graceful_shutdown(), GOODBYE, (&activity, &door), stop).await
}

/// Drives a connection to its end. Where the client took too long, `goodbye` is how long it may take to go.
async fn finish<C, E>(
    connection: C,
    shut: impl Fn(Pin<&mut C>),
    goodbye: Duration,
    (activity, door): (&Activity, &Door),
    stop: &CancellationToken,
) -> Result<(), Ended>
where
    C: Future<Output = Result<(), E>>,
    Ended: From<E>,
{
    let mut connection = pin!(connection);
    // Both are aside: this is polled whenever bytes come or go.
    let mut overdue = Aside::new(activity.overdue(door.patience));
    let mut parting = Aside::new(parting(activity, stop));
    tokio::select! {
        biased;
        ended = connection.as_mut() => return Ok(ended?),
        () = &mut parting => {}
        () = &mut overdue => {
            shut(connection.as_mut());
            return match timeout(goodbye, connection).await {
                Ok(ended) => Ok(ended?),
                Err(_) => Err(Ended::Overdue),
            };
        }
    }
    shut(connection.as_mut());
    tokio::select! {
        biased;
        ended = connection => Ok(ended?),
        () = overdue => Err(Ended::Overdue),
    }
}

/// Returns once a connection is to end because the gateway stops.
async fn parting(activity: &Activity, stop: &CancellationToken) {
    stop.cancelled().await;
    if activity.is_fresh() {
        sleep(LAST_WORD).await;
    }
}

fn refusal(status: StatusCode) -> http::Response<()> {
    let mut response = http::Response::new(());
    *response.status_mut() = status;
    response
}
