//! Session cache: the only place where the hot path looks sessions up.
//!
//! An entry that is younger than half the revocation bound is served as it is. An older one is refreshed in the background
//! while it is served. Beyond the bound a request waits for the refresh. A notice of change removes entries at once, so the
//! bound matters only where a notice was lost; while the store proves that none was, an entry does not age
//! (`docs/freshness.md`). When the store is down, entries are served for the outage grace beyond the bound; after that,
//! requests get 503.

mod activity;
mod cache;
mod entries;
mod entry;
mod index;
mod record;
mod seen;
#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use postern_authn::subject::Subject;
use postern_model::clock::{Clock, Timestamp};
use postern_model::outage::{OutageLog, Told};
use postern_model::session::TokenHash;
use postern_model::store::{SessionStore, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use cache::{Join, Ticket};
use entry::Reading;
use postern_http::boxed::cold;
use seen::{LONG_AGO, SeenList};

pub(crate) use activity::Activity;
pub use cache::SessionCache;
pub use entry::CachedSession;

/// Longest wait for a load while the store is known to be down. The load itself goes on, and notices when it answers again.
const PATIENCE: Duration = Duration::from_millis(500);
/// Timeout of a load. A store that does not respond in time counts as down.
const LOAD_TIMEOUT: Duration = Duration::from_secs(5);
/// Time after a failed load during which the store counts as down, unless a load succeeds: a further attempt begins within it
/// where there are requests, and takes up to its timeout.
const KNOWN_DOWN: Duration = Duration::from_secs(10);
/// Time after a failed load without another attempt where the cache can serve.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Concurrent loads of uncached tokens, so that a flood of invented tokens cannot occupy the store.
const MISSES_AT_ONCE: usize = 64;
/// Number of steps of [`Freshness::seen_step`] without use after which an entry is read again: at most half of the idle
/// limit.
const UNUSED_STEPS: u32 = 30;
/// Maximum number of concurrent background refreshes. Many sessions may need one at the same time; without a limit they
/// would delay the loads that requests wait for, until the store appeared to be down.
const BEHIND_AT_ONCE: usize = 32;

/// The store is unavailable, so the session is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the session store is unavailable")]
pub struct Outage;

type LoadResult = Result<Option<Arc<CachedSession>>, Outage>;

/// Maximum age of cached sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// Maximum age of an entry while the store responds.
    pub revocation_bound: Duration,
    /// Additional age allowed while it does not.
    pub outage_grace: Duration,
    /// Maximum lag of last-seen times in the store
    /// ([`SessionLimits::seen_step`](postern_model::access::SessionLimits::seen_step)).
    pub seen_step: Duration,
}

/// Counters, for metrics and tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Lookups answered from the cache without waiting.
    pub hits: u64,
    /// Reads of the store.
    pub loads: u64,
    /// Reads that failed.
    pub failures: u64,
}

/// Session lookup. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    inner: Arc<Inner>,
    freshness: Freshness,
    audiences: usize,
}

struct Inner {
    cache: Arc<SessionCache>,
    store: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
    seen: SeenList,
    misses: Arc<Semaphore>,
    behind: Arc<Semaphore>,
    /// Time of the last failed load, unless one succeeded since.
    failed_at: AtomicI64,
    outage: OutageLog,
    hits: AtomicU64,
    loads: AtomicU64,
    failures: AtomicU64,
}

impl Sessions {
    /// Takes the cache that receives the store's notices, the store, and the number of audiences to render identities
    /// for.
    pub fn new(
        cache: Arc<SessionCache>,
        store: Arc<dyn SessionStore>,
        clock: Arc<dyn Clock>,
        freshness: Freshness,
        audiences: usize,
    ) -> Self {
        let inner = Arc::new(Inner {
            cache,
            store,
            clock,
            seen: SeenList::default(),
            misses: Arc::new(Semaphore::new(MISSES_AT_ONCE)),
            behind: Arc::new(Semaphore::new(BEHIND_AT_ONCE)),
            failed_at: AtomicI64::new(i64::MIN),
            outage: OutageLog::default(),
            hits: AtomicU64::new(0),
            loads: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        });
        Self { inner, freshness, audiences }
    }

    /// Shares the cache, with other freshness settings and number of audiences.
    #[must_use]
    pub(crate) fn held_to(&self, freshness: Freshness, audiences: usize) -> Self {
        Self { inner: Arc::clone(&self.inner), freshness, audiences }
    }

    /// Finds the session of a token, in the cache or in the store. `None` if there is none. Whether it has ended is
    /// left to the decision.
    pub async fn lookup(&self, token: &TokenHash, now: Timestamp) -> Result<Option<Arc<CachedSession>>, Outage> {
        match self.cached(token, now) {
            Some(answer) => Ok(answer),
            None => cold(|| self.ask(token, now)).await,
        }
    }

    /// Finds the session of a token without waiting. `None` if the store must be queried; `Some(None)` if there is no
    /// session.
    pub(crate) fn cached(&self, token: &TokenHash, now: Timestamp) -> Option<Option<Arc<CachedSession>>> {
        let inner = &self.inner;
        let answer = match inner.cache.get(token) {
            Some(entry) => {
                let bound = self.freshness.revocation_bound;
                let age = inner.age(&entry, now, self.freshness.seen_step).filter(|age| *age < bound)?;
                if age >= bound / 2 {
                    self.refresh_behind(token, &entry);
                }
                Some(entry)
            }
            None if inner.cache.is_absent(token, now) => None,
            None => return None,
        };
        inner.hits.fetch_add(1, Ordering::Relaxed);
        Some(answer)
    }

    /// Queries the store, or waits for a load in flight.
    async fn ask(&self, token: &TokenHash, now: Timestamp) -> LoadResult {
        if let Some(entry) = self.inner.cache.get(token) {
            return self.confirm(token, entry, now).await;
        }
        self.patiently(now, async {
            let slot = Arc::clone(&self.inner.misses).acquire_owned().await.map_err(|_| Outage)?;
            self.load(token, Some(slot)).await
        })
        .await
    }

    /// Waits for a load; only shortly while the store is known to be down.
    async fn patiently(&self, now: Timestamp, load: impl Future<Output = LoadResult>) -> LoadResult {
        if !self.inner.is_down(now) {
            return load.await;
        }
        tokio::time::timeout(PATIENCE, load).await.unwrap_or(Err(Outage))
    }

    /// Records that a session was used at `now`. The next [`Sessions::flush`] writes it if the store lags too far.
    pub fn touch(&self, entry: &Arc<CachedSession>, now: Timestamp) {
        self.inner.seen.touch(entry, now, self.freshness.seen_step);
    }

    /// Returns the maximum lag of last-seen times in the store.
    pub(crate) fn seen_step(&self) -> Duration {
        self.freshness.seen_step
    }

    /// Writes last-seen times to the store. Call it every few seconds, and once at shutdown. Failed writes are kept for
    /// the next call.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.inner.seen.flush(self.inner.store.as_ref(), self.freshness.seen_step).await
    }

    /// Releases the memory of rendered identities that are too old to be used. Call it regularly.
    pub fn tidy(&self) {
        self.inner.cache.tidy(self.inner.clock.now());
    }

    /// Returns the counters.
    pub fn stats(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats { hits: read(&self.inner.hits), loads: read(&self.inner.loads), failures: read(&self.inner.failures) }
    }

    /// Returns a receiver that wakes after every notice.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.cache.changes()
    }

    /// Returns how long a change may stay undetected while the store responds.
    pub fn revocation_bound(&self) -> Duration {
        self.freshness.revocation_bound
    }

    /// Confirms an entry that is too old to be served without the store.
    async fn confirm(&self, token: &TokenHash, entry: Arc<CachedSession>, now: Timestamp) -> LoadResult {
        let inner = &self.inner;
        let Freshness { revocation_bound, outage_grace, .. } = self.freshness;
        let true_until = inner.cache.true_until(&entry);
        let tolerated = now >= true_until && now.since(true_until) < revocation_bound + outage_grace;
        if tolerated && inner.is_down(now) {
            self.refresh_behind(token, &entry);
            return Ok(Some(entry));
        }
        match self.patiently(now, self.load(token, None)).await {
            // Not served if a notice removed it while we waited.
            Err(Outage) if tolerated && inner.cache.holds(&entry) => Ok(Some(entry)),
            answer => answer,
        }
    }

    /// Loads a session from the store, or waits for a load in flight. A load of its own keeps the slot until it ends.
    async fn load(&self, token: &TokenHash, slot: Option<OwnedSemaphorePermit>) -> LoadResult {
        let mut answer = match self.inner.cache.join(token) {
            Join::Wait(answer) => answer,
            Join::Load(ticket, answer) => {
                // Spawned as a separate task, since other requests wait for it if this one is cancelled.
                let reading = Arc::clone(&self.inner).fulfil(ticket, self.audiences);
                tokio::spawn(async move {
                    reading.await;
                    drop(slot);
                });
                answer
            }
        };
        let answer = answer.wait_for(Option::is_some).await.map_err(|_| Outage)?;
        answer.clone().unwrap_or(Err(Outage))
    }

    /// Starts a background refresh unless one is running for this entry or the limit is reached; a later request then
    /// starts it.
    fn refresh_behind(&self, token: &TokenHash, entry: &CachedSession) {
        let inner = &self.inner;
        if inner.failed_lately(inner.clock.now()) || entry.refreshing.swap(true, Ordering::AcqRel) {
            return;
        }
        let Ok(place) = Arc::clone(&inner.behind).try_acquire_owned() else {
            entry.refreshing.store(false, Ordering::Release);
            return;
        };
        if let Join::Load(ticket, _) = inner.cache.join(token) {
            let reading = Arc::clone(inner).fulfil(ticket, self.audiences);
            tokio::spawn(async move {
                reading.await;
                drop(place);
            });
        }
    }
}

impl Inner {
    /// Returns the age of an entry; `None` if notices may have been lost since it was read, or if the clock went back.
    ///
    /// Notices prove that nothing about it changed, except last-seen times, for which no notice is sent. An entry that
    /// was not used here for a while is therefore aged from its reading, so that a session in use at another replica is
    /// not taken to be idle.
    fn age(&self, entry: &CachedSession, now: Timestamp, seen_step: Duration) -> Option<Duration> {
        let used_lately = now.since(entry.facts().last_seen_at) < seen_step * UNUSED_STEPS;
        let true_until = if used_lately { self.cache.true_until(entry) } else { entry.loaded_at };
        (now >= true_until && !self.cache.is_suspect(entry)).then(|| now.since(true_until))
    }

    fn failed_lately(&self, now: Timestamp) -> bool {
        let failed_at = Timestamp::from_micros(self.failed_at.load(Ordering::Relaxed));
        now >= failed_at && now < failed_at.after(RETRY_AFTER)
    }

    /// Whether the last load that ended failed, and did so lately.
    fn is_down(&self, now: Timestamp) -> bool {
        let failed_at = Timestamp::from_micros(self.failed_at.load(Ordering::Relaxed));
        now >= failed_at && now < failed_at.after(KNOWN_DOWN)
    }

    async fn fulfil(self: Arc<Self>, ticket: Ticket, audiences: usize) {
        self.loads.fetch_add(1, Ordering::Relaxed);
        let begun_at = self.clock.now();
        let before = self.cache.get(&ticket.token);
        let answer = match tokio::time::timeout(LOAD_TIMEOUT, self.store.session(&ticket.token)).await {
            Ok(Ok(None)) => {
                self.note_success();
                Ok(None)
            }
            Ok(Ok(Some(view))) => {
                self.note_success();
                let known = before.as_ref().filter(|before| before.session() == view.session.id);
                let seen_at = self.seen.at(view.session.id).max(known.map_or(LONG_AGO, |known| known.seen_at()));
                let reading = Reading { token: ticket.token, at: begun_at, epoch: ticket.epoch };
                Ok(Some(Arc::new(CachedSession::new(view, seen_at, before.as_deref(), audiences, reading))))
            }
            // A row that cannot be read is no outage: only its session is refused.
            Ok(Err(error @ StoreError::Corrupt { .. })) => {
                tracing::error!(%error, "session refused: its record cannot be read");
                Ok(None)
            }
            Ok(Err(error)) => {
                self.note_failure(&error);
                Err(Outage)
            }
            Err(_) => {
                self.note_failure(&"no answer in time");
                Err(Outage)
            }
        };
        if let Some(entry) = self.cache.settle(ticket, answer, begun_at) {
            self.seen.hand_over(&entry);
        }
        // If it was not replaced (an outage, a notice meanwhile), the next request may try again.
        if let Some(entry) = &before {
            entry.refreshing.store(false, Ordering::Release);
        }
    }

    fn note_failure(&self, error: &dyn std::fmt::Display) {
        let now = self.clock.now();
        self.failures.fetch_add(1, Ordering::Relaxed);
        // Failed requests are logged where they are answered.
        if let Some(Told::Failing { failures }) = self.outage.failed(now) {
            tracing::error!(%error, failures, "session load from the store failed");
        }
        self.failed_at.store(now.as_micros(), Ordering::Relaxed);
    }

    fn note_success(&self) {
        self.failed_at.store(i64::MIN, Ordering::Relaxed);
        if let Some(Told::Ended { failures, lasted }) = self.outage.worked(self.clock.now()) {
            tracing::info!(failures, lasted_seconds = lasted.as_secs(), "sessions are loaded from the store again");
        }
    }
}
