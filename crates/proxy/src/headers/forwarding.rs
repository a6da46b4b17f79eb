//! Headers that the gateway sets on requests to upstreams.

use std::borrow::Cow;

use http::header::{COOKIE, HOST, HeaderMap, HeaderValue, TE, TRAILER};

use postern_http::headers::EncodeHeaders;

use crate::headers::names;
use crate::identity::RenderedIdentity;

/// Headers that the gateway sets on a request to an upstream. The client's headers no longer contain these names; both
/// sets are kept apart until they are written.
#[derive(Debug, Default)]
pub(crate) struct ForwardingHeaders<'i> {
    /// The host of the target.
    pub(crate) host: Option<&'i HeaderValue>,
    /// Whether the target is https.
    pub(crate) https: bool,
    /// `X-Forwarded-For`.
    pub(crate) hops: Option<Cow<'i, HeaderValue>>,
    /// `Cookie`, which replaces the client's.
    pub(crate) cookies: Option<Vec<u8>>,
    /// Whether the client accepts trailers.
    pub(crate) takes_trailers: bool,
    /// `Trailer`: the trailers that may follow.
    pub(crate) trailers: Option<HeaderValue>,
    /// The identity.
    pub(crate) identity: Option<&'i RenderedIdentity>,
}

impl ForwardingHeaders<'_> {
    fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }

    /// Adds them to a map of the client's headers.
    pub(crate) fn put_into(&self, headers: &mut HeaderMap) {
        let scheme = self.scheme();
        if let Some(host) = self.host {
            headers.insert(HOST, host.clone());
            headers.insert(names::X_FORWARDED_HOST, host.clone());
            headers.insert(names::X_FORWARDED_PROTO, HeaderValue::from_static(scheme));
        }
        let takes_trailers = self.takes_trailers.then(|| HeaderValue::from_static("trailers"));
        let optional = [
            (names::X_FORWARDED_FOR, self.hops.as_deref().cloned()),
            (COOKIE, self.cookies.as_deref().and_then(|cookies| HeaderValue::from_bytes(cookies).ok())),
            (TE, takes_trailers),
            (TRAILER, self.trailers.clone()),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
        for (name, value) in self.identity.iter().flat_map(|identity| identity.headers()) {
            headers.insert(name, value);
        }
    }
}

impl EncodeHeaders for ForwardingHeaders<'_> {
    fn encode(&self, out: &mut Vec<u8>) {
        let mut line = |name: &str, value: &[u8]| {
            for part in [name.as_bytes(), value, b"\r\n"] {
                out.extend_from_slice(part);
            }
        };
        if let Some(host) = self.host {
            line("host: ", host.as_bytes());
            line("x-forwarded-host: ", host.as_bytes());
            line("x-forwarded-proto: ", self.scheme().as_bytes());
        }
        if let Some(hops) = &self.hops {
            line("x-forwarded-for: ", hops.as_bytes());
        }
        if let Some(cookies) = &self.cookies {
            line("cookie: ", cookies);
        }
        if self.takes_trailers {
            // `TE` concerns this connection only (RFC 9110 §10.1.4).
            line("te: ", b"trailers\r\nconnection: te");
        }
        if let Some(trailers) = &self.trailers {
            line("trailer: ", trailers.as_bytes());
        }
        if let Some(identity) = self.identity {
            identity.write(false, out);
        }
    }
}
