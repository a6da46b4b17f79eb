//! What a client sees of a connection, and what a service sees of a client.

mod endings;
mod hints;
mod memory;

use super::*;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream;
use http::header::{CONNECTION, CONTENT_LENGTH, TRAILER};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body::Frame;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::Notify;

type AnyBody = BoxBody<Bytes, Infallible>;

fn whole(text: &'static str) -> Response<AnyBody> {
    Response::new(Full::new(Bytes::from_static(text.as_bytes())).boxed())
}

fn pieces(frames: Vec<Frame<Bytes>>) -> Response<AnyBody> {
    Response::new(StreamBody::new(stream::iter(frames.into_iter().map(Ok))).boxed())
}

fn data(text: &'static str) -> Frame<Bytes> {
    Frame::data(Bytes::from_static(text.as_bytes()))
}

/// A service made of a function that cannot fail.
fn ready<B, F, R>(
    service: F,
) -> impl Service<Box<Request>, Response = Response<B>, Error = Infallible, Future: Send> + Send
where
    F: Fn(Box<Request>) -> R + Send,
    R: Future<Output = Response<B>> + Send,
{
    tower::service_fn(move |request| {
        let response = service(request);
        async move { Ok(response.await) }
    })
}

/// Serves a connection in a task of its own; gives the client's end, and how it ended.
fn serve<F, R>(service: F) -> (DuplexStream, tokio::task::JoinHandle<Result<(), ConnectionError>>)
where
    F: Fn(Box<Request>) -> R + Send + Sync + 'static,
    R: Future<Output = Response<AnyBody>> + Send + 'static,
{
    let (client, server) = duplex(64 * 1024);
    (client, tokio::spawn(Connection::new(server, (), ready(service))))
}

/// Sends this, and reads until the connection is closed. Dates are left out.
async fn exchange<F, R>(sent: &str, service: F) -> String
where
    F: Fn(Box<Request>) -> R + Send + Sync + 'static,
    R: Future<Output = Response<AnyBody>> + Send + 'static,
{
    let (mut client, served) = serve(service);
    client.write_all(sent.as_bytes()).await.unwrap();
    let answers = rest(&mut client).await;
    let _ended = served.await.unwrap();
    answers
}

async fn rest(client: &mut DuplexStream) -> String {
    let mut answers = String::new();
    client.read_to_string(&mut answers).await.unwrap();
    undated(&answers)
}

async fn next(client: &mut DuplexStream, end: &str) -> String {
    let mut answers = Vec::new();
    while !answers.ends_with(end.as_bytes()) {
        answers.push(client.read_u8().await.expect("more of an answer"));
    }
    undated(&String::from_utf8(answers).unwrap())
}

fn undated(answers: &str) -> String {
    answers.split_inclusive("\r\n").filter(|line| !line.starts_with("date: ")).collect()
}

/// Says what was asked, and how its body came out.
async fn echo(received: Box<Request>) -> Response<AnyBody> {
    let line = format!("{} {}", received.method, received.uri);
    let text = match received.body.unwrap_or_default().collect().await {
        Ok(body) => {
            let trailers = body.trailers().map_or(0, HeaderMap::len);
            format!("{line} {:?} {trailers}", String::from_utf8_lossy(&body.to_bytes()))
        }
        Err(error) => format!("{line} {error}"),
    };
    Response::new(Full::from(text).boxed())
}

#[tokio::test]
async fn requests_are_answered_one_after_the_other_until_one_is_the_last() {
    let answers = exchange(
        "GET /a HTTP/1.1\r\nHost: a\r\n\r\nPOST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyz\
         PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n2;a=b\r\nyz\r\n0\r\nD: 1\r\n\r\n\
         GET /d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /e HTTP/1.1\r\nHost: a\r\n\r\n",
        echo,
    );
    let answer =
        |text: &str, close: &str| format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{close}\r\n{text}", text.len());
    let expected = [
        answer("GET /a \"\" 0", ""),
        answer("POST /b \"xyz\" 0", ""),
        answer("PUT /c \"xyz\" 1", ""),
        answer("GET /d \"\" 0", "connection: close\r\n"),
    ];
    assert_eq!(answers.await, expected.concat());
}

#[tokio::test]
async fn a_request_is_the_same_in_pieces_of_any_size() {
    let sent = "POST /b?c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
                5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n";
    for size in 1..sent.len() {
        let (mut client, served) = serve(echo);
        for piece in sent.as_bytes().chunks(size) {
            client.write_all(piece).await.unwrap();
            tokio::task::yield_now().await;
        }
        assert!(rest(&mut client).await.ends_with("POST /b?c \"hello!\" 0"), "{size}");
        served.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn an_old_client_gets_what_it_can_read() {
    let stream = |_| async { pieces(vec![data("hello"), data(" world")]) };
    let answer = exchange("GET / HTTP/1.0\r\n\r\n", stream).await;
    assert_eq!(answer, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello world");
    let answers = exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n", |_| async {
        whole("hello")
    });
    assert_eq!(
        answers.await,
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: keep-alive\r\n\r\nhello\
         HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello"
    );
}

#[tokio::test]
async fn a_body_of_unknown_length_comes_in_chunks_with_the_trailers_that_are_welcome() {
    let service = |_| async {
        let trailers = [("digest", "x"), ("other", "y")]
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        let mut response = pieces(vec![data("hello"), Frame::trailers(trailers.into_iter().collect())]);
        response.headers.insert(TRAILER, HeaderValue::from_static("digest"));
        response
    };
    let head = "HTTP/1.1 200 OK\r\ntrailer: digest\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    for (te, trailers) in [("TE: trailers\r\n", "digest: x\r\n"), ("", "")] {
        let answer = exchange(&format!("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{te}\r\n"), service).await;
        assert_eq!(answer, format!("{head}5\r\nhello\r\n0\r\n{trailers}\r\n"));
    }
    let empty = |_| async { pieces(vec![]) };
    let answer = exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", empty).await;
    assert!(answer.ends_with("\r\n\r\n0\r\n\r\n"), "{answer}");
}

#[tokio::test]
async fn an_answer_without_a_body_has_none() {
    let ask = |method: &str| format!("{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let head = exchange(&ask("HEAD"), |_| async { whole("hello") }).await;
    assert_eq!(head, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\n");
    let unknown = exchange(&ask("HEAD"), |_| async { pieces(vec![data("hello")]) }).await;
    assert_eq!(unknown, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
    for (status, told) in [(204, ""), (304, "content-length: 5\r\n")] {
        let get = ask("GET");
        let answer = exchange(&get, move |_| async move {
            let mut response = whole("hello");
            response.status = StatusCode::from_u16(status).unwrap();
            response.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("5"));
            response
        });
        let answer = answer.await;
        assert!(answer.ends_with(&format!("\r\n{told}connection: close\r\n\r\n")), "{answer}");
    }
}

#[tokio::test]
async fn an_answer_that_says_so_is_the_last_and_so_is_one_that_is_not_as_long_as_it_said() {
    let service = |_| async {
        let mut response = whole("hello");
        response.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        response
    };
    let two = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let answers = exchange(two, service).await;
    assert_eq!(answers, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello");
    for frames in [|| vec![data("hello")], || vec![data("hello world")], || vec![]] {
        let (mut client, served) = serve(move |_| async move {
            let mut response = pieces(frames());
            response.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("7"));
            response
        });
        client.write_all(two.as_bytes()).await.unwrap();
        let answers = rest(&mut client).await;
        assert!(matches!(served.await.unwrap(), Err(ConnectionError::Length)));
        assert!(answers.matches("HTTP/1.1").count() <= 1 && answers.len() < 90, "{answers}");
    }
    let empty = |_| async {
        let mut response = Response::new(Empty::new().boxed());
        response.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("7"));
        response
    };
    assert_eq!(exchange(two, empty).await.matches("HTTP/1.1").count(), 1);
}

#[tokio::test]
async fn a_client_is_told_to_go_on_when_its_body_is_read_and_not_before() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    let (mut client, _served) = serve(echo);
    client.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(next(&mut client, "\r\n\r\n").await, "HTTP/1.1 100 Continue\r\n\r\n");
    client.write_all(b"hello").await.unwrap();
    assert!(next(&mut client, "\"hello\" 0").await.ends_with("\r\n\r\nPOST / \"hello\" 0"));
    // A client that is answered without its body being read may send it or not: the connection cannot be used again, and says so.
    let answer = exchange(head, |_| async { whole("no") }).await;
    assert_eq!(answer, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno");
}

#[tokio::test]
async fn what_is_no_request_is_refused_behind_those_that_are_some() {
    for (bad, status) in [
        ("GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n".to_owned(), "400 Bad Request"),
        ("GET http:// HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "400 Bad Request"),
        (
            format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(40_000)),
            "431 Request Header Fields Too Large",
        ),
        // Its head is sound, but came together with a body that is not.
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n".to_owned(), "400 Bad Request"),
    ] {
        let answers = exchange(&format!("GET /a HTTP/1.1\r\nHost: a\r\n\r\n{bad}"), echo).await;
        let (first, second) = answers.split_once(" 0HTTP/1.1 ").unwrap();
        assert!(first.ends_with("GET /a \"\""), "{answers}");
        assert_eq!(second, format!("{status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"), "{bad:.80}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_is_an_error_to_its_reader_and_ends_the_connection() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let (mut client, served) = serve(echo);
    client.write_all(head.as_bytes()).await.unwrap();
    tokio::task::yield_now().await;
    client.write_all(b"1\r\nx\r\nZ\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let answers = rest(&mut client).await;
    assert!(answers.ends_with("POST / malformed chunk in the body"), "{answers}");
    served.await.unwrap().unwrap();
    let (mut client, served) = serve(echo);
    client.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel").await.unwrap();
    client.shutdown().await.unwrap();
    assert!(rest(&mut client).await.ends_with("POST / client closed the connection within the request body"));
    served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_body_that_nobody_reads_is_passed_over_where_it_is_there_and_else_ends_the_connection() {
    let service = |_| async { whole("no") };
    let next = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for (body, answers) in [("hello", 2), ("hell", 1)] {
        let (mut client, served) = serve(service);
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
        client.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        if body.len() == 5 {
            client.write_all(next.as_bytes()).await.unwrap();
        }
        assert_eq!(rest(&mut client).await.matches("HTTP/1.1 200").count(), answers, "{body}");
        served.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_client_is_read_no_faster_than_its_body() {
    let (go, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (waits, reads) = (Arc::clone(&go), Arc::clone(&gone));
    let (mut client, _served) = serve(move |received: Box<Request>| {
        let (waits, reads) = (Arc::clone(&waits), Arc::clone(&reads));
        async move {
            waits.notified().await;
            // By another task.
            let read =
                tokio::spawn(received.body.unwrap_or_default().collect()).await.unwrap().unwrap().to_bytes().len();
            reads.notify_one();
            Response::new(Full::from(read.to_string()).boxed())
        }
    });
    client.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n").await.unwrap();
    let body = vec![b'x'; 1_000_000];
    let mut sent = 0;
    let stuck = tokio::time::timeout(Duration::from_millis(50), async {
        while sent < body.len() {
            sent += client.write(&body[sent..]).await.unwrap();
        }
    });
    assert!(stuck.await.is_err() && sent < 100_000, "{sent} bytes were taken that nobody asked for");
    go.notify_one();
    client.write_all(&body[sent..]).await.unwrap();
    gone.notified().await;
    assert!(next(&mut client, "\r\n\r\n1000000").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_connection_is_handed_over_with_what_came_on_it() {
    let taken = Arc::new(Mutex::new(None));
    let keeps = Arc::clone(&taken);
    let (mut client, served) = serve(move |mut received: Box<Request>| {
        let upgrade = received.extensions.remove::<crate::server::Upgrade>();
        let switches = received.uri == "/yes";
        *keeps.lock().unwrap() = upgrade;
        async move {
            let mut response = whole("");
            if switches {
                response.status = StatusCode::SWITCHING_PROTOCOLS;
                response.headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
            }
            response
        }
    });
    let ask =
        |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    client.write_all(ask("/no").as_bytes()).await.unwrap();
    assert_eq!(next(&mut client, "\r\n\r\n").await, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let upgrade = taken.lock().unwrap().take().unwrap();
    assert!(upgrade.connection().await.is_err(), "it carries HTTP still");
    client.write_all(ask("/yes").as_bytes()).await.unwrap();
    let answer = next(&mut client, "\r\n\r\n").await;
    assert_eq!(answer, "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\n\r\n");
    served.await.unwrap().unwrap();
    let upgrade = taken.lock().unwrap().take().unwrap();
    let (mut ours, read) = upgrade.connection().await.unwrap();
    assert!(read.is_empty());
    client.write_all(b"\0\n").await.unwrap();
    ours.write_all(b"\x01").await.unwrap();
    assert_eq!((ours.read_u16().await.unwrap(), client.read_u8().await.unwrap()), (0x000a, 1));
}
