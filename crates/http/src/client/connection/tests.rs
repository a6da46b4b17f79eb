use super::*;
use crate::headers::HeaderBlock;
use crate::server::RequestBody;
use http::uri::PathAndQuery;
use std::task::Waker;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LONG: Duration = Duration::from_secs(20);

pub(in crate::client) async fn connected() -> (Box<Connection<RequestBody>>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stream, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    (Box::new(Connection::new(Stream::Tcp(stream.unwrap()))), accepted.unwrap().0)
}

fn begin(connection: &mut Connection<RequestBody>, method: &Method) {
    let (path, headers) = (PathAndQuery::from_static("/"), &HeaderBlock::default());
    connection.begin(&RequestHead { method, path: &path, headers, encoded: &(), trailers: None }, None);
}

async fn exchange(connection: &mut Connection<RequestBody>, method: &Method) -> Result<StatusCode, RequestError> {
    begin(connection, method);
    connection.response(method, LONG, &mut |_| ()).await.map(|head| head.status)
}

/// Whether the connection ended before anything of a response was received.
fn closed(error: &RequestError) -> bool {
    matches!(error, RequestError::Io { before_response: true, .. })
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
        let (mut connection, mut upstream) = connected().await;
        for _ in 0..2 {
            assert!(connection.is_usable());
            let answering = async {
                read_head(&mut upstream).await;
                upstream.write_all(NO_CONTENT).await.unwrap();
            };
            let (answered, ()) = tokio::join!(exchange(&mut connection, &Method::POST), answering);
            assert_eq!(answered.ok(), Some(StatusCode::NO_CONTENT));
        }
        upstream.write_all(farewell).await.unwrap();
        drop(upstream);
        settle().await;
        assert!(!connection.is_usable());
    }
}

#[tokio::test]
async fn a_request_that_a_dying_connection_did_not_take_goes_out_on_another() {
    let (mut dead, upstream) = connected().await;
    // A reset in place of an orderly end: nothing is taken any more.
    upstream.set_zero_linger().unwrap();
    drop(upstream);
    settle().await;
    let error = exchange(&mut dead, &Method::POST).await.err().unwrap();
    assert!(closed(&error) && dead.is_unsent());
    let (mut connection, mut upstream) = connected().await;
    connection.take_unsent(&mut dead);
    let answering = async {
        read_head(&mut upstream).await;
        upstream.write_all(NO_CONTENT).await.unwrap();
    };
    let mut ignored = |_: &ResponseHead| ();
    let (answered, ()) = tokio::join!(connection.response(&Method::POST, LONG, &mut ignored), answering);
    assert_eq!(answered.ok().map(|head| head.status), Some(StatusCode::NO_CONTENT));
    assert!(connection.is_idle());
}

#[tokio::test]
async fn a_connection_that_closes_without_an_answer_says_whether_anything_came() {
    for (said, expected) in [(&b""[..], true), (b"HTTP/1.1 20", false), (b"HTTP/1.1 100 Continue\r\n\r\n", false)] {
        let (mut connection, mut upstream) = connected().await;
        let answering = async {
            read_head(&mut upstream).await;
            upstream.write_all(said).await.unwrap();
            drop(upstream);
        };
        let (answered, ()) = tokio::join!(exchange(&mut connection, &Method::GET), answering);
        assert_eq!(answered.err().map(|error| closed(&error)), Some(expected), "{said:?}");
        assert!(!connection.is_unsent());
    }
}

#[tokio::test]
async fn what_only_announces_an_answer_is_passed_over() {
    let (mut connection, mut upstream) = connected().await;
    let answering = async {
        read_head(&mut upstream).await;
        let hints = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
        upstream.write_all(&[hints, NO_CONTENT].concat()).await.unwrap();
    };
    let (answered, ()) = tokio::join!(exchange(&mut connection, &Method::GET), answering);
    assert_eq!(answered.ok(), Some(StatusCode::NO_CONTENT));
    assert!(connection.is_idle());
}

#[tokio::test]
async fn a_connection_with_more_on_it_than_was_asked_for_is_not_used_again() {
    for (said, kept) in [
        (&b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"[..], false),
        (b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", false),
        (NO_CONTENT, true),
    ] {
        let (mut connection, mut upstream) = connected().await;
        let answering = async {
            read_head(&mut upstream).await;
            upstream.write_all(said).await.unwrap();
        };
        let (answered, ()) = tokio::join!(exchange(&mut connection, &Method::GET), answering);
        assert!(answered.is_ok());
        assert_eq!(connection.is_usable(), kept);
    }
}

#[tokio::test]
async fn a_101_that_was_not_asked_for_is_no_response() {
    let (mut connection, mut upstream) = connected().await;
    let answering = async {
        read_head(&mut upstream).await;
        upstream.write_all(b"HTTP/1.1 101 Switching Protocols\r\n\r\n").await.unwrap();
    };
    let (answered, ()) = tokio::join!(exchange(&mut connection, &Method::GET), answering);
    assert!(matches!(answered, Err(RequestError::Invalid(InvalidResponse::Upgrade))));
}

#[tokio::test]
async fn a_task_that_used_up_its_turn_still_sees_that_a_connection_is_over() {
    let (mut connection, upstream) = connected().await;
    assert!(connection.is_usable());
    drop(upstream);
    settle().await;
    let seen = tokio::spawn(async move {
        while tokio::task::coop::has_budget_remaining() {
            let _ = pin!(tokio::task::consume_budget()).as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        connection.is_usable()
    });
    assert!(!seen.await.unwrap());
}

#[tokio::test]
async fn a_task_that_used_up_its_turn_still_gets_its_answer() {
    for spent in 0..130 {
        let (mut connection, mut upstream) = connected().await;
        let exchanged = tokio::spawn(async move {
            let mut exchange = pin!(exchange(&mut connection, &Method::GET));
            // The request goes out; the answer is there by the time that this is polled next.
            let pending = poll_fn(|cx| Poll::Ready(exchange.as_mut().poll(cx).is_pending())).await;
            assert!(pending);
            read_head(&mut upstream).await;
            upstream.write_all(NO_CONTENT).await.unwrap();
            settle().await;
            for _ in 0..spent {
                tokio::task::consume_budget().await;
            }
            exchange.await.map_err(|error| error.to_string())
        });
        let status = tokio::time::timeout(LONG / 2, exchanged).await.expect("no waiting").unwrap();
        assert_eq!(status.unwrap(), 204, "after {spent} steps");
    }
}

/// An upstream that sends informational responses without end uses up the budget before the timer is polled.
#[tokio::test]
async fn a_task_without_budget_still_sees_that_the_time_is_over() {
    let (mut connection, _upstream) = connected().await;
    begin(&mut connection, &Method::GET);
    let timeout = Duration::from_millis(20);
    let waited = tokio::spawn(async move {
        let mut ignored = |_: &ResponseHead| ();
        let mut response = pin!(connection.response(&Method::GET, timeout, &mut ignored));
        let spent = poll_fn(|cx| {
            while tokio::task::coop::has_budget_remaining() {
                let _ = pin!(tokio::task::consume_budget()).as_mut().poll(&mut Context::from_waker(Waker::noop()));
            }
            response.as_mut().poll(cx)
        });
        matches!(spent.await, Err(RequestError::Timeout(_)))
    });
    assert!(tokio::time::timeout(LONG / 2, waited).await.expect("the timeout fires").unwrap());
}

#[tokio::test]
async fn informational_responses_are_bounded_by_number_and_time() {
    for (count, repeatedly) in [(4096, true), (INFORMATIONAL_MAX as usize, false)] {
        let (mut connection, mut upstream) = connected().await;
        let flooding = tokio::spawn(async move {
            let hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(count);
            while upstream.write_all(&hints).await.is_ok() && repeatedly {}
            upstream
        });
        begin(&mut connection, &Method::GET);
        let mut ignored = |_: &ResponseHead| ();
        let response = connection.response(&Method::GET, Duration::from_millis(50), &mut ignored);
        let response = tokio::time::timeout(LONG / 2, response).await.expect("the timeout fires");
        match response {
            Err(RequestError::Invalid(InvalidResponse::Informational)) => assert!(repeatedly),
            Err(RequestError::Timeout(_)) => assert!(!repeatedly),
            other => panic!("{other:?}"),
        }
        drop(connection);
        flooding.await.unwrap();
    }
}
