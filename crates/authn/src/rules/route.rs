//! One route.

use std::fmt;

use http::Method;
use postern_model::access::Access;

use super::{Asked, HostPattern, Networks, PathPattern};
use crate::rules::principals::Principals;

/// One `[[route]]`.
///
/// Host, path, methods and networks are *conditions*: a request that does not meet them goes on to the next route. Access
/// and who are *requirements*: a request that meets the conditions is decided here, and whoever does not fulfil the
/// requirements is challenged or denied. Were `who` a condition, somebody who is not listed would fall through to a later
/// route, which may be weaker, and taking a person off a list could open doors to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Which paths.
    pub path: PathPattern,
    /// Which hosts; empty: all.
    pub hosts: Vec<HostPattern>,
    /// Which methods; empty: all.
    pub methods: Vec<Method>,
    /// Which clients.
    pub networks: Networks,
    /// What it demands.
    pub access: Access,
    /// Of whom.
    pub principals: Principals,
    /// Whether pages of other sites may send writes with a session.
    pub cross_site: bool,
    /// Index of the upstream that serves it.
    pub upstream: usize,
}

/// The first condition that a request does not meet.
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
    /// A route for every request with such a path, of anybody, to the first upstream.
    pub fn new(path: PathPattern, access: Access) -> Self {
        Self {
            path,
            hosts: Vec::new(),
            methods: Vec::new(),
            networks: Networks::default(),
            access,
            principals: Principals::default(),
            cross_site: false,
            upstream: 0,
        }
    }

    /// Why a request is not for this route. `None`: it is.
    pub fn mismatch(&self, asked: &Asked<'_>) -> Option<Mismatch> {
        if !(self.hosts.is_empty() || self.hosts.iter().any(|host| host.matches(asked.host))) {
            return Some(Mismatch::Host);
        }
        if !self.path.matches(asked.path) {
            return Some(Mismatch::Path);
        }
        if !self.takes(asked.method) {
            return Some(Mismatch::Method);
        }
        (!self.networks.admit(asked.client)).then_some(Mismatch::Network)
    }

    /// Whether it holds for a method.
    pub(super) fn takes(&self, method: &Method) -> bool {
        self.methods.is_empty() || self.methods.contains(method)
    }
}
