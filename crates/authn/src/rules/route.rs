//! A single route.

use std::fmt;

use http::Method;
use postern_model::access::{Access, BindingDemand, FactorDemand};

use super::{EncodedCharacters, HostPattern, Networks, PathPattern, RouteQuery};
use crate::rules::principals::Principals;

/// Route of the configuration (`[[route]]`).
///
/// Host, path, methods and networks are *conditions*: a request that does not meet them is matched against the next route.
/// Access, factor, binding and who are *requirements*: a request that meets the conditions is decided by this route, and a user who does
/// not meet the requirements is challenged or denied. If `who` were a condition, a user who is not listed would fall
/// through to a later route, which may be weaker, so that removing a user from a list could grant access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Path condition.
    pub path: PathPattern,
    /// Host condition; empty matches every host.
    pub hosts: Vec<HostPattern>,
    /// Method condition; empty matches every method.
    pub methods: Vec<Method>,
    /// Network condition of the client.
    pub networks: Networks,
    /// Required access level.
    pub access: Access,
    /// Required kind of second factor.
    pub factor: FactorDemand,
    /// Whether the session must be bound to its device.
    pub binding: BindingDemand,
    /// Admitted users.
    pub principals: Principals,
    /// Whether pages of other sites may send writes with a session.
    pub cross_site: bool,
    /// Whether forms of its pages that ask so are kept while a step is missing.
    pub keeps_posts: bool,
    /// Encoded characters that its paths may contain, though servers read them differently.
    pub encoded: EncodedCharacters,
    /// Index of the upstream that serves it.
    pub upstream: usize,
}

/// First condition that a request does not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The host.
    Host,
    /// The path.
    Path,
    /// The method.
    Method,
    /// The client's network.
    Network,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "host",
            Self::Path => "path",
            Self::Method => "method",
            Self::Network => "network",
        })
    }
}

impl Route {
    /// Builds a route for every request with a matching path that admits every user and leads to the first upstream.
    pub fn new(path: PathPattern, access: Access) -> Self {
        Self {
            path,
            hosts: Vec::new(),
            methods: Vec::new(),
            networks: Networks::default(),
            access,
            factor: FactorDemand::Any,
            binding: BindingDemand::Any,
            principals: Principals::default(),
            cross_site: false,
            keeps_posts: false,
            encoded: EncodedCharacters::NONE,
            upstream: 0,
        }
    }

    /// Returns the first condition that a request does not meet; `None` if the route matches.
    pub fn mismatch(&self, query: &RouteQuery<'_>) -> Option<Mismatch> {
        if !(self.hosts.is_empty() || self.hosts.iter().any(|host| host.matches(query.host))) {
            return Some(Mismatch::Host);
        }
        if !self.path.matches(query.path) {
            return Some(Mismatch::Path);
        }
        if !self.takes(query.method) {
            return Some(Mismatch::Method);
        }
        (!self.networks.admit(query.client)).then_some(Mismatch::Network)
    }

    /// Whether the route matches a method.
    pub(super) fn takes(&self, method: &Method) -> bool {
        self.methods.is_empty() || self.methods.contains(method)
    }
}
