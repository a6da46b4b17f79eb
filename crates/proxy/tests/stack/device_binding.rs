//! Sessions that are bound to their device, over the whole stack: proxied, and in every dialect of checks.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::checks::{DIALECTS, check_at};
use crate::support::{Answer, START, Stack, keyring, route};
use crate::websockets::{SWITCH, echo, is_closed, open, opening};
use postern_authn::rules::{Route, Rules};
use postern_keystore::SessionCookie;
use postern_model::access::{Access, BindingDemand};
use postern_model::clock::Timestamp;
use postern_model::device_binding::{BoundDevice, BoundKey, DeviceKeyId};
use postern_model::id::SessionId;
use postern_model::invalidation::{Invalidation, InvalidationSink};

const KEY: DeviceKeyId = DeviceKeyId([7; 32]);
const OTHER: DeviceKeyId = DeviceKeyId([8; 32]);
const MINUTES: Duration = Duration::from_secs(600);

fn device(id: DeviceKeyId, at: Timestamp) -> BoundDevice {
    BoundDevice { id, key: "{}".to_owned(), at }
}

/// The cookies of a bound session, the one of its device last.
fn bound(stack: &Stack) -> (String, String) {
    let mut id = None;
    let session = stack.session(|view| {
        view.session.device = Some(device(KEY, START.before(BoundKey::UNPROVEN)));
        id = Some(view.session.id);
    });
    (session, proof(id.unwrap(), KEY, START.after(MINUTES)))
}

fn proof(session: SessionId, key: DeviceKeyId, until: Timestamp) -> String {
    let cookie = SessionCookie::new("postern", true).unwrap();
    let set = cookie.set_bound(keyring().bound_cookie(session, key, until), MINUTES);
    set.to_str().unwrap().split(';').next().unwrap().to_owned()
}

/// The answers to one request: proxied, and in every dialect.
async fn answers(stack: &mut Stack, path: &str, cookies: &str) -> Vec<Answer> {
    let cookie = format!("Cookie: {cookies}");
    let headers: &[&str] = if cookies.is_empty() { &[] } else { &[&cookie] };
    stack.peer = "10.0.0.9";
    let mut answers = vec![stack.send(&format!("GET {path}"), headers).await];
    for dialect in DIALECTS {
        answers.push(check_at(stack, dialect, "GET", "example.com", path, headers).await);
    }
    answers
}

#[tokio::test]
async fn a_bound_session_passes_with_the_proof_of_its_own_device_only() {
    let mut stack = Stack::plain().await;
    let (session, good) = bound(&stack);
    let id = stack.store.views()[0].session.id;
    let (other_session, of_other) = bound(&stack);
    let expired = proof(id, KEY, START);
    let of_other_key = proof(id, OTHER, START.after(MINUTES));
    let longer = good.replacen("=1", "=2", 1);
    for (what, proof, passes) in [
        ("none", String::new(), false),
        ("its own", good.clone(), true),
        ("another session's", of_other, false),
        ("another key's", of_other_key, false),
        ("expired", expired, false),
        ("with another time", longer, false),
        ("twice", format!("{good}; {good}"), false),
        ("malformed", "__Host-postern-bound=x".to_owned(), false),
        ("empty", "__Host-postern-bound=".to_owned(), false),
    ] {
        let cookies = if proof.is_empty() { session.clone() } else { format!("{proof}; {session}") };
        for answer in answers(&mut stack, "/reports", &cookies).await {
            assert_eq!(answer.status(), if passes { 200 } else { 401 }, "{what}: {}", answer.0);
            if !passes && answer.body().starts_with('{') {
                assert_eq!(answer.json()["error"]["code"], "SIGN_IN_REQUIRED", "{what}");
            }
        }
    }
    // What proves one session's device leaves an unbound one as it is.
    let unbound = stack.full();
    for answer in answers(&mut stack, "/reports", &format!("{unbound}; {good}")).await {
        assert_eq!(answer.status(), 200, "{}", answer.0);
    }
    let _ = other_session;
}

#[tokio::test]
async fn copied_cookies_are_dead_after_the_minutes_in_every_replica() {
    let mut stack = Stack::plain().await;
    let (session, proof) = bound(&stack);
    let copied = format!("{session}; {proof}");
    stack.clock.advance(599);
    assert!(answers(&mut stack, "/reports", &copied).await.iter().all(|answer| answer.status() == 200));
    stack.clock.advance(1);
    assert!(answers(&mut stack, "/reports", &copied).await.iter().all(|answer| answer.status() == 401));
    // Whatever level a route demands, that of the first factor too.
    for path in ["/first/x", "/fresh/x", "/vault/x"] {
        assert!(answers(&mut stack, path, &copied).await.iter().all(|answer| answer.status() == 401), "{path}");
    }
    let public = stack.send("GET /public/x", &[&format!("Cookie: {copied}")]).await;
    assert_eq!(public.status(), 200);
    assert_eq!(stack.recorder.header("x-auth-email"), [""; 0]);
}

#[tokio::test]
async fn the_proof_costs_no_store_and_never_reaches_the_upstream() {
    let stack = Stack::plain().await;
    let (session, proof) = bound(&stack);
    let cookie = format!("Cookie: a=1; {session}; {proof}; b=2");
    assert_eq!(stack.send("GET /x", &[&cookie]).await.status(), 200);
    let begun = stack.store.begun.load(Ordering::SeqCst);
    for _ in 0..5 {
        assert_eq!(stack.send("GET /x", &[&cookie]).await.status(), 200);
        assert_eq!(stack.recorder.header("cookie"), ["a=1; b=2"]);
    }
    assert_eq!(stack.store.begun.load(Ordering::SeqCst), begun);
}

#[tokio::test]
async fn a_session_that_was_bound_after_it_was_cached_asks_for_the_proof_after_the_first_moments() {
    let stack = Stack::new(|config| config.revocation_bound = Duration::from_secs(3600)).await;
    let session = stack.full();
    let cookie = format!("Cookie: {session}");
    assert_eq!(stack.send("GET /x", &[&cookie]).await.status(), 200);
    stack.store.change(|view| view.session.device = Some(device(KEY, START)));
    let id = stack.store.views()[0].session.id;
    stack.cache.invalidate(Invalidation::Session(id));
    stack.clock.advance(29);
    assert_eq!(stack.send("GET /x", &[&cookie]).await.status(), 200, "the browser may not have its cookie yet");
    stack.clock.advance(1);
    assert_eq!(stack.send("GET /x", &[&cookie]).await.status(), 401);
    let both = format!("Cookie: {session}; {}", proof(id, KEY, START.after(MINUTES)));
    assert_eq!(stack.send("GET /x", &[&both]).await.status(), 200);
}

#[tokio::test]
async fn a_route_can_demand_a_bound_session() {
    let mut stack = Stack::new(|config| {
        config.rules = Rules::new(vec![Route { binding: BindingDemand::Device, ..route("/safe/*", Access::Full) }]);
    })
    .await;
    let (session, proof) = bound(&stack);
    let (unbound, pending) = (stack.full(), stack.pending());
    for (cookies, status, code) in [
        (format!("{session}; {proof}"), 200, ""),
        (session, 401, "SIGN_IN_REQUIRED"),
        (unbound.clone(), 401, "DEVICE_BINDING_REQUIRED"),
        (pending, 401, "SECOND_FACTOR_REQUIRED"),
        (String::new(), 401, "SIGN_IN_REQUIRED"),
    ] {
        for answer in answers(&mut stack, "/safe/x", &cookies).await {
            assert_eq!(answer.status(), status, "{cookies}: {}", answer.0);
            if status == 401 && answer.body().starts_with('{') {
                assert_eq!(answer.json()["error"]["code"], code, "{cookies}");
            }
        }
    }
    let cookie = format!("Cookie: {unbound}");
    let page = stack.send("GET /safe/x", &[&cookie, "Sec-Fetch-Mode: navigate"]).await;
    assert_eq!(page.status(), 302, "{}", page.0);
    assert!(page.header("location").unwrap().contains("/postern/device?rd="), "{}", page.0);
}

#[tokio::test]
async fn a_websocket_of_copied_cookies_is_closed_when_the_proof_is_over() {
    let stack = Stack::new(|config| config.revocation_bound = Duration::from_millis(40)).await;
    stack.recorder.answer(SWITCH);
    let (session, proof) = bound(&stack);
    let (mut client, head) = open(&stack, &opening(&format!("{session}; {proof}"), "")).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    echo(&mut client, b"x").await;
    stack.clock.advance(600);
    assert!(is_closed(client).await);
}

#[tokio::test]
async fn a_websocket_from_before_the_binding_goes_on_and_one_from_the_first_moments_ends_with_them() {
    let stack = Stack::new(|config| config.revocation_bound = Duration::from_millis(40)).await;
    stack.recorder.answer(SWITCH);
    let session = stack.full();
    let (mut before, head) = open(&stack, &opening(&session, "")).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    stack.clock.advance(1);
    stack.store.change(|view| view.session.device = Some(device(KEY, START.after(Duration::from_secs(1)))));
    stack.cache.invalidate(Invalidation::Session(stack.store.views()[0].session.id));
    stack.recorder.answer(SWITCH);
    let (mut meanwhile, head) = open(&stack, &opening(&session, "")).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    echo(&mut meanwhile, b"x").await;
    stack.clock.advance(30);
    assert!(is_closed(meanwhile).await);
    assert_eq!(echo(&mut before, b"here").await, b"here");
}
