//! Trusted proxies, and the client address that they report.

use std::net::{IpAddr, SocketAddr};

use http::header::HeaderName;
use ipnet::IpNet;

use super::fields::{Fields, text};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Peers whose `X-Forwarded-*` headers are trusted. Empty by default: no peer is trusted.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    unix: bool,
}

impl TrustedProxies {
    /// Takes the networks of the proxies in front of the gateway.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self { networks, unix: false }
    }

    /// Sets whether peers on a Unix socket are trusted. They have no address.
    #[must_use]
    pub fn with_unix(self, unix: bool) -> Self {
        Self { unix, ..self }
    }

    /// Whether this peer is trusted. IPv4 peers of a dual-stack socket count as IPv4.
    pub fn contains(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.networks.iter().any(|network| network.contains(&peer))
    }

    /// Whether this peer is trusted; `None` is a peer on a Unix socket.
    pub fn contains_peer(&self, peer: Option<IpAddr>) -> bool {
        peer.map_or(self.unix, |peer| self.contains(peer))
    }

    /// Returns the client's address if it is known for certain: the peer itself unless trusted; otherwise the result of
    /// [`TrustedProxies::client`], but only if a hop named it. `None` if a trusted peer names no client or an
    /// unreadable one, since its own address would stand for all clients behind it. `peer` is `None` on a Unix socket.
    pub fn told_client(&self, peer: Option<IpAddr>, headers: &impl Fields) -> Option<IpAddr> {
        let peer = peer.map(|peer| peer.to_canonical());
        if !self.contains_peer(peer) {
            return peer;
        }
        let mut client = None;
        for hop in hops(headers).into_iter().rev() {
            let address = hop_address(hop)?;
            client = Some(address);
            if !self.contains(address) {
                break;
            }
        }
        client
    }

    /// Returns the client's address: the peer itself unless trusted; otherwise the rightmost address of
    /// `X-Forwarded-For` (all its lines, in order) that is not trusted. An unreadable entry ends the search at the last
    /// readable hop. `peer` is `None` on a Unix socket; the result is then `None` too, unless such peers are trusted
    /// and name a client.
    pub fn client(&self, peer: Option<IpAddr>, headers: &impl Fields) -> Option<IpAddr> {
        let mut client = peer.map(|peer| peer.to_canonical());
        if !self.contains_peer(client) {
            return client;
        }
        for hop in hops(headers).into_iter().rev() {
            let Some(address) = hop_address(hop) else { break };
            client = Some(address);
            if !self.contains(address) {
                break;
            }
        }
        client
    }
}

/// Parses the address of one entry: an address alone, in brackets, or with a port, as Azure and IIS write it
/// (`203.0.113.7:51234`, `[2001:db8::1]:443`). Mapped IPv4 addresses count as IPv4.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let alone = || hop.parse::<IpAddr>().ok();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    alone().or_else(with_port).or_else(bracketed).map(|address| address.to_canonical())
}

/// Yields the entries of all lines of `X-Forwarded-For`, in order.
fn hops(headers: &impl Fields) -> Vec<&str> {
    let lines = headers.all(X_FORWARDED_FOR);
    lines.flat_map(|line| text(line).unwrap_or("?").split(',')).map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue};

    fn client(peer: &str, lines: &[&'static str]) -> String {
        let trusted = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let headers = lines.iter().map(|line| (X_FORWARDED_FOR, HeaderValue::from_static(line))).collect::<HeaderMap>();
        trusted.client(Some(peer.parse().unwrap()), &headers).unwrap().to_string()
    }

    #[test]
    fn an_unlisted_peer_is_the_client_whatever_it_says() {
        assert_eq!(client("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
    }

    #[test]
    fn the_rightmost_untrusted_hop_is_the_client() {
        assert_eq!(client("10.0.0.1", &["203.0.113.9, 198.51.100.7, 10.1.1.1"]), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &["203.0.113.9", "198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("::ffff:10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
    }

    #[test]
    fn a_proxy_that_names_nobody_is_not_taken_for_its_clients() {
        let trusted = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let client = |peer: &str, lines: &[&'static str]| {
            let lines = lines.iter().map(|line| (X_FORWARDED_FOR, HeaderValue::from_static(line)));
            trusted
                .told_client(Some(peer.parse().unwrap()), &lines.collect::<HeaderMap>())
                .map(|client| client.to_string())
        };
        assert_eq!(client("192.0.2.1", &["198.51.100.7"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(client("10.0.0.1", &["198.51.100.7, 10.1.1.1"]).as_deref(), Some("198.51.100.7"));
        assert_eq!(client("10.0.0.1", &["10.2.2.2"]).as_deref(), Some("10.2.2.2"));
        for unknown in [&[][..], &["bogus"], &["198.51.100.7, bogus, 10.2.2.2"], &["198.51.100.7", ""]] {
            assert_eq!(client("10.0.0.1", unknown), None, "{unknown:?}");
        }
    }

    #[test]
    fn entries_may_have_brackets_and_a_port() {
        for (entry, address) in [
            ("203.0.113.7:51234", "203.0.113.7"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("[::ffff:203.0.113.7]:80", "203.0.113.7"),
            ("203.0.113.7:51234, [::ffff:10.2.2.2]:8080", "203.0.113.7"),
        ] {
            assert_eq!(client("10.0.0.1", &[entry]), address, "{entry}");
        }
        for rubbish in ["[203.0.113.7]", "203.0.113.7:", "203.0.113.7:99999", "203.0.113.7:x", "[2001:db8::1]x", "[]:1"]
        {
            assert_eq!(client("10.0.0.1", &[rubbish]), "10.0.0.1", "{rubbish}");
        }
    }

    #[test]
    fn rubbish_ends_the_search() {
        assert_eq!(client("10.0.0.1", &["198.51.100.7, bogus, 10.2.2.2"]), "10.2.2.2");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn a_peer_of_a_unix_socket_is_trusted_only_where_that_is_said() {
        let headers = HeaderMap::from_iter([(X_FORWARDED_FOR, HeaderValue::from_static("198.51.100.7, 10.1.1.1"))]);
        let networks = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.1/32".parse().unwrap()]);
        assert_eq!(networks.client(None, &headers), None);
        let unix = networks.with_unix(true);
        assert!(unix.contains_peer(None));
        assert_eq!(unix.client(None, &headers), Some("198.51.100.7".parse().unwrap()));
        assert_eq!(unix.client(None, &HeaderMap::new()), None);
        assert_eq!(unix.told_client(None, &headers), Some("198.51.100.7".parse().unwrap()));
        assert_eq!(unix.told_client(None, &HeaderMap::new()), None);
        assert_eq!(unix.with_unix(false).told_client(None, &headers), None);
    }
}
