//! Connections that are kept, and what can happen to them meanwhile.

use std::sync::Arc;

use tokio::sync::Notify;

use super::before;
use crate::support::{Backend, Client, Line};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn many_requests_take_one_connection() {
    let backend = Backend::start(|_, line| line.well()).await;
    let stack = before(&backend, |_| ()).await;
    let mut client = Client::of(&stack);
    for _ in 0..50 {
        assert_eq!(client.get("GET /x", &[]).await.status(), 200);
    }
    // From other clients' connections too: a link is nobody's.
    for _ in 0..10 {
        assert_eq!(Client::of(&stack).get("GET /x", &[]).await.status(), 200);
    }
    assert_eq!((backend.accepted(), backend.heads().len()), (1, 60));
}

/// Answers one request, then waits to be told to close or to say something more.
async fn one_then(mut line: Line, go: Arc<Notify>, last: &str) {
    line.head().await;
    line.send(OK).await;
    go.notified().await;
    if !last.is_empty() {
        line.send(last).await;
        line.gone().await;
    }
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_not_used() {
    let go = Arc::new(Notify::new());
    let told = Arc::clone(&go);
    let backend = Backend::start(move |number, line| {
        let go = Arc::clone(&told);
        async move { if number == 0 { one_then(line, go, "").await } else { line.well().await } }
    })
    .await;
    let stack = before(&backend, |_| ()).await;
    let mut client = Client::of(&stack);
    assert_eq!(client.get("GET /x", &[]).await.status(), 200);
    go.notify_one();
    backend.ended(1).await;
    settle().await;
    // Not to be repeated, so it must have gone to the second connection first.
    assert_eq!(client.get("POST /x", &[]).await.status(), 200);
    assert_eq!((backend.accepted(), backend.heads().len()), (2, 2));
}

#[tokio::test]
async fn what_nobody_asked_for_is_nobody_s_answer() {
    let evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
    // Sent along with a sound answer, or later.
    for later in [false, true] {
        let go = Arc::new(Notify::new());
        let told = Arc::clone(&go);
        let backend = Backend::start(move |number, mut line| {
            let go = Arc::clone(&told);
            async move {
                match (number, later) {
                    (0, true) => one_then(line, go, evil).await,
                    (0, false) => {
                        line.head().await;
                        line.send(format!("{OK}{evil}")).await;
                        line.gone().await;
                    }
                    _ => line.well().await,
                }
            }
        })
        .await;
        let stack = before(&backend, |_| ()).await;
        let mut client = Client::of(&stack);
        assert_eq!(client.get("GET /x", &[]).await.body(), "ok");
        if later {
            go.notify_one();
            settle().await;
        }
        let answer = Client::of(&stack).get("GET /y", &[]).await;
        assert_eq!(answer.body(), "ok", "{}", answer.0);
        assert_eq!(backend.accepted(), 2);
        backend.ended(1).await;
    }
}

#[tokio::test]
async fn closed_upon_a_request_only_what_may_be_repeated_is_repeated() {
    for (line, headers, body, status, heads) in [
        ("GET /again", vec![], "", 200, 3),
        ("HEAD /again", vec![], "", 200, 3),
        ("DELETE /again", vec![], "", 200, 3),
        ("POST /again", vec![], "", 502, 2),
        ("PATCH /again", vec!["Content-Length: 2"], "ab", 502, 2),
        ("GET /again", vec!["Content-Length: 2"], "ab", 502, 2),
        ("PUT /again", vec!["Transfer-Encoding: chunked"], "2\r\nab\r\n0\r\n\r\n", 502, 2),
    ] {
        let backend = Backend::start(|number, mut line| async move {
            if number > 0 {
                return line.well().await;
            }
            line.head().await;
            line.send(OK).await;
            line.head().await;
        })
        .await;
        let stack = before(&backend, |_| ()).await;
        let mut client = Client::of(&stack);
        assert_eq!(client.get("GET /x", &[]).await.status(), 200);
        client.begin(line, &headers).await;
        client.send(body.as_bytes()).await;
        let answer = client.head().await;
        assert_eq!(answer.status(), status, "{line} {headers:?}: {}", answer.0);
        assert_eq!(backend.heads().len(), heads, "{line} {headers:?}");
    }
}

#[tokio::test]
async fn a_new_connection_that_dies_is_not_tried_again() {
    let backend = Backend::start(|_, mut line| async move {
        line.head().await;
    })
    .await;
    let stack = before(&backend, |_| ()).await;
    assert_eq!(Client::of(&stack).get("GET /x", &["Accept: application/json"]).await.status(), 502);
    assert_eq!((backend.accepted(), backend.heads().len()), (1, 1));
}

#[tokio::test]
async fn nothing_is_sent_thrice() {
    let backend = Backend::start(|number, mut line| async move {
        line.head().await;
        if number == 0 {
            line.send(OK).await;
            line.head().await;
        }
    })
    .await;
    let stack = before(&backend, |_| ()).await;
    let mut client = Client::of(&stack);
    assert_eq!(client.get("GET /x", &[]).await.status(), 200);
    assert_eq!(client.get("GET /again", &[]).await.status(), 502);
    assert_eq!((backend.accepted(), backend.heads().len()), (2, 3));
}

/// Lets notices of sockets arrive: whenever nothing else is to be done, the runtime looks for them.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}
