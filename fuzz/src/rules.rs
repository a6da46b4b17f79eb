//! Route lookup: the index finds the route that a linear search finds.

use http::Method;
use ipnet::IpNet;
use postern_authn::rules::{HostPattern, Networks, PathPattern, Route, RouteQuery, Rules};
use postern_model::access::Access;

/// Takes a route a line, `PATH HOSTS METHODS NETWORKS` (lists with commas, `-` for none), and in the last line the
/// request: `PATH HOST METHOD CLIENT`.
pub fn verify(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines: Vec<&str> = text.lines().take(64).collect();
    let Some(query) = lines.pop() else { return };
    let routes: Vec<Route> = lines.into_iter().enumerate().filter_map(|(index, line)| route(index, line)).collect();
    let mut fields = query.split(' ');
    let (path, host) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
    let Ok(method) = fields.next().unwrap_or("GET").parse::<Method>() else { return };
    let client = fields.next().and_then(|client| client.parse().ok());
    if !path.starts_with('/') {
        return;
    }
    let query = RouteQuery { host, path, method: &method, client };
    let expected = routes.iter().position(|route| route.mismatch(&query).is_none());
    let rules = Rules::new(routes);
    let found = rules.find(&query);
    assert_eq!(found.route, expected);
    match expected.map(|index| &rules.routes()[index]) {
        Some(route) => assert_eq!((found.access, found.upstream), (route.access, route.upstream)),
        None => assert_eq!((found.access, found.upstream), (Access::Full, 0)),
    }
    assert!(rules.agree(&found, &found));
}

fn route(index: usize, line: &str) -> Option<Route> {
    let mut fields = line.split(' ');
    let path = PathPattern::parse(fields.next()?).ok()?;
    let mut list = || fields.next().unwrap_or("-").split(',').filter(|entry| !matches!(*entry, "-" | ""));
    let hosts = list().map(HostPattern::new).collect();
    let methods = list().map(str::parse).collect::<Result<_, _>>().ok()?;
    let networks = Networks::new(list().map(str::parse::<IpNet>).collect::<Result<_, _>>().ok()?);
    let access = [Access::Public, Access::Full, Access::Deny][index % 3];
    Some(Route { hosts, methods, networks, upstream: index, ..Route::new(path, access) })
}
