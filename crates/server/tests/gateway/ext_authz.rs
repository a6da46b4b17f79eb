//! Envoy's questions over gRPC, with a real client on a real connection.

use std::collections::HashMap;

use envoy_types::pb::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use envoy_types::pb::envoy::config::core::v3::{HeaderMap as Lines, HeaderValue as Line, HeaderValueOption};
use envoy_types::pb::envoy::service::auth::v3::attribute_context::{HttpRequest, Request};
use envoy_types::pb::envoy::service::auth::v3::authorization_client::AuthorizationClient;
use envoy_types::pb::envoy::service::auth::v3::check_response::HttpResponse;
use envoy_types::pb::envoy::service::auth::v3::{AttributeContext, CheckRequest, DeniedHttpResponse, OkHttpResponse};
use postern_config::Address;
use tonic::transport::Channel;

use crate::running::{Running, start_config};

const TRUSTING: &str = "trusted_proxies = ['127.0.0.1']\nlisten.ext_authz = '127.0.0.1:0'";
const SECTIONS: &str = "[second_factor]\npolicy = 'per-user'\n[[route]]\npath = '/public/*'\naccess = 'public'\n\
                        [[route]]\npath = '/second/*'\naccess = 'second-factor'";

async fn client(running: &Running) -> AuthorizationClient<Channel> {
    let address = running.gateway.ext_authz().expect("it listens").to_string();
    AuthorizationClient::connect(format!("http://{address}")).await.unwrap()
}

fn described(method: &str, host: &str, path: &str, headers: &[(&str, &str)]) -> HttpRequest {
    let line = |(key, value): &(&str, &str)| Line {
        key: (*key).to_owned(),
        raw_value: value.as_bytes().to_vec(),
        ..Line::default()
    };
    HttpRequest {
        method: method.to_owned(),
        host: host.to_owned(),
        path: path.to_owned(),
        header_map: Some(Lines { headers: headers.iter().map(line).collect() }),
        ..HttpRequest::default()
    }
}

fn request(http: HttpRequest) -> CheckRequest {
    let request = Some(Request { http: Some(http), ..Request::default() });
    CheckRequest { attributes: Some(AttributeContext { request, ..AttributeContext::default() }) }
}

/// What Envoy would do.
#[derive(Debug)]
enum Outcome {
    Allowed(OkHttpResponse),
    Denied(i32, DeniedHttpResponse),
}

async fn check(client: &mut AuthorizationClient<Channel>, http: HttpRequest) -> Outcome {
    let answer = client.check(request(http)).await.expect("never a gRPC error").into_inner();
    let code = answer.status.expect("a status").code;
    match answer.http_response.expect("an answer for HTTP") {
        HttpResponse::OkResponse(ok) => {
            assert_eq!(code, 0, "google.rpc.Code.OK");
            Outcome::Allowed(ok)
        }
        HttpResponse::ErrorResponse(error) => panic!("an error, which Envoy may let pass: {error:?}"),
        HttpResponse::DeniedResponse(denied) => {
            assert_ne!(code, 0);
            let status = denied.status.as_ref().unwrap().code;
            assert!(!(200..300).contains(&status));
            Outcome::Denied(status, denied)
        }
    }
}

fn value<'h>(headers: &'h [HeaderValueOption], name: &str) -> Option<&'h str> {
    let mut found = headers.iter().filter_map(|option| option.header.as_ref()).filter(|header| header.key == name);
    let value = found.next().map(|header| header.value.as_str());
    assert!(found.next().is_none(), "{name} twice");
    value
}

impl Outcome {
    fn yes(self) -> OkHttpResponse {
        match self {
            Self::Allowed(ok) => ok,
            Self::Denied(status, denied) => panic!("{status}: {denied:?}"),
        }
    }

    fn no(self) -> (i32, DeniedHttpResponse) {
        match self {
            Self::Denied(status, denied) => (status, denied),
            Self::Allowed(ok) => panic!("{ok:?}"),
        }
    }
}

#[tokio::test]
async fn a_yes_sets_who_it_is_and_removes_what_a_client_claims_in_every_spelling() {
    let running = Running::start(TRUSTING, SECTIONS).await;
    let mut client = client(&running).await;
    let cookie = format!("a=b; postern={}; c=d", running.sign_in("ann@example.com").await);
    let claims = [
        "x-auth-user",
        "x_auth_user",
        "x.auth.user",
        "X-Auth-Groups",
        "remote-user",
        "Remote_User",
        "x-forwarded-user",
        "x-auth-request-email",
        "x-real-ip",
        "x-http-method-override",
        "signature",
    ];
    let mut headers: Vec<(&str, &str)> = claims.iter().map(|name| (*name, "root")).collect();
    headers.extend([
        ("cookie", cookie.as_str()),
        ("x-auth-user", "again"),
        ("accept", "*/*"),
        ("x-forwarded-for", "::1"),
    ]);
    let ok = check(&mut client, described("GET", "localhost:8080", "/x?y", &headers)).await.yes();
    assert_eq!(value(&ok.headers, "x-auth-email"), Some("ann@example.com"));
    assert!(value(&ok.headers, "x-auth-user").is_some_and(|user| user.len() == 36));
    assert!(value(&ok.headers, "x-auth-assertion").is_some());
    assert_eq!(value(&ok.headers, "cookie"), Some("a=b; c=d"), "the gateway's cookie stays behind");
    for option in &ok.headers {
        assert_eq!(option.append_action, i32::from(HeaderAppendAction::OverwriteIfExistsOrAdd), "{option:?}");
        assert!(!ok.headers_to_remove.contains(&option.header.as_ref().unwrap().key), "{option:?}");
    }
    let set = |name: &str| value(&ok.headers, name).is_some();
    for name in claims {
        let name = name.to_ascii_lowercase();
        assert!(ok.headers_to_remove.contains(&name) || set(&name), "{name}");
    }
    for unasked in ["remote-groups", "x-forwarded-email", "x-auth-request-user"] {
        assert!(ok.headers_to_remove.iter().any(|name| name == unasked), "{unasked} may be there untold");
    }
    for kept in ["accept", "x-forwarded-for", "host", "cookie"] {
        assert!(!ok.headers_to_remove.iter().any(|name| name == kept), "{kept}");
    }
    assert_eq!(value(&ok.response_headers_to_add, "vary"), Some("Cookie"));
}

#[tokio::test]
async fn a_public_route_is_nobody_s_and_a_last_cookie_goes_whole() {
    let running = Running::start(TRUSTING, SECTIONS).await;
    let mut client = client(&running).await;
    let cookie = format!("postern={}", running.sign_in("ann@example.com").await);
    let headers = [("cookie", cookie.as_str()), ("x-auth-user", "root")];
    let ok = check(&mut client, described("GET", "localhost:8080", "/public/x", &headers)).await.yes();
    for gone in ["x-auth-user", "x-auth-assertion", "cookie"] {
        assert!(ok.headers_to_remove.iter().any(|name| name == gone), "{gone}: {ok:?}");
        assert_eq!(value(&ok.headers, gone), None);
    }
    assert!(ok.response_headers_to_add.is_empty());
}

#[tokio::test]
async fn a_missing_step_is_a_redirect_for_people_and_401_for_programs() {
    let running = Running::start(TRUSTING, SECTIONS).await;
    let mut client = client(&running).await;
    let cookie = format!("postern={}", running.sign_in("ann@example.com").await);
    for (headers, path, page) in [
        (vec![("accept", "text/html")], "/a?b=c&d", "sign-in?rd=%2Fa%3Fb%3Dc%26d"),
        (vec![("accept", "text/html"), ("cookie", cookie.as_str())], "/second/x", "enrol?rd=%2Fsecond%2Fx"),
    ] {
        let (status, denied) = check(&mut client, described("GET", "localhost:8080", path, &headers)).await.no();
        let url = format!("http://localhost:8080/postern/{page}");
        assert_eq!((status, value(&denied.headers, "location")), (302, Some(url.as_str())));
        let (status, denied) = check(&mut client, described("GET", "localhost:8080", path, &headers[1..])).await.no();
        assert_eq!(status, 401);
        assert!(denied.body.contains(page), "{}", denied.body);
        assert_eq!(value(&denied.headers, "cache-control"), Some("private, no-store"));
    }
}

#[tokio::test]
async fn a_cookie_that_cannot_be_believed_is_taken_back() {
    let running = Running::start(TRUSTING, SECTIONS).await;
    let mut client = client(&running).await;
    let good = format!("postern={}", running.sign_in("ann@example.com").await);
    let damaged = described("GET", "localhost:8080", "/x", &[("cookie", "postern=x")]);
    let twice = described("GET", "localhost:8080", "/x", &[("cookie", good.as_str()), ("cookie", good.as_str())]);
    let joined = HttpRequest {
        headers: HashMap::from([("cookie".to_owned(), format!("a=b,{good}"))]),
        ..described("GET", "localhost:8080", "/x", &[])
    };
    for doubtful in [damaged, twice, joined] {
        let (status, denied) = check(&mut client, doubtful).await.no();
        assert_eq!(status, 401);
        assert!(value(&denied.headers, "set-cookie").is_some_and(|cookie| cookie.starts_with("postern=;")));
    }
    let plain = HttpRequest {
        headers: HashMap::from([("cookie".to_owned(), good), (":path".to_owned(), "/x".to_owned())]),
        ..described("GET", "localhost:8080", "/x", &[])
    };
    check(&mut client, plain).await.yes();
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_never_an_error() {
    let running = Running::start(TRUSTING, SECTIONS).await;
    let mut client = client(&running).await;
    let cookie = format!("postern={}", running.sign_in("ann@example.com").await);
    let headers = [("cookie", cookie.as_str())];
    for (method, host, path) in [
        ("GET", "evil.example", "/public/x"),
        ("GET", "localhost:8080,evil.example", "/public/x"),
        ("GET", "", "/public/x"),
        ("GET", "localhost:8080", ""),
        ("GET", "localhost:8080", "public/x"),
        ("GET", "localhost:8080", "/public/../x"),
        ("GET", "localhost:8080", "/public/x#y"),
        ("GET", "localhost:8080", "http://localhost:8080/public/x"),
        ("", "localhost:8080", "/public/x"),
        ("TRACE", "localhost:8080", "/public/x"),
    ] {
        assert_eq!(
            check(&mut client, described(method, host, path, &headers)).await.no().0,
            403,
            "{method} {host} {path}"
        );
    }
    let contradiction = described("GET", "localhost:8080", "/public/x", &[(":path", "/x")]);
    assert_eq!(check(&mut client, contradiction).await.no().0, 403);
    let joined = HttpRequest {
        headers: HashMap::from([(":path".to_owned(), "/x".to_owned())]),
        ..described("GET", "localhost:8080", "/public/x", &[])
    };
    assert_eq!(check(&mut client, joined).await.no().0, 403);
    let flood = vec![("a", "b"); 2000];
    assert_eq!(check(&mut client, described("GET", "localhost:8080", "/public/x", &flood)).await.no().0, 403);
    let empty = client.check(CheckRequest::default()).await.unwrap().into_inner();
    assert!(matches!(empty.http_response, Some(HttpResponse::DeniedResponse(_))));
    let huge = "x".repeat(300 * 1024);
    assert_eq!(check(&mut client, described("GET", "localhost:8080", "/public/x", &[("a", &huge)])).await.no().0, 403);
    check(&mut client, described("GET", "localhost:8080", "/public/x", &[])).await.yes();
}

#[tokio::test]
async fn headers_of_a_check_are_read_up_to_sixteen_kibibytes() {
    let running = Running::start(TRUSTING, SECTIONS).await;
    let mut client = client(&running).await;
    for (size, answered) in [(12 * 1024, true), (17 * 1024, false)] {
        let mut check = tonic::Request::new(request(described("GET", "localhost:8080", "/public/x", &[])));
        check.metadata_mut().insert("x-filler", "x".repeat(size).parse().unwrap());
        assert_eq!(client.check(check).await.is_ok(), answered, "{size}");
    }
}

#[tokio::test]
async fn a_peer_that_is_not_trusted_is_refused() {
    let running = Running::start("listen.ext_authz = '127.0.0.1:0'", SECTIONS).await;
    let mut client = client(&running).await;
    let cookie = format!("postern={}", running.sign_in("ann@example.com").await);
    for path in ["/x", "/public/x"] {
        let (status, denied) =
            check(&mut client, described("GET", "localhost:8080", path, &[("cookie", &cookie)])).await.no();
        assert_eq!(status, 403);
        assert!(denied.body.contains("UNTRUSTED_PEER"), "{}", denied.body);
    }
}

#[tokio::test]
async fn a_hundred_questions_at_once_share_a_connection() {
    let running = Running::start(TRUSTING, SECTIONS).await;
    let client = client(&running).await;
    let cookie = format!("postern={}", running.sign_in("ann@example.com").await);
    let asked: Vec<_> = (0..100)
        .map(|index| {
            let (mut client, cookie) = (client.clone(), cookie.clone());
            tokio::spawn(async move {
                let headers = [("cookie", cookie.as_str())];
                let headers = if index % 2 == 0 { &headers[..] } else { &[] };
                check(&mut client, described("GET", "localhost:8080", "/x", headers)).await
            })
        })
        .collect();
    for (index, outcome) in asked.into_iter().enumerate() {
        match outcome.await.unwrap() {
            Outcome::Allowed(_) => assert_eq!(index % 2, 0),
            Outcome::Denied(status, _) => assert_eq!((index % 2, status), (1, 401)),
        }
    }
}

#[tokio::test]
async fn it_is_off_unless_it_is_asked_for_and_has_an_address_of_its_own() {
    let running = Running::start("", "").await;
    assert!(running.gateway.ext_authz().is_none());
    let state = tempfile::TempDir::new().unwrap();
    let socket = state.path().join("authz.sock");
    let lines = format!("trusted_proxies = ['127.0.0.1']\nlisten.ext_authz = 'unix:{}'", socket.display());
    let gateway = start_config(crate::running::config(&state, &lines, "")).await.unwrap();
    assert!(matches!(gateway.ext_authz(), Some(Address::Unix(path)) if *path == socket));
    assert!(socket.exists());
    gateway.stop().await;
    assert!(!socket.exists(), "nothing is left behind");
}
