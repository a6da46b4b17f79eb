//! Ambiguous, malformed and failing messages.

use crate::support::Stack;
use postern_proxy::UpstreamAddress;

#[tokio::test]
async fn ambiguous_paths_get_400_with_a_full_session_too() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    for path in [
        "/a%2fb",
        "/a%5Cb",
        "/a\\b",
        "/a%00",
        "/../x",
        "/a/./b",
        "/%2e%2e/x",
        "/a/.%2e/b",
        "/..;/x",
        "/public/..;/x",
        "//x",
        "//evil.example/x",
        "/%70ublic/x",
        "/public%2fx",
        "/a%23",
        "/a%3fb",
        "/%c0%ae/x",
        "/a%252fb",
        "/a%",
        // Another reading is ruled otherwise: decoded, without parameters, with slashes merged.
        "/health;x",
        "/public;x/y",
        "/closed;x/y",
        "/closed//x;/y/..;/",
        "/first/;x",
    ] {
        let answer = stack.send(&format!("GET {path}"), &[&cookie]).await;
        let expected = if path == "/first/;x" { 200 } else { 400 };
        assert_eq!(answer.status(), expected, "{path}: {}", answer.0);
    }
    assert_eq!(stack.recorder.count(), 1);
}

#[tokio::test]
async fn hosts_are_held_to_the_allow_list() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    for (line, host, status) in [
        ("GET /", "Host: EXAMPLE.com.:443", 200),
        ("GET http://example.com/", "Host: example.com", 200),
        ("GET /", "Host: evil.com", 421),
        ("GET /", "Host: example.com:8443", 421),
        ("GET /", "Host: example.com@evil.com", 400),
        ("GET /", "Host: ", 400),
        ("GET http://evil.com/", "Host: example.com", 421),
        ("GET http://example.com/", "Host: evil.com", 421),
        ("GET ftp://example.com/", "Host: example.com", 400),
        ("OPTIONS *", "Host: example.com", 400),
        ("TRACE /", "Host: example.com", 405),
    ] {
        assert_eq!(stack.send(line, &[host, &cookie]).await.status(), status, "{line} {host}");
    }
    assert_eq!(stack.recorder.count(), 2);
    assert_eq!(stack.recorder.header("host"), ["example.com"]);
}

#[tokio::test]
async fn methods_that_servers_read_differently_are_refused() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    for method in ["delete", "Delete", "get", "trace", "TRACE", "G3T", "GET~", "p_t"] {
        for path in ["/x", "/public/x"] {
            let answer = stack.send(&format!("{method} {path}"), &[&cookie]).await;
            assert_eq!(answer.status(), 405, "{method}: {}", answer.0);
            assert_eq!(answer.json()["error"]["code"], "METHOD_NOT_ALLOWED");
        }
    }
    assert!(stack.send("connect /x", &[&cookie]).await.status() >= 400);
    assert_eq!(stack.recorder.count(), 0);
    assert_eq!(stack.send("BASELINE-CONTROL /x", &[&cookie]).await.status(), 200);
}

#[tokio::test]
async fn bodies_stream_through_and_trailers_without_an_identity() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    stack.send_with_body("POST /x", &[&cookie], "hello").await;
    assert!(stack.recorder.last().ends_with("\r\n\r\nhello"));
    assert_eq!(stack.recorder.header("content-length"), ["5"]);
    let chunked = format!(
        "POST /x HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\nTrailer: X-Auth-User\r\n{cookie}\r\nTransfer-Encoding: \
         chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Auth-User: evil\r\n\r\n"
    );
    assert!(stack.raw(chunked.as_bytes()).await.starts_with("HTTP/1.1 200"));
    assert!(stack.recorder.last().ends_with("5\r\nhello\r\n0\r\n\r\n"), "{}", stack.recorder.last());
    assert!(!stack.recorder.last().contains("evil"));
    let announced = chunked
        .replace("Trailer: X-Auth-User", "Trailer: X-Auth-User, Digest")
        .replace("X-Auth-User: evil", "Digest: d");
    assert!(stack.raw(announced.as_bytes()).await.starts_with("HTTP/1.1 200"));
    assert!(stack.recorder.last().ends_with("5\r\nhello\r\n0\r\ndigest: d\r\n\r\n"), "{}", stack.recorder.last());
}

#[tokio::test]
async fn smuggled_requests_never_arrive() {
    let stack = Stack::plain().await;
    let cookie = stack.full();
    let head = format!("POST /x HTTP/1.1\r\nHost: example.com\r\nCookie: {cookie}\r\n");
    for (request, requests) in [
        // CL.TE, TE.CL, TE.TE, doubled lengths.
        (format!("{head}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG"), 0),
        (format!("{head}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n"), 0),
        (format!("{head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"), 0),
        (format!("{head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), 0),
        (format!("{head}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"), 0),
        // Lines.
        (format!("{head}X: y\r\n Content-Length: 5\r\n\r\nhello"), 0),
        (format!("{head}X: y\nContent-Length: 5\r\n\r\nhello"), 0),
        (format!("{head}X: y\rContent-Length: 5\r\n\r\nhello"), 0),
        (format!("{head}Host: example.com\r\n\r\n"), 0),
        (format!("{head}Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMA\r\n\r\n"), 0),
        // A broken chunk whose head came with it.
        (format!("{head}Transfer-Encoding: chunked\r\n\r\nZ\r\n\r\n"), 0),
        (format!("{head}Transfer-Encoding: chunked\r\n\r\n1\nX\r\n0\r\n\r\n"), 0),
        // What follows a sound request is held to the same: the first goes through, the second does not.
        (format!("{head}Content-Length: 0\r\n\r\n{head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), 1),
        (format!("{head}Content-Length: 0\r\n\r\nGET /x HTTP/1.1\nHost: example.com\r\nCookie: {cookie}\r\n\r\n"), 1),
    ] {
        let before = stack.recorder.count();
        let answer = stack.raw(request.as_bytes()).await;
        assert_eq!(stack.recorder.count() - before, requests, "{request:?}");
        assert_eq!(answer.matches("HTTP/1.1 200").count(), requests, "{request:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 400").count(), 1, "{request:?}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_turns_out_broken_ends_the_exchange() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let stack = Stack::plain().await;
    let head = format!(
        "POST /x HTTP/1.1\r\nHost: example.com\r\nCookie: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
        stack.full()
    );
    let mut client = stack.connect();
    client.write_all(format!("{head}5\r\nhello\r\n").as_bytes()).await.unwrap();
    // The recorder counts a request when it is complete or broken off, so wait for the connection itself.
    client.write_all(b"Z\r\nGET /smuggled HTTP/1.1\r\nHost: example.com\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    assert!(!String::from_utf8_lossy(&answer).contains(" 200 "));
    assert!(!stack.recorder.requests().iter().any(|request| request.contains("smuggled")));
}

#[tokio::test]
async fn upstreams_that_fail_get_short_answers() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    for nonsense in
        ["rubbish\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]
    {
        stack.recorder.answer(nonsense);
        let answer = stack.send("GET /", &[&cookie]).await;
        assert_eq!(answer.status(), 502);
        assert_eq!(answer.json()["error"]["code"], "UPSTREAM_FAILED");
    }
    stack.recorder.answer("rubbish\r\n\r\n");
    let page = stack.send("GET /", &[&cookie, "Accept: text/html"]).await;
    assert_eq!(page.status(), 502);
    assert!(page.header("content-type").unwrap().starts_with("text/html") && !page.0.contains("127.0.0.1"));
    let nobody = UpstreamAddress::Tcp("127.0.0.1".to_owned(), 1);
    let gone = Stack::new(|config| config.upstreams[0].0.address = nobody).await;
    let cookie = format!("Cookie: {}", gone.full());
    assert_eq!(gone.send("POST /", &[&cookie]).await.status(), 502);
    let slow = Stack::new(|config| config.upstreams[0].0.timeout = std::time::Duration::from_millis(30)).await;
    let cookie = format!("Cookie: {}", slow.full());
    slow.recorder.answer("");
    assert_eq!(slow.send("POST /", &[&cookie]).await.status(), 504);
    assert_eq!(slow.recorder.count(), 1);
}

#[tokio::test]
async fn heads_that_are_too_large_get_431_behind_a_sound_request_too() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    let jar = format!("X-Jar: {}", "a".repeat(64 * 1024));
    assert_eq!(stack.send("GET /", &[&cookie, &jar]).await.status(), 431);
    assert_eq!(stack.send(&format!("GET /{}", "a".repeat(40_000)), &[&cookie]).await.status(), 431);
    assert_eq!(stack.recorder.count(), 0);
    let sound = format!("GET / HTTP/1.1\r\nHost: example.com\r\n{cookie}\r\n\r\n");
    let answer = stack.raw(format!("{sound}GET / HTTP/1.1\r\nHost: example.com\r\n{jar}\r\n\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("HTTP/1.1 431"), "{answer}");
    // More cookies than are looked at: no session, and none of them refused to be a browser's.
    let jar = format!("Cookie: {}", (0..200).map(|n| format!("c{n}={}; ", "v".repeat(90))).collect::<String>());
    assert_eq!(stack.send("GET /", &[&jar]).await.status(), 401);
}

#[tokio::test]
async fn calls_of_grpc_are_told_so_in_its_own_words() {
    let stack = Stack::plain().await;
    for kind in ["application/grpc", "application/grpc+proto", "application/grpc; charset=x"] {
        let answer = stack.send("POST /pkg.Service/Say", &[&format!("Content-Type: {kind}")]).await;
        assert_eq!((answer.status(), answer.body()), (401, ""), "{kind}");
        assert_eq!(answer.header("content-type"), Some("application/grpc"));
        assert_eq!(answer.header("grpc-status"), Some("16"));
        assert_eq!(answer.header("grpc-message"), Some("Sign in to continue."));
    }
    let pending = format!("Cookie: {}", stack.pending());
    let half = stack.send("POST /pkg.Service/Say", &["Content-Type: application/grpc", &pending]).await;
    assert_eq!((half.status(), half.header("grpc-status")), (401, Some("16")));
    assert_eq!(half.header("grpc-message"), Some("Verify your second factor to continue."));
    assert_eq!(stack.recorder.count(), 0);
    for kind in ["application/grpc-web", "application/json", "application/grpcx"] {
        let answer = stack.send("POST /pkg.Service/Say", &[&format!("Content-Type: {kind}")]).await;
        assert_eq!((answer.status(), answer.header("grpc-status")), (401, None), "{kind}");
        assert_eq!(answer.json()["error"]["code"], "SIGN_IN_REQUIRED", "{kind}");
    }
    let call = ["Content-Type: application/grpc".to_owned(), format!("Cookie: {}", stack.full())];
    let call = call.each_ref().map(String::as_str);
    assert_eq!(stack.send("POST /closed/x", &call).await.header("grpc-status"), Some("7"));
    stack.recorder.answer("rubbish\r\n\r\n");
    assert_eq!(stack.send("POST /x", &call).await.header("grpc-status"), Some("14"));
}
