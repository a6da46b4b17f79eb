//! What the cache holds of one session.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use arc_swap::ArcSwapOption;
use postern_authn::access::Identity;
use postern_keystore::SigningError;
use postern_model::clock::Timestamp;
use postern_model::id::SessionId;
use postern_model::session::{Caller, SessionView};

use crate::identity::{Identities, Prepared};

/// A session as it was read, and what was made from it.
#[derive(Debug)]
pub struct CachedSession {
    view: SessionView,
    pub(super) loaded_at: Timestamp,
    pub(super) epoch: u64,
    pub(super) refreshing: AtomicBool,
    pub(super) seen: Arc<Seen>,
    prepared: Box<[ArcSwapOption<Prepared>]>,
}

/// When a session was last seen by this process.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) session: SessionId,
    micros: AtomicI64,
    pub(super) unwritten: AtomicBool,
}

impl CachedSession {
    /// Takes what the store said. What `before` (an older entry of the same session) has prepared is kept if it would
    /// come out the same.
    pub(super) fn new(
        mut view: SessionView,
        seen: Arc<Seen>,
        before: Option<&Self>,
        channels: usize,
        (loaded_at, epoch): (Timestamp, u64),
    ) -> Self {
        // What nothing here asks for takes no room.
        view.session.caller = Caller::default();
        let before = before.filter(|before| same_identity(&before.view, &view));
        let prepared = (0..channels)
            .map(|index| {
                let kept = before.and_then(|before| before.prepared.get(index)).and_then(ArcSwapOption::load_full);
                ArcSwapOption::new(kept)
            })
            .collect();
        Self { view, loaded_at, epoch, refreshing: AtomicBool::new(false), seen, prepared }
    }

    /// The session, its user, factors and groups, as the store has them, but for who signed in. Its `last_seen_at` lags by
    /// a batch; see [`CachedSession::seen_at`].
    pub fn view(&self) -> &SessionView {
        &self.view
    }

    /// When this process last saw the session; long ago if it did not yet.
    pub fn seen_at(&self) -> Timestamp {
        self.seen.at()
    }

    /// What requests of this identity carry over this channel; made on the first call and whenever it grows old.
    pub fn prepared(
        &self,
        identities: &Identities,
        identity: Identity<'_>,
        channel: usize,
        now: Timestamp,
    ) -> Result<Arc<Prepared>, SigningError> {
        let slot = self.prepared.get(channel);
        let before = slot.and_then(ArcSwapOption::load_full);
        if let Some(prepared) = &before
            && identities.still_hold(prepared, identity.second_factor(), now)
        {
            return Ok(Arc::clone(prepared));
        }
        let prepared = Arc::new(identities.prepare(identity, channel, before.as_deref(), now)?);
        if let Some(slot) = slot {
            slot.store(Some(Arc::clone(&prepared)));
        }
        Ok(prepared)
    }

    /// Forgets what was prepared and is too old to be used again: it is most of what a session takes.
    pub(super) fn tidy(&self, now: Timestamp) {
        for slot in &self.prepared {
            let held = slot.load();
            if held.as_ref().is_some_and(|prepared| prepared.is_stale(now)) {
                // Unless another was put there meanwhile.
                slot.compare_and_swap(&held, None);
            }
        }
    }
}

impl Seen {
    pub(super) fn new(session: SessionId) -> Self {
        Self { session, micros: AtomicI64::new(i64::MIN), unwritten: AtomicBool::new(false) }
    }

    pub(super) fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }

    /// Moves forward, never back. True if it moved.
    pub(super) fn advance(&self, at: Timestamp) -> bool {
        self.micros.fetch_max(at.as_micros(), Ordering::SeqCst) < at.as_micros()
    }
}

/// Whether identity headers of the one are those of the other.
fn same_identity(one: &SessionView, other: &SessionView) -> bool {
    one.user == other.user
        && one.groups == other.groups
        && one.factors == other.factors
        && one.session.id == other.session.id
        && one.session.second_factor == other.session.second_factor
        && one.session.first_factor_at == other.session.first_factor_at
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use postern_authn::access::{Decision, Demand, Policy, decide};
    use postern_keystore::{SigningAlgorithm, SigningKey};
    use postern_model::ExposeSecret;
    use postern_model::access::Access;
    use postern_model::entropy::Entropy;
    use postern_model::factor::{Factors, SecondFactor};
    use postern_model::id::UserId;
    use postern_model::session::{Session, TokenHash, Verified, Vouched};
    use postern_model::user::User;

    use crate::identity::IdentityDialect;

    const START: Timestamp = Timestamp::from_secs(1_800_000_000);

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    fn view() -> SessionView {
        let user = UserId::draw(&Zeros);
        let session = Session {
            id: SessionId::draw(&Zeros),
            user,
            token: TokenHash([0; 32]),
            version: 1,
            first_factor_at: START,
            second_factor: Some(Verified { method: SecondFactor::Totp, at: START }),
            last_seen_at: START,
            caller: Caller::default(),
            vouched: Vouched::default(),
        };
        let user = User {
            id: user,
            subject: Some("1234".to_owned()),
            email: "ada@example.com".to_owned(),
            full_name: None,
            avatar_url: None,
            is_active: true,
            requires_second_factor: true,
            enforced_at: None,
            last_login: None,
            created_at: None,
        };
        SessionView { session, user, factors: Factors { totp: true, backup_codes_left: 3 }, groups: Vec::new() }
    }

    fn key(algorithm: SigningAlgorithm) -> Arc<SigningKey> {
        let (_, document) = SigningKey::generate(algorithm).unwrap();
        Arc::new(SigningKey::from_pkcs8(algorithm, document.expose_secret()).unwrap())
    }

    fn identities() -> Identities {
        let key = key(SigningAlgorithm::EdDsa);
        let issuer = "https://example.com".to_owned();
        Identities::new(issuer, Vec::new(), vec![IdentityDialect::XAuth], key, Arc::new(Zeros), None)
    }

    fn entry(view: SessionView, before: Option<&CachedSession>) -> CachedSession {
        let seen = Arc::new(Seen::new(view.session.id));
        CachedSession::new(view, seen, before, 2, (START, 0))
    }

    fn prepared(entry: &CachedSession, identities: &Identities, now: Timestamp) -> Arc<Prepared> {
        let demand = Demand { access: Access::Full, who: None };
        let Decision::Permit(permit) = decide(demand, Some(entry.view()), &Policy::default(), now) else { panic!() };
        entry.prepared(identities, permit.identity().unwrap(), 1, now).unwrap()
    }

    fn holds(entry: &CachedSession) -> Vec<bool> {
        entry.prepared.iter().map(|slot| slot.load().is_some()).collect()
    }

    #[test]
    fn what_was_prepared_is_forgotten_when_it_is_too_old_to_be_used() {
        let (entry, identities) = (entry(view(), None), identities());
        for begun in [0, 20] {
            let at = |seconds: u64| START.after(Duration::from_secs(begun + seconds));
            let first = prepared(&entry, &identities, at(0));
            entry.tidy(at(19));
            assert_eq!(holds(&entry), [false, true]);
            assert!(Arc::ptr_eq(&first, &prepared(&entry, &identities, at(19))));
            entry.tidy(at(20));
            assert_eq!(holds(&entry), [false, false]);
        }
    }

    #[test]
    fn what_would_come_out_the_same_goes_on_and_what_another_key_signed_does_not() {
        let identities = identities();
        let old = entry(view(), None);
        let first = prepared(&old, &identities, START);
        let same = entry(view(), Some(&old));
        assert!(Arc::ptr_eq(&first, &prepared(&same, &identities, START)));
        let mut changed = view();
        changed.groups = vec!["ops".to_owned()];
        assert_eq!(holds(&entry(changed, Some(&same))), [false, false]);
        identities.set_signing_key(key(SigningAlgorithm::Es256));
        assert!(!Arc::ptr_eq(&first, &prepared(&same, &identities, START)));
    }
}
