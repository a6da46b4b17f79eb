//! The steps before HTTP on a connection: PROXY protocol header, limit per client, TLS, and the version of HTTP.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use postern_model::entropy::Entropy;
use postern_model::web::TrustedProxies;
use tokio_rustls::TlsAcceptor;

use crate::client_frame_budget::ClientFrameBudgets;
use crate::connection_limits::{ConnectionSlot, LimitPerAddress};
use crate::idle_timeouts::Timeouts;
use crate::proxy_protocol::{HeaderError, Source, read_header};
use crate::refusals::RefusalReport;
use crate::remote::Remote;
use crate::stream::{Preread, Socket, Stream};
use crate::tls::Certificates;

/// Time for the head of a management request.
const MANAGEMENT_HEADER: Duration = Duration::from_secs(5);
/// Time between two management requests on one connection. Prometheus scrapes every minute at most.
const MANAGEMENT_IDLE: Duration = Duration::from_secs(75);

/// How the connections of one listener are set up and limited.
#[derive(Clone)]
pub struct ConnectionConfig {
    /// Load balancers whose connections each begin with a PROXY protocol header. Connections of other peers have none.
    pub proxy_protocol: Option<TrustedProxies>,
    /// Deadlines of clients.
    pub timeouts: Timeouts,
    /// TLS; `None`: cleartext.
    pub tls: Option<Arc<Certificates>>,
    /// Whether cleartext clients may use HTTP/2 with prior knowledge (RFC 9113 §3.3).
    pub h2c: bool,
    /// Concurrent requests on one HTTP/2 connection.
    pub max_concurrent_streams: u32,
    /// Limit of connections per client.
    pub per_address: Option<Arc<LimitPerAddress>>,
    /// Limit of HTTP/2 requests in flight per client, over all its connections.
    pub requests_per_address: Option<Arc<LimitPerAddress>>,
    /// Budgets of HTTP/2 frames that carry nothing, per client.
    pub frame_budgets: Option<Arc<ClientFrameBudgets>>,
    /// Told of each request that is refused before the service sees it; `None`: nobody.
    pub refused: Option<RefusalReport>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// The version of HTTP on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HttpVersion {
    Http1,
    Http2,
}

/// A connection on which HTTP can begin.
pub(crate) struct Established {
    pub(crate) stream: Stream,
    pub(crate) version: HttpVersion,
    pub(crate) remote: Remote,
}

/// Why a connection is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandshakeError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    ProxyProtocol(#[from] HeaderError),
    #[error("the client has reached its connection limit")]
    TooManyConnections,
}

impl ConnectionConfig {
    /// The same without TLS and h2c, for the listener that redirects to https.
    pub fn cleartext(&self) -> Self {
        Self { tls: None, h2c: false, ..self.clone() }
    }

    /// The same for a management listener of `max_connections`: cleartext, no PROXY protocol, and no client holds more than a
    /// quarter of the connections, or one for long without a request. Its refusals are not reported.
    pub fn management(&self, max_connections: usize) -> Self {
        let most = u32::try_from(max_connections / 4).unwrap_or(u32::MAX).max(1);
        let Timeouts { header, idle, body } = self.timeouts;
        Self {
            proxy_protocol: None,
            timeouts: Timeouts { header: header.min(MANAGEMENT_HEADER), idle: idle.min(MANAGEMENT_IDLE), body },
            per_address: Some(Arc::new(LimitPerAddress::new(most, TrustedProxies::default()))),
            frame_budgets: None,
            refused: None,
            ..self.cleartext()
        }
    }

    /// Prepares a connection for HTTP. The caller applies the deadline.
    ///
    /// # Errors
    /// [`HandshakeError`]; the connection is then closed.
    pub(crate) async fn handshake(
        &self,
        mut socket: Socket,
        from: Option<IpAddr>,
        slot: &mut ConnectionSlot,
    ) -> Result<Established, HandshakeError> {
        let remote = match &self.proxy_protocol {
            // Boxed so that its state does not enlarge every handshake.
            Some(balancers) if balancers.contains_peer(from) => Box::pin(proxied_remote(&mut socket, from)).await?,
            _ => Remote::of(from),
        };
        if !slot.claim(self.per_address.as_ref(), remote.address()) {
            return Err(HandshakeError::TooManyConnections);
        }
        let (stream, http2) = match &self.tls {
            Some(tls) => {
                let stream = TlsAcceptor::from(tls.current()).accept(socket).await?;
                let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                (Stream::Tls(Box::new(stream)), http2)
            }
            None if self.h2c => {
                let (preread, http2) = Preread::detect(&mut socket).await?;
                (Stream::Plain(socket, preread), http2)
            }
            None => (Stream::Plain(socket, Preread::default()), false),
        };
        let version = if http2 { HttpVersion::Http2 } else { HttpVersion::Http1 };
        Ok(Established { stream, version, remote })
    }
}

/// Reads the address of the client whose connection a load balancer forwards. Only that address is then trusted,
/// limited and logged.
async fn proxied_remote(socket: &mut Socket, from: Option<IpAddr>) -> Result<Remote, HeaderError> {
    Ok(match read_header(socket).await? {
        Source::Client(address) => Remote::At(address),
        Source::Own => Remote::of(from),
        Source::Unknown => Remote::Unknown,
    })
}
