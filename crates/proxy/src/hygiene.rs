//! What of a client's headers goes upstream, and what of the upstream's comes back.

use http::header::{
    ALT_SVC, AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    COOKIE, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE, SET_COOKIE, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE, VARY,
};
use postern_keystore::SessionCookie;
use postern_model::web::TrustedProxies;

use crate::added::Added;
use crate::identity::Prepared;
use crate::names;
use crate::peer::Peer;
use crate::target::Target;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Headers of one hop (RFC 9110 §7.6.1), beside those that `Connection` nominates.
const HOP_BY_HOP: [HeaderName; 7] = [CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// Cleans messages of one deployment.
#[derive(Debug)]
pub(crate) struct Hygiene {
    cookie: SessionCookie,
    trusted: TrustedProxies,
}

impl Hygiene {
    /// Takes our cookie, and the peers whose `X-Forwarded-For` is continued.
    pub(crate) fn new(cookie: SessionCookie, trusted: TrustedProxies) -> Self {
        Self { cookie, trusted }
    }

    /// Makes a client's headers into those that go upstream, in this order: hop-by-hop headers and what `Connection`
    /// nominates go first, so that nobody can have a header of ours removed; then every protected name and our cookies;
    /// then host, client address and identity are set. `withheld` names further cookies that a client has no say in: the
    /// sessions that are made for this upstream.
    ///
    /// `Expect` goes too: it is answered here, once the body is wanted. Of `TE` only the word about trailers stays, which gRPC
    /// insists on.
    ///
    /// What is set beside the host and cookies is given, to go behind the rest.
    pub(crate) fn request<'i>(
        &self,
        headers: &mut HeaderMap,
        target: &Target<'_>,
        peer: &Peer,
        (identity, withheld): (Option<&'i Prepared>, &[String]),
    ) -> Added<'i> {
        let survey = Survey::of(headers);
        let hops = self.hops(headers, peer, survey.said_for);
        if survey.hop_by_hop {
            remove_hop_by_hop(headers);
        }
        if survey.takes_trailers {
            headers.insert(TE, HeaderValue::from_static("trailers"));
        }
        for name in survey.removed {
            headers.remove(name);
        }
        self.set_cookies(headers, identity, withheld);
        headers.insert(HOST, target.host.header().clone());
        let scheme = if target.host.origin().is_https() { "https" } else { "http" };
        Added::new(target.host.header().clone(), scheme, hops, identity)
    }

    /// Cleans an upstream's headers: hop-by-hop ones go, and cookies under the names of ours and
    /// those `withheld`. `Alt-Svc` goes, which would lead browsers past the gateway. What a session was needed for must
    /// not be served to others by a cache on the way.
    pub(crate) fn response(&self, headers: &mut HeaderMap, withheld: &[String], private: bool) {
        // Most answers have none of these. The last is for the upstream's proxy (RFC 9110 §11.7.1), no client's matter.
        if headers.keys().any(|name| HOP_BY_HOP.contains(name) || name == ALT_SVC || name == PROXY_AUTHENTICATE) {
            remove_hop_by_hop(headers);
            headers.remove(ALT_SVC);
            headers.remove(PROXY_AUTHENTICATE);
        }
        let is_withheld = |cookie: &HeaderValue| self.is_withheld(cookie, withheld);
        if headers.get_all(SET_COOKIE).iter().any(is_withheld) {
            let kept: Vec<_> =
                headers.get_all(SET_COOKIE).iter().filter(|cookie| !is_withheld(cookie)).cloned().collect();
            headers.remove(SET_COOKIE);
            for cookie in kept {
                headers.append(SET_COOKIE, cookie);
            }
        }
        if private {
            headers.append(VARY, HeaderValue::from_static("Cookie"));
            headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private"));
        }
    }

    /// `X-Forwarded-For` as it goes upstream: what a trusted peer said, if it did, and the peer, or the peer alone.
    fn hops(&self, headers: &HeaderMap, peer: &Peer, said: bool) -> Option<HeaderValue> {
        if !said || !peer.is_trusted(&self.trusted) {
            return peer.printed().cloned();
        }
        let said = headers.get_all(names::X_FORWARDED_FOR).iter().chain(peer.printed());
        let joined = said.map(HeaderValue::as_bytes).collect::<Vec<_>>().join(&b", "[..]);
        HeaderValue::from_bytes(&joined).ok()
    }

    fn set_cookies(&self, headers: &mut HeaderMap, identity: Option<&Prepared>, withheld: &[String]) {
        let session = identity.and_then(Prepared::bridged);
        let others = self.cookie.strip(headers, withheld);
        let cookies = match (others, session) {
            (None, session) => session.cloned(),
            (others, None) => others,
            (Some(others), Some(session)) => {
                HeaderValue::from_bytes(&[session.as_bytes(), b"; ", others.as_bytes()].concat()).ok()
            }
        };
        match cookies {
            Some(cookies) => {
                headers.insert(COOKIE, cookies);
            }
            None => {
                headers.remove(COOKIE);
            }
        }
    }

    fn is_withheld(&self, cookie: &HeaderValue, withheld: &[String]) -> bool {
        let pair = cookie.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
        let begins =
            |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()));
        name.eq_ignore_ascii_case(self.cookie.name().as_bytes())
            || begins(self.cookie.transaction_prefix())
            || withheld.iter().any(|other| name.eq_ignore_ascii_case(other.as_bytes()))
    }
}

/// What there is to do about a client's headers, found in one walk: most requests have none of what is to be removed, and
/// looking each name up costs more.
#[derive(Default)]
struct Survey {
    hop_by_hop: bool,
    takes_trailers: bool,
    said_for: bool,
    /// Names that only proxies may say, and `Expect`.
    removed: Vec<HeaderName>,
}

impl Survey {
    fn of(headers: &HeaderMap) -> Self {
        let mut survey = Self::default();
        for (name, value) in headers {
            if HOP_BY_HOP.contains(name) {
                survey.hop_by_hop = true;
                survey.takes_trailers |= name == TE && list(value).any(|coding| coding == "trailers");
            } else if name == EXPECT || names::is_protected(name) {
                survey.said_for |= name == names::X_FORWARDED_FOR;
                survey.removed.push(name.clone());
            }
        }
        survey
    }
}

/// Removes hop-by-hop headers, and those that `Connection` nominates. What `Trailer` announces stays announced, as far as
/// it may come.
fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let nominated: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .flat_map(list)
        .filter(|name| !name.eq_ignore_ascii_case("keep-alive") && !name.eq_ignore_ascii_case("close"))
        .filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok())
        .collect();
    let announced = headers.contains_key(TRAILER).then(|| {
        let names = headers.get_all(TRAILER).iter().flat_map(list);
        names
            .filter(|name| HeaderName::from_bytes(name.as_bytes()).is_ok_and(|name| may_trail(&name)))
            .collect::<Vec<_>>()
    });
    let announced = announced.filter(|names| !names.is_empty()).and_then(|names| names.join(", ").try_into().ok());
    for name in HOP_BY_HOP.iter().chain(&nominated) {
        headers.remove(name);
    }
    if let Some(announced) = announced {
        headers.insert(TRAILER, announced);
    }
}

/// The members of a list in a header.
pub(crate) fn list(value: &HeaderValue) -> impl Iterator<Item = &str> {
    value.to_str().unwrap_or_default().split(',').map(str::trim_ascii).filter(|member| !member.is_empty())
}

/// Removes what no trailer may say: who the client is, what frames or routes the message, what it holds (RFC 9110 §6.5.1).
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
    !HOP_BY_HOP.contains(name) && !NEVER.contains(name) && !names::is_protected(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Hosts;
    use http::Method;
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
        let mut headers = map(pairs);
        let host = hosts.find("example.com").unwrap();
        let target = Target::new(host, Method::GET, "/".parse().unwrap(), &headers).unwrap();
        let peer = Peer::new(peer.map(|peer| peer.parse().unwrap()));
        hygiene().request(&mut headers, &target, &peer, (None, &["session".to_owned()])).put_into(&mut headers);
        let mut lines: Vec<_> =
            headers.iter().map(|(k, v)| format!("{k}: {}", String::from_utf8_lossy(v.as_bytes()))).collect();
        lines.sort();
        lines
    }

    fn hygiene() -> Hygiene {
        let trusted = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        Hygiene::new(SessionCookie::new("postern", true).unwrap(), trusted)
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
            ("set-cookie", " __Host-postern =x"),
            ("set-cookie", "__host-POSTERN=x"),
            ("set-cookie", "__Host-postern-tx-1=x"),
            ("set-cookie", "sessions=2"),
            ("connection", "x-hop"),
            ("x-hop", "1"),
            ("alt-svc", "h3=\":443\""),
            ("proxy-authenticate", "Basic"),
        ];
        let mut headers = map(&pairs);
        hygiene().response(&mut headers, &["session".to_owned()], true);
        let cookies: Vec<_> = headers.get_all(SET_COOKIE).iter().collect();
        assert_eq!(cookies, ["a=1; Path=/", "sessions=2"]);
        assert_eq!(headers.len(), 4, "{headers:?}");
        let mut headers = map(&pairs);
        hygiene().response(&mut headers, &[], false);
        assert_eq!(headers.get_all(SET_COOKIE).iter().count(), 3);
        assert!(!headers.contains_key(VARY));
    }

    #[test]
    fn an_answer_behind_a_session_is_kept_from_shared_caches() {
        for (cache, expected) in [(None, "private"), (Some("public, max-age=60"), "public, max-age=60")] {
            let mut headers: HeaderMap =
                cache.iter().map(|value| (CACHE_CONTROL, HeaderValue::from_static(value))).collect();
            hygiene().response(&mut headers, &[], true);
            assert_eq!(headers[CACHE_CONTROL], expected);
            assert_eq!(headers[VARY], "Cookie");
        }
    }
}
