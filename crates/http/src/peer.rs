//! The peer of a client connection.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderValue;
use postern_model::web::{Fields, TrustedProxies};

/// The peer of an accepted connection.
#[derive(Clone, Debug)]
pub struct Peer {
    address: Option<IpAddr>,
    printed: Option<HeaderValue>,
    /// A load balancer passed the connection on and does not know its client.
    unknown: bool,
}

/// A value that is kept alive while a WebSocket is open. Over HTTP/2 the connection carries other streams too and cannot see that
/// the WebSocket is open; the server puts a lease into the request's extensions.
#[derive(Clone)]
pub struct Lease(#[expect(dead_code, reason = "kept to be dropped")] Arc<dyn Any + Send + Sync>);

impl Lease {
    /// Keeps a value until the lease is dropped.
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

    /// A client that a load balancer passes on without its address. It is never trusted and is in no network: the load balancer's
    /// own address does not stand for every client behind it.
    pub fn unknown() -> Self {
        Self { address: None, printed: None, unknown: true }
    }

    /// The address, with mapped IPv4 addresses as IPv4; `None` on a Unix socket, or if it is unknown.
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Whether this peer's `X-Forwarded-*` headers are believed. Those of a Unix socket are only if `trusted_proxies` contains
    /// "unix": who may open the socket depends on file permissions.
    pub fn is_trusted(&self, trusted: &TrustedProxies) -> bool {
        !self.unknown && trusted.contains_peer(self.address)
    }

    /// The client's address, as reported by trusted hops. `None` if it is unknown, or came over a Unix socket and no hop reported
    /// it.
    pub fn client(&self, trusted: &TrustedProxies, headers: &impl Fields) -> Option<IpAddr> {
        if self.unknown { None } else { trusted.client(self.address, headers) }
    }

    /// The client's address if it is known for certain; see [`TrustedProxies::told_client`].
    pub fn told_client(&self, trusted: &TrustedProxies, headers: &impl Fields) -> Option<IpAddr> {
        if self.unknown { None } else { trusted.told_client(self.address, headers) }
    }

    /// The address as a header value, for `X-Forwarded-For`.
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
        // A peer that connects to the Unix socket itself is trusted.
        let local = Peer::new(None);
        assert!(local.is_trusted(&trusted) && local.client(&trusted, &headers).is_some());
        assert_eq!(local.told_client(&trusted, &headers), Some("10.0.0.1".parse().unwrap()));
    }
}
