//! Bodies of any size, at the pace of whoever is slower, until somebody leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::sync::oneshot;

use super::before;
use crate::support::{Backend, Client};

const HUGE: usize = 100 * 1024 * 1024;
/// What sockets, pipes and buffers on the way may hold altogether.
const BUFFERS: usize = 24 * 1024 * 1024;

#[tokio::test]
async fn huge_downloads_arrive_whole_and_wait_for_their_reader() {
    let (told, stuck) = oneshot::channel();
    let told = std::sync::Mutex::new(Some(told));
    let backend = Backend::start(move |_, mut line| {
        let told = told.lock().unwrap().take().unwrap();
        async move {
            line.head().await;
            line.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {HUGE}\r\n\r\n")).await;
            let sent = line.send_until_stuck(HUGE, Duration::from_millis(300)).await;
            told.send(sent).unwrap();
            let chunk = vec![b'y'; 64 * 1024];
            let mut left = HUGE - sent;
            while left > 0 {
                let part = left.min(chunk.len());
                assert!(line.send(&chunk[..part]).await);
                left -= part;
            }
            line.well().await;
        }
    })
    .await;
    let stack = before(&backend, |_| ()).await;
    let mut client = Client::of(&stack);
    client.begin("GET /x", &[]).await;
    let sent = stuck.await.unwrap();
    assert!(sent < BUFFERS, "{sent} bytes went to a client that does not read");
    assert_eq!(client.head().await.status(), 200);
    let mut read = client.skip();
    let mut buffer = vec![0; 256 * 1024];
    while read < HUGE {
        let most = buffer.len().min(HUGE - read);
        read += client.stream.read(&mut buffer[..most]).await.unwrap();
    }
    assert_eq!(client.get("GET /next", &[]).await.status(), 200);
    assert_eq!(backend.accepted(), 1);
}

#[tokio::test]
async fn huge_uploads_arrive_whole_and_wait_for_their_reader() {
    let (go, gone) = oneshot::channel::<()>();
    let gone = std::sync::Mutex::new(Some(gone));
    let backend = Backend::start(move |_, mut line| {
        let gone = gone.lock().unwrap().take().unwrap();
        async move {
            line.head().await;
            gone.await.unwrap();
            let mut left = HUGE;
            while left > 0 {
                left -= line.body(left.min(64 * 1024)).await.unwrap().len();
            }
            line.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
            line.well().await;
        }
    })
    .await;
    let stack = before(&backend, |_| ()).await;
    let mut client = Client::of(&stack);
    client.begin("POST /x", &[&format!("Content-Length: {HUGE}")]).await;
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let upload = tokio::spawn(async move {
        let chunk = vec![b'x'; 64 * 1024];
        for _ in 0..HUGE / chunk.len() {
            client.send(&chunk).await;
            count.fetch_add(chunk.len(), Ordering::SeqCst);
        }
        client
    });
    let mut before = usize::MAX;
    while before != sent.load(Ordering::SeqCst) {
        before = sent.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(before < BUFFERS, "{before} bytes were taken for an upstream that does not read");
    go.send(()).unwrap();
    let mut client = upload.await.unwrap();
    assert_eq!(client.answer().await.body(), "ok");
    assert_eq!(client.get("GET /next", &[]).await.status(), 200);
    assert_eq!(backend.accepted(), 1);
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_connection_with_it() {
    // Before the answer, in the middle of a body that moves, in one that stands still, in the middle of an upload.
    for (line, headers, answer) in [
        ("GET /x", vec![], ""),
        ("GET /x", vec![], "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
        ("GET /x", vec![], "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
        ("POST /x", vec!["Content-Length: 10"], ""),
        ("POST /x", vec!["Transfer-Encoding: chunked"], "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ] {
        let (told, begun) = oneshot::channel();
        let told = std::sync::Mutex::new(Some(told));
        let backend = Backend::start(move |_, mut connection| {
            let told = told.lock().unwrap().take();
            async move {
                connection.head().await;
                connection.send(answer).await;
                if let Some(told) = told {
                    told.send(()).unwrap();
                }
                connection.gone().await;
            }
        })
        .await;
        let stack = before(&backend, |upstream| upstream.max_connections = Some(1)).await;
        let mut client = Client::of(&stack);
        client.begin(line, &headers).await;
        begun.await.unwrap();
        if !answer.is_empty() {
            assert_eq!(client.head().await.status(), 200);
        }
        drop(client);
        backend.ended(1).await;
        // Its place is free: the next request reaches the upstream.
        let mut next = Client::of(&stack);
        next.begin("GET /next", &[]).await;
        while backend.heads().len() < 2 {
            tokio::task::yield_now().await;
        }
    }
}
