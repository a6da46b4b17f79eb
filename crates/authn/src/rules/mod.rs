//! Routes: which access a host, a canonical path, a method and a client's network demand, of whom, and which upstream
//! serves them. The first match decides; finding it costs the same for one route and for a thousand ([`index`]).

mod comparison;
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
use postern_model::access::Access;

pub use comparison::PathComparison;
pub use host::HostPattern;
use index::Index;
pub use network::Networks;
pub use overlap::{Dead, Overlap};
pub use pattern::{InvalidPath, PathPattern};
pub use route::{Mismatch, Route};

use crate::access::Demand;

/// What is asked of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The host, in lower case, with its port where that is not the default.
    pub host: &'a str,
    /// The path, canonical and without query.
    pub path: &'a str,
    /// The method.
    pub method: &'a Method,
    /// The client's address as far as trusted hops tell it; `None`: it is not known, and in no network.
    pub client: Option<IpAddr>,
}

/// The ordered routes of a deployment. The first match decides; none: [`Access::Full`] and the first upstream.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    routes: Vec<Route>,
    index: Index,
    networked: bool,
    names_methods: bool,
    /// How each upstream compares paths, by its index.
    comparisons: Vec<PathComparison>,
    /// The routes over normalised paths, for each way of comparing that an upstream has.
    normalized: Vec<(PathComparison, Index)>,
}

/// What [`Rules`] say of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// What it demands. Of whom it demands it, [`Rules::demand`] tells.
    pub access: Access,
    /// Index of its upstream.
    pub upstream: usize,
    /// Index of the route that decided; `None`: the default.
    pub route: Option<usize>,
}

impl Rules {
    /// Takes the routes in order. Upstreams compare paths as [`PathComparison::default`] says.
    pub fn new(routes: Vec<Route>) -> Self {
        let index = Index::new(&routes);
        let networked = routes.iter().any(|route| !route.networks.is_any());
        let names_methods = routes.iter().any(|route| !route.methods.is_empty());
        let rules = Self { routes, index, networked, names_methods, ..Self::default() };
        rules.with_comparisons(Vec::new())
    }

    /// Says how each upstream compares paths, by its index. The others compare by default.
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

    /// How an upstream compares paths.
    pub fn comparison(&self, upstream: usize) -> PathComparison {
        self.comparisons.get(upstream).copied().unwrap_or_default()
    }

    /// The routes in order.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Whether any route asks for the client's address. Where none does, nobody need find it out.
    pub fn ask_for_the_client(&self) -> bool {
        self.networked
    }

    /// Whether any route names methods.
    pub fn name_methods(&self) -> bool {
        self.names_methods
    }

    /// What a request demands, its path compared byte for byte.
    pub fn rule(&self, asked: &Asked<'_>) -> Ruling {
        self.ruling(self.index.find(&self.routes, asked))
    }

    /// What a request demands, its path compared as this upstream compares it. `None`: byte for byte, as [`Rules::rule`].
    pub fn rule_as_served(&self, asked: &Asked<'_>, upstream: usize) -> Option<Ruling> {
        let comparison = self.comparison(upstream);
        let (_, index) = self.normalized.iter().find(|(known, _)| *known == comparison)?;
        let path = comparison.normalize(asked.path);
        Some(self.ruling(index.find(&self.routes, &Asked { path: &path, ..*asked })))
    }

    /// What else could decide if the client were in another network, its path compared byte for byte and as this upstream
    /// compares it.
    fn rulings_elsewhere(&self, asked: &Asked<'_>, upstream: usize) -> Vec<Ruling> {
        let comparison = self.comparison(upstream);
        let path = comparison.normalize(asked.path);
        let served = self.normalized.iter().find(|(known, _)| *known == comparison);
        let served = served.map(|(_, index)| index.search(&self.routes, &Asked { path: &path, ..*asked }).1);
        let exact = self.index.search(&self.routes, asked).1;
        exact.into_iter().chain(served.into_iter().flatten()).map(|number| self.ruling(Some(number))).collect()
    }

    fn ruling(&self, route: Option<usize>) -> Ruling {
        match route.and_then(|index| self.routes.get(index)) {
            Some(found) => Ruling { access: found.access, upstream: found.upstream, route },
            None => Ruling { access: Access::Full, upstream: 0, route: None },
        }
    }

    /// What a ruling of these rules demands, and of whom.
    pub fn demand(&self, ruling: &Ruling) -> Demand<'_> {
        let route = ruling.route.and_then(|index| self.routes.get(index));
        Demand {
            access: ruling.access,
            principals: route.map(|route| &route.principals).filter(|principals| !principals.is_anyone()),
        }
    }

    /// Whether pages of other sites may send writes with a session where this ruling holds.
    pub fn allows_cross_site(&self, ruling: &Ruling) -> bool {
        ruling.route.and_then(|index| self.routes.get(index)).is_some_and(|route| route.cross_site)
    }

    /// Whether two rulings of these rules come to the same, whatever routes they are from.
    pub fn agree(&self, one: &Ruling, other: &Ruling) -> bool {
        one.route == other.route || (one.upstream == other.upstream && self.demand(one) == self.demand(other))
    }
}

#[cfg(test)]
mod tests;
