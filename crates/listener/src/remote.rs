//! Who is at the other end of a connection.

use std::net::IpAddr;

use postern_http::Peer;

/// The other end, as far as the connection tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remote {
    /// Somebody at this address.
    At(IpAddr),
    /// A process on this machine, over a Unix socket.
    Local,
    /// Somebody behind a load balancer that does not know who it is.
    Unknown,
}

impl Remote {
    /// The other end of an accepted socket; `None` is a Unix socket.
    pub(super) fn of(address: Option<IpAddr>) -> Self {
        address.map_or(Self::Local, Self::At)
    }

    /// The address.
    pub(super) fn address(self) -> Option<IpAddr> {
        match self {
            Self::At(address) => Some(address),
            Self::Local | Self::Unknown => None,
        }
    }

    /// The same for those who answer requests.
    pub(super) fn peer(self) -> Peer {
        match self {
            Self::At(address) => Peer::new(Some(address)),
            Self::Local => Peer::new(None),
            Self::Unknown => Peer::unknown(),
        }
    }
}
