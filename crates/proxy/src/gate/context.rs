//! What a decision is made from.

use std::net::IpAddr;
use std::sync::Arc;

use http::{Extensions, Method};
use postern_authn::rules::Ruling;
use postern_model::access::Access;
use postern_model::clock::Timestamp;
use postern_model::session::TokenHash;
use postern_model::web::{REQUEST_TARGET, Requester};

use super::Refusal;
use crate::sessions::CachedSession;
use crate::target::Target;

/// A permitted request, to be decided again later.
#[derive(Clone, Debug)]
pub(crate) struct Recheck {
    /// The host, in canonical form.
    pub host: String,
    /// The path.
    pub path: String,
    /// The method.
    pub method: Method,
    /// The client's address, where the rules then asked for it.
    pub client: Option<IpAddr>,
    /// The token that came with it, hashed.
    pub token: Option<TokenHash>,
}

/// What a decision is made from.
pub(crate) struct RequestContext {
    /// Index of the upstream.
    pub upstream: usize,
    /// The client's address, where the rules ask for it.
    pub client: Option<IpAddr>,
    /// The token that came with the request, hashed.
    pub token: Option<TokenHash>,
    /// Its session; `None` until it was read, and where there is none.
    pub session: Option<Arc<CachedSession>>,
    /// When it was opened.
    pub now: Timestamp,
    pub(super) requirement: Requirement,
    /// Whether it is a write that another site's page sends: with a session, it is refused.
    pub(super) foreign_write: bool,
    /// Whether a rule denies a network that the client, whose address is not known, may be in.
    pub(super) closed_to_unknown: bool,
}

/// What is demanded.
pub(super) enum Requirement {
    /// What the ruling says.
    Rule(Ruling),
    /// This level, of anybody: for preflights, and for responses of the gateway itself.
    Access(Access),
}

impl RequestContext {
    /// Refuses a write of another site's page once a session came with it.
    pub(super) fn complete(self) -> Result<Self, Refusal> {
        if self.session.is_some() && self.foreign_write { Err(Refusal::ForeignOrigin) } else { Ok(self) }
    }

    /// The user whose session came with the request.
    pub(crate) fn requester(&self) -> Option<Requester> {
        self.session.as_ref().map(|session| Requester(session.user()))
    }

    /// Marks a response with the user whose request it answers, where that is logged.
    pub(crate) fn with_requester(
        &self,
        mut response: crate::response::body::Response,
    ) -> crate::response::body::Response {
        note_requester(&mut response.extensions, || self.requester());
        response
    }

    /// What to decide again while the response lasts.
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

/// Marks a response with the user whose request it answers. Only the request log reads the mark.
pub(crate) fn note_requester(extensions: &mut Extensions, requester: impl FnOnce() -> Option<Requester>) {
    if tracing::enabled!(target: REQUEST_TARGET, tracing::Level::INFO)
        && let Some(requester) = requester()
    {
        extensions.insert(requester);
    }
}
