//! The access decision, over its whole table of levels and session states.

#![cfg(test)]

use std::time::Duration;

use postern_authn::access::{
    Decision, Demand, Denial, Policy, Standing, Step, counts, decide, demands_second_factor, is_usable, standing,
};
use postern_authn::admission::AccessPolicy;
use postern_authn::rules::principals::Principals;
use postern_keystore::{Keyring, MasterKey, ProvenDevice};
use postern_model::access::{Access, BindingDemand, FactorDemand, SecondFactorPolicy, SessionLimits};
use postern_model::clock::{CLOCK_SKEW, Timestamp};
use postern_model::device_binding::{BoundDevice, BoundKey, DeviceKeyId};
use postern_model::factor::{Factors, SecondFactor};
use postern_model::id::{SessionId, UserId};
use postern_model::session::{Session, SessionView, TokenHash, Verified, Vouched};
use postern_testkit::entropy::SeededEntropy;
use postern_testkit::session::full_session;
use proptest::prelude::*;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn view() -> SessionView {
    let mut view = full_session(UserId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)), TokenHash([0; 32]), NOW);
    view.session.first_factor_at = NOW.before(MINUTE);
    view.session.second_factor = None;
    view.user.requires_second_factor = false;
    view
}

fn verified(ago: Duration) -> SessionView {
    let mut view = view();
    view.session.first_factor_at = NOW.before(ago + MINUTE);
    view.session.second_factor = Some(Verified { method: SecondFactor::Totp, at: NOW.before(ago) });
    view
}

fn unenrolled() -> SessionView {
    SessionView { factors: Factors::default(), ..view() }
}

fn required() -> Policy {
    Policy::default()
}

fn per_user() -> Policy {
    Policy { second_factor: SecondFactorPolicy::PerUser, ..Policy::default() }
}

/// What came out, in a word.
fn outcome(access: Access, view: Option<&SessionView>, policy: &Policy) -> &'static str {
    told(Demand::new(access), view, policy)
}

fn told(demand: Demand<'_>, view: Option<&SessionView>, policy: &Policy) -> &'static str {
    match decide(demand, view, None, policy, NOW) {
        Decision::Permit(permit) if permit.identity().is_some() => "identity",
        Decision::Permit(_) => "anonymous",
        Decision::Challenge(Step::SignIn) => "sign-in",
        Decision::Challenge(Step::Verify) => "verify",
        Decision::Challenge(Step::Enrol) => "enrol",
        Decision::Challenge(Step::StepUp) => "step-up",
        Decision::Challenge(Step::Passkey) => "passkey",
        Decision::Challenge(Step::BindDevice) => "bind",
        Decision::Deny(Denial::Closed) => "deny",
        Decision::Deny(Denial::NotListed) => "not listed",
    }
}

const FRESH: Access = Access::Fresh(Duration::from_secs(300));

#[test]
fn a_session_that_is_bound_to_its_device_counts_as_none_without_the_proof_of_it() {
    let master = MasterKey::from_base64(&MasterKey::generate(&SeededEntropy::new(7))).unwrap();
    let (keyring, key) = (Keyring::new(master, Vec::new()), DeviceKeyId([7; 32]));
    let mut bound = verified(MINUTE);
    let id = bound.session.id;
    let proof = |key, until: Timestamp| {
        let cookie = keyring.bound_cookie(id, key, until);
        keyring.prove_device(&cookie, id, key, NOW.before(MINUTE)).unwrap()
    };
    let (good, late) = (proof(key, NOW.after(MINUTE)), proof(key, NOW));
    let another = proof(DeviceKeyId([8; 32]), NOW.after(MINUTE));
    let unbound = bound.clone();
    bound.session.device = Some(BoundDevice { id: key, key: String::new(), at: NOW.before(BoundKey::UNPROVEN) });
    let device = Demand { binding: BindingDemand::Device, ..Demand::new(Access::Full) };
    let passes = |demand, view: &SessionView, proof: Option<&ProvenDevice>| match decide(
        demand,
        Some(view),
        proof,
        &required(),
        NOW,
    ) {
        Decision::Permit(_) => "passes",
        Decision::Challenge(step) => step.code(),
        Decision::Deny(_) => "denied",
    };
    for access in [Access::FirstFactor, Access::Full, Access::SecondFactor, FRESH] {
        for demand in [Demand::new(access), Demand { access, ..device }] {
            assert_eq!(passes(demand, &bound, Some(&good)), "passes", "{demand:?}");
            for proof in [None, Some(&late), Some(&another)] {
                assert_eq!(passes(demand, &bound, proof), "SIGN_IN_REQUIRED", "{demand:?} {proof:?}");
            }
        }
        assert_eq!(passes(Demand::new(access), &unbound, Some(&good)), "passes");
        assert_eq!(passes(Demand { access, ..device }, &unbound, Some(&good)), "DEVICE_BINDING_REQUIRED");
    }
    assert!(is_usable(&bound, Some(&good), NOW) && !is_usable(&bound, None, NOW) && is_usable(&unbound, None, NOW));
    assert!(is_usable(&bound, None, NOW.before(Duration::from_micros(1))), "the browser may not have its cookie yet");
    assert_eq!(passes(Demand { access: Access::Public, ..device }, &bound, Some(&good)), "denied");
    assert_eq!(passes(device, &view(), None), "SECOND_FACTOR_REQUIRED", "the second factor comes first");
    assert_eq!(told(device, Some(&unenrolled()), &per_user()), "enrol", "also where the policy demands none");
    assert_eq!(device.second_factor(), Some(FactorDemand::Any));
}

#[test]
fn every_level_meets_every_state() {
    let full = verified(10 * MINUTE);
    let fresh = verified(MINUTE);
    let (pending, bare) = (view(), unenrolled());
    let mut device = verified(MINUTE);
    device.session.second_factor = Some(Verified { method: SecondFactor::TrustedDevice, at: NOW });
    let table: [(&str, Option<&SessionView>, [&str; 6]); 6] = [
        // public, first-factor, full, second-factor, fresh, deny
        ("nobody", None, ["anonymous", "sign-in", "sign-in", "sign-in", "sign-in", "deny"]),
        ("pending", Some(&pending), ["anonymous", "identity", "verify", "verify", "verify", "deny"]),
        ("unenrolled", Some(&bare), ["anonymous", "identity", "enrol", "enrol", "enrol", "deny"]),
        ("full", Some(&full), ["anonymous", "identity", "identity", "identity", "step-up", "deny"]),
        ("fresh", Some(&fresh), ["anonymous", "identity", "identity", "identity", "identity", "deny"]),
        ("trusted device", Some(&device), ["anonymous", "identity", "identity", "identity", "step-up", "deny"]),
    ];
    let levels = [Access::Public, Access::FirstFactor, Access::Full, Access::SecondFactor, FRESH, Access::Deny];
    for (name, view, expected) in table {
        for (level, expected) in levels.into_iter().zip(expected) {
            assert_eq!(outcome(level, view, &required()), expected, "{name} at {level}");
        }
    }
}

#[test]
fn a_phishing_resistant_factor_is_demanded_beside_every_level() {
    let with = |method, ago| {
        let mut view = verified(ago);
        view.session.second_factor = Some(Verified { method, at: NOW.before(ago) });
        view
    };
    let [code, backup, device] =
        [SecondFactor::Totp, SecondFactor::Backup, SecondFactor::TrustedDevice].map(|method| with(method, MINUTE));
    let (passkey, older) = (with(SecondFactor::Passkey, MINUTE), with(SecondFactor::Passkey, 10 * MINUTE));
    let mut removed = with(SecondFactor::Passkey, MINUTE);
    removed.factors = Factors::default();
    let (pending, bare) = (view(), unenrolled());
    let table: [(&str, Option<&SessionView>, [&str; 6]); 9] = [
        // public, first-factor, full, second-factor, fresh, deny
        ("nobody", None, ["deny", "sign-in", "sign-in", "sign-in", "sign-in", "deny"]),
        ("pending", Some(&pending), ["deny", "verify", "verify", "verify", "verify", "deny"]),
        ("unenrolled", Some(&bare), ["deny", "enrol", "enrol", "enrol", "enrol", "deny"]),
        ("code", Some(&code), ["deny", "passkey", "passkey", "passkey", "passkey", "deny"]),
        ("trusted device", Some(&device), ["deny", "passkey", "passkey", "passkey", "passkey", "deny"]),
        ("backup code", Some(&backup), ["deny", "passkey", "passkey", "passkey", "passkey", "deny"]),
        ("passkey", Some(&passkey), ["deny", "identity", "identity", "identity", "identity", "deny"]),
        // Both hold: a passkey, and within the time. A code would not do, so none is asked for.
        ("passkey, too long ago", Some(&older), ["deny", "identity", "identity", "identity", "passkey", "deny"]),
        ("no factor any more", Some(&removed), ["deny", "enrol", "enrol", "enrol", "enrol", "deny"]),
    ];
    let levels = [Access::Public, Access::FirstFactor, Access::Full, Access::SecondFactor, FRESH, Access::Deny];
    for (name, view, expected) in table {
        for (access, expected) in levels.into_iter().zip(expected) {
            let demand = Demand { factor: FactorDemand::PhishingResistant, ..Demand::new(access) };
            assert_eq!(told(demand, view, &required()), expected, "{name} at {access}");
        }
    }
    // Also where the policy asks nobody for a second factor.
    let full = Demand { factor: FactorDemand::PhishingResistant, ..Demand::new(Access::Full) };
    assert_eq!(told(full, Some(&bare), &per_user()), "enrol");
}

#[test]
fn a_route_tells_the_factor_that_it_demands_of_everybody() {
    use FactorDemand::{Any, PhishingResistant};
    for (access, any, phishing_resistant) in [
        (Access::Public, None, None),
        (Access::FirstFactor, None, Some(PhishingResistant)),
        (Access::Full, None, Some(PhishingResistant)),
        (Access::SecondFactor, Some(Any), Some(PhishingResistant)),
        (FRESH, Some(Any), Some(PhishingResistant)),
        (Access::Deny, None, None),
    ] {
        assert_eq!(Demand::new(access).second_factor(), any, "{access}");
        let demand = Demand { factor: PhishingResistant, ..Demand::new(access) };
        assert_eq!(demand.second_factor(), phishing_resistant, "{access}");
    }
}

#[test]
fn who_is_asked_once_the_access_is_fulfilled_and_never_before() {
    let full = verified(10 * MINUTE);
    let fresh = verified(MINUTE);
    let (pending, bare) = (view(), unenrolled());
    let others = Principals::new([], &[], &[], &["others".to_owned()]);
    let ours = Principals::new([full.user.id], &[], &[], &[]);
    let levels = [Access::Public, Access::FirstFactor, Access::Full, Access::SecondFactor, FRESH, Access::Deny];
    let table: [(&str, Option<&SessionView>, [&str; 6]); 5] = [
        ("nobody", None, ["not listed", "sign-in", "sign-in", "sign-in", "sign-in", "deny"]),
        ("pending", Some(&pending), ["not listed", "not listed", "verify", "verify", "verify", "deny"]),
        ("unenrolled", Some(&bare), ["not listed", "not listed", "enrol", "enrol", "enrol", "deny"]),
        ("full", Some(&full), ["not listed", "not listed", "not listed", "not listed", "step-up", "deny"]),
        ("fresh", Some(&fresh), ["not listed", "not listed", "not listed", "not listed", "not listed", "deny"]),
    ];
    for (name, view, expected) in table {
        for (access, expected) in levels.into_iter().zip(expected) {
            assert_eq!(
                told(Demand { principals: Some(&others), ..Demand::new(access) }, view, &required()),
                expected,
                "{name} at {access}"
            );
            // Who is listed is answered as where nobody is, except that nobody is listed on a public route.
            let listed = if access == Access::Public { "not listed" } else { outcome(access, view, &required()) };
            assert_eq!(
                told(Demand { principals: Some(&ours), ..Demand::new(access) }, view, &required()),
                listed,
                "{name} at {access}"
            );
        }
    }
}

#[test]
fn people_are_listed_by_identifier_group_and_what_the_provider_vouched_for() {
    let texts = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let who = |emails: &[&str], domains: &[&str], groups: &[&str]| {
        Principals::new([], &texts(emails), &texts(domains), &texts(groups))
    };
    let mut ada = verified(MINUTE);
    ada.groups = texts(&["ops", "staff"]);
    ada.session.vouched = Vouched {
        email: Some("Ada.Lovelace@Example.com".to_owned()),
        hosted_domain: Some("example.com".to_owned()),
        given_name: None,
    };
    for (listed, who) in [
        (true, Principals::default()),
        (true, Principals::new([ada.user.id], &[], &[], &[])),
        (false, Principals::new([UserId(Uuid::from_u128(9))], &[], &[], &[])),
        (true, who(&["ada.LOVELACE@example.com"], &[], &[])),
        (true, who(&[], &["EXAMPLE.com"], &[])),
        (true, who(&["nobody@example.org"], &[], &["ops"])),
        (false, who(&[], &[], &["Ops"])),
        (false, who(&["lovelace@example.com"], &["ample.com"], &["op"])),
        // The label in `users` is not what the provider vouched for.
        (false, who(&["ada@example.com"], &[], &[])),
        (true, who(&[], &[], &["admin"]).with_admins(&texts(&["ada.lovelace@example.com"]))),
        (false, who(&[], &[], &["other"]).with_admins(&texts(&["ada.lovelace@example.com"]))),
        (false, who(&[], &[], &["admin"])),
    ] {
        assert_eq!(who.admits(&ada), listed, "{who}");
    }
    // An address that was not vouched for has no domain and is on no list.
    ada.session.vouched = Vouched::default();
    assert!(!who(&["ada@example.com"], &["example.com"], &[]).admits(&ada));
    // A domain is never read out of an address.
    ada.session.vouched.email = Some("ada@example.com".to_owned());
    assert!(!who(&[], &["example.com"], &[]).admits(&ada));
}

#[test]
fn per_user_demands_a_second_factor_of_those_who_have_or_must_have_one() {
    assert_eq!(outcome(Access::Full, Some(&unenrolled()), &per_user()), "identity");
    assert_eq!(outcome(Access::SecondFactor, Some(&unenrolled()), &per_user()), "enrol");
    assert_eq!(outcome(FRESH, Some(&unenrolled()), &per_user()), "enrol");
    assert_eq!(outcome(Access::Full, Some(&view()), &per_user()), "verify");
    let mut told = unenrolled();
    told.user.requires_second_factor = true;
    assert_eq!(outcome(Access::Full, Some(&told), &per_user()), "enrol");
    let mut enforced = unenrolled();
    enforced.user.enforced_at = Some(NOW);
    assert_eq!(outcome(Access::Full, Some(&enforced), &per_user()), "enrol");
}

#[test]
fn a_disabled_user_is_out_at_once() {
    let mut view = verified(MINUTE);
    view.user.is_active = false;
    for access in [Access::FirstFactor, Access::Full, Access::SecondFactor, FRESH] {
        assert_eq!(outcome(access, Some(&view), &required()), "sign-in");
    }
}

#[test]
fn limits_end_at_their_moment() {
    let limits = SessionLimits::default();
    let tick = Duration::from_micros(1);
    type Set = fn(&mut SessionView, Timestamp);
    let cases: [(&str, Duration, Set, Standing); 4] = [
        ("lifetime", limits.lifetime, |view, at| view.session.first_factor_at = at, Standing::Over),
        ("idle", limits.idle, |view, at| view.session.last_seen_at = at, Standing::Over),
        (
            "second factor",
            limits.second_factor,
            |view, at| {
                view.session.first_factor_at = at;
                view.session.second_factor = Some(Verified { method: SecondFactor::Totp, at });
            },
            Standing::Waiting(Step::Verify),
        ),
        (
            "first factor",
            limits.first_factor,
            |view, at| {
                view.session.first_factor_at = at;
                view.session.second_factor = None;
            },
            Standing::Over,
        ),
    ];
    for (name, span, set, after) in cases {
        let mut view = verified(MINUTE);
        set(&mut view, NOW.before(span - tick));
        assert_ne!(standing(&view, &required(), NOW), after, "{name}, a moment before");
        set(&mut view, NOW.before(span));
        assert_eq!(standing(&view, &required(), NOW), after, "{name}, at its moment");
    }
}

#[test]
fn times_that_are_yet_to_come_count_for_nothing() {
    type Change = fn(&mut SessionView, Timestamp);
    let first_factor: Change = |view, at| view.session.first_factor_at = at;
    let last_seen: Change = |view, at| view.session.last_seen_at = at;
    let second_factor: Change =
        |view, at| view.session.second_factor = Some(Verified { method: SecondFactor::Totp, at });
    for (change, told) in [(first_factor, "sign-in"), (last_seen, "sign-in"), (second_factor, "verify")] {
        let mut view = verified(MINUTE);
        change(&mut view, NOW.after(CLOCK_SKEW));
        assert_eq!(outcome(FRESH, Some(&view), &required()), "identity", "the clocks of replicas differ");
        for later in [NOW.after(CLOCK_SKEW + Duration::from_micros(1)), Timestamp::from_micros(i64::MAX)] {
            change(&mut view, later);
            for access in [Access::Full, FRESH] {
                let found = outcome(access, Some(&view), &required());
                assert!(found == told || (told, access, found) == ("verify", FRESH, "step-up"), "{access:?} {found}");
            }
        }
    }
}

#[test]
fn a_binding_that_is_yet_to_come_needs_its_proof() {
    let mut bound = verified(MINUTE);
    for (at, told) in [(NOW.after(CLOCK_SKEW), "identity"), (NOW.after(2 * CLOCK_SKEW), "sign-in")] {
        bound.session.device = Some(BoundDevice { id: DeviceKeyId([7; 32]), key: String::new(), at });
        assert_eq!(outcome(Access::Full, Some(&bound), &required()), told);
    }
}

#[test]
fn a_verification_counts_only_while_the_factor_is_owned() {
    let mut view = verified(MINUTE);
    view.factors = Factors::default();
    assert_eq!(outcome(Access::Full, Some(&view), &required()), "enrol");
}

#[test]
fn identity_tells_what_this_session_did() {
    let (full, mut expired) = (verified(MINUTE), verified(9 * HOUR));
    expired.session.first_factor_at = NOW.before(10 * HOUR);
    let methods = |view: &SessionView| {
        let Decision::Permit(permit) = decide(Demand::new(Access::FirstFactor), Some(view), None, &required(), NOW)
        else {
            return vec![];
        };
        permit.identity().unwrap().methods().collect::<Vec<_>>()
    };
    assert_eq!(methods(&full), ["google", "otp"]);
    assert_eq!(methods(&view()), ["google"], "owning a factor is not having used it");
    assert_eq!(methods(&expired), ["google"], "a verification that ran out is not told");
}

proptest! {
    /// Whatever the state, a route that demands a second factor lets nobody in without one that was verified in this
    /// session, in time, by an active user who still owns it.
    #[test]
    fn no_state_lets_a_missing_factor_through(
        first_ago in 0_u64..100_000, seen_ago in 0_u64..10_000, second_ago in proptest::option::of(0_u64..100_000),
        active: bool, owns: bool, requires: bool, strict: bool, span in 1_u64..20_000,
    ) {
        let mut view = view();
        view.session.first_factor_at = NOW.before(Duration::from_secs(first_ago));
        view.session.last_seen_at = NOW.before(Duration::from_secs(seen_ago));
        view.session.second_factor = second_ago
            .map(|ago| Verified { method: SecondFactor::Totp, at: NOW.before(Duration::from_secs(ago)) });
        view.user.is_active = active;
        view.user.requires_second_factor = requires;
        view.factors.enabled = owns;
        let policy = if strict { required() } else { per_user() };
        let limits = policy.limits;
        for access in [Access::SecondFactor, Access::Fresh(Duration::from_secs(span))] {
            if outcome(access, Some(&view), &policy) == "identity" {
                let ago = second_ago.unwrap();
                prop_assert!(active && owns);
                prop_assert!(ago < limits.second_factor.as_secs());
                prop_assert!(first_ago < limits.lifetime.as_secs() && seen_ago < limits.idle.as_secs());
                prop_assert!(!matches!(access, Access::Fresh(_)) || ago < span);
            }
            // Without a kind of its own the session never has a kind that is demanded.
            let demand = Demand { factor: FactorDemand::PhishingResistant, ..Demand::new(access) };
            prop_assert!(!matches!(told(demand, Some(&view), &policy), "identity" | "anonymous"));
        }
        // Whoever is let in is on the list, at every level and in every state.
        let others = Principals::new([], &[], &[], &["others".to_owned()]);
        for access in [Access::Public, Access::FirstFactor, Access::Full, Access::SecondFactor, FRESH, Access::Deny] {
            let told = told(Demand { principals: Some(&others), ..Demand::new(access) }, Some(&view), &policy);
            prop_assert!(!matches!(told, "identity" | "anonymous"), "{} let in at {}", told, access);
        }
        if outcome(Access::Full, Some(&view), &policy) == "identity" {
            let needed = strict || requires || owns;
            prop_assert!(active && (!needed || (owns && second_ago.is_some())));
        }
    }
}

#[test]
fn someone_taken_off_the_lists_is_refused_at_the_next_decision() {
    let full = verified(Duration::from_secs(60));
    let session = |email: Option<&str>, domain: Option<&str>| SessionView {
        session: Session {
            vouched: Vouched {
                email: email.map(str::to_owned),
                hosted_domain: domain.map(str::to_owned),
                given_name: None,
            },
            ..full.session.clone()
        },
        ..full.clone()
    };
    let policy = |emails: &[&str], domains: &[&str]| {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let lists = AccessPolicy { anyone: false, emails: texts(emails), domains: texts(domains) };
        Policy { admission: lists.admission(), ..required() }
    };
    let ada = session(Some("Ada@corp.com"), Some("corp.com"));
    for (listed, policy) in [
        (true, policy(&["ada@corp.com"], &[])),
        (true, policy(&[], &["Corp.com"])),
        (false, policy(&["eve@corp.com"], &["other.com"])),
        (false, policy(&[], &[])),
    ] {
        let expected = if listed { Standing::Complete } else { Standing::Over };
        assert_eq!(standing(&ada, &policy, NOW), expected);
        let decided = decide(Demand::new(Access::FirstFactor), Some(&ada), None, &policy, NOW);
        assert_eq!(matches!(decided, Decision::Permit(_)), listed, "{decided:?}");
        assert!(listed || matches!(decided, Decision::Challenge(Step::SignIn)));
    }
    let unbelieved = session(None, None);
    assert_eq!(standing(&unbelieved, &policy(&["ada@example.com"], &[]), NOW), Standing::Over);
    let anyone = AccessPolicy { anyone: true, ..AccessPolicy::default() };
    assert_eq!(standing(&unbelieved, &Policy { admission: anyone.admission(), ..required() }, NOW), Standing::Complete);
}

#[test]
fn a_step_is_named_for_programs_and_has_a_page() {
    for (step, code, page) in [
        (Step::SignIn, "SIGN_IN_REQUIRED", "sign-in"),
        (Step::Verify, "SECOND_FACTOR_REQUIRED", "verify"),
        (Step::StepUp, "SECOND_FACTOR_REQUIRED", "verify"),
        (Step::Passkey, "PASSKEY_REQUIRED", "verify?factor=phishing-resistant"),
        (Step::Enrol, "ENROLMENT_REQUIRED", "enrol"),
    ] {
        assert_eq!((step.code(), step.page()), (code, page), "{step:?}");
    }
}

#[test]
fn what_a_permit_tells_is_of_its_session() {
    let permitted = |view: Option<&SessionView>, access: Access| {
        let Decision::Permit(permit) = decide(Demand::new(access), view, None, &required(), NOW) else {
            return None;
        };
        let second_factor = permit.identity().map(|identity| identity.second_factor());
        Some((permit.admit(()).session(), second_factor))
    };
    let full = verified(MINUTE);
    let at = full.session.second_factor;
    assert_eq!(permitted(Some(&full), Access::Full), Some((Some(full.session.id), Some(at))));
    assert_eq!(permitted(Some(&view()), Access::FirstFactor), Some((Some(full.session.id), Some(None))));
    assert_eq!(permitted(Some(&full), Access::Public), Some((None, None)), "a public route tells nobody");
    assert_eq!(permitted(None, Access::Full), None);
}

#[test]
fn a_trusted_device_is_named_and_moves_no_authentication_time() {
    let told = |method| {
        let mut view = verified(10 * MINUTE);
        view.session.second_factor = Some(Verified { method, at: NOW });
        let Decision::Permit(permit) = decide(Demand::new(Access::Full), Some(&view), None, &required(), NOW) else {
            panic!()
        };
        let identity = permit.identity().unwrap();
        (identity.methods().collect::<Vec<_>>().join(" "), NOW.since(identity.auth_time()))
    };
    assert_eq!(told(SecondFactor::TrustedDevice), ("google trusted-device".to_owned(), 11 * MINUTE));
    assert_eq!(told(SecondFactor::Totp), ("google otp".to_owned(), Duration::ZERO));
}

#[test]
fn a_verification_counts_for_a_span_and_while_its_factor_exists() {
    let (full, mut unowned) = (verified(MINUTE), verified(MINUTE));
    unowned.factors = Factors::default();
    assert_eq!(counts(&full, 2 * MINUTE, NOW), full.session.second_factor);
    assert_eq!(counts(&full, MINUTE, NOW), None, "the span is over");
    assert_eq!(counts(&unowned, 2 * MINUTE, NOW), None);
    assert_eq!(counts(&view(), 2 * MINUTE, NOW), None);
}

#[test]
fn a_second_factor_is_demanded_by_the_policy_the_administrator_or_the_user() {
    let mut told = unenrolled();
    told.user.requires_second_factor = true;
    for (view, policy, demanded) in [
        (unenrolled(), required(), true),
        (unenrolled(), per_user(), false),
        (view(), per_user(), true),
        (told, per_user(), true),
    ] {
        assert_eq!(demands_second_factor(&view, &policy), demanded, "{view:?}");
    }
}
