//! How a proxy wants to be told of a missing step.

use http::header::HeaderName;

use crate::headers::names;
use crate::target::dialect::Dialect;

/// How a proxy wants to be told of a missing step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChallengeStyle {
    /// Whether the whole response reaches the browser, so that it may be a redirect; otherwise it is always a 401.
    pub whole: bool,
    /// The header that names the URL of the step, beside what the response itself says.
    pub names: Option<HeaderName>,
}

impl ChallengeStyle {
    /// What a proxy of this dialect understands.
    pub(crate) fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Nginx => Self { whole: false, names: Some(names::X_AUTH_REDIRECT) },
            Dialect::Traefik | Dialect::Caddy | Dialect::HaProxy | Dialect::Envoy => Self { whole: true, names: None },
        }
    }
}
