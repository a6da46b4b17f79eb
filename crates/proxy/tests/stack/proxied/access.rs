//! Access levels, missing steps, and writes of other sites.

use super::METHODS;
use crate::support::{Stack, route};
use postern_authn::rules::{Route, Rules};
use postern_model::access::Access;
use postern_model::invalidation::{Invalidation, InvalidationSink};

#[tokio::test]
async fn nothing_below_a_full_session_reaches_the_upstream() {
    let stack = Stack::plain().await;
    let pending = stack.pending();
    let unenrolled = stack.session(|view| {
        view.session.second_factor = None;
        view.factors.enabled = false;
    });
    let disabled = stack.session(|view| view.user.is_active = false);
    let stale = stack.session(|view| view.session.second_factor.as_mut().unwrap().at = stack_before(8));
    let unknown = "__Host-postern=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    for cookie in [pending, unenrolled, disabled, stale, unknown, String::new(), "__Host-postern=rubbish".to_owned()] {
        for method in METHODS {
            for path in
                ["/", "/api/x", "/public", "/publicx", "/healthz", "/fresh/x", "/closed/x", "/Health", "/PUBLIC/x"]
            {
                let answer = stack.send(&format!("{method} {path}"), &[&format!("Cookie: {cookie}")]).await;
                assert!(matches!(answer.status(), 401 | 403), "{method} {path} {cookie}: {}", answer.0);
            }
        }
    }
    assert_eq!(stack.recorder.count(), 0);
}

fn stack_before(hours: u64) -> postern_model::clock::Timestamp {
    crate::support::START.before(std::time::Duration::from_secs(hours * 3600))
}

#[tokio::test]
async fn each_level_of_access_is_held_to() {
    let stack = Stack::plain().await;
    let (full, pending) = (stack.full(), stack.pending());
    let cookies = [String::new(), format!("Cookie: {pending}"), format!("Cookie: {full}")];
    for (path, statuses) in [
        ("/public/x", [200, 200, 200]),
        ("/first/x", [401, 200, 200]),
        ("/fresh/x", [401, 401, 200]),
        ("/x", [401, 401, 200]),
        ("/closed/x", [403, 403, 403]),
    ] {
        for (cookie, status) in cookies.iter().zip(statuses) {
            let headers: Vec<&str> = if cookie.is_empty() { vec![] } else { vec![cookie] };
            assert_eq!(stack.send(&format!("GET {path}"), &headers).await.status(), status, "{path} {cookie}");
        }
    }
    stack.clock.advance(300);
    assert_eq!(stack.send("GET /fresh/x", &[&cookies[2]]).await.status(), 401);
    assert_eq!(stack.send("GET /x", &[&cookies[2]]).await.status(), 200);
}

#[tokio::test]
async fn a_phishing_resistant_factor_is_held_to_beside_the_level() {
    let stack = Stack::plain().await;
    let [code, passkey] = [stack.full(), stack.with_passkey()].map(|cookie| format!("Cookie: {cookie}"));
    let refused = stack.send("POST /vault/x?a=1", &[&code]).await;
    assert_eq!((refused.status(), stack.recorder.count()), (401, 0));
    let error = &refused.json()["error"];
    assert_eq!(error["code"], "PASSKEY_REQUIRED");
    let url = "https://example.com/postern/verify?factor=phishing-resistant&rd=%2Fvault%2Fx%3Fa%3D1";
    assert_eq!(error["details"]["url"], url);
    let page = stack.send("GET /vault/x?a=1", &[&code, "Accept: text/html"]).await;
    assert_eq!((page.status(), page.header("location")), (302, Some(url)));
    assert_eq!(stack.send("GET /vault/x", &[&passkey]).await.status(), 200);
    assert_eq!(stack.recorder.header("x-auth-methods"), ["google swk"]);
    stack.clock.advance(300);
    let late = stack.send("GET /vault/x", &[&passkey]).await;
    assert_eq!((late.status(), &late.json()["error"]["code"]), (401, &"PASSKEY_REQUIRED".into()), "both must hold");
    assert_eq!(stack.send("GET /x", &[&passkey]).await.status(), 200);
}

#[tokio::test]
async fn public_routes_carry_no_identity_and_read_no_session() {
    let stack = Stack::plain().await;
    let cookie = stack.full();
    assert_eq!(stack.send("GET /public/x", &[&format!("Cookie: {cookie}")]).await.status(), 200);
    assert!(stack.recorder.header("x-auth-user").is_empty());
    assert!(stack.recorder.header("cookie").is_empty());
    assert_eq!(stack.faces.core.sessions().stats().loads, 0);
}

#[tokio::test]
async fn programs_get_401_with_cors_and_people_a_redirect_that_keeps_the_query() {
    let stack = Stack::plain().await;
    let pending = format!("Cookie: {}", stack.pending());
    let answer = stack.send("GET /api?a=1&b=2", &[&pending, "Origin: http://localhost:5173"]).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:5173"));
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    let json = answer.json();
    assert_eq!(json["success"], false);
    assert_eq!(json["error"]["code"], "SECOND_FACTOR_REQUIRED");
    let url = "https://example.com/postern/verify?rd=%2Fapi%3Fa%3D1%26b%3D2";
    assert_eq!(json["error"]["details"]["url"], url);
    let answer = stack.send("GET /api?a=1&b=2", &[&pending, "Accept: text/html"]).await;
    assert_eq!((answer.status(), answer.header("location")), (302, Some(url)));
    let answer = stack.send("POST /api", &["Sec-Fetch-Mode: navigate"]).await;
    assert_eq!(
        (answer.status(), answer.header("location")),
        (303, Some("https://example.com/postern/sign-in?rd=%2Fapi"))
    );
    let unenrolled = stack.session(|view| {
        view.session.second_factor = None;
        view.factors.enabled = false;
    });
    let json = stack.send("GET /", &[&format!("Cookie: {unenrolled}")]).await.json();
    assert_eq!(json["error"]["code"], "ENROLMENT_REQUIRED");
}

#[tokio::test]
async fn a_cookie_that_is_doubled_or_malformed_gets_401_and_is_taken_back() {
    let stack = Stack::plain().await;
    let cookie = stack.full();
    for header in [
        format!("Cookie: {cookie}; {cookie}"),
        format!("Cookie: {cookie}\r\nCookie: {cookie}"),
        format!("Cookie: {cookie}x"),
    ] {
        let answer = stack.send("GET /", &[&header, "Accept: text/html"]).await;
        assert_eq!(answer.status(), 401, "{}", answer.0);
        assert!(answer.header("set-cookie").unwrap().starts_with("__Host-postern=;"));
    }
    assert_eq!(stack.recorder.count(), 0);
}

#[tokio::test]
async fn writes_of_foreign_pages_are_refused() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    for (headers, status) in [
        (vec!["Origin: https://example.com"], 200),
        (vec!["Origin: https://example.com", "Sec-Fetch-Site: same-origin"], 200),
        (vec!["Origin: http://localhost:5173", "Sec-Fetch-Site: cross-site"], 200),
        (vec![], 200),
        (vec!["Sec-Fetch-Site: none"], 200),
        (vec!["Sec-Fetch-Site: cross-site"], 403),
        (vec!["Sec-Fetch-Site: same-site"], 403),
        (vec!["Origin: null"], 403),
        (vec!["Origin: https://evil.com"], 403),
        (vec!["Origin: https://example.com", "Origin: https://example.com"], 403),
        (vec!["Origin: https://example.com", "Sec-Fetch-Site: cross-site"], 403),
    ] {
        let mut headers = headers;
        headers.push(&cookie);
        for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
            assert_eq!(stack.send(&format!("{method} /x"), &headers).await.status(), status, "{method} {headers:?}");
        }
        assert_eq!(stack.send("GET /x", &headers).await.status(), 200);
    }
}

#[tokio::test]
async fn a_route_may_take_the_writes_of_other_sites() {
    let stack = Stack::new(|config| {
        config.rules = Rules::new(vec![Route { cross_site: true, ..route("/callback", Access::Full) }]);
    })
    .await;
    let cookie = format!("Cookie: {}", stack.full());
    let foreign = ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site", &cookie];
    assert_eq!(stack.send("POST /callback", &foreign).await.status(), 200);
    assert_eq!(stack.send("POST /x", &foreign).await.status(), 403);
    assert_eq!(stack.send("POST /callback", &foreign[..2]).await.status(), 401);
}

#[tokio::test]
async fn preflights_pass_without_identity_but_not_to_closed_routes() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    let preflight = ["Origin: http://localhost:5173", "Access-Control-Request-Method: PUT", &cookie];
    assert_eq!(stack.send("OPTIONS /api/x", &preflight).await.status(), 200);
    assert!(stack.recorder.header("x-auth-user").is_empty() && stack.recorder.header("cookie").is_empty());
    assert_eq!(stack.send("OPTIONS /closed/x", &preflight).await.status(), 403);
    for origin in ["Origin: https://evil.example", "Origin: https://example.com", "Origin: null"] {
        let status = stack.send("OPTIONS /api/x", &[origin, preflight[1]]).await.status();
        assert_eq!(status, 401, "{origin}: no page of it may call the application");
    }
    assert_eq!(stack.send("OPTIONS /api/x", &preflight[..1]).await.status(), 401);
    assert_eq!(stack.send("GET /api/x", &preflight[..2]).await.status(), 401);
    assert_eq!(stack.faces.core.sessions().stats().loads, 0);
}

#[tokio::test]
async fn sessions_that_change_are_noticed_at_once() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 200);
    stack.store.change(|view| view.user.is_active = false);
    stack.cache.invalidate(Invalidation::User(stack.store.views()[0].user.id));
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 401);
}
