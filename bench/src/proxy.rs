//! The lower bound of a proxy: the check of `check.rs`, then the request over an upstream connection that belongs to
//! the client's connection, without a pool.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, anyhow};
use bytes::Bytes;
use http::header::{CONNECTION, COOKIE, HeaderMap};
use http::{Request, Response, StatusCode};
use http_body_util::{Either, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1 as client;
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::listen::Serve;
use crate::sessions::Sessions;

type Answer = Response<Either<Empty<Bytes>, Incoming>>;
type Sender = client::SendRequest<Incoming>;
/// The upstream connection of a client's connection, while no request is on it.
type Pinned = Mutex<Option<Sender>>;

/// Checks and forwards.
#[derive(Clone)]
pub(crate) struct Proxy {
    sessions: Sessions,
    upstream: u16,
}

impl Proxy {
    /// Takes the sessions and the port of the upstream.
    pub(crate) fn new(sessions: Sessions, upstream: u16) -> Self {
        Self { sessions, upstream }
    }

    async fn answer(&self, pinned: &Pinned, mut request: Request<Incoming>) -> anyhow::Result<Answer> {
        let Some(identity) = self.sessions.of(request.headers()) else {
            let mut response = Response::new(Either::Left(Empty::new()));
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            return Ok(response);
        };
        dress(request.headers_mut(), identity);
        // A client's connection has one request at a time, so the sender is always back when the next one comes.
        let kept = held(pinned).take();
        let mut sender = match kept {
            Some(sender) if !sender.is_closed() => sender,
            _ => self.connect().await?,
        };
        sender.ready().await?;
        let mut response = sender.send_request(request).await?;
        held(pinned).replace(sender);
        response.headers_mut().remove(CONNECTION);
        Ok(response.map(Either::Right))
    }

    async fn connect(&self) -> anyhow::Result<Sender> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.upstream)).await.context("upstream")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = client::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}

fn held(pinned: &Pinned) -> MutexGuard<'_, Option<Sender>> {
    pinned.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes hop-by-hop headers and the cookie, and adds the identity: the least that an authenticating proxy does.
fn dress(headers: &mut HeaderMap, identity: &HeaderMap) {
    headers.remove(CONNECTION);
    headers.remove(COOKIE);
    headers.extend(identity.iter().map(|(name, value)| (name.clone(), value.clone())));
}

impl Serve for Proxy {
    async fn connection(self: Arc<Self>, stream: TcpStream) {
        let pinned = Arc::new(Pinned::default());
        let service = service_fn(move |request| {
            let (proxy, pinned) = (Arc::clone(&self), Arc::clone(&pinned));
            async move {
                proxy.answer(&pinned, request).await.map_err(|error| io::Error::other(anyhow!("forwarding: {error}")))
            }
        });
        let _gone = server::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }
}
