//! What happens to a connection before HTTP: whose it is, TLS, and which version of HTTP is spoken.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use postern_model::entropy::Entropy;
use postern_model::web::TrustedProxies;
use tokio_rustls::TlsAcceptor;

use super::client_frame_budget::Together;
use super::connection_limits::{PerAddress, Place};
use super::idle_timeouts::Patience;
use super::proxy_protocol::{BadHeader, Told, read_header};
use super::remote::Remote;
use super::stream::{Seen, Socket, Stream};
use crate::tls::Certificates;

/// How connections of one listener are received.
pub struct Door {
    /// Load balancers whose every connection begins with a header of the PROXY protocol; nobody else's may.
    pub balancers: Option<TrustedProxies>,
    /// How long clients may take.
    pub patience: Patience,
    /// TLS; `None`: in the clear.
    pub tls: Option<Arc<Certificates>>,
    /// Whether a client in the clear may begin with HTTP/2 (RFC 9113 §3.3).
    pub h2c: bool,
    /// Requests at a time on one connection of HTTP/2.
    pub streams: u32,
    /// Connections of one client at a time.
    pub per_address: Option<Arc<PerAddress>>,
    /// What all connections of one client may send together that carries nothing.
    pub together: Option<Arc<Together>>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// The version of HTTP on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    Http1,
    Http2,
}

/// Why a connection is not received.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Header(#[from] BadHeader),
    #[error("the client has as many connections as it may")]
    TooMany,
}

impl Door {
    /// The same in the clear.
    pub fn plain(&self) -> Self {
        let (balancers, per_address, together) =
            (self.balancers.clone(), self.per_address.clone(), self.together.clone());
        let (patience, streams, entropy) = (self.patience, self.streams, Arc::clone(&self.entropy));
        Self { balancers, patience, tls: None, h2c: false, streams, per_address, together, entropy }
    }

    /// The same for a listener of the machine's own: in the clear, without limits for one client, and nobody between.
    pub fn inner(&self) -> Self {
        Self { balancers: None, per_address: None, together: None, ..self.plain() }
    }

    /// Receives a connection. The caller holds it to a deadline.
    pub(super) async fn open(
        &self,
        mut socket: Socket,
        from: Option<IpAddr>,
        place: &mut Place,
    ) -> Result<(Stream, Spoken, Remote), Refused> {
        let remote = match &self.balancers {
            // Its state is of no use later on, and would make every task that large.
            Some(balancers) if balancers.contains_peer(from) => Box::pin(passed_on(&mut socket, from)).await?,
            _ => Remote::of(from),
        };
        let address = remote.address();
        if !place.of(self.per_address.as_ref(), address) {
            return Err(Refused::TooMany);
        }
        if let Some(tls) = &self.tls {
            let stream = TlsAcceptor::from(tls.current()).accept(socket).await?;
            let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            let spoken = if http2 { Spoken::Http2 } else { Spoken::Http1 };
            return Ok((Stream::Tls(Box::new(stream)), spoken, remote));
        }
        let (seen, http2) = if self.h2c { Seen::look(&mut socket).await? } else { (Seen::default(), false) };
        let spoken = if http2 { Spoken::Http2 } else { Spoken::Http1 };
        Ok((Stream::Plain(socket, seen), spoken, remote))
    }
}

/// Whose connection it is that a load balancer passes on. From there on only that counts: an address that it tells is
/// trusted, limited and logged as if it had connected itself.
async fn passed_on(socket: &mut Socket, from: Option<IpAddr>) -> Result<Remote, BadHeader> {
    Ok(match read_header(socket).await? {
        Told::Client(address) => Remote::At(address),
        Told::Own => Remote::of(from),
        Told::Unknown => Remote::Unknown,
    })
}
