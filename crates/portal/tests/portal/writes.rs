//! Who may write: the origin, the form token, the content type.

use http_body_util::Full;
use postern_model::access::SecondFactorPolicy;
use serde_json::json;

use crate::harness::{DASHBOARD, Gate, ORIGIN, request};

const FORM: &str = "application/x-www-form-urlencoded";
const API_WRITES: [&str; 9] = [
    "/api/2fa/setup/start",
    "/api/2fa/setup/verify",
    "/api/2fa/verify",
    "/api/2fa/send-code",
    "/api/2fa/disable",
    "/api/2fa/reset",
    "/api/2fa/generate-backup-codes",
    "/postern/api/2fa/verify",
    "/logout",
];
const FORMS: [&str; 23] = [
    "/postern/sign-in",
    "/postern/language",
    "/postern/verify",
    "/postern/verify/send",
    "/postern/enrol",
    "/postern/account/sessions",
    "/postern/account/devices",
    "/postern/account/backup-codes",
    "/postern/account/email-codes",
    "/postern/account/number",
    "/postern/account/number/code",
    "/postern/account/disable",
    "/postern/account/authenticators/add",
    "/postern/account/authenticators/new",
    "/postern/account/authenticators/rename",
    "/postern/account/authenticators/remove",
    "/postern/account/passkeys",
    "/postern/account/passkeys/add",
    "/postern/account/passkeys/rename",
    "/postern/account/passkeys/remove",
    "/postern/kept",
    "/postern/not-me",
    "/postern/sign-out",
];

#[tokio::test]
async fn the_api_takes_writes_of_our_origin_and_the_dashboard_s_only() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.enrolled("ada@example.com").await.token;
    for path in API_WRITES {
        for (origin, site, refused) in [
            (None, None, true),
            (Some("null"), None, true),
            (Some("https://evil.example"), None, true),
            (Some("http://localhost:5173.evil.example"), None, true),
            (Some(ORIGIN), Some("cross-site"), true),
            (Some(DASHBOARD), Some("same-site"), false),
            (Some(ORIGIN), Some("same-origin"), false),
        ] {
            let mut ask = request("POST", path, Some(&token)).header("content-type", "application/json");
            for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
                if let Some(value) = value {
                    ask = ask.header(name, value);
                }
            }
            let answer = gate.send(ask.body(Full::from(r#"{"code":"x-"}"#)).unwrap()).await;
            let was_refused = answer.status == 403 && answer.json()["error"]["code"] == "ORIGIN_REFUSED";
            assert_eq!(was_refused, refused, "{path} {origin:?} {site:?}: {}", answer.text);
            if path == "/logout" && !refused {
                break;
            }
        }
    }
}

#[tokio::test]
async fn the_api_takes_json_only_and_a_body_is_not_needed() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.sign_in("ada@example.com").await;
    for (content_type, body, status) in [
        (Some("text/plain"), r#"{"code":"1"}"#, 415),
        (Some(FORM), "code=1", 415),
        (Some("multipart/form-data; boundary=x"), "--x--", 415),
        (None, r#"{"code":"1"}"#, 415),
        (None, "", 200),
        (Some("application/json"), "", 200),
        (Some("application/json; charset=utf-8"), "{}", 200),
    ] {
        let mut ask = request("POST", "/api/2fa/setup/start", Some(&token)).header("origin", DASHBOARD);
        if let Some(content_type) = content_type {
            ask = ask.header("content-type", content_type);
        }
        let answer = gate.send(ask.body(Full::from(body)).unwrap()).await;
        assert_eq!(answer.status, status, "{content_type:?} {body}");
        assert_eq!(answer.header("access-control-allow-origin"), DASHBOARD);
    }
}

#[tokio::test]
async fn forms_need_our_own_origin() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.enrolled("ada@example.com").await.token;
    let csrf = gate.csrf(&token).await;
    for path in FORMS {
        for origin in [None, Some("null"), Some("https://evil.example"), Some(DASHBOARD)] {
            let mut ask = request("POST", path, Some(&token)).header("content-type", FORM);
            if let Some(origin) = origin {
                ask = ask.header("origin", origin);
            }
            let answer = gate.send(ask.body(Full::from(format!("csrf={csrf}&session=others"))).unwrap()).await;
            assert_eq!(answer.status, 403, "{path} {origin:?}");
            assert!(answer.text.contains("ORIGIN_REFUSED"), "{path} {origin:?}");
        }
    }
}

#[tokio::test]
async fn forms_need_the_token_of_their_session() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let other = gate.csrf(&gate.sign_in("eve@example.com").await).await;
    let token = gate.enrolled("ada@example.com").await.token;
    for path in FORMS.iter().filter(|path| !path.ends_with("sign-in") && !path.ends_with("language")) {
        for csrf in ["", "x", &other] {
            let answer = gate.post(path, Some(&token), &[("csrf", csrf), ("session", "others"), ("code", "1")]).await;
            assert_eq!(answer.status, 403, "{path}");
            assert!(answer.text.contains("FORM_EXPIRED"), "{path}");
        }
    }
    assert_eq!(gate.get("/postern/account", Some(&token)).await.status, 200);
}

#[tokio::test]
async fn methods_that_a_route_does_not_take_are_named() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for (method, path, allow) in [
        ("PUT", "/postern/verify", "GET, HEAD, POST"),
        ("POST", "/postern/account", "GET, HEAD"),
        ("GET", "/api/2fa/verify", "POST"),
        ("HEAD", "/login", "GET"),
        ("HEAD", "/authorize", "GET"),
        ("GET", "/logout", "POST"),
        ("DELETE", "/me", "GET, HEAD"),
    ] {
        let answer = gate.send(request(method, path, None).body(Full::default()).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, allow), "{method} {path}");
    }
}

#[tokio::test]
async fn a_preflight_is_answered_for_the_dashboard_alone() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for (origin, shared) in [(DASHBOARD, DASHBOARD), ("https://evil.example", "")] {
        let ask = request("OPTIONS", "/api/2fa/verify", None)
            .header("origin", origin)
            .header("access-control-request-method", "POST");
        let answer = gate.send(ask.body(Full::default()).unwrap()).await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.header("access-control-allow-origin"), shared);
    }
    let page = request("OPTIONS", "/postern/verify", None)
        .header("origin", DASHBOARD)
        .header("access-control-request-method", "POST");
    assert_eq!(gate.send(page.body(Full::default()).unwrap()).await.status, 405);
}

#[tokio::test]
async fn a_large_body_is_413_and_a_body_that_is_no_json_is_400() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.sign_in("ada@example.com").await;
    let large = json!({ "code": "1".repeat(20_000) });
    assert_eq!(gate.call("POST", "/api/2fa/verify", Some(&token), large).await.status, 413);
    for body in [json!([1]), json!("x"), json!({"code": 123456}), json!({"code": {"$ne": 1}}), json!({"method": "sms"})]
    {
        let answer = gate.call("POST", "/api/2fa/verify", Some(&token), body.clone()).await;
        assert_eq!(answer.status, 400, "{body}");
    }
}
