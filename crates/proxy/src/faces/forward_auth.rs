//! Forward-auth: answers the checks of other proxies over HTTP.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use http::header::COOKIE;
use postern_authn::access::Permitted;
use postern_model::web::{CheckedTarget, REQUEST_TARGET};

use super::core::{Admitted, Core};
use crate::gate::{Opened, Refusal, RequestContext};
use crate::headers::names::{X_AUTH_ALIASES, is_alias};
use crate::identity::RenderedIdentity;
use crate::response::body::{Body, EncodedHeaders, Response};
use crate::response::style::ChallengeStyle;
use crate::target::Target;
use crate::target::dialect::Dialect;
use postern_http::boxed::cold;
use postern_http::headers::HeaderBlock;
use postern_http::{Peer, Request};

/// Most names that a refusal lists.
const ALIASES_MAX: usize = 8;

/// Answers the checks of nginx, Traefik, Caddy, HAProxy and Envoy (over HTTP): 200 with identity headers, 401 or a
/// redirect if a step is missing, 403, 503. Never 400, which some proxies treat as a failure of the gateway.
#[derive(Clone)]
pub struct ForwardAuth {
    core: Arc<Core>,
}

/// Check whose route is matched.
pub enum Check {
    /// The response: the session was cached, or none is needed.
    Answered(Response),
    /// The session must be read from the store.
    Waiting(PendingCheck),
}

/// Check whose session must be read from the store. It borrows nothing from its request.
pub struct PendingCheck {
    core: Arc<Core>,
    dialect: Dialect,
    target: Target<'static>,
    context: RequestContext,
    /// The client's cookies, if the response is to name those for the backend.
    cookies: Option<Box<HeaderBlock>>,
}

impl ForwardAuth {
    /// Takes the shared core.
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Opens a check, and answers it if that does not require waiting, which is nearly always the case.
    pub fn open(&self, dialect: Dialect, request: &Request, peer: &Peer) -> Check {
        match self.open_quietly(dialect, request, peer) {
            Check::Answered(mut response) if !response.status.is_success() => {
                name_aliases(&mut response, request);
                Check::Answered(response)
            }
            check => check,
        }
    }

    fn open_quietly(&self, dialect: Dialect, request: &Request, peer: &Peer) -> Check {
        let core = &self.core;
        if !peer.is_trusted(core.trusted()) {
            return Check::Answered(core.untrusted(dialect.name(), peer).into());
        }
        let target = dialect.target(request, &core.envoy_prefix, &core.gate.hosts);
        let target = match target {
            Ok(target) => target.wishing(|| core.renderer.wishes(&request.headers)),
            Err(why) => return Check::Answered(core.invalid_check(dialect.name(), why).into()),
        };
        match core.gate.open(&target, &request.headers, peer) {
            Ok(Opened::Ready(context)) => {
                let cookies = core.check_cookies.then_some(&request.headers);
                Check::Answered(answer(core, dialect, &target, Ok(context), cookies))
            }
            Ok(Opened::Waiting(context)) => {
                let cookies = core.check_cookies.then(|| Box::new(request.headers.clone()));
                let (core, target) = (Arc::clone(core), target.into_owned());
                Check::Waiting(PendingCheck { core, dialect, target, context, cookies })
            }
            Err(refusal) => Check::Answered(answer(core, dialect, &target, Err(refusal), None)),
        }
    }

    /// Answers a check.
    pub async fn check(&self, dialect: Dialect, request: &Request, peer: &Peer) -> Response {
        match self.open(dialect, request, peer) {
            Check::Answered(response) => response,
            Check::Waiting(pending) => cold(|| pending.answer()).await,
        }
    }
}

impl PendingCheck {
    /// Reads the session and answers the check.
    pub async fn answer(self) -> Response {
        let Self { core, dialect, target, context, cookies } = self;
        let context = core.gate.load(context).await;
        answer(&core, dialect, &target, context, cookies.as_deref())
    }
}

/// Names in a refusal the headers whose spelling a proxy in front should have removed; `postern doctor` looks for them.
/// They are the client's own, so they tell it nothing new.
fn name_aliases(response: &mut Response, request: &Request) {
    let mut found = Vec::new();
    request.headers.for_each(|header| {
        let name = header.name;
        if found.len() < ALIASES_MAX && is_alias(name) && !found.iter().any(|known| known == name) {
            found.push(name.to_vec());
        }
    });
    if let (false, Ok(value)) = (found.is_empty(), HeaderValue::try_from(found.join(&b", "[..]))) {
        response.headers.insert(X_AUTH_ALIASES, value);
    }
}

fn answer(
    core: &Core,
    dialect: Dialect,
    target: &Target<'_>,
    context: Result<RequestContext, Refusal>,
    cookies: Option<&HeaderBlock>,
) -> Response {
    let mut response = answer_unlogged(core, dialect, target, context, cookies);
    if tracing::enabled!(target: REQUEST_TARGET, tracing::Level::INFO) {
        response.extensions.insert(CheckedTarget {
            host: target.host.origin().authority().to_owned(),
            path: target.uri.path().to_owned(),
        });
    }
    response
}

fn answer_unlogged(
    core: &Core,
    dialect: Dialect,
    target: &Target<'_>,
    context: Result<RequestContext, Refusal>,
    cookies: Option<&HeaderBlock>,
) -> Response {
    let refuse = |refusal| {
        tracing::debug!(dialect = dialect.name(), why = %refusal, "forward-auth check denied");
        core.renderer.check_refusal(&ChallengeStyle::of(dialect), target, refusal).into()
    };
    match context {
        Ok(context) => {
            let allowed = core.admit(&context).map(|Admitted { permit, identity }| {
                let cookies = cookies.map(|headers| {
                    core.sanitizer.cookies(headers, &core.credentials(context.upstream, identity.as_ref()))
                });
                allow(core, permit.admit(()), identity, cookies)
            });
            context.with_requester(allowed.unwrap_or_else(refuse))
        }
        Err(refusal) => refuse(refusal),
    }
}

/// Builds the only 200 of a check. It carries every identity name, empty if there is no value, so that a proxy that
/// copies them overwrites headers that a client sent under these names.
///
/// `cookies` is the `Cookie` line for the backend, present even if it is empty, for the same reason.
fn allow(
    core: &Core,
    _permitted: Permitted<()>,
    identity: Option<RenderedIdentity>,
    cookies: Option<Vec<u8>>,
) -> Response {
    let encoded = identity.map_or_else(|| EncodedHeaders::no_identity(&core.blank_identity), EncodedHeaders::identity);
    let mut response = Response { encoded, ..Response::new(Body::Empty) };
    if let Some(cookies) = cookies {
        let value = HeaderValue::from_maybe_shared(Bytes::from(cookies)).unwrap_or(HeaderValue::from_static(""));
        response.headers.edit(|headers| {
            headers.insert(COOKIE, value);
        });
    }
    response
}
