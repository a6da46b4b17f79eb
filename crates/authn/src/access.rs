//! The access decision: a pure function of a route's requirements, the session, the policy and the time.
//!
//! Only [`decide`] can make a [`Permit`], and only a permit gives an identity or forwards a request. Code that forgets
//! the check does not compile.

use std::time::Duration;

use postern_keystore::ProvenDevice;
use postern_model::access::{Access, BindingDemand, FactorDemand, SecondFactorPolicy, SessionLimits};
use postern_model::clock::Timestamp;
use postern_model::device_binding::BoundKey;
use postern_model::id::SessionId;
use postern_model::session::Verified;

use crate::admission::Admission;
use crate::rules::principals::Principals;
use crate::subject::{Facts, Person, Subject};

/// Requirements of the deployment for every session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Who needs a second factor.
    pub second_factor: SecondFactorPolicy,
    /// Lifetimes of sessions and factors.
    pub limits: SessionLimits,
    /// Who may sign in. A user who is removed from the lists is refused at the next request.
    pub admission: Admission,
}

/// Requirements of a route: an access level, the kind of second factor, and the users that it admits. All must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand<'r> {
    /// The access level.
    pub access: Access,
    /// The kind of second factor. Any but [`FactorDemand::Any`] requires one, whatever the policy says.
    pub factor: FactorDemand,
    /// Whether the session must be bound to its device. If so, a second factor is required, whatever the policy says: sessions
    /// are bound when one was verified.
    pub binding: BindingDemand,
    /// The admitted users; `None` for every user who may sign in.
    pub principals: Option<&'r Principals>,
}

impl Demand<'_> {
    /// No requirement.
    pub const PUBLIC: Self = Self::new(Access::Public);

    /// Returns the demand of an access level, with any kind of factor and of every user who may sign in.
    pub const fn new(access: Access) -> Self {
        Self { access, factor: FactorDemand::Any, binding: BindingDemand::Any, principals: None }
    }

    /// Returns the kind of second factor that it requires of every user, whatever the policy says. `None` if the policy and
    /// the user's settings decide, or if nobody passes.
    pub fn second_factor(&self) -> Option<FactorDemand> {
        match self.access {
            Access::SecondFactor | Access::Fresh(_) => Some(self.factor),
            Access::FirstFactor | Access::Full => Some(self.factor).filter(|_| !self.takes_any_session()),
            Access::Public | Access::Deny => None,
        }
    }

    /// Whether neither a kind of factor nor a device is required.
    fn takes_any_session(&self) -> bool {
        self.factor == FactorDemand::Any && self.binding == BindingDemand::Any
    }
}

/// Decision on a request. There is no default, and no variant means "continue anyway".
#[derive(Debug)]
pub enum Decision<'a> {
    /// The request is allowed.
    Permit(Permit<'a>),
    /// The request is not allowed until this step is done.
    Challenge(Step),
    /// The request is denied, and no step would change that.
    Deny(Denial),
}

/// Reason of a denial that no step would change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Denial {
    /// The route is closed to every user.
    Closed,
    /// The route does not admit this user.
    NotListed,
}

/// Step that a session lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Sign in with the provider.
    SignIn,
    /// Verify the enrolled second factor.
    Verify,
    /// Enrol a second factor.
    Enrol,
    /// Verify the second factor again: the last verification is too old for this route.
    StepUp,
    /// Verify with a passkey: the last verification was with a factor that this route does not accept.
    Passkey,
    /// Bind the session to its device, which a browser does by itself where it can, after a second factor.
    BindDevice,
}

impl Step {
    /// Returns the stable code for JSON responses.
    pub fn code(self) -> &'static str {
        match self {
            Self::SignIn => "SIGN_IN_REQUIRED",
            Self::Verify | Self::StepUp => "SECOND_FACTOR_REQUIRED",
            Self::Enrol => "ENROLMENT_REQUIRED",
            Self::Passkey => "PASSKEY_REQUIRED",
            Self::BindDevice => "DEVICE_BINDING_REQUIRED",
        }
    }

    /// Returns the page (below the base path), with its query, where the user takes the step.
    pub fn page(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Verify | Self::StepUp => "verify",
            Self::Enrol => "enrol",
            Self::Passkey => "verify?factor=phishing-resistant",
            Self::BindDevice => "device",
        }
    }
}

/// Proof that [`decide`] allowed a request, with the subject it was allowed for.
#[derive(Clone, Copy, Debug)]
pub struct Permit<'a> {
    subject: Option<&'a dyn Subject>,
    second_factor: Option<Verified>,
}

impl<'a> Permit<'a> {
    /// Returns the user of the request. `None` on public routes, whatever cookie came with it.
    pub fn identity(&self) -> Option<Identity<'a>> {
        self.subject.map(|subject| Identity { subject, second_factor: self.second_factor })
    }

    /// Marks a request as allowed. Upstream services accept only requests that are marked.
    pub fn admit<T>(&self, request: T) -> Permitted<T> {
        Permitted { request, session: self.subject.map(Subject::session) }
    }
}

/// User that a decision allowed.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    subject: &'a dyn Subject,
    second_factor: Option<Verified>,
}

impl<'a> Identity<'a> {
    /// Returns the subject of the decision.
    pub fn subject(&self) -> &'a dyn Subject {
        self.subject
    }

    /// Returns the user's profile.
    pub fn person(&self) -> Person<'a> {
        self.subject.person()
    }

    /// Returns the second factor that is valid in this session now. An expired verification is left out.
    pub fn second_factor(&self) -> Option<Verified> {
        self.second_factor
    }

    /// Returns when the person verified the newest valid factor (`auth_time`, OpenID Connect Core §2). A trusted device, which
    /// stood in for one, does not move it.
    pub fn auth_time(&self) -> Timestamp {
        let verified = self.second_factor.filter(|verified| verified.method.proves_presence());
        verified.map_or_else(|| self.subject.facts().first_factor_at, |verified| verified.at)
    }

    /// Returns the methods that this session used, not those that the account has enrolled (`amr`, RFC 8176): `google`,
    /// and the second factor's value.
    pub fn methods(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once("google").chain(self.second_factor.map(|verified| verified.method.amr()))
    }
}

/// Request that [`decide`] allowed.
#[derive(Debug)]
pub struct Permitted<T> {
    request: T,
    session: Option<SessionId>,
}

impl<T> Permitted<T> {
    /// Returns the user whose session was allowed; `None` on public routes.
    pub fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// Returns the request.
    pub fn into_inner(self) -> T {
        self.request
    }
}

/// State of a session whose device is proven, if it is bound to one, before any route is considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The session is over: expired, idle for too long, or its user is deactivated.
    Over,
    /// The first factor is verified; [`Step::Verify`] or [`Step::Enrol`] is missing for the requirements of the policy
    /// and the user.
    Waiting(Step),
    /// All requirements of the policy and the user are met.
    Complete,
}

/// Whether a session may be used by a request with this proof of its device: it is bound to no device, or the proof is of its
/// own. Without that, the session counts as none, but for the first moments ([`BoundKey::UNPROVEN`]).
pub fn is_usable(subject: &(impl Subject + ?Sized), device: Option<&ProvenDevice>, now: Timestamp) -> bool {
    is_proven(subject.session(), &subject.facts(), device, now)
}

/// Returns the state of a session at `now`. The caller has asked [`is_usable`].
pub fn standing(subject: &(impl Subject + ?Sized), policy: &Policy, now: Timestamp) -> Standing {
    let facts = subject.facts();
    if !policy.admission.admits(subject) {
        return Standing::Over;
    }
    stand(&facts, count(&facts, policy.limits.second_factor, now), policy, now)
}

/// Decides whether a request with this session meets a route's requirements. Whether the user is on the route's list is
/// evaluated only after the session reached the required level; until then the decision names the next step and reveals
/// nothing else. `device` is what the request proves about the device of the session; a session that is bound to a device
/// counts as none without a proof of it.
///
/// ```
/// use postern_authn::access::{Decision, Demand, Denial, Policy, Step, decide};
/// use postern_model::access::Access;
/// use postern_model::clock::Timestamp;
/// use postern_model::session::SessionView;
///
/// let without_session = |access| {
///     decide(Demand::new(access), None::<&SessionView>, None, &Policy::default(), Timestamp::from_secs(0))
/// };
/// assert!(matches!(without_session(Access::Public), Decision::Permit(_)));
/// assert!(matches!(without_session(Access::Full), Decision::Challenge(Step::SignIn)));
/// assert!(matches!(without_session(Access::Deny), Decision::Deny(Denial::Closed)));
/// ```
pub fn decide<'a, S: Subject>(
    demand: Demand<'_>,
    session: Option<&'a S>,
    device: Option<&ProvenDevice>,
    policy: &Policy,
    now: Timestamp,
) -> Decision<'a> {
    let access = demand.access;
    match access {
        Access::Deny => return Decision::Deny(Denial::Closed),
        // Public routes identify no user, so a list cannot admit one.
        Access::Public if demand.principals.is_some() => return Decision::Deny(Denial::NotListed),
        Access::Public if !demand.takes_any_session() => return Decision::Deny(Denial::Closed),
        Access::Public => return Decision::Permit(Permit { subject: None, second_factor: None }),
        Access::FirstFactor | Access::Full | Access::SecondFactor | Access::Fresh(_) => {}
    }
    let Some(subject) = session else { return Decision::Challenge(Step::SignIn) };
    let facts = subject.facts();
    let counted = count(&facts, policy.limits.second_factor, now);
    let usable = is_proven(subject.session(), &facts, device, now) && policy.admission.admits(subject);
    let standing = match usable {
        true => stand(&facts, counted, policy, now),
        false => Standing::Over,
    };
    let unbound = demand.binding == BindingDemand::Device && facts.device.is_none();
    let permit = match demand.principals {
        _ if unbound => Decision::Challenge(Step::BindDevice),
        Some(principals) if !principals.admits(subject) => Decision::Deny(Denial::NotListed),
        _ => Decision::Permit(Permit { subject: Some(subject), second_factor: counted }),
    };
    let of_kind = counted.is_some_and(|verified| demand.factor.is_met_by(verified.method));
    match (access, standing) {
        (_, Standing::Over) => Decision::Challenge(Step::SignIn),
        (Access::FirstFactor, _) | (Access::Full, Standing::Complete) if demand.takes_any_session() => permit,
        (_, Standing::Waiting(step)) => Decision::Challenge(step),
        (Access::Fresh(span), Standing::Complete) if !is_fresh(&facts, span, now) => {
            Decision::Challenge(next_step(&facts, demand.factor, Step::StepUp))
        }
        (_, Standing::Complete) if !of_kind => Decision::Challenge(next_step(&facts, demand.factor, Step::Verify)),
        (Access::FirstFactor | Access::Full | Access::SecondFactor | Access::Fresh(_), Standing::Complete) => permit,
        (Access::Deny | Access::Public, _) => Decision::Deny(Denial::Closed),
    }
}

/// Returns the second factor of this session if it was verified less than `span` ago and the user still has one.
pub fn counts(subject: &(impl Subject + ?Sized), span: Duration, now: Timestamp) -> Option<Verified> {
    count(&subject.facts(), span, now)
}

/// Whether the policy, an administrator or the user's own enrolment requires a second factor.
pub fn demands_second_factor(subject: &(impl Subject + ?Sized), policy: &Policy) -> bool {
    demands(&subject.facts(), policy)
}

fn stand(facts: &Facts, counted: Option<Verified>, policy: &Policy, now: Timestamp) -> Standing {
    let limits = &policy.limits;
    let over = !facts.is_active
        || is_over(facts.first_factor_at, limits.lifetime, now)
        || is_over(facts.last_seen_at, limits.idle, now);
    if over {
        return Standing::Over;
    }
    if !demands(facts, policy) || counted.is_some() {
        return Standing::Complete;
    }
    // A session that never verified a second factor may wait for it only briefly, or until its pending enrolment
    // expires, if that is later. One whose verification expired was verified once and may verify again.
    let sets_up = facts.set_up_until.is_some_and(|until| now < until);
    if facts.second_factor.is_none() && !sets_up && is_over(facts.first_factor_at, limits.first_factor, now) {
        return Standing::Over;
    }
    Standing::Waiting(next_step(facts, FactorDemand::Any, Step::Verify))
}

fn is_proven(session: SessionId, facts: &Facts, device: Option<&ProvenDevice>, now: Timestamp) -> bool {
    let proves = |key: BoundKey| device.is_some_and(|device| device.proves(session, key.id, now));
    facts.device.is_none_or(|key| key.is_new(now) || proves(key))
}

fn count(facts: &Facts, span: Duration, now: Timestamp) -> Option<Verified> {
    facts.second_factor.filter(|verified| facts.enrolled && !is_over(verified.at, span, now))
}

/// Whether the person verified a second factor less than `span` ago.
fn is_fresh(facts: &Facts, span: Duration, now: Timestamp) -> bool {
    count(facts, span, now).is_some_and(|verified| verified.method.proves_presence())
}

fn demands(facts: &Facts, policy: &Policy) -> bool {
    policy.second_factor == SecondFactorPolicy::Required || facts.must_verify || facts.enrolled
}

/// Returns the step to a second factor of the required kind; `verify` is the one for a user who has a factor, of any kind.
fn next_step(facts: &Facts, factor: FactorDemand, verify: Step) -> Step {
    match factor {
        _ if !facts.enrolled => Step::Enrol,
        FactorDemand::Any => verify,
        FactorDemand::PhishingResistant => Step::Passkey,
    }
}

/// Whether a span from a recorded time is over. One whose beginning is yet to come counts as over: nobody knows when it really began.
fn is_over(start: Timestamp, span: Duration, now: Timestamp) -> bool {
    now >= start.after(span) || start.is_yet_to_come(now)
}
