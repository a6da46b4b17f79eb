//! Several exchanges on one connection to an upstream, in pieces: each response is read as the reference reads it, and belongs to its
//! request; the upstream gets one message for each request; after anything odd the connection is not used again.
//!
//! The letter of a request says what is sent: `g` GET, `h` HEAD, `p` POST with a length, `c` with chunks, `w` with a body that never ends,
//! `f` with one that fails, `s` with one that is shorter than its length. In upper case: the response body is dropped after its first
//! part. The responses are separated by lines of `--`; each is sent as soon as the head of its request arrived.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::uri::PathAndQuery;
use http::{HeaderValue, Method};
use postern_http::client::{Connection, Pool, RequestHead, ResponseBody, Stream};
use postern_http::headers::HeaderBlock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::parts::Parts;
use crate::reference;
use crate::script::{Script, run, settle};

const SEPARATOR: &[u8] = b"\n--\n";
const TIMEOUT: Duration = Duration::from_secs(2);
/// The most exchanges of one input.
const MOST: usize = 16;

/// A request as it was begun.
struct Begun {
    letter: u8,
    method: Method,
    target: String,
    /// Whether the connection was returned for another request.
    kept: bool,
}

impl Begun {
    fn new(letter: u8, number: usize) -> Self {
        let method = match letter.to_ascii_lowercase() {
            b'p' | b'c' | b'w' | b'f' | b's' => Method::POST,
            b'h' => Method::HEAD,
            _ => Method::GET,
        };
        Self { letter, method, target: format!("/{number}"), kept: false }
    }

    fn body(&self) -> Option<Parts> {
        let parts = Parts::new(&["he", "", "llo"]);
        match self.letter.to_ascii_lowercase() {
            b'p' => Some(parts.declaring(5)),
            b'c' => Some(parts),
            b'w' => Some(parts.endless()),
            b'f' => Some(parts.failing()),
            b's' => Some(parts.declaring(9)),
            _ => None,
        }
    }

    /// The body that the upstream reads, if it reads all of it.
    fn expected(&self) -> Option<&'static [u8]> {
        match self.letter.to_ascii_lowercase() {
            b'p' | b'c' => Some(b"hello"),
            b'w' | b'f' | b's' => None,
            _ => Some(b""),
        }
    }
}

/// Takes a script.
pub fn verify(data: &[u8]) {
    let Some(script) = Script::of(data) else { return };
    let received = Mutex::new(Vec::new());
    let segments: Vec<&[u8]> = split(script.bytes);
    let begun = run(async {
        let (ours, theirs) = UnixStream::pair().expect("a socket");
        tokio::join!(exchanges(&script, &segments, ours), answer(&script, &segments, theirs, &received)).0
    });
    let received = received.into_inner().expect("no panic before");
    let read = reference::requests(&received);
    assert!(read.len() <= begun.len(), "more requests than were made");
    let mut length = 0;
    for (number, (read, begun)) in read.iter().zip(&begun).enumerate() {
        assert_eq!((&read.method[..], &read.target), (begun.method.as_str(), &begun.target), "request {number}");
        assert!(b"hello".starts_with(&read.body), "request {number} has a body of another");
        match read.length {
            Some(end) => {
                length += end;
                assert_eq!(begun.expected(), Some(&read.body[..]), "request {number} is complete to the upstream only");
            }
            None => assert!(!begun.kept, "a connection is kept in the middle of request {number}"),
        }
    }
    let whole = read.iter().all(|read| read.length.is_some());
    assert!(!whole || read.len() < begun.len() || length == received.len(), "bytes behind the last request");
}

fn split(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut segments = Vec::new();
    while let Some(end) = bytes.windows(SEPARATOR.len()).position(|window| window == SEPARATOR) {
        segments.push(&bytes[..end]);
        bytes = &bytes[end + SEPARATOR.len()..];
    }
    segments.push(bytes);
    segments.truncate(MOST);
    segments
}

/// Makes requests for as long as the connection is kept.
async fn exchanges(script: &Script<'_>, segments: &[&[u8]], stream: UnixStream) -> Vec<Begun> {
    let (pool, mut begun) = (Arc::new(Pool::default()), Vec::new());
    let mut link = Box::new(Connection::<Parts>::new(Stream::Unix(stream)));
    for (number, segment) in segments.iter().enumerate() {
        let request = Begun::new(script.letter(number), number);
        let (method, to_head) = (request.method.clone(), request.method == Method::HEAD);
        let path = PathAndQuery::try_from(request.target.as_str()).expect("a path");
        let mut headers = HeaderBlock::default();
        headers.insert(http::header::HOST, HeaderValue::from_static("a"));
        let head = RequestHead { method: &method, path: &path, headers: &headers, encoded: &(), trailers: None };
        link.begin(&head, request.body());
        let drops = request.letter.is_ascii_uppercase();
        begun.push(request);
        let expected = reference::final_response(segment, to_head);
        let Ok(response) = link.response(&method, TIMEOUT, &mut |_| ()).await else { return begun };
        let (expected, rest) = expected.expect("a response that nobody else can read");
        assert_eq!(response.status, expected.status, "response {number}");
        let mut body = ResponseBody::new(link, &pool);
        let (mut data, mut complete) = (Vec::new(), true);
        while let Some(frame) = poll_fn(|cx| body.poll_frame(cx)).await {
            match frame {
                Ok(frame) => data.extend(frame.into_data().unwrap_or_default()),
                Err(_) => complete = false,
            }
            if drops {
                complete &= body.is_end_stream();
                break;
            }
        }
        drop(body);
        assert!(expected.body.starts_with(&data), "response {number} has a body that was not sent in it");
        if complete {
            assert_eq!(data, expected.body, "response {number} is shorter to its reader");
        }
        settle(8).await;
        let Some(kept) = pool.take() else { return begun };
        assert!(complete, "a connection is kept after a response that broke off");
        assert!(expected.length.is_some() && expected.status != 101, "a connection without an end is kept");
        link = kept;
        if !link.is_usable() {
            return begun;
        }
        assert!(rest.is_empty(), "a connection with bytes on it is used again");
        begun.last_mut().expect("a request").kept = true;
    }
    begun
}

/// Sends a response for each head that arrives, and writes down everything.
async fn answer(script: &Script<'_>, segments: &[&[u8]], stream: UnixStream, received: &Mutex<Vec<u8>>) {
    let (mut reads, mut writes) = stream.into_split();
    let mut answered = 0;
    let mut piece = [0; 4096];
    let mut open = true;
    loop {
        let count = reference::requests(&received.lock().expect("no panic before")).len();
        if open && count > answered {
            let segment = segments.get(answered).copied().unwrap_or_default();
            let to_head = script.letter(answered).eq_ignore_ascii_case(&b'h');
            script.send(segment, &mut writes).await;
            answered += 1;
            let ends = reference::final_response(segment, to_head).is_some_and(|(message, _)| message.length.is_some());
            if !ends || answered == segments.len() {
                // Nothing more can follow.
                let _ = writes.shutdown().await;
                open = false;
            }
            continue;
        }
        match reads.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(length) => received.lock().expect("no panic before").extend_from_slice(&piece[..length]),
        }
    }
}
