//! What is in the log, and what never is.

use std::io::Write;
use std::sync::{Arc, Mutex};

use postern::telemetry::subscriber;
use postern_config::LogFormat;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tracing::instrument::WithSubscriber;
use tracing_subscriber::fmt::MakeWriter;

use super::raw::{SlowBackend, answer, ask, get, rest, status, tcp};
use super::running::{MASTER, Running, config};
use super::websockets::switch;

/// Collects what is written.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Write::write(&mut *self.0.lock().unwrap(), bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Page {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Everything that a gateway logs at `level` while it is asked these things.
async fn logged(level: &str, format: LogFormat, lines: &[(&str, &[&str])]) -> String {
    let ask_all = async |running: &Running| {
        for (line, headers) in lines {
            status(&ask(running.address(), line, headers).await);
        }
    };
    logged_while(level, format, ask_all).await
}

/// What a gateway with a public route logs while this is done with it.
async fn logged_while(level: &str, format: LogFormat, done: impl AsyncFnOnce(&Running)) -> String {
    logged_with(level, format, "route = [{ path = '/open', access = 'public' }]", done).await
}

/// What a gateway with these lines of configuration logs while this is done with it.
pub(crate) async fn logged_with(
    level: &str,
    format: LogFormat,
    lines: &str,
    done: impl AsyncFnOnce(&Running),
) -> String {
    let page = Page::default();
    let state = tempfile::TempDir::new().unwrap();
    let mut log = config(&state, "", "").log;
    (log.level, log.format) = (level.to_owned(), format);
    let _guard = tracing::subscriber::set_default(subscriber(&log, page.clone()));
    async {
        let running = Running::start(lines, "").await;
        done(&running).await;
        running.gateway.stop().await;
    }
    .with_current_subscriber()
    .await;
    page.text()
}

#[tokio::test]
async fn a_request_is_one_line_of_listed_fields() {
    let agent = ["Host: localhost:8080", "User-Agent: browser"];
    let text = logged("info", LogFormat::Json, &[("GET /postern/sign-in?rd=/x", &agent)]).await;
    let line = text.lines().find(|line| line.contains("postern::request")).unwrap_or_else(|| panic!("{text}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    let mut names: Vec<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "client.address",
            "duration_ms",
            "face",
            "http.method",
            "http.path",
            "http.status",
            "level",
            "message",
            "request.id",
            "target",
            "timestamp"
        ]
    );
    assert_eq!(line["http.path"], "/postern/sign-in");
    assert_eq!(line["http.status"], 200);
}

#[tokio::test]
async fn a_refusal_says_why_with_a_code_that_the_client_was_told() {
    let host = "Host: localhost:8080";
    let lines: &[(&str, &[&str])] = &[
        ("GET /page", &[host]),
        ("GET /page", &[host, "Sec-Fetch-Mode: navigate"]),
        ("GET /a/../b", &[host]),
        ("GET /postern/auth/nginx", &[host]),
        ("GET /postern/nothing", &[host]),
        ("GET /postern/api/session", &[host]),
    ];
    let text = logged("info", LogFormat::Json, lines).await;
    let told: Vec<_> = text
        .lines()
        .filter(|line| line.contains("postern::request"))
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|line| (line["http.status"].as_u64().unwrap(), line["reason"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [
        (401, "SIGN_IN_REQUIRED"),
        (302, "SIGN_IN_REQUIRED"),
        (400, "AMBIGUOUS_PATH"),
        (403, "UNTRUSTED_PEER"),
        (404, "NOT_FOUND"),
        (401, "SIGN_IN_REQUIRED"),
    ];
    assert_eq!(told, expected.map(|(status, reason)| (status, reason.to_owned())));
}

#[tokio::test]
async fn every_line_of_a_request_carries_the_identifier_that_its_client_was_told() {
    for format in [LogFormat::Json, LogFormat::Text] {
        let mut told = String::new();
        let text = logged_while("info", format, async |running| {
            let answer = ask(running.address(), "GET /postern/auth/nginx", &["Host: localhost:8080"]).await;
            let line = answer.lines().find_map(|line| line.strip_prefix("x-request-id: "));
            told = line.unwrap_or_else(|| panic!("{answer}")).to_owned();
        })
        .await;
        // The warning of the untrusted proxy, and the access log.
        let lines: Vec<_> = text.lines().filter(|line| line.contains(&told)).collect();
        assert_eq!((told.len(), lines.len()), (16, 2), "{text}");
        assert!(lines.iter().all(|line| line.matches("request.id").count() == 1), "{text}");
        if format == LogFormat::Json {
            let ids = lines.iter().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
            assert!(ids.map(|line| line["request.id"].clone()).all(|id| id == told.as_str()), "{text}");
        }
    }
}

#[tokio::test]
async fn a_check_logs_the_host_and_path_that_it_was_about() {
    let text = logged_with("info", LogFormat::Json, "trusted_proxies = ['127.0.0.1']\n", async |running| {
        let headers = ["Host: x", "X-Original-URL: http://localhost:8080/asked/about?q=1", "X-Original-Method: GET"];
        assert_eq!(status(&ask(running.address(), "GET /postern/auth/nginx", &headers).await), 401);
    })
    .await;
    let line = text.lines().find(|line| line.contains("postern::request")).unwrap_or_else(|| panic!("{text}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["check.host"], "localhost:8080", "{line}");
    assert_eq!(line["check.path"], "/asked/about");
    assert!(line["duration_ms"].to_string().split('.').nth(1).is_none_or(|decimals| decimals.len() <= 3), "{line}");
}

#[tokio::test]
async fn the_line_about_the_end_of_a_websocket_carries_the_identifier_of_its_request() {
    let backend = SlowBackend::start().await;
    let lines = format!(
        "upstream = [{{ name = 'app', url = '{}' }}]\nroute = [{{ path = '/open/*', access = 'public' }}]",
        backend.url
    );
    let text = logged_with("debug", LogFormat::Json, &lines, async |running| {
        let mut client = tcp(running.address()).await;
        let handshake = "GET /open/ws HTTP/1.1\r\nHost: localhost:8080\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        client.write_all(handshake.as_bytes()).await.unwrap();
        let (_, server) = switch(&backend).await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", head.escape_ascii());
        client.shutdown().await.unwrap();
        drop(server);
        rest(&mut client).await;
    })
    .await;
    let id = |part: &str| {
        let line = text.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}: {text}"));
        serde_json::from_str::<serde_json::Value>(line).unwrap()["request.id"].as_str().map(str::to_owned)
    };
    assert!(id("/open/ws").is_some(), "{text}");
    assert_eq!(id("WebSocket closed"), id("/open/ws"), "{text}");
}

#[tokio::test]
async fn a_request_with_a_session_says_whose_it_is() {
    let mut cookie = String::new();
    let text = logged_while("info", LogFormat::Json, async |running| {
        cookie = format!("Cookie: postern={}", running.sign_in("ada@example.com").await);
        for headers in [&["Host: localhost:8080", &cookie][..], &["Host: localhost:8080"]] {
            // The second factor is missing.
            assert_eq!(status(&ask(running.address(), "GET /page", headers).await), 401);
        }
    })
    .await;
    let lines = text.lines().filter(|line| line.contains("postern::request"));
    let users: Vec<_> = lines
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|line| line.get("user.id").map(|user| user.as_str().unwrap().len()))
        .collect();
    assert_eq!(users, [Some("00000000-0000-0000-0000-000000000000".len()), None], "{text}");
    assert!(!text.contains(cookie.rsplit('=').next().unwrap()), "{text}");
}

#[tokio::test]
async fn canaries_in_every_part_of_a_request_are_never_logged() {
    let token = "canaryTokencanaryTokencanaryTokencanaryToken";
    let cookie = format!("Cookie: postern={token}; other=canary");
    let headers: &[&str] = &[
        "Host: localhost:8080",
        &cookie,
        "Authorization: Bearer canary",
        "X-Auth-User: canary",
        "Referer: http://localhost/?canary",
    ];
    let body: &[&str] =
        &["Host: localhost:8080", "Origin: http://localhost:8080", "Content-Type: text/canary", "Content-Length: 0"];
    let lines: &[(&str, &[&str])] = &[
        ("GET /postern/sign-in?rd=/canary", headers),
        ("GET /postern/callback?code=canary&state=canary&error=canary", headers),
        ("GET /anything?canary=canary", headers),
        ("POST /postern/verify", body),
        ("GET /postern/auth/nginx?canary", headers),
    ];
    for format in [LogFormat::Text, LogFormat::Json] {
        let text = logged("trace", format, lines).await;
        assert!(text.contains("/postern/callback"), "{text}");
        for secret in ["canary", MASTER] {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None);
        }
    }
}

#[test]
fn control_characters_are_escaped_in_text_lines() {
    let page = Page::default();
    let state = tempfile::TempDir::new().unwrap();
    let log = config(&state, "", "").log;
    tracing::subscriber::with_default(subscriber(&log, page.clone()), || {
        let name = "a\u{1b}[31m\r\nforged line";
        tracing::info!(name, shown = %name, "message\nin two lines");
    });
    let text = page.text();
    assert_eq!(text.matches('\n').count(), 1, "{text}");
    assert!(!text.contains('\u{1b}') && text.contains("\\u{1b}[31m\\r\\nforged"), "{text}");
}

/// The lines of a log that contain this.
fn lines_with<'t>(text: &'t str, part: &str) -> Vec<&'t str> {
    text.lines().filter(|line| line.contains(part)).collect()
}

#[tokio::test]
async fn a_response_that_the_upstream_breaks_off_is_told_and_counted_and_one_that_the_client_leaves_is_not() {
    let backend = SlowBackend::start().await;
    let lines = format!(
        "route = [{{ path = '/open', access = 'public' }}]\nupstream = [{{ name = 'shop', url = '{}' }}]",
        backend.url
    );
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let broken = [
        (format!("{chunked}zz\r\nok\r\n0\r\n\r\n"), "invalid chunk in the response body"),
        (format!("{chunked}5\r\nok"), "connection closed within the response body"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok".to_owned(), "connection closed within the response body"),
    ];
    let count = async |running: &Running| {
        let metrics = get(running.management(), "/metrics").await;
        let line = metrics.lines().find(|line| line.starts_with("postern_upstream_broken_responses_total"));
        line.unwrap_or_default().to_owned()
    };
    let text = logged_with("info", LogFormat::Text, &lines, async |running| {
        let request = "GET /open HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
        for (answer, _) in &broken {
            let mut client = tcp(running.address()).await;
            client.write_all(request.as_bytes()).await.unwrap();
            let (_, mut upstream) = backend.next().await;
            upstream.write_all(answer.as_bytes()).await.unwrap();
            drop(upstream);
            assert_eq!(status(&rest(&mut client).await), 200);
        }
        // A client that hangs up: the gateway closes the upstream's connection, whose end is awaited here.
        let mut client = tcp(running.address()).await;
        client.write_all(request.as_bytes()).await.unwrap();
        let (_, mut upstream) = backend.next().await;
        upstream.write_all(broken[2].0.as_bytes()).await.unwrap();
        assert!(client.read(&mut [0; 4096]).await.unwrap() > 0);
        drop(client);
        let _closed = upstream.read(&mut [0; 16]).await;
        // A response without a fault.
        let mut client = tcp(running.address()).await;
        client.write_all(request.replace("Host", "Connection: close\r\nHost").as_bytes()).await.unwrap();
        let (_, upstream) = backend.next().await;
        answer(upstream, "whole").await;
        assert!(rest(&mut client).await.ends_with("whole"));
        assert_eq!(count(running).await, "postern_upstream_broken_responses_total 3");
    })
    .await;
    let told = lines_with(&text, "upstream broke its response off");
    assert_eq!(told.len(), broken.len(), "{text}");
    for (line, (_, reason)) in told.iter().zip(&broken) {
        assert!(line.contains(" WARN ") && line.contains("upstream=shop"), "{line}");
        assert!(line.contains(reason), "{line}");
        let id = line.split("request.id=").nth(1).unwrap();
        assert_eq!(lines_with(&text, id).len(), 2, "the request's line has the same identifier: {text}");
    }
}

#[tokio::test]
async fn a_request_that_the_engine_refuses_is_a_line_and_counted() {
    let cookie = format!("Cookie: canary={}", "x".repeat(33_000));
    let refused: [(&[&str], u16, &str); 4] = [
        (&["Host: localhost:8080", &cookie], 431, "request head too large"),
        (&["Host: localhost:8080", "Host: canary.example"], 400, "not exactly one Host header"),
        (
            &["Host: a", "Content-Length: 3", "Transfer-Encoding: chunked"],
            400,
            "Transfer-Encoding is not chunked alone",
        ),
        (&["Host: a", "X canary: b"], 400, "invalid byte in a header name"),
    ];
    let mut ids = Vec::new();
    let text = logged_with("info", LogFormat::Text, "", async |running| {
        for (headers, code, _) in &refused {
            let answer = ask(running.address(), "GET /canary", headers).await;
            assert_eq!(status(&answer), *code);
            let id = answer.split("x-request-id: ").nth(1).unwrap_or_else(|| panic!("{answer}"));
            ids.push(id.split('\r').next().unwrap().to_owned());
        }
        // Whoever asks there is no client.
        assert_eq!(status(&ask(running.management(), "GET /metrics", &["Host: a", "Host: b"]).await), 400);
        let metrics = get(running.management(), "/metrics").await;
        for (code, count) in [(431, 1), (400, 3)] {
            let line = format!("postern_requests_total{{face=\"refused\",status=\"{code}\"}} {count}\n");
            assert!(metrics.contains(&line), "{metrics}");
        }
    })
    .await;
    let told = lines_with(&text, "request refused");
    assert_eq!(told.len(), refused.len(), "{text}");
    for ((line, (_, code, reason)), id) in told.iter().zip(&refused).zip(&ids) {
        assert!(id.len() == 16 && line.contains(&format!("request.id={id}")), "{id}: {line}");
        for part in ["INFO", "postern::request", "peer.address=127.0.0.1", &format!("http.status={code}"), reason] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
    assert!(!text.contains("canary"), "{text}");
}
