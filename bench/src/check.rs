//! The lower bound of a check: parse the cookie, hash the token, look it up in a map, send the gateway's status and
//! headers.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::listen::Serve;
use crate::sessions::Sessions;

/// Answers checks.
#[derive(Clone)]
pub(crate) struct Check(Sessions);

impl Check {
    pub(crate) fn new(sessions: Sessions) -> Self {
        Self(sessions)
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<Empty<Bytes>> {
        let mut response = Response::new(Empty::new());
        match self.0.of(request.headers()) {
            Some(headers) => response.headers_mut().clone_from(headers),
            None => *response.status_mut() = StatusCode::UNAUTHORIZED,
        }
        response
    }
}

impl Serve for Check {
    async fn connection(self: Arc<Self>, stream: TcpStream) {
        let service = service_fn(move |request| {
            let answer = self.answer(&request);
            async move { Ok::<_, Infallible>(answer) }
        });
        let _gone = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }
}
