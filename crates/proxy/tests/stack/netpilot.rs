//! The NetPilot profile, over the whole stack.

use std::io::Read;

use crate::checks::{DIALECTS, check_at};
use crate::support::Stack;
use postern_keystore::FlaskSession;
use postern_model::web::{ChallengeUi, LegacySite, Site};
use postern_proxy::LegacyBridge;
use serde_json::Value;

async fn netpilot() -> Stack {
    let flask = FlaskSession::new("f3a9c1d27b604e5f8a1b2c3d4e5f6071".to_owned().into()).unwrap();
    Stack::new(|config| config.legacy = Some(LegacyBridge::new(Some(flask)))).await
}

#[tokio::test]
async fn a_script_s_refused_call_leads_back_to_the_dashboard_and_not_to_the_api() {
    let legacy =
        LegacySite { frontend_url: "http://localhost:5173".parse().unwrap(), second_factor: ChallengeUi::Pages };
    let stack = Stack::new(|config| {
        config.site = Site::new("https://example.com".parse().unwrap(), "/postern", Vec::new(), Some(legacy.clone()));
    })
    .await;
    let called = stack.send("GET /api/settings", &["Sec-Fetch-Mode: cors"]).await;
    let url = called.json()["error"]["details"]["url"].clone();
    assert_eq!(url, "https://example.com/postern/sign-in?rd=http%3A%2F%2Flocalhost%3A5173%2F");
    let opened = stack.send("GET /api/settings", &["Sec-Fetch-Mode: navigate"]).await;
    assert_eq!(opened.header("location"), Some("https://example.com/postern/sign-in?rd=%2Fapi%2Fsettings"));
}

/// The content of the session cookie that the upstream got last, beside the other cookies.
fn session(stack: &Stack) -> (Value, String) {
    let cookies = stack.recorder.header("cookie");
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    let (session, others) = cookies[0].split_once("; ").unwrap_or((&cookies[0], ""));
    let body = session.strip_prefix("session=").unwrap();
    let deflated = body.starts_with('.');
    let body = body.trim_start_matches('.').split('.').next().unwrap();
    let bytes = data_encoding::BASE64URL_NOPAD.decode(body.as_bytes()).unwrap();
    let mut json = String::new();
    if deflated {
        flate2::read::ZlibDecoder::new(bytes.as_slice()).read_to_string(&mut json).unwrap();
    } else {
        json = String::from_utf8(bytes).unwrap();
    }
    (serde_json::from_str(&json).unwrap(), others.to_owned())
}

#[tokio::test]
async fn a_verified_request_carries_the_backend_s_session_in_place_of_the_browser_s() {
    let stack = netpilot().await;
    let cookie = stack.full();
    let header = format!("Cookie: session=evil; a=1; {cookie}; b=2");
    assert_eq!(stack.send("GET /api/settings", &[&header]).await.status(), 200);
    let (payload, others) = session(&stack);
    let user = stack.store.views()[0].user.clone();
    assert_eq!(others, "a=1; b=2");
    assert_eq!(payload["user_id"], user.id.to_string());
    assert_eq!(payload["_permanent"], true);
    assert_eq!(payload["2fa_verified"], true);
    assert_eq!(payload["2fa_verified_at"], "2026-01-01T00:00:00.000000");
    let info = &payload["user"]["userinfo"];
    assert_eq!((&info["sub"], &info["email"]), (&"1234".into(), &"ada@example.com".into()));
    assert_eq!((&info["name"], &info["given_name"]), (&"Ada Lovelace".into(), &"Ada Maria".into()));
}

#[tokio::test]
async fn an_allowed_check_carries_the_backend_s_session_in_place_of_the_browser_s() {
    let flask = FlaskSession::new("f3a9c1d27b604e5f8a1b2c3d4e5f6071".to_owned().into()).unwrap();
    let mut stack = Stack::new(|config| {
        config.legacy = Some(LegacyBridge::new(Some(flask)));
        config.check_cookies = true;
    })
    .await;
    stack.peer = "10.0.0.9";
    let cookie = stack.full();
    let header = format!("Cookie: session=evil; a=1; {cookie}; b=2");
    for dialect in DIALECTS {
        let allowed = check_at(&stack, dialect, "GET", "example.com", "/api/settings", &[&header]).await;
        assert_eq!(allowed.status(), 200, "{dialect}");
        let (session, others) = allowed.header("cookie").unwrap().split_once("; ").unwrap();
        assert_eq!(others, "a=1; b=2", "{dialect}");
        assert!(session.starts_with("session=") && session.matches('.').count() >= 2, "{dialect}: {session}");
        // Nobody's request has none, and the header is there, so that a proxy that copies it removes the client's own.
        let nobody = check_at(&stack, dialect, "GET", "example.com", "/health", &["Cookie: session=evil"]).await;
        assert_eq!((nobody.status(), nobody.header("cookie")), (200, Some("")), "{dialect}");
        let refused = check_at(&stack, dialect, "GET", "example.com", "/api/settings", &["Cookie: session=evil"]).await;
        assert_eq!(refused.header("cookie"), None, "{dialect}");
    }
}

#[tokio::test]
async fn the_session_is_minted_seldom_and_never_older_than_the_backend_takes() {
    let stack = netpilot().await;
    let cookie = format!("Cookie: {}", stack.full());
    let mut minted = Vec::new();
    for minute in 0..60 {
        assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 200);
        let at = session(&stack).0["2fa_verified_at"].as_str().unwrap().to_owned();
        let age = minute - at[14..16].parse::<i64>().unwrap();
        assert!((0..=10).contains(&age), "{at} after {minute} minutes");
        minted.push(at);
        stack.clock.advance(60);
    }
    minted.dedup();
    assert_eq!(minted.len(), 6);
}

#[tokio::test]
async fn without_a_second_factor_none_is_claimed_and_public_routes_get_no_session() {
    let stack = netpilot().await;
    let pending = format!("Cookie: {}", stack.pending());
    assert_eq!(stack.send("GET /first/x", &[&pending]).await.status(), 200);
    assert_eq!(session(&stack).0.get("2fa_verified"), None);
    assert_eq!(stack.send("GET /health", &["Cookie: session=evil", &pending]).await.status(), 200);
    assert!(stack.recorder.header("cookie").is_empty());
}

#[tokio::test]
async fn the_backend_s_own_sign_in_and_its_back_door_are_never_reached() {
    let stack = netpilot().await;
    let cookie = format!("Cookie: {}", stack.full());
    for path in [
        "/dev",
        "/dev/",
        "/dev/create-session/1",
        "/DEV/create-session/1",
        "/dev//create-session/1",
        "/dev;a/b",
        "/login",
        "/Login/",
        "/authorize?code=1",
        "/logout",
        "/me",
        "/api/2fa/verify",
        "/api/2fa/disable",
        "/api//2fa/disable",
    ] {
        for method in ["GET", "POST", "OPTIONS"] {
            for headers in [
                vec![cookie.as_str()],
                vec![],
                vec!["Origin: http://localhost:5173", "Access-Control-Request-Method: GET"],
            ] {
                assert_eq!(stack.send(&format!("{method} {path}"), &headers).await.status(), 404, "{method} {path}");
            }
        }
    }
    for path in ["/%64ev/x", "/x/../dev/x", "/dev%2fx", "/./dev/x", "//dev/x", "/.;/dev/x", "/dev%3bx"] {
        assert_eq!(stack.send(&format!("GET {path}"), &[&cookie]).await.status(), 400, "{path}");
    }
    assert_eq!(stack.recorder.count(), 0);
}

#[tokio::test]
async fn a_second_factor_that_runs_out_is_not_claimed_by_a_session_minted_before() {
    let stack = netpilot().await;
    let cookie = format!("Cookie: {}", stack.full());
    for _ in 0..9 {
        assert_eq!(stack.send("GET /first/x", &[&cookie]).await.status(), 200);
        stack.clock.advance(3200);
    }
    stack.clock.advance(-60);
    assert_eq!(stack.send("GET /first/x", &[&cookie]).await.status(), 200);
    assert_eq!(session(&stack).0["2fa_verified"], true);
    stack.clock.advance(61);
    assert_eq!(stack.send("GET /first/x", &[&cookie]).await.status(), 200);
    assert_eq!(session(&stack).0.get("2fa_verified"), None);
}
