//! The service of the cleartext listener: redirects to https, and ACME challenges (RFC 8555 §8.3).

use std::path::PathBuf;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::Either;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue, LOCATION, X_CONTENT_TYPE_OPTIONS};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{Either as EitherBody, Full};
use tokio::io::AsyncReadExt;
use tower::Service;

use super::exchange::{Answered, Exchange, OutcomeFuture, Refusal};
use crate::wiring::Services;

/// Prefix of the paths that a certificate authority fetches (RFC 8555 §8.3).
const CHALLENGES: &str = "/.well-known/acme-challenge/";
/// Longest token of a challenge, and largest file; real ones are far smaller.
const TOKEN_MAX: usize = 256;
const ANSWER_MAX: u64 = 4096;

/// Redirects to https, and serves the files that prove control of a host.
#[derive(Clone)]
pub(crate) struct Redirect {
    webroot: Option<Arc<PathBuf>>,
}

impl Redirect {
    /// Takes the directory of the challenge files.
    pub(crate) fn new(webroot: Option<PathBuf>) -> Self {
        Self { webroot: webroot.map(Arc::new) }
    }
}

impl Service<Exchange> for Redirect {
    type Response = Answered;
    type Error = Box<Refusal>;
    type Future = OutcomeFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Box<Refusal>>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, exchange: Exchange) -> OutcomeFuture {
        let webroot = self.webroot.clone();
        Either::Right(Box::pin(async move {
            let Exchange { received, services, .. } = exchange;
            let request = received.into_http();
            let response = match (webroot, request.uri().path().strip_prefix(CHALLENGES)) {
                (Some(webroot), Some(token)) => {
                    challenge(webroot.join(CHALLENGES.trim_start_matches('/')), token, request.method()).await
                }
                _ => redirect(&services, &request),
            };
            Ok(Answered { response: response.map(EitherBody::Left).into(), left: Some(request.into_body()) })
        }))
    }
}

/// 308 to the same path and query of a host that is served.
fn redirect<B>(services: &Services, request: &Request<B>) -> Response<Full<Bytes>> {
    let mut named = request.headers().get_all(HOST).iter();
    let (Some(host), None) = (named.next().and_then(|host| host.to_str().ok()), named.next()) else {
        return text(StatusCode::BAD_REQUEST, "The request needs one Host header.\n");
    };
    let hosts = services.faces.core.hosts();
    let (Ok(host), true) = (hosts.find_name(host), request.uri().authority().is_none()) else {
        return text(StatusCode::MISDIRECTED_REQUEST, "This host is not served here.\n");
    };
    let Some(path) = request.uri().path_and_query().filter(|path| path.as_str().starts_with('/')) else {
        return text(StatusCode::BAD_REQUEST, "The request needs a path.\n");
    };
    // The location begins with the origin of a served host, so no path can lead to another one.
    let Ok(location) = HeaderValue::try_from(format!("{}{path}", host.origin())) else {
        return text(StatusCode::BAD_REQUEST, "The request needs a path.\n");
    };
    let mut response = text(StatusCode::PERMANENT_REDIRECT, "Use https.\n");
    response.headers_mut().insert(LOCATION, location);
    response
}

/// Serves a challenge file.
async fn challenge(directory: PathBuf, token: &str, method: &Method) -> Response<Full<Bytes>> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "GET only\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let fit = (1..=TOKEN_MAX).contains(&token.len()) && token.bytes().all(plain);
    match if fit { read(directory.join(token)).await } else { None } {
        Some(answer) => text(StatusCode::OK, answer),
        None => text(StatusCode::NOT_FOUND, "There is no such challenge.\n"),
    }
}

/// Reads a small regular file; symbolic links are refused.
async fn read(path: PathBuf) -> Option<Vec<u8>> {
    let found = tokio::fs::symlink_metadata(&path).await.ok()?;
    if !found.is_file() || found.len() > ANSWER_MAX {
        return None;
    }
    let mut answer = Vec::new();
    let file = tokio::fs::File::open(&path).await;
    let read = async { file?.take(ANSWER_MAX).read_to_end(&mut answer).await };
    if let Err(error) = read.await {
        tracing::warn!(%error, "ACME challenge file not readable; see listen.acme_webroot");
        return None;
    }
    Some(answer)
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
