//! The endpoint of a request: which part of the gateway answers it.

use postern_proxy::Dialect;

use crate::wiring::Services;

/// The part of the gateway that answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// A check of another proxy, over HTTP.
    Check(Dialect),
    /// An endpoint of another gateway.
    Compat(postern_proxy::Endpoint),
    /// Pages and the JSON API.
    Portal,
    /// Anything else is forwarded.
    Proxy,
    /// The cleartext listener's redirects to https.
    Redirect,
}

impl Endpoint {
    /// The endpoint of a path on the main listener.
    pub(crate) fn of(base_path: &str, services: &Services, path: &str) -> Self {
        let below = path.strip_prefix(base_path);
        match below.and_then(Dialect::of_path) {
            Some(dialect) => Self::Check(dialect),
            None if services.portal.owns(path) => Self::Portal,
            None => services.faces.compat.endpoint(path).map_or(Self::Proxy, Self::Compat),
        }
    }

    /// Its name in logs and metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Check(dialect) => dialect.name(),
            Self::Compat(endpoint) => endpoint.name(),
            Self::Portal => "portal",
            Self::Proxy => "proxy",
            Self::Redirect => "redirect",
        }
    }
}
