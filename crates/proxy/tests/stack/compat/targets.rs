//! Targets whose parts a client may have set: the rules that then apply.

use super::{nginx, stack, traefik};
use crate::support::{Stack, route};
use http::Method;
use postern_authn::rules::{HostPattern, Networks, Route, Rules};
use postern_model::access::Access;
use postern_proxy::{LegacyBridge, TargetSource};
use proptest::prelude::*;
use std::time::Duration;

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
    // By a URL, which names its host, or by a path.
    for (url, status) in [
        ("https://example.com/x", 202),
        ("/x", 202),
        ("https://vault.example.com/x", 403),
        ("https://evil.com/x", 403),
        ("x", 403),
    ] {
        let headers = ["Host: example.com", full.as_str(), &format!("X-Original-URL: {url}")];
        assert_eq!(stack.send("GET /oauth2/auth", &headers).await.status(), status, "{url}");
    }
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
