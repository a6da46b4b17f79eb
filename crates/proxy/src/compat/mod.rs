//! The endpoints of other gateways, for proxies that are configured for those: oauth2-proxy's and Authelia's.
//!
//! Off unless the configuration switches them on; until then their paths are the backend's. The question and the answer
//! are ours ([`crate::gate`]); only how they are spelt differs. They tell the names of their dialect and nothing that is
//! signed, since their documented snippets let browsers ask, too.

mod authelia;
mod constraints;
mod oauth2_pages;
mod oauth2_proxy;
mod strict;

use std::borrow::Cow;

use http::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Response, StatusCode};
use postern_authn::access::{Identity, Permitted};
use postern_model::web::Requester;

use crate::answer::{Audience, uncacheable};
use crate::body::Body;
use crate::gate::{Refusal, noted};
use crate::host::{HostRefused, ServedHost};
use crate::identity::PlainDialect;
use crate::method::is_served;
use crate::plane::Plane;
use crate::problems;
use crate::target::NoTarget;

use authelia::Authz;
use oauth2_pages::Page;
use postern_http::Peer;

/// Which of them are answered.
#[derive(Clone, Debug, Default)]
pub struct Compat {
    /// oauth2-proxy's.
    pub oauth2_proxy: Option<OAuth2ProxyCompat>,
    /// Authelia's, `/api/authz/…` and `/api/verify`.
    pub authelia: bool,
}

/// How oauth2-proxy's endpoints are answered.
#[derive(Clone, Debug)]
pub struct OAuth2ProxyCompat {
    /// What its paths begin with: `/oauth2`, without a slash at the end.
    pub prefix: String,
    /// Which headers tell the target of a check.
    pub target: TargetSource,
}

/// Which headers of a check are set by the proxy, always, and so can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetSource {
    /// Nobody said. What is told only ever makes the answer stricter; nothing below a full session passes.
    Strict,
    /// `X-Forwarded-Method`, `-Proto`, `-Host` and `-Uri` (Traefik, Caddy).
    Forwarded,
    /// `X-Original-URL` and `X-Original-Method` (ingress-nginx).
    OriginalUrl,
}

/// One of their endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `/oauth2/auth`.
    Auth,
    /// `/`, where nothing is forwarded: what `--upstream=static://202` is for.
    Root,
    Page(Page),
    Authz(Authz),
}

impl Endpoint {
    /// A name for logs and metrics.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Auth | Kind::Root | Kind::Page(_) => "oauth2-proxy",
            Kind::Authz(_) => "authelia",
        }
    }
}

impl Compat {
    /// The endpoint with this path, compared byte for byte; `forwards`: there is a backend that `/` belongs to.
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

impl Plane {
    /// The endpoint of another gateway with this path, where it is switched on.
    pub fn compat_endpoint(&self, path: &str) -> Option<Endpoint> {
        self.compat.endpoint(path, self.forwards())
    }

    /// Answers a request to such an endpoint, from a proxy or, for pages, from a browser.
    pub async fn compat(&self, endpoint: Endpoint, parts: &Parts, peer: &Peer) -> Response<Body> {
        match endpoint.0 {
            Kind::Page(_) if !is_served(&parts.method) => {
                let refusal = Refusal::NoTarget(NoTarget::Method);
                self.answers(Audience::Program, None).problem(problems::status(refusal), &problems::of(refusal))
            }
            Kind::Page(page) => self.oauth2_page(page, parts, peer).await,
            _ if !peer.is_trusted(&self.trusted) => self.untrusted(endpoint.name(), peer),
            Kind::Auth => self.oauth2_auth(parts, peer, false).await,
            Kind::Root => self.oauth2_auth(parts, peer, true).await,
            Kind::Authz(authz) => self.authelia(authz, parts, peer).await,
        }
    }

    /// The only 2xx of their checks. Every name is sent, empty where there is nothing to tell, so that a proxy that
    /// copies them overwrites what a client sent.
    fn compat_yes(
        &self,
        _permitted: Permitted<()>,
        status: StatusCode,
        (dialect, names): (PlainDialect, &[HeaderName]),
        identity: Option<Identity<'_>>,
    ) -> Response<Body> {
        let mut response = Response::new(Body::Empty);
        let mut told = identity.map(|identity| self.identities.plain(dialect, identity)).unwrap_or_default();
        *response.status_mut() = status;
        let headers = response.headers_mut();
        for name in names {
            let value = told.remove(name).unwrap_or(HeaderValue::from_static(""));
            headers.insert(name.clone(), value);
        }
        uncacheable(headers);
        noted(response, || identity.map(|identity| Requester(identity.person().id)))
    }

    /// The host that a page is asked for under.
    fn page_host(&self, headers: &HeaderMap) -> Result<Cow<'_, ServedHost>, Box<Response<Body>>> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = match (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) {
            (Some(host), None) => self.hosts().find(host),
            _ => Err(HostRefused::Malformed),
        };
        host.map_err(|why| {
            let refusal = Refusal::NoTarget(NoTarget::HostRefused(why));
            let answers = self.answers(Audience::Program, None);
            Box::new(answers.problem(problems::status(refusal), &problems::of(refusal)))
        })
    }
}
