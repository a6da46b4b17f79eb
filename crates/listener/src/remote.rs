//! The other end of a connection.

use std::net::IpAddr;

use postern_http::Peer;

/// The other end, as far as the connection identifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remote {
    /// A client at this address.
    At(IpAddr),
    /// A process on this machine, over a Unix socket.
    Local,
    /// A client whose address the load balancer does not know.
    Unknown,
}

impl Remote {
    /// The other end of an accepted socket; `None` for a Unix socket.
    pub(crate) fn of(address: Option<IpAddr>) -> Self {
        address.map_or(Self::Local, Self::At)
    }

    /// The address.
    pub(crate) fn address(self) -> Option<IpAddr> {
        match self {
            Self::At(address) => Some(address),
            Self::Local | Self::Unknown => None,
        }
    }

    /// The same for the service that answers requests.
    pub(crate) fn peer(self) -> Peer {
        match self {
            Self::At(address) => Peer::new(Some(address)),
            Self::Local => Peer::new(None),
            Self::Unknown => Peer::unknown(),
        }
    }
}
