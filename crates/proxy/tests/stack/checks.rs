//! Forward-auth, over the whole stack.

use std::sync::atomic::Ordering;

use crate::support::{Answer, Stack, route};
use postern_authn::rules::{PathComparison, Route, Rules};
use postern_model::access::Access;
use postern_proxy::{IdentityDialect, LegacyBridge};
use proptest::prelude::*;

pub(crate) const DIALECTS: [&str; 5] = ["nginx", "traefik", "caddy", "haproxy", "envoy"];

/// A stack whose peer is a trusted proxy.
async fn trusted() -> Stack {
    Stack { peer: "10.0.0.9", ..Stack::plain().await }
}

/// Asks as a well-behaved proxy of this dialect would, about a request with these headers.
async fn ask(stack: &Stack, dialect: &str, method: &str, path: &str, headers: &[&str]) -> Answer {
    ask_at(stack, dialect, method, "example.com", path, headers).await
}

pub(crate) async fn ask_at(
    stack: &Stack,
    dialect: &str,
    method: &str,
    host: &str,
    path: &str,
    headers: &[&str],
) -> Answer {
    let own: Vec<String> = match dialect {
        "nginx" => vec![format!("X-Original-URL: https://{host}{path}"), format!("X-Original-Method: {method}")],
        "envoy" => vec![format!("Host: {host}")],
        _ => vec![
            format!("X-Forwarded-Method: {method}"),
            "X-Forwarded-Proto: https".to_owned(),
            format!("X-Forwarded-Host: {host}"),
            format!("X-Forwarded-Uri: {path}"),
            "X-Forwarded-For: 198.51.100.7".to_owned(),
        ],
    };
    let mut all: Vec<&str> = own.iter().map(String::as_str).collect();
    all.extend(headers);
    let line = match dialect {
        "envoy" => format!("{method} /postern/auth/envoy{path}"),
        _ => format!("GET /postern/auth/{dialect}"),
    };
    // A check endpoint is called under the gateway's own address.
    if dialect != "envoy" {
        all.push("Host: gateway.internal");
    }
    stack.send(&line, &all).await
}

#[tokio::test]
async fn a_full_session_is_200_with_identity_in_every_dialect() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}", stack.full());
    let user = stack.store.views()[0].user.id.to_string();
    for dialect in DIALECTS {
        let answer = ask(&stack, dialect, "GET", "/a?b=c", &[&cookie, "X-Auth-User: evil"]).await;
        assert_eq!((answer.status(), answer.body()), (200, ""), "{dialect}: {}", answer.0);
        assert_eq!(answer.header("x-auth-user"), Some(user.as_str()), "{dialect}");
        assert_eq!(answer.header("cache-control"), Some("private, no-store"));
        assert_eq!(
            answer.header("x-auth-gate"),
            Some("permit"),
            "{dialect}: proxies tell our yes from another program's"
        );
        assert!(!answer.0.contains("evil"));
        assert_eq!(ask(&stack, dialect, "GET", "/a?b=c", &[]).await.header("x-auth-gate"), None, "{dialect}");
    }
    assert_eq!(stack.recorder.count(), 0);
}

#[tokio::test]
async fn every_name_tells_what_it_is_for_and_is_empty_where_there_is_nothing() {
    use IdentityDialect::{OAuth2Proxy, Remote, XAuth};
    for dialects in [vec![OAuth2Proxy, XAuth, Remote], vec![Remote, Remote, OAuth2Proxy], vec![XAuth]] {
        let told = |name: &str| match name.split_at(name.find('-').unwrap()) {
            ("x", rest) if rest.starts_with("-auth-request-") || rest.starts_with("-forwarded-") => OAuth2Proxy,
            ("x", _) => XAuth,
            _ => Remote,
        };
        let stack = Stack { peer: "10.0.0.9", ..Stack::new(|config| config.dialects = dialects.clone()).await };
        let cookie = format!("Cookie: {}", stack.full());
        stack.store.change(|view| view.user.full_name = None);
        let user = stack.store.views()[0].user.id.to_string();
        // The second answer comes from what the first one left.
        for _ in 0..2 {
            let answer = ask(&stack, "traefik", "GET", "/a", &[&cookie]).await;
            assert_eq!(stack.send("GET /a", &[&cookie]).await.status(), 200);
            for (name, value) in [
                ("x-auth-user", user.as_str()),
                ("x-auth-email", "ada@example.com"),
                ("x-auth-name", ""),
                ("x-auth-groups", "ops,r%2Cd"),
                ("x-auth-methods", "google otp"),
                ("remote-user", &user),
                ("remote-email", "ada@example.com"),
                ("remote-name", ""),
                ("remote-groups", "ops,r%2Cd"),
                ("x-forwarded-user", &user),
                ("x-forwarded-groups", "ops,r%2Cd"),
                ("x-forwarded-preferred-username", "ada@example.com"),
                ("x-auth-request-email", "ada@example.com"),
            ] {
                let expected = dialects.contains(&told(name)).then_some(value);
                assert_eq!(answer.header(name), expected, "{name} in {dialects:?}");
                let upstream = stack.recorder.header(name);
                assert_eq!(upstream, expected.into_iter().filter(|value| !value.is_empty()).collect::<Vec<_>>());
            }
            let assertion = answer.header("x-auth-assertion").unwrap_or_default();
            assert_eq!(assertion.split('.').count() == 3, dialects.contains(&XAuth));
            assert_eq!(answer.header("cache-control"), Some("private, no-store"));
        }
    }
}

#[tokio::test]
async fn a_permit_without_identity_blanks_every_name() {
    let stack = Stack {
        peer: "10.0.0.9",
        ..Stack::new(|config| config.dialects = vec![IdentityDialect::XAuth, IdentityDialect::Remote]).await
    };
    let nameless = format!("Cookie: {}", stack.session(|view| view.user.full_name = None));
    for dialect in DIALECTS {
        let answer = ask(&stack, dialect, "GET", "/public/x", &[]).await;
        assert_eq!(answer.status(), 200, "{dialect}");
        for name in ["x-auth-user", "x-auth-email", "x-auth-assertion", "remote-user", "remote-groups"] {
            assert_eq!(answer.header(name), Some(""), "{dialect} {name}");
        }
        let answer = ask(&stack, dialect, "GET", "/x", &[&nameless]).await;
        assert_eq!((answer.header("x-auth-name"), answer.header("remote-name")), (Some(""), Some("")), "{dialect}");
        assert_ne!(answer.header("remote-user"), Some(""));
    }
}

#[tokio::test]
async fn a_missing_step_is_told_as_the_dialect_wants_it() {
    let stack = trusted().await;
    let pending = format!("Cookie: {}", stack.pending());
    let url = Some("https://example.com/postern/verify?rd=%2Fa%3Fb%3Dc%26d");
    for dialect in DIALECTS {
        let page = ask(&stack, dialect, "GET", "/a?b=c&d", &[&pending, "Accept: text/html"]).await;
        let script = ask(&stack, dialect, "GET", "/a?b=c&d", &[&pending, "Origin: http://localhost:5173"]).await;
        if dialect == "nginx" {
            assert_eq!((page.status(), page.header("x-auth-redirect")), (401, url));
            assert_eq!((script.status(), script.header("x-auth-redirect")), (401, url));
        } else {
            assert_eq!((page.status(), page.header("location")), (302, url), "{dialect}");
            assert_eq!(script.status(), 401, "{dialect}");
        }
        assert_eq!(script.json()["error"]["code"], "SECOND_FACTOR_REQUIRED");
        assert_eq!(script.json()["error"]["details"]["url"].as_str(), url);
        assert_eq!(script.header("access-control-allow-origin"), Some("http://localhost:5173"));
    }
}

#[tokio::test]
async fn no_session_below_full_gets_a_200_anywhere() {
    let stack = trusted().await;
    for cookie in [stack.pending(), stack.session(|view| view.user.is_active = false), "__Host-postern=x".to_owned()] {
        for dialect in DIALECTS {
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
                for path in ["/", "/api/x", "/publicx", "/fresh/x", "/closed/x"] {
                    let answer = ask(&stack, dialect, method, path, &[&format!("Cookie: {cookie}")]).await;
                    assert!(matches!(answer.status(), 401 | 403), "{dialect} {method} {path}: {}", answer.0);
                }
            }
        }
    }
}

#[tokio::test]
async fn strangers_are_refused_whatever_they_send() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    for dialect in DIALECTS {
        for path in ["/x", "/public/x"] {
            let answer = ask(&stack, dialect, "GET", path, &[&cookie, "X-Forwarded-For: 10.0.0.9"]).await;
            assert_eq!(answer.status(), 403, "{dialect}: {}", answer.0);
            assert_eq!(answer.json()["error"]["code"], "UNTRUSTED_PEER");
        }
    }
    assert_eq!(stack.faces.core.sessions().stats().loads, 0);
}

#[tokio::test]
async fn headers_that_are_missing_doubled_or_senseless_deny() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}", stack.full());
    let nginx = ["X-Original-URL: https://example.com/public/x", "X-Original-Method: GET"];
    let others = [
        "X-Forwarded-Method: GET",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: example.com",
        "X-Forwarded-Uri: /public/x",
    ];
    for (dialect, needed) in [("nginx", &nginx[..]), ("traefik", &others), ("caddy", &others), ("haproxy", &others)] {
        let line = format!("GET /postern/auth/{dialect}");
        let sound: Vec<&str> = needed.iter().copied().chain([cookie.as_str()]).collect();
        assert_eq!(stack.send(&line, &sound).await.status(), 200, "{dialect}");
        for (index, header) in needed.iter().enumerate() {
            let missing: Vec<&str> = sound.iter().copied().filter(|other| other != header).collect();
            assert_eq!(stack.send(&line, &missing).await.status(), 403, "{dialect} without {header}");
            let mut doubled = sound.clone();
            doubled.push(header);
            assert_eq!(stack.send(&line, &doubled).await.status(), 403, "{dialect} with two {header}");
            let name = header.split(':').next().unwrap();
            for value in
                ["", " ", "GET, POST", "https://example.com/a, https://example.com/b", "\u{e9}", "*", "x y", "//"]
            {
                if value == "*" && name.ends_with("Method") {
                    continue; // A method of that name could exist (RFC 9110 §9.1).
                }
                let mut senseless = sound.clone();
                let header = format!("{name}: {value}");
                senseless[index] = &header;
                assert_eq!(stack.send(&line, &senseless).await.status(), 403, "{dialect} with {header:?}");
            }
        }
    }
}

#[tokio::test]
async fn nginx_may_give_the_path_alone_beside_the_host() {
    let stack = trusted().await;
    let own = ["X-Original-URL: /public/x?y", "X-Original-Method: GET"];
    assert_eq!(stack.send("GET /postern/auth/nginx", &own).await.status(), 403);
    for (host, status) in [("example.com", 200), ("evil.com", 403), ("example.com, example.com", 403)] {
        let host = format!("X-Forwarded-Host: {host}");
        assert_eq!(stack.send("GET /postern/auth/nginx", &[own[0], own[1], &host]).await.status(), status, "{host}");
    }
}

#[tokio::test]
async fn the_host_of_the_target_is_held_to_the_allow_list() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}", stack.full());
    for dialect in DIALECTS {
        for (host, status) in [
            ("example.com", 200),
            ("EXAMPLE.COM:443", 200),
            ("example.com.", 200),
            ("evil.com", 403),
            ("example.com:8443", 403),
            ("gateway.internal", 403),
            ("example.com@evil.com", 403),
        ] {
            let answer = ask_at(&stack, dialect, "GET", host, "/x", &[&cookie]).await;
            assert_eq!(answer.status(), status, "{dialect} {host}: {}", answer.0);
        }
    }
}

#[tokio::test]
async fn ambiguous_closed_and_withheld_paths_are_denied_and_never_400() {
    let stack = Stack { peer: "10.0.0.9", ..Stack::new(|config| config.legacy = Some(LegacyBridge::new(None))).await };
    let cookie = format!("Cookie: {}", stack.full());
    for dialect in DIALECTS {
        for path in [
            "/a%2fb",
            "/a%5cb",
            "/a%00",
            "/public/../x",
            "/public/%2e%2e/x",
            "/public/..;/x",
            "//x",
            "/%70ublic/x",
            "/closed/x",
            "/health;x",
            "/dev",
            "/dev/create-session/1",
            "/DEV/x",
            "/dev;x/y",
            "/dev//x",
            "/x//../dev",
            "/login",
            "/me",
            "/api/2fa/verify",
        ] {
            for method in ["GET", "POST", "OPTIONS"] {
                let preflight = ["Origin: http://localhost:5173", "Access-Control-Request-Method: PUT", &cookie];
                let answer = ask(&stack, dialect, method, path, &preflight).await;
                // Envoy's path is in the request line itself, which the wire and hyper may refuse first.
                assert!(
                    answer.status() == 403 || (dialect == "envoy" && answer.status() == 400),
                    "{dialect} {path}: {}",
                    answer.0
                );
            }
        }
    }
}

#[tokio::test]
async fn preflights_are_permitted_without_identity() {
    let stack = trusted().await;
    for dialect in DIALECTS {
        let headers = ["Origin: http://localhost:5173", "Access-Control-Request-Method: PUT"];
        let answer = ask(&stack, dialect, "OPTIONS", "/api/x", &headers).await;
        assert_eq!((answer.status(), answer.header("x-auth-user")), (200, Some("")), "{dialect}");
        assert_eq!(ask(&stack, dialect, "GET", "/api/x", &headers).await.status(), 401, "{dialect}");
    }
}

#[tokio::test]
async fn writes_of_foreign_pages_are_denied_as_where_they_are_forwarded() {
    let stack = Stack {
        peer: "10.0.0.9",
        ..Stack::new(|config| {
            let posted = Route { cross_site: true, ..route("/callback/*", Access::Full) };
            config.rules = Rules::new(vec![posted, route("/hooks/*", Access::Public)]);
        })
        .await
    };
    let cookie = format!("Cookie: {}", stack.full());
    for (headers, status) in [
        (vec!["Origin: https://example.com", "Sec-Fetch-Site: same-origin"], 200),
        (vec!["Origin: http://localhost:5173", "Sec-Fetch-Site: cross-site"], 200),
        (vec![], 200),
        (vec!["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"], 403),
        (vec!["Origin: null"], 403),
        (vec!["Sec-Fetch-Site: cross-site"], 403),
    ] {
        let mut headers = headers;
        headers.push(&cookie);
        for dialect in DIALECTS {
            for method in ["POST", "PUT", "DELETE", "PROPFIND"] {
                let answer = ask(&stack, dialect, method, "/x", &headers).await;
                assert_eq!(answer.status(), status, "{dialect} {method} {headers:?}: {}", answer.0);
                if status == 403 {
                    assert_eq!(answer.json()["error"]["code"], "FOREIGN_ORIGIN", "{dialect}");
                }
            }
            for (method, path) in [("GET", "/x"), ("HEAD", "/x"), ("POST", "/callback/x"), ("POST", "/hooks/x")] {
                let answer = ask(&stack, dialect, method, path, &headers).await;
                assert_eq!(answer.status(), 200, "{dialect} {method} {path} {headers:?}: {}", answer.0);
            }
        }
    }
}

#[tokio::test]
async fn methods_that_servers_read_differently_are_denied_in_every_dialect() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}", stack.full());
    for dialect in DIALECTS {
        for method in ["delete", "Get", "trace", "TRACE", "connect", "G3T", "GET~"] {
            for path in ["/x", "/public/x"] {
                let answer = ask(&stack, dialect, method, path, &[&cookie]).await;
                // Envoy's method is that of the question itself, and the wire refuses some of them first.
                let refused = answer.status() == 403 || (dialect == "envoy" && answer.status() >= 400);
                assert!(refused, "{dialect} {method}: {}", answer.0);
            }
        }
        assert_eq!(ask(&stack, dialect, "VERSION-CONTROL", "/x", &[&cookie]).await.status(), 200, "{dialect}");
    }
}

#[tokio::test]
async fn spellings_that_a_backend_serves_alike_are_ruled_alike_in_every_dialect() {
    let comparisons = [None, Some(PathComparison::LENIENT), Some(PathComparison::EXACT)];
    for comparison in comparisons {
        let stack = Stack {
            peer: "10.0.0.9",
            ..Stack::new(|config| {
                config.upstreams.clear();
                let rules = Rules::new(vec![route("/admin/*", Access::Deny), route("/été", Access::Deny)]);
                config.rules = rules.with_comparisons(comparison.into_iter().collect());
            })
            .await
        };
        let cookie = format!("Cookie: {}", stack.full());
        let ignore = comparison.unwrap_or_default();
        for dialect in DIALECTS {
            for (path, closed) in [
                ("/admin/x", true),
                ("/ADMIN/x", ignore.ignore_case),
                ("/admin", ignore.ignore_trailing_slash),
                ("/%C3%89T%C3%89", ignore.ignore_case),
                ("/x", false),
            ] {
                let answer = ask(&stack, dialect, "GET", path, &[&cookie]).await;
                assert_eq!(answer.status(), if closed { 403 } else { 200 }, "{comparison:?} {dialect} {path}");
            }
        }
    }
}

#[tokio::test]
async fn websockets_of_foreign_pages_are_denied() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}", stack.full());
    let upgrade = "Upgrade: websocket";
    for dialect in DIALECTS {
        for (origin, status) in
            [("https://example.com", 200), ("http://localhost:5173", 200), ("https://evil.com", 403)]
        {
            let origin = format!("Origin: {origin}");
            let headers = [cookie.as_str(), upgrade, "Connection: Upgrade", &origin];
            assert_eq!(ask(&stack, dialect, "GET", "/ws", &headers).await.status(), status, "{dialect} {origin}");
        }
    }
    let traefik = |scheme: &str| format!("X-Forwarded-Proto: {scheme}");
    for (scheme, status) in [("wss", 403), ("ws", 403), ("https", 200), ("ftp", 403)] {
        let answer = stack
            .send(
                "GET /postern/auth/traefik",
                &[
                    &cookie,
                    "X-Forwarded-Method: GET",
                    &traefik(scheme),
                    "X-Forwarded-Host: example.com",
                    "X-Forwarded-Uri: /ws",
                    "Origin: https://evil.com",
                ],
            )
            .await;
        assert_eq!(answer.status(), status, "{scheme}");
    }
    // What these leave of an opening.
    let headers = [cookie.as_str(), "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Origin: https://evil.com"];
    for dialect in ["traefik", "haproxy", "envoy"] {
        assert_eq!(ask(&stack, dialect, "GET", "/ws", &headers).await.status(), 403, "{dialect}");
    }
}

#[tokio::test]
async fn a_cookie_that_cannot_be_believed_is_taken_back_where_the_answer_reaches_the_browser() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}x", stack.full());
    for dialect in ["traefik", "caddy", "haproxy", "envoy"] {
        let answer = ask(&stack, dialect, "GET", "/x", &[&cookie]).await;
        assert_eq!(answer.status(), 401, "{dialect}");
        assert!(answer.header("set-cookie").unwrap().starts_with("__Host-postern=;"), "{dialect}");
    }
    let answer = ask(&stack, "nginx", "GET", "/x", &[&cookie]).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.header("x-auth-redirect"), Some("https://example.com/postern/sign-in?rd=%2Fx"));
}

#[tokio::test]
async fn a_check_of_a_cached_session_reads_no_store_and_signs_nothing() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}", stack.full());
    let first = ask(&stack, "traefik", "GET", "/x", &[&cookie]).await;
    assert_eq!(stack.faces.core.sessions().stats().loads, 1);
    for _ in 0..100 {
        let next = ask(&stack, "traefik", "GET", "/x", &[&cookie]).await;
        assert_eq!(next.header("x-auth-assertion"), first.header("x-auth-assertion"));
    }
    let stats = stack.faces.core.sessions().stats();
    assert_eq!((stats.loads, stats.hits, stack.store.begun.load(Ordering::SeqCst)), (1, 100, 1));
    assert!(stack.store.written.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_assertion_is_renewed_long_before_it_expires() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}", stack.full());
    let mut issued = Vec::new();
    for _ in 0..40 {
        let answer = ask(&stack, "nginx", "GET", "/x", &[&cookie]).await;
        let payload = answer.header("x-auth-assertion").unwrap().split('.').nth(1).unwrap().to_owned();
        let payload = data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        let now = postern_model::clock::Clock::now(stack.clock.as_ref()).as_secs();
        assert!(claims["exp"].as_i64().unwrap() - now >= 40, "at {now}: {claims}");
        assert!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() <= 60);
        assert_eq!(claims["aud"], "app");
        assert_eq!(claims["iss"], "https://example.com");
        assert_eq!(claims["amr"], serde_json::json!(["google", "otp"]));
        issued.push(claims["jti"].as_str().unwrap().to_owned());
        stack.clock.advance(3);
    }
    issued.dedup();
    assert!((4..=10).contains(&issued.len()), "{} assertions in two minutes", issued.len());
}

#[tokio::test]
async fn hosts_of_routes_are_served_and_come_back_by_absolute_url() {
    let stack = Stack {
        peer: "10.0.0.9",
        ..Stack::new(|config| {
            let mut app = route("/*", Access::Full);
            app.hosts = vec![postern_authn::rules::HostPattern::new("app.example.com")];
            config.rules = postern_authn::rules::Rules::new(vec![app]);
        })
        .await
    };
    let answer = ask_at(&stack, "caddy", "GET", "app.example.com", "/a?b", &["Accept: text/html"]).await;
    let url = "https://example.com/postern/sign-in?rd=https%3A%2F%2Fapp.example.com%2Fa%3Fb";
    assert_eq!(answer.header("location"), Some(url));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_2xx_needs_a_full_session_or_a_public_path(
        dialect in prop::sample::select(&DIALECTS[..]),
        method in "[A-Z]{1,7}|GET|POST|OPTIONS",
        path in "/(public|closed|first|x|\\.\\.|%2e|%2f|;|//|health|#|\\?|%00|/){0,6}",
        host in "example\\.com|EXAMPLE\\.com:443|[a-z.:@]{0,12}",
        cookie in "__Host-postern=[A-Za-z0-9_=-]{0,50}|[ -~]{0,20}",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let answer = runtime.block_on(async {
            let stack = trusted().await;
            ask_at(&stack, dialect, &method, &host, &path, &[&format!("Cookie: {cookie}")]).await
        });
        let public = path.starts_with("/public/") || path == "/health" || path.starts_with("/health?");
        prop_assert!(answer.status() < 500, "{}", answer.0);
        if !public {
            prop_assert!(!(200..300).contains(&answer.status()), "{method} {path}: {}", answer.0);
        }
    }
}
