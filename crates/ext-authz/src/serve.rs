//! Serves accepted connections over HTTP/2, within limits.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use envoy_types::pb::envoy::service::auth::v3::authorization_server::AuthorizationServer;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::sync::CancellationToken;
use tonic::codegen::tokio_stream::{Stream, StreamExt};
use tonic::transport::Server;
use tonic::transport::server::Connected;

use crate::service::{Accepted, CheckService, Checks};
use crate::undecodable::DenyUndecodable;

/// Limits of the gRPC server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Maximum concurrent checks per connection.
    pub streams: u32,
    /// Maximum size of a request message in bytes.
    pub message: usize,
    /// Time limit for checks in progress after `stop`.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { streams: 1024, message: 256 * 1024, shutdown: Duration::from_secs(5) }
    }
}

/// Serves checks and the gRPC health service until `stop`. `incoming` yields connections with their peers, and limits their
/// number.
///
/// # Errors
/// The transport's, when HTTP/2 cannot be served at all.
pub async fn serve<I, C, S>(
    incoming: I,
    service: S,
    limits: Limits,
    stop: CancellationToken,
) -> Result<(), tonic::transport::Error>
where
    I: Stream<Item = io::Result<(C, Option<IpAddr>)>> + Send + 'static,
    C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: CheckService,
{
    let checks =
        AuthorizationServer::new(Checks { service: service.clone() }).max_decoding_message_size(limits.message);
    let checks = DenyUndecodable { checks, service };
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_serving::<AuthorizationServer<Checks<S>>>().await;
    let serving = Server::builder()
        .max_concurrent_streams(limits.streams)
        .http2_max_header_list_size(16 * 1024)
        .http2_keepalive_interval(Some(Duration::from_secs(60)))
        .http2_keepalive_timeout(Some(Duration::from_secs(20)))
        .add_service(health)
        .add_service(checks)
        .serve_with_incoming_shutdown(
            incoming.map(|accepted| accepted.map(|(io, peer)| Connection { io, peer })),
            stop.clone().cancelled_owned(),
        );
    tokio::pin!(serving);
    tokio::select! {
        served = &mut serving => return served,
        () = stop.cancelled() => {}
    }
    // Envoy keeps its connections open, so those that remain after the limit are closed.
    tokio::time::timeout(limits.shutdown, serving).await.unwrap_or(Ok(()))
}

struct Connection<C> {
    io: C,
    peer: Option<IpAddr>,
}

impl<C> Connected for Connection<C> {
    type ConnectInfo = Accepted;

    fn connect_info(&self) -> Accepted {
        Accepted(self.peer)
    }
}

impl<C: AsyncRead + Unpin> AsyncRead for Connection<C> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl<C: AsyncWrite + Unpin> AsyncWrite for Connection<C> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter, duplex};

    #[tokio::test]
    async fn a_connection_is_flushed_and_ended_as_its_stream_is() {
        let (near, mut far) = duplex(64);
        let mut connection = Connection { io: BufWriter::new(near), peer: None };
        let (mut bytes, mut one) = (Vec::new(), [0]);
        let received = async {
            connection.write_all(b"a").await.unwrap();
            connection.flush().await.unwrap();
            far.read_exact(&mut one).await.unwrap();
            connection.write_all(b"b").await.unwrap();
            connection.shutdown().await.unwrap();
            far.read_to_end(&mut bytes).await.unwrap();
        };
        tokio::time::timeout(Duration::from_secs(20), received).await.expect("bytes, and their end");
        assert_eq!((one, bytes), (*b"a", b"b".to_vec()));
    }
}
