//! Notices of change, so that caches drop what is no longer true.

use crate::clock::Timestamp;
use crate::id::{SessionId, UserId};
use crate::session::TokenHash;

/// Something that caches may hold has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalidation {
    /// This token is dead: it rotated or its session ended.
    Token(TokenHash),
    /// Something about this session changed.
    Session(SessionId),
    /// Something about this user changed; all sessions of theirs are affected.
    User(UserId),
    /// The keys that sign assertions changed.
    SigningKeys,
    /// Notices may have been lost; trust nothing that is cached.
    Everything,
}

/// Receives notices. Called from the store, on its thread: it must be quick and must not block.
pub trait InvalidationSink: Send + Sync + 'static {
    /// Takes one notice.
    fn invalidate(&self, change: Invalidation);

    /// Takes the proof that the stream of notices is complete up to a time: every change that was committed before
    /// `as_of`, by the clock of this process, has been given to [`InvalidationSink::invalidate`].
    fn complete_until(&self, as_of: Timestamp) {
        let _ = as_of;
    }
}
