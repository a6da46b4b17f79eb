//! The target of a request: host, method, path and kind, in one form for forwarded requests and for checks.

pub(crate) mod dialect;
pub(crate) mod host;
pub(crate) mod method;
pub(crate) mod path;
mod readings;

use std::borrow::Cow;

use http::header::HOST;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method, Uri, Version};
use postern_authn::rules::EncodedCharacters;
use postern_model::language::Wishes;
use postern_model::web::{Fields, Signs, text};

use crate::target::host::{HostRefused, Hosts, ServedHost};
use crate::target::method::is_served;
use crate::target::path::{Ambiguous, CanonicalPath};

/// Target of a request.
#[derive(Clone, Debug)]
pub(crate) struct Target<'h> {
    /// The host, from the allow-list.
    pub host: Cow<'h, ServedHost>,
    /// The method.
    pub method: Method,
    /// Path and query, byte for byte as received.
    pub uri: PathAndQuery,
    /// `Origin`, which browsers send.
    pub origin: Option<HeaderValue>,
    /// The kind of the request.
    pub kind: Kind,
    /// Whether the method is reliable. Some proxies do not send it, or pass on what a client sent.
    pub method_is_known: bool,
    /// Whether at least `full` is required, whatever the rules say: the proxy may not know or not send the target.
    pub requires_session: bool,
    /// Whether the proxy itself sets `X-Forwarded-For`, so that it can be trusted.
    pub client_is_known: bool,
    /// The language that its reader wants a page to be in, where one may be shown.
    pub wishes: Option<Box<Wishes>>,
}

/// Kind of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// A navigation: a person sees the response, so a redirect helps.
    Navigation,
    /// A CORS preflight, which browsers send without cookies.
    Preflight,
    /// A WebSocket handshake.
    WebSocket,
    /// A gRPC call.
    Call,
    /// Anything else: scripts, images, programs.
    Other,
}

/// Reason why a request has no target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub(crate) enum NoTarget {
    /// `Host` is missing, repeated, or contradicts the request line.
    #[error("the request names no host, or more than one")]
    Host,
    /// The host is malformed or not served.
    #[error(transparent)]
    HostRefused(#[from] HostRefused),
    /// The request line is neither a path nor an absolute URL.
    #[error("the request line holds neither a path nor an absolute URL")]
    Form,
    /// A method that is not served, see [`crate::target::method::is_served`].
    #[error("this method is not served")]
    Method,
}

/// The request line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestLine<'r> {
    /// The method.
    pub method: &'r Method,
    /// The target, in origin or absolute form.
    pub uri: &'r Uri,
    /// The version.
    pub version: Version,
}

impl<'h> Target<'h> {
    /// Reads the target of a request to forward. In absolute form the host of the URL must equal `Host`, where RFC 9112
    /// §3.2.2 would ignore `Host`. HTTP/2 needs `:authority` only (RFC 9113 §8.3.1); HTTP/1.1 needs `Host`.
    pub(crate) fn of_request(line: RequestLine<'_>, fields: &impl Fields, hosts: &'h Hosts) -> Result<Self, NoTarget> {
        let RequestLine { method, uri, version } = line;
        let host = match (uri.authority(), single(fields, HOST)?) {
            (None, Some(header)) => hosts.find(header)?,
            (Some(authority), None) if version != Version::HTTP_11 => hosts.find(authority.as_str())?,
            (Some(authority), Some(header)) => {
                let (named, repeated) = (hosts.find(authority.as_str())?, hosts.find(header)?);
                if named.origin() != repeated.origin() {
                    return Err(NoTarget::Host);
                }
                named
            }
            _ => return Err(NoTarget::Host),
        };
        let scheme_fits = uri.scheme_str().is_none_or(|scheme| matches!(scheme, "http" | "https"));
        let path = path_and_query(uri).filter(|_| scheme_fits).ok_or(NoTarget::Form)?;
        Self::new(host, method.clone(), path, fields)
    }

    /// Builds a target. Its kind is read from the headers.
    pub(crate) fn new(
        host: Cow<'h, ServedHost>,
        method: Method,
        uri: PathAndQuery,
        fields: &impl Fields,
    ) -> Result<Self, NoTarget> {
        if !is_served(&method) {
            return Err(NoTarget::Method);
        }
        let signs = Signs::of(&method, fields);
        let origin = signs.origin.and_then(|origin| HeaderValue::from_bytes(origin).ok());
        Ok(Self {
            host,
            method,
            uri,
            origin,
            kind: Kind::of(&signs),
            method_is_known: true,
            requires_session: false,
            client_is_known: true,
            wishes: None,
        })
    }

    /// Notes the language of its reader, if a refusal would be a page.
    pub(crate) fn wishing(self, wishes: impl FnOnce() -> Wishes) -> Self {
        let wishes = (self.kind == Kind::Navigation).then(|| Box::new(wishes()));
        Self { wishes, ..self }
    }

    /// Clones the target's host, so that the target no longer borrows from the list of hosts.
    pub(crate) fn into_owned(self) -> Target<'static> {
        Target { host: Cow::Owned(self.host.into_owned()), ..self }
    }

    /// Returns the path to match rules with. `allowed` are the encoded characters that some route allows.
    pub(crate) fn path(&self, allowed: EncodedCharacters) -> Result<CanonicalPath<'_>, Ambiguous> {
        CanonicalPath::parse(self.uri.path(), allowed)
    }

    /// Returns the absolute URL, as in the browser's address bar.
    pub(crate) fn url(&self) -> String {
        format!("{}{}", self.host.origin(), self.uri)
    }
}

impl Kind {
    fn of(signs: &Signs<'_>) -> Self {
        match signs {
            Signs { preflight: true, .. } => Self::Preflight,
            Signs { websocket: true, .. } => Self::WebSocket,
            Signs { navigation: true, .. } => Self::Navigation,
            Signs { call: true, .. } => Self::Call,
            _ => Self::Other,
        }
    }
}

/// Path and query of a request line that begins with a path. `http` reads an absolute URL without path as `/`.
fn path_and_query(uri: &Uri) -> Option<PathAndQuery> {
    uri.path_and_query().filter(|uri| uri.as_str().starts_with('/')).cloned()
}

/// Returns the value of a header that may be present at most once.
fn single(fields: &impl Fields, name: HeaderName) -> Result<Option<&str>, NoTarget> {
    let mut values = fields.all(name);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => text(value).map(Some).ok_or(NoTarget::Host),
        (Some(_), Some(_)) => Err(NoTarget::Host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, Request};
    use postern_model::web::Site;
    use proptest::prelude::*;

    fn hosts() -> Hosts {
        let site = Site::new("https://example.com".parse().unwrap(), "/postern", Vec::new(), None);
        Hosts::new(&site, [&postern_authn::rules::HostPattern::new("app.example.com")]).unwrap()
    }

    fn of<'h>(request: &Request<()>, hosts: &'h Hosts) -> Result<Target<'h>, NoTarget> {
        let line = RequestLine { method: request.method(), uri: request.uri(), version: request.version() };
        Target::of_request(line, request.headers(), hosts)
    }

    fn target(line: &str, host: &[&str]) -> Result<String, NoTarget> {
        let mut request = Request::builder().uri(line);
        for value in host {
            request = request.header("host", *value);
        }
        of(&request.body(()).unwrap(), &hosts()).map(|target| target.url())
    }

    #[test]
    fn origin_and_absolute_form_are_read_and_the_bytes_kept() {
        let url = |url: &str| Ok(url.to_owned());
        assert_eq!(target("/a%20b//c?d=%2f&e", &["Example.com:443"]), url("https://example.com/a%20b//c?d=%2f&e"));
        assert_eq!(target("https://APP.example.com/a?b", &["app.example.com"]), url("https://app.example.com/a?b"));
        assert_eq!(target("http://example.com", &["example.com"]), url("https://example.com/"));
    }

    #[test]
    fn missing_other_and_contradicting_hosts_are_refused() {
        assert_eq!(target("/", &[]), Err(NoTarget::Host));
        assert_eq!(target("/", &["example.com", "example.com"]), Err(NoTarget::Host));
        assert_eq!(target("http://example.com/", &[]), Err(NoTarget::Host));
        assert_eq!(target("http://example.com/", &["app.example.com"]), Err(NoTarget::Host));
        assert_eq!(target("http://evil.com/", &["example.com"]), Err(NoTarget::HostRefused(HostRefused::Unknown)));
        assert_eq!(target("http://example.com/", &["evil.com"]), Err(NoTarget::HostRefused(HostRefused::Unknown)));
        assert_eq!(target("/", &["u@example.com"]), Err(NoTarget::HostRefused(HostRefused::Malformed)));
        assert_eq!(target("/", &[""]), Err(NoTarget::HostRefused(HostRefused::Malformed)));
    }

    #[test]
    fn over_http2_the_authority_is_enough_and_a_host_beside_it_must_agree() {
        let target = |uri: &str, host: &[&str]| {
            let mut request = Request::builder().version(Version::HTTP_2).uri(uri);
            for value in host {
                request = request.header("host", *value);
            }
            of(&request.body(()).unwrap(), &hosts()).map(|target| target.url())
        };
        assert_eq!(target("https://example.com/a?b", &[]), Ok("https://example.com/a?b".to_owned()));
        assert_eq!(target("https://example.com/a", &["EXAMPLE.com:443"]), Ok("https://example.com/a".to_owned()));
        assert_eq!(target("/a", &["example.com"]), Ok("https://example.com/a".to_owned()));
        assert_eq!(target("https://example.com/a", &["app.example.com"]), Err(NoTarget::Host));
        assert_eq!(target("https://evil.com/", &[]), Err(NoTarget::HostRefused(HostRefused::Unknown)));
        assert_eq!(target("https://u@example.com/", &[]), Err(NoTarget::HostRefused(HostRefused::Malformed)));
    }

    #[test]
    fn other_forms_and_methods_are_refused() {
        assert_eq!(target("*", &["example.com"]), Err(NoTarget::Form));
        assert_eq!(target("example.com:443", &["example.com"]), Err(NoTarget::Form));
        assert_eq!(target("ftp://example.com/", &["example.com"]), Err(NoTarget::Form));
        for method in ["TRACE", "CONNECT", "trace", "delete", "Get", "G3T", "GET~"] {
            let request = Request::builder().method(method).uri("/").header("host", "example.com").body(()).unwrap();
            assert_eq!(of(&request, &hosts()).unwrap_err(), NoTarget::Method, "{method}");
        }
    }

    #[test]
    fn kinds_are_told_apart() {
        let kind = |method: Method, headers: &[(&'static str, &'static str)]| {
            let headers =
                headers.iter().map(|(k, v)| (k.parse().unwrap(), HeaderValue::from_static(v))).collect::<HeaderMap>();
            Kind::of(&Signs::of(&method, &headers))
        };
        assert_eq!(kind(Method::GET, &[("accept", "text/html")]), Kind::Navigation);
        assert_eq!(kind(Method::GET, &[]), Kind::Other);
        assert_eq!(kind(Method::GET, &[("upgrade", "websocket"), ("connection", "Upgrade")]), Kind::WebSocket);
        let preflight = [("origin", "https://x"), ("access-control-request-method", "PUT")];
        assert_eq!(kind(Method::OPTIONS, &preflight), Kind::Preflight);
        assert_eq!(kind(Method::GET, &preflight), Kind::Other);
        assert_eq!(kind(Method::OPTIONS, &preflight[..1]), Kind::Other);
    }

    proptest! {
        #[test]
        fn no_request_line_or_host_panics(line in "[!-~]{0,24}", host in "[ -~]{0,16}") {
            if let Ok(request) = Request::builder().uri(line).header("host", host).body(()) {
                let _ = of(&request, &hosts());
            }
        }
    }
}
