//! WebSockets over HTTP/2 (RFC 8441).

use std::time::Duration;

use bytes::Bytes;
use h2::RecvStream;
use h2::ext::Protocol;
use http::{Request, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::certificates::Pair;
use super::client::Client;
use super::raw::SlowBackend;
use super::running::Running;

/// What RFC 6455 §4.2.2 makes of the key in a request's head.
fn accept(head: &str) -> String {
    let key = head.lines().find_map(|line| line.to_lowercase().starts_with("sec-websocket-key:").then(|| &line[18..]));
    let text = format!("{}258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key.unwrap().trim());
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    data_encoding::BASE64.encode(digest.as_ref())
}

fn opening(path: &str, fields: &[(&str, &str)]) -> Request<()> {
    let mut request =
        Request::connect(format!("https://localhost{path}")).extension(Protocol::from_static("websocket"));
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.header("sec-websocket-version", "13").body(()).unwrap()
}

async fn setup() -> (SlowBackend, Running, Client) {
    let (backend, pair) = (SlowBackend::start().await, Pair::new("localhost"));
    let lines = format!(
        "upstream = [{{ name = 'app', url = '{}' }}]\nroute = [{{ path = '/first/*', access = 'first-factor' }}]",
        backend.url
    );
    let running = Running::start_tls(&pair, &lines, "[session]\nrevocation_bound = '200ms'").await;
    let stream = pair.connect(running.address(), &["h2"]).await.unwrap();
    let client = Client::new(stream).await;
    // The setting that allows it comes with the first frames of the server.
    let _ = client.get("https://localhost/postern/jwks.json", &[]).await.unwrap();
    assert!(client.send.is_extended_connect_protocol_enabled());
    (backend, running, client)
}

/// Accepts a WebSocket; returns the head of its request.
pub(crate) async fn switch(backend: &SlowBackend) -> (String, TcpStream) {
    let (head, mut stream) = backend.next().await;
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {}\r\n\r\n",
        accept(&head)
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    (head.to_lowercase(), stream)
}

async fn next(body: &mut RecvStream) -> Option<Result<Bytes, h2::Error>> {
    let piece = body.data().await?;
    if let Ok(piece) = &piece {
        body.flow_control().release_capacity(piece.len()).unwrap();
    }
    Some(piece)
}

#[tokio::test]
async fn frames_pass_both_ways_and_end_with_the_session() {
    let (backend, running, client) = setup().await;
    let cookie = format!("__Host-postern={}", running.sign_in("ada@example.com").await);
    let mut send = client.send.clone().ready().await.unwrap();
    let request = opening("/first/ws", &[("cookie", &cookie), ("origin", "https://localhost")]);
    let (response, mut sink) = send.send_request(request, false).unwrap();
    let (answered, (head, mut stream)) = tokio::join!(response, switch(&backend));
    let answered = answered.unwrap();
    assert_eq!(answered.status(), StatusCode::OK);
    for absent in ["sec-websocket-accept", "upgrade", "connection"] {
        assert!(!answered.headers().contains_key(absent), "{absent}");
    }
    assert!(head.starts_with("get /first/ws http/1.1\r\n"), "{head}");
    for line in
        ["upgrade: websocket", "connection: upgrade", "sec-websocket-version: 13", "x-auth-email: ada@example.com"]
    {
        assert!(head.contains(&format!("\r\n{line}\r\n")), "{line} in {head}");
    }
    let mut body = answered.into_body();
    sink.send_data(Bytes::from_static(b"\x81\x85hello"), false).unwrap();
    let mut frame = [0; 7];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!(&frame, b"\x81\x85hello");
    stream.write_all(b"\x81\x05world").await.unwrap();
    assert_eq!(next(&mut body).await.unwrap().unwrap(), &b"\x81\x05world"[..]);
    // The session ends in the store, unseen; the bound still holds.
    let store = rusqlite::Connection::open(running.state.path().join("postern.sqlite3")).unwrap();
    store.execute("DELETE FROM postern_sessions", []).unwrap();
    let ended = async { while let Some(Ok(_)) = next(&mut body).await {} };
    tokio::time::timeout(Duration::from_secs(20), ended).await.unwrap();
}

#[tokio::test]
async fn foreign_pages_missing_steps_and_other_protocols_open_none() {
    let (_backend, running, client) = setup().await;
    let cookie = format!("__Host-postern={}", running.sign_in("ada@example.com").await);
    let ours = ("origin", "https://localhost");
    for (request, expected) in [
        (opening("/first/ws", &[("cookie", &cookie), ("origin", "https://evil.example")]), 403),
        (opening("/first/ws", &[("cookie", &cookie), ("origin", "null")]), 403),
        (opening("/first/ws", &[ours]), 401),
        (opening("/second/ws", &[("cookie", &cookie), ours]), 401),
    ] {
        let told = format!("{request:?}");
        assert_eq!(client.send(request).await.unwrap().status, expected, "{told}");
    }
    let mut udp = opening("/first/ws", &[("cookie", &cookie)]);
    udp.extensions_mut().insert(Protocol::from_static("connect-udp"));
    assert_eq!(client.send(udp).await.unwrap().status, 405);
}
