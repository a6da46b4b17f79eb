//! Deadlines of clients: tracks for each connection whether the client or the gateway is waited for, and since when.
//!
//! A timer per request would be set and cancelled on every request. Instead, events record their time, and one timer per
//! connection compares these times with the deadlines when it fires. No deadline is missed: an event after the timer was set
//! cannot be due before it fires.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use postern_http::coarse_clock::{as_millis, now_millis};
use postern_http::validate::Phase;
use tokio::time::{Instant, sleep_until};

use crate::connection_limits::Counted;

/// Deadlines of a client.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the head of a request from its first byte, and for the first request of a connection.
    pub header: Duration,
    /// Between requests.
    pub idle: Duration,
    /// Between two pieces of a body that it sends or receives.
    pub body: Duration,
}

/// Milliseconds without a request after which a connection gives its memory back. Most connections are idle most of the time;
/// those that are not keep it.
const QUIET: u64 = 1000;

/// What the time brings for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeEvent {
    /// It has been idle for [`QUIET`], for the first time since a request.
    Quiet,
    /// The client has missed a deadline.
    TimedOut,
}

/// [`Timeouts`] in milliseconds.
#[derive(Clone, Copy)]
struct Millis {
    header: u64,
    idle: u64,
    body: u64,
}

/// The state of one connection. Times are milliseconds since it began, plus one; zero means never.
#[derive(Debug)]
pub(crate) struct Activity {
    origin: Instant,
    /// The same by the coarse clock.
    origin_ticks: u64,
    /// Requests in flight.
    answering: AtomicU32,
    /// Those of them that wait for the gateway or an upstream, not for the client.
    ours: AtomicU32,
    /// Whether a request may have used memory since [`TimeEvent::Quiet`].
    used: AtomicBool,
    /// When the last response ended.
    idle: AtomicU64,
    /// When a response last made progress.
    moved: AtomicU64,
    /// Since when the rest of a head is awaited.
    head: AtomicU64,
    /// Since when more of a body is awaited.
    body: AtomicU64,
    /// Since when the client accepts no more bytes.
    full: AtomicU64,
}

impl Activity {
    /// The state of a connection that begins now.
    pub(crate) fn new() -> Self {
        Self {
            origin: Instant::now(),
            origin_ticks: now_millis(),
            answering: AtomicU32::new(0),
            ours: AtomicU32::new(0),
            used: AtomicBool::new(true),
            idle: AtomicU64::new(0),
            moved: AtomicU64::new(1),
            head: AtomicU64::new(0),
            body: AtomicU64::new(0),
            full: AtomicU64::new(0),
        }
    }

    /// Whether no request has come yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.idle.load(Ordering::Relaxed) == 0 && self.answering.load(Ordering::Acquire) == 0
    }

    /// Records that the client is awaited in this phase.
    pub(crate) fn waits_in(&self, phase: Phase) {
        let (head, body) = match phase {
            // The time between requests counts from the end of the last response.
            Phase::Between => (0, 0),
            Phase::Head(_) => (self.now(), 0),
            Phase::Body => (0, self.now()),
        };
        self.head.store(head, Ordering::Relaxed);
        self.body.store(body, Ordering::Relaxed);
    }

    /// Records that a piece of a body came.
    pub(crate) fn body_received(&self) {
        self.body.store(0, Ordering::Relaxed);
    }

    /// Records whether the client accepts no more bytes.
    pub(crate) fn is_full(&self, full: bool) {
        self.full.store(if full { self.now() } else { 0 }, Ordering::Relaxed);
    }

    /// Returns when the connection has become quiet, or the client has missed a deadline.
    pub(crate) async fn next_event(&self, timeouts: Timeouts) -> TimeEvent {
        let millis = Millis {
            header: as_millis(timeouts.header),
            idle: as_millis(timeouts.idle),
            body: as_millis(timeouts.body),
        };
        loop {
            let now = as_millis(self.origin.elapsed()).saturating_add(1);
            // An event after now cannot be due before this.
            let next = now.saturating_add(millis.header.min(millis.idle).min(millis.body));
            let due = self.due(millis).unwrap_or(next);
            if due <= now {
                return TimeEvent::TimedOut;
            }
            let quiet = self.quiet(now);
            if quiet.is_some_and(|quiet| quiet <= now) {
                self.used.store(false, Ordering::Relaxed);
                return TimeEvent::Quiet;
            }
            let until = due.min(next).min(quiet.unwrap_or(next));
            sleep_until(self.origin + Duration::from_millis(until)).await;
        }
    }

    /// When the connection becomes quiet if nothing happens before. A request that comes later is noticed at the next deadline.
    fn quiet(&self, now: u64) -> Option<u64> {
        let since = match self.answering.load(Ordering::Acquire) {
            0 => self.idle.load(Ordering::Relaxed).max(1),
            _ => now,
        };
        self.used.load(Ordering::Relaxed).then(|| since.saturating_add(QUIET))
    }

    /// When the client misses a deadline if nothing happens before.
    fn due(&self, Millis { header, idle: between, body }: Millis) -> Option<u64> {
        let since = |time: &AtomicU64| Some(time.load(Ordering::Relaxed)).filter(|time| *time > 0);
        let writing = since(&self.full).map(|full| full.saturating_add(body));
        let reading = since(&self.body);
        let open = since(&self.head);
        // Before the first response: the beginning of the connection.
        let idle = self.idle.load(Ordering::Relaxed).max(1);
        let due = if self.answering.load(Ordering::Acquire) == 0 {
            match (reading, open) {
                (Some(reading), _) => Some(reading.max(idle).saturating_add(body)),
                (None, Some(open)) => Some(open.max(idle).saturating_add(header)),
                (None, None) if self.is_fresh() => Some(idle.saturating_add(header)),
                (None, None) => Some(idle.saturating_add(between)),
            }
        } else if let Some(reading) = reading {
            Some(reading.saturating_add(body))
        } else if self.ours.load(Ordering::Acquire) == 0 {
            Some(self.moved.load(Ordering::Relaxed).saturating_add(body))
        } else {
            None
        };
        match (due, writing) {
            (Some(due), Some(writing)) => Some(due.min(writing)),
            (due, writing) => due.or(writing),
        }
    }

    /// The time by the coarse clock; some milliseconds behind.
    fn now(&self) -> u64 {
        now_millis().saturating_sub(self.origin_ticks).saturating_add(1)
    }
}

/// Counts a request as in flight until it is dropped.
#[derive(Debug)]
pub(crate) struct RequestGuard {
    activity: Arc<Activity>,
    ours: bool,
    #[expect(dead_code, reason = "kept to be dropped")]
    counted: Option<Counted>,
}

impl RequestGuard {
    /// Records a request that waits for the gateway.
    pub(crate) fn new(activity: &Arc<Activity>) -> Self {
        Self::counted(activity, None)
    }

    /// The same for a request that counts for its client.
    pub(crate) fn counted(activity: &Arc<Activity>, counted: Option<Counted>) -> Self {
        activity.used.store(true, Ordering::Relaxed);
        activity.answering.fetch_add(1, Ordering::AcqRel);
        activity.ours.fetch_add(1, Ordering::AcqRel);
        Self { activity: Arc::clone(activity), ours: true, counted }
    }

    /// Records that the response waits for the client to take bytes.
    pub(crate) fn client_waits(&mut self) {
        if std::mem::take(&mut self.ours) {
            self.activity.moved.store(self.activity.now(), Ordering::Relaxed);
            self.activity.ours.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Records that the client took the bytes it was given.
    pub(crate) fn client_took(&mut self) {
        if !self.ours {
            self.ours = true;
            self.activity.ours.fetch_add(1, Ordering::AcqRel);
        }
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        if self.ours {
            self.activity.ours.fetch_sub(1, Ordering::AcqRel);
        }
        // Stored before the count falls, so that a count of zero never goes with an old time.
        self.activity.idle.store(self.activity.now(), Ordering::Relaxed);
        self.activity.answering.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUTS: Timeouts =
        Timeouts { header: Duration::from_secs(10), idle: Duration::from_secs(60), body: Duration::from_secs(30) };

    /// The next event, and the whole seconds until it.
    async fn next(activity: &Activity) -> (TimeEvent, u64) {
        let begun = Instant::now();
        (activity.next_event(TIMEOUTS).await, begun.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_is_quiet_once_before_it_times_out() {
        let activity = Activity::new();
        assert_eq!(next(&activity).await, (TimeEvent::Quiet, 1));
        assert_eq!(next(&activity).await, (TimeEvent::TimedOut, 9));
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_becomes_quiet_again_after_a_request_and_never_during_one() {
        let activity = Arc::new(Activity::new());
        assert_eq!(next(&activity).await.0, TimeEvent::Quiet);
        let request = RequestGuard::new(&activity);
        let waited = tokio::time::timeout(Duration::from_secs(5), activity.next_event(TIMEOUTS)).await;
        assert!(waited.is_err(), "{waited:?}");
        drop(request);
        assert_eq!(next(&activity).await.0, TimeEvent::Quiet);
        assert_eq!(next(&activity).await.0, TimeEvent::TimedOut);
    }
}
