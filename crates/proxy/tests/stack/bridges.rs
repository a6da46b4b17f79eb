//! Sessions that are made for an upstream, over the whole stack.

use crate::support::{START, Stack};
use postern_authn::access::Policy;
use postern_keystore::ExpressSession;
use postern_model::access::SecondFactorPolicy;
use postern_proxy::{Bridge, BridgeFormat, CoreConfig, Template};
use serde_json::{Value, json};

const SECRET: &str = "f3a9c1d27b604e5f8a1b2c3d4e5f6071";

fn bridged(secret: &str) -> impl FnOnce(&mut CoreConfig) {
    let format = BridgeFormat::Express(ExpressSession::new(&secret.into()).unwrap());
    let contents = json!({ "id": "{user.id}", "groups": "{groups}", "methods": "{methods}", "made": "{now}" });
    let bridge = Bridge::new(format, "sid".to_owned(), Template::new(contents).unwrap());
    |config| config.bridges = vec![(0, bridge)]
}

/// The cookies that the upstream got last: the session, its signature, and the others.
fn cookies(stack: &Stack) -> (Value, String, Vec<String>) {
    let lines = stack.recorder.header("cookie");
    assert_eq!(lines.len(), 1, "{lines:?}");
    let mut pairs = lines[0].split("; ").map(str::to_owned);
    let session = pairs.next().and_then(|pair| pair.strip_prefix("sid=").map(str::to_owned)).unwrap();
    let signature = pairs.next().and_then(|pair| pair.strip_prefix("sid.sig=").map(str::to_owned)).unwrap();
    let json = data_encoding::BASE64.decode(session.as_bytes()).unwrap();
    (serde_json::from_slice(&json).unwrap(), signature, pairs.collect())
}

#[tokio::test]
async fn a_complete_session_carries_the_application_s_in_place_of_the_browser_s() {
    let stack = Stack::new(bridged(SECRET)).await;
    let header = format!("Cookie: sid=evil; a=1; sid.sig=evil; {}; sid =evil; b=2", stack.full());
    assert_eq!(stack.send("GET /", &[&header]).await.status(), 200);
    let (session, _, others) = cookies(&stack);
    let user = stack.store.views()[0].user.id.to_string();
    let made = START.as_secs();
    assert_eq!(session, json!({"id": user, "groups": ["ops", "r,d"], "methods": ["google", "otp"], "made": made}));
    assert_eq!(others, ["a=1", "b=2"]);
}

#[tokio::test]
async fn anything_less_carries_none() {
    let stack = Stack::new(bridged(SECRET)).await;
    let evil = "Cookie: sid=evil; sid.sig=evil";
    let (pending, full) = (format!("Cookie: {}", stack.pending()), format!("Cookie: {}", stack.full()));
    for (line, cookie) in [("GET /first/x", &pending), ("GET /health", &pending), ("GET /health", &full)] {
        assert_eq!(stack.send(line, &[cookie, evil]).await.status(), 200, "{line}");
        assert!(stack.recorder.header("cookie").is_empty(), "{line}");
    }
    assert_eq!(stack.send("GET /health", &[evil]).await.status(), 200);
    assert!(stack.recorder.header("cookie").is_empty());
}

#[tokio::test]
async fn what_is_complete_is_what_the_policy_says() {
    let stack = Stack::new(|config| {
        bridged(SECRET)(config);
        config.policy = Policy { second_factor: SecondFactorPolicy::PerUser, ..Policy::default() };
    })
    .await;
    for (requires, carries) in [(false, true), (true, false)] {
        let cookie = stack.session(|view| {
            view.session.second_factor = None;
            view.user.requires_second_factor = requires;
            view.factors.enabled = false;
        });
        assert_eq!(stack.send("GET /first/x", &[&format!("Cookie: {cookie}")]).await.status(), 200);
        assert_eq!(!stack.recorder.header("cookie").is_empty(), carries, "required: {requires}");
    }
}

#[tokio::test]
async fn a_session_is_made_seldom_and_never_older_than_ten_minutes() {
    let stack = Stack::new(bridged(SECRET)).await;
    let cookie = format!("Cookie: {}", stack.full());
    let mut made = Vec::new();
    for minute in 0..60 {
        stack.faces.core.sessions().tidy();
        assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 200);
        let at = cookies(&stack).0["made"].as_i64().unwrap();
        assert!((0..=600).contains(&(START.as_secs() + minute * 60 - at)), "{at} after {minute} minutes");
        made.push(at);
        stack.clock.advance(60);
    }
    made.dedup();
    assert_eq!(made.len(), 6);
}

#[tokio::test]
async fn no_session_outlives_the_second_factor() {
    let stack = Stack::new(bridged(SECRET)).await;
    let cookie = format!("Cookie: {}", stack.full());
    for _ in 0..9 {
        assert_eq!(stack.send("GET /first/x", &[&cookie]).await.status(), 200);
        stack.clock.advance(3200);
    }
    stack.clock.advance(-60);
    assert_eq!(stack.send("GET /first/x", &[&cookie]).await.status(), 200);
    assert_eq!(cookies(&stack).0["methods"], json!(["google", "otp"]));
    stack.clock.advance(61);
    assert_eq!(stack.send("GET /first/x", &[&cookie]).await.status(), 200);
    assert!(stack.recorder.header("cookie").is_empty());
}

#[tokio::test]
async fn another_secret_counts_at_once_for_sessions_at_hand() {
    let mut stack = Stack::new(bridged(SECRET)).await;
    let cookie = format!("Cookie: {}", stack.full());
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 200);
    let (before, signature, _) = cookies(&stack);
    stack.reload(bridged("0123456789abcdeX0123"));
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 200);
    let (after, other, _) = cookies(&stack);
    assert_eq!(before, after);
    assert_ne!(signature, other);
}

#[tokio::test]
async fn what_the_upstream_sets_under_these_names_stays_behind() {
    let stack = Stack::new(bridged(SECRET)).await;
    stack.recorder.answer(
        "HTTP/1.1 200 OK\r\nset-cookie: sid=x\r\nSet-Cookie: SID.sig=x; Path=/\r\nset-cookie: a=1\r\n\
         Content-Length: 0\r\n\r\n",
    );
    let answer = stack.send("GET /", &[&format!("Cookie: {}", stack.full())]).await.0.to_lowercase();
    assert_eq!(answer.matches("set-cookie:").count(), 1, "{answer}");
    assert!(answer.contains("set-cookie: a=1"), "{answer}");
}
