//! Authelia's endpoints (its reference "Proxy Authorization").

use http::header::{HeaderMap, LOCATION};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use postern_model::web::is_navigation;

use super::{AnswerNames, CompatEndpoints};
use crate::gate::Refusal;
use crate::headers::names;
use crate::identity::PlainDialect;
use crate::response::body::Body;
use crate::response::style::ChallengeStyle;
use crate::target::dialect::{InvalidCheck, absolute, forwarded, sub_path};
use crate::target::host::Hosts;
use crate::target::{Kind, Target};
use postern_http::Peer;

/// The path prefix of Envoy's checks; the documented `path_prefix` has a slash at the end.
const EXT_AUTHZ: &str = "/api/authz/ext-authz/";
/// Name in logs.
const NAME: &str = "authelia";

/// Authelia's name for the endpoint of a kind of proxy ("implementation").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Authz {
    /// nginx.
    AuthRequest,
    /// Traefik, Caddy, HAProxy.
    ForwardAuth,
    /// Envoy over HTTP.
    Envoy,
    /// The endpoint of all proxies before 4.38.
    Verify,
}

impl Authz {
    pub(super) fn of_path(path: &str) -> Option<Self> {
        match path {
            "/api/authz/auth-request" => Some(Self::AuthRequest),
            "/api/authz/forward-auth" => Some(Self::ForwardAuth),
            "/api/verify" => Some(Self::Verify),
            _ => path.starts_with(EXT_AUTHZ).then_some(Self::Envoy),
        }
    }

    /// nginx gets 401 and `Location`, and so does `/api/verify` without `rd`; the others may be redirected.
    fn style(self, query: Option<&str>) -> ChallengeStyle {
        let redirects = match self {
            Self::AuthRequest => false,
            Self::ForwardAuth | Self::Envoy => true,
            Self::Verify => form_urlencoded::parse(query.unwrap_or_default().as_bytes()).any(|(name, _)| name == "rd"),
        };
        ChallengeStyle { whole: redirects, names: Some(LOCATION) }
    }

    fn target<'h>(self, parts: &Parts, hosts: &'h Hosts) -> Result<Target<'h>, InvalidCheck> {
        let headers = &parts.headers;
        let mut target = match self {
            Self::AuthRequest => absolute(headers, hosts),
            Self::ForwardAuth => forwarded(headers, hosts),
            Self::Envoy => sub_path(&parts.method, &parts.uri, headers, EXT_AUTHZ, hosts),
            Self::Verify => verify(headers, hosts),
        }?;
        // Browsers without fetch metadata: a request that accepts HTML is a navigation, whatever its method.
        if target.kind == Kind::Other && is_navigation(&Method::GET, headers) {
            target.kind = Kind::Navigation;
        }
        Ok(target)
    }
}

/// Both sets of headers are accepted here, and a proxy that sends one passes on a client's headers of the other. If
/// both are present, they must agree.
fn verify<'h>(headers: &HeaderMap, hosts: &'h Hosts) -> Result<Target<'h>, InvalidCheck> {
    let original = headers.contains_key(names::X_ORIGINAL_URL);
    let others = [names::X_FORWARDED_URI, names::X_FORWARDED_METHOD];
    if !original {
        return if headers.contains_key(names::X_ORIGINAL_METHOD) {
            Err(InvalidCheck::Missing("X-Original-URL"))
        } else {
            forwarded(headers, hosts)
        };
    }
    if !headers.contains_key(names::X_ORIGINAL_METHOD) || others.iter().any(|name| headers.contains_key(name)) {
        let mut completed = headers.clone();
        if let Some(method) = headers.get(names::X_FORWARDED_METHOD) {
            completed.entry(names::X_ORIGINAL_METHOD).or_insert_with(|| method.clone());
        }
        let (one, other) = (absolute(&completed, hosts)?, forwarded(headers, hosts)?);
        let same = |one: &Target<'_>, other: &Target<'_>| {
            (one.host.origin(), &one.uri, &one.method) == (other.host.origin(), &other.uri, &other.method)
        };
        return if same(&one, &other) { Ok(other) } else { Err(InvalidCheck::Contradicting) };
    }
    absolute(headers, hosts)
}

impl CompatEndpoints {
    /// Answers an Authelia check.
    pub(super) async fn authelia(&self, authz: Authz, parts: &Parts, peer: &Peer) -> Response<Body> {
        let target = match authz.target(parts, &self.core.gate.hosts) {
            Ok(target) => target,
            Err(why) => return self.core.invalid_check(NAME, why),
        };
        let checked = self.authelia_checked(&target, &parts.headers, peer).await;
        checked.unwrap_or_else(|refusal| self.deny(&authz.style(parts.uri.query()), NAME, &target, refusal))
    }

    async fn authelia_checked(
        &self,
        target: &Target<'_>,
        headers: &HeaderMap,
        peer: &Peer,
    ) -> Result<Response<Body>, Refusal> {
        let context = self.core.gate.context(target, headers, peer).await?;
        let permit = self.core.gate.decide(&context)?;
        let names = AnswerNames { dialect: PlainDialect::Remote, names: &names::REMOTE };
        Ok(self.allow(permit.admit(()), StatusCode::OK, names, permit.identity()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legacy_endpoint_redirects_where_it_is_told_a_page() {
        for (query, redirects) in
            [(None, false), (Some("a=b"), false), (Some("rd=https://x"), true), (Some("rd"), true)]
        {
            assert_eq!(Authz::Verify.style(query).whole, redirects, "{query:?}");
            assert!(!Authz::AuthRequest.style(query).whole && Authz::ForwardAuth.style(query).whole);
        }
    }
}
