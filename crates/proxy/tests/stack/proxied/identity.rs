//! Identity headers and cookies: those of the gateway arrive, those of clients do not.

use crate::support::Stack;
use postern_proxy::{IdentityDialect, LegacyBridge};

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
async fn headers_that_the_deployment_names_are_removed_too() {
    let stack = Stack::new(|config| config.also_remove = vec!["x-tenant".to_owned(), "x-corp-*".to_owned()]).await;
    let cookie = format!("Cookie: {}", stack.full());
    let sent = ["X-Tenant: evil", "X-CORP-User: evil", "X-Corporate: kept", "X-Tenants: kept"];
    let headers: Vec<&str> = sent.iter().copied().chain([cookie.as_str()]).collect();
    assert_eq!(stack.send("GET /a", &headers).await.status(), 200);
    let seen = stack.recorder.last();
    assert!(!seen.contains("evil") && seen.matches("kept").count() == 2, "{seen}");
}
