//! The gate: matches the route, finds the session, decides. Every face uses it.

mod context;
mod refusal;
pub(crate) mod route_match;
mod withheld_paths;

use std::sync::Arc;

use http::header::{HOST, ORIGIN};
use http::{HeaderName, Method};
use postern_authn::access::{Decision, Demand, Denial, Permit, Policy, Step, decide, is_usable};
use postern_authn::rules::{RouteMatch, RouteQuery, Rules};
use postern_authn::subject::Subject;
use postern_keystore::{BoundCookie, CookieRead, Keyring, SessionCookie};
use postern_model::access::Access;
use postern_model::clock::{Clock, Timestamp};
use postern_model::device_binding::BoundKey;
use postern_model::id::UserId;
use postern_model::session::TokenHash;
use postern_model::web::{Cors, Fields, TrustedProxies, WriteRefused, write_allowed};

use crate::sessions::{CachedSession, Sessions};
use crate::target::host::Hosts;
use crate::target::method::overrides;
use crate::target::path::{Ambiguous, CanonicalPath};
use crate::target::{Kind, NoTarget, Target};
use context::{Evidence, Requirement, SessionOfRequest};
use postern_http::Peer;
use postern_http::boxed::cold;
use route_match::{RouteError, match_route};

pub(crate) use context::{Recheck, RequestContext, note_requester};
pub(crate) use refusal::Refusal;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Decides on requests by one configuration.
pub(crate) struct Gate {
    /// The hosts that are served.
    pub hosts: Hosts,
    /// The routes.
    pub rules: Rules,
    /// The deployment's requirements for sessions.
    pub policy: Policy,
    /// The session cookie.
    pub cookie: SessionCookie,
    /// The keys that cookies of devices are checked with.
    pub keyring: Arc<Keyring>,
    /// Other origins whose pages may send writes.
    pub cors: Cors,
    /// Whether the paths of the NetPilot profile are never forwarded.
    pub withhold_legacy: bool,
    /// Peers whose client address headers are trusted.
    pub trusted: TrustedProxies,
    /// The session lookup.
    pub sessions: Sessions,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Request whose route is known.
pub(crate) enum Opened {
    /// Its session is cached, or it needs none.
    Ready(RequestContext),
    /// Its session must be read from the store; see [`Gate::load`].
    Waiting(RequestContext),
}

impl Gate {
    /// Matches the route and finds the session, without waiting.
    ///
    /// # Errors
    /// [`Refusal`] where no session could change the outcome.
    pub(crate) fn open(&self, target: &Target<'_>, headers: &impl Fields, peer: &Peer) -> Result<Opened, Refusal> {
        let mut context = self.match_request(target, headers, peer)?;
        let Some(token) = &context.token else { return Ok(Opened::Ready(context)) };
        match self.sessions.cached(token, context.now) {
            Some(session) => {
                context.of_session(session, &self.keyring);
                context.complete().map(Opened::Ready)
            }
            None => Ok(Opened::Waiting(context)),
        }
    }

    /// Reads the session of a request from the store.
    ///
    /// # Errors
    /// [`Refusal`] if the store does not respond, or if the session causes the refusal.
    pub(crate) async fn load(&self, mut context: RequestContext) -> Result<RequestContext, Refusal> {
        if let Some(token) = &context.token {
            let session = self.sessions.lookup(token, context.now).await?;
            context.of_session(session, &self.keyring);
        }
        context.complete()
    }

    /// Calls [`Gate::open`], and [`Gate::load`] if needed.
    pub(crate) async fn context(
        &self,
        target: &Target<'_>,
        headers: &impl Fields,
        peer: &Peer,
    ) -> Result<RequestContext, Refusal> {
        match self.open(target, headers, peer)? {
            Opened::Ready(context) => Ok(context),
            Opened::Waiting(context) => cold(|| self.load(context)).await,
        }
    }

    /// Returns the route's requirement, and the token of the session that it needs.
    fn match_request(
        &self,
        target: &Target<'_>,
        headers: &impl Fields,
        peer: &Peer,
    ) -> Result<RequestContext, Refusal> {
        let path = target.path(self.rules.encoded())?;
        // Determining the client's address is costly, and few rules need it.
        let client = match self.rules.ask_for_the_client() && target.client_is_known {
            true => peer.told_client(&self.trusted, headers),
            false => None,
        };
        let host = target.host.origin().authority();
        let query = RouteQuery { host, path: path.as_str(), method: &target.method, client };
        let route_match = self.route_match(&path, &query, target, headers)?;
        let (route_match, closed_to_unknown) = self.for_unknown_client(route_match, &path, &query);
        let now = self.clock.now();
        if target.kind == Kind::WebSocket && !self.is_of_our_pages(target, headers) {
            return Err(Refusal::ForeignOrigin);
        }
        let (access, requirement) = match (route_match.access, target.kind) {
            (Access::Deny, _) => (Access::Deny, Requirement::Rule(route_match)),
            (Access::Public | Access::FirstFactor, _) if target.requires_session => {
                (Access::Full, Requirement::Rule(RouteMatch { access: Access::Full, ..route_match }))
            }
            (_, Kind::Preflight) if !target.requires_session && self.is_of_allowed_page(headers) => {
                (Access::Public, Requirement::Access(Access::Public))
            }
            (access, _) => (access, Requirement::Rule(route_match)),
        };
        let (token, bound) = match access {
            Access::Deny | Access::Public => (None, None),
            _ => self.cookies(headers, target.host.origin().host())?,
        };
        let foreign_write = token.is_some()
            && is_write(target, headers)
            && !self.rules.allows_cross_site(&route_match)
            && (!self.is_of_our_pages(target, headers) || self.cookie.is_cross_site() && !headers.has(ORIGIN));
        let upstream = route_match.upstream;
        Ok(RequestContext {
            upstream,
            client,
            token,
            session: None,
            device: bound.map(|bound| Box::new(Evidence::Sent(bound))),
            now,
            requirement,
            foreign_write,
            closed_to_unknown,
        })
    }

    /// Returns the route match for a client whose address is unknown, over all readings of the path, and whether it may be in
    /// a denied network. Such a client is asked to sign in first and denied afterwards, so that clients without a
    /// session learn nothing about the rules.
    fn for_unknown_client(
        &self,
        route_match: RouteMatch,
        path: &CanonicalPath<'_>,
        query: &RouteQuery<'_>,
    ) -> (RouteMatch, bool) {
        if query.client.is_some() || !self.rules.ask_for_the_client() {
            return (route_match, false);
        }
        let own = self.rules.for_unknown_client(route_match, query);
        let strictest = path.readings().fold(own, |strictest, reading| {
            self.rules.for_unknown_client(strictest, &RouteQuery { path: &reading, ..*query })
        });
        let closed = strictest.access == Access::Deny && route_match.access != Access::Deny;
        (if closed { route_match } else { strictest }, closed)
    }

    /// Matches the route for the method of a request and for every method that its upstream may use instead. The
    /// strictest route match applies.
    fn route_match(
        &self,
        path: &CanonicalPath<'_>,
        query: &RouteQuery<'_>,
        target: &Target<'_>,
        headers: &impl Fields,
    ) -> Result<RouteMatch, RouteError> {
        let mut strictest = match_route(&self.rules, self.withhold_legacy, path, query)?;
        if !self.rules.name_methods() {
            return Ok(strictest);
        }
        for method in overrides(headers, target.uri.query()) {
            let other =
                match_route(&self.rules, self.withhold_legacy, path, &RouteQuery { method: &method, ..*query })?;
            strictest = self.rules.stricter(&strictest, &other).ok_or(Ambiguous::Rules)?;
        }
        Ok(strictest)
    }

    /// Decides, and records the use of a session that has not ended.
    pub(crate) fn decide<'c>(&self, context: &'c RequestContext) -> Result<Permit<'c>, Refusal> {
        let demand = match &context.requirement {
            Requirement::Rule(route_match) => self.rules.demand(route_match),
            Requirement::Access(access) => Demand::new(*access),
        };
        let refusal = match decide(demand, context.session.as_deref(), context.proven(), &self.policy, context.now) {
            Decision::Permit(permit) if !context.closed_to_unknown => {
                self.touch(context);
                return Ok(permit);
            }
            refused => refusal_of(&refused),
        };
        if !matches!(refusal, Refusal::Challenge(Step::SignIn)) {
            self.touch(context);
        }
        Err(refusal)
    }

    /// Returns the user whose form is kept if a request lacks a step. `None` if its route keeps none, or if its session is none of an
    /// active user, or is not proven to be used on its device. The session may be over.
    pub(crate) fn keeps_post_of(&self, context: &RequestContext) -> Option<UserId> {
        let Requirement::Rule(route_match) = &context.requirement else { return None };
        let session = context.session.as_deref().filter(|_| self.rules.keeps_posts(route_match))?;
        let known = session.facts().is_active
            && self.policy.admission.admits(session)
            && is_usable(session, context.proven(), context.now);
        known.then(|| session.user())
    }

    /// Finds the session for a response of the gateway itself, for which no route is matched.
    pub(crate) async fn session(&self, access: Access, headers: &impl Fields) -> Result<RequestContext, Refusal> {
        let now = self.clock.now();
        let host = headers.all(HOST).next().and_then(|host| std::str::from_utf8(host).ok());
        let host = host.and_then(|host| self.hosts.find(host).ok());
        let host = host.as_ref().map_or("", |host| host.origin().host());
        let (token, bound) = self.cookies(headers, host)?;
        let session = match &token {
            Some(token) => self.sessions.lookup(token, now).await?,
            None => None,
        };
        let mut context = RequestContext {
            upstream: 0,
            client: None,
            token,
            session: None,
            device: bound.map(|bound| Box::new(Evidence::Sent(bound))),
            now,
            requirement: Requirement::Access(access),
            foreign_write: false,
            closed_to_unknown: false,
        };
        context.of_session(session, &self.keyring);
        Ok(context)
    }

    /// Decides on a permitted request again. Counts as use of the session at `used`, if the session had not ended by then.
    ///
    /// # Errors
    /// The refusal that the request would get now.
    pub(crate) async fn recheck(&self, recheck: &Recheck, used: Option<Timestamp>) -> Result<(), Refusal> {
        let now = self.clock.now();
        let Recheck { host, path, method, client, token, device, .. } = recheck;
        self.hosts.find(host).map_err(NoTarget::from)?;
        let path = CanonicalPath::parse(path, self.rules.encoded())?;
        let query = RouteQuery { host, path: path.as_str(), method, client: *client };
        let route_match = match_route(&self.rules, self.withhold_legacy, &path, &query)?;
        let (route_match, closed_to_unknown) = self.for_unknown_client(route_match, &path, &query);
        if closed_to_unknown {
            return Err(Refusal::Closed);
        }
        let session = match token {
            Some(token) => self.sessions.lookup(token, now).await?,
            None => None,
        };
        let demand = self.rules.demand(&route_match);
        let decide_at = |session: Option<&CachedSession>, at| {
            let subject = session.map(|session| {
                let device = session.device().map(|key| match recheck.precedes(key, at) {
                    true => BoundKey { at, ..key },
                    false => key,
                });
                SessionOfRequest { session, device }
            });
            match decide(demand, subject.as_ref(), device.as_ref(), &self.policy, at) {
                Decision::Permit(_) => Ok(()),
                refused => Err(refusal_of(&refused)),
            }
        };
        if let (Some(session), Some(used)) = (&session, used)
            && decide_at(Some(session), used).is_ok()
        {
            self.sessions.touch(session, used);
        }
        decide_at(session.as_deref(), now)
    }

    /// Returns the hashed token of a request to a host (its name, without a port), and the cookie of its device.
    fn cookies(&self, headers: &impl Fields, host: &str) -> Result<(Option<TokenHash>, Option<BoundCookie>), Refusal> {
        let (token, bound) = self.cookie.read_both(headers);
        match token {
            CookieRead::Absent => Ok((None, None)),
            CookieRead::Token(token) => Ok((Some(token.hash_at(host)), bound)),
            CookieRead::Refused => Err(Refusal::Cookie),
            CookieRead::TooLarge => Err(Refusal::CookiesTooLarge),
        }
    }

    fn touch(&self, context: &RequestContext) {
        if let Some(session) = &context.session {
            self.sessions.touch(session, context.now);
        }
    }

    /// Whether the request names one origin, which is one of those that may call the application from elsewhere. Only their
    /// preflights pass without a session: our own pages send none, and backends that ignore the method answer a preflight
    /// like a `GET`.
    fn is_of_allowed_page(&self, headers: &impl Fields) -> bool {
        let mut origins = headers.all(ORIGIN);
        matches!((origins.next(), origins.next()), (Some(origin), None) if self.cors.allows(origin))
    }

    /// Whether one of our pages, an allowed page or a program sent the request. Browsers send `Origin` with every write
    /// and every WebSocket; a request without it comes from a program unless `Sec-Fetch-Site` shows a browser on
    /// another site.
    fn is_of_our_pages(&self, target: &Target<'_>, headers: &impl Fields) -> bool {
        match write_allowed(headers, target.host.origin(), Some(&self.cors)) {
            Ok(()) => true,
            Err(WriteRefused::NoOrigin) => !is_cross_site(headers),
            Err(WriteRefused::ForeignOrigin) => false,
        }
    }
}

/// Returns the refusal of a decision. For a permit, it is the one of a request that is closed to unknown clients.
fn refusal_of(decision: &Decision<'_>) -> Refusal {
    match decision {
        Decision::Challenge(step) => Refusal::Challenge(*step),
        Decision::Deny(Denial::NotListed) => Refusal::NotListed,
        Decision::Permit(_) | Decision::Deny(Denial::Closed) => Refusal::Closed,
    }
}

/// Whether a request may change data. If the method is unknown, `Origin` decides: browsers send it with every write and
/// with few reads.
fn is_write(target: &Target<'_>, headers: &impl Fields) -> bool {
    match target.method_is_known {
        true => !matches!(target.method, Method::GET | Method::HEAD | Method::OPTIONS),
        false => headers.has(ORIGIN),
    }
}

fn is_cross_site(headers: &impl Fields) -> bool {
    headers.all(SEC_FETCH_SITE).any(|site| site != b"same-origin" && site != b"none")
}
