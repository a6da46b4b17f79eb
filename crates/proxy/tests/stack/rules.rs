//! Routes for certain clients, people and hosts, over the whole stack: proxied, and in every dialect of checks.

use std::time::Duration;

use crate::checks::{DIALECTS, check_at};
use crate::support::{Stack, route};
use crate::websockets::{SWITCH, echo, is_closed, open, opening};
use postern_authn::rules::principals::Principals;
use postern_authn::rules::{HostPattern, Networks, PathComparison, Route, Rules};
use postern_model::access::Access;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_model::session::Vouched;

fn texts(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

fn ops(path: &str, access: Access) -> Route {
    Route { principals: Principals::new([], &[], &[], &texts(&["ops"])), ..route(path, access) }
}

/// Open to a network, closed to another, for `ops`, for an address, for a domain, for a wildcard's hosts, for the rest.
async fn stack() -> Stack {
    Stack::new(|config| {
        let networks = |texts: &[&str]| Networks::new(texts.iter().map(|text| text.parse().unwrap()).collect());
        let who = |emails: &[&str], domains: &[&str]| Principals::new([], &texts(emails), &texts(domains), &[]);
        config.rules = Rules::new(vec![
            Route { networks: networks(&["198.51.100.0/24"]), ..route("/metrics", Access::Public) },
            Route { networks: networks(&["203.0.113.0/24"]), ..route("/*", Access::Deny) },
            ops("/ops/{id}/log", Access::FirstFactor),
            ops("/ops/*", Access::Full),
            Route { principals: who(&["boss@example.com"], &[]), ..route("/boss", Access::Full) },
            Route { principals: who(&[], &["corp.example"]), ..route("/corp", Access::Full) },
            Route { hosts: vec![HostPattern::new("*.apps.example")], ..route("/open", Access::Public) },
            route("/ops", Access::Public),
        ]);
    })
    .await
}

#[tokio::test]
async fn a_network_opens_to_its_clients_only_and_only_where_a_trusted_hop_names_them() {
    let mut stack = stack().await;
    for (peer, forwarded, status) in [
        ("198.51.100.9", None, 200),
        ("192.0.2.1", None, 401),
        // A stranger's word counts nothing, and a stranger in a closed network stays there.
        ("192.0.2.1", Some("198.51.100.9"), 401),
        ("203.0.113.5", None, 403),
        ("10.0.0.9", Some("198.51.100.9"), 200),
        ("10.0.0.9", Some("198.51.100.9, 10.1.1.1"), 200),
        ("10.0.0.9", Some("198.51.100.9:51234"), 200),
        ("10.0.0.9", Some("[::ffff:198.51.100.9]:443, 10.1.1.1:80"), 200),
        ("::ffff:198.51.100.9", None, 200),
        ("10.0.0.9", Some("198.51.100.9, 192.0.2.1"), 401),
        ("10.0.0.9", Some("203.0.113.5"), 403),
        // Nobody is named, or nothing readable.
        ("10.0.0.9", None, 401),
        ("10.0.0.9", Some("198.51.100.9, unknown"), 401),
    ] {
        stack.peer = peer;
        let header = forwarded.map(|hops| format!("X-Forwarded-For: {hops}"));
        let headers: Vec<&str> = header.iter().map(String::as_str).collect();
        let answer = stack.send("GET /metrics", &headers).await;
        assert_eq!(answer.status(), status, "{peer} {forwarded:?}: {}", answer.0);
        if peer == "10.0.0.9" {
            for dialect in ["nginx", "envoy"] {
                let answer = check_at(&stack, dialect, "GET", "example.com", "/metrics", &headers).await;
                assert_eq!(answer.status(), status, "{dialect} {forwarded:?}: {}", answer.0);
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_client_may_be_in_every_network_that_is_denied() {
    let mut stack = stack().await;
    stack.peer = "10.0.0.9";
    let cookie = format!("Cookie: {}", stack.full());
    for forwarded in [&[][..], &["X-Forwarded-For: unknown"], &["X-Forwarded-For: 192.0.2.1, unknown"]] {
        let headers: Vec<&str> = forwarded.iter().copied().chain([cookie.as_str()]).collect();
        let answer = stack.send("GET /x", &headers).await;
        assert_eq!(answer.status(), 403, "{forwarded:?}: {}", answer.0);
        for dialect in ["nginx", "envoy"] {
            assert_eq!(
                check_at(&stack, dialect, "GET", "example.com", "/x", &headers).await.status(),
                403,
                "{dialect}"
            );
        }
        assert_eq!(stack.send("GET /x", forwarded).await.status(), 401, "a stranger learns nothing of the rules");
    }
    let known = stack.send("GET /x", &["X-Forwarded-For: 192.0.2.1", &cookie]).await;
    assert_eq!(known.status(), 200, "{}", known.0);
}

#[tokio::test]
async fn a_network_is_asked_for_behind_every_proxy() {
    let stack = Stack { peer: "10.0.0.9", ..stack().await };
    for dialect in ["traefik", "caddy", "haproxy"] {
        // Their checks name 198.51.100.7.
        assert_eq!(check_at(&stack, dialect, "GET", "example.com", "/metrics", &[]).await.status(), 200, "{dialect}");
        assert_eq!(check_at(&stack, dialect, "GET", "example.com", "/x", &[]).await.status(), 401, "{dialect}");
    }
}

#[tokio::test]
async fn people_are_challenged_first_and_then_let_in_or_denied_never_passed_on() {
    let mut stack = stack().await;
    let member = stack.full();
    let outsider = stack.session(|view| view.groups = texts(&["staff", "Ops"]));
    let (pending_member, pending_outsider) = (stack.pending(), {
        stack.session(|view| {
            view.session.second_factor = None;
            view.groups.clear();
        })
    });
    let boss = stack.session(|view| {
        view.session.vouched =
            Vouched { email: Some("Boss@Example.com".to_owned()), hosted_domain: None, given_name: None };
    });
    let self_styled = stack.session(|view| view.user.email = "boss@example.com".to_owned());
    let corporate = stack.session(|view| view.session.vouched.hosted_domain = Some("corp.example".to_owned()));
    let addressed = stack.session(|view| view.session.vouched.email = Some("x@corp.example".to_owned()));
    let table = [
        ("/ops/1/log", "", 401),
        ("/ops/1/log", &pending_member, 200),
        ("/ops/1/log", &pending_outsider, 403),
        ("/ops/x", "", 401),
        ("/ops/x", &pending_member, 401),
        // Whoever is not verified is not told whether they are listed.
        ("/ops/x", &pending_outsider, 401),
        ("/ops/x", &member, 200),
        ("/ops/x", &outsider, 403),
        ("/boss", &boss, 200),
        ("/boss", &member, 403),
        ("/boss", &self_styled, 403),
        ("/corp", &corporate, 200),
        ("/corp", &addressed, 403),
        ("/else", &outsider, 200),
    ];
    for (path, cookie, status) in table {
        stack.peer = "192.0.2.1";
        let cookie = format!("Cookie: {cookie}");
        let answer = stack.send(&format!("GET {path}"), &[&cookie]).await;
        assert_eq!(answer.status(), status, "{path} {cookie}: {}", answer.0);
        if status == 403 {
            assert_eq!(answer.json()["error"]["message"], "Your account may not use this address.");
        }
        stack.peer = "10.0.0.9";
        for dialect in DIALECTS {
            let answer =
                check_at(&stack, dialect, "GET", "example.com", path, &[&cookie, "X-Forwarded-For: 192.0.2.1"]).await;
            assert_eq!(answer.status(), status, "{dialect} {path} {cookie}: {}", answer.0);
            assert_eq!(answer.header("x-auth-user").is_some(), status == 200, "{dialect} {path}");
        }
    }
}

#[tokio::test]
async fn a_path_whose_readings_are_for_different_people_is_refused() {
    let stack = stack().await;
    let cookie = format!("Cookie: {}", stack.full());
    for (path, status) in [("/ops//x", 200), ("/ops;v=1/x", 400), ("/ops/;/log", 400), ("/ops/a%20b/log", 200)] {
        let answer = stack.send(&format!("GET {path}"), &[&cookie]).await;
        assert_eq!(answer.status(), status, "{path}: {}", answer.0);
    }
}

#[tokio::test]
async fn spellings_that_the_upstream_serves_alike_get_the_stricter_rule() {
    let stack = Stack::new(|config| {
        config.rules = Rules::new(vec![
            route("/admin/*", Access::Deny),
            route("/private", Access::Deny),
            route("/é", Access::Deny),
            route("/open", Access::Public),
            ops("/Ops", Access::FirstFactor),
            Route {
                principals: Principals::new([], &texts(&["boss@example.com"]), &[], &[]),
                ..route("/boss", Access::Full)
            },
        ])
        .with_comparisons(vec![PathComparison::LENIENT]);
    })
    .await;
    let cookie = format!("Cookie: {}", stack.full());
    for (path, status) in [
        ("/admin/users", 403),
        ("/ADMIN/users", 403),
        ("/Admin", 403),
        ("/PRIVATE/", 403),
        ("/private//", 403),
        ("/%C3%89", 403),
        ("/open", 200),
        ("/OPEN/", 200),
        ("/else", 200),
        // Of two rules of which each stops others, neither may be chosen.
        ("/ops", 400),
        ("/Boss", 403),
    ] {
        let answer = stack.send(&format!("GET {path}"), &[&cookie]).await;
        assert_eq!(answer.status(), status, "{path}: {}", answer.0);
    }
    assert_eq!(stack.send("GET /OPEN/", &[]).await.status(), 401, "a spelling that no rule names opens nothing");
}

#[tokio::test]
async fn a_trailing_slash_walks_round_no_rule_unless_the_upstream_minds_it() {
    for (comparison, status) in [(PathComparison::default(), 403), (PathComparison::EXACT, 200)] {
        let stack = Stack::new(|config| {
            config.rules = Rules::new(vec![route("/admin", Access::Deny), route("/closed/*", Access::Deny)])
                .with_comparisons(vec![comparison]);
        })
        .await;
        let cookie = format!("Cookie: {}", stack.full());
        for path in ["/admin/", "/closed"] {
            assert_eq!(stack.send(&format!("GET {path}"), &[&cookie]).await.status(), status, "{comparison:?} {path}");
        }
        assert_eq!(stack.send("GET /admin", &[&cookie]).await.status(), 403);
    }
}

#[tokio::test]
async fn a_method_that_an_upstream_may_take_for_another_is_ruled_as_both() {
    let mut stack = Stack::new(|config| {
        let delete = Route { methods: vec!["DELETE".parse().unwrap()], ..route("/*", Access::Deny) };
        config.rules = Rules::new(vec![delete]);
    })
    .await;
    let cookie = format!("Cookie: {}", stack.full());
    for (path, header, status) in [
        ("/x", "X-A: b", 200),
        ("/x?_method=PUT", "X-A: b", 200),
        ("/x?_method=delete", "X-A: b", 403),
        ("/x?a=b&%5Fmethod=DELETE", "X-A: b", 403),
        ("/x", "X-HTTP-Method-Override: delete", 403),
        ("/x", "X-HTTP-Method: DELETE", 403),
        ("/x", "X-Method-Override: DELETE", 403),
    ] {
        stack.peer = "192.0.2.1";
        let answer = stack.send(&format!("POST {path}"), &[&cookie, header]).await;
        assert_eq!(answer.status(), status, "{path} {header}: {}", answer.0);
        stack.peer = "10.0.0.9";
        for dialect in DIALECTS {
            let answer = check_at(&stack, dialect, "POST", "example.com", path, &[&cookie, header]).await;
            assert_eq!(answer.status(), status, "{dialect} {path} {header}: {}", answer.0);
        }
    }
    stack.peer = "192.0.2.1";
    assert_eq!(stack.send("DELETE /x", &[&cookie]).await.status(), 403);
    assert_eq!(stack.send("delete /x", &[&cookie]).await.status(), 405);
}

#[tokio::test]
async fn a_host_under_a_wildcard_is_served_under_its_own_name() {
    let stack = stack().await;
    for (host, path, status) in [
        ("team.apps.example", "/open", 200),
        ("TEAM.Apps.Example:443", "/open", 200),
        ("team.apps.example", "/else", 401),
        ("example.com", "/open", 401),
        ("apps.example", "/open", 421),
        ("a.b.apps.example", "/open", 421),
        ("a_b.apps.example", "/open", 421),
    ] {
        let answer = stack.send(&format!("GET {path}"), &[&format!("Host: {host}")]).await;
        assert_eq!(answer.status(), status, "{host}{path}: {}", answer.0);
        if status == 200 {
            assert_eq!(stack.recorder.header("host"), ["team.apps.example"]);
        }
    }
}

#[tokio::test]
async fn a_socket_is_closed_when_its_user_leaves_the_group() {
    for (bound, notice) in [(3_600_000, true), (40, false)] {
        let stack = Stack::new(|config| {
            config.rules = Rules::new(vec![ops("/ws", Access::Full)]);
            config.revocation_bound = Duration::from_millis(bound);
        })
        .await;
        stack.recorder.answer(SWITCH);
        let (mut client, head) = open(&stack, &opening(&stack.full(), "")).await;
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        echo(&mut client, b"x").await;
        stack.store.change(|view| view.groups.retain(|group| group != "ops"));
        if notice {
            stack.cache.invalidate(Invalidation::User(stack.store.views()[0].user.id));
        } else {
            stack.clock.advance(1);
        }
        assert!(is_closed(client).await, "bound {bound}");
    }
}
