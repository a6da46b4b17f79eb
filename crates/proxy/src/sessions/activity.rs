//! Use of a session by an exchange that lasts: a WebSocket, or a long upload.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use postern_model::clock::{Clock, Timestamp};

/// Sentinel: nothing came since the last call of [`Activity::take`].
const NONE: i64 = i64::MIN;

/// Time at which bytes of the client came on a permitted exchange. Cheap to clone; all clones are one.
///
/// Only the first arrival since the last [`Activity::take`] reads the clock, so that copying stays cheap.
#[derive(Clone)]
pub(crate) struct Activity(Arc<Arrival>);

struct Arrival {
    first: AtomicI64,
    clock: Arc<dyn Clock>,
}

impl Activity {
    pub(crate) fn new(clock: &Arc<dyn Clock>) -> Self {
        Self(Arc::new(Arrival { first: AtomicI64::new(NONE), clock: Arc::clone(clock) }))
    }

    /// Records that bytes of the client came.
    pub(crate) fn record(&self) {
        if self.0.first.load(Ordering::Relaxed) == NONE {
            self.0.first.store(self.0.clock.now().as_micros(), Ordering::Relaxed);
        }
    }

    /// Returns the time of the first arrival since the last call.
    pub(crate) fn take(&self) -> Option<Timestamp> {
        let first = self.0.first.swap(NONE, Ordering::Relaxed);
        (first != NONE).then(|| Timestamp::from_micros(first))
    }
}

impl std::fmt::Debug for Activity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Activity").field(&self.0.first).finish()
    }
}
