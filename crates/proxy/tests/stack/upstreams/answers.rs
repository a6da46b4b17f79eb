//! Answers of all kinds.

use std::sync::Arc;

use tokio::sync::Notify;

use super::before;
use crate::support::{Backend, Client};

/// Answers every request on every connection with these bytes.
async fn saying(answer: &'static str) -> Backend {
    Backend::start(move |_, mut line| async move { while line.head().await.is_some() && line.send(answer).await {} })
        .await
}

#[tokio::test]
async fn answers_without_a_body_leave_the_connection_for_the_next() {
    for (line, answer, status) in [
        ("HEAD /x", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", 200),
        ("HEAD /x", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200),
        ("GET /x", "HTTP/1.1 204 No Content\r\n\r\n", 204),
        ("GET /x", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n", 304),
        ("GET /x", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\n\r\n", 304),
        ("GET /x", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200),
        ("GET /x", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200),
        ("GET /x", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", 200),
        ("GET /x", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204),
    ] {
        let backend = saying(answer).await;
        let stack = before(&backend, |_| ()).await;
        let mut client = Client::of(&stack);
        for _ in 0..3 {
            client.begin(line, &[]).await;
            let got = if line.starts_with("HEAD") { client.head().await } else { client.answer().await };
            assert_eq!(got.status(), status, "{line} {answer:?}: {}", got.0);
        }
        assert_eq!((backend.accepted(), backend.heads().len()), (1, 3), "{line} {answer:?}");
    }
}

#[tokio::test]
async fn an_upstream_that_closes_or_speaks_http_1_0_gets_a_connection_per_request() {
    for answer in [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok",
    ] {
        let backend = Backend::start(move |_, mut line| async move {
            line.head().await;
            line.send(answer).await;
        })
        .await;
        let stack = before(&backend, |_| ()).await;
        let mut client = Client::of(&stack);
        for _ in 0..3 {
            // The client's own connection is kept all the same.
            let got = client.get("POST /x", &["Content-Length: 0"]).await;
            assert_eq!(got.status(), 200, "{answer:?}: {}", got.0);
            assert!(got.body() == "ok" || got.body().contains("\r\nok\r\n0\r\n\r\n"), "{answer:?}: {}", got.0);
        }
        assert_eq!(backend.accepted(), 3, "{answer:?}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_seen_to_break_off() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nrubbish\r\n",
    ] {
        let backend = Backend::start(move |_, mut line| async move {
            line.head().await;
            line.send(answer).await;
        })
        .await;
        let stack = before(&backend, |_| ()).await;
        let mut client = Client::of(&stack);
        client.begin("GET /x", &[]).await;
        let got = client.rest().await;
        // What broke off at once may be no answer at all.
        let announced = got.to_lowercase();
        let framed =
            announced.contains("content-length: 10\r\n") || announced.contains("transfer-encoding: chunked\r\n");
        assert!(got.is_empty() || framed && !got.contains("0\r\n\r\n"), "{answer:?}: {got}");
        backend.ended(1).await;
    }
}

#[tokio::test]
async fn an_answer_before_the_upload_is_over_reaches_the_client() {
    for end in ["Connection: close\r\n", ""] {
        let backend = Backend::start(move |_, mut line| async move {
            line.head().await;
            line.send(format!("HTTP/1.1 413 Payload Too Large\r\n{end}Content-Length: 3\r\n\r\nbig")).await;
            line.gone().await;
        })
        .await;
        let stack = before(&backend, |_| ()).await;
        let mut client = Client::of(&stack);
        client.begin("POST /x", &["Content-Length: 1000000"]).await;
        client.send(&[b'x'; 5000]).await;
        let answer = client.answer().await;
        assert_eq!((answer.status(), answer.body()), (413, "big"));
        // Whoever goes on sending is not waited for, and the connection to the upstream is not used again.
        backend.ended(1).await;
    }
}

#[tokio::test]
async fn a_body_is_asked_for_after_the_decision_only() {
    let go = Arc::new(Notify::new());
    let told = Arc::clone(&go);
    let backend = Backend::start(move |_, mut line| {
        let go = Arc::clone(&told);
        async move {
            line.head().await;
            let body = line.body(5).await.unwrap();
            go.notify_one();
            line.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len())).await;
            line.send(body).await;
        }
    })
    .await;
    let stack = before(&backend, |_| ()).await;
    let expecting = ["Expect: 100-continue", "Content-Length: 5"];
    let mut client = Client::of(&stack);
    client.begin("POST /x", &expecting).await;
    assert_eq!(client.head().await.status(), 100);
    client.send(b"hello").await;
    assert_eq!(client.answer().await.body(), "hello");
    assert!(!backend.heads()[0].to_lowercase().contains("expect"), "{:?}", backend.heads());
    go.notified().await;
    // Denied: no interim answer, and nothing is read.
    let mut client = Client::of(&stack);
    client.begin("POST /closed/x", &expecting).await;
    assert_eq!(client.answer().await.status(), 403);
    let mut stranger = stack.connect();
    let request = "POST /x HTTP/1.1\r\nHost: example.com\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut stranger, request.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    tokio::io::AsyncReadExt::read_exact(&mut stranger, &mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 401");
    assert_eq!(backend.heads().len(), 1);
}

#[tokio::test]
async fn trailers_come_back_but_for_what_they_may_not_say() {
    let backend = saying(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Digest, Set-Cookie\r\n\r\n2\r\nok\r\n0\r\n\
         Digest: d\r\nSet-Cookie: __Host-postern=x\r\nX-Auth-User: root\r\n\r\n",
    )
    .await;
    let stack = before(&backend, |_| ()).await;
    let mut client = Client::of(&stack);
    client.begin("GET /x", &["TE: trailers", "Connection: close"]).await;
    let got = client.rest().await.to_lowercase();
    assert!(got.ends_with("2\r\nok\r\n0\r\ndigest: d\r\n\r\n"), "{got}");
    assert!(!got.contains("set-cookie") && !got.contains("root"), "{got}");
    assert!(backend.heads()[0].to_lowercase().contains("te: trailers"), "{:?}", backend.heads());
}

#[tokio::test]
async fn an_answer_with_two_lengths_or_another_coding_is_none() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\nok",
    ] {
        for line in ["GET /x", "HEAD /x"] {
            let backend = saying(answer).await;
            let stack = before(&backend, |_| ()).await;
            let mut client = Client::of(&stack);
            client.begin(line, &[]).await;
            assert_eq!(client.head().await.status(), 502, "{answer:?}");
            backend.ended(1).await;
        }
    }
}
