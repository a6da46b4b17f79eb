//! Reasons why requests are refused.

use postern_authn::access::Step;

use super::route_match::RouteError;
use crate::sessions::Outage;
use crate::target::NoTarget;
use crate::target::path::Ambiguous;

/// Reason why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub(crate) enum Refusal {
    /// The request has no valid target.
    #[error(transparent)]
    NoTarget(#[from] NoTarget),
    /// The path is ambiguous: servers read it differently.
    #[error(transparent)]
    Ambiguous(#[from] Ambiguous),
    /// The path is never forwarded.
    #[error("this path is never forwarded")]
    Withheld,
    /// The session lacks a step.
    #[error("a step is missing: {}", .0.code())]
    Challenge(Step),
    /// The route is closed to every user.
    #[error("this route is closed")]
    Closed,
    /// The route does not admit the user.
    #[error("this route is for others")]
    NotListed,
    /// A page of another site made the browser send this request.
    #[error("the request comes from a page of another site")]
    ForeignOrigin,
    /// The session cookie is malformed or repeated.
    #[error("the session cookie is malformed, or there more than once")]
    Cookie,
    /// The `Cookie` headers are larger than the gateway reads.
    #[error("the cookies are too large")]
    CookiesTooLarge,
    /// The store is down and the session is not cached.
    #[error("the session store is unavailable")]
    Unavailable,
}

impl From<RouteError> for Refusal {
    fn from(why: RouteError) -> Self {
        match why {
            RouteError::Withheld => Self::Withheld,
            RouteError::Ambiguous(why) => Self::Ambiguous(why),
        }
    }
}

impl From<Outage> for Refusal {
    fn from(_: Outage) -> Self {
        Self::Unavailable
    }
}
