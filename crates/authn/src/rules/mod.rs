//! Routes: they map host, canonical path, method and the client's network to the required access, the admitted users
//! and the upstream. The first match decides; a lookup costs the same for one route and for a thousand ([`index`]).

mod comparison;
mod encoded;
mod host;
mod index;
mod network;
mod overlap;
mod pattern;
pub mod principals;
mod route;
mod strictness;

use std::net::IpAddr;

use http::Method;
use postern_model::access::{Access, BindingDemand, FactorDemand};

pub use comparison::PathComparison;
pub use encoded::EncodedCharacters;
pub use host::HostPattern;
use index::Index;
pub use network::Networks;
pub use overlap::{Dead, Overlap};
pub use pattern::{InvalidPath, PathPattern};
pub use route::{Mismatch, Route};

use crate::access::Demand;

/// Request properties that the rules are matched against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteQuery<'a> {
    /// The host, in lower case, with its port where that is not the default.
    pub host: &'a str,
    /// The canonical path, without query.
    pub path: &'a str,
    /// The request method.
    pub method: &'a Method,
    /// The client's address as reported by trusted hops; `None` if it is unknown, hence in no network.
    pub client: Option<IpAddr>,
}

/// Ordered routes of a deployment. The first match decides; without a match, [`Access::Full`] and the first upstream
/// apply.
///
/// ```
/// use http::Method;
/// use postern_authn::rules::{PathPattern, Route, RouteQuery, Rules};
/// use postern_model::access::Access;
///
/// let open = PathPattern::parse("/assets/*").expect("a path pattern");
/// let rules = Rules::new(vec![Route::new(open, Access::Public)]);
/// let access = |path| {
///     let query = RouteQuery { host: "app.example.com", path, method: &Method::GET, client: None };
///     rules.find(&query).access
/// };
/// assert_eq!(access("/assets/logo.svg"), Access::Public);
/// // Without a route that matches, a full session is required.
/// assert_eq!(access("/devices"), Access::Full);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Rules {
    routes: Vec<Route>,
    index: Index,
    networked: bool,
    names_methods: bool,
    encoded: EncodedCharacters,
    /// The path comparison of each upstream, by its index.
    comparisons: Vec<PathComparison>,
    /// Routes over normalised paths, one index for each path comparison that an upstream uses.
    normalized: Vec<(PathComparison, Index)>,
}

/// Match of [`Rules`] for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteMatch {
    /// The required access level. [`Rules::demand`] adds the kind of factor, the binding and the admitted users.
    pub access: Access,
    /// Index of the upstream.
    pub upstream: usize,
    /// Index of the route that decided; `None` for the default.
    pub route: Option<usize>,
}

impl Rules {
    /// Builds the rules from routes in order. Upstreams compare paths as [`PathComparison::default`] does.
    pub fn new(routes: Vec<Route>) -> Self {
        let index = Index::new(&routes);
        let networked = routes.iter().any(|route| !route.networks.is_any());
        let names_methods = routes.iter().any(|route| !route.methods.is_empty());
        let encoded = routes.iter().fold(EncodedCharacters::NONE, |all, route| all.union(route.encoded));
        let rules = Self { routes, index, networked, names_methods, encoded, ..Self::default() };
        rules.with_comparisons(Vec::new())
    }

    /// Sets how each upstream compares paths, by its index. Other upstreams keep the default.
    #[must_use]
    pub fn with_comparisons(mut self, comparisons: Vec<PathComparison>) -> Self {
        self.normalized.clear();
        for comparison in comparisons.iter().copied().chain([PathComparison::default()]) {
            let known = self.normalized.iter().any(|(known, _)| *known == comparison);
            if comparison != PathComparison::EXACT && !known {
                self.normalized.push((comparison, Index::normalized(&self.routes, comparison)));
            }
        }
        self.comparisons = comparisons;
        self
    }

    /// Returns how an upstream compares paths.
    pub fn comparison(&self, upstream: usize) -> PathComparison {
        self.comparisons.get(upstream).copied().unwrap_or_default()
    }

    /// Returns the routes in order.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Whether any route has a network condition. If none does, the client's address need not be determined.
    pub fn ask_for_the_client(&self) -> bool {
        self.networked
    }

    /// Whether any route has a method condition.
    pub fn name_methods(&self) -> bool {
        self.names_methods
    }

    /// Returns the encoded characters that some route allows in paths.
    pub fn encoded(&self) -> EncodedCharacters {
        self.encoded
    }

    /// Returns the encoded characters that the route of a route match allows in paths; the default allows none.
    pub fn encoded_where(&self, route_match: &RouteMatch) -> EncodedCharacters {
        let route = self.route_of(route_match);
        route.map_or(EncodedCharacters::NONE, |route| route.encoded)
    }

    /// Returns the route match on a request, its path compared byte for byte.
    pub fn find(&self, query: &RouteQuery<'_>) -> RouteMatch {
        self.route_match(self.index.find(&self.routes, query))
    }

    /// Returns the match for a request, its path compared as this upstream compares it. `None` if that is byte for
    /// byte, as in [`Rules::find`].
    pub fn find_as_served(&self, query: &RouteQuery<'_>, upstream: usize) -> Option<RouteMatch> {
        let comparison = self.comparison(upstream);
        let (_, index) = self.normalized.iter().find(|(known, _)| *known == comparison)?;
        let path = comparison.normalize(query.path);
        Some(self.route_match(index.find(&self.routes, &RouteQuery { path: &path, ..*query })))
    }

    /// Returns the route matches that could apply if the client were in another network, its path compared byte for byte and
    /// as this upstream compares it.
    fn matches_elsewhere(&self, query: &RouteQuery<'_>, upstream: usize) -> Vec<RouteMatch> {
        let comparison = self.comparison(upstream);
        let path = comparison.normalize(query.path);
        let served = self.normalized.iter().find(|(known, _)| *known == comparison);
        let served = served.map(|(_, index)| index.search(&self.routes, &RouteQuery { path: &path, ..*query }).1);
        let exact = self.index.search(&self.routes, query).1;
        exact.into_iter().chain(served.into_iter().flatten()).map(|number| self.route_match(Some(number))).collect()
    }

    fn route_match(&self, route: Option<usize>) -> RouteMatch {
        match route.and_then(|index| self.routes.get(index)) {
            Some(found) => RouteMatch { access: found.access, upstream: found.upstream, route },
            None => RouteMatch { access: Access::Full, upstream: 0, route: None },
        }
    }

    fn route_of(&self, route_match: &RouteMatch) -> Option<&Route> {
        route_match.route.and_then(|index| self.routes.get(index))
    }

    /// Returns the access level, the kind of factor and the binding that a route match requires, and the users that it admits.
    pub fn demand(&self, route_match: &RouteMatch) -> Demand<'_> {
        let route = self.route_of(route_match);
        Demand {
            access: route_match.access,
            factor: route.map_or(FactorDemand::Any, |route| route.factor),
            binding: route.map_or(BindingDemand::Any, |route| route.binding),
            principals: route.map(|route| &route.principals).filter(|principals| !principals.is_anyone()),
        }
    }

    /// Whether pages of other sites may send writes with a session where this route match applies.
    pub fn allows_cross_site(&self, route_match: &RouteMatch) -> bool {
        self.route_of(route_match).is_some_and(|route| route.cross_site)
    }

    /// Whether forms of pages that ask so are kept where this route match applies.
    pub fn keeps_posts(&self, route_match: &RouteMatch) -> bool {
        self.route_of(route_match).is_some_and(|route| route.keeps_posts)
    }

    /// Whether two route matches of these rules have the same effect, whichever routes they come from.
    pub fn agree(&self, one: &RouteMatch, other: &RouteMatch) -> bool {
        one.route == other.route || (one.upstream == other.upstream && self.demand(one) == self.demand(other))
    }
}

#[cfg(test)]
mod tests;
