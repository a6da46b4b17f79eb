//! WebSockets, over the whole stack.

use std::time::Duration;

use crate::support::Stack;
use postern_model::clock::Clock;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

pub(crate) const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

pub(crate) fn opening(cookie: &str, more: &str) -> String {
    format!(
        "GET /ws HTTP/1.1\r\nHost: example.com\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nCookie: {cookie}\r\n{more}\r\n"
    )
}

/// Opens a WebSocket; gives the connection after the head of the answer.
pub(crate) async fn open(stack: &Stack, request: &str) -> (DuplexStream, String) {
    let mut client = stack.connect();
    client.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    (client, String::from_utf8(head).unwrap())
}

pub(crate) async fn echo(client: &mut DuplexStream, frame: &[u8]) -> Vec<u8> {
    client.write_all(frame).await.unwrap();
    let mut back = vec![0; frame.len()];
    client.read_exact(&mut back).await.unwrap();
    back
}

/// Whether the other side closes the connection.
pub(crate) async fn is_closed(mut client: DuplexStream) -> bool {
    let read = tokio::time::timeout(Duration::from_secs(20), client.read_u8()).await;
    matches!(read, Ok(Err(_)))
}

/// A text frame of a client, masked with zeros (RFC 6455 §5.3).
const MESSAGE: &[u8] = b"\x81\x84\0\0\0\0here";
/// The answer to a ping.
const PONG: &[u8] = b"\x8a\x80\0\0\0\0";

#[tokio::test]
async fn frames_pass_both_ways_once_the_upstream_agreed() {
    let stack = Stack::plain().await;
    stack.recorder.answer(SWITCH);
    let (mut client, head) = open(&stack, &opening(&stack.full(), "Origin: https://example.com\r\n")).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert!(head.to_lowercase().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="));
    assert_eq!(stack.recorder.header("upgrade"), ["websocket"]);
    assert_eq!(stack.recorder.header("connection"), ["Upgrade"]);
    assert_eq!(stack.recorder.header("x-auth-email"), ["ada@example.com"]);
    // Frames are no HTTP: every byte passes.
    for frame in [&b"\x81\x85\0\r\n\n"[..], b"GET /smuggled HTTP/1.1\nHost: evil\r\n\r\n", &[0xff; 300]] {
        assert_eq!(echo(&mut client, frame).await, frame);
    }
    assert_eq!(stack.recorder.count(), 1);
}

#[tokio::test]
async fn a_foreign_page_or_a_missing_session_opens_none() {
    let stack = Stack::plain().await;
    stack.recorder.answer(SWITCH);
    for (request, status) in [
        (opening(&stack.full(), "Origin: https://evil.com\r\n"), "403"),
        (opening(&stack.full(), "Origin: null\r\n"), "403"),
        (opening(&stack.full(), "Sec-Fetch-Site: cross-site\r\n"), "403"),
        (opening(&stack.pending(), "Origin: https://example.com\r\n"), "401"),
        (opening("a=b", "Origin: https://example.com\r\n"), "401"),
        (opening(&stack.full(), "Content-Length: 3\r\n"), "400"),
        (opening(&stack.full(), "").replacen("GET", "POST", 1), "400"),
    ] {
        let (_, head) = open(&stack, &request).await;
        assert_eq!(&head[9..12], status, "{request}");
    }
    assert_eq!(stack.recorder.count(), 0);
}

#[tokio::test]
async fn an_upstream_that_refuses_is_answered_for_and_one_that_offers_unasked_is_not() {
    let stack = Stack::plain().await;
    let (_, head) = open(&stack, &opening(&stack.full(), "")).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    stack.recorder.answer(SWITCH);
    let cookie = format!("Cookie: {}", stack.full());
    assert_eq!(stack.send("GET /x", &[&cookie]).await.status(), 502);
}

#[tokio::test]
async fn requests_behind_an_opening_are_held_to_http_until_it_is_accepted() {
    let stack = Stack::plain().await;
    // The upstream refuses, so what follows is a request, and a malformed one.
    let smuggled = format!("{}GET /smuggled HTTP/1.1\nHost: example.com\r\n\r\n", opening(&stack.full(), ""));
    let answer = stack.raw(smuggled.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("HTTP/1.1 400"), "{answer}");
    assert_eq!(stack.recorder.count(), 1);
}

#[tokio::test]
async fn it_is_closed_at_once_when_a_notice_says_that_the_session_ended() {
    let stack = Stack::new(|config| config.revocation_bound = Duration::from_secs(3600)).await;
    stack.recorder.answer(SWITCH);
    let (mut client, _) = open(&stack, &opening(&stack.full(), "")).await;
    echo(&mut client, b"x").await;
    let user = stack.store.views()[0].user.id;
    stack.cache.invalidate(Invalidation::User(user));
    assert_eq!(echo(&mut client, b"still there").await, b"still there");
    stack.store.clear();
    stack.cache.invalidate(Invalidation::User(user));
    assert!(is_closed(client).await);
}

#[tokio::test]
async fn it_is_closed_within_the_bound_when_the_notice_was_lost() {
    let stack = Stack::new(|config| config.revocation_bound = Duration::from_millis(40)).await;
    stack.recorder.answer(SWITCH);
    let (mut client, _) = open(&stack, &opening(&stack.full(), "")).await;
    echo(&mut client, b"x").await;
    stack.store.clear();
    stack.clock.advance(1);
    assert!(is_closed(client).await);
}

#[tokio::test]
async fn what_the_client_sends_keeps_its_session_in_use_and_silence_ends_it() {
    let stack = Stack::new(|config| config.revocation_bound = Duration::from_millis(40)).await;
    stack.recorder.answer(SWITCH);
    let (mut client, _) = open(&stack, &opening(&stack.full(), "")).await;
    for _ in 0..3 {
        stack.clock.advance(50 * 60);
        stack.until_seen_now(async || assert_eq!(echo(&mut client, MESSAGE).await, MESSAGE)).await;
    }
    // `session.idle` is an hour.
    stack.clock.advance(60 * 60);
    assert!(is_closed(client).await);
    assert_eq!(stack.clock.now().since(stack.store.views()[0].session.last_seen_at), Duration::from_secs(60 * 60));
}

#[tokio::test]
async fn answers_to_pings_are_no_use_of_a_session() {
    let stack = Stack::new(|config| config.revocation_bound = Duration::from_millis(40)).await;
    stack.recorder.answer(SWITCH);
    let (mut client, _) = open(&stack, &opening(&stack.full(), "")).await;
    for _ in 0..5 {
        stack.clock.advance(10 * 60);
        assert_eq!(echo(&mut client, PONG).await, PONG);
    }
    stack.clock.advance(10 * 60);
    assert!(is_closed(client).await);
    assert_eq!(stack.clock.now().since(stack.store.views()[0].session.last_seen_at), Duration::from_secs(60 * 60));
}

#[tokio::test]
async fn frames_after_the_session_went_idle_do_not_revive_it() {
    let stack = Stack::new(|config| config.revocation_bound = Duration::from_secs(3600)).await;
    stack.recorder.answer(SWITCH);
    let (mut client, _) = open(&stack, &opening(&stack.full(), "")).await;
    stack.clock.advance(60 * 60);
    echo(&mut client, MESSAGE).await;
    // Any notice leads to a decision.
    stack.cache.invalidate(Invalidation::User(stack.store.views()[0].user.id));
    assert!(is_closed(client).await);
}

#[tokio::test]
async fn it_is_closed_when_the_process_stops() {
    let stack = Stack::plain().await;
    stack.recorder.answer(SWITCH);
    let (mut client, _) = open(&stack, &opening(&stack.full(), "")).await;
    echo(&mut client, b"x").await;
    stack.faces.core.close_tunnels();
    assert!(is_closed(client).await);
}

#[tokio::test]
async fn an_open_one_takes_a_place_of_its_upstream_until_it_is_closed() {
    let stack = Stack::new(|config| {
        config.upstreams[0].0.max_connections = Some(1);
        config.upstreams[0].0.connect_timeout = Duration::from_millis(50);
    })
    .await;
    stack.recorder.answer(SWITCH);
    let (mut first, head) = open(&stack, &opening(&stack.full(), "")).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert_eq!(echo(&mut first, b"frame").await, b"frame");
    let (_, refused) = open(&stack, &opening(&stack.full(), "")).await;
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    let cookie = format!("Cookie: {}", stack.full());
    assert_eq!(stack.send("GET /x", &[&cookie]).await.status(), 503);
    drop(first);
    // The place is free once the gateway has seen that the client is gone.
    let reopened = async {
        loop {
            let (socket, head) = open(&stack, &opening(&stack.full(), "")).await;
            if head.starts_with("HTTP/1.1 101") {
                break socket;
            }
        }
    };
    let mut second = tokio::time::timeout(Duration::from_secs(20), reopened).await.unwrap();
    assert_eq!(echo(&mut second, b"frame").await, b"frame");
}
