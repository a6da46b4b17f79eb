//! Which face answers what.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::raw::{SlowBackend, answer, ask, connect, get, status};
use super::running::Running;

#[tokio::test]
async fn two_gateways_run_side_by_side_and_know_nothing_of_one_another() {
    let (one, other) = tokio::join!(Running::start("", "[session]\ncookie = 'one'"), Running::start("", ""));
    let token = one.sign_in("ada@example.com").await;
    for (gateway, cookie, expected) in [(&one, "one", 200), (&other, "postern", 401)] {
        let headers = [&format!("Cookie: {cookie}={token}")[..], "Host: localhost:8080"];
        let answer = ask(gateway.address(), "GET /postern/api/session", &headers).await;
        assert_eq!(status(&answer), expected, "{answer}");
    }
    one.gateway.stop().await;
    assert_eq!(status(&get(other.address(), "/postern/sign-in").await), 200);
}

#[tokio::test]
async fn the_portal_answers_below_the_base_path_and_the_proxy_everything_else() {
    let backend = SlowBackend::start().await;
    let lines = format!(
        "base_path = '/gate'\nupstream = [{{ name = 'app', url = '{}' }}]\nroute = [{{ path = '/open', access = 'public' }}]",
        backend.url
    );
    let running = Running::start(&lines, "").await;
    let address = running.address();
    assert!(get(address, "/gate/sign-in").await.contains("<!doctype html>"));
    assert!(get(address, "/gate/jwks.json").await.contains("\"ES256\""));
    assert_eq!(status(&get(address, "/gate/nothing").await), 404);
    // Not the base path here, so it is the backend's, behind a sign-in.
    assert_eq!(status(&get(address, "/postern/sign-in").await), 401);
    let (open, head) = tokio::join!(get(address, "/open"), async {
        let (head, stream) = backend.next().await;
        answer(stream, "from the backend").await;
        head
    });
    assert!(open.ends_with("from the backend") && head.starts_with("GET /open HTTP/1.1"), "{open}{head}");
}

#[tokio::test]
async fn a_pair_that_signs_requests_is_published_and_a_shared_secret_is_not() {
    let secret = "n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=";
    for (algorithm, published) in [("ed25519", true), ("hmac-sha256", false)] {
        let backend = SlowBackend::start().await;
        let lines = format!(
            "upstream = [{{ name = 'app', url = '{}' }}]\nroute = [{{ path = '/open', access = 'public' }}]",
            backend.url
        );
        let section = format!("[identity]\nsignature_key = '{secret}'\nsignature_algorithm = '{algorithm}'");
        let running = Running::start(&lines, &section).await;
        let keys = get(running.address(), "/postern/jwks.json").await;
        let public = r#""x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs""#;
        assert_eq!(keys.contains(public), published, "{keys}");
        assert!(keys.contains("\"ES256\"") && !keys.contains("\"d\"") && !keys.contains(&secret[..40]), "{keys}");
        let (_, head) = tokio::join!(get(running.address(), "/open"), async {
            let (head, stream) = backend.next().await;
            answer(stream, "from the backend").await;
            head
        });
        assert!(head.to_ascii_lowercase().contains("\r\nsignature-input: postern=(\"@method\" "), "{head}");
    }
}

#[tokio::test]
async fn a_refusal_that_leaves_a_body_unread_says_that_the_connection_closes() {
    let running = Running::start("", "").await;
    let closes = async |line: &str, headers: &[&str]| {
        let mut stream = connect(running.address()).await;
        let headers = headers.join("\r\n");
        let head =
            format!("{line} HTTP/1.1\r\nHost: localhost:8080\r\nOrigin: http://localhost:8080\r\n{headers}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        }
        let answer = String::from_utf8(answer).unwrap();
        assert!((400..500).contains(&status(&answer)), "{answer}");
        answer.to_ascii_lowercase().contains("\r\nconnection: close\r\n")
    };
    assert!(closes("POST /x", &["Expect: 100-continue", "Content-Length: 5"]).await);
    assert!(closes("POST /x", &["Content-Length: 100000"]).await);
    assert!(closes("POST /x", &["Transfer-Encoding: chunked"]).await);
    assert!(closes("POST /x", &["Content-Length: 5"]).await);
    assert!(closes("POST /postern/api/2fa/verify", &["Content-Length: 20000"]).await);
    assert!(closes("POST /postern/none", &["Content-Length: 5"]).await);
    // What is no body, or came at once, is nobody's trouble.
    assert!(!closes("POST /x", &["Content-Length: 0"]).await);
    assert!(!closes("GET /x", &["Expect: 100-continue"]).await);
    assert!(!closes("POST /x", &["Content-Length: 5", "", "a=b&c"]).await);
    assert!(!closes("POST /x", &["Transfer-Encoding: chunked", "", "5\r\na=b&c\r\n0\r\n\r\n"]).await);
    assert!(!closes("POST /postern/none", &["Content-Length: 5", "", "a=b&c"]).await);
    let json = ["Content-Type: application/json", "Content-Length: 2", "", "{}"];
    assert!(!closes("POST /postern/api/2fa/verify", &json).await);
}

#[tokio::test]
async fn a_refusal_waits_for_a_small_body() {
    // Proxies made with Go break an answer off that comes before they have passed the body on.
    let running = Running::start("", "").await;
    for line in ["POST /x", "POST /postern/sign-out", "POST /postern/none", "POST /postern/auth/caddy"] {
        let mut stream = connect(running.address()).await;
        let head = format!("{line} HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 5\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(b"a=b&cGET /x HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.unwrap();
        assert_eq!(answers.matches("HTTP/1.1 4").count(), 2, "{line}: the connection serves on: {answers}");
    }
}

#[tokio::test]
async fn checks_are_answered_to_trusted_peers_only() {
    let headers = ["Host: auth.internal", "X-Original-URL: http://localhost:8080/x", "X-Original-Method: GET"];
    for (lines, expected) in [("", 403), ("trusted_proxies = ['127.0.0.1']", 401)] {
        let running = Running::start(lines, "").await;
        let answer = ask(running.address(), "GET /postern/auth/nginx", &headers).await;
        assert_eq!(status(&answer), expected, "{answer}");
    }
}

#[tokio::test]
async fn a_host_that_is_not_served_gets_no_page() {
    let running = Running::start("", "").await;
    let page = "GET /postern/sign-in";
    for host in ["evil.example", "localhost", "localhost:8080.evil.example", "LOCALHOST:8081"] {
        let answer = ask(running.address(), page, &[&format!("Host: {host}")]).await;
        assert_eq!(status(&answer), 421, "{host}: {answer}");
        assert!(!answer.contains("evil"), "{answer}");
    }
    assert_eq!(status(&ask(running.address(), page, &["Host: LocalHost:8080"]).await), 200);
    let two = ask(running.address(), page, &["Host: localhost:8080", "Host: localhost:8080"]).await;
    assert_eq!(status(&two), 400);
    let absolute = ask(running.address(), "GET http://evil.example/postern/sign-in", &["Host: localhost:8080"]).await;
    assert_eq!(status(&absolute), 421, "{absolute}");
}

#[tokio::test]
async fn management_says_whether_it_is_up_ready_and_what_it_counts() {
    let running = Running::start("", "").await;
    get(running.address(), "/postern/sign-in").await;
    let management = running.management();
    assert!(get(management, "/healthz").await.ends_with("ok\n"));
    assert!(get(management, "/readyz").await.ends_with("{\"ready\":true,\"reasons\":[],\"warnings\":[]}\n"));
    let metrics = get(management, "/metrics").await;
    assert!(metrics.contains("postern_requests_total{face=\"portal\",status=\"200\"} 1"), "{metrics}");
    assert!(metrics.contains("postern_session_loads_total 0"), "{metrics}");
    assert_eq!(status(&get(management, "/postern/sign-in").await), 404);
    assert_eq!(status(&ask(management, "POST /healthz", &["Host: x", "Content-Length: 0"]).await), 405);
}

#[tokio::test]
async fn a_store_that_lost_its_schema_is_not_ready() {
    let running = Running::start("", "").await;
    let file = running.state.path().join("postern.sqlite3");
    let damage = rusqlite::Connection::open(file).unwrap();
    damage.execute_batch("DROP TABLE user_2fa_attempts; DROP TABLE postern_schema_history;").unwrap();
    let answer = get(running.management(), "/readyz").await;
    assert_eq!(status(&answer), 503, "{answer}");
    assert!(answer.contains("run postern migrate"), "{answer}");
    assert_eq!(status(&get(running.management(), "/healthz").await), 200);
}

/// The sign-in comes from another connection, which is noticed at the next look at the file: not within the test.
const LONG: &str = "[session]\nrevocation_bound = '5m'";

#[tokio::test]
async fn a_cached_session_is_checked_without_the_store() {
    let running =
        Running::start("trusted_proxies = ['127.0.0.1']\nroute = [{ path = '/x', access = 'first-factor' }]", LONG)
            .await;
    let token = running.sign_in("ada@example.com").await;
    let cookie = format!("Cookie: postern={token}");
    let headers = ["Host: a", &cookie, "X-Original-URL: http://localhost:8080/x", "X-Original-Method: GET"];
    for _ in 0..10 {
        let answer = ask(running.address(), "GET /postern/auth/nginx", &headers).await;
        assert_eq!(status(&answer), 200, "{answer}");
        assert!(answer.contains("x-auth-email: ada@example.com"), "{answer}");
    }
    let stats = running.gateway.state().services().faces.core.sessions().stats();
    // The first look for changes of other processes may come in between; it has the session read once more.
    assert!(stats.loads <= 2 && stats.loads + stats.hits == 10, "{stats:?}");
}
