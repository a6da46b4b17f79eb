//! Encoded characters that routes allow, over the whole stack: proxied, and in every dialect of checks.

use postern_authn::rules::{EncodedCharacters, Networks, Route, Rules};
use postern_model::access::Access;

use crate::checks::{DIALECTS, check_at};
use crate::support::{Stack, route};

fn allowing(texts: &[&str], route: Route) -> Route {
    let encoded = texts.iter().map(|text| EncodedCharacters::parse(text).unwrap());
    Route { encoded: encoded.fold(EncodedCharacters::NONE, EncodedCharacters::union), ..route }
}

/// A registry as npm's, projects as GitLab's, files, and routes that must not be reached by another reading.
async fn stack() -> Stack {
    Stack::new(|config| {
        config.rules = Rules::new(vec![
            route("/npm/internal/*", Access::Deny),
            allowing(&["%2F"], route("/npm/*", Access::Full)),
            allowing(&["%2F"], route("/projects/{id}/issues", Access::Full)),
            allowing(&["%23", "%3F", "%3B", "%5C"], route("/files/*", Access::Public)),
            allowing(&["%2F"], route("/open/{id}", Access::Public)),
        ]);
    })
    .await
}

#[tokio::test]
async fn a_route_s_encoded_characters_pass_where_every_reading_has_the_same_rule() {
    let mut stack = stack().await;
    let cookie = format!("Cookie: {}", stack.full());
    for (path, status) in [
        ("/npm/@scope%2Fname", 200),
        ("/npm/@scope%2fname/-/name-1.0.0.tgz", 200),
        ("/projects/group%2Fsub%2Fproject/issues", 200),
        ("/files/c%23/why%3F/a%3Bb/DOMAIN%5Cuser.txt", 200),
        // Read decoded, it is another route's, or the default's with another access.
        ("/npm/internal%2Fx", 400),
        ("/open/a%2Fb", 400),
        ("/files%5Cx", 400),
        ("/files/..%5C..%5Cnpm/internal/x", 400),
        ("/npm/a%2F..%2Finternal%2Fx", 400),
        // The route allows others, or it is not allowed anywhere.
        ("/npm/a%23b", 400),
        ("/files/a%2Fb", 400),
        ("/else/a%2Fb", 400),
        ("/npm%2Fx", 400),
        ("/npm/%2e%2e%2Fx", 400),
        ("/npm/a%252Fb", 400),
        ("/%2Fexample.org/npm/x", 400),
    ] {
        stack.peer = "192.0.2.1";
        let answer = stack.send(&format!("GET {path}"), &[&cookie]).await;
        assert_eq!(answer.status(), status, "{path}: {}", answer.0);
        if status == 200 {
            assert!(stack.recorder.last().starts_with(&format!("GET {path} ")), "{}", stack.recorder.last());
        }
        stack.peer = "10.0.0.9";
        for dialect in DIALECTS {
            let answer = check_at(&stack, dialect, "GET", "example.com", path, &[&cookie]).await;
            // Proxies that ask take any status but 2xx, 401 and 403 for a failure of the check.
            assert_eq!(answer.status() == 200, status == 200, "{dialect} {path}: {}", answer.0);
            assert!(answer.status() < 500, "{dialect} {path}: {}", answer.0);
        }
    }
    stack.peer = "192.0.2.1";
    assert_eq!(stack.send("GET /npm/@scope%2Fname", &[]).await.status(), 401);
    assert_eq!(stack.send("GET /files/c%23", &[]).await.status(), 200);
}

#[tokio::test]
async fn an_unknown_client_is_held_to_the_networks_of_every_reading() {
    let mut stack = Stack::new(|config| {
        let networks = Networks::new(vec!["203.0.113.0/24".parse().unwrap()]);
        config.rules = Rules::new(vec![
            Route { networks, ..route("/a/closed/*", Access::Deny) },
            allowing(&["%2F"], route("/a/*", Access::Full)),
        ]);
    })
    .await;
    stack.peer = "10.0.0.9";
    let cookie = format!("Cookie: {}", stack.full());
    for (path, status) in [
        ("/a/closed/x", 403),
        ("/a//closed/x", 403),
        ("/a/closed%2Fx", 403),
        ("/a/;v=1/closed/x", 403),
        ("/a/closed;v=1/x", 403),
        ("/a/open%2Fx", 200),
    ] {
        assert_eq!(stack.send(&format!("GET {path}"), &[&cookie]).await.status(), status, "{path}");
        let known = stack.send(&format!("GET {path}"), &[&cookie, "X-Forwarded-For: 192.0.2.1"]).await;
        assert_eq!(known.status(), 200, "{path}");
    }
}
