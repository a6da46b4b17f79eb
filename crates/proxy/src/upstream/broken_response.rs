//! Reports responses that upstreams break off after their head was sent on: the client only sees that its connection ends,
//! and the request's line in the log was written with the head.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use postern_model::web::RequestId;

use super::Upstream;

/// What a report needs to know of a response.
pub(crate) struct BrokenResponseReport {
    upstream: Arc<Upstream>,
    counts: Arc<AtomicU64>,
    request: Option<RequestId>,
}

impl BrokenResponseReport {
    /// Prepares the report of a response to the current request. `counts` counts responses that were broken off.
    pub(crate) fn new(upstream: &Arc<Upstream>, counts: &Arc<AtomicU64>) -> Self {
        Self { upstream: Arc::clone(upstream), counts: Arc::clone(counts), request: RequestId::current() }
    }

    /// Logs and counts the response, which ended for this reason.
    #[cold]
    pub(super) fn send(self, reason: &dyn fmt::Display) {
        self.counts.fetch_add(1, Ordering::Relaxed);
        let write = || {
            tracing::warn!(upstream = self.upstream.name(), %reason, "upstream broke its response off");
        };
        match self.request {
            Some(request) => request.in_scope(write),
            None => write(),
        }
    }
}

impl fmt::Debug for BrokenResponseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrokenResponseReport")
    }
}
