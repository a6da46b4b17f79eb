//! The endpoints of other gateways, over the whole stack.

use std::time::Duration;

use crate::support::{Answer, Stack, route};
use http::Method;
use postern_authn::rules::{HostPattern, Networks, Route, Rules};
use postern_model::access::Access;
use postern_proxy::{Compat, CoreConfig, IdentityDialect, LegacyBridge, OAuth2ProxyCompat, TargetSource};
use proptest::prelude::*;

fn compat(target: TargetSource) -> Compat {
    Compat { oauth2_proxy: Some(OAuth2ProxyCompat { prefix: "/oauth2".to_owned(), target }), authelia: true }
}

/// A stack whose peer is a trusted proxy and that answers everybody's endpoints.
async fn stack(target: TargetSource, change: impl FnOnce(&mut CoreConfig)) -> Stack {
    let stack = Stack::new(|config| {
        config.compat = compat(target);
        change(config);
    });
    Stack { peer: "10.0.0.9", ..stack.await }
}

async fn strict() -> Stack {
    stack(TargetSource::Strict, |_| ()).await
}

const TRAEFIK: [&str; 5] = [
    "X-Forwarded-Method: GET",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: example.com",
    "X-Forwarded-For: 198.51.100.7",
    "Host: gateway.internal",
];

/// Asks as Traefik does.
async fn traefik(stack: &Stack, address: &str, uri: &str, headers: &[&str]) -> Answer {
    let uri = format!("X-Forwarded-Uri: {uri}");
    let all: Vec<&str> = TRAEFIK.iter().copied().chain([uri.as_str()]).chain(headers.iter().copied()).collect();
    stack.send(&format!("GET {address}"), &all).await
}

/// Asks as oauth2-proxy's nginx snippet does.
async fn nginx(stack: &Stack, query: &str, uri: &str, headers: &[&str]) -> Answer {
    let uri = format!("X-Forwarded-Uri: {uri}");
    let own = ["Host: example.com", "X-Real-IP: 198.51.100.7", uri.as_str()];
    let all: Vec<&str> = own.iter().copied().chain(headers.iter().copied()).collect();
    stack.send(&format!("GET /oauth2/auth{query}"), &all).await
}

/// oauth2-proxy's documented nginx snippet sets no `X-Forwarded-For`, so that a client's own arrives.
#[tokio::test]
async fn with_strict_a_client_s_word_about_its_address_opens_nothing() {
    for (target, status) in [(TargetSource::Strict, 403), (TargetSource::Forwarded, 202)] {
        let stack = stack(target, |config| {
            let inside = Networks::new(vec!["10.1.0.0/16".parse().unwrap()]);
            let admin = Route { networks: inside, ..route("/admin/*", Access::Full) };
            config.rules = Rules::new(vec![admin, route("/admin/*", Access::Deny)]);
        });
        let stack = stack.await;
        let cookie = format!("Cookie: {}", stack.full());
        let told = ["X-Forwarded-Method: GET", "X-Forwarded-Proto: https", "X-Forwarded-Host: example.com"];
        let all: Vec<&str> = told.iter().copied().chain(["X-Forwarded-For: 10.1.2.3", &cookie]).collect();
        let answer = nginx(&stack, "", "/admin/x", &all).await;
        assert_eq!(answer.status(), status, "{target:?}: {}", answer.0);
    }
}

/// The method is not told, so that a rule for some methods neither opens the others nor is passed by.
#[tokio::test]
async fn with_strict_a_rule_for_some_methods_speaks_for_no_other() {
    let stack = stack(TargetSource::Strict, |config| {
        let closed = |path, method| Route { methods: vec![method], ..route(path, Access::Deny) };
        let open = Route { methods: vec![Method::GET, Method::PUT], ..route("/mixed/*", Access::Full) };
        let rest = route("/mixed/*", Access::Deny);
        config.rules = Rules::new(vec![open, rest, closed("/d/*", Method::DELETE), closed("/g/*", Method::GET)]);
    });
    let stack = stack.await;
    let cookie = format!("Cookie: {}", stack.full());
    for (uri, status) in [("/mixed/x", 403), ("/d/x", 403), ("/g/x", 403), ("/else", 202)] {
        assert_eq!(nginx(&stack, "", uri, &[&cookie]).await.status(), status, "{uri}");
    }
}

/// Traefik's `errors` middleware shows the body of this answer to somebody whom the check denied.
#[tokio::test]
async fn a_person_who_has_done_every_step_is_not_led_on_for_ever() {
    let stack = strict().await;
    let (full, pending) = (format!("Cookie: {}", stack.full()), format!("Cookie: {}", stack.pending()));
    for (cookie, leads) in [(full.as_str(), false), (pending.as_str(), true), ("X: y", true)] {
        let answer = stack.send("GET /oauth2/sign_in?rd=/closed", &["Host: example.com", cookie]).await;
        assert_eq!((answer.status(), answer.header("location").is_some()), (302, true));
        assert_eq!(answer.body().contains("http-equiv=\"refresh\""), leads, "{}", answer.0);
    }
}

/// A proxy that checks the gateway's own pages would send people from the sign-in page to the sign-in page.
#[tokio::test]
async fn a_check_about_the_sign_in_page_itself_leads_nowhere() {
    let stack = stack(TargetSource::Forwarded, |_| ()).await;
    for page in ["/postern/sign-in", "/postern/verify?rd=/x", "/postern"] {
        let answer = traefik(&stack, "/postern/auth/caddy", page, &["Accept: text/html"]).await;
        assert_eq!((answer.status(), answer.header("location")), (403, None), "{page}: {}", answer.0);
    }
    assert_eq!(traefik(&stack, "/postern/auth/caddy", "/posternx", &["Accept: text/html"]).await.status(), 302);
}

#[tokio::test]
async fn nothing_is_answered_unless_it_is_switched_on() {
    let stack = Stack { peer: "10.0.0.9", ..Stack::plain().await };
    let cookie = format!("Cookie: {}", stack.full());
    for path in ["/oauth2/auth", "/oauth2/userinfo", "/api/verify", "/api/authz/auth-request", "/api/authz/ext-authz/x"]
    {
        assert_eq!(stack.send(&format!("GET {path}"), &[&cookie]).await.status(), 200, "{path}");
        assert_eq!(stack.send(&format!("GET {path}"), &[]).await.status(), 401, "{path}");
    }
    assert_eq!(stack.recorder.count(), 5, "the paths are the backend's");
}

#[tokio::test]
async fn what_is_switched_on_is_not_forwarded_and_the_rest_is() {
    let stack = strict().await;
    let cookie = format!("Cookie: {}", stack.full());
    for path in ["/oauth2/auth", "/oauth2/x", "/oauth2/", "/oauth2/callback", "/api/verify", "/api/authz/ext-authz/x"] {
        let answer = stack.send(&format!("GET {path}"), &[&cookie]).await;
        assert!(answer.status() != 200, "{path}: {}", answer.0);
    }
    assert_eq!(stack.recorder.count(), 0);
    for path in ["/oauth2", "/oauth2x/auth", "/api/authz", "/api/verify/", "/api/authz/ext-authz", "/", "/OAUTH2/auth"]
    {
        assert_eq!(stack.send(&format!("GET {path}"), &[&cookie]).await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn a_full_session_is_202_with_the_names_of_oauth2_proxy_and_nothing_signed() {
    for target in [TargetSource::Strict, TargetSource::Forwarded] {
        let stack = stack(target, |config| config.dialects = vec![IdentityDialect::XAuth]).await;
        let cookie = format!("Cookie: {}", stack.full());
        let user = stack.store.views()[0].user.id.to_string();
        let answer = traefik(&stack, "/oauth2/auth", "/a?b", &[&cookie, "X-Auth-Request-User: evil"]).await;
        assert_eq!(answer.status(), 202, "{}", answer.0);
        assert_eq!(answer.header("x-auth-request-user"), Some(user.as_str()));
        assert_eq!(answer.header("x-auth-request-email"), Some("ada@example.com"));
        assert_eq!(answer.header("x-auth-request-preferred-username"), Some("ada@example.com"));
        assert_eq!(answer.header("x-auth-request-groups"), Some("ops,r%2Cd"));
        for absent in ["x-auth-assertion", "x-auth-user", "x-auth-request-access-token", "authorization", "set-cookie"]
        {
            assert_eq!(answer.header(absent), None, "{absent}");
        }
        assert!(!answer.0.contains("evil"));
    }
}

#[tokio::test]
async fn below_full_is_401_without_redirect_at_auth_and_with_one_at_the_root() {
    let stack = stack(TargetSource::Strict, |config| config.upstreams.clear()).await;
    let pending = format!("Cookie: {}", stack.pending());
    for (cookie, page) in [("X: y", "sign-in"), (pending.as_str(), "verify")] {
        let auth = traefik(&stack, "/oauth2/auth", "/a?b", &[cookie, "Accept: text/html"]).await;
        assert_eq!((auth.status(), auth.header("location")), (401, None));
        let root = traefik(&stack, "/", "/a?b", &[cookie, "Accept: text/html"]).await;
        let url = format!("https://example.com/postern/{page}?rd=%2Fa%3Fb");
        assert_eq!((root.status(), root.header("location")), (302, Some(url.as_str())));
        assert_eq!(traefik(&stack, "/", "/a?b", &[cookie]).await.status(), 401, "a script is not redirected");
    }
    let cookie = format!("Cookie: {}", stack.full());
    assert_eq!(traefik(&stack, "/", "/a?b", &[&cookie]).await.status(), 202);
}

#[tokio::test]
async fn writes_of_foreign_pages_are_denied() {
    let evil = ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"];
    let link = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"];
    for target in [TargetSource::Strict, TargetSource::Forwarded] {
        let stack = stack(target, |config| config.compat.authelia = true).await;
        let cookie = format!("Cookie: {}", stack.full());
        let post: Vec<String> = TRAEFIK.iter().map(|line| line.replace("Method: GET", "Method: POST")).collect();
        for path in ["/oauth2/auth", "/api/authz/forward-auth", "/api/verify"] {
            let mut headers: Vec<&str> = post.iter().map(String::as_str).collect();
            headers.extend(["X-Forwarded-Uri: /x", cookie.as_str()]);
            assert!(stack.send(&format!("GET {path}"), &headers).await.status() < 300, "{path}");
            headers.extend(evil);
            let answer = stack.send(&format!("GET {path}"), &headers).await;
            assert_eq!(
                (answer.status(), answer.json()["error"]["code"].as_str()),
                (403, Some("FOREIGN_ORIGIN")),
                "{path}"
            );
            // A link on a page of another site leads here without harm, even where the method is not told.
            let answer = traefik(&stack, path, "/x", &[&cookie, link[0], link[1]]).await;
            assert!(answer.status() < 300, "{path}: {}", answer.0);
        }
    }
}

#[tokio::test]
async fn methods_that_servers_read_differently_are_refused() {
    let stack = stack(TargetSource::Forwarded, |config| config.compat.authelia = true).await;
    let cookie = format!("Cookie: {}", stack.full());
    for method in ["delete", "Trace", "CONNECT"] {
        let told: Vec<String> =
            TRAEFIK.iter().map(|line| line.replace("Method: GET", &format!("Method: {method}"))).collect();
        for path in ["/oauth2/auth", "/api/authz/forward-auth", "/api/verify"] {
            let mut headers: Vec<&str> = told.iter().map(String::as_str).collect();
            headers.extend(["X-Forwarded-Uri: /x", cookie.as_str()]);
            assert_eq!(stack.send(&format!("GET {path}"), &headers).await.status(), 403, "{path} {method}");
        }
    }
    assert_eq!(stack.send("get /oauth2/sign_in", &[]).await.status(), 405);
}

#[tokio::test]
async fn strangers_are_refused_whatever_they_send() {
    let stack = Stack { peer: "192.0.2.1", ..strict().await };
    let cookie = format!("Cookie: {}", stack.full());
    let original = ["X-Original-URL: https://example.com/x", "X-Original-Method: GET"];
    for path in ["/oauth2/auth", "/api/authz/forward-auth", "/api/verify", "/api/authz/ext-authz//x"] {
        let answer = traefik(&stack, path, "/x", &[&cookie]).await;
        assert_eq!(answer.status(), 403, "{path}: {}", answer.0);
        assert_eq!(answer.json()["error"]["code"], "UNTRUSTED_PEER");
    }
    let answer = stack.send("GET /api/authz/auth-request", &[original[0], original[1], &cookie]).await;
    assert_eq!(answer.json()["error"]["code"], "UNTRUSTED_PEER");
}

/// The routes of the stack, and one by method.
fn rules() -> Rules {
    let mut writes = route("/notes", Access::Fresh(Duration::from_secs(300)));
    writes.methods = vec![Method::POST];
    Rules::new(vec![
        route("/public/*", Access::Public),
        route("/first/*", Access::FirstFactor),
        route("/closed/*", Access::Deny),
        route("/fresh/*", Access::Fresh(Duration::from_secs(300))),
        writes,
    ])
}

#[tokio::test]
async fn where_a_client_may_have_told_the_target_no_door_opens() {
    let stack = stack(TargetSource::Strict, |config| config.rules = rules()).await;
    let pending = format!("Cookie: {}", stack.pending());
    let forged = ["X-Forwarded-Method: OPTIONS", "Origin: http://localhost:5173", "Access-Control-Request-Method: PUT"];
    for cookie in ["X: y", pending.as_str()] {
        for uri in ["/public/x", "/first/x", "/x"] {
            assert_eq!(nginx(&stack, "", uri, &[cookie]).await.status(), 401, "{uri}");
            let headers: Vec<&str> = forged.iter().copied().chain([cookie]).collect();
            assert_eq!(nginx(&stack, "", uri, &headers).await.status(), 401, "{uri}, a forged preflight");
        }
    }
    let full = format!("Cookie: {}", stack.full());
    stack.clock.advance(301);
    for (uri, status) in [("/x", 202), ("/public/x", 202), ("/closed/x", 403), ("/fresh/x", 401), ("/notes", 401)] {
        assert_eq!(nginx(&stack, "", uri, &[&full]).await.status(), status, "{uri}");
        for also in ["X-Original-URI: /x", "X-Original-URL: https://example.com/x", "X-Forwarded-Uri: /x"] {
            let answer = nginx(&stack, "", uri, &[&full, also]).await.status();
            assert!(answer == 403 || (uri == "/x" && answer == 202), "{uri} with {also}: {answer}");
        }
        assert!(nginx(&stack, "", uri, &[&full, "X-Forwarded-Host: evil.com"]).await.status() == 403, "{uri}");
    }
}

#[tokio::test]
async fn without_a_path_only_the_default_rule_can_hold() {
    let headers = |cookie: &str| vec!["Host: example.com".to_owned(), format!("Cookie: {cookie}")];
    for (rules, legacy, status) in [
        (Rules::new(vec![route("/public/*", Access::Public)]), false, 202),
        (Rules::new(vec![route("/closed/*", Access::Deny)]), false, 403),
        (Rules::new(vec![route("/fresh/*", Access::SecondFactor)]), false, 403),
        (Rules::new(Vec::new()), true, 403),
    ] {
        let stack = stack(TargetSource::Strict, |config| {
            config.rules = rules;
            config.legacy = legacy.then(|| LegacyBridge::new(None));
        })
        .await;
        let (full, pending) = (headers(&stack.full()), headers(&stack.pending()));
        let send = async |headers: &[String]| {
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            stack.send("GET /oauth2/auth", &headers).await.status()
        };
        assert_eq!(send(&full).await, status);
        assert_eq!(send(&pending).await, if status == 202 { 401 } else { 403 });
    }
}

#[tokio::test]
async fn a_host_by_its_rules_is_held_to_them_whichever_header_names_it() {
    let stack = stack(TargetSource::Strict, |config| {
        let mut vault = route("/*", Access::Deny);
        vault.hosts = vec![HostPattern::new("vault.example.com")];
        config.rules = Rules::new(vec![vault]);
    })
    .await;
    let full = format!("Cookie: {}", stack.full());
    for (host, forwarded, status) in [
        ("example.com", None, 202),
        ("vault.example.com", None, 403),
        ("vault.example.com", Some("example.com"), 403),
        ("example.com", Some("vault.example.com"), 403),
        ("gateway.internal", Some("example.com"), 202),
        ("gateway.internal", None, 403),
    ] {
        let host = format!("Host: {host}");
        let forwarded = forwarded.map(|host| format!("X-Forwarded-Host: {host}"));
        let mut headers = vec![host.as_str(), full.as_str(), "X-Forwarded-Uri: /x"];
        headers.extend(forwarded.as_deref());
        assert_eq!(stack.send("GET /oauth2/auth", &headers).await.status(), status, "{headers:?}");
    }
}

#[tokio::test]
async fn with_headers_that_the_proxy_always_sets_the_rules_hold_as_they_are() {
    let full = |stack: &Stack| format!("Cookie: {}", stack.full());
    let forwarded = stack(TargetSource::Forwarded, |_| ()).await;
    let original = stack(TargetSource::OriginalUrl, |_| ()).await;
    for (path, anybody, signed_in) in [("/public/x", 202, 202), ("/x", 401, 202), ("/closed/x", 403, 403)] {
        assert_eq!(traefik(&forwarded, "/oauth2/auth", path, &[]).await.status(), anybody, "{path}");
        assert_eq!(traefik(&forwarded, "/oauth2/auth", path, &[&full(&forwarded)]).await.status(), signed_in, "{path}");
        let url = format!("X-Original-URL: https://example.com{path}");
        let headers = ["X-Original-Method: GET", url.as_str()];
        assert_eq!(original.send("GET /oauth2/auth", &headers).await.status(), anybody, "{path}");
        let cookie = full(&original);
        let headers = ["X-Original-Method: GET", url.as_str(), &cookie];
        assert_eq!(original.send("GET /oauth2/auth", &headers).await.status(), signed_in, "{path}");
        assert_eq!(original.send("GET /oauth2/auth", &headers[1..]).await.status(), 403, "{path} without a method");
    }
    assert_eq!(traefik(&forwarded, "/oauth2/auth?allowed_groups=ops", "/public/x", &[]).await.status(), 401);
}

#[tokio::test]
async fn the_query_can_only_take_away() {
    let stack = strict().await;
    let (full, pending) = (format!("Cookie: {}", stack.full()), format!("Cookie: {}", stack.pending()));
    let user = stack.store.views()[0].user.id.to_string();
    for (query, status) in [
        ("?allowed_groups=ops", 202),
        ("?allowed_groups=dev,ops", 202),
        ("?allowed_groups=dev", 403),
        ("?allowed_groups=", 403),
        ("?allowed_emails=ADA@example.com", 202),
        ("?allowed_emails=eve@example.com", 403),
        ("?allowed_email_domains=example.com", 202),
        ("?allowed_email_domains=example.org", 403),
        ("?allowed_groups=ops&allowed_emails=eve@example.com", 403),
        ("?allowed_groups=ops&allowed_emails=eve@example.com&require_all_matches=false", 202),
        ("?allowed_groups=dev&allowed_emails=eve@example.com&require_all_matches=false", 403),
        ("?constraints_required=true", 403),
        ("?constraints_required=true&allowed_groups=ops", 202),
        ("?allowed_group=ops", 403),
        ("?other=1", 202),
    ] {
        assert_eq!(nginx(&stack, query, "/x", &[&full]).await.status(), status, "{query}");
        let waiting = nginx(&stack, query, "/x", &[&pending]).await.status();
        assert!(matches!(waiting, 401 | 403), "{query}");
    }
    let known = format!("?allowed_users={user}");
    let statuses = [
        nginx(&stack, &known, "/x", &[&full]).await.status(),
        nginx(&stack, "?allowed_users=x", "/x", &[&full]).await.status(),
    ];
    assert!(statuses.contains(&403));
}

#[tokio::test]
async fn sign_in_and_sign_out_lead_to_our_pages_and_back() {
    let stack = strict().await;
    let page = |page: &str, rd: &str| format!("https://example.com/postern/{page}{rd}");
    for (line, ours) in [("start", "sign-in"), ("sign_in", "sign-in"), ("sign_out", "sign-out")] {
        for (rd, back) in [
            ("?rd=%2Fa%3Fb%3Dc", "?rd=%2Fa%3Fb%3Dc"),
            ("?rd=https://example.com/a?b=c", "?rd=%2Fa%3Fb%3Dc"),
            ("", ""),
            ("?rd=https://evil.com/", ""),
            ("?rd=//evil.com", ""),
            ("?rd=/%5Cevil.com", ""),
            ("?rd=https://example.com@evil.com", ""),
            ("?rd=javascript:alert(1)", ""),
            ("?rd=/%09/evil.com", ""),
            ("?rd=/oauth2/sign_in", ""),
            ("?rd=/postern/sign-in", ""),
            ("?rd=/x&rd=https://evil.com", "?rd=%2Fx"),
        ] {
            let answer = stack.send(&format!("GET /oauth2/{line}{rd}"), &[]).await;
            let url = page(ours, back);
            assert_eq!((answer.status(), answer.header("location")), (302, Some(url.as_str())), "{line}{rd}");
            assert!(!answer.0.contains("evil"), "{line}{rd}");
        }
    }
    let hinted = stack.send("GET /oauth2/sign_in", &["X-Auth-Request-Redirect: /a?b"]).await;
    assert_eq!(hinted.header("location"), Some(page("sign-in", "?rd=%2Fa%3Fb").as_str()));
    let stranger = Stack { peer: "192.0.2.1", ..strict().await };
    let hinted = stranger.send("GET /oauth2/sign_in", &["X-Auth-Request-Redirect: /a?b"]).await;
    assert_eq!(hinted.header("location"), Some(page("sign-in", "").as_str()), "a stranger is not believed");
    assert_eq!(stack.send("GET /oauth2/sign_in", &["Host: evil.com"]).await.status(), 421);
}

#[tokio::test]
async fn user_info_is_for_those_who_have_done_every_step() {
    let stack = Stack { peer: "192.0.2.1", ..strict().await };
    let (full, pending) = (format!("Cookie: {}", stack.full()), format!("Cookie: {}", stack.pending()));
    let answer = stack.send("GET /oauth2/userinfo", &[&full, "Origin: http://localhost:5173"]).await;
    assert_eq!((answer.status(), answer.json()["email"].as_str()), (200, Some("ada@example.com")));
    assert_eq!(answer.json()["groups"], serde_json::json!(["ops", "r,d"]));
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:5173"));
    let foreign = stack.send("GET /oauth2/userinfo", &[&full, "Origin: https://evil.com"]).await;
    assert_eq!(foreign.header("access-control-allow-origin"), None);
    for cookie in [pending.as_str(), "X: y"] {
        assert_eq!(stack.send("GET /oauth2/userinfo", &[cookie]).await.status(), 401);
    }
}

#[tokio::test]
async fn authelia_s_endpoints_tell_remote_names_whatever_the_dialects() {
    let stack = strict().await;
    let cookie = format!("Cookie: {}", stack.full());
    let user = stack.store.views()[0].user.id.to_string();
    let original = ["X-Original-URL: https://example.com/a?b", "X-Original-Method: GET", &cookie];
    let answers = [
        stack.send("GET /api/authz/auth-request", &original).await,
        stack.send("GET /api/verify", &original).await,
        traefik(&stack, "/api/authz/forward-auth", "/a?b", &[&cookie]).await,
        traefik(&stack, "/api/verify?rd=https://auth.example.com/", "/a?b", &[&cookie]).await,
        stack.send("GET /api/authz/ext-authz//a?b", &[&cookie]).await,
    ];
    for answer in answers {
        assert_eq!(answer.status(), 200, "{}", answer.0);
        assert_eq!(answer.header("remote-user"), Some(user.as_str()));
        assert_eq!(answer.header("remote-email"), Some("ada@example.com"));
        assert_eq!(answer.header("remote-name"), Some("Ada Lovelace"));
        assert_eq!(answer.header("remote-groups"), Some("ops,r%2Cd"));
        assert_eq!(answer.header("x-auth-assertion"), None);
    }
    let public = traefik(&stack, "/api/authz/forward-auth", "/public/x", &[]).await;
    assert_eq!((public.status(), public.header("remote-user")), (200, Some("")), "blank, so that it overwrites");
}

#[tokio::test]
async fn authelia_s_manners() {
    let stack = strict().await;
    let pending = format!("Cookie: {}", stack.pending());
    let url = Some("https://example.com/postern/verify?rd=%2Fa%3Fb%3Dc%26d");
    let page = [pending.as_str(), "Accept: text/html"];
    let original = |method: &str| {
        [format!("X-Original-Method: {method}"), "X-Original-URL: https://example.com/a?b=c&d".to_owned()]
    };
    for method in ["GET", "POST"] {
        let own = original(method);
        let headers = [own[0].as_str(), own[1].as_str(), page[0], page[1]];
        let nginx = stack.send("GET /api/authz/auth-request", &headers).await;
        assert_eq!((nginx.status(), nginx.header("location")), (401, url));
        assert_eq!(stack.send("GET /api/verify", &headers).await.status(), 401);
        assert_eq!(stack.send("GET /api/verify?rd=https%3A%2F%2Fevil.com", &headers).await.header("location"), url);
    }
    for (method, status) in [("GET", 302), ("HEAD", 302), ("OPTIONS", 302), ("POST", 303), ("DELETE", 303)] {
        let told = format!("X-Forwarded-Method: {method}");
        let own = [told.as_str(), TRAEFIK[1], TRAEFIK[2], "X-Forwarded-Uri: /a?b=c&d"];
        let send = async |also: &[&str]| {
            let headers: Vec<&str> =
                own.iter().copied().chain([pending.as_str()]).chain(also.iter().copied()).collect();
            stack.send("GET /api/authz/forward-auth", &headers).await
        };
        let person = send(&["Accept: text/html"]).await;
        assert_eq!((person.status(), person.header("location")), (status, url), "{method}");
        for script in [&["Accept: */*"][..], &["Accept: text/html", "X-Requested-With: XMLHttpRequest"], &[]] {
            let script = send(script).await;
            assert_eq!((script.status(), script.header("location")), (401, url), "{method}");
            assert_eq!(script.json()["error"]["code"], "SECOND_FACTOR_REQUIRED");
        }
    }
}

#[tokio::test]
async fn the_legacy_endpoint_believes_two_ways_of_telling_only_where_they_agree() {
    let stack = strict().await;
    let sound = [
        "X-Original-URL: https://example.com/x",
        "X-Original-Method: GET",
        "X-Forwarded-Uri: /x",
        "X-Forwarded-Method: GET",
        "X-Forwarded-Host: example.com",
        "X-Forwarded-Proto: https",
    ];
    let cookie = format!("Cookie: {}", stack.full());
    let with = |index: usize, header: &'static str| {
        let mut headers = sound.to_vec();
        headers[index] = header;
        headers
    };
    let send = async |headers: &[&str]| {
        let headers: Vec<&str> = headers.iter().copied().chain([cookie.as_str()]).collect();
        stack.send("GET /api/verify", &headers).await.status()
    };
    assert_eq!(send(&sound).await, 200);
    for forged in [
        with(0, "X-Original-URL: https://example.com/public/x"),
        with(1, "X-Original-Method: OPTIONS"),
        with(2, "X-Forwarded-Uri: /public/x"),
        with(3, "X-Forwarded-Method: OPTIONS"),
        with(0, "X-Original-URL: /x"),
        sound[..3].to_vec(),
        sound[1..].to_vec(),
    ] {
        assert_eq!(send(&forged).await, 403, "{forged:?}");
    }
    assert_eq!(send(&sound[..2]).await, 200);
    assert_eq!(send(&sound[2..]).await, 200);
    assert_eq!(send(&[&sound[..1], &sound[2..]].concat()).await, 200);
}

#[tokio::test]
async fn envoy_s_prefix_ends_in_a_slash() {
    let stack = strict().await;
    let cookie = format!("Cookie: {}", stack.full());
    for (path, status) in [("//x", 200), ("//public/x", 200), ("/x", 403), ("/public/x", 403), ("/", 403)] {
        let answer = stack.send(&format!("GET /api/authz/ext-authz{path}"), &[&cookie]).await;
        assert_eq!(answer.status(), status, "{path}");
    }
    assert_eq!(stack.send("GET /api/authz/ext-authz//public/x", &[]).await.status(), 200);
    assert_eq!(stack.send("GET /api/authz/ext-authz///public/x", &[]).await.status(), 403, "not what is forwarded");
}

#[tokio::test]
async fn nothing_of_netpilot_s_withheld_paths_passes_here_either() {
    let stack = stack(TargetSource::Forwarded, |config| config.legacy = Some(LegacyBridge::new(None))).await;
    let cookie = format!("Cookie: {}", stack.full());
    for path in ["/dev/create-session", "/DEV", "/dev;x/y", "/api/2fa/verify", "/a%2fb", "/public/../x"] {
        for address in ["/oauth2/auth", "/api/authz/forward-auth", "/api/verify"] {
            assert_eq!(traefik(&stack, address, path, &[&cookie]).await.status(), 403, "{address} {path}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_2xx_needs_a_full_session_or_a_public_path_that_a_proxy_told(
        address in prop::sample::select(vec!["/oauth2/auth", "/", "/api/verify", "/api/verify?rd=x", "/api/authz/forward-auth",
            "/api/authz/auth-request", "/api/authz/ext-authz//x", "/oauth2/userinfo", "/oauth2/start"]),
        strict in any::<bool>(),
        headers in prop::collection::vec((
            prop::sample::select(vec!["X-Forwarded-Uri", "X-Forwarded-Host", "X-Forwarded-Method", "X-Forwarded-Proto",
                "X-Original-URL", "X-Original-URI", "X-Original-Method", "Cookie", "Accept", "Origin"]),
            "/public/x|/x|/public/../x|example\\.com|https://example\\.com/(public/)?x|GET|OPTIONS|https|text/html|[ -~]{0,16}",
        ), 0..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let target = if strict { TargetSource::Strict } else { TargetSource::Forwarded };
        let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let answer = runtime.block_on(async { stack(target, |_| ()).await.send(&format!("GET {address}"), &lines).await });
        let public = headers.iter().any(|(_, value)| value.starts_with("/public/x") || value.ends_with("/public/x"));
        prop_assert!(answer.status() < 500, "{}", answer.0);
        if !public || (strict && address.starts_with("/oauth2")) {
            prop_assert!(!(200..300).contains(&answer.status()), "{address} {lines:?}: {}", answer.0);
        }
    }
}
