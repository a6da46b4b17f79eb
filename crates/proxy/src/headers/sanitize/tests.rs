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

const OURS: [&str; 4] =
    ["host: example.com", "x-forwarded-for: 192.0.2.1", "x-forwarded-host: example.com", "x-forwarded-proto: https"];

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
    let lines = cleaned(Some("192.0.2.1"), &[("TE", "gzip, trailers"), ("Trailer", "Digest, x_auth_user, host, Etag")]);
    assert!(lines.contains(&"te: trailers".to_owned()), "{lines:?}");
    assert!(lines.contains(&"trailer: Digest, Etag".to_owned()), "{lines:?}");
}

#[test]
fn our_cookies_and_the_backend_s_session_stay_here() {
    let lines = cleaned(Some("192.0.2.1"), &[("Cookie", "a=1; __Host-postern=x; session=y; __Host-postern-tx-1=z")]);
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
        ("set-cookie", "__Host-postern-hand-over=x"),
        ("set-cookie", "__Host-Postern-Bound=x"),
        ("set-cookie", "__Host-postern-language=x"),
        ("set-cookie", "__Secure-postern-device-1=x"),
        ("set-cookie", " =__Host-postern=x"),
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
fn only_the_gateway_registers_devices_where_it_binds_sessions_to_them() {
    let pairs =
        [("secure-session-registration", "(ES256);path=\"/x\""), ("secure-session-challenge", "\"c\""), ("a", "1")];
    for (bound, left) in [(true, 1), (false, 3)] {
        for mut section in sections(&pairs) {
            sanitizer().with_device_binding(bound).response(&mut section, &[], false);
            assert_eq!(section.into_map().len(), left, "device binding: {bound}");
        }
    }
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
