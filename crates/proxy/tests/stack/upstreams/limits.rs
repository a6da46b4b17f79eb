//! How long is waited, how many at a time, and what is done with an upstream that is not well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::HeaderValue;
use postern_proxy::HealthCheck;
use tokio::sync::Notify;

use super::before;
use crate::support::{Backend, Client};

const SHORT: Duration = Duration::from_millis(50);

#[tokio::test]
async fn beyond_the_limit_requests_wait_and_then_get_503() {
    let go = Arc::new(Notify::new());
    let told = Arc::clone(&go);
    let backend = Backend::start(move |_, mut line| {
        let go = Arc::clone(&told);
        async move {
            while line.head().await.is_some() {
                line.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n").await;
                go.notified().await;
                line.send("0\r\n\r\n").await;
            }
        }
    })
    .await;
    let stack = before(&backend, |upstream| {
        upstream.max_connections = Some(2);
        upstream.connect_timeout = SHORT;
    })
    .await;
    let (mut first, mut second) = (Client::of(&stack), Client::of(&stack));
    for client in [&mut first, &mut second] {
        client.begin("GET /x", &[]).await;
        assert_eq!(client.head().await.status(), 200);
    }
    let refused = Client::of(&stack).get("GET /x", &["Accept: application/json"]).await;
    assert_eq!((refused.status(), refused.header("retry-after")), (503, Some("5")));
    assert_eq!(refused.json()["error"]["code"], "UPSTREAM_UNAVAILABLE");
    let page = Client::of(&stack).get("GET /x", &["Accept: text/html", "Sec-Fetch-Mode: navigate"]).await;
    assert_eq!((page.status(), page.header("retry-after")), (503, Some("5")));
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert_eq!(backend.heads().len(), 2);
    // One whose client leaves half way frees its place at once; one that ends does too.
    drop(first);
    let mut third = Client::of(&stack);
    third.begin("GET /x", &[]).await;
    assert_eq!(third.head().await.status(), 200);
    go.notify_waiters();
    while !second.until(b"0\r\n\r\n").await {}
    let mut fourth = Client::of(&stack);
    fourth.begin("GET /x", &[]).await;
    assert_eq!(fourth.head().await.status(), 200);
}

#[tokio::test]
async fn no_answer_in_time_is_504_and_the_connection_goes() {
    let backend = Backend::start(|number, mut line| async move {
        if number == 2 {
            return line.well().await;
        }
        line.head().await;
        line.gone().await;
    })
    .await;
    let stack = before(&backend, |upstream| upstream.timeout = SHORT).await;
    let json = Client::of(&stack).get("GET /x", &["Accept: application/json"]).await;
    assert_eq!((json.status(), json.json()["error"]["code"].as_str()), (504, Some("UPSTREAM_TIMEOUT")));
    let page = Client::of(&stack).get("GET /x", &["Accept: text/html", "Sec-Fetch-Mode: navigate"]).await;
    assert_eq!(page.status(), 504);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    backend.ended(2).await;
    assert_eq!(Client::of(&stack).get("GET /x", &[]).await.status(), 200);
    assert_eq!((backend.accepted(), backend.heads().len()), (3, 3));
}

#[tokio::test]
async fn an_upload_takes_as_long_as_it_moves() {
    const STEPS: usize = 10;
    let backend = Backend::start(|_, mut line| async move {
        line.head().await;
        line.body(STEPS).await;
        line.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    })
    .await;
    let timeout = Duration::from_millis(300);
    let stack = before(&backend, |upstream| upstream.timeout = timeout).await;
    let mut client = Client::of(&stack);
    client.begin("POST /x", &["Content-Length: 10"]).await;
    let mut ticks = tokio::time::interval(timeout / 5);
    for _ in 0..STEPS {
        ticks.tick().await;
        client.send(b"x").await;
    }
    assert_eq!(client.answer().await.status(), 200);
    // One that stops does not hold on for ever.
    let mut client = Client::of(&stack);
    client.begin("POST /x", &["Content-Length: 10"]).await;
    client.send(b"x").await;
    assert_eq!(client.answer().await.status(), 504);
}

#[tokio::test]
async fn an_answer_that_stands_still_is_broken_off() {
    let backend = Backend::start(|_, mut line| async move {
        line.head().await;
        line.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").await;
        line.gone().await;
    })
    .await;
    let stack = before(&backend, |upstream| upstream.body_timeout = Some(SHORT)).await;
    let mut client = Client::of(&stack);
    client.begin("GET /x", &[]).await;
    assert!(client.rest().await.ends_with("half"));
    backend.ended(1).await;
}

#[tokio::test]
async fn an_answer_that_moves_slowly_is_not() {
    let backend = Backend::start(|_, mut line| async move {
        line.head().await;
        line.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n").await;
        let mut ticks = tokio::time::interval(Duration::from_millis(60));
        for _ in 0..10 {
            ticks.tick().await;
            line.send("x").await;
        }
    })
    .await;
    let stack = before(&backend, |upstream| upstream.body_timeout = Some(Duration::from_millis(300))).await;
    assert_eq!(Client::of(&stack).get("GET /x", &[]).await.body(), "xxxxxxxxxx");
}

#[tokio::test]
async fn an_upstream_that_is_not_well_gets_no_requests_until_it_is() {
    let well = Arc::new(AtomicBool::new(true));
    let told = Arc::clone(&well);
    let backend = Backend::start(move |_, mut line| {
        let well = Arc::clone(&told);
        async move {
            while let Some(head) = line.head().await {
                let status = if head.starts_with("GET /health ") && !well.load(Ordering::SeqCst) { 500 } else { 200 };
                line.send(format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nok")).await;
            }
        }
    })
    .await;
    let stack = before(&backend, |upstream| {
        upstream.health = Some(HealthCheck {
            path: "/health".parse().unwrap(),
            host: HeaderValue::from_static("app.internal"),
            interval: Duration::from_millis(20),
            failures: 2,
        });
    })
    .await;
    let watch = tokio::spawn(Arc::clone(&stack.faces.core).watch_upstreams());
    let up = |up: bool| {
        let faces = stack.faces.clone();
        let known = async move {
            while faces.core.upstreams().any(|(_, is_up)| is_up != up) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), known)
    };
    assert_eq!(Client::of(&stack).get("GET /x", &[]).await.status(), 200);
    well.store(false, Ordering::SeqCst);
    up(false).await.unwrap();
    let refused = Client::of(&stack).get("POST /y", &["Accept: application/json"]).await;
    assert_eq!((refused.status(), refused.header("retry-after")), (503, Some("5")));
    assert!(!backend.heads().iter().any(|head| head.contains("/y")));
    well.store(true, Ordering::SeqCst);
    up(true).await.unwrap();
    assert_eq!(Client::of(&stack).get("GET /x", &[]).await.status(), 200);
    let asked = backend.heads().into_iter().find(|head| head.starts_with("GET /health")).unwrap().to_lowercase();
    assert!(asked.contains("host: app.internal") && !asked.contains("x-auth") && !asked.contains("cookie"), "{asked}");
    watch.abort();
}
