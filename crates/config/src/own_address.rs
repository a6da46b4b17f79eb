//! Upstreams that are the gateway itself: a request would come back as another one until no connection is left.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use postern_model::address::Address;

use crate::listen::Listen;
use crate::table::Table;
use crate::upstream::UpstreamConfig;
use crate::upstream_url::UpstreamUrl;

/// Reports each upstream whose address is one on which the gateway listens.
pub(crate) fn check(root: &Table<'_>, listen: &Listen, upstreams: &[UpstreamConfig]) {
    let further = [
        ("listen.management", &listen.management),
        ("listen.ext_authz", &listen.ext_authz),
        ("listen.redirect", &listen.redirect),
    ];
    let further = further.into_iter().filter_map(|(key, address)| Some((key, address.as_ref()?)));
    let listeners: Vec<_> = std::iter::once(("listen.address", &listen.address)).chain(further).collect();
    for (index, upstream) in upstreams.iter().enumerate() {
        if let Some((key, address)) = listeners.iter().find(|(_, address)| reaches(&upstream.url, address)) {
            let what = format!("{} is the gateway itself: {key} is {address}", upstream.url);
            let remedy = format!("write the address of the backend here, or another one in {key}");
            root.report(&format!("upstream[{index}].url"), what, &remedy);
        }
    }
}

/// Whether a connection to the upstream's address reaches the listener. Names other than `localhost` are only compared.
fn reaches(upstream: &UpstreamUrl, listener: &Address) -> bool {
    match (upstream, listener) {
        (UpstreamUrl::Unix(path), Address::Unix(own)) => path == own,
        (UpstreamUrl::Web(origin), Address::Tcp(host, port)) => {
            let (target, own) = (destinations(origin.host()), destinations(host));
            let here = |ip: &IpAddr| own.contains(ip) || (ip.is_loopback() && is_every(host, *ip));
            *port != 0 && origin.port() == *port && (origin.host() == host || target.iter().any(here))
        }
        _ => false,
    }
}

/// Returns the addresses that a connection to this host goes to. An unspecified address leads to this machine.
fn destinations(host: &str) -> Vec<IpAddr> {
    let (v4, v6) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST));
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) if address.is_unspecified() => vec![v4],
        Ok(IpAddr::V6(address)) if address.is_unspecified() => vec![v6, v4],
        Ok(address) => vec![address],
        Err(_) if host.eq_ignore_ascii_case("localhost") => vec![v4, v6],
        Err(_) => Vec::new(),
    }
}

/// Whether a listener at this host takes connections to every address of the family of `ip`.
fn is_every(host: &str, ip: IpAddr) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(own)) => own.is_unspecified() && ip.is_ipv4(),
        // Dual-stack.
        Ok(IpAddr::V6(own)) => own.is_unspecified(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_reaches_the_listener_that_would_take_its_connections() {
        let reaches = |url: &str, host: &str, port| {
            reaches(&UpstreamUrl::Web(url.parse().unwrap()), &Address::Tcp(host.to_owned(), port))
        };
        for (url, host, port) in [
            ("http://127.0.0.1:5000", "127.0.0.1", 5000),
            ("http://localhost:5000", "127.0.0.1", 5000),
            ("http://127.0.0.1:5000", "localhost", 5000),
            ("http://127.0.0.1:5000", "0.0.0.0", 5000),
            ("http://127.0.0.9:5000", "0.0.0.0", 5000),
            ("http://127.0.0.1:5000", "::", 5000),
            ("http://[::1]:5000", "::", 5000),
            ("http://0.0.0.0:5000", "127.0.0.1", 5000),
            ("http://127.0.0.1", "127.0.0.1", 80),
            ("https://[::1]", "::1", 443),
            ("http://gate.example:5000", "gate.example", 5000),
        ] {
            assert!(reaches(url, host, port), "{url} {host}:{port}");
        }
        for (url, host, port) in [
            ("http://127.0.0.1:5001", "127.0.0.1", 5000),
            ("http://127.0.0.2:5000", "127.0.0.1", 5000),
            ("http://[::1]:5000", "0.0.0.0", 5000),
            ("http://10.0.0.7:5000", "0.0.0.0", 5000),
            ("http://backend:5000", "0.0.0.0", 5000),
            ("http://127.0.0.1", "127.0.0.1", 0),
        ] {
            assert!(!reaches(url, host, port), "{url} {host}:{port}");
        }
        let socket = UpstreamUrl::Unix("/run/postern.sock".into());
        assert!(super::reaches(&socket, &Address::Unix("/run/postern.sock".into())));
        assert!(!super::reaches(&socket, &Address::Unix("/run/backend.sock".into())));
    }
}
