//! The form in which a proxy expects a missing step.

use http::header::HeaderName;

use crate::headers::names;
use crate::target::dialect::Dialect;

/// Form in which a proxy expects a missing step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChallengeStyle {
    /// Whether the proxy forwards the whole response to the browser, so that it may be a redirect; otherwise it is
    /// always a 401.
    pub whole: bool,
    /// The header that carries the URL of the step, in addition to the response itself.
    pub names: Option<HeaderName>,
}

impl ChallengeStyle {
    /// Returns the form that a proxy of this dialect understands.
    pub(crate) fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Nginx => Self { whole: false, names: Some(names::X_AUTH_REDIRECT) },
            Dialect::Traefik | Dialect::Caddy | Dialect::HaProxy | Dialect::Envoy => Self { whole: true, names: None },
        }
    }
}
