//! A cache entry: one session, and the identities rendered from it.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU16, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postern_authn::access::Identity;
use postern_authn::subject::{Claims, Facts, Person, Subject};
use postern_keystore::SigningError;
use postern_model::clock::Timestamp;
use postern_model::device_binding::{BoundDevice, BoundKey};
use postern_model::id::{SessionId, UserId};
use postern_model::session::{SessionView, TokenHash};

use super::record::Record;
use crate::identity::{Identities, RenderedIdentity};

/// Fields that few sessions have.
#[derive(Debug)]
struct Rare {
    /// The session's own token, if the entry's is a host's.
    session_token: Option<TokenHash>,
    /// The key of the device that the session is bound to.
    device: Option<BoundKey>,
}

/// Session as it was read, with the identities rendered from it.
#[derive(Debug)]
pub struct CachedSession {
    pub(super) token: TokenHash,
    rare: Option<Box<Rare>>,
    record: Record,
    pub(super) loaded_at: Timestamp,
    pub(super) epoch: u32,
    pub(super) refreshing: AtomicBool,
    /// Whether the last-seen time is waiting to be written; see [`super::seen`].
    pub(super) unwritten: AtomicBool,
    /// Seconds between the last-seen time that was read and the one that was written since. An entry is read again long
    /// before this overflows; a saturated value causes extra writes only.
    written: AtomicU16,
    seen: AtomicI64,
    /// Identities for the first audience, usually the only one, and for the others.
    rendered: Slot,
    others: Option<Box<Others>>,
}

/// Boxed, so that they take one word where there are none.
#[derive(Debug)]
struct Others(Box<[Slot]>);

/// Identity rendered for one audience. The lock is held only while copying.
#[derive(Debug, Default)]
struct Slot(Mutex<Option<RenderedIdentity>>);

/// Result of a read of the store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) token: TokenHash,
    pub(super) at: Timestamp,
    pub(super) epoch: u32,
}

impl CachedSession {
    /// Takes the store's result, and the time of the query. Keeps identities of `before`, an older entry of the same
    /// session, if they would be rendered equally.
    pub(super) fn new(
        view: SessionView,
        seen_at: Timestamp,
        before: Option<&Self>,
        channels: usize,
        Reading { token, at: loaded_at, epoch }: Reading,
    ) -> Self {
        let rare = Rare {
            session_token: (view.session.token != token).then_some(view.session.token),
            device: view.session.device.as_ref().map(BoundDevice::bound_key),
        };
        let rare = (rare.session_token.is_some() || rare.device.is_some()).then(|| Box::new(rare));
        let record = Record::new(view);
        let before = before.filter(|before| before.record.tells_the_same(&record));
        let kept = |audience| Slot::new(before.and_then(|before| before.slot(audience)?.get()));
        Self {
            token,
            rare,
            record,
            loaded_at,
            epoch,
            refreshing: AtomicBool::new(false),
            unwritten: AtomicBool::new(false),
            written: AtomicU16::new(0),
            seen: AtomicI64::new(seen_at.as_micros()),
            rendered: kept(0),
            others: (channels > 1).then(|| Box::new(Others((1..channels).map(kept).collect()))),
        }
    }

    /// Returns the user.
    pub(crate) fn user(&self) -> UserId {
        self.record.user()
    }

    /// Returns the key of the device that the session is bound to.
    pub(crate) fn device(&self) -> Option<BoundKey> {
        self.rare.as_ref()?.device
    }

    /// Returns the session's own token, if this entry's is a host's.
    pub(super) fn session_token(&self) -> Option<&TokenHash> {
        self.rare.as_ref()?.session_token.as_ref()
    }

    /// Returns when this process last saw the session.
    pub fn seen_at(&self) -> Timestamp {
        Timestamp::from_micros(self.seen.load(Ordering::SeqCst))
    }

    /// Moves the last-seen time forward, never back. Returns true if it moved.
    pub(super) fn advance(&self, at: Timestamp) -> bool {
        self.seen.fetch_max(at.as_micros(), Ordering::SeqCst) < at.as_micros()
    }

    /// Whether the store's last-seen time lags by this much or more.
    pub(super) fn lags(&self, step: Duration) -> bool {
        let written = Duration::from_secs(self.written.load(Ordering::SeqCst).into());
        let stored_at = self.record.facts().last_seen_at.after(written);
        let seen_at = self.seen_at();
        seen_at > stored_at && seen_at.since(stored_at) >= step
    }

    /// Records which last-seen time was written.
    pub(super) fn was_written(&self, seen_at: Timestamp) {
        let later = seen_at.since(self.record.facts().last_seen_at).as_secs();
        self.written.fetch_max(u16::try_from(later).unwrap_or(u16::MAX), Ordering::SeqCst);
    }

    /// Returns the identity for an audience, rendered on the first call and whenever it is too old.
    pub fn rendered(
        &self,
        identities: &Identities,
        identity: Identity<'_>,
        audience: usize,
        now: Timestamp,
    ) -> Result<RenderedIdentity, SigningError> {
        let slot = self.slot(audience);
        let before = match slot.and_then(Slot::get) {
            Some(rendered) if identities.still_hold(&rendered, identity.second_factor(), now) => return Ok(rendered),
            before => before,
        };
        let rendered = identities.prepare(identity, audience, before.as_ref(), now)?;
        if let Some(slot) = slot {
            slot.put(rendered.clone());
        }
        Ok(rendered)
    }

    /// Releases rendered identities that are too old to be used, which are most of a session's memory.
    pub(super) fn tidy(&self, now: Timestamp) {
        for slot in std::iter::once(&self.rendered).chain(self.others.iter().flat_map(|others| &others.0)) {
            slot.tidy(now);
        }
    }

    fn slot(&self, audience: usize) -> Option<&Slot> {
        match audience.checked_sub(1) {
            None => Some(&self.rendered),
            Some(other) => self.others.as_ref()?.0.get(other),
        }
    }
}

impl Slot {
    fn new(rendered: Option<RenderedIdentity>) -> Self {
        Self(Mutex::new(rendered))
    }

    fn get(&self) -> Option<RenderedIdentity> {
        self.held().clone()
    }

    fn put(&self, rendered: RenderedIdentity) {
        let before = self.held().replace(rendered);
        drop(before);
    }

    fn tidy(&self, now: Timestamp) {
        let mut held = self.held();
        if held.as_ref().is_some_and(|rendered| rendered.is_stale(now)) {
            *held = None;
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<RenderedIdentity>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The store's last-seen time lags by a batch; this process may know a later one.
impl Subject for CachedSession {
    fn session(&self) -> SessionId {
        self.record.session()
    }

    fn facts(&self) -> Facts {
        let facts = self.record.facts();
        Facts { last_seen_at: facts.last_seen_at.max(self.seen_at()), device: self.device(), ..facts }
    }

    fn person(&self) -> Person<'_> {
        self.record.person()
    }

    fn claims(&self) -> Claims<'_> {
        self.record.claims()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use postern_authn::access::{Decision, Demand, Policy, decide};
    use postern_keystore::{SigningAlgorithm, SigningKey};
    use postern_model::ExposeSecret;
    use postern_model::access::Access;

    use crate::identity::IdentityDialect;
    use crate::sessions::testing::{START, Zeros, view};

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
        CachedSession::new(
            view,
            Timestamp::from_micros(i64::MIN),
            before,
            2,
            Reading { token: TokenHash([0; 32]), at: START, epoch: 0 },
        )
    }

    fn rendered(entry: &CachedSession, identities: &Identities, now: Timestamp) -> RenderedIdentity {
        let demand = Demand::new(Access::Full);
        let Decision::Permit(permit) = decide(demand, Some(entry), None, &Policy::default(), now) else { panic!() };
        entry.rendered(identities, permit.identity().unwrap(), 1, now).unwrap()
    }

    fn holds(entry: &CachedSession) -> [bool; 2] {
        [0, 1].map(|audience| entry.slot(audience).unwrap().get().is_some())
    }

    #[test]
    fn an_entry_is_small() {
        let with_counters = size_of::<CachedSession>() + 2 * size_of::<usize>();
        assert!(with_counters <= 240, "{with_counters}");
    }

    #[test]
    fn the_newer_of_both_times_counts_as_last_seen() {
        let entry = entry(view(), None);
        assert_eq!(entry.facts().last_seen_at, START);
        let later = START.after(Duration::from_secs(1));
        assert!(entry.advance(START.before(Duration::from_secs(1))));
        assert_eq!(entry.facts().last_seen_at, START);
        assert!(entry.advance(later) && !entry.advance(START));
        assert_eq!(entry.facts().last_seen_at, later);
    }

    #[test]
    fn what_was_prepared_is_forgotten_when_it_is_too_old_to_be_used() {
        let (entry, identities) = (entry(view(), None), identities());
        for begun in [0, 20] {
            let at = |seconds: u64| START.after(Duration::from_secs(begun + seconds));
            let first = rendered(&entry, &identities, at(0));
            entry.tidy(at(19));
            assert_eq!(holds(&entry), [false, true]);
            assert!(first.is(&rendered(&entry, &identities, at(19))));
            entry.tidy(at(20));
            assert_eq!(holds(&entry), [false, false]);
        }
    }

    #[test]
    fn what_would_come_out_the_same_goes_on_and_what_another_key_signed_does_not() {
        let identities = identities();
        let old = entry(view(), None);
        let first = rendered(&old, &identities, START);
        let same = entry(view(), Some(&old));
        assert!(first.is(&rendered(&same, &identities, START)));
        let mut changed = view();
        changed.groups = vec!["ops".to_owned()];
        assert_eq!(holds(&entry(changed, Some(&same))), [false, false]);
        identities.set_signing_key(key(SigningAlgorithm::Es256));
        assert!(!first.is(&rendered(&same, &identities, START)));
    }
}
