//! A connection without a session to the reverse proxy: only requests that are public in every reading reach the
//! upstream.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, Method, StatusCode, Uri};
use postern_http::server::Connection;
use postern_http::validate::{Limits, RequestValidator};
use postern_http::{Peer, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tower::service_fn;

use crate::faces::{PUBLIC, faces, is_plain, is_preflight, runtime};
use crate::readings::all_below;

/// More bytes than any input or its response has.
const ROOM: usize = 8 * 1024 * 1024;

struct Seen {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    status: StatusCode,
}

/// Takes the bytes of one client connection.
pub fn verify(data: &[u8]) {
    // Created here, since it needs a runtime of its own.
    faces();
    let seen = runtime().block_on(converse(data));
    let mut framing = RequestValidator::new(Limits::default());
    let heads = data.iter().filter(|byte| framing.scan(std::slice::from_ref(byte)).head_end.is_some()).count();
    assert!(seen.len() <= heads, "{} requests were served, {heads} were framed", seen.len());
    for Seen { method, uri, headers, status } in seen {
        assert!(!status.is_success(), "{method} {uri}: there is nobody who could have answered so");
        if !matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT) {
            continue;
        }
        let public = all_below(uri.path(), PUBLIC);
        assert!(public || is_preflight(&method, &headers), "{method} {uri} went on to the upstream");
        assert!(is_plain(&method), "{method} went on to the upstream");
        let named = headers.get("host").and_then(|host| host.to_str().ok());
        let host = named.or(uri.authority().map(|authority| authority.as_str())).expect("a host").to_ascii_lowercase();
        let bare = host.strip_suffix(":443").unwrap_or(&host);
        assert_eq!(bare.strip_suffix('.').unwrap_or(bare), "example.com");
    }
}

/// Sends the bytes, then end of stream; returns every request that the data plane received, with its response.
async fn converse(data: &[u8]) -> Vec<Seen> {
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let (mut client, server) = duplex(ROOM);
    let peer = Peer::new(Some([192, 0, 2, 1].into()));
    let log = Arc::clone(&seen);
    let service = service_fn(move |mut received: Box<Request>| {
        let (peer, log) = (peer.clone(), Arc::clone(&log));
        async move {
            let (method, uri) = (received.method.clone(), received.uri.clone());
            let headers = received.headers.clone().into_map();
            let response = faces().reverse_proxy.handle(&mut received, &peer).await;
            let status = response.status;
            log.lock().expect("no panic before").push(Seen { method, uri, headers, status });
            Ok::<_, Infallible>(response)
        }
    });
    client.write_all(data).await.expect("room");
    client.shutdown().await.expect("an open pipe");
    let connection = Connection::new(server, (), service).half_close(true);
    let mut answer = Vec::new();
    let (_, read) = tokio::join!(connection, client.read_to_end(&mut answer));
    read.expect("an answer, and its end");
    std::mem::take(&mut *seen.lock().expect("no panic before"))
}
