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
