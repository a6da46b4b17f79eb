//! Hooks of a connection for its owner.

use std::fmt;

use http::{HeaderMap, StatusCode};

use crate::validate::Phase;

/// Observes when a connection waits for its client, so that the caller can apply timeouts, and which requests no service sees.
pub trait ConnectionObserver {
    /// The connection began to wait for the client, in this phase of a request.
    fn waits_in(&self, phase: Phase);
    /// A part of a body was received for which the connection had waited.
    fn body_received(&self);
    /// An invalid request was refused with this status, and the connection closes. `why` names the violation and repeats
    /// nothing of the request. Returns headers to send with the status, besides those of the engine.
    fn refused(&self, status: StatusCode, why: &dyn fmt::Display) -> HeaderMap;
}

/// Observes nothing.
impl ConnectionObserver for () {
    fn waits_in(&self, _: Phase) {}
    fn body_received(&self) {}
    fn refused(&self, _: StatusCode, _: &dyn fmt::Display) -> HeaderMap {
        HeaderMap::new()
    }
}
