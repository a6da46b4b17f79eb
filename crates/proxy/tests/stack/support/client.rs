//! A browser's connection that is kept.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::{Answer, Stack};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection of one client, with its session.
pub(crate) struct Client {
    pub(crate) stream: DuplexStream,
    cookie: String,
    bytes: Vec<u8>,
}

impl Client {
    /// A client with a full session.
    pub(crate) fn of(stack: &Stack) -> Self {
        Self { stream: stack.connect(), cookie: stack.full(), bytes: Vec::new() }
    }

    /// Sends the head of a request with these more header lines.
    pub(crate) async fn begin(&mut self, line: &str, headers: &[&str]) {
        let mut head = format!("{line} HTTP/1.1\r\nHost: example.com\r\nCookie: {}\r\n", self.cookie);
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        self.send(head.as_bytes()).await;
    }

    /// Sends bytes.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Makes a request without a body; gives its answer.
    pub(crate) async fn get(&mut self, line: &str, headers: &[&str]) -> Answer {
        self.begin(line, headers).await;
        self.answer().await
    }

    /// The head of the next answer.
    pub(crate) async fn head(&mut self) -> Answer {
        let end = loop {
            if let Some(end) = find(&self.bytes, b"\r\n\r\n") {
                break end + 4;
            }
            assert!(self.more().await, "the connection ended: {:?}", String::from_utf8_lossy(&self.bytes));
        };
        Answer(self.taken(end))
    }

    /// The next answer, whose body has a length or is chunked.
    pub(crate) async fn answer(&mut self) -> Answer {
        let mut answer = self.head().await;
        if matches!(answer.status(), 100..200 | 204 | 304) {
            return answer;
        }
        if let Some(length) = answer.header("content-length").map(|length| length.parse::<usize>().unwrap()) {
            while self.bytes.len() < length {
                assert!(self.more().await, "the body ended early: {}", answer.0);
            }
            answer.0.push_str(&self.taken(length));
        } else {
            while !self.until(b"0\r\n\r\n").await {}
            let end = find(&self.bytes, b"0\r\n\r\n").unwrap() + 5;
            answer.0.push_str(&self.taken(end));
        }
        answer
    }

    /// Waits for bytes. False if they are not there yet and more came.
    pub(crate) async fn until(&mut self, bytes: &[u8]) -> bool {
        find(&self.bytes, bytes).is_some() || {
            assert!(self.more().await, "the connection ended: {:?}", String::from_utf8_lossy(&self.bytes));
            false
        }
    }

    /// Throws away the bytes that came and that nobody has looked at yet; gives their number.
    pub(crate) fn skip(&mut self) -> usize {
        std::mem::take(&mut self.bytes).len()
    }

    /// All that comes until the connection ends.
    pub(crate) async fn rest(mut self) -> String {
        while self.more().await {}
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    async fn more(&mut self) -> bool {
        let read = tokio::time::timeout(PATIENCE, self.stream.read_buf(&mut self.bytes)).await;
        matches!(read.expect("something within 20 s"), Ok(count) if count > 0)
    }

    fn taken(&mut self, length: usize) -> String {
        let rest = self.bytes.split_off(length);
        String::from_utf8_lossy(&std::mem::replace(&mut self.bytes, rest)).into_owned()
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
