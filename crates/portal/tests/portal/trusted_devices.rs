//! Trusted devices on the pages: the box, the cookie, the account page, and the routes as an attacker meets them.

use std::time::Duration;

use http::header::{COOKIE, SET_COOKIE};
use http_body_util::Full;
use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_model::factor::SecondFactor;
use postern_model::store::{SessionStore, UserStore};
use postern_testkit::authenticator::Authenticator;

use crate::harness::{Answer, Enrolled, Gate, ORIGIN, request};
use crate::passkeys;

const DAY: Duration = Duration::from_secs(86_400);
const ADA: &str = "ada@example.com";

async fn gate() -> Gate {
    Gate::trusting(SecondFactorPolicy::Required, 30 * DAY).await
}

/// The cookie of a trusted device that an answer sets, as a browser sends it back; empty if it is cleared.
fn device(answer: &Answer) -> Option<String> {
    let mut cookies = answer.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let cookie = cookies.find(|cookie| cookie.starts_with("postern-device-"))?;
    Some(if cookie.contains("Max-Age=0") { String::new() } else { cookie.split(';').next().unwrap().to_owned() })
}

/// A request of a browser that has a device's cookie.
async fn send(gate: &Gate, method: &str, mode: &str, path: &str, token: &SessionToken, device: &str) -> Answer {
    let cookies = format!("postern={}; {device}", token.to_text());
    let request = request(method, path, None).header(COOKIE, cookies).header("sec-fetch-mode", mode);
    gate.send(request.body(Full::default()).unwrap()).await
}

async fn open(gate: &Gate, path: &str, token: &SessionToken, device: &str) -> Answer {
    send(gate, "GET", "navigate", path, token, device).await
}

/// Signs in with a code and the box ticked; the cookie of the device.
async fn trust(gate: &Gate, user: &Enrolled, email: &str) -> (SessionToken, String) {
    gate.clock.advance(Duration::from_secs(30));
    let token = gate.sign_in(email).await;
    let (csrf, code) = (gate.csrf(&token).await, gate.code(&user.secret));
    let fields = [("csrf", csrf.as_str()), ("code", &code), ("trust", "on"), ("rd", "/reports")];
    let raised = gate.post("/postern/verify", Some(&token), &fields).await;
    assert_eq!(raised.location(), "/reports", "{}", raised.text);
    (raised.token().unwrap(), device(&raised).unwrap())
}

async fn method(gate: &Gate, token: &SessionToken) -> Option<SecondFactor> {
    let view = gate.store.session(&token.hash()).await.unwrap().unwrap();
    view.session.second_factor.map(|verified| verified.method)
}

async fn forget(gate: &Gate, token: &SessionToken, which: &str, device: &str) -> Answer {
    let csrf = gate.csrf(token).await;
    let fields = [("csrf", csrf.as_str()), ("device", which)];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = request("POST", "/postern/account/devices", None)
        .header(COOKIE, format!("postern={}; {device}", token.to_text()))
        .header("origin", ORIGIN)
        .header("content-type", "application/x-www-form-urlencoded");
    gate.send(request.body(Full::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_trusted_device_is_not_asked_at_the_next_sign_in() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    let page = gate.get("/postern/verify", Some(&gate.sign_in(ADA).await)).await;
    assert!(page.text.contains("Don’t ask again on this device for 30 days"), "{}", page.text);
    let (_, cookie) = trust(&gate, &ada, ADA).await;

    gate.clock.advance(29 * DAY);
    let token = gate.sign_in(ADA).await;
    let answer = open(&gate, "/postern/verify?rd=%2Freports", &token, &cookie).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/reports"), "{}", answer.text);
    let (raised, replaced) = (answer.token().unwrap(), device(&answer).unwrap());
    assert_ne!(raised, token, "the level changed");
    assert_ne!(replaced, cookie, "the secret is replaced");
    assert_eq!(method(&gate, &raised).await, Some(SecondFactor::TrustedDevice));
    let account = open(&gate, "/postern/account", &raised, &replaced).await;
    assert!(account.text.contains("Trusted devices") && account.text.contains("29 days ago"), "{}", account.text);
    let info = gate.call("GET", "/postern/api/session", Some(&raised), serde_json::Value::Null).await.json();
    assert!(info.to_string().contains("\"trusted-device\""), "{info}");

    gate.clock.advance(DAY);
    let token = gate.sign_in(ADA).await;
    let late = open(&gate, "/postern/verify", &token, &replaced).await;
    assert!(late.status == 200 && device(&late) == Some(String::new()), "the trust is over: {}", late.text);
}

#[tokio::test]
async fn a_passkey_has_the_device_trusted_too() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    let key = Authenticator::new(ORIGIN, 1);
    passkeys::add(&gate, &ada, &key).await;
    let token = gate.sign_in(ADA).await;
    let page = gate.get("/postern/verify", Some(&token)).await;
    let (csrf, challenge, response) = (page.field("csrf"), page.field("challenge"), key.get(&passkeys::options(&page)));
    let fields = [("csrf", csrf.as_str()), ("challenge", &challenge), ("code", &response), ("method", "passkey")];
    let raised = gate.post("/postern/verify", Some(&token), &[&fields[..], &[("trust", "on")]].concat()).await;
    let cookie = device(&raised).unwrap();
    let token = gate.sign_in(ADA).await;
    assert_eq!(open(&gate, "/postern/verify?rd=%2Fx", &token, &cookie).await.location(), "/x");
}

#[tokio::test]
async fn a_box_stays_ticked_after_a_wrong_code() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    passkeys::add(&gate, &ada, &Authenticator::new(ORIGIN, 1)).await;
    let token = gate.sign_in(ADA).await;
    let csrf = gate.csrf(&token).await;
    for (trust, ticked) in [("on", 2), ("", 0)] {
        for method in ["totp", "passkey"] {
            let fields = [("csrf", csrf.as_str()), ("method", method), ("code", "000000"), ("trust", trust)];
            let wrong = gate.post("/postern/verify", Some(&token), &fields).await;
            let boxes = wrong.text.matches("name=\"trust\" value=\"on\" checked").count();
            assert_eq!((wrong.status.as_u16(), boxes), (400, ticked), "{method}: {}", wrong.text);
        }
    }
}

#[tokio::test]
async fn off_there_is_no_box_and_a_cookie_is_worth_nothing() {
    let off = Gate::new(SecondFactorPolicy::Required).await;
    let ada = off.enrolled(ADA).await;
    let token = off.sign_in(ADA).await;
    let page = off.get("/postern/verify", Some(&token)).await;
    assert!(!page.text.contains("name=\"trust\"") && !page.text.contains("this device"), "{}", page.text);
    let (csrf, code) = (off.csrf(&token).await, off.code(&ada.secret));
    let fields = [("csrf", csrf.as_str()), ("code", &code), ("trust", "on")];
    let raised = off.post("/postern/verify", Some(&token), &fields).await;
    assert_eq!((raised.status.as_u16(), device(&raised)), (303, None));
    let account = off.get("/postern/account", raised.token().as_ref()).await;
    assert!(!account.text.contains("Trusted devices"), "{}", account.text);
    let id = off.store.user_by_email(ADA).await.unwrap().unwrap().id;
    let cookie = postern_keystore::SessionCookie::new("postern", false).unwrap();
    let secret = postern_keystore::DeviceSecret::draw(&postern_testkit::entropy::SeededEntropy::new(1));
    let pair = cookie.set_device("/postern", id, &secret, DAY).to_str().unwrap().split(';').next().unwrap().to_owned();
    let answer = open(&off, "/postern/verify", &off.sign_in(ADA).await, &pair).await;
    assert!(answer.status == 200 && device(&answer).is_none(), "ignored: {}", answer.text);
}

#[tokio::test]
async fn neither_a_step_up_nor_a_backup_code_has_a_device_trusted_and_none_stands_in_for_a_step_up() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    let token = gate.sign_in(ADA).await;
    let page = gate.get("/postern/verify?method=backup", Some(&token)).await;
    assert!(!page.text.contains("name=\"trust\""), "{}", page.text);
    let csrf = gate.csrf(&token).await;
    let fields = [("csrf", csrf.as_str()), ("method", "backup"), ("code", &ada.codes[0]), ("trust", "on")];
    let raised = gate.post("/postern/verify", Some(&token), &fields).await;
    assert_eq!((raised.status.as_u16(), device(&raised)), (303, None));

    let (token, cookie) = trust(&gate, &ada, ADA).await;
    for path in ["/postern/verify?rd=%2Fguarded", "/postern/verify?factor=phishing-resistant", "/postern/verify"] {
        let page = open(&gate, path, &token, &cookie).await;
        assert!(page.status == 200 && !page.text.contains("name=\"trust\""), "{path}: {}", page.text);
    }
    gate.clock.advance(Duration::from_secs(30));
    let (csrf, code) = (gate.csrf(&token).await, gate.code(&ada.secret));
    let fields = [("csrf", csrf.as_str()), ("code", &code), ("trust", "on"), ("rd", "/guarded")];
    let again = gate.post("/postern/verify", Some(&token), &fields).await;
    assert_eq!((again.location(), device(&again)), ("/guarded", None));
    // A change of the account takes a code, whatever the device is.
    let page = open(&gate, "/postern/account/backup-codes", &again.token().unwrap(), &cookie).await;
    assert!(page.text.contains("name=\"code\""), "{}", page.text);
}

#[tokio::test]
async fn a_double_click_gives_the_browser_one_secret_that_counts() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    let token = gate.sign_in(ADA).await;
    let page = gate.get("/postern/verify", Some(&token)).await;
    let (csrf, nonce, code) = (page.field("csrf"), page.field("nonce"), gate.code(&ada.secret));
    let fields = [("csrf", csrf.as_str()), ("nonce", &nonce), ("code", &code), ("trust", "on"), ("rd", "/reports")];
    let first = gate.post("/postern/verify", Some(&token), &fields).await;
    let again = gate.post("/postern/verify", Some(&token), &fields).await;
    let cookie = device(&again).unwrap();
    assert_eq!(device(&first), Some(cookie.clone()));
    let token = gate.sign_in(ADA).await;
    assert_eq!(open(&gate, "/postern/verify?rd=%2Freports", &token, &cookie).await.location(), "/reports");
}

#[tokio::test]
async fn only_a_navigation_uses_the_device() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    let (_, cookie) = trust(&gate, &ada, ADA).await;
    let token = gate.sign_in(ADA).await;
    for (verb, mode) in [("HEAD", "navigate"), ("GET", "cors"), ("GET", "no-cors")] {
        let answer = send(&gate, verb, mode, "/postern/verify", &token, &cookie).await;
        assert!(answer.token().is_none() && device(&answer).is_none(), "{verb} {mode}");
    }
    assert_eq!(open(&gate, "/postern/verify?rd=%2Fx", &token, &cookie).await.location(), "/x");
}

#[tokio::test]
async fn two_users_of_a_browser_have_a_device_each_and_neither_can_use_the_other_s() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    let eve = gate.enrolled("eve@example.com").await;
    let (_, adas) = trust(&gate, &ada, ADA).await;
    let token = gate.sign_in("eve@example.com").await;
    let page = open(&gate, "/postern/verify", &token, &adas).await;
    assert!(page.status == 200 && device(&page).is_none(), "Ada's cookie stays as it is: {}", page.text);
    let (_, eves) = trust(&gate, &eve, "eve@example.com").await;
    assert_ne!(adas.split('=').next(), eves.split('=').next(), "a cookie for each");

    // A copy of Ada's secret under the name of Eve's cookie.
    let copied = format!("{}={}", eves.split('=').next().unwrap(), adas.split('=').nth(1).unwrap());
    let token = gate.sign_in("eve@example.com").await;
    let page = open(&gate, "/postern/verify", &token, &copied).await;
    assert!(page.status == 200 && device(&page) == Some(String::new()), "{}", page.text);
    let both = format!("{adas}; {eves}");
    for email in [ADA, "eve@example.com"] {
        let token = gate.sign_in(email).await;
        assert_eq!(open(&gate, "/postern/verify?rd=%2Fx", &token, &both).await.location(), "/x", "{email}");
    }
}

#[tokio::test]
async fn a_copy_that_was_used_ends_the_trust() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    let (_, stolen) = trust(&gate, &ada, ADA).await;
    let mut own = stolen.clone();
    for _ in 0..2 {
        let token = gate.sign_in(ADA).await;
        own = device(&open(&gate, "/postern/verify", &token, &own).await).unwrap();
        gate.clock.advance(Duration::from_secs(3600));
    }
    let token = gate.sign_in(ADA).await;
    assert_eq!(open(&gate, "/postern/verify", &token, &stolen).await.status, 200, "the thief is asked");
    let page = open(&gate, "/postern/verify", &token, &own).await;
    assert!(page.status == 200 && device(&page) == Some(String::new()), "and so is Ada: {}", page.text);
    let (csrf, code) = (gate.csrf(&token).await, gate.code(&ada.secret));
    let raised = gate.post("/postern/verify", Some(&token), &[("csrf", &csrf), ("code", &code)]).await;
    let account = gate.get("/postern/account", raised.token().as_ref()).await;
    assert!(account.text.contains("A device is no longer trusted"), "{}", account.text);
}

#[tokio::test]
async fn the_account_page_ends_the_trust_and_with_it_the_sessions_that_rest_on_it() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    let (here, cookie) = trust(&gate, &ada, ADA).await;
    let there = open(&gate, "/postern/verify", &gate.sign_in(ADA).await, &cookie).await;
    let (there, other) = (there.token().unwrap(), device(&there).unwrap());
    let page = open(&gate, "/postern/account", &here, &other).await;
    let id = page.field("device");
    assert_eq!(page.text.matches("This device").count(), 2, "the session and the device: {}", page.text);
    let elsewhere = open(&gate, "/postern/account", &here, "a=b").await;
    assert_eq!(elsewhere.text.matches("This device").count(), 1, "the session alone: {}", elsewhere.text);

    let refused = gate.post("/postern/account/devices", Some(&here), &[("device", &id)]).await;
    assert_eq!(refused.status, 403, "without the form's token");
    let eve = gate.enrolled("eve@example.com").await;
    for (token, which) in [(&eve.token, id.as_str()), (&here, "x"), (&here, ""), (&eve.token, "all")] {
        let answer = forget(&gate, token, which, "a=b").await;
        assert_eq!(answer.location(), "/postern/account?done=device-gone", "{which}");
    }
    assert_eq!(method(&gate, &there).await, Some(SecondFactor::TrustedDevice));
    let answer = forget(&gate, &here, &id, &other).await;
    assert_eq!((answer.location(), device(&answer)), ("/postern/account?done=device", Some(String::new())));
    assert_eq!(method(&gate, &there).await, None, "asked again");
    assert_eq!(method(&gate, &here).await, Some(SecondFactor::Totp), "this one gave a code");
    assert_eq!(open(&gate, "/postern/verify", &gate.sign_in(ADA).await, &other).await.status, 200);

    let (_, own) = trust(&gate, &ada, ADA).await;
    trust(&gate, &ada, ADA).await;
    let newest = open(&gate, "/postern/account", &here, &own).await.field("device");
    let answer = forget(&gate, &here, &newest, &own).await;
    let kept = ("/postern/account?done=device", None);
    assert_eq!((answer.location(), device(&answer)), kept, "the cookie of another device stays");
    trust(&gate, &ada, ADA).await;
    let answer = forget(&gate, &here, "all", &own).await;
    assert_eq!((answer.location(), device(&answer)), ("/postern/account?done=devices", Some(String::new())));
    let again = forget(&gate, &here, "all", &own).await;
    assert_eq!((again.location(), device(&again)), ("/postern/account?done=device-gone", None));
    trust(&gate, &ada, ADA).await;
    let answer = forget(&gate, &here, "all", "a=b").await;
    assert_eq!((answer.location(), device(&answer)), ("/postern/account?done=devices", None), "there is no cookie");
}

#[tokio::test]
async fn signing_out_keeps_the_trust_and_signing_out_everywhere_else_ends_that_of_the_others() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    let (token, first) = trust(&gate, &ada, ADA).await;
    let csrf = gate.csrf(&token).await;
    gate.post("/postern/sign-out", Some(&token), &[("csrf", &csrf)]).await;
    let back = open(&gate, "/postern/verify", &gate.sign_in(ADA).await, &first).await;
    let first = device(&back).unwrap();

    let (token, second) = trust(&gate, &ada, ADA).await;
    let csrf = gate.csrf(&token).await;
    gate.post("/postern/account/sessions", Some(&token), &[("csrf", &csrf), ("session", "others")]).await;
    assert_eq!(open(&gate, "/postern/verify", &gate.sign_in(ADA).await, &first).await.status, 200, "the others'");
    let own = open(&gate, "/postern/verify", &gate.sign_in(ADA).await, &second).await;
    assert_eq!(own.status, 303, "this one's: {}", own.text);

    // One session that is ended from elsewhere takes the trust in its device along.
    let (elsewhere, second) = (own.token().unwrap(), device(&own).unwrap());
    let id = gate.store.session(&elsewhere.hash()).await.unwrap().unwrap().session.id.to_string();
    let (here, _) = trust(&gate, &ada, ADA).await;
    let csrf = gate.csrf(&here).await;
    gate.post("/postern/account/sessions", Some(&here), &[("csrf", &csrf), ("session", &id)]).await;
    assert_eq!(open(&gate, "/postern/verify", &gate.sign_in(ADA).await, &second).await.status, 200);
}

#[tokio::test]
async fn a_trusted_device_is_not_asked_within_a_session_either() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    let (token, cookie) = trust(&gate, &ada, ADA).await;
    for _ in 0..16 {
        gate.clock.advance(Duration::from_secs(1800));
        open(&gate, "/postern/sign-out", &token, &cookie).await;
    }
    let sent = open(&gate, "/postern/account", &token, &cookie).await;
    assert_eq!(sent.location(), "/postern/verify?rd=%2Fpostern%2Faccount", "the code is too long ago");
    let back = open(&gate, sent.location(), &token, &cookie).await;
    assert_eq!((back.status.as_u16(), back.location()), (303, "/postern/account"), "{}", back.text);
    assert_eq!(method(&gate, &back.token().unwrap()).await, Some(SecondFactor::TrustedDevice));
}

#[tokio::test]
async fn who_signs_out_is_told_that_the_device_is_trusted_and_can_end_it() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    let (token, cookie) = trust(&gate, &ada, ADA).await;
    let page = open(&gate, "/postern/sign-out", &token, &cookie).await;
    assert!(page.text.contains("Stop trusting this device"), "{}", page.text);
    assert!(!open(&gate, "/postern/sign-out", &token, "a=b").await.text.contains("trusting"));
    let body = [("csrf", page.field("csrf").as_str()), ("forget", "on")].map(|(name, value)| format!("{name}={value}"));
    let request = request("POST", "/postern/sign-out", None)
        .header(COOKIE, format!("postern={}; {cookie}", token.to_text()))
        .header("origin", ORIGIN)
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = gate.send(request.body(Full::from(body.join("&"))).unwrap()).await;
    assert_eq!((answer.status.as_u16(), device(&answer)), (303, Some(String::new())));
    let told = open(&gate, "/postern/sign-out", &token, &cookie).await;
    assert!(told.text.contains("gets in without a code"), "where the cookie is still there: {}", told.text);
    let told = open(&gate, "/postern/sign-out", &token, "a=b").await;
    assert!(told.text.contains("gets as far as your second factor"), "{}", told.text);
    assert_eq!(open(&gate, "/postern/verify", &gate.sign_in(ADA).await, &cookie).await.status, 200);
}

#[tokio::test]
async fn without_a_complete_session_no_trust_is_ended() {
    let gate = gate().await;
    let ada = gate.enrolled(ADA).await;
    let (_, cookie) = trust(&gate, &ada, ADA).await;
    let waiting = gate.sign_in(ADA).await;
    let answer = forget(&gate, &waiting, "all", &cookie).await;
    assert!(answer.location().starts_with("/postern/verify"), "{}", answer.location());
    let fields = [("device", "all")];
    let stranger = gate.post("/postern/account/devices", None, &fields).await;
    assert!(stranger.location().starts_with("/postern/sign-in"), "{}", stranger.location());
    assert_eq!(open(&gate, "/postern/verify?rd=%2Fx", &waiting, &cookie).await.location(), "/x");
}
