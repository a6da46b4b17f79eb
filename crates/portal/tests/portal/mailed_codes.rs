//! Codes by mail: switched on, asked for, entered, refused, and switched off.

use std::sync::atomic::Ordering;
use std::time::Duration;

use http_body_util::Full;
use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_model::factor::SecondFactor;
use postern_model::language::Language;
use postern_model::sent_code::{LIFETIME, PAUSE};
use postern_model::web::RequestId;
use serde_json::{Value, json};

use crate::harness::{Answer, Enrolled, Gate, ORIGIN, request};

const ADA: &str = "ada@example.com";
const PAGE: &str = "/postern/verify?method=email";

/// Submits the form of a page that asks for a confirmation.
async fn switch(gate: &Gate, ada: &Enrolled, token: &SessionToken, to: &str) -> Answer {
    let page = gate.get("/postern/account/email-codes", Some(token)).await;
    assert_eq!(page.field("id"), to, "{}", page.text);
    let (csrf, nonce, code) = (page.field("csrf"), page.field("nonce"), gate.code(&ada.secret));
    gate.clock.advance(Duration::from_secs(30));
    let fields = [("csrf", csrf.as_str()), ("nonce", &nonce), ("id", to), ("code", &code)];
    gate.post("/postern/account/email-codes", Some(token), &fields).await
}

/// Ada, who has codes by mail, and her session.
async fn switched_on(gate: &Gate) -> (Enrolled, SessionToken) {
    let token = gate.sign_in_vouched(ADA).await;
    let ada = gate.enrol(&token).await;
    gate.clock.advance(Duration::from_secs(30));
    let on = switch(gate, &ada, &ada.token, "on").await;
    assert_eq!((on.status.as_u16(), on.location()), (303, "/postern/account?done=mailed-on"), "{}", on.text);
    let token = on.token().unwrap();
    (ada, token)
}

async fn ask(gate: &Gate, token: &SessionToken) -> Answer {
    let csrf = gate.csrf(token).await;
    gate.post("/postern/verify/send", Some(token), &[("csrf", &csrf), ("method", "email")]).await
}

async fn enter(gate: &Gate, token: &SessionToken, code: &str) -> Answer {
    let page = gate.get(PAGE, Some(token)).await;
    let (csrf, nonce) = (page.field("csrf"), page.field("nonce"));
    let fields = [("csrf", csrf.as_str()), ("nonce", &nonce), ("method", "email"), ("code", code)];
    gate.post("/postern/verify", Some(token), &fields).await
}

fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

async fn failures(gate: &Gate, token: &SessionToken) -> u32 {
    use postern_model::store::FactorStore;
    let user = gate.authn.session(token).await.unwrap().unwrap().user.id;
    gate.store.lockout(user, SecondFactor::Email).await.unwrap().unwrap().failures
}

#[tokio::test]
async fn a_code_is_asked_for_sent_and_raises_the_session_without_a_script() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    switched_on(&gate).await;
    let token = gate.sign_in_vouched(ADA).await;
    let page = gate.get("/postern/verify?rd=%2Fdashboard", Some(&token)).await;
    assert!(page.text.contains("Code by mail"), "{}", page.text);
    let page = gate.get(PAGE, Some(&token)).await;
    assert!(page.text.contains("Send a code to a…@example.com"), "{}", page.text);
    assert!(!page.text.contains("name=\"code\""), "there is none to enter yet");

    let asked = ask(&gate, &token).await;
    assert_eq!((asked.status.as_u16(), asked.location()), (303, PAGE));
    let sent = gate.outbox.take();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].0, ADA, "the address that the provider vouched for");
    let page = gate.get(PAGE, Some(&token)).await;
    for needed in ["We sent a code to", "one-time-code", "You can ask for another code in 1 minute"] {
        assert!(page.text.contains(needed), "{needed} in {}", page.text);
    }
    let done = enter(&gate, &token, &sent[0].1).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let view = gate.authn.session(&done.token().unwrap()).await.unwrap().unwrap();
    assert_eq!(view.session.second_factor.unwrap().method, SecondFactor::Email);
    let account = gate.get("/postern/account", done.token().as_ref()).await;
    assert!(account.text.contains("Code by mail accepted") && account.text.contains("A code was sent by mail"));
}

#[tokio::test]
async fn a_double_click_sends_one_mail_and_answers_both() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    switched_on(&gate).await;
    let token = gate.sign_in_vouched(ADA).await;
    let (one, two) = tokio::join!(ask(&gate, &token), ask(&gate, &token));
    assert_eq!((one.location(), two.location()), (PAGE, PAGE));
    let code = gate.outbox.code();
    // And a code that is entered twice is answered twice.
    let page = gate.get(PAGE, Some(&token)).await;
    let (csrf, nonce) = (page.field("csrf"), page.field("nonce"));
    let fields = [("csrf", csrf.as_str()), ("nonce", &nonce), ("method", "email"), ("code", &code)];
    let first = gate.post("/postern/verify", Some(&token), &fields).await;
    let second = gate.post("/postern/verify", Some(&token), &fields).await;
    assert_eq!((first.status, second.status), (http::StatusCode::SEE_OTHER, http::StatusCode::SEE_OTHER));
    assert_eq!(first.token().unwrap().to_text(), second.token().unwrap().to_text());
}

#[tokio::test]
async fn every_code_is_refused_alike_and_what_could_not_be_right_is_not_counted() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    // A complete session: one that waits is over before its code is.
    let (_, token) = switched_on(&gate).await;
    let refused = async |token: &SessionToken, code: &str| {
        let csrf = gate.csrf(token).await;
        let answer =
            gate.post("/postern/verify", Some(token), &[("csrf", &csrf), ("method", "email"), ("code", code)]).await;
        assert_eq!((answer.status.as_u16(), answer.reason), (400, Some("INVALID_CODE")), "{}", answer.text);
        assert!(answer.text.contains("That code isn’t right, or it no longer works"), "{}", answer.text);
        answer
    };
    assert!(refused(&token, "123456").await.text.contains("3 attempts left"), "none was sent");
    ask(&gate, &token).await;
    let code = gate.outbox.code();
    let elsewhere = gate.sign_in_vouched(ADA).await;
    refused(&elsewhere, &code).await;
    gate.clock.advance(LIFETIME);
    refused(&token, &code).await;
    assert_eq!(failures(&gate, &token).await, 0);
    let malformed = enter_without_page(&gate, &token, "12 34").await;
    assert!(malformed.text.contains("didn’t count as an attempt"), "{}", malformed.text);
    assert_eq!(failures(&gate, &token).await, 0);

    ask(&gate, &token).await;
    let code = gate.outbox.code();
    assert!(refused(&token, &other(&code)).await.text.contains("2 attempts left"));
    refused(&token, &other(&code)).await;
    assert_eq!(failures(&gate, &token).await, 2);
    let locked = enter(&gate, &token, &other(&code)).await;
    assert_eq!((locked.status.as_u16(), locked.reason), (403, Some("ACCOUNT_LOCKED")));
    assert_eq!(enter_without_page(&gate, &token, &code).await.status, 403, "the right one, too");
    gate.clock.advance(PAUSE);
    assert_eq!(ask(&gate, &token).await.status, 403, "and none is sent");
    assert_eq!(gate.outbox.take(), []);
}

async fn enter_without_page(gate: &Gate, token: &SessionToken, code: &str) -> Answer {
    let csrf = gate.csrf(token).await;
    gate.post("/postern/verify", Some(token), &[("csrf", &csrf), ("method", "email"), ("code", code)]).await
}

#[tokio::test]
async fn a_code_that_cannot_be_sent_is_told_in_plain_words_and_worth_nothing() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    switched_on(&gate).await;
    let token = gate.sign_in_vouched(ADA).await;
    gate.outbox.refuses.store(true, Ordering::Relaxed);
    let asked = ask(&gate, &token).await;
    assert_eq!(asked.location(), "/postern/verify?method=email&told=unsent");
    let page = gate.get(asked.location(), Some(&token)).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("The code couldn’t be sent"), "{}", page.text);
    assert!(!page.text.contains("name=\"code\""), "{}", page.text);
    gate.outbox.refuses.store(false, Ordering::Relaxed);
    gate.clock.advance(PAUSE);
    ask(&gate, &token).await;
    let page = gate.get("/postern/verify?method=email&told=unsent", Some(&token)).await;
    assert!(!page.text.contains("couldn’t be sent"), "a link says nothing that is not so: {}", page.text);
    assert_eq!(enter(&gate, &token, &gate.outbox.code()).await.status, 303);
}

#[tokio::test]
async fn they_are_offered_to_nobody_who_did_not_switch_them_on() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let token = gate.sign_in_vouched(ADA).await;
    let ada = gate.enrol(&token).await;
    gate.clock.advance(Duration::from_secs(30));
    let token = gate.sign_in_vouched(ADA).await;
    let page = gate.get(PAGE, Some(&token)).await;
    assert!(page.text.contains("authenticator app") && !page.text.contains("by mail"), "{}", page.text);
    assert!(page.text.contains("data-passkey-offer"), "as with the app: {}", page.text);
    assert_eq!(ask(&gate, &token).await.status, 303);
    assert_eq!(gate.outbox.take(), []);
    let refused = enter_without_page(&gate, &token, "123456").await;
    assert_eq!((refused.status.as_u16(), refused.reason), (400, Some("METHOD_NOT_AVAILABLE")));
    assert!(refused.text.contains("No code by mail can be used for this sign-in."), "{}", refused.text);
    assert!(refused.text.contains("Six-digit") && !refused.text.contains("attempts left"), "{}", refused.text);
    assert_eq!(failures(&gate, &token).await, 0);
    // A session for which the provider vouched for no address is sent none, whatever the backend stored.
    let on = switch(&gate, &ada, &ada.token, "on").await;
    assert_eq!(on.status, 303);
    let unvouched = gate.sign_in(ADA).await;
    assert_eq!(ask(&gate, &unvouched).await.status, 303);
    assert_eq!(gate.outbox.take(), []);
    assert!(!gate.get(PAGE, Some(&unvouched)).await.text.contains("by mail"));
}

#[tokio::test]
async fn somebody_without_a_second_factor_is_led_to_setting_one_up() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let token = gate.sign_in_vouched(ADA).await;
    for answer in [enter_without_page(&gate, &token, "123456").await, ask(&gate, &token).await] {
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert!(answer.location().starts_with("/postern/enrol"), "{}", answer.location());
    }
}

#[tokio::test]
async fn dashboards_are_told_that_there_is_no_second_factor_or_none_by_mail() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.sign_in_vouched(ADA).await;
    let code = json!({ "method": "email", "code": "123456" });
    for (path, body) in [("/api/2fa/verify", &code), ("/api/2fa/send-code", &json!({ "method": "email" }))] {
        let none = gate.call("POST", path, Some(&token), body.clone()).await;
        assert_eq!((none.status.as_u16(), &none.json()["error"]["code"]), (400, &json!("2FA_NOT_ENABLED")), "{path}");
    }
    gate.enrol(&token).await;
    let token = gate.sign_in_vouched(ADA).await;
    let off = gate.call("POST", "/api/2fa/verify", Some(&token), code).await;
    assert_eq!((off.status.as_u16(), &off.json()["error"]["code"]), (400, &json!("METHOD_NOT_AVAILABLE")));
    assert_eq!(failures(&gate, &token).await, 0);
}

async fn unlock(gate: &Gate, token: &SessionToken) {
    use postern_model::store::FactorStore;
    let user = gate.authn.session(token).await.unwrap().unwrap().user.id;
    assert!(gate.store.unlock(user).await.unwrap());
}

#[tokio::test]
async fn a_code_by_mail_confirms_no_change_of_factors() {
    let gate = Gate::with_pages(SecondFactorPolicy::PerUser).await;
    switched_on(&gate).await;
    let token = gate.sign_in_vouched(ADA).await;
    ask(&gate, &token).await;
    let token = enter(&gate, &token, &gate.outbox.code()).await.token().unwrap();
    gate.clock.advance(PAUSE);
    ask(&gate, &token).await;
    let code = gate.outbox.code();
    let csrf = gate.csrf(&token).await;
    for path in ["backup-codes", "disable", "email-codes", "authenticators/add", "passkeys/add"] {
        let page = gate.get(&format!("/postern/account/{path}"), Some(&token)).await;
        assert_eq!(page.status, 200, "{path}");
        unlock(&gate, &token).await;
        let fields = [("csrf", csrf.as_str()), ("method", "email"), ("id", "off"), ("code", &code)];
        let answer = gate.post(&format!("/postern/account/{path}"), Some(&token), &fields).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text);
    }
    let view = gate.authn.session(&token).await.unwrap().unwrap();
    assert!(view.factors.enrolled() && view.factors.email);
}

#[tokio::test]
async fn switching_off_takes_a_confirmation_and_ends_what_rests_on_them() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let (ada, token) = switched_on(&gate).await;
    let account = gate.get("/postern/account", Some(&token)).await;
    assert!(account.text.contains("Codes by mail") && account.text.contains("ada@example.com"), "{}", account.text);
    let by_mail = gate.sign_in_vouched(ADA).await;
    ask(&gate, &by_mail).await;
    let by_mail = enter(&gate, &by_mail, &gate.outbox.code()).await.token().unwrap();
    let off = switch(&gate, &ada, &token, "off").await;
    assert_eq!(off.location(), "/postern/account?done=mailed-off", "{}", off.text);
    let token = off.token().unwrap();
    assert!(gate.get(off.location(), Some(&token)).await.text.contains("Codes by mail are off"));
    let ended = gate.get("/postern/account", Some(&by_mail)).await;
    assert!(ended.location().starts_with("/postern/verify"), "{}", ended.location());
}

#[tokio::test]
async fn a_code_is_sent_in_the_scope_of_the_request_that_asked_so_that_the_log_tells_which() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let (_, token) = switched_on(&gate).await;
    let id = RequestId::from(7);
    assert_eq!(id.scope(Box::pin(ask(&gate, &token))).await.location(), PAGE);
    assert_eq!(*gate.outbox.requests.lock().unwrap(), [Some(id)]);
}

#[tokio::test]
async fn with_codes_by_mail_off_they_can_be_switched_off_and_not_on() {
    let on = Gate::with_pages(SecondFactorPolicy::Required).await;
    let (ada, token) = switched_on(&on).await;
    let gate = on.without_codes(SecondFactorPolicy::Required);
    let account = gate.get("/postern/account", Some(&token)).await;
    assert!(account.text.contains("Switch off codes by mail"), "{}", account.text);
    let off = switch(&gate, &ada, &token, "off").await;
    assert_eq!(off.location(), "/postern/account?done=mailed-off", "{}", off.text);
    let token = off.token().unwrap();
    assert!(!gate.get("/postern/account", Some(&token)).await.text.contains("account/email-codes"));
    assert_eq!(gate.get("/postern/account/email-codes", Some(&token)).await.location(), "/postern/account");
}

#[tokio::test]
async fn they_can_be_switched_off_in_a_session_that_is_sent_none() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let (ada, _) = switched_on(&gate).await;
    let token = gate.sign_in(ADA).await;
    let csrf = gate.csrf(&token).await;
    let fields = [("csrf", csrf.as_str()), ("method", "totp"), ("code", &gate.code(&ada.secret))];
    let token = gate.post("/postern/verify", Some(&token), &fields).await.token().unwrap();
    gate.clock.advance(Duration::from_secs(30));
    let account = gate.get("/postern/account", Some(&token)).await;
    assert!(account.text.contains("in this session none can be sent"), "{}", account.text);
    assert!(account.text.contains("Switch off codes by mail"), "{}", account.text);
    let off = switch(&gate, &ada, &token, "off").await;
    assert_eq!(off.location(), "/postern/account?done=mailed-off", "{}", off.text);
    let token = off.token().unwrap();
    assert!(!gate.authn.session(&token).await.unwrap().unwrap().factors.email);
    let account = gate.get("/postern/account", Some(&token)).await;
    assert!(!account.text.contains("Codes by mail</h3>") && !account.text.contains("email-codes"), "{}", account.text);
    let on = gate.get("/postern/account/email-codes", Some(&token)).await;
    assert_eq!(on.location(), "/postern/account", "there is nowhere to send them");
}

#[tokio::test]
async fn dashboards_can_ask_for_a_code_and_take_it() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    switched_on(&gate).await;
    let token = gate.sign_in_vouched(ADA).await;
    let call = async |path: &str, body: Value| gate.call("POST", path, Some(&token), body).await;
    let status = gate.call("GET", "/api/2fa/status", Some(&token), Value::Null).await.json();
    assert_eq!(status["data"]["methods_available"], json!(["totp", "backup", "email"]));
    assert_eq!(call("/api/2fa/send-code", json!({ "method": "sms" })).await.status, 400);
    let sent = call("/api/2fa/send-code", json!({ "method": "email" })).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let data = sent.json()["data"].clone();
    assert_eq!(data["sent_to"], "a…@example.com");
    assert_eq!((&data["expires_in"], &data["retry_after"]), (&json!(600), &json!(30)));
    let code = gate.outbox.code();
    assert!(!sent.text.contains(&code));
    gate.clock.advance(Duration::from_millis(10_500));
    let again = call("/api/2fa/send-code", Value::Null).await;
    assert_eq!(again.status, 200, "a call that arrives twice: {}", again.text);
    let data = again.json()["data"].clone();
    assert_eq!((&data["expires_in"], &data["retry_after"]), (&json!(589), &json!(20)), "of the code that was sent");
    assert_eq!(gate.outbox.take(), []);

    let wrong = call("/api/2fa/verify", json!({ "method": "email", "code": other(&code) })).await;
    assert_eq!((wrong.status.as_u16(), &wrong.json()["error"]["code"]), (400, &json!("INVALID_CODE")));
    let right = call("/api/2fa/verify", json!({ "method": "email", "code": code })).await;
    assert_eq!(right.status, 200, "{}", right.text);
    let again =
        gate.call("POST", "/api/2fa/verify", right.token().as_ref(), json!({ "method": "email", "code": code })).await;
    assert_eq!((again.status.as_u16(), &again.json()["error"]["code"]), (400, &json!("INVALID_CODE")), "used once");
}

#[tokio::test]
async fn dashboards_are_told_when_the_next_code_can_be_asked_for() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let (ada, _) = switched_on(&gate).await;
    let token = gate.sign_in_vouched(ADA).await;
    let send = async || gate.call("POST", "/api/2fa/send-code", Some(&token), Value::Null).await;
    for left in [30, 30, 30, 30, 3600 - 4 * PAUSE.as_secs()] {
        let sent = send().await;
        assert_eq!((sent.status.as_u16(), &sent.json()["data"]["retry_after"]), (200, &json!(left)));
        gate.clock.advance(PAUSE);
    }
    let refused = send().await;
    assert_eq!((refused.status.as_u16(), &refused.json()["error"]["code"]), (429, &json!("TOO_MANY_CODES")));
    let left = 3600 - 5 * PAUSE.as_secs() + 1;
    assert_eq!(refused.header("retry-after"), left.to_string());
    gate.outbox.refuses.store(true, Ordering::Relaxed);
    gate.clock.advance(Duration::from_secs(3600));
    let token = gate.sign_in_vouched(ADA).await;
    let unsent = gate.call("POST", "/api/2fa/send-code", Some(&token), Value::Null).await;
    assert_eq!((unsent.status.as_u16(), &unsent.json()["error"]["code"]), (503, &json!("CODE_NOT_SENT")));
    let without = gate.sign_in(ADA).await;
    let none = gate.call("POST", "/api/2fa/send-code", Some(&without), Value::Null).await;
    assert_eq!((none.status.as_u16(), &none.json()["error"]["code"]), (400, &json!("METHOD_NOT_AVAILABLE")));
    assert!(!ada.codes.is_empty());
}

#[tokio::test]
async fn an_address_is_text_on_the_pages() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    let email = "<img src=x>\"'@<script>alert(1)</script>.example";
    let token = gate.sign_in_vouched(email).await;
    let ada = gate.enrol(&token).await;
    gate.clock.advance(Duration::from_secs(30));
    let on = switch(&gate, &ada, &ada.token, "on").await.token().unwrap();
    let waiting = gate.sign_in_vouched(email).await;
    for (path, token) in [
        ("/postern/account", &on),
        ("/postern/account/email-codes", &on),
        (PAGE, &waiting),
        ("/postern/verify", &waiting),
    ] {
        let page = gate.get(path, Some(token)).await;
        assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"), "{path}: {}", page.text);
    }
}

#[tokio::test]
async fn a_code_is_mailed_in_the_language_of_the_page_on_which_it_is_asked_for() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    switched_on(&gate).await;
    let token = gate.sign_in_vouched(ADA).await;
    let csrf = gate.csrf(&token).await;
    let form = ("application/x-www-form-urlencoded", format!("csrf={csrf}&method=email"));
    let json = ("application/json", "{\"method\":\"email\"}".to_owned());
    for (path, (media, body), cookie, accepted, language) in [
        ("/postern/verify/send", &form, "", "de-AT, en;q=0.5", Language::German),
        ("/postern/verify/send", &form, "; postern-language=ja", "de", Language::Japanese),
        ("/postern/verify/send", &form, "; postern-language=tlh", "xx", Language::English),
        ("/api/2fa/send-code", &json, "", "ar", Language::Arabic),
    ] {
        let asked = request("POST", path, None)
            .header("cookie", format!("postern={}{cookie}", token.to_text()))
            .header("origin", ORIGIN)
            .header("content-type", *media)
            .header("accept-language", accepted);
        let asked = gate.send(asked.body(Full::from(body.clone())).unwrap()).await;
        assert!(asked.status.is_success() || asked.status == 303, "{}", asked.text);
        assert_eq!(gate.outbox.languages.lock().unwrap().pop(), Some(Some(language)), "{path} {cookie} {accepted}");
        gate.clock.advance(PAUSE);
    }
}
