//! Dialects: the headers in which each proxy describes the target of a check. They are read from trusted peers only.

use http::header::{HOST, SEC_WEBSOCKET_KEY};
use http::uri::PathAndQuery;
use http::{HeaderName, Method, Uri};
use postern_model::web::{Fields, text};

use crate::headers::names;
use crate::target::host::{HostRefused, Hosts};
use crate::target::{Kind, NoTarget, Target};
use postern_http::Request;

/// What an operator reads of a path that Envoy did not put its prefix before.
const BELOW: &str = "the path below path_prefix";

/// Forward-auth protocol of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// nginx `auth_request`.
    Nginx,
    /// Traefik `forwardAuth`.
    Traefik,
    /// Caddy `forward_auth`.
    Caddy,
    /// HAProxy with an HTTP request from Lua or SPOE.
    HaProxy,
    /// Envoy `ext_authz` over HTTP.
    Envoy,
}

/// Reason why a check is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub(crate) enum InvalidCheck {
    /// A header that the dialect needs is missing.
    #[error(
        "the proxy does not send {0}, which this check needs; a check that went through another proxy lost it, so point the \
         proxy at the gateway itself"
    )]
    Missing(&'static str),
    /// A header is repeated: the proxy passes on a client's header beside its own.
    #[error("{0} came more than once; have the proxy set it, not add it")]
    Doubled(&'static str),
    /// Two headers contradict each other: the proxy passes on a client's header.
    #[error("the headers of the check contradict one another; have the proxy set or remove all of them")]
    Contradicting,
    /// A header is malformed.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// The target itself is refused.
    #[error(transparent)]
    NoTarget(#[from] NoTarget),
}

impl From<HostRefused> for InvalidCheck {
    fn from(why: HostRefused) -> Self {
        Self::NoTarget(why.into())
    }
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Self; 5] = [Self::Nginx, Self::Traefik, Self::Caddy, Self::HaProxy, Self::Envoy];

    /// Returns the last part of its endpoint (`/postern/auth/nginx`).
    pub fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Traefik => "traefik",
            Self::Caddy => "caddy",
            Self::HaProxy => "haproxy",
            Self::Envoy => "envoy",
        }
    }

    /// Finds the dialect of a request to a check endpoint, from its path below the base path: `/auth/nginx` exactly,
    /// `/auth/envoy` and everything below.
    pub fn of_path(below_base: &str) -> Option<Self> {
        let rest = below_base.strip_prefix("/auth/")?;
        let exact = Self::ALL.into_iter().find(|dialect| dialect.name() == rest);
        exact.or_else(|| rest.starts_with("envoy/").then_some(Self::Envoy))
    }

    /// Reads the target of a check. `prefix` is the path prefix that Envoy adds to the original path.
    pub(crate) fn target<'h>(
        self,
        request: &Request,
        prefix: &str,
        hosts: &'h Hosts,
    ) -> Result<Target<'h>, InvalidCheck> {
        let headers = &request.headers;
        match self {
            Self::Nginx => nginx(headers, hosts),
            Self::Traefik | Self::Caddy | Self::HaProxy => forwarded(headers, hosts),
            Self::Envoy => sub_path(&request.method, &request.uri, headers, prefix, hosts),
        }
    }
}

/// `X-Original-URL` holds the absolute URL (`$scheme://$http_host$request_uri`), or the path alone beside
/// `X-Forwarded-Host`.
fn nginx<'h>(headers: &impl Fields, hosts: &'h Hosts) -> Result<Target<'h>, InvalidCheck> {
    let url = once(headers, names::X_ORIGINAL_URL, "X-Original-URL")?;
    let method = method(once(headers, names::X_ORIGINAL_METHOD, "X-Original-Method")?, "X-Original-Method")?;
    let malformed = InvalidCheck::Malformed("X-Original-URL");
    let (host, path) = if url.starts_with('/') {
        (once(headers, names::X_FORWARDED_HOST, "X-Forwarded-Host")?, url)
    } else {
        origin_and_path(url).ok_or(malformed)?
    };
    Ok(Target::new(hosts.find(host)?, method, asked_path(path, "X-Original-URL")?, headers)?)
}

/// `X-Original-URL` with the absolute URL, and `X-Original-Method`.
pub(crate) fn absolute<'h>(headers: &impl Fields, hosts: &'h Hosts) -> Result<Target<'h>, InvalidCheck> {
    if once(headers, names::X_ORIGINAL_URL, "X-Original-URL")?.starts_with('/') {
        return Err(InvalidCheck::Malformed("X-Original-URL"));
    }
    let mut target = nginx(headers, hosts)?;
    if opens_websocket(headers) {
        target.kind = Kind::WebSocket;
    }
    Ok(target)
}

/// Returns host and path of an absolute URL.
pub(crate) fn origin_and_path(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    rest.split_at_checked(rest.find('/')?)
}

/// `X-Forwarded-Method`, `-Proto`, `-Host` and `-Uri`.
pub(crate) fn forwarded<'h>(headers: &impl Fields, hosts: &'h Hosts) -> Result<Target<'h>, InvalidCheck> {
    let forwarded = Forwarded::of(headers);
    let method = method(forwarded.method.once("X-Forwarded-Method")?, "X-Forwarded-Method")?;
    let scheme = forwarded.proto.once("X-Forwarded-Proto")?;
    let host = forwarded.host.once("X-Forwarded-Host")?;
    let path = forwarded.uri.once("X-Forwarded-Uri")?;
    let path = asked_path(path, "X-Forwarded-Uri")?;
    let mut target = Target::new(hosts.find(host)?, method, path, headers)?;
    // Some versions of Traefik send the scheme of a WebSocket.
    if opens_websocket(headers) || matches!(scheme, "ws" | "wss") {
        target.kind = Kind::WebSocket;
    } else if !matches!(scheme, "http" | "https") {
        return Err(InvalidCheck::Malformed("X-Forwarded-Proto"));
    }
    Ok(target)
}

/// Headers of a check in this dialect, collected in one pass.
#[derive(Default)]
struct Forwarded<'m> {
    method: Told<'m>,
    proto: Told<'m>,
    host: Told<'m>,
    uri: Told<'m>,
}

/// Value of a header, and whether the header is repeated.
#[derive(Default)]
struct Told<'m> {
    value: Option<&'m [u8]>,
    again: bool,
}

impl<'m> Forwarded<'m> {
    fn of(headers: &'m impl Fields) -> Self {
        let mut forwarded = Self::default();
        for (name, value) in headers.lines() {
            match name {
                b"x-forwarded-method" => forwarded.method.add(value),
                b"x-forwarded-proto" => forwarded.proto.add(value),
                b"x-forwarded-host" => forwarded.host.add(value),
                b"x-forwarded-uri" => forwarded.uri.add(value),
                _ => {}
            }
        }
        forwarded
    }
}

impl<'m> Told<'m> {
    fn add(&mut self, value: &'m [u8]) {
        self.again = self.value.replace(value).is_some();
    }

    /// Returns the value, which must be present exactly once.
    fn once(&self, printed: &'static str) -> Result<&'m str, InvalidCheck> {
        let value = self.value.ok_or(InvalidCheck::Missing(printed))?;
        if self.again {
            return Err(InvalidCheck::Doubled(printed));
        }
        text(value).ok_or(InvalidCheck::Malformed(printed))
    }
}

/// Envoy sends the original method and host, and the original path behind a prefix.
pub(crate) fn sub_path<'h>(
    method: &Method,
    uri: &Uri,
    headers: &impl Fields,
    prefix: &str,
    hosts: &'h Hosts,
) -> Result<Target<'h>, InvalidCheck> {
    let malformed = InvalidCheck::Malformed(BELOW);
    let line = uri.path_and_query().ok_or(malformed)?.as_str();
    let path = asked_path(line.strip_prefix(prefix).ok_or(malformed)?, BELOW)?;
    let host = once(headers, HOST, "Host")?;
    if uri.authority().is_some() {
        return Err(malformed);
    }
    let mut target = Target::new(hosts.find(host)?, method.clone(), path, headers)?;
    if opens_websocket(headers) {
        target.kind = Kind::WebSocket;
    }
    Ok(target)
}

/// Recognises a WebSocket handshake by its key (RFC 6455 §4.1): Traefik and Envoy remove `Upgrade` and `Connection` from
/// checks.
pub(crate) fn opens_websocket(headers: &impl Fields) -> bool {
    headers.has(SEC_WEBSOCKET_KEY)
}

/// Returns the value of a header that must be present exactly once.
fn once<'m>(headers: &'m impl Fields, name: HeaderName, printed: &'static str) -> Result<&'m str, InvalidCheck> {
    at_most_once(headers, name, printed)?.ok_or(InvalidCheck::Missing(printed))
}

/// Returns the value of a header that must not be repeated.
pub(crate) fn at_most_once<'m>(
    headers: &'m impl Fields,
    name: HeaderName,
    printed: &'static str,
) -> Result<Option<&'m str>, InvalidCheck> {
    let mut values = headers.all(name);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => text(value).map(Some).ok_or(InvalidCheck::Malformed(printed)),
        (Some(_), Some(_)) => Err(InvalidCheck::Doubled(printed)),
    }
}

fn method(text: &str, printed: &'static str) -> Result<Method, InvalidCheck> {
    text.parse().map_err(|_| InvalidCheck::Malformed(printed))
}

/// Parses the path with query that a check is about. The client chose it where it begins like one, or is the `*` of `OPTIONS`; any
/// other form is the proxy's.
pub(crate) fn asked_path(text: &str, printed: &'static str) -> Result<PathAndQuery, InvalidCheck> {
    path_and_query(text).ok_or(match text.starts_with('/') || text == "*" {
        true => InvalidCheck::NoTarget(NoTarget::Form),
        false => InvalidCheck::Malformed(printed),
    })
}

/// Parses a path with query. Rejects text whose bytes `http` would change: it removes a fragment silently.
pub(crate) fn path_and_query(text: &str) -> Option<PathAndQuery> {
    let sound = text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    text.parse::<PathAndQuery>().ok().filter(|parsed| sound && parsed.as_str() == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;
    use postern_model::web::Site;

    #[test]
    fn a_path_that_a_client_chose_is_no_fault_of_the_proxy() {
        for of_client in ["*", "/a#b", "/a b", "/\u{e4}", "/\u{7f}"] {
            let why = asked_path(of_client, "X-Forwarded-Uri").unwrap_err();
            assert!(matches!(why, InvalidCheck::NoTarget(NoTarget::Form)), "{of_client}: {why}");
        }
        for of_proxy in ["", "a", "https://example.com/a", "$request_uri"] {
            let why = asked_path(of_proxy, "X-Forwarded-Uri").unwrap_err();
            assert!(matches!(why, InvalidCheck::Malformed("X-Forwarded-Uri")), "{of_proxy}: {why}");
        }
    }

    /// The absolute form names its own host, which `Host` must not contradict.
    #[test]
    fn a_check_below_a_prefix_is_in_origin_form() {
        let site = Site::new("https://example.com".parse().unwrap(), "/postern", Vec::new(), None);
        let hosts = Hosts::new(&site, []).unwrap();
        let headers: HeaderMap = [(HOST, "example.com".parse().unwrap())].into_iter().collect();
        let read = |uri: &str| {
            let target = sub_path(&Method::GET, &uri.parse().unwrap(), &headers, "/check", &hosts);
            target.map(|target| target.url()).ok()
        };
        assert_eq!(read("/check/a?b").as_deref(), Some("https://example.com/a?b"));
        for uri in ["http://example.com/check/a?b", "http://evil.com/check/a", "/chec/a", "/a", "/checka", "/check"] {
            assert_eq!(read(uri), None, "{uri}");
        }
    }
}
