//! Bodies under way when their session ends.

use std::time::Duration;

use tokio::io::AsyncReadExt;

use super::before;
use crate::support::{Backend, Client, Stack, route};
use postern_authn::rules::principals::Principals;
use postern_authn::rules::{Route, Rules};
use postern_model::access::Access;

const BOUND: Duration = Duration::from_millis(40);

/// A gateway before this backend, with a short revocation bound.
async fn bounded(backend: &Backend) -> Stack {
    let address = backend.address();
    Stack::new(|config| {
        config.upstreams[0].0.address = address;
        config.revocation_bound = BOUND;
    })
    .await
}

/// A client whose upload of a megabyte has begun, to a backend that reads its head and waits.
async fn uploading() -> (Backend, Stack, Client) {
    let backend = Backend::start(|_, mut line| async move {
        line.head().await;
        line.gone().await;
    })
    .await;
    let stack = bounded(&backend).await;
    let mut client = Client::of(&stack);
    client.begin("POST /x", &["Content-Length: 1000000"]).await;
    (backend, stack, client)
}

/// Ends all sessions; nobody is notified.
fn end_sessions(stack: &Stack) {
    stack.store.clear();
    stack.clock.advance(1);
}

#[tokio::test]
async fn a_response_of_known_length_is_ended() {
    for head in ["Content-Length: 1000000", "Transfer-Encoding: chunked"] {
        let backend = Backend::start(move |_, mut line| async move {
            line.head().await;
            line.send(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n4\r\nhalf\r\n")).await;
            line.gone().await;
        })
        .await;
        let stack = bounded(&backend).await;
        let mut client = Client::of(&stack);
        client.begin("GET /x", &[]).await;
        while !client.until(b"half").await {}
        end_sessions(&stack);
        let rest = client.rest().await;
        assert!(!rest.contains("0\r\n\r\n"), "{rest}");
        backend.ended(1).await;
    }
}

#[tokio::test]
async fn a_response_that_never_pauses_is_ended() {
    let backend = Backend::start(|_, mut line| async move {
        line.head().await;
        line.send("HTTP/1.1 200 OK\r\nContent-Length: 900000000000\r\n\r\n").await;
        while line.send([b'x'; 16 * 1024]).await {}
    })
    .await;
    let stack = bounded(&backend).await;
    let mut client = Client::of(&stack);
    client.begin("GET /x", &[]).await;
    client.head().await;
    end_sessions(&stack);
    let drained = async {
        let mut bytes = vec![0; 64 * 1024];
        while client.stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
    };
    tokio::time::timeout(Duration::from_secs(20), drained).await.expect("the end of the response");
    backend.ended(1).await;
}

#[tokio::test]
async fn an_upload_is_ended_and_answered_as_a_stranger_is() {
    let (backend, stack, mut client) = uploading().await;
    client.send(b"half").await;
    while backend.heads().is_empty() {
        tokio::task::yield_now().await;
    }
    end_sessions(&stack);
    let answer = client.head().await;
    assert_eq!((answer.status(), answer.header("connection")), (401, Some("close")), "{}", answer.0);
    backend.ended(1).await;
}

#[tokio::test]
async fn an_upload_keeps_its_session_in_use_while_parts_of_it_come() {
    let (backend, stack, mut client) = uploading().await;
    for _ in 0..3 {
        stack.clock.advance(50 * 60);
        stack.until_seen_now(async || client.send(b"part").await).await;
    }
    // `session.idle` is an hour.
    stack.clock.advance(60 * 60);
    assert_eq!(client.head().await.status(), 401);
    backend.ended(1).await;
}

/// A backend whose responses take longer than the revocation bound.
async fn pausing() -> Backend {
    Backend::start(|_, mut line| async move {
        line.head().await;
        line.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf").await;
        tokio::time::sleep(4 * BOUND).await;
        line.send("half").await;
    })
    .await
}

#[tokio::test]
async fn a_body_of_somebody_whom_the_route_lists_by_address_is_left_alone() {
    let backend = pausing().await;
    let address = backend.address();
    let stack = Stack::new(|config| {
        config.upstreams[0].0.address = address;
        config.revocation_bound = BOUND;
        let principals = Principals::new([], &["ada@example.com".to_owned()], &[], &[]);
        config.rules = Rules::new(vec![Route { principals, ..route("/*", Access::Full) }]);
    })
    .await;
    assert_eq!(Client::of(&stack).get("GET /x", &[]).await.body(), "halfhalf");
}

#[tokio::test]
async fn bodies_of_a_session_that_lasts_and_of_strangers_are_left_alone() {
    let backend = pausing().await;
    let stack = bounded(&backend).await;
    let answer = Client::of(&stack).get("GET /x", &[]).await;
    assert_eq!(answer.body(), "halfhalf");
    let mut stranger = Client::of(&stack);
    stranger.begin("GET /public/x", &[]).await;
    stranger.head().await;
    end_sessions(&stack);
    while !stranger.until(b"halfhalf").await {}
}

#[tokio::test]
async fn a_body_that_came_with_its_head_costs_no_second_decision() {
    let backend = Backend::start(|_, line| line.well()).await;
    let stack = before(&backend, |_| ()).await;
    let mut client = Client::of(&stack);
    for _ in 0..3 {
        assert_eq!(client.get("GET /x", &[]).await.status(), 200);
    }
    assert_eq!(stack.faces.core.sessions().stats().loads, 1);
}
