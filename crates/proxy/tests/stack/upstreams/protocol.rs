//! Upstreams that break the protocol, or end an exchange early.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use h2::Reason;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Empty};
use postern_proxy::{Protocol, UpstreamAddress};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::before;
use crate::support::{Backend, Client, Stack};
use crate::websockets::{open, opening};

#[tokio::test]
async fn a_101_opens_only_the_websocket_that_was_asked_for() {
    const PROOF: &str = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    for (headers, status) in [
        (format!("Connection: Upgrade\r\nUpgrade: websocket\r\n{PROOF}"), "101"),
        (format!("Connection: keep-alive, upgrade\r\nUpgrade: WebSocket\r\n{PROOF}"), "101"),
        ("Connection: Upgrade\r\nUpgrade: websocket\r\n".to_owned(), "502"),
        (format!("Connection: Upgrade\r\n{PROOF}"), "502"),
        (format!("Upgrade: websocket\r\n{PROOF}"), "502"),
        (format!("Connection: Upgrade\r\nUpgrade: h2c\r\n{PROOF}"), "502"),
        (format!("Connection: Upgrade\r\nUpgrade: websocket\r\n{PROOF}{PROOF}"), "502"),
        ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: AAAA\r\n".to_owned(), "502"),
    ] {
        let answer = format!("HTTP/1.1 101 Switching Protocols\r\n{headers}\r\n");
        let backend = Backend::start(move |_, mut line| {
            let answer = answer.clone();
            async move {
                line.head().await;
                line.send(answer).await;
                line.gone().await;
            }
        })
        .await;
        let stack = before(&backend, |_| ()).await;
        let (_client, head) = open(&stack, &opening(&stack.full(), "")).await;
        assert_eq!(&head[9..12], status, "{headers}");
    }
}

#[tokio::test]
async fn informational_responses_without_end_are_an_error() {
    let backend = Backend::start(|_, mut line| async move {
        line.head().await;
        while line.send("HTTP/1.1 102 Processing\r\n\r\n".repeat(100)).await {}
    })
    .await;
    let stack = before(&backend, |_| ()).await;
    assert_eq!(Client::of(&stack).get("GET /x", &[]).await.status(), 502);
    backend.ended(1).await;
}

#[tokio::test]
async fn a_response_before_the_end_of_the_request_says_that_the_connection_closes() {
    for (early, status) in [
        ("413 Content Too Large\r\nContent-Length: 2\r\n\r\nno", 413),
        ("200 OK\r\nContent-Length: 2\r\n\r\nok", 200),
        ("200 OK\r\nContent-Length: 0\r\n\r\n", 200),
        ("204 No Content\r\n\r\n", 204),
    ] {
        let backend = Backend::start(move |_, mut line| async move {
            line.head().await;
            line.send(format!("HTTP/1.1 {early}")).await;
            line.gone().await;
        })
        .await;
        let stack = before(&backend, |_| ()).await;
        for length in ["Content-Length: 1000000", "Transfer-Encoding: chunked"] {
            let mut client = Client::of(&stack);
            client.begin("POST /x", &[length]).await;
            client.send(b"4\r\nhalf\r\n").await;
            let answer = client.answer().await;
            assert_eq!((answer.status(), answer.header("connection")), (status, Some("close")), "{}", answer.0);
            client.rest().await;
        }
    }
}

#[tokio::test]
async fn an_upstream_that_answers_while_it_reads_keeps_the_connection() {
    let backend = Backend::start(|_, mut line| async move {
        while line.head().await.is_some() {
            line.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n").await;
            line.body(4).await;
            line.send("0\r\n\r\n").await;
        }
    })
    .await;
    let stack = before(&backend, |_| ()).await;
    let mut client = Client::of(&stack);
    for _ in 0..3 {
        client.begin("POST /x", &["Content-Length: 4"]).await;
        let head = client.head().await;
        assert_eq!((head.status(), head.header("connection")), (200, None), "{}", head.0);
        client.send(b"full").await;
        while !client.until(b"0\r\n\r\n").await {}
        client.skip();
    }
    assert_eq!(backend.accepted(), 1);
}

#[tokio::test]
async fn early_hints_reach_the_client_before_the_response_and_hold_links_only() {
    let go = Arc::new(Notify::new());
    let told = Arc::clone(&go);
    let backend = Backend::start(move |_, mut line| {
        let go = Arc::clone(&told);
        async move {
            while line.head().await.is_some() {
                line.send("HTTP/1.1 102 Processing\r\nLink: </no>\r\n\r\n").await;
                line.send(
                    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\nSet-Cookie: a=b\r\n\
                     link: </b.js>\r\nConnection: close\r\nContent-Length: 5\r\n\r\nHTTP/1.1 103 Early Hints\r\n\
                     X: y\r\n\r\n",
                )
                .await;
                go.notified().await;
                line.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
            }
        }
    })
    .await;
    let stack = before(&backend, |_| ()).await;
    let mut client = Client::of(&stack);
    for _ in 0..3 {
        client.begin("GET /x", &[]).await;
        let hints = client.head().await.0;
        let links = "link: </a.css>; rel=preload; as=style\r\nlink: </b.js>\r\n";
        assert_eq!(hints, format!("HTTP/1.1 103 Early Hints\r\n{links}\r\n"));
        go.notify_one();
        let answer = client.answer().await;
        assert_eq!((answer.status(), answer.body()), (200, "ok"), "{}", answer.0);
    }
    // HTTP/1.0 knows no informational responses (RFC 9110 §15.2), and a stranger is told nothing.
    let mut old = stack.connect();
    let request = format!("GET /x HTTP/1.0\r\nHost: example.com\r\nCookie: {}\r\n\r\n", stack.full());
    old.write_all(request.as_bytes()).await.unwrap();
    go.notify_one();
    let mut response = String::new();
    old.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert_eq!(stack.send("GET /x", &[]).await.status(), 401);
}

#[tokio::test]
async fn a_response_to_a_whole_request_keeps_the_connection() {
    let backend = Backend::start(|_, mut line| async move {
        while line.head().await.is_some() && line.body(4).await.is_some() {
            line.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
        }
    })
    .await;
    let stack = before(&backend, |_| ()).await;
    let mut client = Client::of(&stack);
    for _ in 0..3 {
        client.begin("POST /x", &["Content-Length: 4"]).await;
        client.send(b"full").await;
        let answer = client.answer().await;
        assert_eq!((answer.status(), answer.header("connection")), (200, None), "{}", answer.0);
    }
}

/// What an upstream sends over HTTP/2 behind half a body.
#[derive(Clone, Copy, Debug)]
enum End {
    Whole,
    Trailers,
    Reset(Reason),
}

/// An upstream that sends half a body, or all of it, and then this.
async fn half(end: End, length: Option<usize>) -> UpstreamAddress {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(stream).await.unwrap();
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            let mut response = Response::builder();
            if let Some(length) = length {
                response = response.header("content-length", length);
            }
            let mut body = respond.send_response(response.body(()).unwrap(), false).unwrap();
            body.send_data(Bytes::from_static(b"half"), matches!(end, End::Whole)).unwrap();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                match end {
                    End::Whole => {}
                    End::Trailers => {
                        let trailers = HeaderMap::from_iter([(http::header::ETAG, "a".parse().unwrap())]);
                        body.send_trailers(trailers).unwrap();
                    }
                    End::Reset(reason) => body.send_reset(reason),
                }
            });
        }
    });
    UpstreamAddress::Tcp("127.0.0.1".to_owned(), port)
}

#[tokio::test]
async fn over_http_2_a_stream_that_is_reset_is_no_whole_response() {
    for (end, length, whole) in [
        (End::Whole, None, true),
        (End::Whole, Some(4), true),
        (End::Trailers, None, true),
        (End::Reset(Reason::NO_ERROR), Some(4), true),
        (End::Reset(Reason::NO_ERROR), Some(8), false),
        (End::Reset(Reason::NO_ERROR), None, false),
        (End::Reset(Reason::CANCEL), None, false),
        (End::Reset(Reason::INTERNAL_ERROR), None, false),
    ] {
        let address = half(end, length).await;
        let stack = Stack::new(|config| {
            config.upstreams[0].0.address = address;
            config.upstreams[0].0.protocol = Protocol::Http2;
        })
        .await;
        let (mut first, mut second) = stack.browsers::<Empty<Bytes>>().await;
        let request = |uri: &str| {
            let request = Request::get(uri).header("cookie", stack.full()).header("host", "example.com");
            request.body(Empty::new()).unwrap()
        };
        let over_http1 = first.send_request(request("/x")).await.unwrap().into_body().collect().await;
        assert_eq!(over_http1.is_ok(), whole, "{end:?} {length:?}");
        let over_http2 =
            second.send_request(request("https://example.com/x")).await.unwrap().into_body().collect().await;
        assert_eq!(over_http2.is_ok(), whole, "{end:?} {length:?}");
    }
}
