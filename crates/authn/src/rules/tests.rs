//! Tests of the rules as a whole: the first match decides, and the index finds the same route as a linear search.

use super::*;
use crate::rules::principals::Principals;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn route(path: &str, access: Access) -> Route {
    Route::new(PathPattern::parse(path).unwrap(), access)
}

fn query<'a>(host: &'a str, path: &'a str, method: &'a Method) -> RouteQuery<'a> {
    RouteQuery { host, path, method, client: None }
}

fn hosts(names: &[&str]) -> Vec<HostPattern> {
    names.iter().map(|name| HostPattern::new(name)).collect()
}

fn networks(texts: &[&str]) -> Networks {
    Networks::new(texts.iter().map(|text| text.parse().unwrap()).collect())
}

#[test]
fn the_first_match_decides_and_nothing_listed_means_full() {
    let get_only = Route { methods: vec![Method::GET], ..route("/assets/*", Access::Public) };
    let rules = Rules::new(vec![route("/assets/private", Access::Deny), get_only]);
    let access = |path: &str, method: Method| rules.find(&query("a", path, &method)).access;
    assert_eq!(access("/assets/app.js", Method::GET), Access::Public);
    assert_eq!(access("/assets/private", Method::GET), Access::Deny);
    for (path, method) in [
        ("/assets/app.js", Method::POST),
        ("/assets", Method::GET),
        ("/Assets/app.js", Method::GET),
        ("/assetsx", Method::GET),
        ("/x/assets/app.js", Method::GET),
        ("assets/app.js", Method::GET),
        ("", Method::GET),
    ] {
        assert_eq!(access(path, method), Access::Full, "{path}");
    }
}

#[test]
fn a_host_is_matched_whole_and_a_wildcard_by_one_label() {
    let rules = Rules::new(vec![
        Route { hosts: hosts(&["a.example", "b.example"]), ..route("/*", Access::Public) },
        Route { hosts: hosts(&["*.apps.example"]), ..route("/*", Access::FirstFactor) },
    ]);
    let access = |host: &str| rules.find(&query(host, "/x", &Method::GET)).access;
    assert_eq!((access("a.example"), access("b.example")), (Access::Public, Access::Public));
    assert_eq!(access("x.apps.example"), Access::FirstFactor);
    for host in ["c.example", "xa.example", "a.example.evil", "a.example:8080", "", "apps.example", "x.y.apps.example"]
    {
        assert_eq!(access(host), Access::Full, "{host}");
    }
}

#[test]
fn a_network_is_a_condition_and_an_unknown_client_meets_none() {
    let rules = Rules::new(vec![Route { networks: networks(&["10.0.0.0/8"]), ..route("/*", Access::Public) }]);
    assert!(rules.ask_for_the_client());
    let access = |client: Option<&str>| {
        let client = client.map(|client| client.parse().unwrap());
        rules.find(&RouteQuery { client, ..query("a", "/x", &Method::GET) }).access
    };
    assert_eq!(access(Some("10.2.3.4")), Access::Public);
    assert_eq!(access(Some("192.0.2.1")), Access::Full);
    assert_eq!(access(None), Access::Full);
}

#[test]
fn an_unknown_client_gets_the_strictest_of_what_any_network_gets() {
    let from = |net: &str, path: &str, access| Route { networks: networks(&[net]), ..route(path, access) };
    let ops = Principals::new([], &[], &[], &["ops".to_owned()]);
    let rules = Rules::new(vec![
        from("10.0.0.0/8", "/inside/*", Access::Public),
        route("/inside/*", Access::Full),
        from("203.0.113.0/24", "/open/*", Access::Deny),
        route("/open/*", Access::Public),
        Route { principals: ops, ..from("10.0.0.0/8", "/ops/*", Access::FirstFactor) },
        route("/ops/*", Access::Full),
        route("/late/*", Access::Full),
        from("10.0.0.0/8", "/late/*", Access::Deny),
    ]);
    let access = |path: &str, client: Option<&str>| {
        let client = client.map(|client| client.parse().unwrap());
        let query = RouteQuery { client, ..query("a", path, &Method::GET) };
        rules.for_unknown_client(rules.find(&query), &query).access
    };
    assert_eq!(access("/inside/x", Some("10.1.2.3")), Access::Public);
    assert_eq!(access("/inside/x", None), Access::Full, "a weaker rule of a network is not for it");
    assert_eq!(access("/open/x", Some("192.0.2.1")), Access::Public);
    assert_eq!(access("/open/x", None), Access::Deny, "a stricter one is");
    assert_eq!(access("/Open/x", None), Access::Full, "no rule of the exact path names a network");
    assert_eq!(access("/ops/x", None), Access::Deny, "neither lets through only whom the other does");
    assert_eq!(access("/late/x", None), Access::Full, "a route behind the one that matches decides for nobody");
    assert_eq!(access("/else", None), Access::Full);
}

#[test]
fn route_matches_agree_only_where_access_people_and_upstream_are_the_same() {
    let ops = Principals::new([], &[], &[], &["ops".to_owned()]);
    let rules = Rules::new(vec![
        route("/a", Access::Full),
        Route { principals: ops.clone(), ..route("/b", Access::Full) },
        Route { principals: ops, ..route("/c", Access::Full) },
        Route { upstream: 1, ..route("/d", Access::Full) },
    ]);
    let found = |path: &str| rules.find(&query("a", path, &Method::GET));
    assert!(rules.agree(&found("/a"), &found("/default")) && rules.agree(&found("/b"), &found("/c")));
    assert!(!rules.agree(&found("/a"), &found("/b")) && !rules.agree(&found("/a"), &found("/d")));
    assert!(rules.demand(&found("/a")).principals.is_none() && rules.demand(&found("/b")).principals.is_some());
}

fn dead(routes: Vec<Route>) -> Vec<(usize, Vec<usize>)> {
    Rules::new(routes).dead().into_iter().map(|dead| (dead.route, dead.by)).collect()
}

#[test]
fn a_route_that_earlier_ones_take_everything_from_is_dead() {
    let methods = |route: Route, methods: &[Method]| Route { methods: methods.to_vec(), ..route };
    let on = |route: Route, names: &[&str]| Route { hosts: hosts(names), ..route };
    let from = |route: Route, texts: &[&str]| Route { networks: networks(texts), ..route };
    let public = |path: &str| route(path, Access::Public);
    let (get, post) = (Method::GET, Method::POST);
    assert_eq!(
        dead(vec![public("/a/*"), public("/b"), public("/a/b"), public("/a/b/*")]),
        [(2, vec![0]), (3, vec![0])]
    );
    for (routes, by) in [
        (vec![public("/a"), public("/a")], vec![0]),
        (vec![public("/{x}/b"), public("/a/b")], vec![0]),
        (vec![public("/a/*"), public("/a/{x}/y")], vec![0]),
        (vec![public("/{x}/*"), public("/a/b/*")], vec![0]),
        (vec![public("/a"), methods(public("/a"), std::slice::from_ref(&get))], vec![0]),
        (vec![public("/a"), on(public("/a"), &["x.example"])], vec![0]),
        (vec![on(public("/a"), &["*.example"]), on(public("/a"), &["x.example"])], vec![0]),
        (vec![public("/a"), from(public("/a"), &["10.0.0.0/8"])], vec![0]),
        (vec![from(public("/a"), &["10.0.0.0/8"]), from(public("/a"), &["10.1.0.0/16"])], vec![0]),
    ] {
        assert_eq!(dead(routes.clone()), [(1, by)], "{routes:?}");
    }
    // Several routes together.
    let by_method = vec![
        methods(public("/a/*"), std::slice::from_ref(&get)),
        methods(public("/a/b"), std::slice::from_ref(&post)),
        methods(public("/a/b"), &[get.clone(), post.clone()]),
    ];
    assert_eq!(dead(by_method), [(2, vec![0, 1])]);
    let by_network = vec![
        from(public("/a"), &["10.0.0.0/9"]),
        from(public("/a"), &["10.128.0.0/9"]),
        from(public("/a"), &["10.0.0.0/8"]),
    ];
    assert_eq!(dead(by_network), [(2, vec![0, 1])]);
    let by_host = vec![
        on(public("/*"), &["x.example"]),
        on(public("/a"), &["*.y.example"]),
        on(public("/a"), &["x.example", "z.y.example"]),
    ];
    assert_eq!(dead(by_host), [(2, vec![0, 1])]);
    for alive in [
        vec![public("/a/b"), public("/a/*")],
        vec![public("/a/*"), public("/a")],
        vec![public("/a/b"), public("/a/{x}")],
        vec![public("/a/{x}"), public("/a/")],
        vec![methods(public("/a"), std::slice::from_ref(&get)), public("/a")],
        vec![methods(public("/a"), std::slice::from_ref(&get)), methods(public("/a"), &[get.clone(), post])],
        vec![on(public("/a"), &["x.example"]), on(public("/a"), &["y.example"])],
        vec![on(public("/a"), &["x.example"]), on(public("/a"), &["*.example"])],
        vec![from(public("/a"), &["10.0.0.0/8"]), public("/a")],
    ] {
        assert_eq!(dead(alive.clone()), [], "{alive:?}");
    }
}

#[test]
fn a_weaker_route_that_takes_part_of_a_stricter_one_is_told() {
    let overlaps = |routes: Vec<Route>| -> Vec<(usize, usize, bool)> {
        Rules::new(routes).overlaps().into_iter().map(|o| (o.route, o.earlier, o.by_network)).collect()
    };
    let get = |route: Route| Route { methods: vec![Method::GET], ..route };
    let ops = Principals::new([], &[], &[], &["ops".to_owned()]);
    for (routes, told) in [
        (vec![get(route("/api/*", Access::Public)), route("/api/admin/{x}", Access::Full)], vec![(1, 0, false)]),
        (vec![route("/{t}/public/*", Access::Public), route("/admin/*", Access::Full)], vec![(1, 0, false)]),
        (
            vec![
                get(route("/a/*", Access::Full)),
                Route { principals: ops.clone(), ..route("/a/admin", Access::Full) },
            ],
            vec![(1, 0, false)],
        ),
        (
            vec![
                get(route("/a", Access::Fresh(std::time::Duration::from_secs(600)))),
                Route {
                    methods: vec![Method::GET, Method::PUT],
                    ..route("/{x}", Access::Fresh(std::time::Duration::from_secs(60)))
                },
            ],
            vec![],
        ),
        (
            vec![
                Route { networks: networks(&["10.0.0.0/8"]), ..route("/metrics", Access::Public) },
                route("/metrics", Access::Full),
            ],
            vec![(1, 0, true)],
        ),
        // Intended exceptions; a dead route; no common request; the stricter route first.
        (vec![route("/api/health", Access::Public), route("/api/*", Access::Full)], vec![]),
        (vec![get(route("/api/*", Access::Public)), route("/api/*", Access::Full)], vec![]),
        (vec![route("/api/*", Access::Public), route("/api/admin", Access::Full)], vec![]),
        (vec![get(route("/{x}/b", Access::Public)), route("/a/c", Access::Full)], vec![]),
        (vec![get(route("/api/*", Access::Deny)), route("/api/admin", Access::Full)], vec![]),
        (vec![Route { principals: ops, ..get(route("/a/*", Access::Full)) }, route("/a/b", Access::Full)], vec![]),
    ] {
        assert_eq!(overlaps(routes.clone()), told, "{routes:?}");
    }
}

/// A small set of names, so that generated routes and requests often match.
fn segment() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(vec!["a", "b", "c"]).prop_map(str::to_owned), 1 => Just(String::new())]
}

fn any_route() -> impl Strategy<Value = Route> {
    let piece = prop_oneof![2 => select(vec!["a", "b"]).prop_map(str::to_owned), 1 => Just("{x}".to_owned())];
    let path = (proptest::collection::vec(piece, 0..4), 0_u8..4).prop_map(|(pieces, end)| {
        let path: String = pieces.iter().map(|piece| format!("/{piece}")).collect();
        PathPattern::parse(&match end {
            0 | 1 if !path.is_empty() => path,
            2 => format!("{path}/*"),
            _ => format!("{path}/"),
        })
        .unwrap()
    });
    let hosts = subsequence(vec!["a.test", "b.test", "*.test", "*.a.test", "a.test:8443"], 0..=2);
    let methods = subsequence(vec![Method::GET, Method::POST, Method::PUT], 0..=2);
    let networks = subsequence(vec!["10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24", "fd00::/8"], 0..=2);
    (path, hosts, methods, networks).prop_map(|(path, names, methods, texts)| Route {
        hosts: hosts_of(&names),
        methods,
        networks: Networks::new(texts.iter().map(|text| text.parse().unwrap()).collect()),
        ..Route::new(path, Access::Public)
    })
}

fn hosts_of(names: &[&str]) -> Vec<HostPattern> {
    hosts(names)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// The index and a linear search find the same route.
    #[test]
    fn the_index_finds_what_looking_at_each_route_finds(
        routes in proptest::collection::vec(any_route(), 0..40),
        requests in proptest::collection::vec(
            (
                select(vec!["a.test", "b.test", "x.test", "x.a.test", "a.test:8443", "test", ".test", ""]),
                proptest::collection::vec(segment(), 0..5),
                select(vec![Method::GET, Method::POST, Method::PUT, Method::DELETE]),
                select(vec![None, Some("10.1.2.3"), Some("10.2.3.4"), Some("192.0.2.9"), Some("fd00::1"), Some("::1")]),
            ),
            1..12,
        ),
    ) {
        let rules = Rules::new(routes);
        for (host, segments, method, client) in requests {
            let path: String = segments.iter().map(|segment| format!("/{segment}")).collect();
            let client = client.map(|client| client.parse().unwrap());
            let query = RouteQuery { host, path: &path, method: &method, client };
            let naive = rules.routes().iter().position(|route| route.mismatch(&query).is_none());
            prop_assert_eq!(rules.find(&query).route, naive, "{:?} in {:?}", query, rules.routes());
        }
    }

    /// A route that is reported dead never decides, and an overlapping route shares a request with its weaker one.
    #[test]
    fn what_is_reported_dead_never_decides(
        routes in proptest::collection::vec(any_route(), 2..12),
        host in select(vec!["a.test", "b.test", "x.test", "x.a.test", "a.test:8443"]),
        segments in proptest::collection::vec(segment(), 1..5),
        method in select(vec![Method::GET, Method::POST, Method::PUT]),
        client in select(vec![None, Some("10.1.2.3"), Some("10.2.3.4"), Some("192.0.2.9"), Some("fd00::1")]),
    ) {
        let rules = Rules::new(routes);
        let path: String = segments.iter().map(|segment| format!("/{segment}")).collect();
        let client = client.map(|client| client.parse().unwrap());
        let found = rules.find(&RouteQuery { host, path: &path, method: &method, client });
        prop_assert!(rules.dead().iter().all(|dead| Some(dead.route) != found.route));
    }
}

/// What a request requires if its upstream compares paths in this way.
fn as_served(rules: &Rules, path: &str) -> Option<Access> {
    let query = query("a", path, &Method::GET);
    let exact = rules.find(&query);
    match rules.find_as_served(&query, exact.upstream) {
        Some(served) => rules.stricter(&exact, &served).map(|found| found.access),
        None => Some(exact.access),
    }
}

#[test]
fn spellings_that_the_upstream_serves_alike_get_the_stricter_rule() {
    let routes = || {
        vec![
            route("/admin/*", Access::Deny),
            route("/été", Access::Deny),
            route("/Reports", Access::SecondFactor),
            route("/health", Access::Public),
            route("/u/{id}", Access::Deny),
        ]
    };
    let both = Rules::new(routes()).with_comparisons(vec![PathComparison::LENIENT]);
    for (path, access) in [
        ("/ADMIN/users", Access::Deny),
        ("/admin", Access::Deny),
        ("/Admin/", Access::Deny),
        ("/ÉTÉ/", Access::Deny),
        ("/reports", Access::SecondFactor),
        ("/U/1/", Access::Deny),
        ("/health", Access::Public),
        // A spelling that no rule names grants no access.
        ("/Health", Access::Full),
        ("/health/", Access::Full),
        ("/other", Access::Full),
    ] {
        assert_eq!(as_served(&both, path), Some(access), "{path}");
    }
    let default = Rules::new(routes());
    for (path, access) in [
        ("/admin", Access::Deny),
        ("/Reports/", Access::SecondFactor),
        ("/u/1/", Access::Deny),
        ("/ADMIN/users", Access::Full),
        ("/health/", Access::Full),
    ] {
        assert_eq!(as_served(&default, path), Some(access), "{path}");
    }
    let exact = Rules::new(routes()).with_comparisons(vec![PathComparison::EXACT]);
    for (path, access) in [("/admin", Access::Full), ("/u/1/", Access::Full), ("/admin/x", Access::Deny)] {
        assert_eq!(as_served(&exact, path), Some(access), "{path}");
    }
}

#[test]
fn of_two_route_matches_the_stricter_is_found_and_none_where_each_stops_others() {
    let ops = |path: &str, access| Route {
        principals: Principals::new([], &[], &[], &["ops".to_owned()]),
        ..route(path, access)
    };
    let rules = Rules::new(vec![
        route("/deny", Access::Deny),
        route("/second", Access::SecondFactor),
        ops("/ops", Access::Full),
        ops("/ops-first", Access::FirstFactor),
        Route { upstream: 1, ..route("/other", Access::Public) },
    ]);
    let found = |path: &str| rules.find(&query("a", path, &Method::GET));
    let stricter = |one: &str, other: &str| rules.stricter(&found(one), &found(other)).map(|found| found.access);
    assert_eq!(stricter("/none", "/deny"), Some(Access::Deny));
    assert_eq!(stricter("/deny", "/ops"), Some(Access::Deny));
    assert_eq!(stricter("/none", "/second"), Some(Access::SecondFactor));
    assert_eq!(stricter("/ops-first", "/ops"), Some(Access::Full));
    assert_eq!((stricter("/ops", "/second"), stricter("/none", "/ops-first")), (None, None));
    let strict = rules.stricter(&found("/other"), &found("/ops")).unwrap();
    assert_eq!((strict.upstream, rules.demand(&strict).principals.is_some()), (1, true));
}

proptest! {
    #[test]
    fn no_spelling_that_is_served_alike_gets_less(
        texts in proptest::collection::vec(("(/[abAB]){1,3}(/|/\\*)?", 0_usize..4), 0..5),
        path in "(/[abAB]){1,3}/?",
    ) {
        let levels = [Access::Public, Access::Full, Access::SecondFactor, Access::Deny];
        let routes: Vec<Route> = texts.iter().map(|(text, level)| route(text, levels[*level])).collect();
        let rules = Rules::new(routes.clone()).with_comparisons(vec![PathComparison::LENIENT]);
        // What a server that folds case and drops the slash would have these routes mean, looked at one by one.
        let folded = path.to_ascii_lowercase();
        let folded = folded.strip_suffix('/').unwrap_or(&folded);
        let meant = routes.iter().find(|route| {
            let lower = PathPattern::parse(&route.path.to_string().to_ascii_lowercase()).unwrap();
            lower.matches(folded) || lower.matches(&format!("{folded}/"))
        });
        let least = meant.map_or(Access::Full, |route| route.access);
        let found = as_served(&rules, &path).unwrap();
        prop_assert!(strictness::strictness(found) >= strictness::strictness(least), "{} is {}", path, found);
        let exact = rules.find(&query("a", &path, &Method::GET)).access;
        prop_assert!(strictness::strictness(found) >= strictness::strictness(exact));
    }
}
