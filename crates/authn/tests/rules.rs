//! Rules as the gateway asks them: upstreams that compare paths differently, clients whose address is unknown, and what the
//! configuration check tells of routes that meet.

#![cfg(test)]

use http::Method;
use ipnet::IpNet;
use postern_authn::rules::principals::Principals;
use postern_authn::rules::{HostPattern, Networks, PathComparison, PathPattern, Route, RouteQuery, Rules};
use postern_model::access::Access;
use postern_model::clock::Timestamp;
use postern_model::id::{SessionId, UserId};
use postern_model::session::{TokenHash, Vouched};
use postern_testkit::session::full_session;
use uuid::Uuid;

fn route(path: &str, access: Access) -> Route {
    Route::new(PathPattern::parse(path).unwrap(), access)
}

fn query<'a>(path: &'a str) -> RouteQuery<'a> {
    RouteQuery { host: "app.example.com", path, method: &Method::GET, client: None }
}

fn hosts(names: &[&str]) -> Vec<HostPattern> {
    names.iter().map(|name| HostPattern::new(name)).collect()
}

fn inside(route: Route) -> Route {
    let network: IpNet = "10.0.0.0/8".parse().unwrap();
    Route { networks: Networks::new(vec![network]), ..route }
}

#[test]
fn each_upstream_compares_paths_in_its_own_way() {
    let case = PathComparison { ignore_case: true, ignore_trailing_slash: false };
    let comparisons = vec![case, PathComparison::LENIENT, PathComparison::EXACT];
    let denied = ["/admin", "/vault/", "/area/*", "/"].map(|path| route(path, Access::Deny));
    let rules = Rules::new(denied.to_vec()).with_comparisons(comparisons);
    let at = |path: &str, upstream| rules.find_as_served(&query(path), upstream).map(|found| found.access);
    // The upstreams are: case, both, neither, and one that nothing is known of.
    for (path, found) in [
        ("/ADMIN", [Some(Access::Deny), Some(Access::Deny), None, Some(Access::Full)]),
        ("/admin/", [Some(Access::Full), Some(Access::Deny), None, Some(Access::Deny)]),
        ("/VAULT/", [Some(Access::Deny), Some(Access::Deny), None, Some(Access::Full)]),
        ("/vault", [Some(Access::Full), Some(Access::Deny), None, Some(Access::Deny)]),
        ("/AREA", [Some(Access::Full), Some(Access::Deny), None, Some(Access::Full)]),
        ("/AREA/x", [Some(Access::Deny), Some(Access::Deny), None, Some(Access::Full)]),
        ("/", [Some(Access::Deny), Some(Access::Deny), None, Some(Access::Deny)]),
    ] {
        assert_eq!([0, 1, 2, 3].map(|upstream| at(path, upstream)), found, "{path}");
    }
}

#[test]
fn an_unknown_client_meets_a_denied_network_in_every_spelling_that_is_served_alike() {
    let comparisons = vec![PathComparison::LENIENT, PathComparison::EXACT];
    let routes = vec![inside(route("/Admin", Access::Deny)), route("/*", Access::Public)];
    let rules = Rules::new(routes).with_comparisons(comparisons);
    for (path, access) in [("/Admin", Access::Deny), ("/ADMIN/", Access::Deny), ("/other", Access::Public)] {
        let query = query(path);
        let found = rules.find(&query);
        assert_eq!(rules.for_unknown_client(found, &query).access, access, "{path}");
    }
}

#[test]
fn what_no_route_asks_for_is_not_determined() {
    let plain = Rules::new(vec![route("/a", Access::Full)]);
    assert!(!plain.ask_for_the_client() && !plain.name_methods());
    let methods = Route { methods: vec![Method::GET], ..route("/a", Access::Full) };
    let rules = Rules::new(vec![route("/b", Access::Full), inside(methods)]);
    assert!(rules.ask_for_the_client() && rules.name_methods());
}

#[test]
fn routes_meet_where_each_of_their_conditions_does() {
    let any = route("/a/*", Access::Full);
    let get = Route { methods: vec![Method::GET], ..any.clone() };
    let post = Route { methods: vec![Method::POST, Method::PUT], ..any.clone() };
    let one = Route { hosts: hosts(&["one.example", "*.two.example"]), ..any.clone() };
    let other = Route { hosts: hosts(&["other.example"]), ..any.clone() };
    let below = Route { hosts: hosts(&["x.two.example"]), ..any.clone() };
    for (these, those, meet) in [
        (&any, &get, true),
        (&get, &any, true),
        (&get, &get, true),
        (&get, &post, false),
        (&any, &one, true),
        (&one, &other, false),
        (&one, &below, true),
        (&get, &one, true),
    ] {
        assert_eq!(these.meets(those), meet, "{these:?} and {those:?}");
    }
}

/// Whether the second route is told to be taken partly by the first, weaker one.
fn is_told(weaker: Route, route: Route) -> bool {
    !Rules::new(vec![weaker, route]).overlaps().is_empty()
}

#[test]
fn an_exception_from_a_route_is_within_its_hosts_and_narrower_or_for_some_of_its_methods() {
    let on = |names: &[&str], route: Route| Route { hosts: hosts(names), ..route };
    let with = |methods: &[Method], route: Route| Route { methods: methods.to_vec(), ..route };
    let (public, full) = (|path| route(path, Access::Public), |path| route(path, Access::Full));
    let both = ["a.example", "b.example"];
    // A narrower path on the same hosts, or on some of them.
    assert!(!is_told(on(&both, public("/api/health")), on(&both, full("/api/*"))));
    assert!(!is_told(on(&["a.example"], public("/api/health")), on(&both, full("/api/*"))));
    assert!(!is_told(on(&["a.example"], public("/api/health")), full("/api/*")));
    // On hosts beyond the route's.
    assert!(is_told(public("/api/health"), on(&["a.example"], full("/api/*"))));
    assert!(is_told(on(&both, public("/api/health")), on(&["a.example"], full("/api/*"))));
    // The same path for some of the methods, and for others beside them.
    let (get, put) = (Method::GET, Method::PUT);
    let some = [get.clone(), put.clone()];
    assert!(!is_told(with(std::slice::from_ref(&get), public("/api/*")), with(&some, full("/api/*"))));
    let beyond = [get, Method::DELETE];
    assert!(is_told(with(&beyond, public("/api/*")), with(&some, full("/api/*"))));
    assert!(is_told(on(&["a.example"], public("/api/*")), with(&some, full("/api/*"))));
    // Public within a network and closed outside of it is no exception, and within two networks it is one.
    assert!(is_told(inside(public("/metrics/a")), full("/metrics/*")));
    assert!(!is_told(inside(public("/metrics/a")), inside(full("/metrics/*"))));
    assert!(!is_told(inside(route("/metrics/a", Access::FirstFactor)), full("/metrics/*")));
}

#[test]
fn of_two_lists_one_is_stricter_only_where_it_is_within_the_other() {
    let texts = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let user = |number| UserId(Uuid::from_u128(number));
    let who = |users: &[u128], emails: &[&str], domains: &[&str], groups: &[&str], admins: &[&str]| {
        let users = users.iter().copied().map(user);
        Principals::new(users, &texts(emails), &texts(domains), &texts(groups)).with_admins(&texts(admins))
    };
    let wide = who(&[1, 2], &["a@x.example", "b@x.example"], &["x.example"], &["admin", "ops"], &["c@x.example"]);
    // The first route is the stricter of the two if its people are among those of the second.
    let is_within = |inner: Principals| {
        let routes = [("/inner", inner), ("/wide", wide.clone())]
            .map(|(path, principals)| Route { principals, ..route(path, Access::Full) });
        let rules = Rules::new(routes.to_vec());
        let [inner, wide] = ["/inner", "/wide"].map(|path| rules.find(&query(path)));
        rules.stricter(&inner, &wide).is_some_and(|found| found.route == Some(0))
    };
    assert!(is_within(who(&[1], &["a@x.example"], &["x.example"], &["ops"], &[])));
    assert!(is_within(who(&[], &[], &[], &["admin"], &["c@x.example"])));
    for beyond in [
        who(&[3], &["a@x.example"], &[], &[], &[]),
        who(&[1], &["d@x.example"], &[], &[], &[]),
        who(&[1], &[], &["y.example"], &[], &[]),
        who(&[1], &[], &[], &["others"], &[]),
        who(&[1], &[], &[], &["admin"], &["d@x.example"]),
    ] {
        assert!(!is_within(beyond.clone()), "{beyond}");
    }
}

#[test]
fn a_domain_is_found_in_any_case() {
    let now = Timestamp::from_secs(1_800_000_000);
    let mut view = full_session(UserId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)), TokenHash([0; 32]), now);
    let intranet = Principals::new([], &[], &["Intranet".to_owned()], &[]);
    for (domain, admitted) in [("INTRANET", true), ("intranet", true), ("IntraNet", true), ("OTHER", false)] {
        view.session.vouched = Vouched { hosted_domain: Some(domain.to_owned()), ..Vouched::default() };
        assert_eq!(intranet.admits(&view), admitted, "{domain}");
    }
}
