//! An upstream whose connections follow a script, byte for byte.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use postern_proxy::UpstreamAddress;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// An upstream, and what became of its connections.
pub(crate) struct Backend {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
    /// Connections accepted, and those whose script has ended.
    counts: watch::Receiver<(usize, usize)>,
}

/// The upstream's end of a connection.
pub(crate) struct Line {
    stream: TcpStream,
    bytes: Vec<u8>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Backend {
    /// Runs the script on every connection, which are counted from 0.
    pub(crate) async fn start<F, Fut>(script: F) -> Self
    where
        F: Fn(usize, Line) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let (told, counts) = watch::channel((0, 0));
        let shared = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = told.borrow().0;
                told.send_modify(|counts| counts.0 += 1);
                let line = Line { stream, bytes: Vec::new(), heads: Arc::clone(&shared) };
                let (script, told) = (script(number, line), told.clone());
                tokio::spawn(async move {
                    script.await;
                    told.send_modify(|counts| counts.1 += 1);
                });
            }
        });
        Self { port, heads, counts }
    }

    pub(crate) fn address(&self) -> UpstreamAddress {
        UpstreamAddress::Tcp("127.0.0.1".to_owned(), self.port)
    }

    /// Connections so far.
    pub(crate) fn accepted(&self) -> usize {
        self.counts.borrow().0
    }

    /// Waits until so many connections have ended.
    pub(crate) async fn ended(&self, count: usize) {
        let mut counts = self.counts.clone();
        let ended = counts.wait_for(|counts| counts.1 >= count);
        tokio::time::timeout(Duration::from_secs(20), ended).await.expect("connections that end").unwrap();
    }

    /// The heads of all requests, in the order in which they came.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

impl Line {
    /// The next request's head; `None` at the end of the connection.
    pub(crate) async fn head(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                let rest = self.bytes.split_off(end + 4);
                let head = String::from_utf8(std::mem::replace(&mut self.bytes, rest)).unwrap();
                self.heads.lock().unwrap().push(head.clone());
                return Some(head);
            }
            self.more().await?;
        }
    }

    /// So many bytes of a body; `None` if the connection ends before.
    pub(crate) async fn body(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.bytes.len() < length {
            self.more().await?;
        }
        let rest = self.bytes.split_off(length);
        Some(std::mem::replace(&mut self.bytes, rest))
    }

    /// Sends bytes. False once the other side is gone.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Sends as much as is taken; returns how much when it was no more for so long.
    pub(crate) async fn send_until_stuck(&mut self, most: usize, patience: Duration) -> usize {
        let (chunk, mut sent) = ([b'x'; 64 * 1024], 0);
        while sent < most {
            match tokio::time::timeout(patience, self.stream.write(&chunk)).await {
                Ok(Ok(count)) => sent += count,
                _ => break,
            }
        }
        sent
    }

    /// Waits until the other side closes the connection.
    pub(crate) async fn gone(&mut self) {
        while self.more().await.is_some() {}
    }

    /// Answers `200` to every request without a body until the connection ends.
    pub(crate) async fn well(mut self) {
        while self.head().await.is_some() && self.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await {}
    }

    async fn more(&mut self) -> Option<()> {
        matches!(self.stream.read_buf(&mut self.bytes).await, Ok(count) if count > 0).then_some(())
    }
}
