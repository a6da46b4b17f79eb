//! Decisions for hypothetical sessions of a user in the store, or of any user.

use std::time::Duration;

use postern_authn::access::{Decision, Demand, Denial, Policy, Step, decide};
use postern_keystore::Keyring;
use postern_model::access::{Access, BindingDemand, FactorDemand};
use postern_model::clock::Timestamp;
use postern_model::device_binding::{BoundDevice, DeviceKeyId};
use postern_model::factor::{Factors, SecondFactor};
use postern_model::id::{SessionId, UserId};
use postern_model::session::{Caller, Session, SessionView, TokenHash, Verified, Vouched};
use postern_model::user::User;

use super::context::Context;
use super::error::CommandError;
use postern_config::printable;

/// The decision for one session.
pub(super) struct Outcome {
    /// The session.
    pub(super) session: String,
    /// The decision.
    pub(super) answer: String,
}

/// A user with everything that a decision depends on, except the verifications of a session.
pub(super) struct Person {
    view: SessionView,
    has_session: bool,
}

impl Person {
    /// Finds a user in the store. Verified claims are taken from the newest session.
    pub(super) async fn find(context: &Context, who: &str) -> Result<Self, CommandError> {
        let user = context.user(who).await?;
        let stored = context.store.factors(user.id).await?;
        let codes = stored.as_ref().map_or(0, |factors| factors.backup_codes.len());
        let factors = Factors {
            enabled: stored.is_some(),
            totp: stored.is_some_and(|factors| factors.has_app()),
            email: false,
            sms: false,
            backup_codes_left: u32::try_from(codes).unwrap_or(u32::MAX),
        };
        let groups = context.store.groups_of(user.id).await?;
        let newest = context.store.sessions_of(user.id).await?.into_iter().next();
        let has_session = newest.is_some();
        let vouched = newest.map(|session| session.vouched).unwrap_or_default();
        Ok(Self { view: view(user, factors, groups, vouched), has_session })
    }

    /// Any user who may sign in, with or without an authenticator.
    fn anybody(enrolled: bool) -> Self {
        let user = User {
            id: UserId(Default::default()),
            subject: None,
            email: String::new(),
            full_name: None,
            avatar_url: None,
            is_active: true,
            requires_second_factor: false,
            enforced_at: None,
            last_login: None,
            created_at: None,
        };
        let factors = Factors { enabled: enrolled, totp: enrolled, email: false, sms: false, backup_codes_left: 0 };
        Self { view: view(user, factors, Vec::new(), Vouched::default()), has_session: true }
    }

    /// Describes the user for people.
    pub(super) fn described(&self) -> String {
        let SessionView { user, factors, groups, session } = &self.view;
        let state = if user.is_active { "" } else { ", disabled" };
        let enrolled = match (factors.enrolled(), factors.totp) {
            (true, true) => "an authenticator",
            (true, false) => "passkeys and no authenticator",
            (false, _) => "no authenticator",
        };
        let vouched = match (&session.vouched.email, &session.vouched.hosted_domain, self.has_session) {
            (_, _, false) => "no session, so address and domain are unknown until the next sign-in".to_owned(),
            (None, None, true) => "a session without recorded address and domain".to_owned(),
            (email, domain, true) => {
                let text = |claim: &Option<String>| claim.clone().unwrap_or_else(|| "none".to_owned());
                format!("verified by the provider: address {}, domain {}", text(email), text(domain))
            }
        };
        printable(&format!("{}{state}, groups [{}], {enrolled}, {vouched}", user.email, groups.join(", ")))
    }

    /// The decision for a session with this second factor, bound to its device where a keyring can make the proof of it.
    fn answer(
        &self,
        demand: Demand<'_>,
        policy: &Policy,
        second_factor: Option<Verified>,
        bound: Option<&Keyring>,
    ) -> String {
        let mut view = self.view.clone();
        view.session.second_factor = second_factor;
        let (session, id) = (view.session.id, DeviceKeyId([0; 32]));
        view.session.device = bound.map(|_| BoundDevice { id, key: String::new(), at: NOW });
        let device = bound.and_then(|keyring| {
            let cookie = keyring.bound_cookie(session, id, NOW.after(Duration::from_secs(60)));
            keyring.prove_device(&cookie, session, id, NOW).ok()
        });
        // Without a session no verified claims are known, so the lists of who may sign in cannot be checked.
        let unlisted = Policy { admission: Default::default(), ..policy.clone() };
        let policy = if view.session.vouched == Vouched::default() { &unlisted } else { policy };
        match decide(demand, Some(&view), device.as_ref(), policy, NOW) {
            Decision::Permit(_) => "passes".to_owned(),
            Decision::Challenge(Step::SignIn) if !self.view.user.is_active => {
                "401 SIGN_IN_REQUIRED: the user is disabled and cannot sign in".to_owned()
            }
            decision => describe(&decision, demand),
        }
    }
}

/// The time of the hypothetical request; no decision depends on it.
const NOW: Timestamp = Timestamp::from_secs(2_000_000_000);

/// The decisions without a session, with the first factor, and with both. Without a person: for any user that the route
/// allows.
pub(super) fn outcomes(
    demand: Demand<'_>,
    person: Option<&Person>,
    policy: &Policy,
    keyring: &Keyring,
) -> Vec<Outcome> {
    let nobody = match decide(demand, None::<&SessionView>, None, policy, NOW) {
        Decision::Permit(_) => "passes".to_owned(),
        decision => describe(&decision, demand),
    };
    let mut sessions = vec![Outcome { session: "none".to_owned(), answer: nobody }];
    let verified = |method, ago| Some(Verified { method, at: NOW.before(ago) });
    let now = |method| verified(method, Duration::ZERO);
    let mut levels = vec![("first factor".to_owned(), None, None)];
    let (best, named) = match demand.factor {
        FactorDemand::Any => {
            levels.push(("both factors".to_owned(), now(SecondFactor::Totp), None));
            (SecondFactor::Totp, "second")
        }
        FactorDemand::PhishingResistant => {
            levels.push(("both factors, the second a code".to_owned(), now(SecondFactor::Totp), None));
            levels.push(("both factors, the second a passkey".to_owned(), now(SecondFactor::Passkey), None));
            (SecondFactor::Passkey, "passkey")
        }
    };
    if demand.binding == BindingDemand::Device {
        levels.push((format!("both factors, the {named} just now, bound to the device"), now(best), Some(keyring)));
    }
    if let Access::Fresh(span) = demand.access {
        levels.push((format!("both factors, the {named} {}s ago", span.as_secs()), verified(best, span), None));
    }
    for (session, second_factor, bound) in levels {
        let answer = match person {
            Some(person) => person.answer(demand, policy, second_factor, bound),
            None => {
                let listed = Demand { principals: None, ..demand };
                let [with, without] = [true, false]
                    .map(|enrolled| Person::anybody(enrolled).answer(listed, policy, second_factor, bound));
                // A verified second factor implies an authenticator.
                match second_factor.is_some() || with == without {
                    true => with,
                    false => format!("{with}; without an authenticator: {without}"),
                }
            }
        };
        sessions.push(Outcome { session, answer });
    }
    sessions
}

fn describe(decision: &Decision<'_>, demand: Demand<'_>) -> String {
    let step = |step: &Step, words: &str| format!("401 {}: {words}", step.code());
    match decision {
        Decision::Permit(_) => "passes".to_owned(),
        Decision::Challenge(missing) => step(
            missing,
            match missing {
                Step::SignIn => "must sign in",
                Step::Verify => "must verify the second factor",
                Step::Enrol => "must enrol a second factor",
                Step::StepUp => "must verify the second factor again: the last time is too long ago",
                Step::Passkey => "must verify with a passkey",
                Step::BindDevice => {
                    "the session must be bound to its device, which browsers do at the second factor if they can"
                }
            },
        ),
        Decision::Deny(Denial::Closed) => "403: denied to everybody".to_owned(),
        Decision::Deny(Denial::NotListed) => {
            let who = demand.principals.map(ToString::to_string).unwrap_or_default();
            format!("403: not in {who}")
        }
    }
}

fn view(user: User, factors: Factors, groups: Vec<String>, vouched: Vouched) -> SessionView {
    let session = Session {
        id: SessionId(Default::default()),
        user: user.id,
        token: TokenHash([0; 32]),
        version: 1,
        first_factor_at: NOW,
        second_factor: None,
        set_up_until: None,
        last_seen_at: NOW,
        caller: Caller::default(),
        vouched,
        device: None,
    };
    SessionView { session, user, factors, groups }
}
