//! The inputs of a decision.

use std::net::IpAddr;
use std::sync::Arc;

use http::{Extensions, Method};
use postern_authn::rules::RouteMatch;
use postern_model::access::Access;
use postern_model::clock::Timestamp;
use postern_model::session::TokenHash;
use postern_model::web::{REQUEST_TARGET, Requester};

use super::Refusal;
use crate::sessions::CachedSession;
use crate::target::Target;

/// Permitted request that is to be decided again later.
#[derive(Clone, Debug)]
pub(crate) struct Recheck {
    /// The host, in canonical form.
    pub host: String,
    /// The path.
    pub path: String,
    /// The method.
    pub method: Method,
    /// The client's address, if the rules needed it.
    pub client: Option<IpAddr>,
    /// The token of the request, hashed.
    pub token: Option<TokenHash>,
}

/// Inputs of a decision.
pub(crate) struct RequestContext {
    /// Index of the upstream.
    pub upstream: usize,
    /// The client's address, if the rules need it.
    pub client: Option<IpAddr>,
    /// The token of the request, hashed.
    pub token: Option<TokenHash>,
    /// Its session; `None` until it was read, and if there is none.
    pub session: Option<Arc<CachedSession>>,
    /// Time at which the request was opened.
    pub now: Timestamp,
    pub(super) requirement: Requirement,
    /// Whether it is a write that another site's page sends; with a session, it is refused.
    pub(super) foreign_write: bool,
    /// Whether the client's address is unknown and a rule denies a network that the client may be in.
    pub(super) closed_to_unknown: bool,
}

/// Requirement of a request.
pub(super) enum Requirement {
    /// The route match of the rules.
    Rule(RouteMatch),
    /// This level, for every user: for preflights, and for responses of the gateway itself.
    Access(Access),
}

impl RequestContext {
    /// Refuses a write of another site's page if the request has a session.
    pub(super) fn complete(self) -> Result<Self, Refusal> {
        if self.session.is_some() && self.foreign_write { Err(Refusal::ForeignOrigin) } else { Ok(self) }
    }

    /// Returns the user of the request's session.
    pub(crate) fn requester(&self) -> Option<Requester> {
        self.session.as_ref().map(|session| Requester(session.user()))
    }

    /// Marks a response with the requesting user, for the request log.
    pub(crate) fn with_requester(
        &self,
        mut response: crate::response::body::Response,
    ) -> crate::response::body::Response {
        note_requester(&mut response.extensions, || self.requester());
        response
    }

    /// Returns the request to decide again while the response lasts.
    pub(crate) fn recheck(&self, target: &Target<'_>) -> Recheck {
        Recheck {
            host: target.host.origin().authority().to_owned(),
            path: target.uri.path().to_owned(),
            method: target.method.clone(),
            client: self.client,
            token: self.token,
        }
    }
}

/// Marks a response with the requesting user. Only the request log reads the mark.
pub(crate) fn note_requester(extensions: &mut Extensions, requester: impl FnOnce() -> Option<Requester>) {
    if tracing::enabled!(target: REQUEST_TARGET, tracing::Level::INFO)
        && let Some(requester) = requester()
    {
        extensions.insert(requester);
    }
}
