//! `103 Early Hints` (RFC 8297): what a service tells its client before it responds.

use crate::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of hints that wait to be sent. Further ones are dropped: they are optional, and a client may read slowly.
const PENDING_MAX: usize = 16 * 1024;

/// Sends early hints for one request. They are sent when the future of the service's response is next polled; after that
/// response they are dropped.
#[derive(Clone, Debug)]
pub struct EarlyHints {
    shared: Arc<Shared>,
    request: u64,
}

/// The hints of a connection, one request after the other.
#[derive(Debug, Default)]
pub(super) struct Shared(Mutex<Pending>);

#[derive(Debug, Default)]
struct Pending {
    /// The number of the request under way.
    request: u64,
    /// Responses to send.
    heads: Vec<u8>,
}

impl EarlyHints {
    /// Sends one response with these header lines. Names and values must be valid.
    pub fn send<'f>(&self, fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>) {
        let mut pending = self.shared.lock();
        let before = pending.heads.len();
        if pending.request != self.request {
            return;
        }
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
    }
}

impl Shared {
    /// Begins the next request; returns the sender of its hints.
    pub(super) fn next(self: &Arc<Self>) -> EarlyHints {
        let mut pending = self.lock();
        pending.request = pending.request.wrapping_add(1);
        EarlyHints { shared: Arc::clone(self), request: pending.request }
    }

    /// Takes the responses to send.
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.lock().heads)
    }

    /// Ends the request under way: no further hints are taken, and those that wait are dropped.
    pub(super) fn end(&self) {
        let mut pending = self.lock();
        pending.request = pending.request.wrapping_add(1);
        pending.heads = Vec::new();
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: (&[u8], &[u8]) = (b"link", b"</a>");

    #[test]
    fn hints_are_of_one_request_and_bounded() {
        let shared = Arc::<Shared>::default();
        let first = shared.next();
        first.send([LINK, LINK]);
        assert_eq!(shared.take(), b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\nlink: </a>\r\n\r\n");
        assert!(shared.take().is_empty());
        first.send([LINK]);
        shared.end();
        assert!(shared.take().is_empty(), "the response came first");
        first.send([LINK]);
        let second = shared.next();
        first.send([LINK]);
        assert!(shared.take().is_empty(), "a former request's");
        (0..1000).for_each(|_| second.send([LINK]));
        let sent = shared.take();
        assert!(sent.len() <= PENDING_MAX && sent.ends_with(b"</a>\r\n\r\n"));
    }
}
