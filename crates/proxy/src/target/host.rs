//! The hosts that are served.

use std::borrow::Cow;
use std::collections::HashMap;

use http::HeaderValue;
use postern_authn::rules::HostPattern;
use postern_model::web::{Origin, Site};
use rustc_hash::FxBuildHasher;

/// Served host: its origin and its `Host` header.
#[derive(Clone, Debug)]
pub struct ServedHost {
    origin: Origin,
    name: String,
    port: Option<u16>,
    header: HeaderValue,
}

/// Allow-list of hosts: the host of the public URL, and those of routes. A host that a route's wildcard matches is
/// served under its own name.
#[derive(Clone, Debug)]
pub struct Hosts {
    scheme: String,
    /// Hosts by canonical spelling, which nearly all requests use.
    by_authority: HashMap<String, ServedHost, FxBuildHasher>,
    /// Hosts by name; several hosts may have one name and different ports. Clients choose the names that are looked up,
    /// but insert none.
    served: HashMap<String, Vec<ServedHost>, FxBuildHasher>,
    /// What follows the first label of a wildcard, in the form of a `Host` header.
    below: Vec<String>,
}

/// Reason why a host is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum HostRefused {
    /// The text is not `host` or `host:port`.
    #[error("the host is malformed")]
    Malformed,
    /// The host is not served here (RFC 9110 §15.5.20).
    #[error("this host is not served here; add it to a route if it should be")]
    Unknown,
}

/// Error listing the host names of routes that are not valid hosts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no host: use a name in lower case, with :port where it is not the default")]
pub struct InvalidHost(pub String);

impl Hosts {
    /// Takes the site, whose host is always served, and the hosts that routes name. Browsers see all of them under the
    /// scheme of the public URL.
    pub fn new<'h>(site: &Site, routes: impl IntoIterator<Item = &'h HostPattern>) -> Result<Self, InvalidHost> {
        let scheme = site.origin().scheme().to_owned();
        let (by_authority, served) = (HashMap::default(), HashMap::default());
        let mut hosts = Self { scheme, by_authority, served, below: Vec::new() };
        hosts.serve(ServedHost::new(site.origin().clone())?);
        for pattern in routes {
            match pattern {
                HostPattern::Is(host) => {
                    let host = hosts.canonical(host).ok_or_else(|| InvalidHost(pattern.to_string()))?;
                    hosts.serve(host);
                }
                HostPattern::Below(suffix) => {
                    let dots = suffix.matches('.').count();
                    if !suffix.starts_with('.') || dots < 2 || hosts.canonical(&format!("x{suffix}")).is_none() {
                        return Err(InvalidHost(pattern.to_string()));
                    }
                    if !hosts.below.iter().any(|known| **known == **suffix) {
                        hosts.below.push(suffix.to_string());
                    }
                }
            }
        }
        Ok(hosts)
    }

    fn serve(&mut self, host: ServedHost) {
        self.by_authority.insert(host.origin.authority().to_owned(), host.clone());
        let same_name = self.served.entry(host.name.clone()).or_default();
        if !same_name.iter().any(|known| known.origin == host.origin) {
            same_name.push(host);
        }
    }

    /// Returns a host by its canonical spelling; `None` for any other spelling.
    fn canonical(&self, host: &str) -> Option<ServedHost> {
        let origin: Origin = format!("{}://{host}", self.scheme).parse().ok()?;
        if origin.authority() == host { ServedHost::new(origin).ok() } else { None }
    }

    /// Finds the host that a client named, in any spelling of case, default port and trailing dot.
    pub fn find(&self, authority: &str) -> Result<Cow<'_, ServedHost>, HostRefused> {
        if let Some(host) = self.by_authority.get(authority) {
            return Ok(Cow::Borrowed(host));
        }
        let (name, port) = split(authority).ok_or(HostRefused::Malformed)?;
        let lowered: Cow<'_, str> = match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(name.to_ascii_lowercase()),
            false => Cow::Borrowed(name),
        };
        let named = self.served.get(&*lowered).into_iter().flatten().find(|host| host.has_port(port));
        if let Some(host) = named {
            return Ok(Cow::Borrowed(host));
        }
        if self.below.is_empty() {
            return Err(HostRefused::Unknown);
        }
        self.find_below(&lowered, port).map(Cow::Owned).ok_or(HostRefused::Unknown)
    }

    /// Finds the host with this name on any port, for requests to another port than the served one.
    pub fn find_name(&self, authority: &str) -> Result<Cow<'_, ServedHost>, HostRefused> {
        let (name, _) = split(authority).ok_or(HostRefused::Malformed)?;
        let lowered = name.to_ascii_lowercase();
        let named = self.served.get(&lowered).and_then(|hosts| hosts.first()).map(Cow::Borrowed);
        named.or_else(|| self.find_below(&lowered, None).map(Cow::Owned)).ok_or(HostRefused::Unknown)
    }

    /// Returns the host that a wildcard matches.
    fn find_below(&self, name: &str, port: Option<u16>) -> Option<ServedHost> {
        let default = if self.scheme == "https" { 443 } else { 80 };
        let (label, _) = name.split_once('.')?;
        // Label of a host name (RFC 1123 §2.1): no underscore, no hyphen at its ends.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let sound = !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(plain)
            && !label.starts_with('-')
            && !label.ends_with('-');
        let host = match port.filter(|port| *port != default) {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        };
        let suffix = host.get(label.len()..)?;
        let below = sound && self.below.iter().any(|known| known == suffix);
        below.then(|| self.canonical(&host)).flatten()
    }
}

impl ServedHost {
    fn new(origin: Origin) -> Result<Self, InvalidHost> {
        let invalid = || InvalidHost(origin.authority().to_owned());
        let (name, port) = split(origin.authority()).ok_or_else(invalid)?;
        let header = HeaderValue::from_str(origin.authority()).map_err(|_| invalid())?;
        Ok(Self { name: name.to_owned(), port, header, origin })
    }

    /// Returns its origin as browsers see it.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the canonical `Host` header.
    pub fn header(&self) -> &HeaderValue {
        &self.header
    }

    fn has_port(&self, port: Option<u16>) -> bool {
        let default = if self.origin.is_https() { 443 } else { 80 };
        self.port.unwrap_or(default) == port.unwrap_or(default)
    }
}

/// Splits an authority without user into name and port; drops one trailing dot of the name.
fn split(authority: &str) -> Option<(&str, Option<u16>)> {
    let name_end = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (name, port) = authority.split_at_checked(name_end)?;
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => Some(digits.parse().ok()?),
        _ => return None,
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let address = |name: &str| name.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.' | b'[' | b']'));
    let sound = if name.starts_with('[') { address(name) } else { name.bytes().all(plain) };
    (sound && !name.is_empty() && !name.ends_with('.')).then_some((name, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(public: &str) -> Hosts {
        let site = Site::new(public.parse().unwrap(), "/postern", Vec::new(), None);
        let named = ["app.example.com", "app.example.com:8443", "*.apps.example"].map(HostPattern::new);
        Hosts::new(&site, &named).unwrap()
    }

    #[test]
    fn spellings_of_a_served_host_are_one_host() {
        let hosts = hosts("https://example.com");
        for (authority, origin) in [
            ("example.com", "https://example.com"),
            ("EXAMPLE.com", "https://example.com"),
            ("example.com.", "https://example.com"),
            ("example.com:443", "https://example.com"),
            ("Example.Com.:443", "https://example.com"),
            ("example.com:0443", "https://example.com"),
            ("app.example.com", "https://app.example.com"),
            ("app.example.com:8443", "https://app.example.com:8443"),
            ("App.Example.Com:8443", "https://app.example.com:8443"),
            ("App.Example.Com", "https://app.example.com"),
        ] {
            assert_eq!(hosts.find(authority).unwrap().origin().as_str(), origin, "{authority}");
        }
        assert_eq!(hosts.find("EXAMPLE.com:443").unwrap().header(), "example.com");
    }

    #[test]
    fn other_hosts_are_unknown_and_rubbish_is_malformed() {
        let hosts = hosts("https://example.com");
        for unknown in
            ["evil.com", "example.com:80", "example.com:8443", "xexample.com", "example.com.evil.com", "[::1]"]
        {
            assert_eq!(hosts.find(unknown).unwrap_err(), HostRefused::Unknown, "{unknown}");
        }
        for malformed in [
            "",
            ".",
            ":443",
            "example.com:",
            "example.com:x",
            "example.com:+443",
            "example.com:99999",
            "example.com..",
            "u@example.com",
            "example.com,evil.com",
            "example.com evil.com",
            "example.com/",
            "[::1",
            "[::1]x",
            "ex%61mple.com",
        ] {
            assert_eq!(hosts.find(malformed).unwrap_err(), HostRefused::Malformed, "{malformed}");
        }
    }

    #[test]
    fn the_default_port_is_that_of_the_public_scheme() {
        let hosts = hosts("http://localhost:8080");
        assert!(hosts.find("localhost:8080").is_ok());
        assert_eq!(hosts.find("localhost").unwrap_err(), HostRefused::Unknown);
        assert!(hosts.find("app.example.com:80").is_ok());
        assert_eq!(hosts.find("app.example.com:443").unwrap_err(), HostRefused::Unknown);
    }

    #[test]
    fn a_wildcard_serves_one_label_under_its_own_name() {
        let secure = hosts("https://example.com");
        for (authority, origin) in
            [("a.apps.example", "https://a.apps.example"), ("Team-7.Apps.Example.:443", "https://team-7.apps.example")]
        {
            let found = secure.find(authority).unwrap();
            assert_eq!((found.origin().as_str(), found.header()), (origin, &HeaderValue::from_static(&origin[8..])));
        }
        for unknown in [
            "apps.example",
            "a.b.apps.example",
            "a.apps.example:8443",
            "-a.apps.example",
            "a_b.apps.example",
            "a.apps.example.evil.com",
            "xn--a.apps.example",
        ] {
            assert_eq!(secure.find(unknown).unwrap_err(), HostRefused::Unknown, "{unknown}");
        }
        assert_eq!(secure.find(".apps.example").unwrap_err(), HostRefused::Unknown);
        let site = Site::new("https://example.com".parse().unwrap(), "", Vec::new(), None);
        for broad in
            ["*", "*.com", "*.", "*.Example.com", "*a.example.com", "*.*.example.com", "*.3.4", "*.a.example:443"]
        {
            let error = Hosts::new(&site, [&HostPattern::new(broad)]).unwrap_err();
            assert_eq!(error, InvalidHost(broad.to_owned()));
        }
    }

    #[test]
    fn a_host_is_found_by_its_name_whatever_the_port() {
        let hosts = hosts("https://example.com:8443");
        for (authority, origin) in [
            ("Example.com.:80", "https://example.com:8443"),
            ("example.com", "https://example.com:8443"),
            ("app.example.com:9", "https://app.example.com"),
            ("a.apps.example:80", "https://a.apps.example"),
        ] {
            assert_eq!(hosts.find_name(authority).unwrap().origin().as_str(), origin, "{authority}");
        }
        assert_eq!(hosts.find_name("evil.com:443").unwrap_err(), HostRefused::Unknown);
        assert_eq!(hosts.find_name("example.com@evil.com").unwrap_err(), HostRefused::Malformed);
    }

    #[test]
    fn hosts_of_routes_must_be_written_canonically() {
        let site = Site::new("https://example.com".parse().unwrap(), "", Vec::new(), None);
        for host in ["App.example.com", "a.example:443", "a.example/x", "", "a b", "u@a.example"] {
            assert_eq!(Hosts::new(&site, [&HostPattern::new(host)]).unwrap_err(), InvalidHost(host.to_owned()));
        }
    }
}
