//! Notices of change, so that caches drop outdated entries.

use crate::clock::Timestamp;
use crate::id::{SessionId, UserId};
use crate::session::TokenHash;

/// Notice that cached data has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalidation {
    /// This token is invalid: it was rotated or its session ended.
    Token(TokenHash),
    /// This session changed.
    Session(SessionId),
    /// This user changed; all their sessions are affected.
    User(UserId),
    /// The keys that sign assertions changed.
    SigningKeys,
    /// Notices may have been lost; no cached data can be relied on.
    Everything,
}

/// Receiver of notices. The store calls it on its own thread, so it must be quick and must not block.
pub trait InvalidationSink: Send + Sync + 'static {
    /// Receives one notice.
    fn invalidate(&self, change: Invalidation);

    /// Receives the proof that the stream of notices is complete up to a time: every change that was committed before
    /// `as_of`, by the clock of this process, has been given to [`InvalidationSink::invalidate`].
    fn complete_until(&self, as_of: Timestamp) {
        let _ = as_of;
    }
}
