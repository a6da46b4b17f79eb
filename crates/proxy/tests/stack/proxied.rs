//! The reverse proxy, over the whole stack.

use crate::support::{Stack, route};
use postern_authn::rules::{Route, Rules};
use postern_model::access::Access;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_proxy::UpstreamAddress;
use postern_proxy::{IdentityDialect, LegacyBridge};

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

#[tokio::test]
async fn a_full_session_is_forwarded_with_its_identity_and_every_byte_of_the_target() {
    let stack = Stack::plain().await;
    let cookie = stack.full();
    let answer = stack.send("GET /a%20b;c//d?e=%2f&f=../g", &[&format!("Cookie: x=1; {cookie}")]).await;
    assert_eq!((answer.status(), answer.body()), (200, "ok"));
    assert_eq!(answer.header("cache-control"), Some("private"));
    assert_eq!(answer.header("vary"), Some("Cookie"));
    let user = stack.store.views()[0].user.id.to_string();
    assert!(
        stack.recorder.last().starts_with("GET /a%20b;c//d?e=%2f&f=../g HTTP/1.1\r\n"),
        "{}",
        stack.recorder.last()
    );
    for (name, value) in [
        ("host", "example.com"),
        ("cookie", "x=1"),
        ("x-auth-user", &user),
        ("x-auth-email", "ada@example.com"),
        ("x-auth-name", "Ada Lovelace"),
        ("x-auth-groups", "ops,r%2Cd"),
        ("x-auth-methods", "google otp"),
        ("x-auth-time", "1767225600"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "example.com"),
    ] {
        assert_eq!(stack.recorder.header(name), [value], "{name}");
    }
    assert_eq!(stack.recorder.header("x-auth-assertion")[0].split('.').count(), 3);
    assert!(stack.recorder.header("connection").is_empty());
}

#[tokio::test]
async fn an_administrator_of_the_configuration_is_in_the_group_admin_and_nobody_else_is() {
    for (admins, groups) in [(["Ada@Example.com"], "admin,ops,r%2Cd"), (["eve@example.com"], "ops,r%2Cd")] {
        let stack = Stack::new(|config| config.admins = admins.map(str::to_owned).to_vec()).await;
        let cookie = stack.full();
        stack.send("GET /x", &[&format!("Cookie: {cookie}")]).await;
        assert_eq!(stack.recorder.header("x-auth-groups"), [groups]);
    }
}

#[tokio::test]
async fn nothing_below_a_full_session_reaches_the_upstream() {
    let stack = Stack::plain().await;
    let pending = stack.pending();
    let unenrolled = stack.session(|view| {
        view.session.second_factor = None;
        view.factors.totp = false;
    });
    let disabled = stack.session(|view| view.user.is_active = false);
    let stale = stack.session(|view| view.session.second_factor.as_mut().unwrap().at = stack_before(8));
    let unknown = "__Host-postern=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    for cookie in [pending, unenrolled, disabled, stale, unknown, String::new(), "__Host-postern=rubbish".to_owned()] {
        for method in METHODS {
            for path in
                ["/", "/api/x", "/public", "/publicx", "/healthz", "/fresh/x", "/closed/x", "/Health", "/PUBLIC/x"]
            {
                let answer = stack.send(&format!("{method} {path}"), &[&format!("Cookie: {cookie}")]).await;
                assert!(matches!(answer.status(), 401 | 403), "{method} {path} {cookie}: {}", answer.0);
            }
        }
    }
    assert_eq!(stack.recorder.count(), 0);
}

fn stack_before(hours: u64) -> postern_model::clock::Timestamp {
    crate::support::START.before(std::time::Duration::from_secs(hours * 3600))
}

#[tokio::test]
async fn each_level_of_access_is_held_to() {
    let stack = Stack::plain().await;
    let (full, pending) = (stack.full(), stack.pending());
    let cookies = [String::new(), format!("Cookie: {pending}"), format!("Cookie: {full}")];
    for (path, statuses) in [
        ("/public/x", [200, 200, 200]),
        ("/first/x", [401, 200, 200]),
        ("/fresh/x", [401, 401, 200]),
        ("/x", [401, 401, 200]),
        ("/closed/x", [403, 403, 403]),
    ] {
        for (cookie, status) in cookies.iter().zip(statuses) {
            let headers: Vec<&str> = if cookie.is_empty() { vec![] } else { vec![cookie] };
            assert_eq!(stack.send(&format!("GET {path}"), &headers).await.status(), status, "{path} {cookie}");
        }
    }
    stack.clock.advance(300);
    assert_eq!(stack.send("GET /fresh/x", &[&cookies[2]]).await.status(), 401);
    assert_eq!(stack.send("GET /x", &[&cookies[2]]).await.status(), 200);
}

#[tokio::test]
async fn public_routes_carry_no_identity_and_read_no_session() {
    let stack = Stack::plain().await;
    let cookie = stack.full();
    assert_eq!(stack.send("GET /public/x", &[&format!("Cookie: {cookie}")]).await.status(), 200);
    assert!(stack.recorder.header("x-auth-user").is_empty());
    assert!(stack.recorder.header("cookie").is_empty());
    assert_eq!(stack.faces.core.sessions().stats().loads, 0);
}

#[tokio::test]
async fn programs_get_401_with_cors_and_people_a_redirect_that_keeps_the_query() {
    let stack = Stack::plain().await;
    let pending = format!("Cookie: {}", stack.pending());
    let answer = stack.send("GET /api?a=1&b=2", &[&pending, "Origin: http://localhost:5173"]).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:5173"));
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    let json = answer.json();
    assert_eq!(json["success"], false);
    assert_eq!(json["error"]["code"], "SECOND_FACTOR_REQUIRED");
    let url = "https://example.com/postern/verify?rd=%2Fapi%3Fa%3D1%26b%3D2";
    assert_eq!(json["error"]["details"]["url"], url);
    let answer = stack.send("GET /api?a=1&b=2", &[&pending, "Accept: text/html"]).await;
    assert_eq!((answer.status(), answer.header("location")), (302, Some(url)));
    let answer = stack.send("POST /api", &["Sec-Fetch-Mode: navigate"]).await;
    assert_eq!(
        (answer.status(), answer.header("location")),
        (303, Some("https://example.com/postern/sign-in?rd=%2Fapi"))
    );
    let unenrolled = stack.session(|view| {
        view.session.second_factor = None;
        view.factors.totp = false;
    });
    let json = stack.send("GET /", &[&format!("Cookie: {unenrolled}")]).await.json();
    assert_eq!(json["error"]["code"], "ENROLMENT_REQUIRED");
}

#[tokio::test]
async fn identity_of_clients_never_arrives_in_any_spelling() {
    let stack = Stack::new(|config| {
        config.dialects = vec![IdentityDialect::XAuth, IdentityDialect::Remote, IdentityDialect::OAuth2Proxy];
    })
    .await;
    let cookie = format!("Cookie: {}", stack.full());
    let mut names = Vec::new();
    for name in [
        "X-Auth-User",
        "X-Auth-Email",
        "X-Auth-Name",
        "X-Auth-Groups",
        "X-Auth-Methods",
        "X-Auth-Time",
        "X-Auth-Assertion",
        "Remote-User",
        "Remote-Email",
        "Remote-Name",
        "Remote-Groups",
        "X-Forwarded-User",
        "X-Forwarded-Email",
        "X-Forwarded-Groups",
        "X-Forwarded-Preferred-Username",
        "X-Auth-Request-User",
        "X-Auth-Request-Email",
        "X-Auth-Request-Groups",
        "X-Auth-Request-Preferred-Username",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "Forwarded",
        "X-Real-Ip",
        "X-Original-Url",
    ] {
        names.extend([name.to_owned(), name.to_lowercase(), name.to_uppercase()]);
        names.extend([name.replace('-', "_"), name.replace('-', "."), name.replacen('-', "_", 1)]);
    }
    let spoofs: Vec<String> =
        names.iter().flat_map(|name| [format!("{name}: evil-1"), format!("{name}: evil-2")]).collect();
    let nominating = format!("Connection: {}", names.join(", "));
    for path in ["/x", "/public/x"] {
        let mut headers: Vec<&str> = spoofs.iter().take(80).map(String::as_str).collect();
        headers.push(&cookie);
        assert_eq!(stack.send(&format!("GET {path}"), &headers).await.status(), 200);
        assert!(!stack.recorder.last().contains("evil"), "{}", stack.recorder.last());
        let mut headers: Vec<&str> = spoofs.iter().skip(80).step_by(4).map(String::as_str).collect();
        headers.extend([nominating.as_str(), &cookie]);
        assert_eq!(stack.send(&format!("GET {path}"), &headers).await.status(), 200);
        assert!(!stack.recorder.last().contains("evil"), "{}", stack.recorder.last());
        let expected = usize::from(path == "/x");
        for name in ["x-auth-user", "x-auth-assertion", "remote-user", "x-forwarded-user", "x-auth-request-email"] {
            assert_eq!(stack.recorder.header(name).len(), expected, "{name}");
        }
    }
}

#[tokio::test]
async fn odd_names_are_encoded_and_impossible_ones_left_out() {
    let stack = Stack::plain().await;
    let named = |name: &str| {
        let name = name.to_owned();
        format!("Cookie: {}", stack.session(move |view| view.user.full_name = Some(name)))
    };
    for (name, sent) in [
        ("Zoë 山", vec!["Zo%C3%AB %E5%B1%B1"]),
        ("100% Ada", vec!["100%25 Ada"]),
        ("Ada\r\nX-Auth-User: root", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(stack.send("GET /", &[&named(name)]).await.status(), 200);
        assert_eq!(stack.recorder.header("x-auth-name"), sent, "{name:?}");
        assert_eq!(stack.recorder.header("x-auth-user").len(), 1);
    }
}

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
async fn a_cookie_that_is_doubled_or_malformed_gets_401_and_is_taken_back() {
    let stack = Stack::plain().await;
    let cookie = stack.full();
    for header in [
        format!("Cookie: {cookie}; {cookie}"),
        format!("Cookie: {cookie}\r\nCookie: {cookie}"),
        format!("Cookie: {cookie}x"),
    ] {
        let answer = stack.send("GET /", &[&header, "Accept: text/html"]).await;
        assert_eq!(answer.status(), 401, "{}", answer.0);
        assert!(answer.header("set-cookie").unwrap().starts_with("__Host-postern=;"));
    }
    assert_eq!(stack.recorder.count(), 0);
}

#[tokio::test]
async fn writes_of_foreign_pages_are_refused() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    for (headers, status) in [
        (vec!["Origin: https://example.com"], 200),
        (vec!["Origin: https://example.com", "Sec-Fetch-Site: same-origin"], 200),
        (vec!["Origin: http://localhost:5173", "Sec-Fetch-Site: cross-site"], 200),
        (vec![], 200),
        (vec!["Sec-Fetch-Site: none"], 200),
        (vec!["Sec-Fetch-Site: cross-site"], 403),
        (vec!["Sec-Fetch-Site: same-site"], 403),
        (vec!["Origin: null"], 403),
        (vec!["Origin: https://evil.com"], 403),
        (vec!["Origin: https://example.com", "Origin: https://example.com"], 403),
        (vec!["Origin: https://example.com", "Sec-Fetch-Site: cross-site"], 403),
    ] {
        let mut headers = headers;
        headers.push(&cookie);
        for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
            assert_eq!(stack.send(&format!("{method} /x"), &headers).await.status(), status, "{method} {headers:?}");
        }
        assert_eq!(stack.send("GET /x", &headers).await.status(), 200);
    }
}

#[tokio::test]
async fn a_route_may_take_the_writes_of_other_sites() {
    let stack = Stack::new(|config| {
        config.rules = Rules::new(vec![Route { cross_site: true, ..route("/callback", Access::Full) }]);
    })
    .await;
    let cookie = format!("Cookie: {}", stack.full());
    let foreign = ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site", &cookie];
    assert_eq!(stack.send("POST /callback", &foreign).await.status(), 200);
    assert_eq!(stack.send("POST /x", &foreign).await.status(), 403);
    assert_eq!(stack.send("POST /callback", &foreign[..2]).await.status(), 401);
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
async fn preflights_pass_without_identity_but_not_to_closed_routes() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    let preflight = ["Origin: http://localhost:5173", "Access-Control-Request-Method: PUT", &cookie];
    assert_eq!(stack.send("OPTIONS /api/x", &preflight).await.status(), 200);
    assert!(stack.recorder.header("x-auth-user").is_empty() && stack.recorder.header("cookie").is_empty());
    assert_eq!(stack.send("OPTIONS /closed/x", &preflight).await.status(), 403);
    assert_eq!(stack.send("OPTIONS /api/x", &preflight[..1]).await.status(), 401);
    assert_eq!(stack.send("GET /api/x", &preflight[..2]).await.status(), 401);
    assert_eq!(stack.faces.core.sessions().stats().loads, 0);
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
async fn the_backend_s_cookies_pass_but_for_those_of_our_names() {
    let stack = Stack::new(|config| config.legacy = Some(LegacyBridge::new(None))).await;
    let cookie = format!("Cookie: {}", stack.full());
    stack.recorder.answer(
        "HTTP/1.1 200 OK\r\nSet-Cookie: session=backend\r\nSet-Cookie: theme=dark\r\nSet-Cookie: __Host-postern=x\r\n\
         Connection: x-hop\r\nX-Hop: 1\r\nContent-Length: 0\r\n\r\n",
    );
    let answer = stack.send("GET /", &[&cookie]).await;
    assert!(answer.0.to_lowercase().contains("set-cookie: theme=dark"));
    assert!(!answer.0.contains("backend") && !answer.0.contains("__Host-postern") && answer.header("x-hop").is_none());
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
async fn sessions_that_change_are_noticed_at_once() {
    let stack = Stack::plain().await;
    let cookie = format!("Cookie: {}", stack.full());
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 200);
    stack.store.change(|view| view.user.is_active = false);
    stack.cache.invalidate(Invalidation::User(stack.store.views()[0].user.id));
    assert_eq!(stack.send("GET /", &[&cookie]).await.status(), 401);
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

#[tokio::test]
async fn headers_that_the_deployment_names_are_removed_too() {
    let stack = Stack::new(|config| config.also_remove = vec!["x-tenant".to_owned(), "x-corp-*".to_owned()]).await;
    let cookie = format!("Cookie: {}", stack.full());
    let sent = ["X-Tenant: evil", "X-CORP-User: evil", "X-Corporate: kept", "X-Tenants: kept"];
    let headers: Vec<&str> = sent.iter().copied().chain([cookie.as_str()]).collect();
    assert_eq!(stack.send("GET /a", &headers).await.status(), 200);
    let seen = stack.recorder.last();
    assert!(!seen.contains("evil") && seen.matches("kept").count() == 2, "{seen}");
}
