//! HTTP, byte by byte.

use postern_config::Address;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};

/// Either kind of connection.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub(crate) async fn connect(address: &Address) -> Box<dyn Stream> {
    match address {
        Address::Tcp(..) => Box::new(tcp(address).await),
        Address::Unix(path) => Box::new(UnixStream::connect(path).await.unwrap()),
        Address::Systemd(_) => panic!("a gateway tells where it really listens: {address}"),
    }
}

/// A TCP connection.
pub(crate) async fn tcp(address: &Address) -> TcpStream {
    let Address::Tcp(host, port) = address else { panic!("no TCP address: {address}") };
    TcpStream::connect((host.as_str(), *port)).await.unwrap()
}

/// Sends a request with these further header lines on a connection of its own; gives the whole answer as text.
pub(crate) async fn ask(address: &Address, line: &str, headers: &[&str]) -> String {
    let mut stream = connect(address).await;
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let request = format!("{line} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    rest(&mut stream).await
}

/// `GET` of a path at the gateway's own host.
pub(crate) async fn get(address: &Address, path: &str) -> String {
    ask(address, &format!("GET {path}"), &["Host: localhost:8080"]).await
}

/// What is left to read, until the other end closes.
pub(crate) async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut answer = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer.
pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

/// A backend that accepts a connection, tells that it has one, and answers when it is told to.
pub(crate) struct SlowBackend {
    pub(crate) url: String,
    listener: TcpListener,
}

impl SlowBackend {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { url: format!("http://{}", listener.local_addr().unwrap()), listener }
    }

    /// The head of the next request, and the connection to answer it on.
    pub(crate) async fn next(&self) -> (String, TcpStream) {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        (String::from_utf8(head).unwrap(), stream)
    }
}

/// Answers with a short text.
pub(crate) async fn answer(mut stream: TcpStream, text: &str) {
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
}
