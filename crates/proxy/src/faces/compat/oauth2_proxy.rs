//! oauth2-proxy's check: `/oauth2/auth`, and `/` if the gateway forwards no requests (its `--upstream=static://202`).

use http::header::HeaderMap;
use http::request::Parts;
use http::{Response, StatusCode};
use postern_authn::access::Step;

use super::constraints::Constraints;
use super::{AnswerNames, CompatEndpoints, strict};
use crate::config::TargetSource;
use crate::gate::Refusal;
use crate::headers::names;
use crate::identity::PlainDialect;
use crate::response::Reader;
use crate::response::body::Body;
use crate::response::problems;
use crate::response::style::ChallengeStyle;
use crate::target::Target;
use crate::target::dialect::{InvalidCheck, absolute, forwarded};
use postern_http::Peer;

/// Name in logs.
const NAME: &str = "oauth2-proxy";

impl CompatEndpoints {
    /// Answers a check: 202 with identity, 401, 403. With `redirects` browsers are redirected to the missing step.
    pub(super) async fn oauth2_auth(&self, parts: &Parts, peer: &Peer, redirects: bool) -> Response<Body> {
        let Ok(constraints) = Constraints::parse(parts.uri.query()) else {
            return self.core.invalid_check(NAME, InvalidCheck::Malformed("the query"));
        };
        let mut targets = match self.oauth2_targets(&parts.headers) {
            Ok(targets) => targets,
            Err(why) => return self.core.invalid_check(NAME, why),
        };
        targets.iter_mut().for_each(|target| target.requires_session |= constraints.any());
        let Some(first) = targets.first() else { return self.core.invalid_check(NAME, InvalidCheck::Missing("Host")) };
        let checked = self.oauth2_checked(&targets, &constraints, &parts.headers, peer).await;
        let style = ChallengeStyle { whole: redirects, names: None };
        checked.unwrap_or_else(|refusal| self.deny(&style, NAME, first, refusal))
    }

    fn oauth2_targets(&self, headers: &HeaderMap) -> Result<Vec<Target<'_>>, InvalidCheck> {
        let source = self.core.compat.oauth2_proxy.as_ref().map_or(TargetSource::Strict, |oauth2| oauth2.target);
        let gate = &self.core.gate;
        match source {
            TargetSource::Strict => strict::targets(headers, &gate.hosts, &gate.rules, gate.withhold_legacy),
            TargetSource::Forwarded => forwarded(headers, &gate.hosts).map(|target| vec![target]),
            TargetSource::OriginalUrl => absolute(headers, &gate.hosts).map(|target| vec![target]),
        }
    }

    /// All targets must be permitted; the response is made from the permit of the last.
    async fn oauth2_checked(
        &self,
        targets: &[Target<'_>],
        constraints: &Constraints,
        headers: &HeaderMap,
        peer: &Peer,
    ) -> Result<Response<Body>, Refusal> {
        let core = &*self.core;
        let mut answer = Err(Refusal::Challenge(Step::SignIn));
        for target in targets {
            let context = core.gate.context(target, headers, peer).await?;
            let permit = core.gate.decide(&context)?;
            let identity = permit.identity();
            let fits = identity.map(|identity| constraints.fit(identity, &core.identities.groups(identity)));
            if fits == Some(false) || (fits.is_none() && constraints.any()) {
                let reader = Reader::of_check(target);
                return Ok(core.renderer.problem(reader, StatusCode::FORBIDDEN, &problems::not_allowed()));
            }
            let (_, names) = names::OAUTH2_PROXY.split_at(4);
            let names = AnswerNames { dialect: PlainDialect::OAuth2Proxy, names };
            answer = Ok(self.allow(permit.admit(()), StatusCode::ACCEPTED, names, identity));
        }
        answer
    }
}
