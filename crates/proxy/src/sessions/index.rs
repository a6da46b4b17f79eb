//! Index of cache entries by session and by user, for notices about these. The tables hold pointers only, since an
//! entry stores both identifiers.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use hashbrown::HashTable;
use postern_authn::subject::Subject;
use postern_model::id::{SessionId, UserId};
use postern_model::session::TokenHash;
use rustc_hash::FxBuildHasher;

use super::entry::CachedSession;

/// Index of the cache entries.
#[derive(Default)]
pub(super) struct Index {
    sessions: HashTable<Arc<CachedSession>>,
    users: HashTable<Arc<CachedSession>>,
    /// Entries of hosts' tokens, by the session's own token.
    handed_over: HashTable<Arc<CachedSession>>,
}

impl Index {
    /// Adds an entry, once.
    pub(super) fn insert(&mut self, entry: &Arc<CachedSession>) {
        self.sessions.insert_unique(hash(entry.session()), Arc::clone(entry), by_session);
        self.users.insert_unique(hash(entry.user()), Arc::clone(entry), by_user);
        if entry.session_token().is_some() {
            self.handed_over.insert_unique(by_session_token(entry), Arc::clone(entry), by_session_token);
        }
    }

    /// Removes this very entry.
    pub(super) fn remove(&mut self, entry: &Arc<CachedSession>) {
        let tables = [
            (&mut self.sessions, by_session(entry)),
            (&mut self.users, by_user(entry)),
            (&mut self.handed_over, by_session_token(entry)),
        ];
        for (table, hash) in tables {
            if let Ok(found) = table.find_entry(hash, |held| Arc::ptr_eq(held, entry)) {
                found.remove();
            }
        }
    }

    /// Returns all entries of a session: one for each token that it had recently.
    pub(super) fn of_session(&self, session: SessionId) -> Vec<Arc<CachedSession>> {
        let found = self.sessions.iter_hash(hash(session)).filter(|entry| entry.session() == session);
        found.cloned().collect()
    }

    /// Returns all entries of hosts' tokens of the session with this token.
    pub(super) fn handed_over(&self, token: &TokenHash) -> Vec<Arc<CachedSession>> {
        let is_of = |entry: &&Arc<CachedSession>| entry.session_token() == Some(token);
        self.handed_over.iter_hash(hash(Some(token))).filter(is_of).cloned().collect()
    }

    /// Returns all entries of a user.
    pub(super) fn of_user(&self, user: UserId) -> Vec<Arc<CachedSession>> {
        self.users.iter_hash(hash(user)).filter(|entry| entry.user() == user).cloned().collect()
    }

    /// Returns the number of entries.
    #[cfg(test)]
    pub(super) fn len(&self) -> (usize, usize) {
        (self.sessions.len(), self.users.len())
    }
}

/// Position of an entry in a table by session.
pub(super) fn by_session(entry: &Arc<CachedSession>) -> u64 {
    hash(entry.session())
}

fn by_user(entry: &Arc<CachedSession>) -> u64 {
    hash(entry.user())
}

fn by_session_token(entry: &Arc<CachedSession>) -> u64 {
    hash(entry.session_token())
}

/// Fast hash. The gateway or the backend draws the identifiers, so clients cannot make them collide.
pub(super) fn hash(id: impl Hash) -> u64 {
    FxBuildHasher.hash_one(id)
}
