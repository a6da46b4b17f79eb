//! The list of sessions, and signing out.

use crate::harness::Gate;
use postern_model::access::{SecondFactorPolicy, SessionLimits};
use std::time::Duration;

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let here = gate.sign_in("ada@example.com").await;
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1";
    let there = gate.sign_in_as("ada@example.com", "Ada", phone).await;
    let stranger = gate.sign_in("eve@example.com").await;
    let page = gate.get("/postern/account", Some(&here)).await;
    assert!(
        page.text.contains("Safari on iPhone") && page.text.contains("This device") && page.text.contains("192.0.2.7")
    );
    let csrf = page.field("csrf");
    let foreign = gate.authn.session(&stranger).await.unwrap().unwrap().session.id.to_string();
    for (session, done) in
        [(foreign.as_str(), "none"), ("x", "none"), ("", "none"), ("others", "others"), ("others", "none")]
    {
        let answer =
            gate.post("/postern/account/sessions", Some(&here), &[("csrf", &csrf), ("session", session)]).await;
        assert_eq!(answer.location(), format!("/postern/account?done={done}"), "{session}");
    }
    assert!(gate.authn.session(&there).await.unwrap().is_none());
    assert!(gate.authn.session(&stranger).await.unwrap().is_some());
    // The session of this browser is not ended here: the page that signs out asks first.
    let own = gate.authn.session(&here).await.unwrap().unwrap().session.id.to_string();
    let answer = gate.post("/postern/account/sessions", Some(&here), &[("csrf", &csrf), ("session", &own)]).await;
    assert_eq!(answer.location(), "/postern/sign-out");
    assert!(gate.authn.session(&here).await.unwrap().is_some());
}

#[tokio::test]
async fn a_session_waits_for_its_factor_in_the_list_where_one_is_required_or_enrolled() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let bare = gate.sign_in("bare@example.com").await;
    gate.sign_in("bare@example.com").await;
    let waits =
        async |token| gate.get("/postern/account", Some(token)).await.text.matches("Waiting for a code").count();
    let none = waits(&bare).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let alone = waits(&enrolled.token).await;
    gate.sign_in("ada@example.com").await;
    assert_eq!((none, waits(&enrolled.token).await), (0, alone + 1));
}

#[tokio::test]
async fn a_session_that_waits_for_its_factor_ends_no_other() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let waiting = gate.sign_in("ada@example.com").await;
    let csrf = gate.csrf(&waiting).await;
    let other = gate.authn.session(&enrolled.token).await.unwrap().unwrap().session.id.to_string();
    for session in ["others", &other] {
        let fields = [("csrf", csrf.as_str()), ("session", session)];
        let answer = gate.post("/postern/account/sessions", Some(&waiting), &fields).await;
        assert_eq!(answer.location(), "/postern/verify?rd=%2Fpostern%2Faccount", "{session}");
        assert!(gate.authn.session(&enrolled.token).await.unwrap().is_some(), "{session}");
    }
    assert_eq!(gate.get("/postern/account", Some(&waiting)).await.status, 303);
}

#[tokio::test]
async fn a_rotated_cookie_lasts_as_long_as_the_sign_in_has_left() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let token = gate.sign_in("ada@example.com").await;
    gate.clock.advance(Duration::from_secs(100));
    let (csrf, code) = (gate.csrf(&token).await, gate.code(&enrolled.secret));
    let fields = [("code", code.as_str()), ("method", "totp"), ("csrf", &csrf)];
    let answer = gate.post("/postern/verify", Some(&token), &fields).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.split("; ").any(|part| part == "Max-Age=43100"), "twelve hours less 100 s: {cookie}");
}

#[tokio::test]
async fn signing_out_is_asked_first_and_then_final() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    for path in ["/postern/sign-out", "/logout"] {
        let page = gate.get(path, Some(&token)).await;
        assert!(
            page.text.contains("Sign out of NetPilot?") && page.text.contains("action=\"/postern/sign-out\""),
            "{path}"
        );
    }
    assert!(gate.authn.session(&token).await.unwrap().is_some());
    let csrf = gate.csrf(&token).await;
    let out = gate.post("/postern/sign-out", Some(&token), &[("csrf", &csrf)]).await;
    assert_eq!((out.status.as_u16(), out.location()), (303, "/postern/sign-out"));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert!(gate.authn.session(&token).await.unwrap().is_none());
    assert!(gate.get("/postern/sign-out", None).await.text.contains("You are signed out"));
}

#[tokio::test]
async fn signing_out_has_the_browser_forget_its_pages() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.enrolled("ada@example.com").await.token;
    let csrf = gate.csrf(&token).await;
    let out = gate.post("/postern/sign-out", Some(&token), &[("csrf", &csrf)]).await;
    assert_eq!((out.status.as_u16(), out.header("clear-site-data")), (303, "\"cache\""));
}

/// The gate counts requests of the application; a page, `/me` and the session's state are use too.
#[tokio::test]
async fn the_gateway_s_own_pages_count_as_use_of_a_session() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let idle = SessionLimits::default().idle;
    for path in ["/postern/account", "/me", "/postern/api/session"] {
        let token = gate.sign_in("ada@example.com").await;
        for _ in 0..3 {
            gate.clock.advance(idle / 10 * 9);
            assert_eq!(gate.get(path, Some(&token)).await.status, 200, "{path}");
        }
        gate.clock.advance(idle);
        assert_ne!(gate.get(path, Some(&token)).await.status, 200, "{path}: unused for as long as the limit");
    }
}
