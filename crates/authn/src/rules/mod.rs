//! Routes: which access a host, a canonical path, a method and a client's network demand, of whom, and which upstream
//! serves them. The first match decides; finding it costs the same for one route and for a thousand ([`index`]).

mod host;
mod index;
mod network;
mod overlap;
mod pattern;
pub mod principals;
mod route;

use std::net::IpAddr;

use http::Method;
use postern_model::access::Access;

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
    /// Takes the routes in order.
    pub fn new(routes: Vec<Route>) -> Self {
        let index = Index::new(&routes);
        let networked = routes.iter().any(|route| !route.networks.is_any());
        Self { routes, index, networked }
    }

    /// The routes in order.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Whether any route asks for the client's address. Where none does, nobody need find it out.
    pub fn ask_for_the_client(&self) -> bool {
        self.networked
    }

    /// What a request demands.
    pub fn rule(&self, asked: &Asked<'_>) -> Ruling {
        let route = self.index.find(&self.routes, asked);
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

    /// Whether two rulings of these rules come to the same, whatever routes they are from.
    pub fn agree(&self, one: &Ruling, other: &Ruling) -> bool {
        one.route == other.route || (one.upstream == other.upstream && self.demand(one) == self.demand(other))
    }
}

#[cfg(test)]
mod tests;
