//! The listener in the clear that sends browsers to https, and answers who proves that a host is ours.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue, LOCATION, X_CONTENT_TYPE_OPTIONS};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use postern_http::Peer;
use tokio::io::AsyncReadExt;

use crate::faces::Faces;
use crate::telemetry::Outcome;

/// For logs and metrics.
const FACE: &str = "redirect";
/// Where an authority that gives certificates looks (RFC 8555 §8.3).
const CHALLENGES: &str = "/.well-known/acme-challenge/";
/// Characters of a challenge's token, and bytes of its answer; both are far less.
const TOKEN_MAX: usize = 256;
const ANSWER_MAX: u64 = 4096;

/// Answers what comes in the clear.
pub(crate) struct Redirect {
    faces: Arc<Faces>,
    webroot: Option<PathBuf>,
}

impl Redirect {
    /// Takes what knows the hosts, and the directory that holds answers to challenges.
    pub(crate) fn new(faces: Arc<Faces>, webroot: Option<PathBuf>) -> Self {
        Self { faces, webroot }
    }

    /// A challenge's answer, or 308 to the same path and query of a host that is served.
    pub(crate) async fn answer(
        self: Arc<Self>,
        received: Box<postern_http::Request>,
        peer: Arc<Peer>,
    ) -> postern_http::Response<Full<Bytes>> {
        let started = Instant::now();
        let request = received.into_http();
        let response = match (&self.webroot, request.uri().path().strip_prefix(CHALLENGES)) {
            (Some(webroot), Some(token)) => challenge(webroot.join(&CHALLENGES[1..]), token, request.method()).await,
            _ => self.redirect(&request),
        };
        let client = peer.client(&self.faces.parts().trusted, request.headers());
        let client = client.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let line = (request.method(), request.uri().path());
        self.faces.record(FACE, line, Outcome::of(&response), started.elapsed(), client);
        response.into()
    }

    fn redirect<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        let mut named = request.headers().get_all(HOST).iter();
        let (Some(host), None) = (named.next().and_then(|host| host.to_str().ok()), named.next()) else {
            return text(StatusCode::BAD_REQUEST, "Name one host.\n");
        };
        let parts = self.faces.parts();
        let hosts = parts.faces.core.hosts();
        let (Ok(host), true) = (hosts.find_name(host), request.uri().authority().is_none()) else {
            return text(StatusCode::MISDIRECTED_REQUEST, "This host is not served here.\n");
        };
        let Some(path) = request.uri().path_and_query().filter(|path| path.as_str().starts_with('/')) else {
            return text(StatusCode::BAD_REQUEST, "Ask for a path.\n");
        };
        // Behind the authority of a host that is served, so wherever the path may point, it is there.
        let Ok(location) = HeaderValue::try_from(format!("{}{path}", host.origin())) else {
            return text(StatusCode::BAD_REQUEST, "Ask for a path.\n");
        };
        let mut response = text(StatusCode::PERMANENT_REDIRECT, "Go on over https.\n");
        response.headers_mut().insert(LOCATION, location);
        response
    }
}

/// The file of this name, for as long as the authority looks for it.
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

/// The contents of a small regular file, and no link's.
async fn read(path: PathBuf) -> Option<Vec<u8>> {
    let found = tokio::fs::symlink_metadata(&path).await.ok()?;
    if !found.is_file() || found.len() > ANSWER_MAX {
        return None;
    }
    let mut answer = Vec::new();
    let file = tokio::fs::File::open(&path).await;
    let read = async { file?.take(ANSWER_MAX).read_to_end(&mut answer).await };
    if let Err(error) = read.await {
        tracing::warn!(%error, "the answer to a challenge is there and cannot be read; see listen.acme_webroot");
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
