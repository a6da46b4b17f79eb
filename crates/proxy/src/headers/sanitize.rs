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
}

impl Sanitizer {
    /// Takes the session cookie, and the peers whose `X-Forwarded-For` is extended.
    pub(crate) fn new(cookie: SessionCookie, trusted: TrustedProxies) -> Self {
        Self { cookie, trusted, also_removed: Vec::new() }
    }

    /// Also removes these headers from requests. `x-corp-*` matches every name with this prefix.
    #[must_use]
    pub(crate) fn with_also_removed(self, names: Vec<String>) -> Self {
        Self { also_removed: names, ..self }
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
        section: &mut HeaderBlock,
        target: &'i Target<'_>,
        peer: &'i Peer,
        credentials: &Credentials<'i>,
    ) -> ForwardingHeaders<'i> {
        let Credentials { identity, withheld_cookies: withheld } = *credentials;
        let hop = Hop::of(section);
        let (hops, trailers) = (self.hops(section, peer, hop.said_for), hop.announced(section));
        let stripped = if hop.nominates(b"cookie") { Stripped::Nothing } else { self.cookie.strip(section, withheld) };
        let (keeps_cookies, cookies) = with_bridged(section, stripped, identity.and_then(RenderedIdentity::bridged));
        section.retain(|line| match line.kind {
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

    /// Removes from a response: hop-by-hop headers, cookies with the names of the gateway's and the `withheld` ones,
    /// and `Alt-Svc`, which would lead browsers past the gateway. Returns header lines to add: a shared cache must not
    /// serve a response that needed a session (`private`) to others.
    pub(crate) fn response(&self, section: &mut HeaderBlock, withheld: &[String], private: bool) -> &'static [u8] {
        let hop = Hop::of(section);
        let announced = hop.announced(section);
        let mut cached = false;
        if section.may_contain(LOOKED_AT) {
            section.retain(|line| {
                let sound = match line.kind {
                    HeaderKind::SetCookie => !self.is_withheld(line.value, withheld),
                    HeaderKind::AltSvc | HeaderKind::ProxyAuthenticate => false,
                    _ => true,
                };
                let keep = sound && !hop.holds(&line);
                cached |= keep && line.kind == HeaderKind::CacheControl;
                keep
            });
        }
        if let Some(announced) = announced {
            section.edit(|map| {
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
    fn hops<'i>(&self, section: &HeaderBlock, peer: &'i Peer, said: bool) -> Option<Cow<'i, HeaderValue>> {
        if !said || !peer.is_trusted(&self.trusted) {
            return peer.printed().map(Cow::Borrowed);
        }
        let said = section.all(names::X_FORWARDED_FOR).chain(peer.printed().map(HeaderValue::as_bytes));
        HeaderValue::from_bytes(&said.collect::<Vec<_>>().join(&b", "[..])).ok().map(Cow::Owned)
    }

    fn is_withheld(&self, cookie: &[u8], withheld: &[String]) -> bool {
        let pair = cookie.split(|byte| *byte == b';').next().unwrap_or_default();
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
        let begins =
            |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()));
        name.eq_ignore_ascii_case(self.cookie.name().as_bytes())
            || begins(self.cookie.transaction_prefix())
            || withheld.iter().any(|other| name.eq_ignore_ascii_case(other.as_bytes()))
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
const LOOKED_AT: HeaderKinds = HeaderKinds::HOP_BY_HOP.union(HeaderKinds::of(&[
    HeaderKind::SetCookie,
    HeaderKind::CacheControl,
    HeaderKind::AltSvc,
    HeaderKind::ProxyAuthenticate,
]));
/// Header kinds that describe the hop.
const TELLING: HeaderKinds = HeaderKinds::HOP_BY_HOP.union(HeaderKinds::of(&[HeaderKind::ForwardedFor]));

/// Hop-by-hop information of a message.
#[derive(Default)]
struct Hop {
    /// The names that `Connection` nominates.
    nominated: Vec<HeaderName>,
    takes_trailers: bool,
    trailer: bool,
    said_for: bool,
}

impl Hop {
    fn of(section: &HeaderBlock) -> Self {
        let mut hop = Self::default();
        if !section.may_contain(TELLING) {
            return hop;
        }
        section.for_each(|line| match line.kind {
            HeaderKind::Connection => {
                let others = list(line.value)
                    .filter(|name| !name.eq_ignore_ascii_case("keep-alive") && !name.eq_ignore_ascii_case("close"));
                hop.nominated.extend(others.filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok()));
            }
            HeaderKind::Te => hop.takes_trailers |= list(line.value).any(|coding| coding == "trailers"),
            HeaderKind::Trailer => hop.trailer = true,
            HeaderKind::ForwardedFor => hop.said_for = true,
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
mod tests {
    use super::*;
    use crate::target::host::Hosts;
    use http::Method;
    use http::header::VARY;
    use postern_http::headers::RawHeaders;
    use postern_model::web::Site;

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        headers
    }

    fn cleaned(peer: Option<&str>, pairs: &[(&str, &str)]) -> Vec<String> {
        let site = Site::new("https://example.com".parse().unwrap(), "/postern", Vec::new(), None);
        let hosts = Hosts::new(&site, []).unwrap();
        let peer = Peer::new(peer.map(|peer| peer.parse().unwrap()));
        let [one, other] = sections(pairs).map(|mut section| {
            let host = hosts.find("example.com").unwrap();
            let target = Target::new(host, Method::GET, "/".parse().unwrap(), &section).unwrap();
            let withheld = ["session".to_owned()];
            let credentials = Credentials { identity: None, withheld_cookies: &withheld };
            let added = sanitizer().request(&mut section, &target, &peer, &credentials);
            let mut headers = section.into_map();
            added.put_into(&mut headers);
            let mut lines: Vec<_> =
                headers.iter().map(|(k, v)| format!("{k}: {}", String::from_utf8_lossy(v.as_bytes()))).collect();
            lines.sort();
            lines
        });
        assert_eq!(one, other, "as lines and as a map");
        one
    }

    /// The same headers as they come over HTTP/1.1, and as they come over HTTP/2.
    fn sections(pairs: &[(&str, &str)]) -> [HeaderBlock; 2] {
        let trimmed = pairs.iter().map(|(name, value)| (*name, value.trim()));
        [HeaderBlock::from(RawHeaders::from_pairs(trimmed)), HeaderBlock::from(map(pairs))]
    }

    /// Returns a response's headers, sanitised in both forms.
    fn answered(pairs: &[(&str, &str)], withheld: &[String], private: bool) -> HeaderMap {
        let [one, other] = sections(pairs).map(|mut section| {
            let further = sanitizer().response(&mut section, withheld, private);
            let mut headers = section.into_map();
            headers.extend(crate::identity::headers(further));
            headers
        });
        assert_eq!(one, other, "as lines and as a map");
        one
    }

    fn sanitizer() -> Sanitizer {
        let trusted = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        Sanitizer::new(SessionCookie::new("postern", true).unwrap(), trusted)
    }

    const OURS: [&str; 4] = [
        "host: example.com",
        "x-forwarded-for: 192.0.2.1",
        "x-forwarded-host: example.com",
        "x-forwarded-proto: https",
    ];

    #[test]
    fn nothing_that_only_proxies_may_say_is_passed_on() {
        let pairs: Vec<(&str, &str)> = [
            "X-Auth-User",
            "x-auth-user",
            "X_Auth_User",
            "X.Auth.User",
            "X-Auth_User",
            "Remote-User",
            "Remote_User",
            "X-Forwarded-User",
            "X-Auth-Request-Email",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Forwarded-Prefix",
            "Forwarded",
            "X-Original-URL",
            "X-Rewrite-Url",
            "X-Real-IP",
            "Proxy",
            "Proxy-Authorization",
            "X-HTTP-Method-Override",
            "Content_Length",
            "Transfer_Encoding",
        ]
        .map(|name| (name, "evil"))
        .to_vec();
        assert_eq!(cleaned(Some("192.0.2.1"), &pairs), OURS);
    }

    #[test]
    fn one_hop_s_headers_and_those_it_nominates_stay_on_their_hop() {
        let pairs = [
            ("Connection", "keep-alive, X-Secret, x-forwarded-host"),
            ("Connection", "X-Other,, te"),
            ("Keep-Alive", "timeout=5"),
            ("TE", "gzip"),
            ("Trailer", "X-Auth-User"),
            ("Transfer-Encoding", "chunked"),
            ("Upgrade", "websocket"),
            ("Expect", "100-continue"),
            ("X-Secret", "1"),
            ("X-Other", "1"),
        ];
        assert_eq!(cleaned(Some("192.0.2.1"), &pairs), OURS);
    }

    #[test]
    fn of_trailers_what_may_come_stays_announced() {
        let lines =
            cleaned(Some("192.0.2.1"), &[("TE", "gzip, trailers"), ("Trailer", "Digest, x_auth_user, host, Etag")]);
        assert!(lines.contains(&"te: trailers".to_owned()), "{lines:?}");
        assert!(lines.contains(&"trailer: Digest, Etag".to_owned()), "{lines:?}");
    }

    #[test]
    fn our_cookies_and_the_backend_s_session_stay_here() {
        let lines =
            cleaned(Some("192.0.2.1"), &[("Cookie", "a=1; __Host-postern=x; session=y; __Host-postern-tx-1=z")]);
        assert_eq!(lines[0], "cookie: a=1");
        assert!(!cleaned(Some("192.0.2.1"), &[("Cookie", "session=y")]).iter().any(|line| line.starts_with("cookie")));
    }

    #[test]
    fn the_chain_of_hops_is_continued_for_trusted_peers_only() {
        let said = [("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-For", "203.0.113.9")];
        for (peer, expected) in [
            (Some("192.0.2.1"), "x-forwarded-for: 192.0.2.1"),
            (Some("10.0.0.1"), "x-forwarded-for: 198.51.100.7, 203.0.113.9, 10.0.0.1"),
            (Some("::ffff:10.0.0.1"), "x-forwarded-for: 198.51.100.7, 203.0.113.9, 10.0.0.1"),
        ] {
            assert_eq!(cleaned(peer, &said)[1], expected, "{peer:?}");
        }
        assert!(!cleaned(None, &said).iter().any(|line| line.starts_with("x-forwarded-for")));
        assert_eq!(cleaned(Some("10.0.0.1"), &[])[1], "x-forwarded-for: 10.0.0.1");
    }

    #[test]
    fn cookies_of_ours_in_an_answer_are_dropped_and_others_kept() {
        let pairs = [
            ("set-cookie", "a=1; Path=/"),
            ("set-cookie", "session=x; HttpOnly"),
            ("set-cookie", "__Host-postern =x"),
            ("set-cookie", "__host-POSTERN=x"),
            ("set-cookie", "__Host-postern-tx-1=x"),
            ("set-cookie", "sessions=2"),
            ("connection", "x-hop"),
            ("x-hop", "1"),
            ("alt-svc", "h3=\":443\""),
            ("proxy-authenticate", "Basic"),
        ];
        let headers = answered(&pairs, &["session".to_owned()], true);
        let cookies: Vec<_> = headers.get_all(SET_COOKIE).iter().collect();
        assert_eq!(cookies, ["a=1; Path=/", "sessions=2"]);
        assert_eq!(headers.len(), 4, "{headers:?}");
        let headers = answered(&pairs, &[], false);
        assert_eq!(headers.get_all(SET_COOKIE).iter().count(), 3);
        assert!(!headers.contains_key(VARY));
    }

    #[test]
    fn of_an_answer_s_trailers_what_may_come_stays_announced() {
        let headers = answered(&[("trailer", "x-auth-user, etag"), ("te", "trailers"), ("a", "1")], &[], false);
        assert_eq!(headers[TRAILER], "etag");
        assert_eq!(headers.len(), 2, "{headers:?}");
        assert!(!answered(&[("trailer", "host")], &[], false).contains_key(TRAILER));
    }

    /// Written out, because a loop over the list would not notice a removed name.
    #[test]
    fn trailers_neither_frame_nor_route_nor_identify() {
        let mut trailers = HeaderMap::new();
        for name in [
            "authorization",
            "cache-control",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "cookie",
            "expect",
            "host",
            "set-cookie",
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "x-auth-user",
            "x-forwarded-for",
            "remote-user",
            "x-real-ip",
            "x_auth_user",
            "signature",
        ] {
            trailers.append(HeaderName::from_static(name), HeaderValue::from_static("1"));
            let announced = answered(&[("trailer", name)], &[], false);
            assert!(!announced.contains_key(TRAILER), "{name}: {announced:?}");
        }
        for name in ["etag", "digest", "grpc-status", "x-checksum", "server-timing"] {
            trailers.append(HeaderName::from_static(name), HeaderValue::from_static("1"));
        }
        clean_trailers(&mut trailers);
        let mut left: Vec<_> = trailers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["digest", "etag", "grpc-status", "server-timing", "x-checksum"]);
    }

    #[test]
    fn what_a_client_nominates_goes_cookies_too_and_nothing_of_ours() {
        let pairs = [("Connection", "cookie, x-a"), ("Cookie", "a=1"), ("X-A", "1"), ("X-Z", "2")];
        assert_eq!(cleaned(Some("192.0.2.1"), &pairs), [&OURS[..], &["x-z: 2"]].concat());
    }

    #[test]
    fn an_answer_behind_a_session_is_kept_from_shared_caches() {
        for (cache, expected) in [(None, "private"), (Some("public, max-age=60"), "public, max-age=60")] {
            let pairs: Vec<_> = cache.iter().map(|value| ("cache-control", *value)).collect();
            let headers = answered(&pairs, &[], true);
            assert_eq!(headers[CACHE_CONTROL], expected);
            assert_eq!(headers[VARY], "Cookie");
        }
    }
}
