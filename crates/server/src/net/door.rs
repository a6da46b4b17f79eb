//! What happens to a connection before HTTP: whose it is, TLS, and which version of HTTP is spoken.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use postern_model::entropy::Entropy;
use tokio_rustls::TlsAcceptor;

use super::activity::Patience;
use super::places::{PerAddress, Place};
use super::stream::{Seen, Socket, Stream};
use crate::tls::Certificates;

/// How connections of one listener are received.
pub struct Door {
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
    #[error("the client has as many connections as it may")]
    TooMany,
}

impl Door {
    /// The same for a listener of the machine's own: in the clear, and without a limit for one client.
    pub fn plain(&self) -> Self {
        let (patience, streams, entropy) = (self.patience, self.streams, Arc::clone(&self.entropy));
        Self { patience, tls: None, h2c: false, streams, per_address: None, entropy }
    }

    /// Receives a connection. The caller holds it to a deadline.
    pub(super) async fn open(
        &self,
        mut socket: Socket,
        address: Option<IpAddr>,
        place: &mut Place,
    ) -> Result<(Stream, Spoken, Option<IpAddr>), Refused> {
        if !place.of(self.per_address.as_ref(), address) {
            return Err(Refused::TooMany);
        }
        if let Some(tls) = &self.tls {
            let stream = TlsAcceptor::from(tls.current()).accept(socket).await?;
            let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            let spoken = if http2 { Spoken::Http2 } else { Spoken::Http1 };
            return Ok((Stream::Tls(Box::new(stream)), spoken, address));
        }
        let (seen, http2) = if self.h2c { Seen::look(&mut socket).await? } else { (Seen::default(), false) };
        let spoken = if http2 { Spoken::Http2 } else { Spoken::Http1 };
        Ok((Stream::Plain(socket, seen), spoken, address))
    }
}
