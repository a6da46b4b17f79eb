//! A stored digest (`pb1.kind.key-id.salt.digest`) and its computation.

use argon2::{Algorithm, Argon2, Params, Version};
use postern_model::id::UserId;

use crate::encoding::{base64url, from_base64url_exact};
use crate::keyring::{KeyId, Keyring};

const PREFIX: &str = "pb1";
const SALT: usize = 16;

#[cfg(test)]
thread_local! {
    /// Number of digests that this thread computed, for tests of the cost of a lookup.
    pub(super) static RUNS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Kind of secret that was digested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The canonical form of a code.
    Code,
    /// The hex SHA-256 of a code, which another backend stored.
    Legacy,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Code => "c",
            Self::Legacy => "l",
        }
    }
}

/// Parameters that the digests of one set share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Recipe {
    pub(super) kind: Kind,
    pub(super) key: KeyId,
    pub(super) salt: [u8; SALT],
}

/// Stored digest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Digest {
    pub(super) recipe: Recipe,
    pub(super) value: [u8; 32],
}

impl Recipe {
    /// Computes the digest of `secret`. `None` if the key is not in the ring, or if Argon2 failed.
    pub(super) fn digest(&self, keyring: &Keyring, user: UserId, secret: &[u8]) -> Option<[u8; 32]> {
        let parts: [&[u8]; 3] = [user.0.as_bytes(), self.kind.name().as_bytes(), secret];
        #[cfg(test)]
        RUNS.set(RUNS.get() + 1);
        let peppered = keyring.peppered(self.key, &parts)?;
        let cost = keyring.cost();
        let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32)).ok()?;
        let mut value = [0; 32];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_into(&peppered, &self.salt, &mut value).ok()?;
        Some(value)
    }

    /// Writes the stored text of a digest.
    pub(super) fn stored(&self, value: &[u8; 32]) -> String {
        let Self { kind, key, salt } = self;
        format!("{PREFIX}.{}.{}.{}.{}", kind.name(), base64url(&key.0), base64url(salt), base64url(value))
    }
}

/// Returns the master key whose pepper a stored digest was made with; `None` for text that is not one of our digests.
pub fn master_of(stored: &str) -> Option<KeyId> {
    Digest::parse(stored).map(|digest| digest.recipe.key)
}

impl Digest {
    /// Parses stored text; `None` for other text, for example a bare digest of another backend.
    pub(super) fn parse(stored: &str) -> Option<Self> {
        let mut fields = stored.split('.');
        let mut next = || fields.next();
        let (prefix, kind, key, salt, value) = (next()?, next()?, next()?, next()?, next()?);
        let kind = [Kind::Code, Kind::Legacy].into_iter().find(|known| known.name() == kind)?;
        let key = KeyId(from_base64url_exact(key.as_bytes())?);
        let recipe = Recipe { kind, key, salt: from_base64url_exact(salt.as_bytes())? };
        let value = from_base64url_exact(value.as_bytes())?;
        (prefix == PREFIX && fields.next().is_none()).then_some(Self { recipe, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_of_five_fields_after_our_prefix_is_a_digest() {
        let (key, salt, value) = (base64url(&[1; 8]), base64url(&[2; SALT]), base64url(&[3; 32]));
        let ours = format!("pb1.c.{key}.{salt}.{value}");
        assert_eq!(master_of(&ours), Some(KeyId([1; 8])));
        let others = [
            format!("pb2.c.{key}.{salt}.{value}"),
            format!("{ours}."),
            format!("{ours}.{value}"),
            format!("pb1.x.{key}.{salt}.{value}"),
            format!("pb1.c.{salt}.{salt}.{value}"),
            format!("pb1.c.{key}.{value}.{value}"),
            format!("pb1.c.{key}.{salt}.{salt}"),
            format!("c.{key}.{salt}.{value}"),
        ];
        for other in others {
            assert_eq!(master_of(&other), None, "{other}");
        }
    }
}
