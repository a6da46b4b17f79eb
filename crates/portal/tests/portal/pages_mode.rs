//! `legacy.second_factor = "pages"`: a dashboard that knows nothing of second factors.

use postern_model::access::SecondFactorPolicy;
use serde_json::Value;

use crate::harness::Gate;

/// The dashboard with `?login=success`, as a return URL.
const BACK: &str = "rd=http%3A%2F%2Flocalhost%3A5173%2F%3Flogin%3Dsuccess";

#[tokio::test]
async fn login_leads_on_to_the_missing_step_and_only_then_to_the_dashboard() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let fresh = gate.sign_in("ada@example.com").await;
    assert_eq!(gate.get("/login", Some(&fresh)).await.location(), format!("/postern/enrol?{BACK}"));

    let enrolled = gate.enrol(&fresh).await;
    assert_eq!(gate.get("/login", Some(&enrolled.token)).await.location(), "http://localhost:5173/?login=success");

    let next_day = gate.sign_in("ada@example.com").await;
    let verify = format!("/postern/verify?{BACK}");
    assert_eq!(gate.get("/login", Some(&next_day)).await.location(), verify);
    let page = gate.get(&verify, Some(&next_day)).await;
    gate.clock.advance(std::time::Duration::from_secs(30));
    let (csrf, code) = (page.field("csrf"), gate.code(&enrolled.secret));
    let fields = [("csrf", csrf.as_str()), ("method", "totp"), ("rd", &page.field("rd")), ("code", &code)];
    let done = gate.post("/postern/verify", Some(&next_day), &fields).await;
    assert_eq!((done.status.as_u16(), done.location()), (303, "http://localhost:5173/?login=success"));
}

#[tokio::test]
async fn me_is_401_until_the_step_is_done_so_that_the_dashboard_offers_its_login() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let fresh = gate.sign_in("ada@example.com").await;
    let me = gate.call("GET", "/me", Some(&fresh), Value::Null).await;
    assert_eq!((me.status.as_u16(), me.header("access-control-allow-origin")), (401, "http://localhost:5173"));
    assert_eq!(me.json()["error"]["code"], "ENROLMENT_REQUIRED");
    assert_eq!(
        me.json()["error"]["details"]["url"],
        "http://localhost:8080/postern/enrol?rd=http%3A%2F%2Flocalhost%3A5173%2F"
    );
    let token = gate.enrol(&fresh).await.token;
    assert_eq!(gate.call("GET", "/me", Some(&token), Value::Null).await.status, 200);
    let next_day = gate.sign_in("ada@example.com").await;
    let me = gate.call("GET", "/me", Some(&next_day), Value::Null).await;
    assert_eq!((me.status.as_u16(), &me.json()["error"]["code"]), (401, &Value::from("SECOND_FACTOR_REQUIRED")));
}

#[tokio::test]
async fn who_needs_no_second_factor_reaches_the_dashboard_at_once() {
    let gate = Gate::with_pages(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    assert_eq!(gate.get("/login", Some(&token)).await.location(), "http://localhost:5173/?login=success");
    assert_eq!(gate.call("GET", "/me", Some(&token), Value::Null).await.status, 200);
}

#[tokio::test]
async fn me_is_served_from_the_cache_while_the_store_is_away() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let fresh = gate.sign_in("ada@example.com").await;
    let waiting = gate.authn.session(&fresh).await.unwrap().unwrap();
    let token = gate.enrol(&fresh).await.token;
    let complete = gate.authn.session(&token).await.unwrap().unwrap();

    let outage = Gate::in_outage(SecondFactorPolicy::Required, complete);
    let me = outage.call("GET", "/me", Some(&token), Value::Null).await;
    assert_eq!((me.status.as_u16(), &me.json()["email"]), (200, &Value::from("ada@example.com")));
    assert_eq!(outage.call("GET", "/api/2fa/status", Some(&token), Value::Null).await.status, 503);

    let outage = Gate::in_outage(SecondFactorPolicy::Required, waiting);
    let me = outage.call("GET", "/me", Some(&fresh), Value::Null).await;
    assert_eq!((me.status.as_u16(), &me.json()["error"]["code"]), (401, &Value::from("ENROLMENT_REQUIRED")));
    outage.clock.advance(std::time::Duration::from_secs(24 * 3600));
    assert_eq!(outage.call("GET", "/me", Some(&token), Value::Null).await.json()["error"]["code"], "SIGN_IN_REQUIRED");
}

#[tokio::test]
async fn too_many_cookies_are_explained_and_the_session_cookie_is_kept() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for path in ["/postern/sign-in", "/postern/account", "/postern/verify"] {
        let request = crate::harness::request("GET", path, None).header("sec-fetch-mode", "navigate");
        let request = request.header("cookie", format!("other={}", "x".repeat(20_000)));
        let answer = gate.send(request.body(http_body_util::Full::default()).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (431, ""), "{path}");
        assert!(answer.text.contains("Delete the cookies of this site"), "{path}");
    }
}
