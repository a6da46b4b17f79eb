//! Sample requests of routes, which the checks of the rules try.

use http::Method;
use postern_authn::rules::{HostPattern, Route, RouteMatch, RouteQuery, Rules};

/// The route match for a sample request that the route is written for, with paths compared byte for byte.
pub(crate) fn rule(rules: &Rules, route: &Route, path: &str) -> Option<RouteMatch> {
    with_query(route, path, |query| Some(rules.find(query)))
}

/// Calls a function with the sample request of a route.
pub(crate) fn with_query<T>(route: &Route, path: &str, run: impl FnOnce(&RouteQuery<'_>) -> Option<T>) -> Option<T> {
    let host = match route.hosts.first() {
        Some(HostPattern::Is(host)) => host.to_string(),
        Some(HostPattern::Below(suffix)) => format!("x{suffix}"),
        None => String::new(),
    };
    let method = route.methods.first().unwrap_or(&Method::GET);
    let client = route.networks.named().first().map(|network| network.addr());
    run(&RouteQuery { host: &host, path, method, client })
}
