//! Endpoints that are off, untrusted peers, writes of other sites, and unusual methods.

use super::{TRAEFIK, stack, strict, traefik};
use crate::support::Stack;
use postern_proxy::TargetSource;

#[tokio::test]
async fn nothing_is_answered_unless_it_is_switched_on() {
    let stack = Stack { peer: "10.0.0.9", ..Stack::plain().await };
    let cookie = format!("Cookie: {}", stack.full());
    for path in ["/oauth2/auth", "/oauth2/userinfo", "/api/verify", "/api/authz/auth-request", "/api/authz/ext-authz/x"]
    {
        assert_eq!(stack.send(&format!("GET {path}"), &[&cookie]).await.status(), 200, "{path}");
        assert_eq!(stack.send(&format!("GET {path}"), &[]).await.status(), 401, "{path}");
    }
    assert_eq!(stack.recorder.count(), 5, "the paths are the backend's");
}

#[tokio::test]
async fn what_is_switched_on_is_not_forwarded_and_the_rest_is() {
    let stack = strict().await;
    let cookie = format!("Cookie: {}", stack.full());
    for path in ["/oauth2/auth", "/oauth2/x", "/oauth2/", "/oauth2/callback", "/api/verify", "/api/authz/ext-authz/x"] {
        let answer = stack.send(&format!("GET {path}"), &[&cookie]).await;
        assert!(answer.status() != 200, "{path}: {}", answer.0);
    }
    assert_eq!(stack.recorder.count(), 0);
    for path in ["/oauth2", "/oauth2x/auth", "/api/authz", "/api/verify/", "/api/authz/ext-authz", "/", "/OAUTH2/auth"]
    {
        assert_eq!(stack.send(&format!("GET {path}"), &[&cookie]).await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn writes_of_foreign_pages_are_denied() {
    let evil = ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"];
    let link = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"];
    for target in [TargetSource::Strict, TargetSource::Forwarded] {
        let stack = stack(target, |config| config.compat.authelia = true).await;
        let cookie = format!("Cookie: {}", stack.full());
        let post: Vec<String> = TRAEFIK.iter().map(|line| line.replace("Method: GET", "Method: POST")).collect();
        for path in ["/oauth2/auth", "/api/authz/forward-auth", "/api/verify"] {
            let mut headers: Vec<&str> = post.iter().map(String::as_str).collect();
            headers.extend(["X-Forwarded-Uri: /x", cookie.as_str()]);
            assert!(stack.send(&format!("GET {path}"), &headers).await.status() < 300, "{path}");
            headers.extend(evil);
            let answer = stack.send(&format!("GET {path}"), &headers).await;
            assert_eq!(
                (answer.status(), answer.json()["error"]["code"].as_str()),
                (403, Some("FOREIGN_ORIGIN")),
                "{path}"
            );
            // A link on a page of another site leads here without harm, even where the method is not told.
            let answer = traefik(&stack, path, "/x", &[&cookie, link[0], link[1]]).await;
            assert!(answer.status() < 300, "{path}: {}", answer.0);
        }
    }
}

#[tokio::test]
async fn methods_that_servers_read_differently_are_refused() {
    let stack = stack(TargetSource::Forwarded, |config| config.compat.authelia = true).await;
    let cookie = format!("Cookie: {}", stack.full());
    for method in ["delete", "Trace", "CONNECT"] {
        let told: Vec<String> =
            TRAEFIK.iter().map(|line| line.replace("Method: GET", &format!("Method: {method}"))).collect();
        for path in ["/oauth2/auth", "/api/authz/forward-auth", "/api/verify"] {
            let mut headers: Vec<&str> = told.iter().map(String::as_str).collect();
            headers.extend(["X-Forwarded-Uri: /x", cookie.as_str()]);
            assert_eq!(stack.send(&format!("GET {path}"), &headers).await.status(), 403, "{path} {method}");
        }
    }
    assert_eq!(stack.send("get /oauth2/sign_in", &[]).await.status(), 405);
}

#[tokio::test]
async fn strangers_are_refused_whatever_they_send() {
    let stack = Stack { peer: "192.0.2.1", ..strict().await };
    let cookie = format!("Cookie: {}", stack.full());
    let original = ["X-Original-URL: https://example.com/x", "X-Original-Method: GET"];
    for path in ["/oauth2/auth", "/api/authz/forward-auth", "/api/verify", "/api/authz/ext-authz//x"] {
        let answer = traefik(&stack, path, "/x", &[&cookie]).await;
        assert_eq!(answer.status(), 403, "{path}: {}", answer.0);
        assert_eq!(answer.json()["error"]["code"], "UNTRUSTED_PEER");
    }
    let answer = stack.send("GET /api/authz/auth-request", &[original[0], original[1], &cookie]).await;
    assert_eq!(answer.json()["error"]["code"], "UNTRUSTED_PEER");
}
