//! Cache entries by token, in a bounded map that evicts unused ones first. A lookup takes only the lock of its shard.

use std::sync::Arc;

use postern_model::session::TokenHash;
use quick_cache::sync::Cache;
use quick_cache::{Lifecycle, UnitWeighter};
use rustc_hash::FxBuildHasher;

use super::entry::CachedSession;

/// Lookup key: the first bytes of the token's hash. A collision is so unlikely that it may cause an extra load;
/// [`Entries::get`] detects it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key(u64);

/// Bounded map of entries.
pub(super) struct Entries {
    // The keys are hashes of secret random numbers, so the hash function need not resist chosen keys.
    map: Cache<Key, Arc<CachedSession>, UnitWeighter, FxBuildHasher, Displaced>,
}

/// Collects the entries that an insertion evicted.
#[derive(Clone, Default)]
struct Displaced;

impl Entries {
    /// Takes the capacity.
    pub(super) fn new(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        let weight = u64::try_from(capacity).unwrap_or(u64::MAX);
        Self { map: Cache::with(capacity, weight, UnitWeighter, FxBuildHasher, Displaced) }
    }

    /// Returns the number of entries.
    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    /// Returns the entry of exactly this token.
    pub(super) fn get(&self, token: &TokenHash) -> Option<Arc<CachedSession>> {
        self.map.get(&key(token)).filter(|entry| entry.token == *token)
    }

    /// Whether this very entry is held. Does not count as use.
    pub(super) fn holds(&self, entry: &Arc<CachedSession>) -> bool {
        self.map.peek(&key(&entry.token)).is_some_and(|held| Arc::ptr_eq(&held, entry))
    }

    /// Inserts an entry; returns the evicted ones. Callers must serialise insertions.
    pub(super) fn insert(&self, entry: &Arc<CachedSession>) -> Vec<Arc<CachedSession>> {
        let key = key(&entry.token);
        let replaced = self.map.peek(&key);
        let mut gone = self.map.insert_with_lifecycle(key, Arc::clone(entry));
        gone.extend(replaced);
        gone
    }

    /// Removes this very entry.
    pub(super) fn remove(&self, entry: &Arc<CachedSession>) {
        self.map.remove_if(&key(&entry.token), |held| Arc::ptr_eq(held, entry));
    }

    /// Returns all entries; concurrent changes may be missed.
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
        // Both cannot be held: the evicted entry is reported, and no longer found.
        assert!(Arc::ptr_eq(&entries.insert(&second)[0], &first));
        assert!(entries.get(&one).is_none() && Arc::ptr_eq(&entries.get(&other).unwrap(), &second));
        assert!(entries.holds(&second) && !entries.holds(&first));
        entries.remove(&first);
        assert_eq!(entries.len(), 1);
        entries.remove(&second);
        assert_eq!(entries.len(), 0);
    }
}
