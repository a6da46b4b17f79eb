//! Routes: which access a host, a canonical path and a method demand, and which upstream serves them.

use std::fmt;

use http::Method;
use postern_model::access::Access;

/// How a route names paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPattern {
    /// This path and no other.
    Exact(String),
    /// `/assets/*`: everything below `/assets/`, not `/assets` itself. Stored with its trailing slash.
    Below(String),
}

/// Text that is no path pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no path: use an absolute path such as /health, or /assets/* for all below it")]
pub struct InvalidPath(String);

impl PathPattern {
    /// Reads `/path` or `/path/*`. Anything that a canonical path cannot contain is refused, since it would never match.
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        let (path, below) = match text.strip_suffix("/*") {
            Some(parent) => (format!("{parent}/"), true),
            None => (text.to_owned(), false),
        };
        let dotted = path.split('/').any(|segment| matches!(segment, "." | ".."));
        let odd =
            path.chars().any(|c| matches!(c, '*' | '?' | '#' | '\\' | '%') || c.is_control() || c.is_whitespace());
        if !path.starts_with('/') || path.contains("//") || dotted || odd {
            return Err(InvalidPath(text.to_owned()));
        }
        Ok(if below { Self::Below(path) } else { Self::Exact(path) })
    }

    /// Whether a canonical path falls under this pattern. Case counts.
    pub fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(exact) => path == exact,
            Self::Below(parent) => path.starts_with(parent.as_str()),
        }
    }

    /// Whether every path under `other` is under this one too.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(_), Self::Below(_)) => false,
            (_, Self::Exact(path) | Self::Below(path)) => self.matches(path),
        }
    }
}

impl fmt::Display for PathPattern {
    /// As it is written in the configuration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(path) => f.write_str(path),
            Self::Below(parent) => write!(f, "{parent}*"),
        }
    }
}

/// One `[[route]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Which paths.
    pub path: PathPattern,
    /// Which hosts, in lower case with their port where it is not the default; empty: all.
    pub hosts: Vec<String>,
    /// Which methods; empty: all.
    pub methods: Vec<Method>,
    /// What it demands.
    pub access: Access,
    /// Index of the upstream that serves it.
    pub upstream: usize,
}

impl Route {
    /// Whether every request that `later` is meant for is taken by this route before.
    pub fn covers(&self, later: &Self) -> bool {
        fn all_of<T: PartialEq>(these: &[T], those: &[T]) -> bool {
            these.is_empty() || (!those.is_empty() && those.iter().all(|one| these.contains(one)))
        }
        self.path.covers(&later.path) && all_of(&self.methods, &later.methods) && all_of(&self.hosts, &later.hosts)
    }
}

/// The ordered routes of a deployment. The first match decides; none: [`Access::Full`] and the first upstream.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    routes: Vec<Route>,
}

/// What [`Rules`] say of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// What it demands.
    pub access: Access,
    /// Index of its upstream.
    pub upstream: usize,
    /// Index of the route that decided; `None`: the default.
    pub route: Option<usize>,
}

impl Rules {
    /// Takes the routes in order.
    pub fn new(routes: Vec<Route>) -> Self {
        Self { routes }
    }

    /// The routes in order.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The routes that never decide, each with the earlier one that takes all its requests, by their indices.
    pub fn dead(&self) -> impl Iterator<Item = (usize, usize)> {
        self.routes.iter().enumerate().filter_map(|(index, route)| {
            let earlier = self.routes.iter().take(index).position(|earlier| earlier.covers(route))?;
            Some((index, earlier))
        })
    }

    /// What a request demands. `host` in lower case, `path` canonical and without query.
    pub fn rule(&self, host: &str, path: &str, method: &Method) -> Ruling {
        self.routes
            .iter()
            .enumerate()
            .find(|(_, route)| {
                route.path.matches(path)
                    && (route.methods.is_empty() || route.methods.contains(method))
                    && (route.hosts.is_empty() || route.hosts.iter().any(|name| name == host))
            })
            .map_or(Ruling { access: Access::Full, upstream: 0, route: None }, |(index, route)| Ruling {
                access: route.access,
                upstream: route.upstream,
                route: Some(index),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: &str, access: Access) -> Route {
        let path = PathPattern::parse(path).unwrap();
        Route { path, hosts: Vec::new(), methods: Vec::new(), access, upstream: 0 }
    }

    #[test]
    fn the_first_match_decides_and_nothing_listed_means_full() {
        let get_only = Route { methods: vec![Method::GET], ..route("/assets/*", Access::Public) };
        let rules = Rules::new(vec![route("/assets/private", Access::Deny), get_only]);
        let access = |path: &str, method: Method| rules.rule("a", path, &method).access;
        assert_eq!(access("/assets/app.js", Method::GET), Access::Public);
        assert_eq!(access("/assets/private", Method::GET), Access::Deny);
        for (path, method) in [
            ("/assets/app.js", Method::POST),
            ("/assets", Method::GET),
            ("/Assets/app.js", Method::GET),
            ("/assetsx", Method::GET),
            ("/x/assets/app.js", Method::GET),
        ] {
            assert_eq!(access(path, method), Access::Full, "{path}");
        }
    }

    #[test]
    fn a_host_is_matched_whole() {
        let rules = Rules::new(vec![Route { hosts: vec!["a.example".to_owned()], ..route("/*", Access::Public) }]);
        assert_eq!(rules.rule("a.example", "/x", &Method::GET).access, Access::Public);
        for host in ["b.example", "xa.example", "a.example.evil", "a.example:8080", ""] {
            assert_eq!(rules.rule(host, "/x", &Method::GET).access, Access::Full, "{host}");
        }
    }

    #[test]
    fn a_route_that_an_earlier_one_takes_everything_from_is_dead() {
        let methods = |route: Route, methods: &[Method]| Route { methods: methods.to_vec(), ..route };
        let host = |route: Route, host: &str| Route { hosts: vec![host.to_owned()], ..route };
        let public = |path: &str| route(path, Access::Public);
        let dead = |routes: Vec<Route>| Rules::new(routes).dead().collect::<Vec<_>>();
        assert_eq!(dead(vec![public("/a/*"), public("/b"), public("/a/b"), public("/a/b/*")]), [(2, 0), (3, 0)]);
        assert_eq!(dead(vec![public("/a"), public("/a")]), [(1, 0)]);
        assert_eq!(dead(vec![public("/a"), methods(public("/a"), &[Method::GET])]), [(1, 0)]);
        assert_eq!(dead(vec![public("/a"), host(public("/a"), "x.example")]), [(1, 0)]);
        for alive in [
            vec![public("/a/b"), public("/a/*")],
            vec![public("/a/*"), public("/a")],
            vec![methods(public("/a"), &[Method::GET]), public("/a")],
            vec![methods(public("/a"), &[Method::GET]), methods(public("/a"), &[Method::GET, Method::POST])],
            vec![host(public("/a"), "x.example"), host(public("/a"), "y.example")],
        ] {
            assert_eq!(dead(alive), []);
        }
    }

    #[test]
    fn patterns_that_could_never_match_are_refused() {
        for text in ["", "x", "/a/*/b", "/a*", "/a?b", "/a#b", "/a/../b", "/./a", "/a//b", "/a\\b", "/%61", "/a b", "*"]
        {
            assert!(PathPattern::parse(text).is_err(), "{text}");
        }
    }
}
