//! Sign-in, the callback, and missing steps.

use crate::harness::{Gate, request};
use http_body_util::Full;
use postern_model::access::SecondFactorPolicy;

#[tokio::test]
async fn signing_in_starts_at_the_provider_and_keeps_the_way_back() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let page = gate.get("/postern/sign-in?rd=/a%3Fb%3D1", None).await;
    assert_eq!((page.status.as_u16(), page.field("rd").as_str()), (200, "/a?b=1"));
    assert!(!page.headers.contains_key("set-cookie"), "looking at the page begins nothing");
    let off = gate.post("/postern/sign-in", None, &[("rd", "/a?b=1")]).await;
    assert_eq!(off.status, 303);
    assert!(off.location().starts_with("http://localhost:8081/auth?"), "{}", off.location());
    assert!(off.header("set-cookie").starts_with("postern-tx-"));
}

#[tokio::test]
async fn the_legacy_login_starts_for_navigations_only() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let off = gate.get("/login", None).await;
    assert!(off.status == 303 && off.location().starts_with("http://localhost:8081/auth?"));
    let picture = request("GET", "/login", None).header("sec-fetch-mode", "no-cors").header("accept", "image/*");
    let picture = gate.send(picture.body(Full::default()).unwrap()).await;
    assert_eq!((picture.status.as_u16(), picture.headers.get("set-cookie")), (401, None));
    assert_eq!(picture.json()["error"]["code"], "SIGN_IN_REQUIRED");
    let token = gate.enrolled("ada@example.com").await.token;
    assert_eq!(gate.get("/login", Some(&token)).await.location(), "http://localhost:5173/?login=success");
}

#[tokio::test]
async fn a_callback_of_nobody_s_is_explained_and_opens_nothing() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for path in ["/authorize", "/postern/callback", "/authorize?code=a&state=b", "/authorize?state=a&state=b&code=c"] {
        let answer = gate.get(path, None).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text.contains("This sign-in has expired") && answer.token().is_none(), "{path}");
        assert_eq!(answer.header("retry-after"), "", "it does not come back: {path}");
    }
}

#[tokio::test]
async fn a_callback_that_is_loaded_again_leads_on_where_the_session_is_there() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let waiting = gate.sign_in("ada@example.com").await;
    let again = gate.get("/authorize?code=a&state=b", Some(&waiting)).await;
    assert!(again.status == 303 && again.location().starts_with("/postern/enrol?rd="), "{}", again.location());
    let complete = gate.enrolled("bob@example.com").await.token;
    let again = gate.get("/authorize?code=a&state=b", Some(&complete)).await;
    assert_eq!((again.status.as_u16(), again.location()), (303, "http://localhost:5173/"));
    assert!(again.token().is_none(), "nothing about the session changes");
}

#[tokio::test]
async fn whoever_lacks_a_step_is_led_to_it_and_back() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let stranger = gate.get("/postern/account", None).await;
    assert_eq!(stranger.location(), "/postern/sign-in?rd=%2Fpostern%2Faccount");
    let fresh = gate.sign_in("ada@example.com").await;
    assert_eq!(gate.get("/postern/sign-in?rd=/x", Some(&fresh)).await.location(), "/postern/enrol?rd=%2Fx");
    assert_eq!(gate.get("/postern/verify?rd=/x", Some(&fresh)).await.location(), "/postern/enrol?rd=%2Fx");
    let enrolled = gate.enrolled("bob@example.com").await;
    let waiting = gate.sign_in("bob@example.com").await;
    assert_eq!(gate.get("/postern/sign-in?rd=/x", Some(&waiting)).await.location(), "/postern/verify?rd=%2Fx");
    assert!(gate.get("/postern/enrol?rd=/x", Some(&waiting)).await.location().starts_with("/postern/verify?rd="));
    assert_eq!(gate.get("/postern/sign-in?rd=/x", Some(&enrolled.token)).await.location(), "/x");
}

#[tokio::test]
async fn scripts_get_401_with_the_url_of_the_step_and_no_redirect() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.sign_in("ada@example.com").await;
    for (session, code) in [(None, "SIGN_IN_REQUIRED"), (Some(&token), "ENROLMENT_REQUIRED")] {
        let answer = gate.call("GET", "/postern/account", session, serde_json::Value::Null).await;
        assert_eq!((answer.status.as_u16(), answer.json()["error"]["code"].as_str()), (401, Some(code)));
        assert!(
            answer.json()["error"]["details"]["url"].as_str().unwrap().starts_with("http://localhost:8080/postern/")
        );
        assert_eq!(answer.header("access-control-allow-origin"), "http://localhost:5173");
    }
}

#[tokio::test]
async fn a_cookie_that_cannot_be_believed_is_said_and_cleared() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    let twice = format!("postern={0}; postern={0}", token.to_text());
    for jar in ["postern=x".to_owned(), twice] {
        let ask = request("GET", "/postern/account", None).header("cookie", jar).header("sec-fetch-mode", "navigate");
        let answer = gate.send(ask.body(Full::default()).unwrap()).await;
        assert_eq!(answer.status, 401);
        assert!(answer.header("set-cookie").starts_with("postern=;"));
    }
}

#[tokio::test]
async fn when_the_store_fails_nothing_is_shown_or_let_in() {
    let gate = Gate::unmigrated(SecondFactorPolicy::PerUser);
    let token = Gate::new(SecondFactorPolicy::PerUser).await.sign_in("ada@example.com").await;
    for path in ["/postern/account", "/postern/verify", "/postern/enrol", "/me", "/api/2fa/status", "/postern/sign-out"]
    {
        let answer = gate.get(path, Some(&token)).await;
        assert!(answer.status.is_server_error(), "{path}: {}", answer.status);
        assert!(!answer.text.contains("no such table"), "{path}");
    }
}
