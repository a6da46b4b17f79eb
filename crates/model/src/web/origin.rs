//! Web origins (RFC 6454): compared exactly, in one canonical spelling.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// Scheme, host and port of an `http` or `https` URL, as a browser writes them in `Origin`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    text: String,
    scheme_len: usize,
}

/// Error of text that is not an origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no origin: use https://host or https://host:port, without a path")]
pub struct InvalidOrigin(pub String);

impl Origin {
    /// Returns the origin of a URL. `None` unless its scheme is `http` or `https`.
    pub fn of(url: &Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return None;
        }
        Some(Self { text: url.origin().ascii_serialization(), scheme_len: url.scheme().len() })
    }

    /// Returns the canonical text: lower case, default port left out.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the scheme, `http` or `https`.
    pub fn scheme(&self) -> &str {
        self.text.get(..self.scheme_len).unwrap_or_default()
    }

    /// Returns the host, and the port if it is not the scheme's default: the form of a `Host` header.
    pub fn authority(&self) -> &str {
        self.text.get(self.scheme_len + 3..).unwrap_or_default()
    }

    /// Returns the host alone; an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        let authority = self.authority();
        match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => authority.split(':').next().unwrap_or_default(),
        }
    }

    /// Returns the port: the scheme's default where none is written.
    pub fn port(&self) -> u16 {
        let default = if self.is_https() { 443 } else { 80 };
        self.authority().rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(default)
    }

    /// Whether the scheme is `https`.
    pub fn is_https(&self) -> bool {
        self.scheme() == "https"
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    /// Parses an origin in any spelling that a URL parser accepts, without path, query, fragment or user.
    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let invalid = || InvalidOrigin(text.to_owned());
        let url = Url::parse(text).map_err(|_| invalid())?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        Self::of(&url).filter(|_| bare).ok_or_else(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_is_canonical() {
        let origin: Origin = "HTTPS://Example.COM:443/".parse().unwrap();
        assert_eq!(origin.as_str(), "https://example.com");
        assert_eq!(origin.authority(), "example.com");
        assert!(origin.is_https());
        let local: Origin = "http://localhost:8080".parse().unwrap();
        assert_eq!((local.authority(), local.host()), ("localhost:8080", "localhost"));
        assert_eq!("https://[::1]:8443".parse::<Origin>().unwrap().host(), "::1");
        for (text, port) in [
            ("https://example.com", 443),
            ("http://example.com:8080", 8080),
            ("http://[::1]", 80),
            ("https://[2001:db8::443]", 443),
            ("https://[::1]:8443", 8443),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().port(), port, "{text}");
        }
    }

    #[test]
    fn more_than_an_origin_is_refused() {
        for text in ["", "example.com", "https://a/b", "https://a?q", "https://a#f", "https://u@a", "ftp://a", "null"] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
