//! Budgets of clients that send nothing, or too much at a time.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::client::{Client, get};
use super::raw::{SlowBackend, answer, connect, rest, tcp};
use super::running::Running;

const OPEN: &str = "route = [{ path = '/open/*', access = 'public' }]";

async fn behind(sections: &str) -> (SlowBackend, Running) {
    let backend = SlowBackend::start().await;
    let lines = format!("upstream = [{{ name = 'app', url = '{}' }}]\n{OPEN}", backend.url);
    let running = Running::start(&lines, sections).await;
    (backend, running)
}

#[tokio::test]
async fn requests_of_one_client_are_bounded_over_all_its_http2_connections() {
    let (backend, running) = behind("[listen]\nh2c = true\n[limits]\nstreams_per_address = 3").await;
    let (first, second) =
        (Client::new(tcp(running.address()).await).await, Client::new(tcp(running.address()).await).await);
    let mut under_way = Vec::new();
    let mut streams = Vec::new();
    for client in [&first, &second, &first] {
        let mut send = client.send.clone().ready().await.unwrap();
        under_way.push(send.send_request(get("http://localhost:8080/open/x", &[]), true).unwrap().0);
        streams.push(backend.next().await.1);
    }
    let refused = second.get("http://localhost:8080/open/x", &[]).await.unwrap();
    assert_eq!((refused.status, refused.headers["retry-after"].as_bytes()), (StatusCode::TOO_MANY_REQUESTS, &b"1"[..]));
    answer(streams.remove(0), "ok").await;
    let response = under_way.remove(0).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    while let Some(piece) = body.data().await {
        piece.unwrap();
    }
    // The place of the first is free again.
    let mut send = second.send.clone().ready().await.unwrap();
    let (next, _) = send.send_request(get("http://localhost:8080/open/x", &[]), true).unwrap();
    answer(backend.next().await.1, "ok").await;
    assert_eq!(next.await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_body_that_never_comes_over_http2_is_given_up() {
    let (backend, running) = behind("[listen]\nh2c = true\nbody_timeout = '300ms'").await;
    let client = Client::new(tcp(running.address()).await).await;
    let mut send = client.send.clone().ready().await.unwrap();
    let request = Request::builder().method(Method::POST).uri("http://localhost:8080/open/x");
    let (response, mut body) = send.send_request(request.body(()).unwrap(), false).unwrap();
    body.send_data(Bytes::from_static(b"half"), false).unwrap();
    let (_, mut stream) = backend.next().await;
    let answered = tokio::time::timeout(Duration::from_secs(20), response).await.expect("an answer");
    assert!(answered.is_ok_and(|response| response.status().is_client_error()));
    // The upstream sees that the request broke off.
    assert!(!rest(&mut stream).await.ends_with("0\r\n\r\n"));
}

#[tokio::test]
async fn a_silent_connection_is_closed_by_every_listener() {
    let listen = "[listen]\next_authz = '127.0.0.1:0'\nheader_timeout = '300ms'";
    let running = Running::start("trusted_proxies = ['127.0.0.1']", listen).await;
    for address in [running.address(), running.management(), running.gateway.ext_authz().unwrap()] {
        let mut silent = connect(address).await;
        let closed = tokio::time::timeout(Duration::from_secs(20), rest(&mut silent)).await;
        assert!(closed.is_ok(), "{address}");
    }
}

#[tokio::test]
async fn one_client_cannot_fill_the_management_listener() {
    let running = Running::start("", "").await;
    let mut silent = Vec::new();
    for _ in 0..16 {
        silent.push(connect(running.management()).await);
    }
    let mut refused = connect(running.management()).await;
    assert_eq!(rest(&mut refused).await, "");
}

/// Less than the default limits of both sides, and more than the short limits need.
const SOON: Duration = Duration::from_secs(15);
const REQUEST: &[u8] = b"GET /open/x HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async fn read_until(stream: &mut (impl AsyncRead + Unpin), end: &[u8]) {
    let mut read = Vec::new();
    while !read.ends_with(end) {
        read.push(stream.read_u8().await.unwrap());
    }
}

/// The connections of one request, kept by both sides: the client's and the upstream's.
async fn kept(client_limit: &str, upstream_limit: &str) -> (SlowBackend, Running, [tokio::net::TcpStream; 2]) {
    let backend = SlowBackend::start().await;
    let upstream =
        format!("upstream = [{{ name = 'app', url = '{}', idle_timeout = '{upstream_limit}' }}]", backend.url);
    let running =
        Running::start(&format!("{upstream}\n{OPEN}"), &format!("[listen]\nidle_timeout = '{client_limit}'")).await;
    let mut client = tcp(running.address()).await;
    client.write_all(REQUEST).await.unwrap();
    let (_, mut upstream) = backend.next().await;
    upstream.write_all(RESPONSE).await.unwrap();
    read_until(&mut client, b"\r\n\r\nok").await;
    (backend, running, [client, upstream])
}

#[tokio::test]
async fn a_client_s_idle_connection_is_closed_by_its_own_limit() {
    let (_backend, running, [mut client, mut upstream]) = kept("300ms", "10m").await;
    let closed = tokio::time::timeout(SOON, rest(&mut client)).await;
    assert_eq!(closed.as_deref(), Ok(""));
    // The upstream's is still there, and carries the next client's request.
    let mut next = tcp(running.address()).await;
    next.write_all(REQUEST).await.unwrap();
    tokio::time::timeout(SOON, read_until(&mut upstream, b"\r\n\r\n")).await.unwrap();
}

#[tokio::test]
async fn an_upstream_s_idle_connection_is_closed_by_its_own_limit() {
    let (backend, _running, [mut client, mut upstream]) = kept("10m", "300ms").await;
    let closed = tokio::time::timeout(SOON, rest(&mut upstream)).await;
    assert_eq!(closed.as_deref(), Ok(""));
    // The client's is still there, and its next request gets a new one.
    client.write_all(REQUEST).await.unwrap();
    let (_, mut upstream) = tokio::time::timeout(SOON, backend.next()).await.unwrap();
    upstream.write_all(RESPONSE).await.unwrap();
    read_until(&mut client, b"\r\n\r\nok").await;
}
