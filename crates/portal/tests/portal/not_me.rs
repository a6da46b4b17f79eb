//! "This was not me": what the page asks for before it ends everything else.

use std::time::Duration;

use postern_keystore::SessionToken;
use postern_model::access::SecondFactorPolicy;
use postern_model::id::UserId;
use postern_model::store::{SessionStore, TrustedDeviceStore};

use crate::harness::{Gate, request};
use http::header::{COOKIE, SET_COOKIE};
use http_body_util::Full;

const ADA: &str = "ada@example.com";
const PAGE: &str = "/postern/not-me";

/// Shows a code where the session waits for one, or is asked for a fresh one; the new token and the target.
async fn verify(
    gate: &Gate,
    token: &SessionToken,
    secret: &str,
    trust: bool,
) -> (SessionToken, String, Option<String>) {
    gate.clock.advance(Duration::from_secs(30));
    let (csrf, code) = (gate.csrf(token).await, gate.code(secret));
    let mut fields = vec![("csrf", csrf.as_str()), ("code", &code), ("rd", PAGE)];
    fields.extend(trust.then_some(("trust", "on")));
    let raised = gate.post("/postern/verify", Some(token), &fields).await;
    let cookies = raised.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned());
    let device = cookies.into_iter().find(|cookie| cookie.starts_with("postern-device-"));
    (raised.token().unwrap(), raised.location().to_owned(), device)
}

async fn user_of(gate: &Gate, token: &SessionToken) -> UserId {
    gate.store.session(&token.hash()).await.unwrap().unwrap().user.id
}

async fn is_live(gate: &Gate, token: &SessionToken) -> bool {
    gate.store.session(&token.hash()).await.unwrap().is_some()
}

#[tokio::test]
async fn a_factor_of_a_moment_ago_is_needed_and_then_everything_else_ends() {
    let gate = Gate::trusting(SecondFactorPolicy::Required, Duration::from_secs(30 * 86_400)).await;
    let ada = gate.enrolled(ADA).await;
    let (other, _, _) = verify(&gate, &gate.sign_in(ADA).await, &ada.secret, true).await;
    assert_eq!(gate.store.trusted_devices(user_of(&gate, &ada.token).await).await.unwrap().len(), 1);
    gate.clock.advance(Duration::from_secs(5 * 60 + 1));

    let asked = gate.get(PAGE, Some(&ada.token)).await;
    assert_eq!(asked.location(), "/postern/verify?rd=%2Fpostern%2Fnot-me", "{}", asked.text);
    let csrf = gate.csrf(&ada.token).await;
    let refused = gate.post(PAGE, Some(&ada.token), &[("csrf", &csrf)]).await;
    assert!(refused.location().contains("/postern/verify?"), "{}", refused.text);
    assert!(is_live(&gate, &other).await);

    let (mine, back, _) = verify(&gate, &ada.token, &ada.secret, false).await;
    assert_eq!(back, PAGE);
    let page = gate.get(PAGE, Some(&mine)).await;
    assert!(page.status == 200 && page.text.contains("End all other sessions"), "{}", page.text);
    assert!(is_live(&gate, &other).await, "reading ends nothing");
    let refused = gate.post(PAGE, Some(&mine), &[("csrf", "x")]).await;
    assert!(refused.status == 403 && is_live(&gate, &other).await);

    let done = gate.post(PAGE, Some(&mine), &[("csrf", &page.field("csrf"))]).await;
    assert_eq!(done.location(), "/postern/account?done=not-me");
    assert!(!is_live(&gate, &other).await && is_live(&gate, &mine).await);
    assert!(gate.store.trusted_devices(user_of(&gate, &mine).await).await.unwrap().is_empty());
    let account = gate.get(done.location(), Some(&mine)).await;
    assert!(account.text.contains("You are signed out everywhere else, and no device is trusted"), "{}", account.text);
}

#[tokio::test]
async fn whoever_finds_the_codes_locked_is_told_what_else_ends_the_sessions() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let ada = gate.enrolled(ADA).await;
    let intruder = gate.sign_in(ADA).await;
    gate.clock.advance(Duration::from_secs(5 * 60 + 1));
    for _ in 0..3 {
        let csrf = gate.csrf(&intruder).await;
        gate.post("/postern/verify", Some(&intruder), &[("csrf", &csrf), ("code", "000000"), ("method", "totp")]).await;
    }
    let asked = gate.get(PAGE, Some(&ada.token)).await;
    let locked = gate.get(asked.location(), Some(&ada.token)).await;
    let (help, link) = ("who can end all your sessions and reset your second factor", r#"href="/postern/account""#);
    assert!(locked.status == 403 && locked.text.contains(help), "{}", locked.text);
    assert!(locked.text.contains(link), "a complete session ends the others there: {}", locked.text);
    assert!(gate.get("/postern/account", Some(&ada.token)).await.text.contains("Sign out everywhere else"));
    let locked = gate.get("/postern/verify", Some(&intruder)).await;
    assert!(locked.status == 403 && locked.text.contains(help) && !locked.text.contains(link), "{}", locked.text);
}

#[tokio::test]
async fn a_trusted_device_is_no_fresh_factor() {
    let gate = Gate::trusting(SecondFactorPolicy::Required, Duration::from_secs(30 * 86_400)).await;
    let ada = gate.enrolled(ADA).await;
    let (_, _, device) = verify(&gate, &gate.sign_in(ADA).await, &ada.secret, true).await;
    let device = device.unwrap().split(';').next().unwrap().to_owned();
    let waiting = gate.sign_in(ADA).await;
    let open = |token: SessionToken, path: &'static str| {
        let cookies = format!("postern={}; {device}", token.to_text());
        request("GET", path, None).header(COOKIE, cookies).header("sec-fetch-mode", "navigate")
    };
    let asked = open(waiting, "/postern/verify?rd=%2Fpostern%2Fnot-me").body(Full::default()).unwrap();
    let raised = gate.send(asked).await;
    assert_eq!(raised.location(), PAGE);
    let answer = gate.send(open(raised.token().unwrap(), PAGE).body(Full::default()).unwrap()).await;
    assert!(answer.location().contains("/postern/verify?"), "{}", answer.text);
}

#[tokio::test]
async fn whoever_follows_the_link_alone_gets_no_further_than_the_sign_in() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    assert!(gate.get(PAGE, None).await.location().contains("/postern/sign-in?"));
    let ada = gate.enrolled(ADA).await;
    let first_factor = gate.sign_in(ADA).await;
    assert!(gate.get(PAGE, Some(&first_factor)).await.location().contains("/postern/verify?"));
    let csrf = gate.csrf(&ada.token).await;
    assert!(gate.post(PAGE, Some(&first_factor), &[("csrf", &csrf)]).await.location().contains("/postern/verify?"));
    assert!(is_live(&gate, &ada.token).await);
}

#[tokio::test]
async fn a_user_without_a_second_factor_is_asked_for_none() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let (mine, other) = (gate.sign_in(ADA).await, gate.sign_in(ADA).await);
    let page = gate.get(PAGE, Some(&mine)).await;
    assert!(page.text.contains("set up a second factor"), "{}", page.text);
    assert_eq!(gate.post(PAGE, Some(&mine), &[("csrf", &page.field("csrf"))]).await.status, 303);
    assert!(!is_live(&gate, &other).await && is_live(&gate, &mine).await);
}
