//! Who is at the other end of a connection.

use std::net::IpAddr;

use http::{HeaderMap, HeaderValue};
use postern_model::web::TrustedProxies;

use crate::wire::Tunnel;

/// The peer of one accepted connection.
#[derive(Clone, Debug)]
pub struct Peer {
    address: Option<IpAddr>,
    printed: Option<HeaderValue>,
    tunnel: Tunnel,
}

impl Peer {
    /// Takes the peer's address, `None` on a unix socket, and the switch of the connection's
    /// [`Guard`](crate::wire::Guard).
    pub fn new(address: Option<IpAddr>, tunnel: Tunnel) -> Self {
        let address = address.map(|address| address.to_canonical());
        let printed = address.and_then(|address| HeaderValue::try_from(address.to_string()).ok());
        Self { address, printed, tunnel }
    }

    /// The address, IPv4 in its own form; `None` on a unix socket.
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Whether this peer's `X-Forwarded-*` counts. A unix socket's always does: whoever may open it was let in by the
    /// permissions of a file, and only proxies have a reason to.
    pub fn is_trusted(&self, trusted: &TrustedProxies) -> bool {
        self.address.is_none_or(|address| trusted.contains(address))
    }

    /// The client's address as far as trusted hops tell it.
    pub fn client(&self, trusted: &TrustedProxies, headers: &HeaderMap) -> Option<IpAddr> {
        self.address.map(|address| trusted.client(address, headers))
    }

    /// The client's address where it is known for certain: see [`TrustedProxies::told_client`].
    pub(crate) fn told_client(&self, trusted: &TrustedProxies, headers: &HeaderMap) -> Option<IpAddr> {
        self.address.and_then(|address| trusted.told_client(address, headers))
    }

    /// The address as it is appended to `X-Forwarded-For`.
    pub(crate) fn printed(&self) -> Option<&HeaderValue> {
        self.printed.as_ref()
    }

    /// The switch that makes the connection a tunnel.
    pub(crate) fn tunnel(&self) -> &Tunnel {
        &self.tunnel
    }
}
