//! Connections to an upstream.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use postern_http::client::Stream;
use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use super::error::UpstreamError;

/// TCP keep-alive: the idle time before the first probe, and the interval between probes. A response may pause for
/// long, but a dead peer must be detected.
const PROBE: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(5));

/// Address of an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpstreamAddress {
    /// Host (a name or an address, IPv6 without brackets) and port.
    Tcp(String, u16),
    /// Path of a Unix socket, without TLS.
    Unix(PathBuf),
}

/// TLS settings for an upstream.
#[derive(Clone, Debug)]
pub struct UpstreamTls {
    /// Trusted certificates, and our client certificate (mutual TLS). ALPN is set by the protocol.
    pub config: rustls::ClientConfig,
    /// The server name that the upstream's certificate must match.
    pub server_name: ServerName<'static>,
}

/// Connector for one upstream.
#[derive(Clone)]
pub(super) struct Connector {
    address: UpstreamAddress,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    timeout: Duration,
}

impl Connector {
    /// `alpn` is the list of protocols offered in TLS.
    pub(super) fn new(address: UpstreamAddress, tls: Option<UpstreamTls>, alpn: &[u8], timeout: Duration) -> Self {
        let tls = tls.map(|mut tls| {
            tls.config.alpn_protocols = vec![alpn.to_vec()];
            (TlsConnector::from(Arc::new(tls.config)), tls.server_name)
        });
        Self { address, tls, timeout }
    }

    /// Opens a connection, with TLS where configured, within the connect timeout.
    pub(super) async fn connect(&self) -> Result<Stream, UpstreamError> {
        self.in_time(self.open()).await
    }

    /// Awaits `made` within the connect timeout.
    pub(super) async fn in_time<T>(&self, made: impl Future<Output = io::Result<T>>) -> Result<T, UpstreamError> {
        match tokio::time::timeout(self.timeout, made).await {
            Ok(Ok(made)) => Ok(made),
            Ok(Err(error)) => Err(UpstreamError::connect(&error)),
            Err(_) => Err(UpstreamError::Connect(format!("no connection within {:?}", self.timeout))),
        }
    }

    async fn open(&self) -> io::Result<Stream> {
        match &self.address {
            UpstreamAddress::Tcp(host, port) => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                // Requests are small and written whole: waiting to fill a segment would only delay them.
                stream.set_nodelay(true)?;
                SockRef::from(&stream)
                    .set_tcp_keepalive(&TcpKeepalive::new().with_time(PROBE.0).with_interval(PROBE.1))?;
                Ok(match &self.tls {
                    Some((connector, name)) => Stream::Tls(Box::new(connector.connect(name.clone(), stream).await?)),
                    None => Stream::Tcp(stream),
                })
            }
            UpstreamAddress::Unix(path) => {
                // File permissions protect a Unix socket, so it needs no encryption.
                Ok(Stream::Unix(UnixStream::connect(path).await?))
            }
        }
    }
}
