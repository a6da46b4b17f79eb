//! The question that every request becomes, and the ways in which the answer is no.

use std::net::IpAddr;
use std::sync::Arc;

use http::header::ORIGIN;
use http::{HeaderName, Method, Response};
use postern_authn::access::{Decision, Demand, Denial, Permit, Policy, Step, decide};
use postern_authn::rules::{Asked, Rules, Ruling};
use postern_keystore::{CookieRead, SessionCookie};
use postern_model::access::Access;
use postern_model::clock::{Clock, Timestamp};
use postern_model::session::TokenHash;
use postern_model::web::{Cors, Fields, REQUEST_TARGET, Requester, WriteRefused, write_allowed};

use crate::host::Hosts;
use crate::method::overrides;
use crate::path::{Ambiguous, CanonicalPath};
use crate::ruling::{Unruled, ruling};
use crate::sessions::{CachedSession, Outage, Sessions};
use crate::target::{Kind, NoTarget, Target};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Why a request does not go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub(crate) enum Refusal {
    /// There is nothing sensible to ask for.
    #[error(transparent)]
    NoTarget(#[from] NoTarget),
    /// Servers read this path differently.
    #[error(transparent)]
    Ambiguous(#[from] Ambiguous),
    /// A path of the backend that is never reached.
    #[error("this path is never forwarded")]
    Withheld,
    /// A step is missing.
    #[error("a step is missing: {}", .0.code())]
    Challenge(Step),
    /// The route is closed to everybody.
    #[error("this route is closed")]
    Closed,
    /// The route is for others.
    #[error("this route is for others")]
    NotListed,
    /// A page of another site made the browser send this.
    #[error("the request comes from a page of another site")]
    ForeignOrigin,
    /// The session cookie is malformed or there more than once.
    #[error("the session cookie is malformed, or there more than once")]
    Cookie,
    /// The store is down and the session not at hand.
    #[error("the session store is unavailable")]
    Unavailable,
}

impl From<Unruled> for Refusal {
    fn from(why: Unruled) -> Self {
        match why {
            Unruled::Withheld => Self::Withheld,
            Unruled::Ambiguous(why) => Self::Ambiguous(why),
        }
    }
}

impl From<Outage> for Refusal {
    fn from(_: Outage) -> Self {
        Self::Unavailable
    }
}

/// Asks the question.
pub(crate) struct Gate {
    /// The hosts that are served.
    pub hosts: Hosts,
    /// What routes demand.
    pub rules: Rules,
    /// What the deployment demands of sessions.
    pub policy: Policy,
    /// Our cookie.
    pub cookie: SessionCookie,
    /// Other origins whose pages may call.
    pub cors: Cors,
    /// Whether the paths of the NetPilot profile are withheld.
    pub withhold_legacy: bool,
    /// Sessions.
    pub sessions: Sessions,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What was asked for, to be asked again later.
#[derive(Clone, Debug)]
pub(crate) struct Question {
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

/// Everything that a decision is made from.
pub(crate) struct Case {
    /// Index of the upstream.
    pub upstream: usize,
    /// The client's address, where the rules ask for it.
    pub client: Option<IpAddr>,
    /// The token that came with the request, hashed.
    pub token: Option<TokenHash>,
    /// Its session.
    pub session: Option<Arc<CachedSession>>,
    /// When.
    pub now: Timestamp,
    basis: Basis,
}

/// What is demanded.
enum Basis {
    /// What this ruling says.
    Rule(Ruling),
    /// This, of anybody: nothing of a preflight, or what an answer of our own takes.
    Access(Access),
}

impl Gate {
    /// Finds out what the route demands and who is asking. The store is read only if the session is not at hand.
    /// `client` finds the client's address out, which costs something and is asked only where a rule does.
    pub(crate) async fn case(
        &self,
        target: &Target<'_>,
        headers: &impl Fields,
        client: impl FnOnce() -> Option<IpAddr>,
    ) -> Result<Case, Refusal> {
        let mut case = self.open(target, headers, client)?;
        if let Some(token) = &case.token {
            case.session = self.sessions.lookup(token, case.now).await?;
        }
        self.complete(case, target, headers)
    }

    /// The same where nothing has to be waited for; `None`: the store has to be asked.
    pub(crate) fn case_at_hand(
        &self,
        target: &Target<'_>,
        headers: &impl Fields,
        client: impl FnOnce() -> Option<IpAddr>,
    ) -> Option<Result<Case, Refusal>> {
        let mut case = match self.open(target, headers, client) {
            Ok(case) => case,
            Err(refusal) => return Some(Err(refusal)),
        };
        if let Some(token) = &case.token {
            case.session = self.sessions.at_hand(token, case.now)?;
        }
        Some(self.complete(case, target, headers))
    }

    /// What the route demands, and the token of the session that is needed for it.
    fn open(
        &self,
        target: &Target<'_>,
        headers: &impl Fields,
        client: impl FnOnce() -> Option<IpAddr>,
    ) -> Result<Case, Refusal> {
        let path = target.path()?;
        let client = if self.rules.ask_for_the_client() { client() } else { None };
        let host = target.host.origin().authority();
        let asked = Asked { host, path: path.as_str(), method: &target.method, client };
        let ruling = self.ruling(&path, &asked, target, headers)?;
        let now = self.clock.now();
        if target.kind == Kind::WebSocket && !self.is_of_our_pages(target, headers) {
            return Err(Refusal::ForeignOrigin);
        }
        let (access, basis) = match (ruling.access, target.kind) {
            (Access::Deny, _) => (Access::Deny, Basis::Rule(ruling)),
            (Access::Public | Access::FirstFactor, _) if target.somebody => {
                (Access::Full, Basis::Rule(Ruling { access: Access::Full, ..ruling }))
            }
            (_, Kind::Preflight) if !target.somebody => (Access::Public, Basis::Access(Access::Public)),
            (access, _) => (access, Basis::Rule(ruling)),
        };
        let upstream = ruling.upstream;
        let mut case = Case { upstream, client, basis, token: None, session: None, now };
        if !matches!(access, Access::Deny | Access::Public) {
            case.token = self.token(headers)?;
        }
        Ok(case)
    }

    /// What the rules say of a request, and of every method that its upstream may take it for. The strictest holds.
    fn ruling(
        &self,
        path: &CanonicalPath<'_>,
        asked: &Asked<'_>,
        target: &Target<'_>,
        headers: &impl Fields,
    ) -> Result<Ruling, Unruled> {
        let mut strictest = ruling(&self.rules, self.withhold_legacy, path, asked)?;
        if !self.rules.name_methods() {
            return Ok(strictest);
        }
        for method in overrides(headers, target.uri.query()) {
            let other = ruling(&self.rules, self.withhold_legacy, path, &Asked { method: &method, ..*asked })?;
            strictest = self.rules.stricter(&strictest, &other).ok_or(Ambiguous::Rules)?;
        }
        Ok(strictest)
    }

    /// What only the session tells.
    fn complete(&self, case: Case, target: &Target<'_>, headers: &impl Fields) -> Result<Case, Refusal> {
        if case.session.is_some() && !self.may_write(&case, target, headers) {
            return Err(Refusal::ForeignOrigin);
        }
        Ok(case)
    }

    /// Decides a case. Notes that the session was used unless it is over.
    pub(crate) fn decide<'c>(&self, case: &'c Case) -> Result<Permit<'c>, Refusal> {
        let demand = match &case.basis {
            Basis::Rule(ruling) => self.rules.demand(ruling),
            Basis::Access(access) => Demand { access: *access, principals: None },
        };
        let refusal = match decide(demand, case.session.as_deref(), &self.policy, case.now) {
            Decision::Permit(permit) => {
                self.touch(case);
                return Ok(permit);
            }
            Decision::Challenge(step) => Refusal::Challenge(step),
            Decision::Deny(Denial::Closed) => Refusal::Closed,
            Decision::Deny(Denial::NotListed) => Refusal::NotListed,
        };
        if !matches!(refusal, Refusal::Challenge(Step::SignIn)) {
            self.touch(case);
        }
        Err(refusal)
    }

    /// Who is asking, where no rule is asked: for answers of our own about a session.
    pub(crate) async fn session(&self, access: Access, headers: &impl Fields) -> Result<Case, Refusal> {
        let now = self.clock.now();
        let token = self.token(headers)?;
        let session = match &token {
            Some(token) => self.sessions.lookup(token, now).await?,
            None => None,
        };
        let basis = Basis::Access(access);
        let case = Case { upstream: 0, client: None, basis, token, session, now };
        Ok(case)
    }

    /// Whether what was let in would be again, by these rules. Does not count as use.
    pub(crate) async fn still_permits(&self, question: &Question) -> bool {
        let now = self.clock.now();
        let Question { host, path, method, client, token } = question;
        let (Ok(_), Ok(path)) = (self.hosts.find(host), CanonicalPath::parse(path)) else { return false };
        let asked = Asked { host, path: path.as_str(), method, client: *client };
        let Ok(ruling) = ruling(&self.rules, self.withhold_legacy, &path, &asked) else { return false };
        let session = match token {
            Some(token) => self.sessions.lookup(token, now).await.unwrap_or(None),
            None => None,
        };
        let upstream = ruling.upstream;
        let demand = self.rules.demand(&ruling);
        let basis = Basis::Access(demand.access);
        let case = Case { upstream, client: *client, basis, token: *token, session, now };
        matches!(decide(demand, case.session.as_deref(), &self.policy, now), Decision::Permit(_))
    }

    /// The token that came with a request, hashed.
    fn token(&self, headers: &impl Fields) -> Result<Option<TokenHash>, Refusal> {
        match self.cookie.read(headers) {
            CookieRead::Absent => Ok(None),
            CookieRead::Token(token) => Ok(Some(token.hash())),
            CookieRead::Refused => Err(Refusal::Cookie),
        }
    }

    fn touch(&self, case: &Case) {
        if let Some(session) = &case.session {
            self.sessions.touch(session, case.now);
        }
    }

    /// Browsers always say where a WebSocket is opened from; programs that say nothing hold no victim's cookie.
    fn is_of_our_pages(&self, target: &Target<'_>, headers: &impl Fields) -> bool {
        match write_allowed(headers, target.host.origin(), Some(&self.cors)) {
            Ok(()) => true,
            Err(WriteRefused::NoOrigin) => !is_cross_site(headers),
            Err(WriteRefused::ForeignOrigin) => false,
        }
    }

    /// A state-changing request needs an origin of ours or an allowed one, unless its route takes those of other sites. One
    /// without any comes from a program, unless `Sec-Fetch-Site` betrays a browser on another site.
    fn may_write(&self, case: &Case, target: &Target<'_>, headers: &impl Fields) -> bool {
        let writes = match target.method_is_told {
            true => !matches!(target.method, Method::GET | Method::HEAD | Method::OPTIONS),
            // Browsers send an origin with every write, and with few reads.
            false => headers.has(ORIGIN),
        };
        let opted_out = matches!(&case.basis, Basis::Rule(ruling) if self.rules.allows_cross_site(ruling));
        !writes || opted_out || self.is_of_our_pages(target, headers)
    }
}

impl Case {
    /// Whose session came with the request.
    pub(crate) fn requester(&self) -> Option<Requester> {
        self.session.as_ref().map(|session| Requester(session.user()))
    }

    /// The answer, with whose request it was where that is logged.
    pub(crate) fn noted<B>(&self, response: Response<B>) -> Response<B> {
        noted(response, || self.requester())
    }

    /// What to ask again, as long as what comes of it lasts.
    pub(crate) fn question(&self, target: &Target<'_>) -> Question {
        Question {
            host: target.host.origin().authority().to_owned(),
            path: target.uri.path().to_owned(),
            method: target.method.clone(),
            client: self.client,
            token: self.token,
        }
    }
}

/// An answer with whose request it was, where that is logged; nobody else looks for it.
pub(crate) fn noted<B>(mut response: Response<B>, requester: impl FnOnce() -> Option<Requester>) -> Response<B> {
    if tracing::enabled!(target: REQUEST_TARGET, tracing::Level::INFO)
        && let Some(requester) = requester()
    {
        response.extensions_mut().insert(requester);
    }
    response
}

fn is_cross_site(headers: &impl Fields) -> bool {
    headers.all(SEC_FETCH_SITE).any(|site| site != b"same-origin" && site != b"none")
}
