//! The face for other proxies: a check is answered, the request itself goes another way.

use http::header::{HeaderName, HeaderValue, SET_COOKIE};
use http::{Method, Response, StatusCode};
use postern_authn::access::{Permitted, Step};
use postern_http::Peer;
use postern_http::server::Received;

use crate::answer::{Answers, Audience};
use crate::body::{Body, Yes};
use crate::dialect::{Dialect, Misasked};
use crate::gate::{Case, Refusal};
use crate::identity::Prepared;
use crate::names;
use crate::plane::Plane;
use crate::problems;
use crate::target::{Kind, NoTarget, Target};

/// How a missing step is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manner {
    /// The whole answer reaches the browser, so that it may redirect; else it is always 401.
    pub whole: bool,
    /// The header that names where the step is taken, beside what the answer itself says.
    pub names: Option<HeaderName>,
}

impl Manner {
    /// What a proxy of this dialect understands.
    pub(crate) fn of(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Nginx => Self { whole: false, names: Some(names::X_AUTH_REDIRECT) },
            Dialect::Traefik | Dialect::Caddy | Dialect::HaProxy | Dialect::Envoy => Self { whole: true, names: None },
        }
    }
}

impl Plane {
    /// Answers the check of another proxy (design 5.2): 200 with identity, 401 or a redirect where a step is missing,
    /// 403, 503. Never 400, which some proxies take for a failure of ours.
    pub async fn check(&self, dialect: Dialect, question: &Received, peer: &Peer) -> Response<Body> {
        let target = match self.asked(dialect, question, peer) {
            Ok(target) => target,
            Err(no) => return *no,
        };
        let client = || peer.told_client(&self.trusted, &question.section);
        let case = self.gate.case(&target, &question.section, client).await;
        self.answer_check(dialect, &target, case)
    }

    /// The same where nothing has to be waited for, which is nearly always; `None`: the store has to be asked.
    pub fn check_at_hand(&self, dialect: Dialect, question: &Received, peer: &Peer) -> Option<Response<Body>> {
        let target = match self.asked(dialect, question, peer) {
            Ok(target) => target,
            Err(no) => return Some(*no),
        };
        let client = || peer.told_client(&self.trusted, &question.section);
        let case = self.gate.case_at_hand(&target, &question.section, client)?;
        Some(self.answer_check(dialect, &target, case))
    }

    /// What a trusted peer asks about.
    fn asked(&self, dialect: Dialect, question: &Received, peer: &Peer) -> Result<Target<'_>, Box<Response<Body>>> {
        if !peer.is_trusted(&self.trusted) {
            return Err(Box::new(self.untrusted(dialect.name(), peer)));
        }
        dialect
            .target(&question.method, &question.uri, &question.section, &self.envoy_prefix, &self.gate.hosts)
            .map_err(|why| Box::new(self.misasked(dialect.name(), why)))
    }

    fn answer_check(&self, dialect: Dialect, target: &Target<'_>, case: Result<Case, Refusal>) -> Response<Body> {
        let refuse = |refusal| self.refuse_check(&Manner::of(dialect), dialect.name(), target, refusal);
        match case {
            Ok(case) => case.noted(self.permitted(&case).unwrap_or_else(refuse)),
            Err(refusal) => refuse(refusal),
        }
    }

    /// The answer to a peer that may not ask.
    pub(crate) fn untrusted(&self, name: &'static str, peer: &Peer) -> Response<Body> {
        self.warn_untrusted(name, peer);
        self.answers(Audience::Program, None).problem(StatusCode::FORBIDDEN, &problems::untrusted())
    }

    /// The answer to a question that makes no sense.
    pub(crate) fn misasked(&self, name: &'static str, why: Misasked) -> Response<Body> {
        // Which method is sent is the client's choice, and no fault of the proxy's.
        if let Misasked::NoTarget(NoTarget::Method) = why {
            tracing::debug!(dialect = name, %why, "forward-auth check refused");
            let problem = problems::of(Refusal::NoTarget(NoTarget::Method));
            return self.answers(Audience::Program, None).problem(StatusCode::FORBIDDEN, &problem);
        }
        tracing::warn!(dialect = name, %why, "a check was refused");
        self.answers(Audience::Program, None).problem(StatusCode::FORBIDDEN, &problems::misasked())
    }

    fn permitted(&self, case: &Case) -> Result<Response<Body>, Refusal> {
        let permit = self.gate.decide(case)?;
        let prepared = self.prepared(case, &permit)?;
        Ok(self.yes(permit.admit(()), prepared))
    }

    /// The only 200 of a check. Every identity name is sent, empty where there is nothing to tell: a proxy that copies
    /// them then overwrites what a client sent under these names.
    fn yes(&self, _permitted: Permitted<()>, identity: Option<Prepared>) -> Response<Body> {
        Response::new(Body::Yes(identity.map_or_else(|| Yes::nobody(&self.nobody), Yes::somebody)))
    }

    /// The answer to a check that is no. `name` is for the log.
    pub(crate) fn refuse_check(
        &self,
        manner: &Manner,
        name: &'static str,
        target: &Target<'_>,
        refusal: Refusal,
    ) -> Response<Body> {
        tracing::debug!(dialect = name, why = %refusal, "a check was answered with no");
        let audience = if target.kind == Kind::Navigation { Audience::Person } else { Audience::Program };
        let answers = self.answers(audience, target.origin.as_ref());
        match refusal {
            Refusal::Challenge(step) => self.challenge_check(manner, target, step, &answers),
            // Such a proxy hands nothing of the answer on but what it is told to, so the way out is the sign-in page: it
            // says what is wrong, loops into nothing, and a sign-in replaces the cookie.
            Refusal::Cookie if !manner.whole => self.challenge_check(manner, target, Step::SignIn, &answers),
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
        manner: &Manner,
        target: &Target<'_>,
        step: Step,
        answers: &Answers<'_>,
    ) -> Response<Body> {
        let url = self.step_url(target, step);
        let mut response = if manner.whole {
            self.challenge(target, step, answers)
        } else {
            answers.problem(StatusCode::UNAUTHORIZED, &problems::step(step, &url))
        };
        if let (Some(name), Ok(url)) = (&manner.names, HeaderValue::try_from(url)) {
            response.headers_mut().insert(name.clone(), url);
        }
        response
    }

    /// A missing step, for whoever can see the answer itself: a redirect for people, 401 and the URL for programs.
    pub(crate) fn challenge(&self, target: &Target<'_>, step: Step, answers: &Answers<'_>) -> Response<Body> {
        let url = self.step_url(target, step);
        if answers.audience != Audience::Person {
            return answers.problem(StatusCode::UNAUTHORIZED, &problems::step(step, &url));
        }
        let Ok(location) = HeaderValue::try_from(url) else {
            return answers.problem(StatusCode::UNAUTHORIZED, &problems::step(step, ""));
        };
        let safe = matches!(target.method, Method::GET | Method::HEAD | Method::OPTIONS);
        answers.lead(if safe { StatusCode::FOUND } else { StatusCode::SEE_OTHER }, location, step.code())
    }

    /// Where the step is taken, with the way back.
    pub(crate) fn step_url(&self, target: &Target<'_>, step: Step) -> String {
        if target.host.origin() == self.site.origin() {
            self.site.url_returning(step.page(), target.uri.as_str())
        } else {
            self.site.url_returning(step.page(), &target.url())
        }
    }
}
