//! Who is at the other end of a connection.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;

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

/// Something that is kept for as long as a WebSocket is open. Over HTTP/2 its connection carries more than the
/// WebSocket and cannot see it; whoever serves the connection puts a lease into the opening's extensions.
#[derive(Clone)]
pub struct Lease(#[expect(dead_code, reason = "kept to be dropped")] Arc<dyn Any + Send + Sync>);

impl Lease {
    /// Keeps this.
    pub fn new(kept: impl Any + Send + Sync) -> Self {
        Self(Arc::new(kept))
    }
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

    /// Whether this peer's `X-Forwarded-*` counts. A Unix socket's counts only where `trusted_proxies` says "unix":
    /// who may open the socket is a matter of files' permissions, which differ between deployments.
    pub fn is_trusted(&self, trusted: &TrustedProxies) -> bool {
        self.address.map_or(trusted.trusts_unix(), |address| trusted.contains(address))
    }

    /// The client's address as far as trusted hops tell it; `None` if it came over a Unix socket and nobody told.
    pub fn client(&self, trusted: &TrustedProxies, headers: &HeaderMap) -> Option<IpAddr> {
        trusted.client(self.address, headers)
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
