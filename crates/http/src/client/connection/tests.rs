use super::*;
use crate::headers::Section;
use crate::server::Inbound;
use http::uri::PathAndQuery;
use std::pin::pin;
use std::task::Waker;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LONG: Duration = Duration::from_secs(20);

pub(in crate::client) async fn linked() -> (Box<Link<Inbound>>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stream, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    (Box::new(Link::new(Stream::Tcp(stream.unwrap()))), accepted.unwrap().0)
}

fn begin(link: &mut Link<Inbound>, method: &Method) {
    let (path, section) = (PathAndQuery::from_static("/"), &Section::default());
    link.begin(&Head { method, path: &path, section, added: &(), trailers: None }, None);
}

async fn exchange(link: &mut Link<Inbound>, method: &Method) -> Result<StatusCode, Unanswered> {
    begin(link, method);
    link.answer(method, LONG).await.map(|answer| answer.status)
}

async fn read_head(upstream: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(upstream.read_u8().await.unwrap());
    }
}

/// Lets notices of sockets arrive: whenever nothing else is to be done, the runtime looks for them.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

const NO_CONTENT: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

#[tokio::test]
async fn a_kept_connection_is_used_again_unless_the_upstream_said_something() {
    for farewell in [&b""[..], b"HTTP/1.1 408 Request Timeout\r\n\r\n"] {
        let (mut link, mut upstream) = linked().await;
        for _ in 0..2 {
            assert!(link.is_usable());
            let answering = async {
                read_head(&mut upstream).await;
                upstream.write_all(NO_CONTENT).await.unwrap();
            };
            let (answered, ()) = tokio::join!(exchange(&mut link, &Method::POST), answering);
            assert_eq!(answered.ok(), Some(StatusCode::NO_CONTENT));
        }
        upstream.write_all(farewell).await.unwrap();
        drop(upstream);
        settle().await;
        assert!(!link.is_usable());
    }
}

#[tokio::test]
async fn a_request_that_a_dying_connection_did_not_take_goes_out_on_another() {
    let (mut dead, upstream) = linked().await;
    // A reset in place of an orderly end: nothing is taken any more.
    upstream.set_zero_linger().unwrap();
    drop(upstream);
    settle().await;
    let unanswered = exchange(&mut dead, &Method::POST).await.err().unwrap();
    assert!(unanswered.closed && dead.is_untouched());
    let (mut link, mut upstream) = linked().await;
    link.resume(&mut dead);
    let answering = async {
        read_head(&mut upstream).await;
        upstream.write_all(NO_CONTENT).await.unwrap();
    };
    let (answered, ()) = tokio::join!(link.answer(&Method::POST, LONG), answering);
    assert_eq!(answered.ok().map(|answer| answer.status), Some(StatusCode::NO_CONTENT));
    assert!(link.is_idle());
}

#[tokio::test]
async fn a_connection_that_closes_without_an_answer_says_whether_anything_came() {
    for (said, expected) in [(&b""[..], true), (b"HTTP/1.1 20", false), (b"HTTP/1.1 100 Continue\r\n\r\n", false)] {
        let (mut link, mut upstream) = linked().await;
        let answering = async {
            read_head(&mut upstream).await;
            upstream.write_all(said).await.unwrap();
            drop(upstream);
        };
        let (answered, ()) = tokio::join!(exchange(&mut link, &Method::GET), answering);
        assert_eq!(answered.err().map(|unanswered| unanswered.closed), Some(expected), "{said:?}");
        assert!(!link.is_untouched());
    }
}

#[tokio::test]
async fn what_only_announces_an_answer_is_passed_over() {
    let (mut link, mut upstream) = linked().await;
    let answering = async {
        read_head(&mut upstream).await;
        let hints = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
        upstream.write_all(&[hints, NO_CONTENT].concat()).await.unwrap();
    };
    let (answered, ()) = tokio::join!(exchange(&mut link, &Method::GET), answering);
    assert_eq!(answered.ok(), Some(StatusCode::NO_CONTENT));
    assert!(link.is_idle());
}

#[tokio::test]
async fn a_connection_with_more_on_it_than_was_asked_for_is_not_used_again() {
    for (said, kept) in [
        (&b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"[..], false),
        (b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", false),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", false),
        (NO_CONTENT, true),
    ] {
        let (mut link, mut upstream) = linked().await;
        let answering = async {
            read_head(&mut upstream).await;
            upstream.write_all(said).await.unwrap();
        };
        let (answered, ()) = tokio::join!(exchange(&mut link, &Method::GET), answering);
        assert!(answered.is_ok());
        assert_eq!(link.is_usable(), kept);
    }
}

#[tokio::test]
async fn a_task_that_used_up_its_turn_still_sees_that_a_connection_is_over() {
    let (mut link, upstream) = linked().await;
    assert!(link.is_usable());
    drop(upstream);
    settle().await;
    let seen = tokio::spawn(async move {
        while tokio::task::coop::has_budget_remaining() {
            let _ = pin!(tokio::task::consume_budget()).as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        link.is_usable()
    });
    assert!(!seen.await.unwrap());
}

#[tokio::test]
async fn a_task_that_used_up_its_turn_still_gets_its_answer() {
    for spent in 0..130 {
        let (mut link, mut upstream) = linked().await;
        let exchanged = tokio::spawn(async move {
            let mut exchange = pin!(exchange(&mut link, &Method::GET));
            // The request goes out; the answer is there by the time that this is polled next.
            let pending = poll_fn(|cx| Poll::Ready(exchange.as_mut().poll(cx).is_pending())).await;
            assert!(pending);
            read_head(&mut upstream).await;
            upstream.write_all(NO_CONTENT).await.unwrap();
            settle().await;
            for _ in 0..spent {
                tokio::task::consume_budget().await;
            }
            exchange.await.map_err(|unanswered| unanswered.error.to_string())
        });
        let status = tokio::time::timeout(LONG / 2, exchanged).await.expect("no waiting").unwrap();
        assert_eq!(status.unwrap(), 204, "after {spent} steps");
    }
}
