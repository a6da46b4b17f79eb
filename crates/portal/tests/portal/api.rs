//! The JSON API as the guide's React components use it.

use std::time::Duration;

use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use serde_json::{Value, json};

use crate::harness::{Answer, DASHBOARD, Gate};

#[tokio::test]
async fn without_a_session_everything_is_401_in_the_envelope_and_readable_for_the_dashboard() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    for (method, path) in [
        ("GET", "/me"),
        ("GET", "/api/2fa/status"),
        ("GET", "/postern/api/session"),
        ("POST", "/api/2fa/setup/start"),
        ("POST", "/api/2fa/verify"),
        ("POST", "/api/2fa/disable"),
    ] {
        let answer = gate.call(method, path, None, Value::Null).await;
        assert_eq!(answer.status, 401, "{path}");
        let body = answer.json();
        assert_eq!(body["error"]["code"], "SIGN_IN_REQUIRED");
        assert_eq!(body["message"], body["error"]["message"]);
        assert!(body["metadata"]["executionTime"].is_number());
        assert_eq!(answer.header("access-control-allow-origin"), DASHBOARD);
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        assert_eq!(answer.header("content-type"), "application/json");
    }
}

/// The guide's dialog has a "Skip for now" that cannot be honoured under `required`. A dashboard that then waits for data
/// is sent back to its login once the sign-in ran out, and offers the same dialog when it asks again before.
#[tokio::test]
async fn a_required_step_that_a_dashboard_skips_stays_required_until_the_sign_in_runs_out() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.sign_in("ada@example.com").await;
    for minutes in [0, 9] {
        gate.clock.advance(Duration::from_secs(minutes * 60));
        let me = gate.call("GET", "/me", Some(&token), Value::Null).await;
        assert_eq!((me.status.as_u16(), &me.json()["requires_2fa"]), (200, &json!(true)));
        assert_eq!(me.json()["is_2fa_verified"], json!(false));
    }
    gate.clock.advance(Duration::from_secs(60));
    let over = gate.call("GET", "/me", Some(&token), Value::Null).await;
    assert_eq!((over.status.as_u16(), &over.json()["error"]["code"]), (401, &json!("SIGN_IN_REQUIRED")));
}

#[tokio::test]
async fn the_guide_s_set_up_and_verification_work_call_by_call() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    let me = gate.call("GET", "/me", Some(&token), Value::Null).await.json();
    for (name, value) in [
        ("name", json!("Ada")),
        ("email", json!("ada@example.com")),
        ("picture", json!("https://example.com/ada.png")),
        ("full_name", json!("Ada Lovelace")),
        ("requires_2fa", json!(false)),
        ("has_2fa_enabled", json!(false)),
        ("is_2fa_verified", json!(false)),
        ("is_active", json!(true)),
    ] {
        assert_eq!(me[name], value, "{name}");
    }

    let start = gate.call("POST", "/api/2fa/setup/start", Some(&token), Value::Null).await.json();
    assert_eq!((&start["success"], &start["error"]), (&json!(true), &Value::Null));
    let data = &start["data"];
    assert!(data["qr_code"].as_str().unwrap().starts_with("data:image/png;base64,"));
    assert_eq!(data["expires_in"], 600);
    let secret = data["secret"].as_str().unwrap().to_owned();
    let body = json!({ "code": gate.code(&secret), "setup_token": data["setup_token"] });
    let done = gate.call("POST", "/api/2fa/setup/verify", Some(&token), body).await;
    assert_eq!(done.json()["data"]["message"], "2FA setup completed successfully");
    let codes = done.json()["data"]["backup_codes"].clone();
    assert_eq!(codes.as_array().unwrap().len(), 8);
    assert!(codes.as_array().unwrap().iter().all(|code| code.as_str().unwrap().len() == 9));
    let token = done.token().expect("the level changed, so the token rotates");

    gate.clock.advance(Duration::from_secs(30));
    let waiting = gate.sign_in("ada@example.com").await;
    let me = gate.call("GET", "/me", Some(&waiting), Value::Null).await.json();
    assert_eq!(
        (&me["requires_2fa"], &me["has_2fa_enabled"], &me["is_2fa_verified"]),
        (&json!(true), &json!(true), &json!(false))
    );
    let wrong = gate.call("POST", "/api/2fa/verify", Some(&waiting), json!({"code": "000000", "method": "totp"})).await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.json()["message"].as_str()),
        (400, Some("Invalid code. 2 attempts remaining"))
    );
    let body = json!({ "code": codes[0], "method": "backup" });
    let raised = gate.call("POST", "/postern/api/2fa/verify", Some(&waiting), body.clone()).await;
    assert_eq!(raised.json()["data"], json!({"success": true, "message": "2FA verification successful"}));
    let raised = raised.token().unwrap();
    let spent = gate.call("POST", "/api/2fa/verify", Some(&raised), body).await;
    assert_eq!(spent.json()["error"]["code"], "INVALID_CODE", "a backup code works once");

    let status = gate.call("GET", "/api/2fa/status", Some(&raised), Value::Null).await.json();
    let expected = json!({
        "is_enabled": true,
        "is_required": true,
        "is_verified": true,
        "methods_available": ["totp", "backup"],
        "backup_codes_remaining": 7,
    });
    assert_eq!(status["data"], expected);
    let off = gate.call("POST", "/api/2fa/disable", Some(&token), json!({ "code": gate.code(&secret) })).await;
    assert_eq!(off.json()["data"], json!({"success": true, "message": "2FA disabled successfully"}));
    let status = gate.call("GET", "/api/2fa/status", off.token().as_ref(), Value::Null).await.json();
    assert_eq!((&status["data"]["is_enabled"], &status["data"]["methods_available"]), (&json!(false), &json!([])));
}

#[tokio::test]
async fn every_refusal_has_its_code_and_status() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let bare = gate.sign_in("bare@example.com").await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let waiting = gate.sign_in("ada@example.com").await;
    let code = || json!({ "code": gate.code(&enrolled.secret) });
    for (path, token, body, status, expected) in [
        ("verify", &bare, json!({}), 400, "MISSING_CODE"),
        ("verify", &bare, json!({ "code": "123456" }), 400, "2FA_NOT_ENABLED"),
        ("setup/verify", &bare, json!({ "code": "123456" }), 400, "MISSING_DATA"),
        ("setup/verify", &bare, json!({ "code": "123456", "setup_token": "x" }), 400, "INVALID_TOKEN"),
        ("setup/start", &waiting, Value::Null, 403, "STEP_UP_REQUIRED"),
        ("disable", &waiting, code(), 403, "SECOND_FACTOR_REQUIRED"),
        ("reset", &waiting, Value::Null, 403, "SECOND_FACTOR_REQUIRED"),
        ("generate-backup-codes", &waiting, code(), 403, "SECOND_FACTOR_REQUIRED"),
        ("disable", &enrolled.token, code(), 403, "ENFORCED"),
        ("reset", &enrolled.token, Value::Null, 403, "ENFORCED"),
        ("generate-backup-codes", &enrolled.token, json!({}), 400, "MISSING_CODE"),
    ] {
        let answer = gate.call("POST", &format!("/api/2fa/{path}"), Some(token), body).await;
        let told = answer.json()["error"]["code"].clone();
        assert_eq!((answer.status.as_u16(), told.as_str()), (status, Some(expected)), "{path}");
    }
    let made = gate.call("POST", "/api/2fa/generate-backup-codes", Some(&enrolled.token), code()).await;
    assert_eq!(made.json()["data"]["backup_codes"].as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn the_third_wrong_code_locks_and_the_next_attempt_says_for_how_long() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let token = gate.sign_in("ada@example.com").await;
    let mut codes = Vec::new();
    for _ in 0..3 {
        let answer = gate.call("POST", "/api/2fa/verify", Some(&token), json!({ "code": "000000" })).await;
        codes.push(answer.json()["error"]["code"].as_str().unwrap().to_owned());
    }
    assert_eq!(codes, ["INVALID_CODE"; 3]);
    let right = json!({ "code": gate.code(&enrolled.secret) });
    let locked = gate.call("POST", "/api/2fa/verify", Some(&token), right).await;
    assert_eq!((locked.status.as_u16(), locked.header("retry-after")), (403, "301"));
    assert_eq!(locked.json()["error"]["code"], "ACCOUNT_LOCKED");
    assert_eq!(locked.json()["message"], "Too many wrong codes. Try again in 5 minutes.");
}

#[tokio::test]
async fn signing_out_answers_as_the_backend_did() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.sign_in("ada@example.com").await;
    let out = gate.call("POST", "/logout", Some(&token), Value::Null).await;
    assert_eq!((out.status.as_u16(), out.json()), (200, json!({ "message": "Logged out successfully" })));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert!(gate.authn.session(&token).await.unwrap().is_none());
    assert_eq!(gate.call("POST", "/logout", Some(&token), Value::Null).await.status, 200);
}

#[tokio::test]
async fn the_session_call_tells_levels_and_times() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let full = gate.call("GET", "/postern/api/session", Some(&enrolled.token), Value::Null).await.json();
    assert_eq!((&full["data"]["level"], &full["data"]["missing"]), (&json!("full"), &Value::Null));
    assert_eq!(full["data"]["second_factor"]["method"], "totp");
    assert_eq!(full["data"]["second_factor"]["verified_at"], "2027-01-15T08:00:00Z");
    assert_eq!(full["data"]["second_factor"]["expires_at"], "2027-01-15T16:00:00Z");
    assert_eq!(full["data"]["expires_at"], "2027-01-15T20:00:00Z");
    let first = json!({ "in_seconds": 8 * 3600 - 30, "code": "SECOND_FACTOR_REQUIRED", "url": "http://localhost:8080/postern/verify" });
    assert_eq!(
        full["data"]["renewal"], first,
        "the second factor, of half a minute ago, counts for eight hours of twelve"
    );
    let waiting = gate.sign_in("ada@example.com").await;
    let half = gate.call("GET", "/postern/api/session", Some(&waiting), Value::Null).await.json();
    assert_eq!(half["data"]["level"], "first-factor");
    assert_eq!(half["data"]["second_factor"]["verified_at"], Value::Null);
    assert_eq!(half["data"]["renewal"], Value::Null, "a step is missing already");
    assert_eq!(half["data"]["missing"]["code"], "SECOND_FACTOR_REQUIRED");
    assert_eq!(half["data"]["missing"]["url"], "http://localhost:8080/postern/verify");
}

#[tokio::test]
async fn a_call_whose_answer_was_lost_gets_it_again_with_the_cookie_and_the_codes() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    let offer = gate.call("POST", "/api/2fa/setup/start", Some(&token), Value::Null).await.json()["data"].clone();
    let secret = offer["secret"].as_str().unwrap().to_owned();
    let body = json!({ "code": gate.code(&secret), "setup_token": offer["setup_token"] });
    let mut token = repeats(&gate, "setup/verify", &token, body).await;
    for path in ["generate-backup-codes", "disable"] {
        gate.clock.advance(Duration::from_secs(30));
        if path == "disable" {
            let waiting = gate.sign_in("ada@example.com").await;
            let _ = repeats(&gate, "verify", &waiting, json!({ "code": gate.code(&secret) })).await;
            gate.clock.advance(Duration::from_secs(30));
        }
        token = repeats(&gate, path, &token, json!({ "code": gate.code(&secret) })).await;
    }
}

/// Returns the token of the cookie that an answer sets.
fn text(answer: &Answer) -> Option<String> {
    answer.token().map(|token| token.to_text())
}

/// Makes a call twice with one token, and checks that both get the same answer and that nothing else does. Returns the
/// session's new token.
async fn repeats(gate: &Gate, path: &str, token: &SessionToken, body: Value) -> SessionToken {
    let path = format!("/api/2fa/{path}");
    let first = gate.call("POST", &path, Some(token), body.clone()).await;
    assert_eq!(first.status, 200, "{path}: {}", first.json());
    let fresh = first.token().unwrap();
    let again = gate.call("POST", &path, Some(token), body.clone()).await;
    assert_eq!((again.status.as_u16(), text(&again)), (200, text(&first)), "{path}");
    assert_eq!(again.json().get("data"), first.json().get("data"), "{path}");
    let mut other = body.clone();
    other.as_object_mut().unwrap().insert("code".to_owned(), json!("000000"));
    assert_eq!(gate.call("POST", &path, Some(token), other).await.status, 401, "{path}: another code");
    let elsewhere = if path.ends_with("/verify") && !path.contains("setup") { "disable" } else { "verify" };
    let elsewhere = format!("/api/2fa/{elsewhere}");
    assert_eq!(gate.call("POST", &elsewhere, Some(token), body.clone()).await.status, 401, "{path}: another call");
    gate.clock.advance(Duration::from_secs(60));
    assert_eq!(gate.call("POST", &path, Some(token), body).await.status, 401, "{path}: a minute later");
    fresh
}

#[tokio::test]
async fn a_replacement_that_is_begun_twice_has_one_setup_token() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let body = json!({ "code": gate.code(&enrolled.secret) });
    let first = gate.call("POST", "/api/2fa/setup/start", Some(&enrolled.token), body.clone()).await.json();
    let again = gate.call("POST", "/api/2fa/setup/start", Some(&enrolled.token), body).await.json();
    assert!(first["data"]["setup_token"].is_string());
    assert_eq!(first["data"], again["data"]);
}

#[tokio::test]
async fn two_identical_calls_at_a_time_get_one_answer() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    gate.clock.advance(Duration::from_secs(30));
    let waiting = gate.sign_in("ada@example.com").await;
    let body = json!({ "code": gate.code(&enrolled.secret) });
    let call = async |path, token, body: &Value| gate.call("POST", path, Some(token), body.clone()).await;
    let (one, two) = tokio::join!(call("/api/2fa/verify", &waiting, &body), call("/api/2fa/verify", &waiting, &body));
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200), "{} {}", one.json(), two.json());
    assert_eq!(text(&one), text(&two));
    gate.clock.advance(Duration::from_secs(30));
    let (token, body) = (one.token().unwrap(), json!({ "code": gate.code(&enrolled.secret) }));
    let (one, two) = tokio::join!(call("/api/2fa/disable", &token, &body), call("/api/2fa/disable", &token, &body));
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200), "{} {}", one.json(), two.json());
    assert_eq!(text(&one), text(&two));
}
