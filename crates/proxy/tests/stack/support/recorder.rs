//! An upstream that records what it gets, byte for byte.

use std::sync::{Arc, Mutex};

use postern_proxy::UpstreamAddress;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A recording upstream.
pub(crate) struct Recorder {
    port: u16,
    state: Arc<State>,
}

struct State {
    requests: Mutex<Vec<String>>,
    answer: Mutex<String>,
}

impl Recorder {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State { requests: Mutex::default(), answer: Mutex::new(OK.to_owned()) });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { port, state }
    }

    pub(crate) fn address(&self) -> UpstreamAddress {
        UpstreamAddress::Tcp("127.0.0.1".to_owned(), self.port)
    }

    /// What is answered from now on. Empty: nothing at all. After a `101` every byte is echoed.
    pub(crate) fn answer(&self, answer: &str) {
        answer.clone_into(&mut self.state.answer.lock().unwrap());
    }

    /// All requests so far: head and body, in the bytes that came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.state.requests.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.requests().len()
    }

    pub(crate) fn last(&self) -> String {
        self.requests().pop().expect("a request")
    }

    /// The values of a header in the last request.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        let last = self.last();
        let head = last.split("\r\n\r\n").next().unwrap();
        head.lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
            .collect()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<State>) {
    let mut bytes = Vec::new();
    loop {
        let Some(end) = find(&bytes, b"\r\n\r\n") else {
            if !more(&mut stream, &mut bytes).await {
                // Bytes that never become a request are recorded too: nothing may reach an upstream unseen.
                if !bytes.is_empty() {
                    record(&state, &bytes);
                }
                return;
            }
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end + 4]).to_ascii_lowercase();
        let body = if head.contains("transfer-encoding: chunked") {
            loop {
                if let Some(length) = last_chunk(&bytes[end + 4..]) {
                    break length;
                }
                if !more(&mut stream, &mut bytes).await {
                    record(&state, &bytes);
                    return;
                }
            }
        } else {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            length.unwrap_or(0)
        };
        while bytes.len() < end + 4 + body {
            if !more(&mut stream, &mut bytes).await {
                record(&state, &bytes);
                return;
            }
        }
        let rest = bytes.split_off(end + 4 + body);
        record(&state, &bytes);
        bytes = rest;
        let answer = state.answer.lock().unwrap().clone();
        if answer.is_empty() {
            continue;
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        if answer.starts_with("HTTP/1.1 101") {
            let (mut read, mut write) = stream.split();
            let _ = tokio::io::copy(&mut read, &mut write).await;
            return;
        }
    }
}

fn record(state: &State, bytes: &[u8]) {
    state.requests.lock().unwrap().push(String::from_utf8_lossy(bytes).into_owned());
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> bool {
    matches!(stream.read_buf(bytes).await, Ok(count) if count > 0)
}

/// Where a chunked body ends, trailers included.
fn last_chunk(body: &[u8]) -> Option<usize> {
    let start = if body.starts_with(b"0\r\n") { 0 } else { find(body, b"\r\n0\r\n")? + 2 };
    Some(start + 1 + find(&body[start + 1..], b"\r\n\r\n")? + 4)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
