//! Floods, slow clients, and what comes in over a Unix socket.

use postern_config::Address;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::raw::{ask, connect, get, rest, status};
use super::running::{Running, config, start_config};

#[tokio::test]
async fn one_address_may_try_only_so_often() {
    let running = Running::start(
        "trusted_proxies = ['127.0.0.1']",
        "[limits]\nrequests_per_address = '3/1h'\n[cors]\norigins = ['http://localhost:5173']",
    )
    .await;
    let post = async |client: &str| {
        let client = format!("X-Forwarded-For: {client}");
        let headers = ["Host: localhost:8080", &client, "Origin: http://localhost:8080", "Content-Length: 0"];
        ask(running.address(), "POST /postern/verify", &headers).await
    };
    for _ in 0..3 {
        assert_ne!(status(&post("192.0.2.1").await), 429);
    }
    let refused = post("192.0.2.1").await;
    assert_eq!(status(&refused), 429);
    assert!(refused.contains("retry-after: 1200") || refused.contains("retry-after: 1199"), "{refused}");
    // Where a person sees it, it is a page; the log and they call the request alike.
    assert!(refused.contains("Wait a moment") && refused.contains("<!doctype html>"), "{refused}");
    let id = refused.split("x-request-id: ").nth(1).unwrap().split("\r\n").next().unwrap();
    assert!(id.len() == 16 && refused.matches(id).count() == 2, "{refused}");
    assert_ne!(status(&post("192.0.2.2").await), 429);
    // Looking at pages is not trying.
    let page = ask(running.address(), "GET /postern/sign-in", &["Host: localhost:8080", "X-Forwarded-For: 192.0.2.1"]);
    assert_eq!(status(&page.await), 200);
    // What browsers send by themselves is not either.
    for (path, limited) in [("refresh", false), ("registration", false), ("refreshed", true)] {
        let headers = ["Host: localhost:8080", "X-Forwarded-For: 192.0.2.1", "Content-Length: 0"];
        let answer = ask(running.address(), &format!("POST /postern/device/{path}"), &headers).await;
        assert_eq!(status(&answer) == 429, limited, "{path}: {answer}");
    }
    let front_end = "Origin: http://localhost:5173";
    let api = ["Host: localhost:8080", "X-Forwarded-For: 192.0.2.1", "Content-Length: 0", front_end];
    let api = ask(running.address(), "POST /postern/api/2fa/verify", &api).await;
    assert!(status(&api) == 429 && api.contains("\"code\":\"TOO_MANY_REQUESTS\""), "{api}");
    assert!(api.contains("access-control-allow-origin: http://localhost:5173"), "{api}");
}

#[tokio::test]
async fn a_client_that_dawdles_is_cut_off_while_others_are_served() {
    let running = Running::start("", "[listen]\nheader_timeout = '300ms'").await;
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut stream = connect(running.address()).await;
        stream.write_all(b"GET /postern/sign-in HTTP/1.1\r\nHost: localh").await.unwrap();
        slow.push(stream);
    }
    assert_eq!(status(&get(running.address(), "/postern/sign-in").await), 200);
    for mut stream in slow {
        let answer = rest(&mut stream).await;
        assert!(answer.is_empty() || status(&answer) == 408, "{answer}");
    }
}

#[tokio::test]
async fn further_connections_wait_for_a_free_place() {
    let running = Running::start("", "[listen]\nmax_connections = 1").await;
    let mut first = connect(running.address()).await;
    let page = b"GET /postern/sign-in HTTP/1.1\r\nHost: localhost:8080\r\n";
    first.write_all(page).await.unwrap();
    let second = get(running.address(), "/postern/jwks.json");
    tokio::pin!(second);
    let waiting = tokio::time::timeout(std::time::Duration::from_millis(200), second.as_mut()).await;
    assert!(waiting.is_err());
    first.write_all(b"Connection: close\r\n\r\n").await.unwrap();
    assert_eq!(status(&rest(&mut first).await), 200);
    assert_eq!(status(&second.await), 200);
}

#[tokio::test]
async fn oversized_heads_and_ambiguous_framing_are_refused() {
    let running = Running::start("", "").await;
    let jar = format!("Cookie: a={}", "x".repeat(70_000));
    let answer = ask(running.address(), "GET /postern/sign-in", &["Host: localhost:8080", &jar]).await;
    assert!(matches!(status(&answer), 400 | 431), "{answer}");
    let lines: Vec<String> = (0..120).map(|number| format!("X-Line-{number}: a")).collect();
    let lines: Vec<&str> = ["Host: localhost:8080"].into_iter().chain(lines.iter().map(String::as_str)).collect();
    assert_eq!(status(&ask(running.address(), "GET /postern/sign-in", &lines[..90]).await), 200);
    assert_eq!(status(&ask(running.address(), "GET /postern/sign-in", &lines).await), 431);
    let both = ["Host: localhost:8080", "Content-Length: 3", "Transfer-Encoding: chunked"];
    assert_eq!(status(&ask(running.address(), "POST /postern/verify", &both).await), 400);
}

#[tokio::test]
async fn a_unix_socket_serves_replaces_a_dead_one_and_is_removed() {
    let state = TempDir::new().unwrap();
    let path = state.path().join("postern.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let mut config = config(&state, "", "");
    config.listen.address = Address::Unix(path.clone());
    let gateway = start_config(config).await.unwrap();
    assert_eq!(status(&get(gateway.address(), "/postern/sign-in").await), 200);
    gateway.stop().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn a_socket_of_a_living_process_is_left_alone() {
    let state = TempDir::new().unwrap();
    let path = state.path().join("postern.sock");
    let _living = tokio::net::UnixListener::bind(&path).unwrap();
    let mut config = config(&state, "", "");
    config.listen.address = Address::Unix(path.clone());
    let error = start_config(config).await.err().unwrap().to_string();
    assert!(error.contains("another process listens there"), "{error}");
}
