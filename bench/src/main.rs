//! The limit of a check: a bare hyper server that parses the cookie, hashes the token, looks it up in a map and answers
//! the same status and headers as the gateway. It is what `bench/run` divides by.
//!
//! `postern-bench PORT HEADERS.json TOKEN`: the headers are those that the gateway answered, captured a moment before.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ring::digest::{SHA256, digest};
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Sessions = HashMap<[u8; 32], HeaderMap>;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &str| arguments.next().ok_or_else(|| anyhow!("{name} is missing"));
    let port: u16 = next("PORT")?.parse().context("PORT")?;
    let headers = read_headers(&next("HEADERS.json")?)?;
    let token = BASE64URL_NOPAD.decode(next("TOKEN")?.as_bytes()).context("TOKEN")?;
    let sessions = Arc::new(HashMap::from([(hash(&token)?, headers)]));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(serve(port, sessions))
}

async fn serve(port: u16, sessions: Arc<Sessions>) -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let sessions = Arc::clone(&sessions);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let answer = check(&sessions, &request);
                async move { Ok::<_, Infallible>(answer) }
            });
            // A client that goes away is none of this server's business.
            let _gone =
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

fn check(sessions: &Sessions, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    match session_of(request).and_then(|key| sessions.get(&key)) {
        Some(headers) => response.headers_mut().extend(headers.clone()),
        None => *response.status_mut() = StatusCode::UNAUTHORIZED,
    }
    response
}

fn session_of(request: &Request<Incoming>) -> Option<[u8; 32]> {
    let jar = request.headers().get(COOKIE)?.to_str().ok()?;
    let value = jar.split("; ").find_map(|pair| pair.strip_prefix("postern="))?;
    let mut token = [0; 33];
    let length = BASE64URL_NOPAD.decode_mut(value.as_bytes(), token.get_mut(..32)?).ok()?;
    hash(token.get(..length)?).ok()
}

fn hash(token: &[u8]) -> anyhow::Result<[u8; 32]> {
    digest(&SHA256, token).as_ref().try_into().context("SHA-256 has 32 bytes")
}

fn read_headers(path: &str) -> anyhow::Result<HeaderMap> {
    let pairs: Vec<(String, String)> = serde_json::from_slice(&std::fs::read(path)?)?;
    pairs.into_iter().map(|(name, value)| Ok((HeaderName::try_from(name)?, HeaderValue::try_from(value)?))).collect()
}
