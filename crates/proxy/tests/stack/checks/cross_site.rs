//! Requests that other sites send: preflights, writes, WebSockets.

use super::{DIALECTS, check, trusted};
use crate::support::{Stack, route};
use postern_authn::rules::{Route, Rules};
use postern_model::access::Access;

#[tokio::test]
async fn preflights_are_permitted_without_identity() {
    let stack = trusted().await;
    for dialect in DIALECTS {
        let headers = ["Origin: http://localhost:5173", "Access-Control-Request-Method: PUT"];
        let answer = check(&stack, dialect, "OPTIONS", "/api/x", &headers).await;
        assert_eq!((answer.status(), answer.header("x-auth-user")), (200, Some("")), "{dialect}");
        assert_eq!(check(&stack, dialect, "GET", "/api/x", &headers).await.status(), 401, "{dialect}");
    }
}

/// Programs can send what looks like a preflight, and some backends answer it like a `GET`.
#[tokio::test]
async fn preflights_of_other_origins_than_the_allowed_ones_need_a_session() {
    let stack = trusted().await;
    let asks = "Access-Control-Request-Method: PUT";
    let allowed = "Origin: http://localhost:5173";
    for dialect in DIALECTS {
        for origins in [
            vec!["Origin: https://evil.example"],
            vec!["Origin: https://example.com"],
            vec!["Origin: null"],
            vec!["Origin: http://localhost:5173.evil"],
            vec![allowed, "Origin: https://evil.example"],
            vec![allowed, allowed],
        ] {
            let headers: Vec<&str> = origins.iter().copied().chain([asks]).collect();
            let answer = check(&stack, dialect, "OPTIONS", "/api/x", &headers).await;
            assert_eq!(answer.status(), 401, "{dialect} {origins:?}");
        }
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
                let answer = check(&stack, dialect, method, "/x", &headers).await;
                assert_eq!(answer.status(), status, "{dialect} {method} {headers:?}: {}", answer.0);
                if status == 403 {
                    assert_eq!(answer.json()["error"]["code"], "FOREIGN_ORIGIN", "{dialect}");
                }
            }
            for (method, path) in [("GET", "/x"), ("HEAD", "/x"), ("POST", "/callback/x"), ("POST", "/hooks/x")] {
                let answer = check(&stack, dialect, method, path, &headers).await;
                assert_eq!(answer.status(), 200, "{dialect} {method} {path} {headers:?}: {}", answer.0);
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
            assert_eq!(check(&stack, dialect, "GET", "/ws", &headers).await.status(), status, "{dialect} {origin}");
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
        assert_eq!(check(&stack, dialect, "GET", "/ws", &headers).await.status(), 403, "{dialect}");
    }
}
