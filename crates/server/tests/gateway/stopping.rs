//! The end of a gateway.

use std::time::Duration;

use postern_config::Address;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::raw::{SlowBackend, answer, connect, get, rest, status};
use super::running::Running;

fn lines(backend: &SlowBackend) -> String {
    format!(
        "upstream = [{{ name = 'app', url = '{}' }}]\nroute = [{{ path = '/open', access = 'public' }}]",
        backend.url
    )
}

#[tokio::test]
async fn requests_under_way_finish_and_kept_connections_close() {
    let backend = SlowBackend::start().await;
    let running = Running::start(&lines(&backend), "").await;
    let address = running.address().clone();
    let mut kept = connect(&address).await;
    kept.write_all(b"GET /postern/jwks.json HTTP/1.1\r\nHost: localhost:8080\r\n\r\n").await.unwrap();
    let under_way = tokio::spawn(async move { get(&address, "/open").await });
    let (_, stream) = backend.next().await;

    let stopping = tokio::spawn(running.gateway.stop());
    // The kept connection ends only once the gateway is stopping, and then soon.
    assert_eq!(status(&rest(&mut kept).await), 200);
    assert!(!stopping.is_finished());
    answer(stream, "late").await;
    assert!(under_way.await.unwrap().ends_with("late"));
    stopping.await.unwrap();
}

/// Reads one response of a kept connection.
async fn one(client: &mut (impl AsyncRead + Unpin)) -> String {
    let mut received = Vec::new();
    loop {
        received.push(client.read_u8().await.unwrap());
        let text = String::from_utf8_lossy(&received).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            return text;
        }
    }
}

#[tokio::test]
async fn a_request_that_crosses_with_the_stop_on_a_kept_connection_is_served() {
    const REQUEST: &[u8] = b"GET /postern/jwks.json HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
    let running = Running::start("", "").await;
    let address = running.address().clone();
    let mut kept = connect(&address).await;
    kept.write_all(REQUEST).await.unwrap();
    assert!(!one(&mut kept).await.contains("connection: close"));
    let Address::Tcp(host, port) = &address else { panic!("no TCP address") };
    let stopping = tokio::spawn(running.gateway.stop());
    let shut = async { while TcpStream::connect((host.as_str(), *port)).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(20), shut).await.unwrap();
    kept.write_all(REQUEST).await.unwrap();
    let answer = rest(&mut kept).await;
    assert_eq!(status(&answer), 200);
    assert!(answer.to_lowercase().contains("connection: close"), "the next one goes elsewhere: {answer}");
    stopping.await.unwrap();
}

#[tokio::test]
async fn requests_that_do_not_finish_are_cut_off_at_the_deadline() {
    let backend = SlowBackend::start().await;
    let running = Running::start(&lines(&backend), "[listen]\nshutdown_timeout = '100ms'").await;
    let address = running.address().clone();
    let under_way = tokio::spawn(async move { get(&address, "/open").await });
    let (_, _held) = backend.next().await;
    tokio::time::timeout(Duration::from_secs(20), running.gateway.stop()).await.unwrap();
    assert_eq!(under_way.await.unwrap(), "");
}
