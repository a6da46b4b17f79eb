//! Digests of a set of codes, and finding the one that a typed code belongs to.

use postern_model::entropy::{Entropy, draw};
use postern_model::id::UserId;
use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

use super::digest::{Digest, Kind, Recipe};
use super::format::{canonical, dashed};
use crate::encoding::hex;
use crate::keyring::Keyring;

/// Recipes looked at for one user. A set has one; more only ever come from tampering.
const RECIPES_MAX: usize = 2;

/// Why a set of codes got no digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// This text is no backup code.
    #[error("a backup code of the set is not in a known format")]
    NoCode,
    /// This text is no hex SHA-256.
    #[error("an imported backup code is not a SHA-256 digest in hex")]
    NoLegacyDigest,
    /// Argon2 failed.
    #[error("the digest of a backup code could not be computed")]
    Argon2,
}

/// Digests of a fresh set, for the store. One salt for all of them. Blocks.
pub fn digest_set(
    keyring: &Keyring,
    entropy: &dyn Entropy,
    user: UserId,
    codes: &[String],
) -> Result<Vec<String>, DigestError> {
    let codes = codes.iter().map(|code| canonical(code).ok_or(DigestError::NoCode)).collect::<Result<Vec<_>, _>>()?;
    digest_all(keyring, entropy, user, Kind::Code, &codes)
}

/// Wraps the bare hex SHA-256 digests of another backend, so that the weak digest is gone and [`find`] still matches
/// its codes. Blocks.
pub fn wrap_legacy(
    keyring: &Keyring,
    entropy: &dyn Entropy,
    user: UserId,
    hex_sha256: &[String],
) -> Result<Vec<String>, DigestError> {
    let digests = hex_sha256
        .iter()
        .map(|text| text.trim().to_ascii_lowercase())
        .map(|text| {
            let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_digest.then_some(text).ok_or(DigestError::NoLegacyDigest)
        })
        .collect::<Result<Vec<_>, _>>()?;
    digest_all(keyring, entropy, user, Kind::Legacy, &digests)
}

/// The stored digest that `code` belongs to, if any. Blocks.
///
/// The Argon2 work depends on what is stored alone, never on the code: a code that is malformed or does not match
/// costs what a right one costs, and a user without codes (`stored` empty) costs one digest too.
pub fn find(keyring: &Keyring, user: UserId, code: &str, stored: &[String]) -> Option<String> {
    let typed = canonical(code);
    let digests: Vec<(Digest, &String)> = stored.iter().filter_map(|text| Some((Digest::parse(text)?, text))).collect();
    let mut recipes: Vec<Recipe> = Vec::with_capacity(1);
    for (digest, _) in &digests {
        if !recipes.contains(&digest.recipe) && recipes.len() < RECIPES_MAX {
            recipes.push(digest.recipe);
        }
    }
    if recipes.is_empty() {
        recipes.push(Recipe { kind: Kind::Code, key: keyring.active_id(), salt: [0; 16] });
    }
    let mut found = None;
    for recipe in recipes {
        for secret in secrets(recipe.kind, typed.as_deref().unwrap_or("00000000")) {
            let Some(value) = recipe.digest(keyring, user, secret.as_bytes()) else { continue };
            for (digest, text) in &digests {
                let equal = bool::from(digest.value.ct_eq(&value));
                if equal && digest.recipe == recipe && typed.is_some() {
                    found = Some((*text).clone());
                }
            }
        }
    }
    found
}

/// What a typed code may have been digested as. The backend of the guide hashed codes with their dash, later builds
/// without it.
fn secrets(kind: Kind, code: &str) -> Vec<String> {
    let sha256 = |text: &str| hex(digest(&SHA256, text.as_bytes()).as_ref());
    match kind {
        Kind::Code => vec![code.to_owned()],
        Kind::Legacy => vec![sha256(&dashed(code)), sha256(code)],
    }
}

fn digest_all(
    keyring: &Keyring,
    entropy: &dyn Entropy,
    user: UserId,
    kind: Kind,
    secrets: &[String],
) -> Result<Vec<String>, DigestError> {
    let recipe = Recipe { kind, key: keyring.active_id(), salt: draw(entropy) };
    secrets
        .iter()
        .map(|secret| recipe.digest(keyring, user, secret.as_bytes()).ok_or(DigestError::Argon2))
        .map(|value| value.map(|value| recipe.stored(&value)))
        .collect()
}
