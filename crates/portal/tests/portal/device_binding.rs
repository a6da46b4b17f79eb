//! Binding sessions to their device as a browser does it: the offer, the registration, the refresh, and the page of routes that
//! demand it.

use std::time::Duration;

use http::header::{COOKIE, SET_COOKIE};
use http_body_util::Full;
use postern_keystore::SessionToken;
use postern_model::ExposeSecret;
use postern_model::access::SecondFactorPolicy;
use postern_model::device_binding::BoundKey;
use postern_model::store::SessionStore;
use postern_testkit::device::Device;

use crate::harness::{Answer, Gate, ORIGIN, request};

const ADA: &str = "ada@example.com";
const OFFER: &str = "secure-session-registration";

/// A browser with a session, and with the cookie of its device once it is bound.
struct Browser {
    device: Device,
    /// The CSRF token of its session.
    csrf: String,
    /// Secret of the person's app.
    secret: String,
    token: SessionToken,
    offer: String,
    bound: String,
}

async fn gate() -> Gate {
    Gate::binding(SecondFactorPolicy::Required).await
}

/// Signs in and verifies a code.
async fn raised(gate: &Gate) -> Browser {
    raised_as(gate, ADA).await
}

/// Does the same as this person.
async fn raised_as(gate: &Gate, email: &str) -> Browser {
    let user = gate.enrolled(email).await;
    let (csrf, code) = (gate.csrf(&user.token).await, gate.code(&user.secret));
    let fields = [("csrf", csrf.as_str()), ("code", &code), ("rd", "/reports")];
    let answer = gate.post("/postern/verify", Some(&user.token), &fields).await;
    assert_eq!(answer.location(), "/reports", "{}", answer.text);
    let offer = answer.header(OFFER).to_owned();
    let (secret, token) = (user.secret, answer.token().unwrap());
    Browser { device: Device::new(), csrf, secret, token, offer, bound: String::new() }
}

impl Browser {
    /// The challenge of the offer.
    fn challenge(&self) -> &str {
        let rest = self.offer.strip_prefix("(ES256 RS256);path=\"/postern/device/registration\";challenge=\"").unwrap();
        rest.strip_suffix('"').unwrap()
    }

    /// Sends a request with the browser's cookies, as browsers do: without `Origin` and without a body.
    async fn send(&self, gate: &Gate, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let cookies = format!("postern={}; {}", self.token.to_text(), self.bound);
        let mut request = request(method, path, None).header(COOKIE, cookies);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        gate.send(request.body(Full::default()).unwrap()).await
    }

    async fn register(&mut self, gate: &Gate) -> Answer {
        let proof = format!("\"{}\"", self.device.registration(self.challenge()));
        let answer =
            self.send(gate, "POST", "/postern/device/registration", &[("secure-session-response", &proof)]).await;
        self.keep(&answer);
        answer
    }

    async fn refresh(&mut self, gate: &Gate, named: &str) -> Answer {
        let named = format!("\"{named}\"");
        let asked = self.send(gate, "POST", "/postern/device/refresh", &[("sec-secure-session-id", &named)]).await;
        if asked.status != 403 {
            return asked;
        }
        let challenge = asked.header("secure-session-challenge").to_owned();
        let challenge = challenge.strip_prefix('"').unwrap().strip_suffix(&format!("\";id={named}")).unwrap();
        let proof = self.device.refresh(challenge);
        let headers = [("sec-secure-session-id", named.as_str()), ("secure-session-response", &proof)];
        let answer = self.send(gate, "POST", "/postern/device/refresh", &headers).await;
        self.keep(&answer);
        answer
    }

    /// Keeps the cookie of the device that an answer sets.
    fn keep(&mut self, answer: &Answer) {
        if let Some(set) = device_cookie(answer) {
            self.bound = set.split(';').next().unwrap().to_owned();
        }
    }

    async fn open(&self, gate: &Gate, path: &str) -> Answer {
        self.send(gate, "GET", path, &[("sec-fetch-mode", "navigate")]).await
    }
}

fn device_cookie(answer: &Answer) -> Option<&str> {
    let mut cookies = answer.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    cookies.find(|cookie| cookie.starts_with("postern-bound="))
}

async fn session_id(gate: &Gate, browser: &Browser) -> String {
    gate.store.session(&browser.token.hash()).await.unwrap().unwrap().session.id.to_string()
}

#[tokio::test]
async fn a_browser_binds_its_session_and_keeps_it_by_proofs() {
    let gate = gate().await;
    let mut browser = raised(&gate).await;
    let registered = browser.register(&gate).await;
    let id = session_id(&gate, &browser).await;
    assert_eq!(registered.status, 200, "{}", registered.text);
    let told = registered.json();
    assert_eq!(told["session_identifier"], id);
    assert_eq!(told["refresh_url"], "/postern/device/refresh");
    assert_eq!(told["scope"]["include_site"], false);
    assert_eq!(told["credentials"][0]["name"], "postern-bound");
    let attributes = told["credentials"][0]["attributes"].as_str().unwrap().to_owned();
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax");
    let set = device_cookie(&registered).unwrap();
    assert!(set.ends_with(&format!("; {attributes}; Max-Age=600")), "{set}");

    assert_eq!(browser.open(&gate, "/postern/account").await.status, 200);
    gate.clock.advance(BoundKey::UNPROVEN);
    let copied = gate.get("/postern/account", Some(&browser.token)).await;
    assert!(copied.location().starts_with("/postern/sign-in"), "{}", copied.location());
    assert_eq!(
        gate.call("GET", "/postern/api/session", Some(&browser.token), serde_json::Value::Null).await.status,
        401
    );

    gate.clock.advance(Duration::from_secs(600));
    assert_eq!(browser.open(&gate, "/postern/account").await.status, 303, "both cookies, copied");
    let refreshed = browser.refresh(&gate, &id).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text);
    assert_eq!(browser.open(&gate, "/postern/account").await.status, 200);
}

#[tokio::test]
async fn every_refused_registration_gets_the_same_answer() {
    let gate = gate().await;
    let browser = raised(&gate).await;
    let path = "/postern/device/registration";
    let thief = Device::new();
    let forged = thief.registration("AAAA");
    let mut words = Vec::new();
    for headers in [
        &[][..],
        &[("secure-session-response", "")],
        &[("secure-session-response", "\"")],
        &[("secure-session-response", "a.b.c")],
        &[("secure-session-response", forged.as_str())],
        &[("secure-session-response", forged.as_str()), ("secure-session-response", forged.as_str())],
    ] {
        let answer = browser.send(&gate, "POST", path, headers).await;
        assert_eq!((answer.status.as_u16(), answer.reason), (400, Some("DEVICE_NOT_BOUND")), "{}", answer.text);
        assert!(device_cookie(&answer).is_none());
        words.push(answer.json()["error"].clone());
    }
    let proof = browser.device.registration(browser.challenge());
    let stranger = request("POST", path, None).header("secure-session-response", &proof).body(Full::default()).unwrap();
    words.push(gate.send(stranger).await.json()["error"].clone());
    words.dedup();
    assert_eq!(words.len(), 1, "{words:?}");
    assert!(gate.store.session(&browser.token.hash()).await.unwrap().unwrap().session.device.is_none());
}

#[tokio::test]
async fn the_offer_comes_with_the_second_factor_and_with_nothing_else() {
    let gate = gate().await;
    let mut browser = raised(&gate).await;
    assert!(!browser.offer.is_empty());
    for path in ["/postern/account", "/postern/verify", "/postern/device", "/postern/api/session"] {
        assert_eq!(browser.open(&gate, path).await.header(OFFER), "", "{path}");
    }
    browser.register(&gate).await;
    let asked = browser.send(&gate, "POST", "/postern/device/refresh", &[("sec-secure-session-id", "\"x\"")]).await;
    assert_eq!((asked.status.as_u16(), asked.header("secure-session-challenge")), (400, ""));

    let off = Gate::with_pages(SecondFactorPolicy::Required).await;
    let user = off.enrolled(ADA).await;
    let (csrf, code) = (off.csrf(&user.token).await, off.code(&user.secret));
    let answer = off.post("/postern/verify", Some(&user.token), &[("csrf", &csrf), ("code", &code)]).await;
    assert_eq!((answer.status.as_u16(), answer.header(OFFER)), (303, ""));
}

#[tokio::test]
async fn the_api_offers_it_too_and_a_repetition_does_not() {
    let gate = gate().await;
    let user = gate.enrolled(ADA).await;
    let body = serde_json::json!({ "code": gate.code(&user.secret) });
    let answer = gate.call("POST", "/postern/api/2fa/verify", Some(&user.token), body.clone()).await;
    assert!(answer.header(OFFER).starts_with("(ES256 RS256);path="), "{}", answer.text);
    let again = gate.call("POST", "/postern/api/2fa/verify", Some(&user.token), body).await;
    assert_eq!((again.status.as_u16(), again.header(OFFER)), (200, ""), "{}", again.text);
    assert_eq!(again.token().unwrap().hash(), answer.token().unwrap().hash());

    let user = gate.enrolled("grace@example.com").await;
    let (csrf, code) = (gate.csrf(&user.token).await, gate.code(&user.secret));
    let fields = [("csrf", csrf.as_str()), ("code", &code), ("rd", "/reports"), ("nonce", "n")];
    let first = gate.post("/postern/verify", Some(&user.token), &fields).await;
    let again = gate.post("/postern/verify", Some(&user.token), &fields).await;
    assert_eq!((first.location(), again.location()), ("/reports", "/reports"));
    assert!(!first.header(OFFER).is_empty() && again.header(OFFER).is_empty());
}

#[tokio::test]
async fn it_is_offered_with_a_first_set_up_on_the_pages_and_over_the_api() {
    let gate = gate().await;
    let token = gate.sign_in(ADA).await;
    let csrf = gate.csrf(&token).await;
    let begun = gate.post("/postern/enrol", Some(&token), &[("csrf", &csrf), ("step", "start")]).await;
    assert_eq!(begun.header(OFFER), "", "no factor was verified yet");
    let view = gate.authn.session(&token).await.unwrap().unwrap();
    let secret = gate.authn.pending_offer(&view).await.unwrap().unwrap().secret_base32;
    let code = gate.code(secret.expose_secret());
    let fields = [("csrf", csrf.as_str()), ("step", "confirm"), ("code", &code), ("nonce", "n")];
    let done = gate.post("/postern/enrol", Some(&token), &fields).await;
    assert!(done.header(OFFER).starts_with("(ES256 RS256);path="), "{}", done.text);
    let again = gate.post("/postern/enrol", Some(&token), &fields).await;
    assert!(again.location().starts_with("/postern/codes") && again.header(OFFER).is_empty(), "{}", again.text);

    let token = gate.sign_in("grace@example.com").await;
    let offer = gate.call("POST", "/api/2fa/setup/start", Some(&token), serde_json::Value::Null).await;
    assert_eq!(offer.header(OFFER), "");
    let offer = offer.json()["data"].clone();
    let code = gate.code(offer["secret"].as_str().unwrap());
    let body = serde_json::json!({ "code": code, "setup_token": offer["setup_token"] });
    let done = gate.call("POST", "/api/2fa/setup/verify", Some(&token), body).await;
    assert!(done.header(OFFER).starts_with("(ES256 RS256);path="), "{}", done.text);
}

#[tokio::test]
async fn it_is_offered_where_a_trusted_device_stands_in_for_the_factor() {
    let gate = gate().await;
    let user = gate.enrolled(ADA).await;
    let token = gate.sign_in(ADA).await;
    let (csrf, code) = (gate.csrf(&token).await, gate.code(&user.secret));
    let trusted =
        gate.post("/postern/verify", Some(&token), &[("csrf", &csrf), ("code", &code), ("trust", "on")]).await;
    let mut cookies = trusted.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let device = cookies.find(|cookie| cookie.starts_with("postern-device-")).unwrap().split(';').next().unwrap();
    let token = gate.sign_in(ADA).await;
    let ask = request("GET", "/postern/verify?rd=%2Freports", None)
        .header(COOKIE, format!("postern={}; {device}", token.to_text()))
        .header("sec-fetch-mode", "navigate");
    let raised = gate.send(ask.body(Full::default()).unwrap()).await;
    assert_eq!(raised.location(), "/reports", "{}", raised.text);
    assert!(raised.header(OFFER).starts_with("(ES256 RS256);path="));
}

#[tokio::test]
async fn who_cannot_prove_the_device_may_end_the_session_and_learns_nothing_of_it() {
    let gate = gate().await;
    let mut browser = raised(&gate).await;
    browser.register(&gate).await;
    gate.clock.advance(BoundKey::UNPROVEN);
    let page = gate.get("/postern/sign-out?rd=%2Freports", Some(&browser.token)).await;
    assert_eq!(
        (page.status.as_u16(), page.field("csrf"), page.field("rd")),
        (200, browser.csrf.clone(), "/reports".into())
    );
    assert!(!page.text.contains(ADA), "{}", page.text);
    let is_live = async || gate.store.session(&browser.token.hash()).await.unwrap().is_some();
    let other = gate.csrf(&gate.sign_in("eve@example.com").await).await;
    for csrf in ["", "x", &other] {
        let refused = gate.post("/postern/sign-out", Some(&browser.token), &[("csrf", csrf)]).await;
        assert_eq!((refused.status.as_u16(), refused.reason), (403, Some("FORM_EXPIRED")));
    }
    let foreign = request("POST", "/postern/sign-out", Some(&browser.token))
        .header("origin", "https://evil.example")
        .header("content-type", "application/x-www-form-urlencoded");
    let foreign = gate.send(foreign.body(Full::from(format!("csrf={}", browser.csrf))).unwrap()).await;
    assert_eq!(foreign.status, 403);
    assert!(is_live().await);
    let out = gate.post("/postern/sign-out", Some(&browser.token), &[("csrf", &browser.csrf)]).await;
    assert_eq!(out.status, 303, "{}", out.text);
    assert!(!is_live().await);
    let done = gate.get("/postern/sign-out", Some(&browser.token)).await;
    assert!(done.text.contains("You are signed out"), "{}", done.text);

    // The dashboard's call, too.
    let mut browser = raised_as(&gate, "grace@example.com").await;
    browser.register(&gate).await;
    gate.clock.advance(BoundKey::UNPROVEN);
    assert_eq!(gate.call("POST", "/logout", Some(&browser.token), serde_json::Value::Null).await.status, 200);
    assert!(gate.store.session(&browser.token.hash()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_repetition_with_the_copied_former_cookie_alone_is_not_answered() {
    let gate = gate().await;
    let mut browser = raised(&gate).await;
    browser.register(&gate).await;
    gate.clock.advance(BoundKey::UNPROVEN);
    let (csrf, former) = (browser.csrf.clone(), browser.token.clone());
    let secret = browser.secret.clone();
    let form = format!("csrf={csrf}&code={}&nonce=n&rd=%2Freports", gate.code(&secret));
    let send = async |cookies: String| {
        let ask = request("POST", "/postern/verify", None)
            .header(COOKIE, cookies)
            .header("origin", ORIGIN)
            .header("content-type", "application/x-www-form-urlencoded");
        gate.send(ask.body(Full::from(form.clone())).unwrap()).await
    };
    let both = format!("postern={}; {}", former.to_text(), browser.bound);
    let first = send(both.clone()).await;
    assert_eq!(first.location(), "/reports", "{}", first.text);
    let alone = send(format!("postern={}", former.to_text())).await;
    assert!(alone.token().is_none() && alone.location().starts_with("/postern/sign-in"), "{}", alone.location());
    let again = send(both).await;
    assert_eq!(again.token().unwrap().hash(), first.token().unwrap().hash());

    // A refresh that crosses the rotation ends nothing.
    let id = gate.store.session(&first.token().unwrap().hash()).await.unwrap().unwrap().session.id.to_string();
    let crossed = browser.refresh(&gate, &id).await;
    assert_eq!((crossed.status.as_u16(), crossed.reason), (503, Some("DEVICE_PROOF_LATER")));
    assert!(device_cookie(&crossed).is_none());
    browser.token = first.token().unwrap();
    assert_eq!(browser.refresh(&gate, &id).await.status, 200);
}

#[tokio::test]
async fn signing_out_ends_the_binding_in_the_browser() {
    let gate = gate().await;
    let mut browser = raised(&gate).await;
    let csrf = gate.csrf(&browser.token).await;
    browser.register(&gate).await;
    let id = session_id(&gate, &browser).await;
    let cookies = format!("postern={}; {}", browser.token.to_text(), browser.bound);
    let form = format!("csrf={csrf}");
    let ask = request("POST", "/postern/sign-out", None)
        .header(COOKIE, cookies)
        .header("origin", ORIGIN)
        .header("content-type", "application/x-www-form-urlencoded");
    let out = gate.send(ask.body(Full::from(form)).unwrap()).await;
    assert_eq!(out.status, 303, "{}", out.text);
    assert!(device_cookie(&out).unwrap().contains("Max-Age=0"));
    let refreshed = browser.refresh(&gate, &id).await;
    assert_eq!((refreshed.status.as_u16(), refreshed.reason), (400, Some("DEVICE_NOT_BOUND")));
    assert!(device_cookie(&refreshed).unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn a_page_that_demands_it_waits_for_the_browser_and_says_what_to_do() {
    let gate = gate().await;
    let mut browser = raised(&gate).await;
    let path = "/postern/device?rd=%2Fsafe";
    let waiting = browser.open(&gate, path).await;
    assert_eq!((waiting.status.as_u16(), waiting.header("refresh")), (200, "2"));
    gate.clock.advance(Duration::from_secs(15));
    let never = browser.open(&gate, path).await;
    assert_eq!((never.status.as_u16(), never.header("refresh")), (403, ""));
    assert!(never.text.contains("/postern/verify?rd=%2Fsafe"), "{}", never.text);
    browser.register(&gate).await;
    assert_eq!(browser.open(&gate, path).await.location(), "/safe");
    assert!(gate.get(path, None).await.location().starts_with("/postern/sign-in"));
}

#[tokio::test]
async fn no_script_of_another_site_is_allowed_the_headers_of_the_protocol() {
    let gate = gate().await;
    let browser = raised(&gate).await;
    for path in ["/postern/device/registration", "/postern/device/refresh"] {
        let headers = [
            ("origin", "https://evil.example"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "secure-session-response"),
        ];
        let preflight = browser.send(&gate, "OPTIONS", path, &headers).await;
        assert_eq!(preflight.header("access-control-allow-origin"), "", "{path}: {}", preflight.status);
        assert_eq!(preflight.header("access-control-allow-headers"), "", "{path}");
        assert_eq!(browser.open(&gate, path).await.status, 405);
    }
}
