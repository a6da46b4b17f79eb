//! The service of the cleartext listener: redirects to https, and ACME challenges (RFC 8555 §8.3).

use std::future::ready;
use std::path::PathBuf;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{Method, Response, StatusCode};
use http_body_util::{Either as EitherBody, Full};
use postern_model::web::{Fields, Problem, text};
use postern_proxy::Rendering;
use tokio::io::AsyncReadExt;
use tower::Service;

use super::exchange::{Answered, Exchange, OutcomeFuture, Refusal, refused};

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
        let token = exchange.received.uri.path().strip_prefix(CHALLENGES).map(str::to_owned);
        let (Some(webroot), Some(token)) = (self.webroot.clone(), token) else { return redirect(exchange) };
        OutcomeFuture::boxed(async move {
            let directory = webroot.join(CHALLENGES.trim_start_matches('/'));
            let response = challenge(directory, &token, &exchange.received.method).await;
            Ok(answered(response, exchange))
        })
    }
}

/// 308 to the same path and query of a host that is served.
fn redirect(exchange: Exchange) -> OutcomeFuture {
    match location(&exchange) {
        Ok(location) => {
            let mut response = plain(StatusCode::PERMANENT_REDIRECT, "Use https.\n");
            response.headers_mut().insert(LOCATION, location);
            OutcomeFuture::Ready(ready(Ok(answered(response, exchange))))
        }
        Err((status, problem)) => refused(exchange.refuse(status, problem, Rendering::Json)),
    }
}

/// The https address of a request. It begins with the origin of a served host, so no path can lead to another one.
fn location(exchange: &Exchange) -> Result<HeaderValue, (StatusCode, Problem)> {
    let bad = |message| (StatusCode::BAD_REQUEST, Problem::new("BAD_REQUEST", message));
    let mut named = exchange.received.headers.all(HOST);
    let (Some(host), None) = (named.next().and_then(text), named.next()) else {
        return Err(bad("The request needs one Host header."));
    };
    let core = &exchange.services.faces.core;
    let uri = &exchange.received.uri;
    let (Ok(host), true) = (core.hosts().find_name(host), uri.authority().is_none()) else {
        return Err((StatusCode::MISDIRECTED_REQUEST, core.renderer().unknown_host()));
    };
    let path = uri.path_and_query().filter(|path| path.as_str().starts_with('/'));
    let location = path.and_then(|path| HeaderValue::try_from(format!("{}{path}", host.origin())).ok());
    location.ok_or_else(|| bad("The request needs a path."))
}

fn answered(response: Response<Full<Bytes>>, exchange: Exchange) -> Answered {
    Answered { response: response.map(EitherBody::Left).into(), left: exchange.received.body }
}

/// Serves a challenge file.
async fn challenge(directory: PathBuf, token: &str, method: &Method) -> Response<Full<Bytes>> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "GET only\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let fit = (1..=TOKEN_MAX).contains(&token.len()) && token.bytes().all(is_plain);
    match if fit { read(directory.join(token)).await } else { None } {
        Some(answer) => plain(StatusCode::OK, answer),
        None => plain(StatusCode::NOT_FOUND, "There is no such challenge.\n"),
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

fn plain(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
