//! The listener that sends browsers to https, and answers challenges.

use tempfile::TempDir;

use super::certificates::Pair;
use super::raw::{ask, connect, rest, status};
use super::running::{Running, config_at, start_config};

/// At https://localhost:8443, with more hosts.
async fn running(lines: &str) -> Running {
    let state = TempDir::new().unwrap();
    let lines = format!(
        "listen.redirect = '127.0.0.1:0'\nupstream = [{{ name = 'app', url = 'http://127.0.0.1:9' }}]\nroute = [{{ path = \
         '/*', host = 'app.example.com', access = 'full' }}, {{ path = '/*', host = '*.apps.example.com', access = 'full' \
         }}]\n{lines}"
    );
    let config = config_at("https://localhost:8443", &state, &lines, &Pair::new("localhost").write(state.path()));
    let gateway = start_config(config).await.unwrap_or_else(|error| panic!("{error}"));
    Running { gateway, state }
}

/// Status and location.
async fn asked(running: &Running, line: &str, host: &str) -> (u16, Option<String>) {
    let answer = ask(running.gateway.redirect().unwrap(), line, &[&format!("Host: {host}")]).await;
    assert!(!answer.to_lowercase().contains("strict-transport-security"), "of no use in the clear: {answer}");
    assert!(status(&answer) == 400 || answer.contains("referrer-policy: no-referrer"), "{answer}");
    let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).map(str::to_owned);
    (status(&answer), location)
}

#[tokio::test]
async fn requests_for_served_hosts_are_sent_to_https_with_path_and_query() {
    let running = running("").await;
    for (line, host, location) in [
        ("GET /a/b?c=d&e=%20", "localhost", "https://localhost:8443/a/b?c=d&e=%20"),
        ("GET /", "LOCALHOST.:80", "https://localhost:8443/"),
        ("POST /x", "localhost:8443", "https://localhost:8443/x"),
        ("HEAD /", "app.example.com", "https://app.example.com/"),
        ("GET /", "team.apps.example.com:8080", "https://team.apps.example.com/"),
        ("GET //evil.example/x", "localhost", "https://localhost:8443//evil.example/x"),
        ("GET /@evil.example", "localhost", "https://localhost:8443/@evil.example"),
        ("GET /.well-known/acme-challenge/abc", "localhost", "https://localhost:8443/.well-known/acme-challenge/abc"),
    ] {
        assert_eq!(asked(&running, line, host).await, (308, Some(location.to_owned())), "{line} of {host}");
    }
}

#[tokio::test]
async fn it_sends_nobody_anywhere_else() {
    let running = running("").await;
    for host in ["evil.example", "localhost.evil.example", "apps.example.com", "a.b.apps.example.com", "127.0.0.1"] {
        assert_eq!(asked(&running, "GET /", host).await, (421, None), "{host}");
    }
    for host in ["", "localhost@evil.example", "evil.example/", "localhost evil.example"] {
        let (status, location) = asked(&running, "GET /", host).await;
        assert!(matches!(status, 400 | 421) && location.is_none(), "{host}: {status}");
    }
    for line in ["GET http://evil.example/", "GET http://localhost@evil.example/", "OPTIONS *"] {
        let (status, location) = asked(&running, line, "localhost").await;
        assert!(matches!(status, 400 | 421) && location.is_none(), "{line}: {status}");
    }
    let two = ["Host: localhost", "Host: evil.example"];
    assert_eq!(status(&ask(running.gateway.redirect().unwrap(), "GET /", &two).await), 400);
    // Nothing else is served in the clear.
    for path in ["/postern/sign-in", "/postern/jwks.json", "/healthz"] {
        assert_eq!(asked(&running, &format!("GET {path}"), "localhost").await.0, 308, "{path}");
    }
}

#[tokio::test]
async fn challenges_are_answered_from_the_webroot_and_nothing_else_is_read() {
    let webroot = TempDir::new().unwrap();
    let running = running(&format!("listen.acme_webroot = '{}'", webroot.path().display())).await;
    let challenges = webroot.path().join(".well-known/acme-challenge");
    let get = async |path: &str, host: &str| {
        let host = format!("Host: {host}");
        ask(running.gateway.redirect().unwrap(), &format!("GET {path}"), &[&host]).await
    };
    let token = "/.well-known/acme-challenge/LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX_-";
    assert_eq!(status(&get(token, "localhost").await), 404, "not yet");
    std::fs::create_dir_all(&challenges).unwrap();
    std::fs::write(challenges.join("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX_-"), "the answer").unwrap();
    std::fs::write(webroot.path().join("canary"), "canary").unwrap();
    std::fs::write(challenges.join("canary.txt"), "canary").unwrap();
    std::fs::write(challenges.join("large"), "canary".repeat(2000)).unwrap();
    std::fs::create_dir(challenges.join("folder")).unwrap();
    std::os::unix::fs::symlink(webroot.path().join("canary"), challenges.join("link")).unwrap();
    // Authorities ask for every name of a certificate, also those that no route has.
    for host in ["localhost", "www.example.com"] {
        let answer = get(token, host).await;
        assert!(status(&answer) == 200 && answer.ends_with("\r\n\r\nthe answer"), "{answer}");
    }
    for name in [
        "",
        "../../canary",
        "..%2f..%2fcanary",
        "%2e%2e/%2e%2e/canary",
        "canary.txt",
        "canary%00",
        "large",
        "folder",
        "link",
        "folder/",
        "/canary",
        "./link",
        "a\\b",
    ] {
        let answer = get(&format!("/.well-known/acme-challenge/{name}"), "localhost").await;
        assert!(matches!(status(&answer), 400 | 404) && !answer.contains("canary"), "{name}: {answer}");
    }
    let long = format!("/.well-known/acme-challenge/{}", "a".repeat(300));
    assert_eq!(status(&get(&long, "localhost").await), 404);
    let post = ask(running.gateway.redirect().unwrap(), &format!("POST {token}"), &["Host: localhost"]).await;
    assert_eq!(status(&post), 405);
}

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let running = running("listen.header_timeout = '300ms'").await;
    let mut silent = connect(running.gateway.redirect().unwrap()).await;
    let closed = tokio::time::timeout(std::time::Duration::from_secs(20), rest(&mut silent)).await;
    assert_eq!(closed.as_deref(), Ok(""));
}
