//! A new configuration takes over: what is under way lives on, what is no longer permitted ends.

use std::time::Duration;

use crate::support::{Stack, route};
use crate::websockets::{SWITCH, echo, is_closed, open, opening};
use postern_authn::rules::Rules;
use postern_model::access::Access;
use postern_proxy::{CoreConfig, IdentityDialect};

fn closed(config: &mut CoreConfig) {
    config.rules = Rules::new(vec![route("/ws", Access::Deny)]);
}

#[tokio::test]
async fn sockets_live_on_over_reloads_and_close_at_once_when_their_route_does() {
    let mut stack = Stack::new(|config| config.revocation_bound = Duration::from_secs(3600)).await;
    stack.recorder.answer(SWITCH);
    let (mut client, _) = open(&stack, &opening(&stack.full(), "")).await;
    echo(&mut client, b"x").await;
    for number in 0..3 {
        stack.reload(|config| {
            config.rules = Rules::new(vec![route(&format!("/other/{number}"), Access::Deny)]);
            config.revocation_bound = Duration::from_secs(3600);
        });
        assert_eq!(echo(&mut client, b"still there").await, b"still there");
    }
    stack.reload(closed);
    assert!(is_closed(client).await);
}

#[tokio::test]
async fn a_socket_of_a_host_that_is_served_no_more_is_closed() {
    let mut stack = Stack::new(|config| {
        let mut app = route("/*", Access::Full);
        app.hosts = vec![postern_authn::rules::HostPattern::new("app.example.com")];
        config.rules = Rules::new(vec![app]);
    })
    .await;
    stack.recorder.answer(SWITCH);
    let opening = opening(&stack.full(), "").replace("Host: example.com", "Host: app.example.com");
    let (mut client, head) = open(&stack, &opening).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    echo(&mut client, b"x").await;
    stack.reload(|_| ());
    assert!(is_closed(client).await);
}

#[tokio::test]
async fn a_public_socket_is_closed_when_its_route_demands_a_session() {
    let mut stack = Stack::new(|config| config.rules = Rules::new(vec![route("/ws", Access::Public)])).await;
    stack.recorder.answer(SWITCH);
    let (mut client, head) = open(&stack, &opening("a=b", "")).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    echo(&mut client, b"x").await;
    stack.reload(|_| ());
    assert!(is_closed(client).await);
}

#[tokio::test]
async fn sessions_at_hand_stay_and_nothing_prepared_by_the_former_configuration_is_sent() {
    let mut stack = Stack::new(|config| {
        config.upstreams.iter_mut().for_each(|(_, audience)| *audience = "former".to_owned());
    })
    .await;
    let cookie = format!("Cookie: {}", stack.full());
    assert_eq!(stack.send("GET /x", &[&cookie]).await.status(), 200);
    let former = stack.recorder.header("x-auth-assertion")[0].clone();
    let stats = stack.faces.core.sessions().stats();
    stack.reload(|config| {
        config.upstreams.iter_mut().for_each(|(_, audience)| *audience = "present".to_owned());
        config.dialects = vec![IdentityDialect::XAuth, IdentityDialect::Remote];
    });
    assert_eq!(stack.send("GET /x", &[&cookie]).await.status(), 200);
    assert_eq!(stack.recorder.header("remote-email"), ["ada@example.com"]);
    assert_ne!(stack.recorder.header("x-auth-assertion")[0], former);
    let payload = |token: &str| {
        let middle = token.split('.').nth(1).unwrap();
        let bytes = data_encoding::BASE64URL_NOPAD.decode(middle.as_bytes()).unwrap();
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
    };
    assert_eq!(payload(&former)["aud"], "former");
    assert_eq!(payload(&stack.recorder.header("x-auth-assertion")[0])["aud"], "present");
    assert_eq!(stack.faces.core.sessions().stats().loads, stats.loads, "no session was read anew");
}

#[tokio::test]
async fn a_tighter_bound_counts_for_sessions_that_are_at_hand_already() {
    let mut stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    assert_eq!(stack.send("GET /x", &[&cookie]).await.status(), 200);
    stack.store.clear();
    stack.clock.advance(4);
    assert_eq!(stack.send("GET /x", &[&cookie]).await.status(), 200, "within ten seconds");
    stack.reload(|config| config.revocation_bound = Duration::from_secs(2));
    assert_eq!(stack.send("GET /x", &[&cookie]).await.status(), 401);
}
