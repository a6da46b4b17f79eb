//! Subscribers to notices of change.

use std::sync::{Arc, PoisonError, RwLock};

use postern_model::clock::Timestamp;
use postern_model::invalidation::{Invalidation, InvalidationSink};

/// Subscribers of one store.
#[derive(Default)]
pub(crate) struct Sinks(RwLock<Vec<Arc<dyn InvalidationSink>>>);

impl Sinks {
    /// Adds a subscriber, which receives every change from here on.
    pub(crate) fn add(&self, sink: Arc<dyn InvalidationSink>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(sink);
    }

    /// Tells all subscribers that the stream of notices is complete up to `as_of`.
    pub(crate) fn complete_until(&self, as_of: Timestamp) {
        self.0.read().unwrap_or_else(PoisonError::into_inner).iter().for_each(|sink| sink.complete_until(as_of));
    }

    /// Sends a notice to all subscribers.
    pub(crate) fn tell(&self, changes: &[Invalidation]) {
        let sinks = self.0.read().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            sinks.iter().for_each(|sink| sink.invalidate(*change));
        }
    }
}
