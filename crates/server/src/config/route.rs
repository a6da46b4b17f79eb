//! `[[route]]`: what a host, a path and a method demand. The first match decides.

use http::Method;
use postern_authn::rules::{PathPattern, Route, Rules};
use postern_model::access::Access;

use super::parse;
use super::table::{Complaint, Table};
use super::upstream::UpstreamConfig;

/// The keys of a route.
pub(super) const KEYS: [&str; 5] = ["path", "host", "methods", "access", "upstream"];

/// One route.
#[derive(Clone, Debug)]
pub struct RouteConfig {
    /// Which paths.
    pub path: PathPattern,
    /// Host it holds for; `None`: every host.
    pub host: Option<String>,
    /// Methods it holds for; empty: all.
    pub methods: Vec<Method>,
    /// What it demands.
    pub access: Access,
    /// Name of the upstream; `None`: the first.
    pub upstream: Option<String>,
}

impl RouteConfig {
    /// As the rules take it; `upstream` is the index of its upstream.
    pub fn to_route(&self, upstream: usize) -> Route {
        let hosts = self.host.iter().cloned().collect();
        Route { path: self.path.clone(), hosts, methods: self.methods.clone(), access: self.access, upstream }
    }
}

pub(super) fn read(table: &mut Table<'_>) -> Option<RouteConfig> {
    let path = table.require("path", "write path = \"/exact\", or \"/below/*\" for everything below", path);
    let host = table.make("host", parse::host);
    let methods = table.list_of("methods", method);
    let remedy = "write access = \"public\", \"first-factor\", \"full\", \"second-factor\", \"fresh(5m)\" or \"deny\"";
    let access = table.require("access", remedy, |text| {
        let remedy = "use public, first-factor, full, second-factor, fresh(5m) or deny";
        text.parse::<Access>().map_err(|_| (format!("{text:?} is no access level"), remedy))
    });
    let upstream = table.text("upstream");
    Some(RouteConfig { path: path?, host, methods, access: access?, upstream })
}

/// Reports upstreams that do not exist, and routes that never decide.
pub(super) fn check(root: &Table<'_>, routes: &[Option<RouteConfig>], upstreams: &[UpstreamConfig]) {
    if let Some(readable) = routes.iter().map(|route| Some(route.as_ref()?.to_route(0))).collect::<Option<Vec<_>>>() {
        for (dead, earlier) in Rules::new(readable).dead() {
            let what = format!("route[{earlier}] comes first and takes every request that this one is meant for");
            root.unwise(&format!("route[{dead}].path"), what, "put the narrower route first, or remove this one");
        }
    }
    for (index, route) in routes.iter().enumerate() {
        let Some(name) = route.as_ref().and_then(|route| route.upstream.as_deref()) else { continue };
        if !upstreams.iter().any(|upstream| upstream.name == name) {
            let names: Vec<&str> = upstreams.iter().map(|upstream| upstream.name.as_str()).collect();
            let remedy = match names.is_empty() {
                true => "add it below a line [[upstream]], or remove this key".to_owned(),
                false => format!("use one of {}, or add it below a line [[upstream]]", names.join(", ")),
            };
            root.wrong(&format!("route[{index}].upstream"), format!("there is no upstream {name:?}"), &remedy);
        }
    }
}

fn method(text: &str) -> Result<Method, Complaint> {
    let upper = !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'-');
    let method = Method::from_bytes(text.as_bytes()).ok().filter(|_| upper);
    method.ok_or_else(|| (format!("{text:?} is no method"), "write methods like [\"GET\", \"POST\"], in capitals"))
}

fn path(text: &str) -> Result<PathPattern, Complaint> {
    let remedy = "write an absolute path such as /health, or /assets/* for everything below /assets/";
    PathPattern::parse(text).map_err(|_| (format!("{text:?} is no path that a request could have"), remedy))
}
