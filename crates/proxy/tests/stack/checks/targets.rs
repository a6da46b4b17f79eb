//! The target that a proxy describes: peers, headers, hosts and paths that are denied.

use super::{DIALECTS, check, check_at, trusted};
use crate::support::{Stack, route};
use postern_authn::rules::{PathComparison, Rules};
use postern_model::access::Access;
use postern_proxy::LegacyBridge;

#[tokio::test]
async fn strangers_are_refused_whatever_they_send() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    for dialect in DIALECTS {
        for path in ["/x", "/public/x"] {
            let answer = check(&stack, dialect, "GET", path, &[&cookie, "X-Forwarded-For: 10.0.0.9"]).await;
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
            let answer = check_at(&stack, dialect, "GET", host, "/x", &[&cookie]).await;
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
                let answer = check(&stack, dialect, method, path, &preflight).await;
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
async fn methods_that_servers_read_differently_are_denied_in_every_dialect() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}", stack.full());
    for dialect in DIALECTS {
        for method in ["delete", "Get", "trace", "TRACE", "connect", "G3T", "GET~"] {
            for path in ["/x", "/public/x"] {
                let answer = check(&stack, dialect, method, path, &[&cookie]).await;
                // Envoy's method is that of the question itself, and the wire refuses some of them first.
                let refused = answer.status() == 403 || (dialect == "envoy" && answer.status() >= 400);
                assert!(refused, "{dialect} {method}: {}", answer.0);
            }
        }
        assert_eq!(check(&stack, dialect, "VERSION-CONTROL", "/x", &[&cookie]).await.status(), 200, "{dialect}");
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
                let answer = check(&stack, dialect, "GET", path, &[&cookie]).await;
                assert_eq!(answer.status(), if closed { 403 } else { 200 }, "{comparison:?} {dialect} {path}");
            }
        }
    }
}
