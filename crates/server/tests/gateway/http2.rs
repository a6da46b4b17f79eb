//! HTTP/2: the same answers as over HTTP/1.1, with limits of its own.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use postern_config::Address;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::certificates::Pair;
use super::client::{Client, get};
use super::raw::{SlowBackend, answer, ask, connect, rest, status, tcp};
use super::running::Running;

const CLEAR: &str = "[listen]\nh2c = true\nmax_streams = 8";

/// A gateway in the clear that takes HTTP/2, before a backend, with a public route.
async fn behind(sections: &str) -> (SlowBackend, Running) {
    let backend = SlowBackend::start().await;
    let lines = format!(
        "upstream = [{{ name = 'app', url = '{}' }}]\nroute = [{{ path = '/open/*', access = 'public' }}]",
        backend.url
    );
    let running = Running::start(&lines, sections).await;
    (backend, running)
}

#[tokio::test]
async fn pages_api_and_gate_answer_as_over_http1() {
    let pair = Pair::new("localhost");
    let running = Running::start_tls(&pair, "second_factor = { policy = 'per-user' }", "").await;
    let token = running.sign_in("ada@example.com").await;
    let client = Client::new(pair.connect(running.address(), &["h2"]).await.unwrap()).await;
    let page = client.get("https://localhost/postern/sign-in", &[]).await.unwrap();
    assert!(page.status == 200 && page.body.contains("<!doctype html>"), "{}", page.body);
    // A jar in crumbs is one jar, and two session cookies in it are two too many.
    let ours = format!("__Host-postern={token}");
    let session = "https://localhost/postern/api/session";
    for (crumbs, expected) in [(&["a=b", ours.as_str(), "c=d"][..], 200), (&[&ours, &ours], 401), (&["a=b"], 401)] {
        let fields: Vec<_> = crumbs.iter().map(|crumb| ("cookie", *crumb)).collect();
        assert_eq!(client.get(session, &fields).await.unwrap().status, expected, "{crumbs:?}");
    }
    let gate = client.get("https://localhost/private", &[("accept", "text/html")]).await.unwrap();
    assert_eq!(gate.status, 302);
    assert!(gate.headers["location"].to_str().unwrap().contains("/postern/sign-in"));
    assert_eq!(client.get("https://localhost/private", &[]).await.unwrap().status, 401);
}

#[tokio::test]
async fn a_check_says_the_same_of_somebody_as_over_http1() {
    let top = "trusted_proxies = ['127.0.0.1']\nsecond_factor = { policy = 'per-user' }\n\
               route = [{ path = '/open/*', access = 'public' }]";
    let running = Running::start(top, CLEAR).await;
    let cookie = format!("postern={}", running.sign_in("ada@example.com").await);
    let client = Client::new(tcp(running.address()).await).await;
    for (path, email) in [("/private", "ada@example.com"), ("/open/x", "")] {
        let fields = [("x-original-url", format!("http://localhost:8080{path}")), ("cookie", cookie.clone())];
        let fields = [("x-original-method", "GET".to_owned())].into_iter().chain(fields);
        let fields: Vec<_> = fields.filter(|(name, _)| path == "/private" || *name != "cookie").collect();
        let lines: Vec<_> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let lines: Vec<_> = ["Host: localhost:8080"].into_iter().chain(lines.iter().map(String::as_str)).collect();
        let first = ask(running.address(), "GET /postern/auth/nginx", &lines).await.to_lowercase();
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let second = client.get("http://localhost:8080/postern/auth/nginx", &pairs).await.unwrap();
        assert_eq!((status(&first), second.status.as_u16()), (200, 200), "{first}");
        assert_eq!(second.headers["x-auth-email"], email);
        assert_eq!(second.headers["cache-control"], "private, no-store");
        for (name, value) in &second.headers {
            let line = format!("\r\n{name}: {}\r\n", value.to_str().unwrap().to_lowercase());
            assert!(first.contains(&line) || name == "date", "{line} is not in {first}");
        }
        assert_eq!(second.headers.keys().filter(|name| name.as_str().starts_with("x-auth-")).count(), 8);
    }
}

#[tokio::test]
async fn requests_go_on_as_http1_with_one_host_and_one_jar() {
    let (backend, running) = behind(CLEAR).await;
    let client = Client::new(tcp(running.address()).await).await;
    let fields = [("cookie", "a=1"), ("cookie", "b=2"), ("x-auth-email", "root@example.com"), ("te", "trailers")];
    let (answered, head) = tokio::join!(client.get("http://localhost:8080/open/x?y=z", &fields), async {
        let (head, stream) = backend.next().await;
        answer(stream, "from the backend").await;
        head.to_lowercase()
    });
    assert_eq!(answered.unwrap().body, "from the backend");
    assert!(head.starts_with("get /open/x?y=z http/1.1\r\n"), "{head}");
    assert_eq!(head.matches("host: localhost:8080\r\n").count(), 2, "{head}");
    assert!(head.contains("\r\ncookie: a=1; b=2\r\n"), "{head}");
    assert!(!head.contains("x-auth-email") && head.contains("\r\nte: trailers\r\n"), "{head}");
    assert!(head.contains("x-forwarded-for: 127.0.0.1\r\n"), "{head}");
}

#[tokio::test]
async fn what_is_refused_over_http1_is_refused() {
    let (_backend, running) = behind(CLEAR).await;
    let client = Client::new(tcp(running.address()).await).await;
    let url = "http://localhost:8080/open/x";
    for (request, expected) in [
        (get(url, &[("host", "evil.example")]), 421),
        (get(url, &[("host", "localhost:8080"), ("host", "localhost:8080")]), 400),
        (get("http://evil.example/open/x", &[]), 421),
        (get("http://u@localhost:8080/open/x", &[]), 400),
        (get("ftp://localhost:8080/open/x", &[]), 400),
        (get(url, &[("x", "padded ")]), 400),
        (get(url, &[("content-length", "0"), ("content-length", "0")]), 400),
        (get("http://localhost:8080/open/../x", &[]), 400),
        (get("http://localhost:8080/open/%2e%2e/x", &[]), 400),
        (Request::builder().method(Method::TRACE).uri(url).body(()).unwrap(), 405),
        (Request::connect("localhost:8080").body(()).unwrap(), 405),
    ] {
        let told = format!("{request:?}");
        let answer = client.send(request).await.unwrap_or_else(|error| panic!("{told}: {error}"));
        assert_eq!(answer.status, expected, "{told}");
        assert!(answer.headers.contains_key("x-request-id"), "{told}");
    }
    // h2 itself resets streams with a header of a connection (RFC 9113 §8.2.2).
    let large = "x".repeat(40_000);
    assert_eq!(client.get(url, &[("x", &large)]).await.unwrap().status, 431);
    let many: Vec<_> = (0..200).map(|index| format!("x-{index}")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), "v")).collect();
    let refused = client.get(url, &many).await.unwrap();
    assert_eq!(refused.status, 431);
    assert!(refused.headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn in_the_clear_http2_is_spoken_only_where_that_is_on() {
    let off = Running::start("", "").await;
    let mut stream = connect(off.address()).await;
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    assert_eq!(status(&rest(&mut stream).await), 400);
    let on = Running::start("", CLEAR).await;
    // HTTP/1.1 goes on beside it, however it is cut, and so does what only begins like the preface.
    let mut stream = connect(on.address()).await;
    for piece in [&b"P"[..], b"ROPFIND /postern/x HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n"] {
        stream.write_all(piece).await.unwrap();
        stream.flush().await.unwrap();
    }
    assert_ne!(status(&rest(&mut stream).await), 400);
    for upgrade in ["h2c", "websocket, h2c"] {
        let settings = "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA";
        let lines = format!("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {upgrade}\r\n{settings}");
        let answer = super::raw::ask(on.address(), "GET /open/x", &["Host: localhost:8080", &lines]).await;
        assert_eq!(status(&answer), 400);
    }
}

#[tokio::test]
async fn a_client_that_resets_what_it_opens_is_cut_off_and_others_are_served() {
    let (_backend, running) = behind(CLEAR).await;
    let mut client = Client::new(tcp(running.address()).await).await;
    let mut opened = 0;
    let ended = loop {
        let Ok(mut send) = client.send.clone().ready().await else { break true };
        let Ok((_, mut body)) = send.send_request(get("http://localhost:8080/open/x", &[]), false) else { break true };
        body.send_reset(h2::Reason::CANCEL);
        opened += 1;
        if opened % 64 == 0 {
            tokio::task::yield_now().await;
        }
        if opened > 200_000 {
            break client.connection.is_finished();
        }
    };
    assert!(ended);
    let error = (&mut client.connection).await.unwrap().unwrap_err();
    assert!(error.reason() == Some(h2::Reason::ENHANCE_YOUR_CALM) || error.is_io(), "{error}");
    let other = Client::new(tcp(running.address()).await).await;
    assert_eq!(other.get("http://localhost:8080/postern/jwks.json", &[]).await.unwrap().status, 200);
}

/// A connection of HTTP/2, frame by frame.
async fn frames(address: &Address) -> TcpStream {
    let mut stream = tcp(address).await;
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    stream
}

#[tokio::test]
async fn a_flood_of_continuations_ends_the_connection() {
    let running = Running::start("", CLEAR).await;
    let mut stream = frames(running.address()).await;
    // HEADERS without END_HEADERS, and then CONTINUATION without end (CVE-2024-27316).
    stream.write_all(b"\0\0\x01\x01\0\0\0\0\x01\x82").await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let flood = tokio::spawn(async move {
        let piece: Vec<u8> = b"\0\0\x03\x09\0\0\0\0\x01\0\x01a".repeat(1000);
        let mut sent = 0_usize;
        while write.write_all(&piece).await.is_ok() {
            sent += piece.len();
            assert!(sent < 64 * 1024 * 1024, "it is never enough");
        }
    });
    let mut said = Vec::new();
    let _ = read.read_to_end(&mut said).await;
    flood.await.unwrap();
}

#[tokio::test]
async fn a_head_that_trickles_and_a_silent_connection_are_closed() {
    let running = Running::start("", "[listen]\nh2c = true\nheader_timeout = '300ms'\nidle_timeout = '300ms'").await;
    let mut slow = frames(running.address()).await;
    slow.write_all(b"\0\0\x01\x01\0\0\0\0\x01\x82").await.unwrap();
    let idle = Client::new(tcp(running.address()).await).await;
    assert_eq!(idle.get("http://localhost:8080/postern/jwks.json", &[]).await.unwrap().status, 200);
    let mut said = Vec::new();
    let closed = async {
        let _ = slow.read_to_end(&mut said).await;
        idle.connection.await.unwrap()
    };
    // An idle connection is told so with GOAWAY and ends without an error.
    tokio::time::timeout(Duration::from_secs(20), closed).await.unwrap().unwrap();
    let goaway = said.windows(4).any(|head| head[3] == 7);
    assert!(goaway, "{said:?}");
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_is_closed() {
    let (backend, running) = behind("[listen]\nh2c = true\nbody_timeout = '300ms'").await;
    let client = Client::new(tcp(running.address()).await).await;
    let mut send = client.send.clone().ready().await.unwrap();
    let (response, _) = send.send_request(get("http://localhost:8080/open/x", &[]), true).unwrap();
    let (_, stream) = backend.next().await;
    let large = "x".repeat(1024 * 1024);
    let feeding = tokio::spawn(async move { answer(stream, &large).await });
    // The head comes; of the body no more than the window allows, since no capacity is given back.
    let mut body = response.await.unwrap().into_body();
    let first: Bytes = body.data().await.unwrap().unwrap();
    assert!(!first.is_empty());
    let (_sender, ended) = (client.send, client.connection);
    let _closed = tokio::time::timeout(Duration::from_secs(20), ended).await.unwrap().unwrap();
    feeding.abort();
}

#[tokio::test]
async fn stopping_says_goaway_and_lets_requests_finish() {
    let (backend, running) = behind(CLEAR).await;
    let client = Client::new(tcp(running.address()).await).await;
    let sender = client.send.clone();
    let under_way = tokio::spawn(async move { client.get("http://localhost:8080/open/x", &[]).await });
    let (_, stream) = backend.next().await;
    let stopping = tokio::spawn(running.gateway.stop());
    // The stop is noticed before the answer comes: no further request is taken.
    let refused = async {
        loop {
            let Ok(mut send) = sender.clone().ready().await else { break };
            if send.send_request(get("http://localhost:8080/postern/jwks.json", &[]), true).is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), refused).await.unwrap();
    answer(stream, "late").await;
    assert_eq!(under_way.await.unwrap().unwrap().body, "late");
    stopping.await.unwrap();
}
