//! The access decision: a pure function of what a route demands, the session, the policy and the time.
//!
//! Only [`decide`] can make a [`Permit`]; only a permit gives an identity or lets a request in. So a forgotten check
//! does not compile.

use std::time::Duration;

use postern_model::access::{Access, SecondFactorPolicy, SessionLimits};
use postern_model::clock::Timestamp;
use postern_model::id::SessionId;
use postern_model::session::Verified;

use crate::admission::Admission;
use crate::rules::principals::Principals;
use crate::subject::{Facts, Person, Subject};

/// What the deployment demands of every session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Who needs a second factor.
    pub second_factor: SecondFactorPolicy,
    /// How long things last.
    pub limits: SessionLimits,
    /// Who may sign in. Someone taken off the lists is refused at the next request.
    pub admission: Admission,
}

/// What a route demands: a level of access, and of whom. Only together do they let anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand<'r> {
    /// The level.
    pub access: Access,
    /// The people that the route is for; `None`: everybody who may sign in.
    pub principals: Option<&'r Principals>,
}

impl Demand<'_> {
    /// Nothing at all.
    pub const PUBLIC: Self = Self { access: Access::Public, principals: None };
}

/// The answer to a request. There is no default, and none of the variants means "continue anyway".
#[derive(Debug)]
pub enum Decision<'a> {
    /// Let it through.
    Permit(Permit<'a>),
    /// Not yet: this step is missing.
    Challenge(Step),
    /// No, and no step would help.
    Deny(Denial),
}

/// Why no step would help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Denial {
    /// The route is closed to everybody.
    Closed,
    /// The route is for others.
    NotListed,
}

/// The step that a session lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Sign in with the provider.
    SignIn,
    /// Verify the enrolled second factor.
    Verify,
    /// Enrol a second factor.
    Enrol,
    /// Verify the second factor again: it was too long ago for this route.
    StepUp,
}

impl Step {
    /// The stable code in JSON answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::SignIn => "SIGN_IN_REQUIRED",
            Self::Verify | Self::StepUp => "SECOND_FACTOR_REQUIRED",
            Self::Enrol => "ENROLMENT_REQUIRED",
        }
    }

    /// The page (below the base path) where a person takes the step.
    pub fn page(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Verify | Self::StepUp => "verify",
            Self::Enrol => "enrol",
        }
    }
}

/// Proof that [`decide`] let a request through, and as whom.
#[derive(Clone, Copy, Debug)]
pub struct Permit<'a> {
    subject: Option<&'a dyn Subject>,
    second_factor: Option<Verified>,
}

impl<'a> Permit<'a> {
    /// Who the request is from. `None` on public routes, whatever cookie came with it.
    pub fn identity(&self) -> Option<Identity<'a>> {
        self.subject.map(|subject| Identity { subject, second_factor: self.second_factor })
    }

    /// Marks a request as let through. Upstream services accept nothing else.
    pub fn admit<T>(&self, request: T) -> Permitted<T> {
        Permitted { request, session: self.subject.map(Subject::session) }
    }
}

/// Somebody a decision has let through.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    subject: &'a dyn Subject,
    second_factor: Option<Verified>,
}

impl<'a> Identity<'a> {
    /// Whom the decision was about.
    pub fn subject(&self) -> &'a dyn Subject {
        self.subject
    }

    /// Who they are.
    pub fn person(&self) -> Person<'a> {
        self.subject.person()
    }

    /// The second factor that counts in this session now. A verification that has run out is not told.
    pub fn second_factor(&self) -> Option<Verified> {
        self.second_factor
    }

    /// When the newest factor that counts was verified (`auth_time`, OpenID Connect Core §2).
    pub fn auth_time(&self) -> Timestamp {
        self.second_factor.map_or_else(|| self.subject.facts().first_factor_at, |verified| verified.at)
    }

    /// What this session did, not what the account owns (`amr`, RFC 8176): `google`, and the second factor's value.
    pub fn methods(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once("google").chain(self.second_factor.map(|verified| verified.method.amr()))
    }
}

/// A request that [`decide`] let through.
#[derive(Debug)]
pub struct Permitted<T> {
    request: T,
    session: Option<SessionId>,
}

impl<T> Permitted<T> {
    /// Whose session let it through; `None` on public routes.
    pub fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// The request.
    pub fn into_inner(self) -> T {
        self.request
    }
}

/// Where a session stands, before any route is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Over: expired, idle for too long, or its user is switched off.
    Over,
    /// Signed in; [`Step::Verify`] or [`Step::Enrol`] is missing for what the policy and the user demand.
    Waiting(Step),
    /// All that the policy and the user demand is done.
    Complete,
}

/// Where a session stands at `now`.
pub fn standing(subject: &(impl Subject + ?Sized), policy: &Policy, now: Timestamp) -> Standing {
    let facts = subject.facts();
    if !policy.admission.admits(subject) {
        return Standing::Over;
    }
    stand(&facts, count(&facts, policy.limits.second_factor, now), policy, now)
}

/// Decides whether a request to a route that demands this goes through, for the session it came with. Who somebody is
/// counts once they have proven it as far as the route demands; until then they are told the next step and nothing else.
pub fn decide<'a, S: Subject>(
    demand: Demand<'_>,
    session: Option<&'a S>,
    policy: &Policy,
    now: Timestamp,
) -> Decision<'a> {
    let access = demand.access;
    match access {
        Access::Deny => return Decision::Deny(Denial::Closed),
        // Nobody proves who they are on a public route, so nobody is on its list.
        Access::Public if demand.principals.is_some() => return Decision::Deny(Denial::NotListed),
        Access::Public => return Decision::Permit(Permit { subject: None, second_factor: None }),
        Access::FirstFactor | Access::Full | Access::SecondFactor | Access::Fresh(_) => {}
    }
    let Some(subject) = session else { return Decision::Challenge(Step::SignIn) };
    let facts = subject.facts();
    let counted = count(&facts, policy.limits.second_factor, now);
    let standing = match policy.admission.admits(subject) {
        true => stand(&facts, counted, policy, now),
        false => Standing::Over,
    };
    let permit = match demand.principals {
        Some(principals) if !principals.admits(subject) => Decision::Deny(Denial::NotListed),
        _ => Decision::Permit(Permit { subject: Some(subject), second_factor: counted }),
    };
    match (access, standing) {
        (_, Standing::Over) => Decision::Challenge(Step::SignIn),
        (Access::FirstFactor, _) | (Access::Full, Standing::Complete) => permit,
        (_, Standing::Waiting(step)) => Decision::Challenge(step),
        (Access::Fresh(span), Standing::Complete) if count(&facts, span, now).is_none() => match next_step(&facts) {
            Step::Verify => Decision::Challenge(Step::StepUp),
            step => Decision::Challenge(step),
        },
        (Access::SecondFactor, Standing::Complete) if counted.is_none() => Decision::Challenge(next_step(&facts)),
        (Access::SecondFactor | Access::Fresh(_), Standing::Complete) => permit,
        (Access::Deny | Access::Public, _) => Decision::Deny(Denial::Closed),
    }
}

/// The second factor of this session, where it was verified less than `span` ago and the user still owns one.
pub fn counts(subject: &(impl Subject + ?Sized), span: Duration, now: Timestamp) -> Option<Verified> {
    count(&subject.facts(), span, now)
}

/// Whether the policy, an administrator or the user's own enrolment demands a second factor.
pub fn demands_second_factor(subject: &(impl Subject + ?Sized), policy: &Policy) -> bool {
    demands(&subject.facts(), policy)
}

fn stand(facts: &Facts, counted: Option<Verified>, policy: &Policy, now: Timestamp) -> Standing {
    let limits = &policy.limits;
    let over = !facts.is_active
        || has_passed(facts.first_factor_at, limits.lifetime, now)
        || has_passed(facts.last_seen_at, limits.idle, now);
    if over {
        return Standing::Over;
    }
    if !demands(facts, policy) || counted.is_some() {
        return Standing::Complete;
    }
    // A session that never verified a second factor may wait for it only briefly; one whose verification ran out has
    // proven itself once and verifies again.
    if facts.second_factor.is_none() && has_passed(facts.first_factor_at, limits.first_factor, now) {
        return Standing::Over;
    }
    Standing::Waiting(next_step(facts))
}

fn count(facts: &Facts, span: Duration, now: Timestamp) -> Option<Verified> {
    facts.second_factor.filter(|verified| facts.enrolled && !has_passed(verified.at, span, now))
}

fn demands(facts: &Facts, policy: &Policy) -> bool {
    policy.second_factor == SecondFactorPolicy::Required || facts.must_verify || facts.enrolled
}

fn next_step(facts: &Facts) -> Step {
    if facts.enrolled { Step::Verify } else { Step::Enrol }
}

fn has_passed(start: Timestamp, span: Duration, now: Timestamp) -> bool {
    now >= start.after(span)
}
