//! The face for other proxies: a check is answered, the request itself goes another way.

use http::header::{HeaderValue, LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, Method, Response, StatusCode};
use postern_authn::access::{Permitted, Step};

use crate::answer::{Answers, Audience, uncacheable};
use crate::body::Body;
use crate::dialect::Dialect;
use crate::gate::{Mode, Refusal};
use crate::identity::Prepared;
use crate::names;
use crate::peer::Peer;
use crate::plane::Plane;
use crate::problems;
use crate::target::{Kind, Target};

impl Plane {
    /// Answers the check of another proxy (design 5.2): 200 with identity, 401 or a redirect where a step is missing,
    /// 403, 503. Never 400, which some proxies take for a failure of ours.
    pub async fn check(&self, dialect: Dialect, parts: &Parts, peer: &Peer) -> Response<Body> {
        if !peer.is_trusted(&self.trusted) {
            self.warn_untrusted(dialect, peer);
            return self.answers(Audience::Program, None).problem(StatusCode::FORBIDDEN, &problems::untrusted());
        }
        let target =
            match dialect.target(&parts.method, &parts.uri, &parts.headers, &self.envoy_prefix, &self.gate.hosts) {
                Ok(target) => target,
                Err(why) => {
                    tracing::warn!(dialect = dialect.name(), %why, "a check was refused");
                    return self.answers(Audience::Program, None).problem(StatusCode::FORBIDDEN, &problems::misasked());
                }
            };
        match self.checked(&target, parts, peer).await {
            Ok(response) => response,
            Err(refusal) => self.refuse_check(dialect, &target, refusal),
        }
    }

    async fn checked(&self, target: &Target<'_>, parts: &Parts, peer: &Peer) -> Result<Response<Body>, Refusal> {
        let client = || peer.told_client(&self.trusted, &parts.headers);
        let case = self.gate.case(target, &parts.headers, Mode::Check, client).await?;
        let permit = self.gate.decide(&case)?;
        let prepared = self.prepared(&case, &permit)?;
        Ok(self.yes(permit.admit(()), prepared.as_deref()))
    }

    /// The only 200 of a check. Every identity name is sent, empty where there is nothing to tell: a proxy that copies
    /// them then overwrites what a client sent under these names.
    fn yes(&self, _permitted: Permitted<()>, identity: Option<&Prepared>) -> Response<Body> {
        let mut response = Response::new(Body::Empty);
        *response.headers_mut() = match identity {
            None => self.complete(&HeaderMap::new()),
            Some(identity) => identity.answer(|identity| self.complete(identity)).clone(),
        };
        response
    }

    fn complete(&self, identity: &HeaderMap) -> HeaderMap {
        let mut headers = identity.clone();
        for (name, value) in &self.blank_identity {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        uncacheable(&mut headers);
        headers
    }

    fn refuse_check(&self, dialect: Dialect, target: &Target<'_>, refusal: Refusal) -> Response<Body> {
        tracing::debug!(dialect = dialect.name(), why = %refusal, "a check was answered with no");
        let audience = if target.kind == Kind::Navigation { Audience::Person } else { Audience::Program };
        let answers = self.answers(audience, target.origin.as_ref());
        match refusal {
            Refusal::Challenge(step) => self.challenge_check(dialect, target, step, &answers),
            // nginx hands nothing of the answer on but what it is told to, so the way out is the sign-in page: it says what
            // is wrong, loops into nothing, and a sign-in replaces the cookie.
            Refusal::Cookie if dialect == Dialect::Nginx => {
                self.challenge_check(dialect, target, Step::SignIn, &answers)
            }
            // The others hand the whole answer on, so that the browser forgets the cookie and can begin anew.
            Refusal::Cookie => {
                let mut response = answers.problem(StatusCode::UNAUTHORIZED, &problems::of(refusal));
                response.headers_mut().append(SET_COOKIE, self.gate.cookie.clear());
                response
            }
            Refusal::Unavailable => answers.problem(StatusCode::SERVICE_UNAVAILABLE, &problems::of(refusal)),
            _ => answers.problem(StatusCode::FORBIDDEN, &problems::of(refusal)),
        }
    }

    fn challenge_check(
        &self,
        dialect: Dialect,
        target: &Target<'_>,
        step: Step,
        answers: &Answers<'_>,
    ) -> Response<Body> {
        let url = self.step_url(target, step);
        if dialect == Dialect::Nginx {
            let mut response = answers.problem(StatusCode::UNAUTHORIZED, &problems::step(step, &url));
            if let Ok(url) = HeaderValue::try_from(url) {
                response.headers_mut().insert(names::X_AUTH_REDIRECT, url);
            }
            return response;
        }
        self.challenge(target, step, answers)
    }

    /// A missing step, for whoever can see the answer itself: a redirect for people, 401 and the URL for programs.
    pub(crate) fn challenge(&self, target: &Target<'_>, step: Step, answers: &Answers<'_>) -> Response<Body> {
        let url = self.step_url(target, step);
        if answers.audience == Audience::Program {
            return answers.problem(StatusCode::UNAUTHORIZED, &problems::step(step, &url));
        }
        let Ok(location) = HeaderValue::try_from(url) else {
            return answers.problem(StatusCode::UNAUTHORIZED, &problems::step(step, ""));
        };
        let safe = matches!(target.method, Method::GET | Method::HEAD);
        let mut response = answers.empty(if safe { StatusCode::FOUND } else { StatusCode::SEE_OTHER });
        response.headers_mut().insert(LOCATION, location);
        response
    }

    /// Where the step is taken, with the way back.
    fn step_url(&self, target: &Target<'_>, step: Step) -> String {
        if target.host.origin() == self.site.origin() {
            self.site.url_returning(step.page(), target.uri.as_str())
        } else {
            self.site.url_returning(step.page(), &target.url())
        }
    }
}
