//! Loopback listeners and a small HTTP/1.1 server for them.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::respond::{self, Answer};

/// Longest request body in bytes.
const BODY_MAX: usize = 64 * 1024;
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// Listens on a port of 127.0.0.1; port 0 lets the system choose. No other address can be asked for.
pub async fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves on `listener`, whole bodies at a time. Refuses a listener that others than this machine can reach.
    pub fn start<F, A>(listener: TcpListener, handler: F) -> io::Result<Self>
    where
        F: Fn(Request<Bytes>) -> A + Clone + Send + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() {
            return Err(io::Error::other(format!(
                "{address} is no loopback address: the demonstration stays on this machine"
            )));
        }
        Ok(Self { address, task: tokio::spawn(accept(listener, handler)) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept<F, A>(listener: TcpListener, handler: F)
where
    F: Fn(Request<Bytes>) -> A + Clone + Send + 'static,
    A: Future<Output = Answer> + Send + 'static,
{
    // Connections end with the set, and the set with this task.
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        while connections.try_join_next().is_some() {}
        let handler = handler.clone();
        let service = service_fn(move |request| {
            let handler = handler.clone();
            async move { Ok::<_, std::convert::Infallible>(answer(request, handler).await) }
        });
        connections.spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIMEOUT)
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended early");
            }
        });
    }
}

async fn answer<F, A>(request: Request<Incoming>, handler: F) -> Answer
where
    F: Fn(Request<Bytes>) -> A,
    A: Future<Output = Answer>,
{
    if !is_local(request.headers()) {
        return respond::text(StatusCode::MISDIRECTED_REQUEST, "This server answers to localhost only.\n");
    }
    let (head, body) = request.into_parts();
    match Limited::new(body, BODY_MAX).collect().await {
        Ok(body) => handler(Request::from_parts(head, body.to_bytes())).await,
        Err(_) => respond::text(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large or was cut short.\n"),
    }
}

/// Whether the request was made under a name of this machine. Another name means that a foreign page has its own
/// domain point here (DNS rebinding).
fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn only_names_of_this_machine_are_answered() {
        let local = |host: &'static str| is_local(&HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]));
        assert!(local("localhost:8081") && local("127.0.0.1") && local("[::1]:8081"));
        for host in ["", "evil.example", "localhost.evil.example:8081", "127.0.0.1.evil.example", "localhost:x"] {
            assert!(!local(host), "{host}");
        }
        assert!(!is_local(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn nothing_but_loopback_is_served() {
        let everywhere = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let error = Server::start(everywhere, |_| async { respond::text(StatusCode::OK, "") }).unwrap_err();
        assert!(error.to_string().contains("no loopback address"));
    }
}
