//! Cache entries by token, bounded; entries in use stay. A look-up takes only the lock of its shard.

use std::sync::Arc;

use postern_model::session::TokenHash;
use quick_cache::sync::Cache;
use quick_cache::{Lifecycle, UnitWeighter};
use rustc_hash::FxBuildHasher;

use super::entry::CachedSession;

/// Where it is looked for: the first bytes of the token's hash. That two tokens have them in common is so unlikely that it
/// may cost something; that it is noticed, [`Entries::get`] sees to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key(u64);

/// The entries.
pub(super) struct Entries {
    // Hashes of secret random numbers need no hash function that withstands chosen keys.
    map: Cache<Key, Arc<CachedSession>, UnitWeighter, FxBuildHasher, Displaced>,
}

/// Tells an insertion which entries had to give way.
#[derive(Clone, Default)]
struct Displaced;

impl Entries {
    /// Takes how many to hold.
    pub(super) fn new(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        let weight = u64::try_from(capacity).unwrap_or(u64::MAX);
        Self { map: Cache::with(capacity, weight, UnitWeighter, FxBuildHasher, Displaced) }
    }

    /// How many are held.
    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    /// The entry of this very token.
    pub(super) fn get(&self, token: &TokenHash) -> Option<Arc<CachedSession>> {
        self.map.get(&key(token)).filter(|entry| entry.token == *token)
    }

    /// Whether this very entry is held. Does not count as use.
    pub(super) fn holds(&self, entry: &Arc<CachedSession>) -> bool {
        self.map.peek(&key(&entry.token)).is_some_and(|held| Arc::ptr_eq(&held, entry))
    }

    /// Puts an entry in; those that are not held any more are given. One insertion at a time, please.
    pub(super) fn insert(&self, entry: &Arc<CachedSession>) -> Vec<Arc<CachedSession>> {
        let key = key(&entry.token);
        let replaced = self.map.peek(&key);
        let mut gone = self.map.insert_with_lifecycle(key, Arc::clone(entry));
        gone.extend(replaced);
        gone
    }

    /// Takes this very entry out.
    pub(super) fn remove(&self, entry: &Arc<CachedSession>) {
        self.map.remove_if(&key(&entry.token), |held| Arc::ptr_eq(held, entry));
    }

    /// All of them, while others come and go.
    pub(super) fn iter(&self) -> impl Iterator<Item = Arc<CachedSession>> {
        self.map.iter().map(|(_, entry)| entry)
    }
}

impl Lifecycle<Key, Arc<CachedSession>> for Displaced {
    type RequestState = Vec<Arc<CachedSession>>;

    fn begin_request(&self) -> Self::RequestState {
        Vec::new()
    }

    fn on_evict(&self, gone: &mut Self::RequestState, _: Key, entry: Arc<CachedSession>) {
        gone.push(entry);
    }
}

fn key(TokenHash([a, b, c, d, e, f, g, h, ..]): &TokenHash) -> Key {
    Key(u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::entry::Reading;
    use crate::sessions::testing::{START, view};

    fn entry(token: TokenHash) -> Arc<CachedSession> {
        Arc::new(CachedSession::new(view(), START, None, 1, Reading { token, at: START, epoch: 0 }))
    }

    #[test]
    fn a_token_that_only_begins_alike_is_another_one() {
        let (entries, one, mut other) = (Entries::new(10), TokenHash([7; 32]), TokenHash([7; 32]));
        other.0[31] = 8;
        let (first, second) = (entry(one), entry(other));
        assert!(entries.insert(&first).is_empty());
        assert!(entries.get(&other).is_none());
        // They cannot both be held: the evicted one is reported, and no longer found.
        assert!(Arc::ptr_eq(&entries.insert(&second)[0], &first));
        assert!(entries.get(&one).is_none() && Arc::ptr_eq(&entries.get(&other).unwrap(), &second));
        assert!(entries.holds(&second) && !entries.holds(&first));
        entries.remove(&first);
        assert_eq!(entries.len(), 1);
        entries.remove(&second);
        assert_eq!(entries.len(), 0);
    }
}
