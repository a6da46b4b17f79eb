//! Header sanitising: removes headers that must not cross the gateway from requests and responses.

use std::borrow::Cow;

use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, COOKIE, EXPECT, HOST,
    HeaderMap, HeaderName, HeaderValue, SET_COOKIE, TRAILER,
};
use postern_http::Peer;
use postern_http::headers::{HeaderBlock, HeaderKind, HeaderKinds, HeaderRef};
use postern_keystore::{SessionCookie, Stripped};
use postern_model::web::{Fields, TrustedProxies, list};

use crate::headers::forwarding::ForwardingHeaders;
use crate::headers::names;
use crate::identity::RenderedIdentity;
use crate::target::Target;

/// Gateway data that requests to one upstream carry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credentials<'i> {
    /// The identity; `None` on public routes.
    pub(crate) identity: Option<&'i RenderedIdentity>,
    /// Names of the cookies that only the gateway sends: the sessions that it mints for this upstream.
    pub(crate) withheld_cookies: &'i [String],
}

/// Removes headers that must not cross the gateway.
#[derive(Debug)]
pub(crate) struct Sanitizer {
    cookie: SessionCookie,
    trusted: TrustedProxies,
    /// Further names that a client must not send, in lower case; one that ends in `*` is a prefix.
    also_removed: Vec<String>,
    /// Whether upstreams may not register device-bound sessions.
    binds_devices: bool,
}

impl Sanitizer {
    /// Takes the session cookie, and the peers whose `X-Forwarded-For` is extended.
    pub(crate) fn new(cookie: SessionCookie, trusted: TrustedProxies) -> Self {
        Self { cookie, trusted, also_removed: Vec::new(), binds_devices: false }
    }

    /// Also removes these headers from requests. `x-corp-*` matches every name with this prefix.
    #[must_use]
    pub(crate) fn with_also_removed(self, names: Vec<String>) -> Self {
        Self { also_removed: names, ..self }
    }

    /// Also removes the headers that register device-bound sessions from responses. The origin has one registrar: another
    /// registration or challenge of the application would take the place of the gateway's.
    #[must_use]
    pub(crate) fn with_device_binding(self, offered: bool) -> Self {
        Self { binds_devices: offered, ..self }
    }

    fn is_also_removed(&self, name: &[u8]) -> bool {
        self.also_removed.iter().any(|removed| match removed.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix.as_bytes()),
            None => name == removed.as_bytes(),
        })
    }

    /// Removes from a request: hop-by-hop headers and those that `Connection` nominates, protected names, the gateway's
    /// cookies and the withheld ones, and `Expect`, which the gateway answers itself. Of `TE` only `trailers` stays, which
    /// gRPC requires.
    ///
    /// Returns the headers that the gateway sets. They are written separately, so that `Connection` cannot nominate
    /// them.
    pub(crate) fn request<'i>(
        &self,
        headers: &mut HeaderBlock,
        target: &'i Target<'_>,
        peer: &'i Peer,
        credentials: &Credentials<'i>,
    ) -> ForwardingHeaders<'i> {
        let Credentials { identity, withheld_cookies: withheld } = *credentials;
        let hop = Hop::of(headers);
        let (hops, trailers) = (self.hops(headers, peer, hop.forwarded_for), hop.announced(headers));
        let stripped = if hop.nominates(b"cookie") { Stripped::Nothing } else { self.cookie.strip(headers, withheld) };
        let (keeps_cookies, cookies) = with_bridged(headers, stripped, identity.and_then(RenderedIdentity::bridged));
        headers.retain(|line| match line.kind {
            HeaderKind::Host | HeaderKind::Expect => false,
            HeaderKind::Cookie => keeps_cookies,
            _ => !names::is_protected(line.name) && !hop.holds(&line) && !self.is_also_removed(line.name),
        });
        ForwardingHeaders {
            host: Some(target.host.header()),
            https: target.host.origin().is_https(),
            hops,
            cookies,
            takes_trailers: hop.takes_trailers,
            trailers,
            identity,
        }
    }

    /// Returns the `Cookie` line that an upstream is to get with a request: the bridged session, then the client's cookies without the
    /// gateway's and the withheld ones. Empty if there are none.
    pub(crate) fn cookies(&self, fields: &impl Fields, credentials: &Credentials<'_>) -> Vec<u8> {
        let stripped = self.cookie.strip(fields, credentials.withheld_cookies);
        match with_bridged(fields, stripped, credentials.identity.and_then(RenderedIdentity::bridged)) {
            (true, _) => fields.all(COOKIE).collect::<Vec<_>>().join(&b"; "[..]),
            (false, cookies) => cookies.unwrap_or_default(),
        }
    }

    /// Removes from a response: hop-by-hop headers, cookies with the names of the gateway's and the `withheld` ones,
    /// `Alt-Svc`, which would lead browsers past the gateway, and registrations of device-bound sessions where the gateway
    /// makes them. Returns header lines to add: a shared cache must not
    /// serve a response that needed a session (`private`) to others.
    pub(crate) fn response(&self, headers: &mut HeaderBlock, withheld: &[String], private: bool) -> &'static [u8] {
        let hop = Hop::of(headers);
        let announced = hop.announced(headers);
        let mut cached = false;
        if headers.may_contain(INSPECTED) {
            headers.retain(|line| {
                let sound = match line.kind {
                    HeaderKind::SetCookie => !self.is_withheld(line.value, withheld),
                    HeaderKind::AltSvc | HeaderKind::ProxyAuthenticate => false,
                    HeaderKind::SecureSession => !self.binds_devices,
                    _ => true,
                };
                let keep = sound && !hop.holds(&line);
                cached |= keep && line.kind == HeaderKind::CacheControl;
                keep
            });
        }
        if let Some(announced) = announced {
            headers.edit(|map| {
                map.insert(TRAILER, announced);
            });
        }
        match (private, cached) {
            (false, _) => b"",
            (true, true) => b"vary: Cookie\r\n",
            (true, false) => b"vary: Cookie\r\ncache-control: private\r\n",
        }
    }

    /// Returns `X-Forwarded-For` for the upstream: the list of a trusted peer with the peer appended, or the peer
    /// alone.
    fn hops<'i>(&self, headers: &HeaderBlock, peer: &'i Peer, present: bool) -> Option<Cow<'i, HeaderValue>> {
        if !present || !peer.is_trusted(&self.trusted) {
            return peer.printed().map(Cow::Borrowed);
        }
        let hops = headers.all(names::X_FORWARDED_FOR).chain(peer.printed().map(HeaderValue::as_bytes));
        HeaderValue::from_bytes(&hops.collect::<Vec<_>>().join(&b", "[..])).ok().map(Cow::Owned)
    }

    fn is_withheld(&self, cookie: &[u8], withheld: &[String]) -> bool {
        let pair = cookie.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        // Browsers send `=name=x`, a cookie without a name, as `name=x` (RFC 6265bis §5.8.3).
        let pair = pair.strip_prefix(b"=").unwrap_or(pair);
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
        self.cookie.resembles_ours(name) || withheld.iter().any(|other| name.eq_ignore_ascii_case(other.as_bytes()))
    }
}

/// Returns whether the cookie lines stay, and the line that replaces them: the bridged session, then the remaining
/// cookies of the client.
fn with_bridged(fields: &impl Fields, stripped: Stripped, bridged: Option<&HeaderValue>) -> (bool, Option<Vec<u8>>) {
    let others = match (stripped, bridged) {
        (Stripped::Whole, None) => return (true, None),
        (Stripped::Whole, Some(_)) => fields.all(COOKIE).next().map(<[u8]>::to_vec),
        (Stripped::Left(left), _) => Some(left),
        (Stripped::Nothing, _) => None,
    };
    let cookies = match (bridged, others) {
        (None, others) => others,
        (Some(bridged), None) => Some(bridged.as_bytes().to_vec()),
        (Some(bridged), Some(others)) => Some([bridged.as_bytes(), b"; ", &others].concat()),
    };
    (false, cookies)
}

/// Header kinds that response sanitising must inspect.
const INSPECTED: HeaderKinds = HeaderKinds::HOP_BY_HOP.union(HeaderKinds::of(&[
    HeaderKind::SetCookie,
    HeaderKind::CacheControl,
    HeaderKind::AltSvc,
    HeaderKind::ProxyAuthenticate,
    HeaderKind::SecureSession,
]));
/// Header kinds that describe the hop.
const HOP_INFORMATION: HeaderKinds = HeaderKinds::HOP_BY_HOP.union(HeaderKinds::of(&[HeaderKind::ForwardedFor]));

/// Hop-by-hop information of a message.
#[derive(Default)]
struct Hop {
    /// The names that `Connection` nominates.
    nominated: Vec<HeaderName>,
    takes_trailers: bool,
    trailer: bool,
    forwarded_for: bool,
}

impl Hop {
    fn of(headers: &HeaderBlock) -> Self {
        let mut hop = Self::default();
        if !headers.may_contain(HOP_INFORMATION) {
            return hop;
        }
        headers.for_each(|line| match line.kind {
            HeaderKind::Connection => {
                let others = list(line.value)
                    .filter(|name| !name.eq_ignore_ascii_case("keep-alive") && !name.eq_ignore_ascii_case("close"));
                hop.nominated.extend(others.filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok()));
            }
            HeaderKind::Te => hop.takes_trailers |= list(line.value).any(|coding| coding == "trailers"),
            HeaderKind::Trailer => hop.trailer = true,
            HeaderKind::ForwardedFor => hop.forwarded_for = true,
            _ => {}
        });
        hop
    }

    fn nominates(&self, name: &[u8]) -> bool {
        self.nominated.iter().any(|nominated| nominated.as_str().as_bytes() == name)
    }

    /// Whether a header stays on its hop.
    fn holds(&self, line: &HeaderRef<'_>) -> bool {
        line.kind.is_hop_by_hop() || self.nominates(line.name)
    }

    /// Returns the trailers that `Trailer` announces and that may pass.
    fn announced(&self, fields: &impl Fields) -> Option<HeaderValue> {
        if !self.trailer {
            return None;
        }
        let may_come = |name: &&str| HeaderName::from_bytes(name.as_bytes()).is_ok_and(|name| may_trail(&name));
        let names = fields.all(TRAILER).flat_map(list).filter(may_come).collect::<Vec<_>>();
        if names.is_empty() { None } else { names.join(", ").try_into().ok() }
    }
}

/// Removes trailers that identify the client or that frame, route or describe the message (RFC 9110 §6.5.1).
pub(crate) fn clean_trailers(trailers: &mut HeaderMap) {
    let forbidden: Vec<HeaderName> = trailers.keys().filter(|name| !may_trail(name)).cloned().collect();
    for name in forbidden {
        trailers.remove(name);
    }
}

fn may_trail(name: &HeaderName) -> bool {
    const NEVER: [HeaderName; 10] = [
        AUTHORIZATION,
        CACHE_CONTROL,
        CONTENT_ENCODING,
        CONTENT_LENGTH,
        CONTENT_RANGE,
        CONTENT_TYPE,
        COOKIE,
        EXPECT,
        HOST,
        SET_COOKIE,
    ];
    let kind = HeaderKind::of(name.as_str().as_bytes());
    !kind.is_hop_by_hop() && !names::is_protected(name.as_str().as_bytes()) && !NEVER.contains(name)
}

#[cfg(test)]
mod tests;
