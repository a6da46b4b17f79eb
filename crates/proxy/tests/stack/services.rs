//! The faces for HTTP requests as `tower` services, and the headers that all refusals carry.

use std::sync::Arc;

use crate::support::{Stack, route};
use http::Method;
use postern_authn::rules::Rules;
use postern_http::{Peer, Request, RequestBody};
use postern_model::access::Access;
use postern_proxy::{CheckRequest, CheckResponse, Compat, Dialect, FaceRequest};
use tower::ServiceExt;

fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Box<Request> {
    let mut request = http::Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Box::new(Request::from(request.body(RequestBody::default()).unwrap()))
}

fn proxy() -> Arc<Peer> {
    Arc::new(Peer::new(Some("10.0.0.9".parse().unwrap())))
}

#[tokio::test]
async fn the_faces_share_one_core() {
    let stack = Stack::new(|config| config.compat = Compat { oauth2_proxy: None, authelia: true }).await;
    let cookie = stack.full();
    let own = [("host", "example.com"), ("cookie", cookie.as_str())];
    fn call<E>(request: Box<Request>, endpoint: E) -> FaceRequest<E> {
        FaceRequest { request, peer: proxy(), endpoint }
    }

    let forwarded = stack.faces.reverse_proxy.clone().oneshot(call(request("GET", "/x", &own), ())).await.unwrap();
    assert_eq!(forwarded.response.status, 200);

    let asked = [&own[1..], &[("x-original-url", "https://example.com/x"), ("x-original-method", "GET")]].concat();
    // The session is read for the first, and cached for the second.
    for _ in 0..2 {
        let nginx = Dialect::of_path("/auth/nginx").unwrap();
        let check = call(request("GET", "/postern/auth/nginx", &asked), nginx);
        let checked = stack.faces.forward_auth.clone().oneshot(check).await.unwrap();
        assert_eq!(checked.response.status, 200);
        let authelia = stack.faces.compat.endpoint("/api/authz/auth-request").unwrap();
        let check = call(request("GET", "/api/authz/auth-request", &asked), authelia);
        assert_eq!(stack.faces.compat.clone().oneshot(check).await.unwrap().response.status, 200);
    }
    for elsewhere in ["/auth/other", "/x"] {
        assert_eq!(Dialect::of_path(elsewhere), None, "{elsewhere}");
        assert_eq!(stack.faces.compat.endpoint(elsewhere), None, "{elsewhere}");
    }

    let headers = [("cookie".parse().unwrap(), cookie.parse().unwrap())].into_iter().collect();
    let (host, path) = ("example.com".to_owned(), "/x".to_owned());
    let described = CheckRequest { method: Method::GET, host, path, headers, joined: false };
    assert!(matches!(stack.faces.ext_authz.check(&described, &proxy()).await, CheckResponse::Allowed(_)));
    assert_eq!(stack.faces.core.sessions().stats().loads, 1);
}

#[tokio::test]
async fn every_refusal_is_kept_from_caches_and_referrers_and_every_401_names_its_challenge() {
    let mut stack = Stack::new(|config| {
        config.rules = Rules::new(vec![route("/closed/*", Access::Deny), route("/*", Access::Full)]);
    })
    .await;
    let jar = format!("Cookie: other={}", "x".repeat(20_000));
    let original = ["X-Original-URL: https://example.com/x", "X-Original-Method: GET"];
    for (peer, line, headers, status) in [
        ("192.0.2.1", "GET /x", &[][..], 401),
        ("192.0.2.1", "GET /x", &["Accept: text/html"], 302),
        ("192.0.2.1", "GET /closed/x", &["Accept: text/html"], 403),
        ("192.0.2.1", "GET /a%2fb", &[], 400),
        ("192.0.2.1", "delete /x", &[], 405),
        ("192.0.2.1", "GET /x", &["Host: other.example"], 421),
        ("192.0.2.1", "GET /x", &["Host: other.example", "Accept: text/html"], 421),
        ("192.0.2.1", "GET /x", &[&jar], 401),
        ("192.0.2.1", "GET /postern/auth/nginx", &original, 403),
        ("10.0.0.9", "GET /postern/auth/nginx", &original, 401),
        ("10.0.0.9", "GET /postern/auth/nginx", &[], 403),
    ] {
        stack.peer = peer;
        let answer = stack.send(line, headers).await;
        assert_eq!(answer.status(), status, "{line}: {}", answer.0);
        assert_eq!(answer.header("cache-control"), Some("private, no-store"), "{line} {status}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{line} {status}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{line} {status}");
        let challenge = (status == 401).then_some("Session realm=\"postern\"");
        assert_eq!(answer.header("www-authenticate"), challenge, "{line} {status}");
    }
}

#[tokio::test]
async fn a_host_that_is_not_served_gets_the_address_that_is() {
    let stack = Stack::new(|_| {}).await;
    let page = stack.send("GET /x", &["Host: 127.0.0.1", "Accept: text/html"]).await;
    assert!(page.0.contains("Open https://example.com instead"), "{}", page.0);
    let script = stack.send("GET /x", &["Host: 127.0.0.1"]).await;
    assert_eq!(script.json()["error"]["details"]["url"], "https://example.com");
}

#[tokio::test]
async fn cookies_of_other_applications_that_are_too_large_are_named_and_the_session_is_kept() {
    let stack = Stack::new(|_| {}).await;
    let jar = format!("Cookie: {}; other={}", stack.full(), "x".repeat(20_000));
    let answer = stack.send("GET /x", &[&jar]).await;
    assert_eq!((answer.status(), answer.header("set-cookie")), (401, None));
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains("Delete the cookies of this site"));
}
