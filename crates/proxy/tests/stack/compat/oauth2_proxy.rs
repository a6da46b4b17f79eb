//! oauth2-proxy's endpoints: responses, pages, sign-in and sign-out.

use super::{nginx, stack, strict, traefik};
use crate::support::{Stack, route};
use postern_authn::rules::{HostPattern, Route, Rules};
use postern_model::access::Access;
use postern_model::web::Site;
use postern_proxy::{IdentityDialect, TargetSource};

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
            ("?rd=/api/verify", "?rd=%2Fapi%2Fverify"),
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
    for (uri, back) in [("/a?b", "?rd=%2Fa%3Fb"), ("/oauth2/sign_in", ""), ("/oauth2/start", ""), ("/", "?rd=%2F")] {
        let told = stack.send("GET /oauth2/sign_in", &[&format!("X-Forwarded-Uri: {uri}")]).await;
        assert_eq!(told.header("location"), Some(page("sign-in", back).as_str()), "{uri}");
    }
    let stranger = Stack { peer: "192.0.2.1", ..strict().await };
    let hinted = stranger.send("GET /oauth2/sign_in", &["X-Auth-Request-Redirect: /a?b"]).await;
    assert_eq!(hinted.header("location"), Some(page("sign-in", "").as_str()), "a stranger is not believed");
    assert_eq!(stack.send("GET /oauth2/sign_in", &["Host: evil.com"]).await.status(), 421);
}

/// Redirects between a page of this kind and the sign-in page would not end.
#[tokio::test]
async fn at_another_host_a_path_is_one_of_that_host_and_no_page_leads_back_to_itself() {
    let other = "https://other.example.com";
    let stack = stack(TargetSource::Strict, |config| {
        let hosts = vec![other.parse().unwrap()];
        config.site = Site::new("https://example.com".parse().unwrap(), "/postern", hosts, None);
        let at_other = vec![HostPattern::new("other.example.com")];
        config.rules = Rules::new(vec![Route { hosts: at_other, ..route("/*", Access::Full) }]);
    })
    .await;
    let theirs = "?rd=https%3A%2F%2Fother.example.com%2Fa";
    for (host, rd, back) in [
        ("example.com", "/a", "?rd=%2Fa"),
        ("example.com", "https://other.example.com/a", theirs),
        ("other.example.com", "/a", theirs),
        ("other.example.com", "https://other.example.com/a", theirs),
        ("other.example.com", "https://example.com/a", "?rd=%2Fa"),
        ("other.example.com", "//evil.com/a", ""),
        ("other.example.com", "a", ""),
        ("example.com", "/oauth2/sign_in", ""),
        ("example.com", "https://other.example.com/oauth2/sign_in", ""),
        ("other.example.com", "/oauth2/sign_in", ""),
        ("other.example.com", "/oauth2/start?x=y", ""),
        ("other.example.com", "https://other.example.com/oauth2/sign_in?x=y", ""),
        ("other.example.com", "https://example.com/oauth2/sign_out", ""),
    ] {
        let url = format!("https://example.com/postern/sign-in{back}");
        let host = format!("Host: {host}");
        for (line, header) in [
            (format!("GET /oauth2/sign_in?rd={rd}"), "X: y".to_owned()),
            ("GET /oauth2/sign_in".to_owned(), format!("X-Auth-Request-Redirect: {rd}")),
            ("GET /oauth2/sign_in".to_owned(), format!("X-Forwarded-Uri: {rd}")),
        ] {
            let answer = stack.send(&line, &[&host, &header]).await;
            assert_eq!(answer.header("location"), Some(url.as_str()), "{host} {line} {header}");
        }
    }
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
