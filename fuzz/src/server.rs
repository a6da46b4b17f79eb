//! A client's connection with several requests, in pieces: each is read as the reference reads it, or refused, and gets one response
//! at most; after a violation the connection closes.
//!
//! The letter of a request says what the service does with it: `r` reads the body and answers; `t` reads it in a task of its own; `m` looks for
//! its first part and leaves it to such a task; `e`
//! answers at once; `p` answers after the first part of the body; `x` sends the body back; `h` answers in chunks; `c` answers for the
//! last time; `a` fails within the response. `D` anywhere: the client is gone as soon as it has sent everything.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use bytes::Bytes;
use http::header::{CONNECTION, HeaderName, HeaderValue};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Body;
use postern_http::server::{BodyError, Connection, RequestBody};
use postern_http::validate::{Limits, RequestValidator};
use postern_http::{Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tower::service_fn;

use crate::parts::Parts;
use crate::reference::{self, Message};
use crate::script::{Script, run};

/// More bytes than any input or its responses have.
const ROOM: usize = 8 * 1024 * 1024;

/// A request as the service saw it.
#[derive(Default)]
struct Seen {
    method: String,
    target: String,
    body: Vec<u8>,
    /// Whether the body was read to its end, without an error.
    complete: bool,
}

/// Takes a script.
pub fn verify(data: &[u8]) {
    let Some(script) = Script::of(data) else { return };
    let scan = RequestValidator::new(Limits::default()).scan(script.bytes);
    let (seen, answers) = run(converse(&script, scan.violation.is_some()));
    let expected = reference::requests(&script.bytes[..scan.clean]);
    for (number, (seen, expected)) in seen.iter().zip(&expected).enumerate() {
        assert_eq!((&seen.method, &seen.target), (&expected.method, &expected.target), "request {number}");
        assert!(expected.body.starts_with(&seen.body), "request {number} has a body that was not sent in it");
        if seen.complete {
            assert_eq!(seen.body, expected.body, "request {number} is shorter to its reader");
            assert!(expected.length.is_some(), "request {number} is complete to its reader only");
        }
    }
    responses(&seen, &expected, &answers);
}

/// The responses are one for each request, in order, then at most one refusal, and nothing more.
fn responses(seen: &[Seen], expected: &[Message], mut answers: &[u8]) {
    let (mut number, mut continued, mut last) = (0, 0, false);
    while !answers.is_empty() {
        assert!(!last, "bytes behind the last response: {}", answers.escape_ascii());
        let to_head = seen.get(number).is_some_and(|seen| seen.method == "HEAD");
        let Some(answer) = reference::response(answers, to_head) else { return };
        if answer.status == 100 {
            continued += 1;
            assert!(continued == 1 && expected.get(number).is_none_or(|asked| asked.expects), "nobody waits for 100");
        } else {
            match answer.number {
                Some(answered) => assert_eq!(answered, number, "a response to another request"),
                None => {
                    assert!(matches!(answer.status, 400 | 431), "{} without a service", answer.status);
                    last = true;
                }
            }
            assert!(answer.number.is_none() || number < seen.len(), "more responses than requests");
            (number, continued) = (number + 1, 0);
        }
        match answer.length {
            Some(length) => answers = &answers[length..],
            None => return,
        }
    }
}

/// Sends the bytes; returns what the service saw, and what the client got.
async fn converse(script: &Script<'_>, invalid: bool) -> (Vec<Seen>, Vec<u8>) {
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let (mut client, server) = duplex(ROOM);
    let log = Arc::clone(&seen);
    let service = service_fn(move |request: Box<Request>| {
        let number = {
            let mut log = log.lock().expect("no panic before");
            let (method, target) = (request.method.to_string(), request.uri.to_string());
            log.push(Seen { method, target, ..Seen::default() });
            log.len() - 1
        };
        let (log, letter) = (Arc::clone(&log), script.letter(number));
        async move { Ok::<_, Infallible>(serve(*request, letter, number, &log).await) }
    });
    let connection = Connection::new(server, (), service).half_close(true);
    let mut answers = Vec::new();
    let exchange = async {
        script.send(script.bytes, &mut client).await;
        if script.letters.contains(&b'D') {
            drop(client);
            return;
        }
        // After a violation the connection closes although the client does not.
        if !invalid {
            client.shutdown().await.expect("an open pipe");
        }
        client.read_to_end(&mut answers).await.expect("an end");
    };
    let (_ended, ()) = tokio::join!(connection, exchange);
    let seen = std::mem::take(&mut *seen.lock().expect("no panic before"));
    (seen, answers)
}

/// Reads up to this many frames: the data, and whether the body ended.
async fn read(body: &mut RequestBody, most: usize) -> (Vec<u8>, bool) {
    let (mut data, mut body) = (Vec::new(), pin!(body));
    for _ in 0..most {
        match poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
            Some(Ok(frame)) => data.extend(frame.into_data().unwrap_or_default()),
            Some(Err(BodyError::Closed | BodyError::Invalid(_))) => return (data, false),
            Some(Err(error)) => panic!("{error}"),
            None => return (data, true),
        }
    }
    (data, false)
}

async fn serve(
    mut request: Request,
    letter: u8,
    number: usize,
    log: &Mutex<Vec<Seen>>,
) -> Response<BoxBody<Bytes, io::Error>> {
    let mut body = request.body.take().expect("a body");
    let done = |(data, complete): (Vec<u8>, bool)| {
        let seen = &mut log.lock().expect("no panic before")[number];
        (seen.body, seen.complete) = (data, complete);
    };
    let whole = |text: &'static str| Full::from(text).map_err(|never: Infallible| match never {}).boxed();
    let answer = match letter {
        b'e' => whole("early"),
        b'p' => {
            done(read(&mut body, 1).await);
            whole("partly")
        }
        b't' => {
            done(tokio::spawn(async move { read(&mut body, usize::MAX).await }).await.expect("no panic"));
            whole("task")
        }
        b'm' => {
            let first = poll_fn(|cx| Poll::Ready(Pin::new(&mut body).poll_frame(cx))).await;
            if first.is_pending() {
                done(tokio::spawn(async move { read(&mut body, usize::MAX).await }).await.expect("no panic"));
            }
            whole("moved")
        }
        b'x' => body.map_err(io::Error::other).boxed(),
        b'h' => Parts::new(&["in", "", "chunks"]).boxed(),
        b'a' => Parts::new(&["broken"]).failing().boxed(),
        _ => {
            done(read(&mut body, usize::MAX).await);
            whole("read")
        }
    };
    let mut response = Response::new(answer);
    response.headers.insert(HeaderName::from_static("x-number"), HeaderValue::from(number));
    if letter == b'c' {
        response.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
