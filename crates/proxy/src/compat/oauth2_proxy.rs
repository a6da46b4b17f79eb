//! oauth2-proxy's check: `/oauth2/auth`, and `/` where nothing is forwarded (its `--upstream=static://202`).

use http::header::HeaderMap;
use http::request::Parts;
use http::{Response, StatusCode};
use postern_authn::access::Step;
use postern_http::Peer;

use super::constraints::Constraints;
use super::{TargetSource, strict};
use crate::answer::Audience;
use crate::body::Body;
use crate::dialect::{Misasked, absolute, forwarded};
use crate::forward_auth::Manner;
use crate::gate::Refusal;
use crate::identity::PlainDialect;
use crate::names;
use crate::plane::Plane;
use crate::problems;
use crate::target::{Kind, Target};

/// For logs.
const NAME: &str = "oauth2-proxy";

impl Plane {
    /// Answers a check: 202 with identity, 401, 403. `redirects`: people are sent to the missing step.
    pub(super) async fn oauth2_auth(&self, parts: &Parts, peer: &Peer, redirects: bool) -> Response<Body> {
        let Ok(constraints) = Constraints::parse(parts.uri.query()) else {
            return self.misasked(NAME, Misasked::Malformed("the query"));
        };
        let mut targets = match self.oauth2_targets(&parts.headers) {
            Ok(targets) => targets,
            Err(why) => return self.misasked(NAME, why),
        };
        targets.iter_mut().for_each(|target| target.somebody |= constraints.any());
        let Some(first) = targets.first() else { return self.misasked(NAME, Misasked::Missing("Host")) };
        match self.oauth2_checked(&targets, &constraints, &parts.headers, peer).await {
            Ok(response) => response,
            Err(refusal) => {
                let manner = Manner { whole: redirects, names: None };
                self.refuse_check(&manner, NAME, first, refusal)
            }
        }
    }

    fn oauth2_targets<'p>(&'p self, headers: &HeaderMap) -> Result<Vec<Target<'p>>, Misasked> {
        let source = self.compat.oauth2_proxy.as_ref().map_or(TargetSource::Strict, |oauth2| oauth2.target);
        match source {
            TargetSource::Strict => strict::targets(headers, self.hosts(), &self.gate.rules, self.gate.withhold_legacy),
            TargetSource::Forwarded => forwarded(headers, self.hosts()).map(|target| vec![target]),
            TargetSource::OriginalUrl => absolute(headers, self.hosts()).map(|target| vec![target]),
        }
    }

    /// All of the targets must be permitted; the answer is made from the permit of the last.
    async fn oauth2_checked(
        &self,
        targets: &[Target<'_>],
        constraints: &Constraints,
        headers: &HeaderMap,
        peer: &Peer,
    ) -> Result<Response<Body>, Refusal> {
        let mut answer = Err(Refusal::Challenge(Step::SignIn));
        for target in targets {
            let case = self.gate.case(target, headers, || peer.told_client(&self.trusted, headers)).await?;
            let permit = self.gate.decide(&case)?;
            let identity = permit.identity();
            let fits = identity.map(|identity| constraints.fit(identity, &self.identities.groups(identity)));
            if fits == Some(false) || (fits.is_none() && constraints.any()) {
                let audience = if target.kind == Kind::Navigation { Audience::Person } else { Audience::Program };
                let answers = self.answers(audience, target.origin.as_ref());
                return Ok(answers.problem(StatusCode::FORBIDDEN, &problems::not_allowed()));
            }
            let (_, names) = names::OAUTH2_PROXY.split_at(4);
            answer = Ok(self.compat_yes(
                permit.admit(()),
                StatusCode::ACCEPTED,
                (PlainDialect::OAuth2Proxy, names),
                identity,
            ));
        }
        answer
    }
}
