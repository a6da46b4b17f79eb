//! The response of a check in each dialect: identity headers, or the missing step.

use super::{DIALECTS, check, check_at, trusted};
use crate::support::{Stack, route};
use postern_model::access::Access;
use postern_proxy::IdentityDialect;
use proptest::prelude::*;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn a_full_session_is_200_with_identity_in_every_dialect() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}", stack.full());
    let user = stack.store.views()[0].user.id.to_string();
    for dialect in DIALECTS {
        let answer = check(&stack, dialect, "GET", "/a?b=c", &[&cookie, "X-Auth-User: evil"]).await;
        assert_eq!((answer.status(), answer.body()), (200, ""), "{dialect}: {}", answer.0);
        assert_eq!(answer.header("x-auth-user"), Some(user.as_str()), "{dialect}");
        assert_eq!(answer.header("cache-control"), Some("private, no-store"));
        assert_eq!(
            answer.header("x-auth-gate"),
            Some("permit"),
            "{dialect}: proxies tell our yes from another program's"
        );
        assert!(!answer.0.contains("evil"));
        assert_eq!(check(&stack, dialect, "GET", "/a?b=c", &[]).await.header("x-auth-gate"), None, "{dialect}");
    }
    assert_eq!(stack.recorder.count(), 0);
}

#[tokio::test]
async fn every_name_tells_what_it_is_for_and_is_empty_where_there_is_nothing() {
    use IdentityDialect::{OAuth2Proxy, Remote, XAuth};
    for dialects in [vec![OAuth2Proxy, XAuth, Remote], vec![Remote, Remote, OAuth2Proxy], vec![XAuth]] {
        let told = |name: &str| match name.split_at(name.find('-').unwrap()) {
            ("x", rest) if rest.starts_with("-auth-request-") || rest.starts_with("-forwarded-") => OAuth2Proxy,
            ("x", _) => XAuth,
            _ => Remote,
        };
        let stack = Stack { peer: "10.0.0.9", ..Stack::new(|config| config.dialects = dialects.clone()).await };
        let cookie = format!("Cookie: {}", stack.full());
        stack.store.change(|view| view.user.full_name = None);
        let user = stack.store.views()[0].user.id.to_string();
        // The second answer comes from what the first one left.
        for _ in 0..2 {
            let answer = check(&stack, "traefik", "GET", "/a", &[&cookie]).await;
            assert_eq!(stack.send("GET /a", &[&cookie]).await.status(), 200);
            for (name, value) in [
                ("x-auth-user", user.as_str()),
                ("x-auth-email", "ada@example.com"),
                ("x-auth-name", ""),
                ("x-auth-groups", "ops,r%2Cd"),
                ("x-auth-methods", "google otp"),
                ("remote-user", &user),
                ("remote-email", "ada@example.com"),
                ("remote-name", ""),
                ("remote-groups", "ops,r%2Cd"),
                ("x-forwarded-user", &user),
                ("x-forwarded-groups", "ops,r%2Cd"),
                ("x-forwarded-preferred-username", "ada@example.com"),
                ("x-auth-request-email", "ada@example.com"),
            ] {
                let expected = dialects.contains(&told(name)).then_some(value);
                assert_eq!(answer.header(name), expected, "{name} in {dialects:?}");
                let upstream = stack.recorder.header(name);
                assert_eq!(upstream, expected.into_iter().filter(|value| !value.is_empty()).collect::<Vec<_>>());
            }
            let assertion = answer.header("x-auth-assertion").unwrap_or_default();
            assert_eq!(assertion.split('.').count() == 3, dialects.contains(&XAuth));
            assert_eq!(answer.header("cache-control"), Some("private, no-store"));
        }
    }
}

#[tokio::test]
async fn a_permit_without_identity_blanks_every_name() {
    let stack = Stack {
        peer: "10.0.0.9",
        ..Stack::new(|config| config.dialects = vec![IdentityDialect::XAuth, IdentityDialect::Remote]).await
    };
    let nameless = format!("Cookie: {}", stack.session(|view| view.user.full_name = None));
    for dialect in DIALECTS {
        let answer = check(&stack, dialect, "GET", "/public/x", &[]).await;
        assert_eq!(answer.status(), 200, "{dialect}");
        for name in ["x-auth-user", "x-auth-email", "x-auth-assertion", "remote-user", "remote-groups"] {
            assert_eq!(answer.header(name), Some(""), "{dialect} {name}");
        }
        let answer = check(&stack, dialect, "GET", "/x", &[&nameless]).await;
        assert_eq!((answer.header("x-auth-name"), answer.header("remote-name")), (Some(""), Some("")), "{dialect}");
        assert_ne!(answer.header("remote-user"), Some(""));
    }
}

#[tokio::test]
async fn a_missing_step_is_told_as_the_dialect_wants_it() {
    let stack = trusted().await;
    let pending = format!("Cookie: {}", stack.pending());
    let url = Some("https://example.com/postern/verify?rd=%2Fa%3Fb%3Dc%26d");
    for dialect in DIALECTS {
        let page = check(&stack, dialect, "GET", "/a?b=c&d", &[&pending, "Accept: text/html"]).await;
        let script = check(&stack, dialect, "GET", "/a?b=c&d", &[&pending, "Origin: http://localhost:5173"]).await;
        if dialect == "nginx" {
            assert_eq!((page.status(), page.header("x-auth-redirect")), (401, url));
            assert_eq!((script.status(), script.header("x-auth-redirect")), (401, url));
        } else {
            assert_eq!((page.status(), page.header("location")), (302, url), "{dialect}");
            assert_eq!(script.status(), 401, "{dialect}");
        }
        assert_eq!(script.json()["error"]["code"], "SECOND_FACTOR_REQUIRED");
        assert_eq!(script.json()["error"]["details"]["url"].as_str(), url);
        assert_eq!(script.header("access-control-allow-origin"), Some("http://localhost:5173"));
    }
}

#[tokio::test]
async fn a_check_of_an_address_for_passkeys_refuses_other_factors_and_says_where_to_go() {
    let stack = trusted().await;
    let [code, passkey] = [stack.full(), stack.with_passkey()].map(|cookie| format!("Cookie: {cookie}"));
    let url = Some("https://example.com/postern/verify?factor=phishing-resistant&rd=%2Fvault%2Fx");
    for dialect in DIALECTS {
        let page = check(&stack, dialect, "GET", "/vault/x", &[&code, "Accept: text/html"]).await;
        let (status, header) = if dialect == "nginx" { (401, "x-auth-redirect") } else { (302, "location") };
        assert_eq!((page.status(), page.header(header)), (status, url), "{dialect}");
        let script = check(&stack, dialect, "GET", "/vault/x", &[&code, "Origin: http://localhost:5173"]).await;
        assert_eq!((script.status(), &script.json()["error"]["code"]), (401, &"PASSKEY_REQUIRED".into()), "{dialect}");
        let allowed = check(&stack, dialect, "GET", "/vault/x", &[&passkey]).await;
        assert_eq!((allowed.status(), allowed.header("x-auth-methods")), (200, Some("google swk")), "{dialect}");
    }
}

#[tokio::test]
async fn no_session_below_full_gets_a_200_anywhere() {
    let stack = trusted().await;
    for cookie in [stack.pending(), stack.session(|view| view.user.is_active = false), "__Host-postern=x".to_owned()] {
        for dialect in DIALECTS {
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
                for path in ["/", "/api/x", "/publicx", "/fresh/x", "/closed/x"] {
                    let answer = check(&stack, dialect, method, path, &[&format!("Cookie: {cookie}")]).await;
                    assert!(matches!(answer.status(), 401 | 403), "{dialect} {method} {path}: {}", answer.0);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_cookie_that_cannot_be_believed_is_taken_back_where_the_answer_reaches_the_browser() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}x", stack.full());
    for dialect in ["traefik", "caddy", "haproxy", "envoy"] {
        let answer = check(&stack, dialect, "GET", "/x", &[&cookie]).await;
        assert_eq!(answer.status(), 401, "{dialect}");
        assert!(answer.header("set-cookie").unwrap().starts_with("__Host-postern=;"), "{dialect}");
    }
    let answer = check(&stack, "nginx", "GET", "/x", &[&cookie]).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.header("x-auth-redirect"), Some("https://example.com/postern/sign-in?rd=%2Fx"));
}

#[tokio::test]
async fn a_check_of_a_cached_session_reads_no_store_and_signs_nothing() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}", stack.full());
    let first = check(&stack, "traefik", "GET", "/x", &[&cookie]).await;
    assert_eq!(stack.faces.core.sessions().stats().loads, 1);
    for _ in 0..100 {
        let next = check(&stack, "traefik", "GET", "/x", &[&cookie]).await;
        assert_eq!(next.header("x-auth-assertion"), first.header("x-auth-assertion"));
    }
    let stats = stack.faces.core.sessions().stats();
    assert_eq!((stats.loads, stats.hits, stack.store.begun.load(Ordering::SeqCst)), (1, 100, 1));
    assert!(stack.store.written.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_assertion_is_renewed_long_before_it_expires() {
    let stack = trusted().await;
    let cookie = format!("Cookie: {}", stack.full());
    let mut issued = Vec::new();
    for _ in 0..40 {
        let answer = check(&stack, "nginx", "GET", "/x", &[&cookie]).await;
        let payload = answer.header("x-auth-assertion").unwrap().split('.').nth(1).unwrap().to_owned();
        let payload = data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        let now = postern_model::clock::Clock::now(stack.clock.as_ref()).as_secs();
        assert!(claims["exp"].as_i64().unwrap() - now >= 40, "at {now}: {claims}");
        assert!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() <= 60);
        assert_eq!(claims["aud"], "app");
        assert_eq!(claims["iss"], "https://example.com");
        assert_eq!(claims["amr"], serde_json::json!(["google", "otp"]));
        issued.push(claims["jti"].as_str().unwrap().to_owned());
        stack.clock.advance(3);
    }
    issued.dedup();
    assert!((4..=10).contains(&issued.len()), "{} assertions in two minutes", issued.len());
}

#[tokio::test]
async fn hosts_of_routes_are_served_and_come_back_by_absolute_url() {
    let stack = Stack {
        peer: "10.0.0.9",
        ..Stack::new(|config| {
            let mut app = route("/*", Access::Full);
            app.hosts = vec![postern_authn::rules::HostPattern::new("app.example.com")];
            config.rules = postern_authn::rules::Rules::new(vec![app]);
        })
        .await
    };
    let answer = check_at(&stack, "caddy", "GET", "app.example.com", "/a?b", &["Accept: text/html"]).await;
    let url = "https://example.com/postern/sign-in?rd=https%3A%2F%2Fapp.example.com%2Fa%3Fb";
    assert_eq!(answer.header("location"), Some(url));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_2xx_needs_a_full_session_or_a_public_path(
        dialect in prop::sample::select(&DIALECTS[..]),
        method in "[A-Z]{1,7}|GET|POST|OPTIONS",
        path in "/(public|closed|first|x|\\.\\.|%2e|%2f|;|//|health|#|\\?|%00|/){0,6}",
        host in "example\\.com|EXAMPLE\\.com:443|[a-z.:@]{0,12}",
        cookie in "__Host-postern=[A-Za-z0-9_=-]{0,50}|[ -~]{0,20}",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let answer = runtime.block_on(async {
            let stack = trusted().await;
            check_at(&stack, dialect, &method, &host, &path, &[&format!("Cookie: {cookie}")]).await
        });
        let public = path.starts_with("/public/") || path == "/health" || path.starts_with("/health?");
        prop_assert!(answer.status() < 500, "{}", answer.0);
        if !public {
            prop_assert!(!(200..300).contains(&answer.status()), "{method} {path}: {}", answer.0);
        }
    }
}

#[tokio::test]
async fn a_refusal_names_the_spellings_that_the_proxy_in_front_should_have_removed() {
    let stack = trusted().await;
    let sent = ["Remote_Groups: admin", "X_Auth.User: ada", "my_own: x", "Remote_Groups: ops", "Remote-User: ada"];
    for dialect in DIALECTS {
        let refused = check(&stack, dialect, "GET", "/", &sent).await;
        assert_eq!(refused.header("x-auth-aliases"), Some("remote_groups, x_auth.user"), "{dialect}");
        let clean = check(&stack, dialect, "GET", "/", &["Remote-User: ada", "my_own: x"]).await;
        assert_eq!(clean.header("x-auth-aliases"), None, "{dialect}");
    }
    let cookie = format!("Cookie: {}", stack.full());
    for session in ["read from the store", "cached"] {
        let allowed = check(&stack, "traefik", "GET", "/", &[&cookie, "Remote_Groups: admin"]).await;
        assert_eq!((allowed.status(), allowed.header("x-auth-aliases")), (200, None), "{session}");
    }
    let names = ["x_auth_", "x.auth_", "x_auth-", "x.auth.", "x_auth.", "x-auth_"];
    let many: Vec<String> =
        names.iter().flat_map(|name| ["user", "email"].map(|of| format!("{name}{of}: x"))).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let refused = check(&stack, "traefik", "GET", "/", &many).await;
    assert_eq!(refused.header("x-auth-aliases").unwrap().split(", ").count(), 8, "{}", refused.0);
}
