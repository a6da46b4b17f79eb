//! Upstream responses: whatever the bytes, the client gets one response with one end, without headers and cookies that
//! only the gateway may set.

use std::convert::Infallible;
use std::sync::OnceLock;

use http::{Method, StatusCode};
use postern_http::server::Connection;
use postern_http::{Peer, Request};
use postern_proxy::{Faces, UpstreamAddress};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::net::UnixListener;
use tower::service_fn;

use crate::faces::{faces_for, runtime};

/// More bytes than any input or its response has.
const ROOM: usize = 8 * 1024 * 1024;
/// The most header lines: the upstream's and ours.
const LINES: usize = 256;

struct Fixture {
    faces: Faces,
    listener: UnixListener,
    _directory: TempDir,
}

fn fixture() -> &'static Fixture {
    static WORLD: OnceLock<Fixture> = OnceLock::new();
    WORLD.get_or_init(|| {
        let directory = tempfile::tempdir().expect("a directory");
        let socket = directory.path().join("upstream");
        let faces = faces_for(UpstreamAddress::Unix(socket.clone()));
        let _inside = runtime().enter();
        Fixture { faces, listener: UnixListener::bind(socket).expect("a socket"), _directory: directory }
    })
}

/// Takes the request's method (`GET` or `HEAD`) in the first line, and the upstream's bytes after it.
pub fn verify(data: &[u8]) {
    let Some(end) = data.iter().position(|byte| *byte == b'\n') else { return };
    let (method, sent) = (&data[..end], &data[end + 1..]);
    let method = if method == b"HEAD" { Method::HEAD } else { Method::GET };
    fixture();
    let got = runtime().block_on(exchange(&method, sent));
    let mut rest = &got[..];
    let (status, told, body) = loop {
        let mut lines = [httparse::EMPTY_HEADER; LINES];
        let mut answer = httparse::Response::new(&mut lines);
        let head = match answer.parse(rest).expect("an answer") {
            httparse::Status::Complete(head) => head,
            httparse::Status::Partial => panic!("an answer without end: {}", got.escape_ascii()),
        };
        let status = StatusCode::from_u16(answer.code.expect("a status")).expect("a status");
        rest = &rest[head..];
        if !status.is_informational() {
            break (status, Told::of(answer.headers), rest);
        }
        // Hints are sent on if they come before the response does, which is a matter of time.
        assert_eq!(status, StatusCode::EARLY_HINTS, "nobody asked for it");
        assert!(answer.headers.iter().all(|line| line.name.eq_ignore_ascii_case("link")), "more than links");
    };
    if method == Method::HEAD || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        assert!(body.is_empty(), "a body where there is none");
    } else {
        told.holds(body);
    }
    // Our own response says that the upstream's was invalid.
    if status != StatusCode::BAD_GATEWAY {
        let (theirs, rest) = last_head(sent).expect("what nobody else can read was passed on");
        assert_eq!(status, theirs);
        if told.length.is_some() && method == Method::GET && !told.chunked {
            assert!(rest.starts_with(body), "another body than was sent");
        }
    }
}

/// The framing of a response's body.
struct Told {
    length: Option<usize>,
    chunked: bool,
}

impl Told {
    fn of(lines: &[httparse::Header<'_>]) -> Self {
        let mut told = Self { length: None, chunked: false };
        for line in lines {
            let (name, value) = (line.name.to_ascii_lowercase(), line.value.trim_ascii());
            match name.as_str() {
                "content-length" => {
                    let length = std::str::from_utf8(value).expect("a number").parse().expect("a number");
                    assert!(told.length.replace(length).is_none(), "two lengths");
                }
                "transfer-encoding" => {
                    assert!(value == b"chunked" && !told.chunked, "another coding than chunked");
                    told.chunked = true;
                }
                "connection" => assert_eq!(value, b"close"),
                "keep-alive" | "proxy-connection" | "te" | "upgrade" | "alt-svc" | "proxy-authenticate" => {
                    panic!("{name} stays on its hop")
                }
                "set-cookie" => {
                    let name = value.split(|byte| matches!(byte, b'=' | b';')).next().unwrap_or_default();
                    let name = name.trim_ascii().to_ascii_lowercase();
                    assert!(name != b"__host-postern" && !name.starts_with(b"__host-postern-tx-"), "a cookie of ours");
                }
                _ => {}
            }
        }
        assert!(told.length.is_none() || !told.chunked, "a length and chunks");
        told
    }

    /// Whether this is the body, or the part that was received before the connection broke.
    fn holds(&self, body: &[u8]) {
        if let Some(length) = self.length {
            return assert!(body.len() <= length, "longer than was said");
        }
        assert!(self.chunked, "the end is anybody's guess");
        let mut rest = body;
        while !rest.is_empty() {
            let Ok(httparse::Status::Complete((line, size))) = httparse::parse_chunk_size(rest) else {
                return assert!(!rest.contains(&b'\n'), "no chunk: {}", rest.escape_ascii());
            };
            let size = usize::try_from(size).expect("a size that was sent");
            if size == 0 {
                let end = rest.windows(4).position(|window| window == b"\r\n\r\n");
                return assert_eq!(end.map(|end| end + 4), Some(rest.len()), "something behind the end");
            }
            let Some(data) = rest.get(line + size..) else { return };
            assert!(data.is_empty() || data.starts_with(b"\r"), "a chunk without end");
            rest = data.get(2..).unwrap_or_default();
        }
    }
}

/// The status of the first final response as `httparse` reads it, and the bytes after its head.
fn last_head(mut sent: &[u8]) -> Option<(StatusCode, &[u8])> {
    loop {
        let mut lines = [httparse::EMPTY_HEADER; LINES];
        let mut answer = httparse::Response::new(&mut lines);
        let Ok(httparse::Status::Complete(head)) = answer.parse(sent) else { return None };
        let status = StatusCode::from_u16(answer.code?).ok()?;
        sent = &sent[head..];
        if !status.is_informational() {
            return Some((status, sent));
        }
    }
}

/// Sends a request whose upstream sends these bytes and closes; returns all bytes that the client gets.
async fn exchange(method: &Method, sent: &[u8]) -> Vec<u8> {
    let Fixture { faces, listener, .. } = fixture();
    let (mut client, server) = duplex(ROOM);
    let peer = Peer::new(Some([192, 0, 2, 1].into()));
    let service = service_fn(move |mut received: Box<Request>| {
        let peer = peer.clone();
        async move { Ok::<_, Infallible>(faces.reverse_proxy.handle(&mut received, &peer).await) }
    });
    let ask = format!("{method} /public/x HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n");
    client.write_all(ask.as_bytes()).await.expect("room");
    let upstream = async {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            asked.push(stream.read_u8().await.expect("a request"));
        }
        // The gateway may close before all of it is sent.
        let _ = stream.write_all(sent).await;
    };
    let mut got = Vec::new();
    let connection = Connection::new(server, (), service);
    let (_, read, ()) = tokio::join!(connection, client.read_to_end(&mut got), upstream);
    read.expect("an answer, and its end");
    got
}
