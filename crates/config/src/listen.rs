//! `[listen]`: the addresses of the gateway and its management endpoints, and the limits and timeouts of connections.

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use postern_model::address::Address;

use crate::parse;
use crate::secret;
use crate::table::{Complaint, Table, duration};

/// Longest `shutdown_delay`: load balancers need seconds.
const DELAY_MAX: Duration = Duration::from_secs(3600);

/// The PEM files of the listener's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate and the intermediate certificates up to its authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Listeners.
#[derive(Clone, Debug)]
pub struct Listen {
    /// Address for browsers and proxies.
    pub address: Address,
    /// `/healthz`, `/readyz` and `/metrics`; `None`: off.
    pub management: Option<Address>,
    /// `host:port` of Envoy's external authorization over gRPC; `None`: off.
    pub ext_authz: Option<Address>,
    /// Address that redirects http to https; `None`: off.
    pub redirect: Option<Address>,
    /// Directory of the ACME challenge files (RFC 8555 §8.3) that the redirecting listener serves.
    pub acme_webroot: Option<PathBuf>,
    /// Whether several processes may share the address for clients (SO_REUSEPORT).
    pub reuse_port: bool,
    /// Peers whose connections each begin with a PROXY protocol header.
    pub proxy_protocol: Vec<IpNet>,
    /// Whether connections over a Unix socket begin with one.
    pub proxy_protocol_unix: bool,
    /// Concurrent connections; more wait to be accepted.
    pub max_connections: u32,
    /// Deadline for the head of a request, and for the first request of a connection.
    pub header_timeout: Duration,
    /// Longest pause between two requests of a connection.
    pub idle_timeout: Duration,
    /// Longest pause of a client within a request body that it sends, or a response body that it reads.
    pub body_timeout: Duration,
    /// How long the gateway still accepts connections after it reports not ready, before it stops.
    pub shutdown_delay: Duration,
    /// Deadline for requests in flight when the gateway stops.
    pub shutdown_timeout: Duration,
    /// Whether cleartext clients may use HTTP/2 with prior knowledge.
    pub h2c: bool,
    /// Concurrent requests on one HTTP/2 connection.
    pub max_streams: u32,
    /// Certificate and key; `None`: no TLS.
    pub tls: Option<CertificateFiles>,
}

pub(crate) fn read(table: &mut Table<'_>) -> Listen {
    let main = table.make("address", address).unwrap_or(Address::Tcp("127.0.0.1".to_owned(), 8080));
    let management = table.make("management", address_or_off);
    let management = management.unwrap_or(Some(Address::Tcp("127.0.0.1".to_owned(), 9080)));
    if management.as_ref().is_some_and(|management| collide(&main, management)) {
        let what = format!("this is the same as listen.address, {main}");
        table.report("management", what, "give the management endpoints an address or port of their own, or \"off\"");
    }
    if let Some(Address::Tcp(host, _)) = &management
        && matches!(host.as_str(), "0.0.0.0" | "::")
    {
        let what = format!("{host} offers metrics and health to every network, without authentication");
        table.warn(
            "management",
            what,
            "bind an internal address, or restrict the port in a firewall or network policy",
        );
    }
    let mut taken: Vec<Address> = [&main].into_iter().chain(&management).cloned().collect();
    let ext_authz = further(table, "ext_authz", &mut taken);
    let redirect = further(table, "redirect", &mut taken);
    let acme_webroot = table.text("acme_webroot").map(PathBuf::from);
    if acme_webroot.is_some() && redirect.is_none() {
        let what = "nothing listens for the challenges whose answers are there".to_owned();
        table.report("acme_webroot", what, "set listen.redirect, usually to \"0.0.0.0:80\", or remove this");
    }
    let (proxy_protocol, proxy_protocol_unix) = parse::peers(table, "proxy_protocol");
    Listen {
        address: main,
        management,
        ext_authz,
        redirect,
        acme_webroot,
        reuse_port: table.flag("reuse_port", false),
        proxy_protocol,
        proxy_protocol_unix,
        max_connections: table.count("max_connections", 10_000, 1..=1_000_000),
        header_timeout: table.duration("header_timeout", Duration::from_secs(30)),
        idle_timeout: table.duration("idle_timeout", Duration::from_secs(620)),
        body_timeout: table.duration("body_timeout", Duration::from_secs(60)),
        shutdown_delay: table.make("shutdown_delay", delay).unwrap_or_default(),
        shutdown_timeout: table.duration("shutdown_timeout", Duration::from_secs(30)),
        h2c: table.flag("h2c", false),
        max_streams: table.count("max_streams", 128, 1..=10_000),
        tls: table.section("tls", tls),
    }
}

/// Parses a duration that may be zero.
fn delay(text: &str) -> Result<Duration, Complaint> {
    if matches!(text, "0s" | "off") {
        return Ok(Duration::ZERO);
    }
    let delay = duration(text)?;
    if delay <= DELAY_MAX { Ok(delay) } else { Err((format!("{text:?} is too long"), "write at most \"1h\"")) }
}

/// Reads the address of an optional listener, and reports one that collides with an address already in use.
fn further(table: &mut Table<'_>, key: &str, taken: &mut Vec<Address>) -> Option<Address> {
    let address = table.make(key, address_or_off).flatten()?;
    if taken.iter().any(|taken| collide(taken, &address)) {
        let what = "another listener has this address".to_owned();
        table.report(key, what, "give this listener an address or port of its own, or \"off\"");
    }
    taken.push(address.clone());
    Some(address)
}

fn tls(table: &mut Table<'_>) -> Option<CertificateFiles> {
    let certificate = table.text("certificate").map(PathBuf::from);
    let key = table.text("key").map(PathBuf::from);
    match (certificate, key) {
        (Some(certificate), Some(key)) => {
            if secret::is_world_readable(&key) {
                secret::warn_world_readable(table, "key");
            }
            Some(CertificateFiles { certificate, key })
        }
        (None, None) => None,
        (Some(_), None) => {
            table.report("key", "there is a certificate without its key".to_owned(), "name the PEM file of its key");
            None
        }
        (None, Some(_)) => {
            let remedy = "name the PEM file of the certificate, with those between it and the authority";
            table.report("certificate", "there is a key without its certificate".to_owned(), remedy);
            None
        }
    }
}

fn address_or_off(text: &str) -> Result<Option<Address>, Complaint> {
    if text == "off" { Ok(None) } else { address(text).map(Some) }
}

fn address(text: &str) -> Result<Address, Complaint> {
    let remedy = "write host:port, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080, unix:/path/to/socket, or \
                  systemd:name for sockets that are passed";
    let complaint = || (format!("{text:?} is no address to listen on"), remedy);
    if let Some(path) = text.strip_prefix("unix:") {
        return if path.starts_with('/') { Ok(Address::Unix(path.into())) } else { Err(complaint()) };
    }
    if let Some(name) = text.strip_prefix("systemd:") {
        // A valid FileDescriptorName= (systemd.socket(5)), and not a list of names.
        let fit = (1..=255).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic() && b != b':');
        return if fit { Ok(Address::Systemd(name.to_owned())) } else { Err(complaint()) };
    }
    let (host, port) = text.rsplit_once(':').ok_or_else(complaint)?;
    let port = port.parse().map_err(|_| complaint())?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let readable = match bare {
        Some(inner) => inner.parse::<std::net::Ipv6Addr>().is_ok(),
        None => parse::host(host).is_ok(),
    };
    if readable { Ok(Address::Tcp(bare.unwrap_or(host).to_owned(), port)) } else { Err(complaint()) }
}

/// Whether two addresses cannot be bound at the same time.
fn collide(one: &Address, other: &Address) -> bool {
    match (one, other) {
        (Address::Tcp(a, port), Address::Tcp(b, other_port)) => {
            let everywhere = |host: &str| matches!(host, "0.0.0.0" | "::");
            *port != 0 && port == other_port && (a == b || everywhere(a) || everywhere(b))
        }
        (Address::Unix(a), Address::Unix(b)) => a == b,
        (Address::Systemd(a), Address::Systemd(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_print_as_they_are_written() {
        for text in ["127.0.0.1:8080", "[::1]:0", "localhost:80", "unix:/run/postern.sock", "systemd:web"] {
            assert_eq!(address(text).unwrap().to_string(), text);
        }
        let bad = ["", "8080", ":8080", "*:8080", "::1:80", "a:b", "localhost:99999", "unix:relative", "http://a:1"];
        for bad in bad.into_iter().chain(["systemd:", "systemd:a:b", "systemd:a b"]) {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_port_taken_everywhere_collides() {
        let pair = |a: &str, b: &str| collide(&address(a).unwrap(), &address(b).unwrap());
        assert!(pair("0.0.0.0:1", "127.0.0.1:1"));
        assert!(pair("unix:/a", "unix:/a"));
        assert!(pair("systemd:a", "systemd:a") && !pair("systemd:a", "systemd:b"));
        assert!(!pair("127.0.0.1:0", "127.0.0.1:0"));
        assert!(!pair("127.0.0.1:1", "127.0.0.1:2"));
    }
}
