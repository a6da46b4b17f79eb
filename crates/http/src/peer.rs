//! Who is at the other end of a connection.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderValue;
use postern_model::web::{Fields, TrustedProxies};

/// The peer of one accepted connection.
#[derive(Clone, Debug)]
pub struct Peer {
    address: Option<IpAddr>,
    printed: Option<HeaderValue>,
    /// Whoever passes the connection on does not know whose it is.
    unknown: bool,
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
    /// Takes the peer's address, `None` on a unix socket.
    pub fn new(address: Option<IpAddr>) -> Self {
        let address = address.map(|address| address.to_canonical());
        let printed = address.and_then(|address| HeaderValue::try_from(address.to_string()).ok());
        Self { address, printed, unknown: false }
    }

    /// A peer that a load balancer passes on without knowing who it is. Nothing that it says about the client counts, and
    /// it is in no network: the load balancer's own address is never taken for that of everybody behind it.
    pub fn unknown() -> Self {
        Self { address: None, printed: None, unknown: true }
    }

    /// The address, IPv4 in its own form; `None` on a unix socket, or if nobody knows it.
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Whether this peer's `X-Forwarded-*` counts. A Unix socket's counts only where `trusted_proxies` says "unix":
    /// who may open the socket is a matter of files' permissions, which differ between deployments.
    pub fn is_trusted(&self, trusted: &TrustedProxies) -> bool {
        !self.unknown && trusted.contains_peer(self.address)
    }

    /// The client's address as far as trusted hops tell it; `None` if it came over a Unix socket, or is unknown, and
    /// nobody told.
    pub fn client(&self, trusted: &TrustedProxies, headers: &impl Fields) -> Option<IpAddr> {
        if self.unknown { None } else { trusted.client(self.address, headers) }
    }

    /// The client's address where it is known for certain: see [`TrustedProxies::told_client`].
    pub fn told_client(&self, trusted: &TrustedProxies, headers: &impl Fields) -> Option<IpAddr> {
        self.address.and_then(|address| trusted.told_client(address, headers))
    }

    /// The address as it is appended to `X-Forwarded-For`.
    pub fn printed(&self) -> Option<&HeaderValue> {
        self.printed.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;

    #[test]
    fn nothing_counts_that_an_unknown_peer_says() {
        let trusted = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]).with_unix(true);
        let headers: HeaderMap =
            [(http::header::HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static("10.0.0.1"))]
                .into_iter()
                .collect();
        let unknown = Peer::unknown();
        assert!(!unknown.is_trusted(&trusted));
        assert_eq!(unknown.client(&trusted, &headers), None);
        assert_eq!(unknown.told_client(&trusted, &headers), None);
        assert!(unknown.printed().is_none());
        // Whereas whoever connects to the Unix socket itself is trusted here.
        let local = Peer::new(None);
        assert!(local.is_trusted(&trusted) && local.client(&trusted, &headers).is_some());
    }
}
