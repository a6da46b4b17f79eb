//! Several authenticator apps on the pages.

use std::time::Duration;

use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_model::factor::SecondFactor;

use crate::harness::{Answer, Enrolled, Gate};

const ADD: &str = "/postern/account/authenticators/add";
const NEW: &str = "/postern/account/authenticators/new";
const REMOVE: &str = "/postern/account/authenticators/remove";

/// The key that a page shows for typing.
pub(crate) fn key(page: &Answer) -> String {
    page.text.split("id=\"key\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "")
}

/// The identifiers of the listed apps, in their order.
pub(crate) async fn ids(gate: &Gate, token: &SessionToken) -> Vec<String> {
    let account = gate.get("/postern/account", Some(token)).await;
    let rows = account.text.split("id=\"app-").skip(1);
    rows.map(|row| row.split('"').next().unwrap().to_owned()).collect()
}

/// Sends the code that allows an app to be added.
async fn begin(gate: &Gate, token: &SessionToken, code: &str) -> Answer {
    let page = gate.get(ADD, Some(token)).await;
    let (csrf, nonce) = (page.field("csrf"), page.field("nonce"));
    gate.post(ADD, Some(token), &[("csrf", &csrf), ("nonce", &nonce), ("code", code)]).await
}

/// Adds an app; returns its secret and the session's token.
async fn add(gate: &Gate, user: &Enrolled, name: &str) -> (String, SessionToken) {
    let begun = begin(gate, &user.token, &gate.code(&user.secret)).await;
    assert_eq!((begun.status.as_u16(), begun.location()), (303, NEW), "{}", begun.text);
    let scan = gate.get(NEW, Some(&user.token)).await;
    let (csrf, secret) = (scan.field("csrf"), key(&scan));
    let fields = [("csrf", csrf.as_str()), ("code", &gate.code(&secret)), ("name", name)];
    let added = gate.post(NEW, Some(&user.token), &fields).await;
    assert_eq!(added.location(), "/postern/account?done=authenticator", "{}", added.text);
    gate.clock.advance(Duration::from_secs(30));
    (secret, added.token().unwrap())
}

#[tokio::test]
async fn an_app_is_added_with_a_code_and_verifies_from_then_on() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    for (wrong, words) in [("", "Enter the code"), ("123", "six digits"), ("000000", "2 attempts left")] {
        let refused = begin(&gate, &ada.token, wrong).await;
        assert!(refused.status == 400 && refused.text.contains(words), "{wrong}: {}", refused.text);
    }
    begin(&gate, &ada.token, &gate.code(&ada.secret)).await;
    let scan = gate.get(NEW, Some(&ada.token)).await;
    let at = |mark: &str| scan.text.find(mark).unwrap_or_else(|| panic!("no {mark} in {}", scan.text));
    assert!(
        at("href=\"otpauth://") < at("class=\"qr\"") && at("class=\"qr\"") < at("id=\"key\">"),
        "one page: link, QR code, key"
    );
    assert!(at("phone-only") < at("href=\"otpauth://"), "the link stands first on phones");
    assert!(!scan.text.contains("Setup progress"), "no backup codes come afterwards");
    let csrf = scan.field("csrf");
    let wrong = [("csrf", csrf.as_str()), ("code", "000000"), ("name", "Tablet & Co")];
    let again = gate.post(NEW, Some(&ada.token), &wrong).await;
    assert!(again.status == 400 && again.text.contains("4 attempts left"), "{}", again.text);
    assert!(again.text.contains("value=\"Tablet &#38; Co\""), "what was typed stays: {}", again.text);
    let secret = key(&again);
    assert_eq!(secret, key(&scan), "one set-up");
    let right = [("csrf", csrf.as_str()), ("code", &gate.code(&secret)), ("name", "Tablet")];
    let added = gate.post(NEW, Some(&ada.token), &right).await;
    assert_eq!(added.location(), "/postern/account?done=authenticator");
    let token = added.token().unwrap();
    let account = gate.get(added.location(), Some(&token)).await;
    for words in ["Authenticator apps", "Tablet", "Your app is ready", "last used just now", "Authenticator app added"]
    {
        assert!(account.text.contains(words), "no {words} in {}", account.text);
    }
    gate.clock.advance(Duration::from_secs(30));
    for secret in [&ada.secret, &secret] {
        let next = gate.sign_in("ada@example.com").await;
        let csrf = gate.csrf(&next).await;
        let fields = [("csrf", csrf.as_str()), ("code", &gate.code(secret)), ("rd", "/x")];
        assert_eq!(gate.post("/postern/verify", Some(&next), &fields).await.location(), "/x");
    }
}

#[tokio::test]
async fn an_app_is_renamed_and_removed_with_a_code_of_another() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let (secret, token) = add(&gate, &ada, "Tablet").await;
    let csrf = gate.csrf(&token).await;
    let before = ids(&gate, &token).await;
    for (id, name) in [(&before[0], "Old phone"), (&before[1], "<i>Tablet</i>")] {
        let fields = [("csrf", csrf.as_str()), ("id", id), ("name", name)];
        let renamed = gate.post("/postern/account/authenticators/rename", Some(&token), &fields).await;
        assert_eq!(renamed.location(), "/postern/account?done=authenticator-renamed");
    }
    // The first one goes; its place is taken by the other.
    let asked = gate.get(&format!("{REMOVE}?id={}", before[0]), Some(&token)).await;
    assert!(asked.text.contains("Old phone") && asked.text.contains("stop working"), "{}", asked.text);
    let (csrf, nonce, id) = (asked.field("csrf"), asked.field("nonce"), asked.field("id"));
    let code = gate.code(&secret);
    let fields = [("csrf", csrf.as_str()), ("nonce", &nonce), ("id", &id), ("code", &code)];
    let removed = gate.post(REMOVE, Some(&token), &fields).await;
    assert_eq!(removed.location(), "/postern/account?done=authenticator-removed", "{}", removed.text);
    // The answer was lost: the same form gets it again, and nothing else is removed.
    let again = gate.post(REMOVE, Some(&token), &fields).await;
    assert_eq!(again.token(), removed.token());
    let token = removed.token().unwrap();
    assert_eq!(ids(&gate, &token).await, [before[1].clone()]);
    let account = gate.get("/postern/account", Some(&token)).await;
    assert!(account.text.contains("&#60;i&#62;Tablet") && !account.text.contains(REMOVE), "the only one has no link");
    let method = gate.authn.session(&token).await.unwrap().unwrap().session.second_factor.unwrap().method;
    assert_eq!(method, SecondFactor::Totp);
    let only = gate.get(&format!("{REMOVE}?id={}", before[1]), Some(&token)).await;
    assert_eq!(only.location(), "/postern/account?done=authenticator-only");
    let gone = gate.get(&format!("{REMOVE}?id={}", before[0]), Some(&token)).await;
    assert_eq!(gone.location(), "/postern/account?done=authenticator-gone");
}

#[tokio::test]
async fn a_form_sent_twice_adds_one_app() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let page = gate.get(ADD, Some(&ada.token)).await;
    let (csrf, nonce, code) = (page.field("csrf"), page.field("nonce"), gate.code(&ada.secret));
    let fields = [("csrf", csrf.as_str()), ("nonce", &nonce), ("code", &code)];
    for _ in 0..2 {
        assert_eq!(gate.post(ADD, Some(&ada.token), &fields).await.location(), NEW);
    }
    let scan = gate.get(NEW, Some(&ada.token)).await;
    let (nonce, code) = (scan.field("nonce"), gate.code(&key(&scan)));
    let fields = [("csrf", csrf.as_str()), ("nonce", &nonce), ("code", &code), ("name", "Tablet")];
    let added = gate.post(NEW, Some(&ada.token), &fields).await;
    let again = gate.post(NEW, Some(&ada.token), &fields).await;
    assert_eq!((again.location(), again.token()), (added.location(), added.token()));
    assert_eq!(ids(&gate, &added.token().unwrap()).await.len(), 2);
}

#[tokio::test]
async fn a_set_up_that_is_over_begins_again_with_a_code() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    assert_eq!(gate.get(NEW, Some(&ada.token)).await.location(), ADD, "without a code there is no QR code");
    begin(&gate, &ada.token, &gate.code(&ada.secret)).await;
    let csrf = gate.csrf(&ada.token).await;
    let secret = key(&gate.get(NEW, Some(&ada.token)).await);
    gate.clock.advance(Duration::from_secs(600));
    let fields = [("csrf", csrf.as_str()), ("code", &gate.code(&secret)), ("name", "Tablet")];
    let late = gate.post(NEW, Some(&ada.token), &fields).await;
    assert!(late.status == 400 && late.text.contains("That setup expired"), "{}", late.text);
    assert_eq!(late.reason, Some("SETUP_ENDED"), "no code was wrong");
    assert!(late.text.contains(&format!("action=\"{ADD}\"")), "{}", late.text);
}

#[tokio::test]
async fn an_app_of_another_user_is_as_unknown_as_any() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let (_, token) = add(&gate, &ada, "Tablet").await;
    let of_ada = ids(&gate, &token).await;
    let eve = gate.enrolled("eve@example.com").await;
    let (_, eve_token) = add(&gate, &eve, "Hers").await;
    let (csrf, code) = (gate.csrf(&eve_token).await, gate.code(&eve.secret));
    for id in [of_ada[0].as_str(), &of_ada[1], "6f9c2f0e-0000-4000-8000-000000000000", "x", ""] {
        let fields = [("csrf", csrf.as_str()), ("code", &code), ("id", id), ("name", "Eve’s")];
        for path in ["/postern/account/authenticators/rename", REMOVE] {
            let refused = gate.post(path, Some(&eve_token), &fields).await;
            assert_eq!(refused.location(), "/postern/account?done=authenticator-gone", "{path} {id}");
        }
    }
    assert_eq!(ids(&gate, &token).await, of_ada);
}

#[tokio::test]
async fn without_a_complete_session_the_routes_lead_to_the_missing_step() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled("ada@example.com").await;
    let waiting = gate.sign_in("ada@example.com").await;
    let csrf = gate.csrf(&waiting).await;
    for (token, step) in [(None, "/postern/sign-in"), (Some(&waiting), "/postern/verify")] {
        for path in [ADD, NEW, "/postern/account/authenticators/rename", REMOVE] {
            let code = gate.code(&ada.secret);
            let fields = [("csrf", csrf.as_str()), ("code", &code), ("id", "x"), ("name", "x")];
            let refused = gate.post(path, token, &fields).await;
            assert!(refused.status == 303 && refused.location().starts_with(step), "{path}: {}", refused.location());
            if !path.ends_with("rename") {
                let refused = gate.get(path, token).await;
                assert!(refused.status == 303 && refused.location().starts_with(step), "{path}");
            }
        }
    }
}

/// The guide's API knows one authenticator, and goes on as it was.
#[tokio::test]
async fn the_api_accepts_codes_of_every_app_and_replaces_the_first() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let ada = gate.enrolled("ada@example.com").await;
    let (secret, token) = add(&gate, &ada, "Tablet").await;
    let status = gate.call("GET", "/api/2fa/status", Some(&token), serde_json::Value::Null).await.json();
    assert_eq!(status["data"]["methods_available"], serde_json::json!(["totp", "backup"]));
    let body = serde_json::json!({ "code": gate.code(&secret) });
    let verified = gate.call("POST", "/api/2fa/verify", Some(&token), body).await;
    assert_eq!(verified.status, 200, "{}", verified.text);
    let token = verified.token().unwrap();
    gate.clock.advance(Duration::from_secs(30));
    let body = serde_json::json!({ "code": gate.code(&secret) });
    let off = gate.call("POST", "/api/2fa/disable", Some(&token), body).await;
    assert_eq!(off.status, 200, "{}", off.text);
    assert!(ids(&gate, &off.token().unwrap()).await.is_empty());
}
