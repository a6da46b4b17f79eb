//! Stored keys that sign assertions, and their life cycle.
//!
//! ```text
//! published ──signs_from──▶ active ──the next one's signs_from──▶ retired ──kept for a while──▶ removed
//!     └──────────────────────────┴──────────── revoked: gone at once ┘
//! ```
//!
//! The state depends only on the rows and the time, so that replicas agree without communicating.

use std::time::Duration;

use crate::clock::Timestamp;

/// A row of `postern.signing_keys`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSigningKey {
    /// Key identifier (`kid`, RFC 7515 §4.1.4).
    pub kid: String,
    /// JOSE algorithm, `ES256` or `EdDSA`.
    pub algorithm: String,
    /// The private key (PKCS #8), sealed to this row.
    pub sealed_private: String,
    /// Time at which it was made, and published.
    pub created_at: Timestamp,
    /// Time from which it signs.
    pub signs_from: Timestamp,
    /// Time at which it was declared leaked; it is neither published nor used since.
    pub revoked_at: Option<Timestamp>,
}

/// Phase of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// In the key set, but not signing yet, so that verifiers know it before it is used.
    Published,
    /// Signs assertions.
    Active,
    /// In the key set while assertions that it signed, or cached copies of the key set, may be in use.
    Retired,
    /// In no key set any more; its row can be deleted.
    Removed,
    /// Declared leaked.
    Revoked,
}

/// Phase with its time bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// The phase.
    pub state: KeyState,
    /// Start of the phase.
    pub since: Timestamp,
    /// End of the phase, where it is known.
    pub until: Option<Timestamp>,
}

impl KeyState {
    /// Returns the name of the phase, for people and programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Removed => "removed",
            Self::Revoked => "revoked",
        }
    }

    /// Whether the key is published in the key set.
    pub fn is_public(self) -> bool {
        matches!(self, Self::Published | Self::Active | Self::Retired)
    }
}

/// Returns the phase of each key at `now`, in the order of `keys`. Retired keys stay published for `keep`.
///
/// If no key has reached its start time (the clock of another replica is ahead), the one that starts first is active:
/// there is always an active key unless all are revoked.
pub fn phases(keys: &[StoredSigningKey], now: Timestamp, keep: Duration) -> Vec<Phase> {
    let active = active(keys, now);
    keys.iter()
        .map(|key| {
            let next = keys.iter().filter(|other| rank(other) > rank(key)).map(|other| other.signs_from).min();
            if let Some(at) = key.revoked_at {
                return Phase { state: KeyState::Revoked, since: at, until: Some(at.after(keep)) };
            }
            if active.is_some_and(|active| active.kid == key.kid) {
                return Phase { state: KeyState::Active, since: key.signs_from, until: next.filter(|at| *at > now) };
            }
            if key.signs_from > now {
                return Phase { state: KeyState::Published, since: key.created_at, until: Some(key.signs_from) };
            }
            let retired_at = next.unwrap_or(key.signs_from);
            let removed_at = retired_at.after(keep);
            match now < removed_at {
                true => Phase { state: KeyState::Retired, since: retired_at, until: Some(removed_at) },
                false => Phase { state: KeyState::Removed, since: removed_at, until: None },
            }
        })
        .collect()
}

/// Returns the key that signs at `now`; `None` if all are revoked or there are none.
pub fn active(keys: &[StoredSigningKey], now: Timestamp) -> Option<&StoredSigningKey> {
    let usable = || keys.iter().filter(|key| key.revoked_at.is_none());
    let begun = usable().filter(|key| key.signs_from <= now).max_by_key(|key| rank(key));
    begun.or_else(|| usable().min_by_key(|key| rank(key)))
}

/// Returns the newest key, revoked or not. A new key is added only after a named newest one, so that of several
/// concurrent additions only one succeeds.
pub fn newest(keys: &[StoredSigningKey]) -> Option<&StoredSigningKey> {
    keys.iter().max_by_key(|key| rank(key))
}

/// Returns the order in which keys sign.
fn rank(key: &StoredSigningKey) -> (Timestamp, Timestamp, &str) {
    (key.signs_from, key.created_at, &key.kid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use KeyState::{Active, Published, Removed, Retired, Revoked};

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn key(kid: &str, created: i64, signs_from: i64) -> StoredSigningKey {
        StoredSigningKey {
            kid: kid.to_owned(),
            algorithm: "ES256".to_owned(),
            sealed_private: String::new(),
            created_at: at(created),
            signs_from: at(signs_from),
            revoked_at: None,
        }
    }

    fn states(keys: &[StoredSigningKey], now: i64) -> Vec<KeyState> {
        phases(keys, at(now), HOUR).into_iter().map(|phase| phase.state).collect()
    }

    #[test]
    fn keys_are_published_until_they_are_removed_or_revoked() {
        for (state, name, is_public) in [
            (Published, "published", true),
            (Active, "active", true),
            (Retired, "retired", true),
            (Removed, "removed", false),
            (Revoked, "revoked", false),
        ] {
            assert_eq!((state.name(), state.is_public()), (name, is_public));
        }
    }

    #[test]
    fn a_key_is_published_then_signs_then_retires_then_goes() {
        let keys = [key("old", 0, 0), key("new", 1000, 1600)];
        assert_eq!(states(&keys, 1599), [Active, Published]);
        assert_eq!(states(&keys, 1600), [Retired, Active]);
        assert_eq!(states(&keys, 1600 + 3599), [Retired, Active]);
        assert_eq!(states(&keys, 1600 + 3600), [Removed, Active]);
        let phases = phases(&keys, at(1599), HOUR);
        assert_eq!((phases[0].since, phases[0].until), (at(0), Some(at(1600))));
        assert_eq!((phases[1].since, phases[1].until), (at(1000), Some(at(1600))));
    }

    #[test]
    fn a_revoked_key_is_out_at_once_and_the_new_one_signs() {
        let mut keys = [key("leaked", 0, 0), key("new", 50, 50), key("next", 40, 640)];
        keys[0].revoked_at = Some(at(50));
        assert_eq!(states(&keys, 50), [Revoked, Active, Published]);
        keys[2].revoked_at = Some(at(640));
        assert_eq!(phases(&keys, at(639), HOUR)[1].until, Some(at(640)));
        assert_eq!(phases(&keys, at(640), HOUR)[1].until, None, "the next key never signs");
        keys[2].revoked_at = None;
        assert_eq!(states(&keys, 700), [Revoked, Retired, Active]);
        assert_eq!(active(&keys[..1], at(50)), None);
    }

    #[test]
    fn there_is_an_active_key_though_the_clock_lags_behind_the_one_that_made_it() {
        let mut keys = [key("first", 100, 100)];
        assert_eq!(states(&keys, 90), [Active]);
        keys[0].revoked_at = Some(at(80));
        let keys = [keys[0].clone(), key("second", 101, 101), key("third", 102, 700)];
        assert_eq!(states(&keys, 90), [Revoked, Active, Published]);
    }

    #[test]
    fn one_of_two_that_begin_together_signs_and_every_replica_says_which() {
        let keys = [key("b", 0, 0), key("a", 0, 0)];
        assert_eq!(states(&keys, 0), [Active, Retired]);
        let turned = [keys[1].clone(), keys[0].clone()];
        assert_eq!(states(&turned, 0), [Retired, Active]);
        assert_eq!(newest(&keys).unwrap().kid, "b");
    }
}
