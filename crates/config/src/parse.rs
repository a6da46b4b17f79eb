//! Parsers of single values that several sections share. Their errors hold the problem and the remedy.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use postern_model::web::Origin;
use url::{Host, Url};

use crate::table::{Complaint, Table};

/// Parses an origin, which may be `http` only for loopback names.
pub(crate) fn public_origin(text: &str) -> Result<Origin, Complaint> {
    let origin = origin(text)?;
    let named =
        origin.host().bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':'));
    if !named || origin.port() == 0 {
        return Err((
            format!("{origin} is not where a browser could go"),
            "write the one host, and the port, that browsers show",
        ));
    }
    if origin.is_https() || Url::parse(origin.as_str()).is_ok_and(|url| is_loopback(&url)) {
        return Ok(origin);
    }
    Err((format!("{origin} is not https"), "use https://…; http is only for localhost and other loopback names"))
}

/// Parses an origin.
pub(crate) fn origin(text: &str) -> Result<Origin, Complaint> {
    let remedy =
        "write scheme and host as the browser shows them, such as https://netpilot.example.com, without a path";
    text.parse().map_err(|_| (format!("{} is no origin", quoted_url(text)), remedy))
}

/// Parses `off` as `None`, and anything else with `read`.
pub(crate) fn unless_off<T>(
    text: &str,
    read: impl FnOnce(&str) -> Result<T, Complaint>,
) -> Result<Option<T>, Complaint> {
    if text == "off" { Ok(None) } else { read(text).map(Some) }
}

/// Parses an `http` or `https` URL.
pub(crate) fn web_url(text: &str) -> Result<Url, Complaint> {
    let remedy = "write it like https://host/path, without user name and password";
    let complaint = || (format!("{} is no http or https URL", quoted_url(text)), remedy);
    let url = Url::parse(text).map_err(|_| complaint())?;
    let plain = url.has_host() && url.username().is_empty() && url.password().is_none();
    if plain && matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(complaint()) }
}

/// Parses a network, or an address as a network of one. An IPv4-mapped one (`::ffff:127.0.0.1`) becomes an IPv4
/// network, because clients are compared by their canonical addresses.
pub(crate) fn cidr(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    let IpNet::V6(mapped) = network else { return Some(network.trunc()) };
    let inner = mapped.addr().to_ipv4_mapped().zip(mapped.prefix_len().checked_sub(96));
    let inner = inner.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok());
    Some(inner.map_or(network, IpNet::V4).trunc())
}

/// Parses a network: `10.0.0.0/8`, or a single address.
pub(crate) fn network(text: &str) -> Result<IpNet, Complaint> {
    match cidr(text) {
        Some(network) if network.prefix_len() == 0 => Err((
            format!("{text:?} trusts everybody, so that any client could claim any address"),
            "list the addresses of the proxies in front of the gateway",
        )),
        Some(network) => Ok(network),
        None => Err((format!("{text:?} is no network"), "write it like 10.0.0.0/8, 192.0.2.7 or fd00::/8")),
    }
}

/// Parses an e-mail address and lower-cases it, to compare it with the provider's verified addresses.
pub(crate) fn email(text: &str) -> Result<String, Complaint> {
    match text.split_once('@') {
        Some((local, domain)) if !local.is_empty() && is_domain(domain) && is_visible(text) => Ok(text.to_lowercase()),
        _ => Err((format!("{text:?} is no e-mail address"), "write it like ada@example.com")),
    }
}

/// Parses a domain name and lower-cases it.
pub(crate) fn domain(text: &str) -> Result<String, Complaint> {
    if is_domain(text) && is_visible(text) {
        return Ok(text.to_ascii_lowercase());
    }
    Err((format!("{text:?} is no domain"), "write it like example.com, without @ and without a star"))
}

/// Parses a host as in a `Host` header and lower-cases it: a name or an address, with a port unless it is the default.
pub(crate) fn host(text: &str) -> Result<String, Complaint> {
    let complaint = || (format!("{text:?} is no host"), "write it like app.example.com or app.example.com:8443");
    let url = Url::parse(&format!("http://{text}/")).map_err(|_| complaint())?;
    let canonical = url.port().map_or(format!("{}/", url.host_str().unwrap_or_default()), |port| {
        format!("{}:{port}/", url.host_str().unwrap_or_default())
    });
    let canonical = canonical.trim_end_matches('/').to_owned();
    let exact = canonical.eq_ignore_ascii_case(text) && !canonical.is_empty() && !canonical.contains('*');
    if exact { Ok(canonical) } else { Err(complaint()) }
}

/// Reads a list of peers: networks, and whether "unix" is among them.
pub(crate) fn peers(table: &mut Table<'_>, key: &str) -> (Vec<IpNet>, bool) {
    let peers = table.list_of(key, |text| match text {
        "unix" => Ok(None),
        text => network(text).map(Some),
    });
    let unix = peers.contains(&None);
    (peers.into_iter().flatten().collect(), unix)
}

/// Parses a path prefix: a leading slash, no trailing one.
pub(crate) fn base_path(text: &str) -> Result<String, Complaint> {
    let segment = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    match text.strip_prefix('/') {
        Some(rest) if rest.split('/').all(segment) => Ok(text.to_owned()),
        _ => Err((format!("{text:?} is no base path"), "write it like /postern: a leading slash, none at the end")),
    }
}

/// Whether a URL's host is a loopback name or address.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_loopback_name(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a host name, in lower case, is that of this machine (RFC 6761 §6.3).
pub(crate) fn is_loopback_name(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

fn is_domain(text: &str) -> bool {
    text.contains('.')
        && text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

fn is_visible(text: &str) -> bool {
    !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Quotes a URL for a message, unless it may hold a password.
fn quoted_url(text: &str) -> String {
    if text.contains('@') { "this".to_owned() } else { format!("{text:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_for_loopback_only() {
        for good in
            ["https://a.example", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:1", "http://x.localhost"]
        {
            assert!(public_origin(good).is_ok(), "{good}");
        }
        for bad in
            ["http://a.example", "http://localhost.example", "http://10.0.0.1", "a.example", "https://a.example/x"]
        {
            assert!(public_origin(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_is_a_network_of_one_and_everybody_is_none() {
        assert_eq!(network("192.0.2.7").unwrap().to_string(), "192.0.2.7/32");
        assert_eq!(network("10.1.2.3/8").unwrap().to_string(), "10.0.0.0/8");
        assert_eq!(network("::ffff:127.0.0.1").unwrap().to_string(), "127.0.0.1/32");
        assert_eq!(network("::ffff:10.1.0.0/104").unwrap().to_string(), "10.0.0.0/8");
        for bad in ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96", "10.0.0.0/33", "localhost", ""] {
            assert!(network(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_and_domains_are_lower_cased_or_refused() {
        assert_eq!(email("Ada@Example.COM").unwrap(), "ada@example.com");
        for bad in
            ["ada", "@example.com", "ada@", "a@b@example.com", "ada @example.com", "*@example.com.", "ada@localhost"]
        {
            assert!(email(bad).is_err(), "{bad}");
        }
        assert_eq!(domain("Example.com").unwrap(), "example.com");
        for bad in ["@example.com", "*.example.com", "example", "exa mple.com", "", "example.com."] {
            assert!(domain(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hosts_are_as_in_a_host_header() {
        assert_eq!(host("App.Example.com:8443").unwrap(), "app.example.com:8443");
        assert_eq!(host("app.example.com").unwrap(), "app.example.com");
        for bad in ["", "a/b", "a:80x", "http://a", "u@a", "a b", "*.example.com", "a?b"] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_url_with_a_password_is_not_repeated() {
        let (what, _) = web_url("http://user:hunter2@example.com").unwrap_err();
        assert!(!what.contains("hunter2"), "{what}");
    }
}
