//! Hooks for the timeouts of a connection.

use crate::validate::Phase;

/// Observes when a connection waits for its client, so that the caller can apply timeouts.
pub trait ConnectionObserver {
    /// The connection began to wait for the client, in this phase of a request.
    fn waits_in(&self, phase: Phase);
    /// A part of a body was received for which the connection had waited.
    fn body_received(&self);
}

/// Observes nothing.
impl ConnectionObserver for () {
    fn waits_in(&self, _: Phase) {}
    fn body_received(&self) {}
}
