//! Who waits for whom on a connection, and since when.
//!
//! A timer per request would be set and cancelled some ten thousand times a second and go off never. Here those who see
//! something write down the time, and one timer per connection looks at what was written each time it goes off: no
//! deadline is ever missed, since nothing that happens after it was set can be due before it goes off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use postern_http::coarse_clock::{as_millis, now_millis};
use postern_http::validate::Phase;
use tokio::time::{Instant, sleep_until};

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the head of a request from its first byte, and between requests.
    pub head: Duration,
    /// Between two pieces of a body that it sends, or that it is sent.
    pub body: Duration,
}

/// What one connection is doing. All times are milliseconds since it began, plus one; zero is never.
#[derive(Debug)]
pub(super) struct Activity {
    origin: Instant,
    /// The same in [`now_millis`].
    origin_ticks: u64,
    /// Requests that are being answered.
    answering: Count,
    /// Those of them for which not the client but the gateway or an upstream has the next move.
    ours: Count,
    /// When the last request was answered.
    idle: AtomicU64,
    /// When an answer last moved.
    moved: AtomicU64,
    /// Since when the rest of a head is waited for.
    head: AtomicU64,
    /// Since when more of a body is waited for.
    body: AtomicU64,
    /// Since when the client takes no more bytes.
    full: AtomicU64,
}

/// A number that goes up and down. Where one task alone changes it, at most one change is under way, and it costs as little as
/// any number's.
#[derive(Debug)]
struct Count {
    number: AtomicU32,
    alone: bool,
}

impl Count {
    fn add(&self, change: i32) {
        if self.alone {
            let number = self.number.load(Ordering::Relaxed);
            self.number.store(number.wrapping_add_signed(change), Ordering::Release);
        } else if change < 0 {
            self.number.fetch_sub(change.unsigned_abs(), Ordering::AcqRel);
        } else {
            self.number.fetch_add(change.unsigned_abs(), Ordering::AcqRel);
        }
    }

    fn is_zero(&self) -> bool {
        self.number.load(Ordering::Acquire) == 0
    }
}

impl Activity {
    /// Of a connection that begins now, whose requests are all answered by the task that serves it.
    pub(super) fn alone() -> Self {
        Self::of(true)
    }

    /// Of a connection that begins now, whose requests are answered at the same time.
    pub(super) fn shared() -> Self {
        Self::of(false)
    }

    fn of(alone: bool) -> Self {
        let count = || Count { number: AtomicU32::new(0), alone };
        Self {
            origin: Instant::now(),
            origin_ticks: now_millis(),
            answering: count(),
            ours: count(),
            idle: AtomicU64::new(0),
            moved: AtomicU64::new(1),
            head: AtomicU64::new(0),
            body: AtomicU64::new(0),
            full: AtomicU64::new(0),
        }
    }

    /// Whether nothing has been asked yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.idle.load(Ordering::Relaxed) == 0 && self.answering.is_zero()
    }

    /// The client is waited for, in this phase.
    pub(super) fn waits_in(&self, phase: Phase) {
        let (head, body) = match phase {
            // Of a client that owes nothing the time is written down when its last answer ends.
            Phase::Between => (0, 0),
            Phase::Head(_) => (self.now(), 0),
            Phase::Body => (0, self.now()),
        };
        self.head.store(head, Ordering::Relaxed);
        self.body.store(body, Ordering::Relaxed);
    }

    /// A piece of a body came.
    pub(super) fn body_received(&self) {
        self.body.store(0, Ordering::Relaxed);
    }

    /// The client takes no more bytes, or takes them again.
    pub(super) fn is_full(&self, full: bool) {
        self.full.store(if full { self.now() } else { 0 }, Ordering::Relaxed);
    }

    /// Returns once the client took longer than it may.
    pub(super) async fn overdue(&self, patience: Patience) {
        let (head, body) = (as_millis(patience.head), as_millis(patience.body));
        loop {
            let now = as_millis(self.origin.elapsed()).saturating_add(1);
            // What begins after now cannot be due before this.
            let next = now.saturating_add(head.min(body));
            let due = self.due(head, body).unwrap_or(next);
            if due <= now {
                return;
            }
            sleep_until(self.origin + Duration::from_millis(due.min(next))).await;
        }
    }

    /// When the client will have taken longer than it may, as things are.
    fn due(&self, head: u64, body: u64) -> Option<u64> {
        let since = |time: &AtomicU64| Some(time.load(Ordering::Relaxed)).filter(|time| *time > 0);
        let writing = since(&self.full).map(|full| full.saturating_add(body));
        let reading = since(&self.body);
        let open = since(&self.head);
        // The beginning, where none was.
        let idle = self.idle.load(Ordering::Relaxed).max(1);
        let due = if self.answering.is_zero() {
            match (reading, open) {
                (Some(reading), _) => Some(reading.max(idle).saturating_add(body)),
                (None, Some(open)) => Some(open.max(idle).saturating_add(head)),
                (None, None) => Some(idle.saturating_add(head)),
            }
        } else if let Some(reading) = reading {
            Some(reading.saturating_add(body))
        } else if self.ours.is_zero() {
            Some(self.moved.load(Ordering::Relaxed).saturating_add(body))
        } else {
            None
        };
        match (due, writing) {
            (Some(due), Some(writing)) => Some(due.min(writing)),
            (due, writing) => due.or(writing),
        }
    }

    /// About now: what is written down may be some milliseconds old.
    fn now(&self) -> u64 {
        now_millis().saturating_sub(self.origin_ticks).saturating_add(1)
    }
}

/// A request that is being answered, for as long as this lives.
#[derive(Debug)]
pub(super) struct Ticket {
    activity: Arc<Activity>,
    ours: bool,
}

impl Ticket {
    /// The gateway has the next move.
    pub(super) fn new(activity: &Arc<Activity>) -> Self {
        activity.answering.add(1);
        activity.ours.add(1);
        Self { activity: Arc::clone(activity), ours: true }
    }

    /// The client has the next move: it has been given something to take.
    pub(super) fn give(&mut self) {
        if std::mem::take(&mut self.ours) {
            self.activity.moved.store(self.activity.now(), Ordering::Relaxed);
            self.activity.ours.add(-1);
        }
    }

    /// The client took what it was given.
    pub(super) fn taken(&mut self) {
        if !self.ours {
            self.ours = true;
            self.activity.ours.add(1);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.ours {
            self.activity.ours.add(-1);
        }
        // Written before the count falls, so that nobody sees an old time with a count of zero.
        self.activity.idle.store(self.activity.now(), Ordering::Relaxed);
        self.activity.answering.add(-1);
    }
}
