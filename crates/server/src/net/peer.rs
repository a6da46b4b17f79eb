//! Who connected.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address. Peers of a Unix socket count as `127.0.0.1`, so that `trusted_proxies` can name them.
    pub address: IpAddr,
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self { address: address.ip().to_canonical() }
    }
}

impl Peer {
    /// A peer of a Unix socket.
    pub const LOCAL: Self = Self { address: IpAddr::V4(Ipv4Addr::LOCALHOST) };
}
