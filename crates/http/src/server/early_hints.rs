//! `103 Early Hints` (RFC 8297): what a service tells its client before it responds.

use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use crate::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of hints that wait to be sent. Further ones are dropped: they are optional, and a client may read slowly.
pub(super) const PENDING_MAX: usize = 16 * 1024;

/// Sends early hints for one request. They are sent when the future of the service's response is next polled; after that
/// response they are dropped.
#[derive(Clone, Debug)]
pub struct EarlyHints {
    shared: Arc<Shared>,
    request: u64,
}

/// The hints of a connection, one request after the other. Requests without hints, which are nearly all, take no lock.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The number of the request under way. Only the connection changes it.
    request: AtomicU64,
    /// Whether `pending` has to be looked at.
    any: AtomicBool,
    pending: Mutex<Pending>,
}

#[derive(Debug, Default)]
struct Pending {
    /// The request that they are for. One that ended meanwhile gets no more.
    request: u64,
    /// Responses to send.
    heads: Vec<u8>,
}

impl EarlyHints {
    /// Sends one response with these header lines. Names and values must be valid.
    pub fn send<'f>(&self, fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>) {
        let mut pending = self.shared.lock();
        if self.shared.request.load(Ordering::Relaxed) != self.request {
            return;
        }
        if pending.request != self.request {
            *pending = Pending { request: self.request, heads: Vec::new() };
        }
        let before = pending.heads.len();
        pending.heads.extend_from_slice(b"HTTP/1.1 103 Early Hints\r\n");
        for (name, value) in fields {
            for part in [name, b": ", value, b"\r\n"] {
                pending.heads.extend_from_slice(part);
            }
        }
        pending.heads.extend_from_slice(b"\r\n");
        if pending.heads.len() > PENDING_MAX {
            pending.heads.truncate(before);
        }
        self.shared.any.store(true, Ordering::Release);
    }
}

impl Shared {
    /// Begins the next request; returns the sender of its hints.
    pub(super) fn next(shared: &Arc<Self>) -> EarlyHints {
        EarlyHints { shared: Arc::clone(shared), request: shared.end() }
    }

    /// Takes the responses to send.
    pub(super) fn take(&self) -> Vec<u8> {
        if !self.any.load(Ordering::Acquire) {
            return Vec::new();
        }
        let mut pending = self.lock();
        self.any.store(false, Ordering::Relaxed);
        let heads = std::mem::take(&mut pending.heads);
        if pending.request == self.request.load(Ordering::Relaxed) { heads } else { Vec::new() }
    }

    /// Ends the request under way: its hints that wait are dropped, and no further ones are taken. Returns the number of the next.
    pub(super) fn end(&self) -> u64 {
        let next = self.request.load(Ordering::Relaxed).wrapping_add(1);
        self.request.store(next, Ordering::Relaxed);
        next
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
