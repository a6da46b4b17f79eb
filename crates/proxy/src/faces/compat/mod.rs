//! Endpoints of other gateways, for proxies that are configured for these: oauth2-proxy's and Authelia's.
//!
//! They are off unless the configuration enables them; until then their paths belong to the backend. The decision is
//! the gate's ([`crate::gate`]); only the protocol differs. Responses carry the names of the dialect but no signed
//! values, since the documented snippets of these gateways let browsers call the endpoints too.

mod authelia;
mod constraints;
mod oauth2_pages;
mod oauth2_proxy;
mod strict;

use std::borrow::Cow;
use std::sync::Arc;

use http::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Response, StatusCode};
use postern_authn::access::{Identity, Permitted};
use postern_model::web::Requester;

use super::core::Core;
use crate::config::Compat;
use crate::gate::{Refusal, note_requester};
use crate::identity::PlainDialect;
use crate::response::Reader;
use crate::response::body::Body;
use crate::response::no_store::{GATE, no_store};
use crate::response::style::ChallengeStyle;
use crate::target::host::{HostRefused, ServedHost};
use crate::target::method::is_served;
use crate::target::{NoTarget, Target};
use postern_http::Peer;

use authelia::Authz;
use oauth2_pages::Page;

/// Endpoint of another gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `/oauth2/auth`.
    Auth,
    /// `/`, if the gateway forwards no requests: the path of `--upstream=static://202`.
    Root,
    Page(Page),
    Authz(Authz),
}

impl Endpoint {
    /// Returns a name for logs and metrics.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Auth | Kind::Root | Kind::Page(_) => "oauth2-proxy",
            Kind::Authz(_) => "authelia",
        }
    }
}

impl Compat {
    /// Returns the endpoint with this path, compared byte for byte; `forwards`: there is a backend that `/` belongs to.
    fn endpoint(&self, path: &str, forwards: bool) -> Option<Endpoint> {
        if let Some(oauth2) = &self.oauth2_proxy {
            match path.strip_prefix(oauth2.prefix.as_str()).and_then(|rest| rest.strip_prefix('/')) {
                Some("auth") => return Some(Endpoint(Kind::Auth)),
                Some(page) => return Some(Endpoint(Kind::Page(Page::of(page)))),
                None if path == "/" && !forwards => return Some(Endpoint(Kind::Root)),
                None => {}
            }
        }
        Authz::of_path(path).filter(|_| self.authelia).map(|authz| Endpoint(Kind::Authz(authz)))
    }
}

/// Answers the endpoints of other gateways.
#[derive(Clone)]
pub struct CompatEndpoints {
    core: Arc<Core>,
}

/// Header names under which an allowed check returns an identity.
#[derive(Clone, Copy)]
struct AnswerNames<'n> {
    dialect: PlainDialect,
    names: &'n [HeaderName],
}

impl CompatEndpoints {
    /// Takes the shared core.
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Returns the endpoint with this path, if it is enabled.
    pub fn endpoint(&self, path: &str) -> Option<Endpoint> {
        self.core.compat.endpoint(path, !self.core.upstreams.is_empty())
    }

    /// Answers a request to an endpoint, from a proxy or, for pages, from a browser.
    pub async fn handle(&self, endpoint: Endpoint, parts: &Parts, peer: &Peer) -> Response<Body> {
        match endpoint.0 {
            Kind::Page(_) if !is_served(&parts.method) => {
                self.core.renderer.refusal_to(Reader::PROGRAM, Refusal::NoTarget(NoTarget::Method))
            }
            Kind::Page(page) => self.oauth2_page(page, parts, peer).await,
            _ if !peer.is_trusted(self.core.trusted()) => self.core.untrusted(endpoint.name(), peer),
            Kind::Auth => self.oauth2_auth(parts, peer, false).await,
            Kind::Root => self.oauth2_auth(parts, peer, true).await,
            Kind::Authz(authz) => self.authelia(authz, parts, peer).await,
        }
    }

    /// Makes the only 2xx of these checks. Every name is sent, empty where there is no value, so that a proxy that copies
    /// them overwrites what a client sent.
    fn allow(
        &self,
        _permitted: Permitted<()>,
        status: StatusCode,
        names: AnswerNames<'_>,
        identity: Option<Identity<'_>>,
    ) -> Response<Body> {
        let mut response = Response::new(Body::Empty);
        let plain = |identity| self.core.identities.plain(names.dialect, identity);
        let mut values = identity.map(plain).unwrap_or_default();
        *response.status_mut() = status;
        let headers = response.headers_mut();
        for name in names.names {
            let value = values.remove(name).unwrap_or(HeaderValue::from_static(""));
            headers.insert(name.clone(), value);
        }
        headers.extend(crate::identity::headers(GATE));
        no_store(headers);
        note_requester(response.extensions_mut(), || identity.map(|identity| Requester(identity.person().id)));
        response
    }

    fn deny(
        &self,
        style: &ChallengeStyle,
        dialect: &'static str,
        target: &Target<'_>,
        refusal: Refusal,
    ) -> Response<Body> {
        tracing::debug!(dialect, why = %refusal, "forward-auth check denied");
        self.core.renderer.check_refusal(style, target, refusal)
    }

    /// Returns the host that a page is requested under.
    fn page_host(&self, headers: &HeaderMap) -> Result<Cow<'_, ServedHost>, Box<Response<Body>>> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = match (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) {
            (Some(host), None) => self.core.gate.hosts.find(host),
            _ => Err(HostRefused::Malformed),
        };
        host.map_err(|why| {
            let refusal = Refusal::NoTarget(NoTarget::HostRefused(why));
            Box::new(self.core.renderer.refusal_to(Reader::PROGRAM, refusal))
        })
    }
}
