//! The end of a gateway.

use std::time::Duration;

use tokio::io::AsyncWriteExt;

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
    // The kept connection ends only once the gateway is stopping, and then at once.
    assert_eq!(status(&rest(&mut kept).await), 200);
    assert!(!stopping.is_finished());
    answer(stream, "late").await;
    assert!(under_way.await.unwrap().ends_with("late"));
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
