//! Authelia's endpoints.

use super::{TRAEFIK, stack, strict, traefik};
use postern_proxy::{LegacyBridge, TargetSource};

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
