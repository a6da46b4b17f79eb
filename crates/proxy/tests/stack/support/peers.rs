//! Real clients and servers of HTTP/1.1 and HTTP/2 around the stack.

use std::convert::Infallible;
use std::future::Future;

use http::{Request, Response};
use http_body::Body as HttpBody;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use postern_http::Peer;
use postern_proxy::UpstreamAddress;
use tokio::io::{AsyncRead, AsyncWrite, duplex};
use tokio::net::TcpListener;

use super::{Stack, serve};

type Senders<B> = (hyper::client::conn::http1::SendRequest<B>, hyper::client::conn::http2::SendRequest<B>);

/// A body of any kind, boxed.
pub(crate) type AnyBody = std::pin::Pin<Box<dyn HttpBody<Data = Bytes, Error = Infallible> + Send>>;

/// Starts an upstream that speaks HTTP/2 (or HTTP/1.1) with prior knowledge. Gives its address.
pub(crate) async fn upstream<F, Fut>(http2: bool, service: F) -> UpstreamAddress
where
    F: Fn(Request<Incoming>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Response<AnyBody>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            tokio::spawn(answering(stream, http2, service.clone()));
        }
    });
    UpstreamAddress::Tcp("127.0.0.1".to_owned(), port)
}

/// Answers on one connection.
pub(crate) async fn answering<F, Fut>(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    http2: bool,
    service: F,
) where
    F: Fn(Request<Incoming>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Response<AnyBody>> + Send + 'static,
{
    let service = service_fn(move |request| {
        let answer = service(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let io = TokioIo::new(stream);
    // Connections end in whatever way a test ends them.
    let _ = if http2 {
        hyper::server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(io, service).await
    } else {
        hyper::server::conn::http1::Builder::new().serve_connection(io, service).await
    };
}

impl Stack {
    /// A browser's connection over HTTP/1.1, and one over HTTP/2.
    pub(crate) async fn browsers<B>(&self) -> Senders<B>
    where
        B: HttpBody<Data = Bytes, Error = Infallible> + Send + Unpin + 'static,
    {
        let (first, connection) = hyper::client::conn::http1::handshake(TokioIo::new(self.connect())).await.unwrap();
        tokio::spawn(connection);
        let (client, server) = duplex(64 * 1024);
        let (faces, peer) = (self.faces.clone(), Peer::new(Some(self.peer.parse().unwrap())));
        tokio::spawn(async move {
            let service = service_fn(move |mut request: Request<Incoming>| {
                let (faces, peer) = (faces.clone(), peer.clone());
                async move {
                    // As the listener hands it over: the host is in its header.
                    if let Some(authority) = request.uri().authority() {
                        let host = authority.as_str().parse().unwrap();
                        request.headers_mut().insert(http::header::HOST, host);
                    }
                    Ok::<_, Infallible>(
                        serve(&faces, Box::new(postern_http::Request::from(request)), &peer).await.into_http(),
                    )
                }
            });
            let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            let _ = builder.serve_connection(TokioIo::new(server), service).await;
        });
        let builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
        let (second, connection) = builder.handshake(TokioIo::new(client)).await.unwrap();
        tokio::spawn(connection);
        (first, second)
    }
}
