//! One connection: HTTP/1.1, with limits, until it ends or the gateway stops.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use postern_proxy::Peer;
use postern_proxy::wire::{Guard, Limits};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use super::linger::Linger;

/// Bytes of a request's head; more is answered with 431.
const HEAD_MAX: usize = 64 * 1024;
/// Header lines of a request; more is answered with 431.
const HEADERS_MAX: usize = 128;

/// Serves one connection. `stop` lets the request under way finish and then closes.
pub(super) async fn run<IO, F, R, B>(
    io: IO,
    address: IpAddr,
    service: F,
    header_timeout: Duration,
    stop: &CancellationToken,
) where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    F: Fn(Request<Incoming>, Arc<Peer>) -> R,
    R: Future<Output = Response<B>>,
    B: Body<Data = Bytes> + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let io = Guard::new(Linger::new(io), Limits::default());
    let peer = Arc::new(Peer::new(Some(address), io.tunnel()));
    let service = service_fn(|request| {
        let response = service(request, Arc::clone(&peer));
        async move { Ok::<_, Infallible>(response.await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_buf_size(HEAD_MAX)
        .max_headers(HEADERS_MAX)
        .half_close(false)
        .serve_connection(TokioIo::new(io), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients break off, time out and send rubbish all day long; the message holds none of what they sent.
        tracing::debug!(peer.address = %address, %error, "connection ended early");
    }
}
