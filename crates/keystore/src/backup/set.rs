//! Digests of a set of codes, and the search for the digest of a typed code.

use postern_model::entropy::{Entropy, draw};
use postern_model::id::UserId;
use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

use super::digest::{Digest, Kind, Recipe};
use super::format::{canonical, dashed};
use crate::encoding::hex;
use crate::keyring::Keyring;

/// Maximum number of recipes tried for one user. A set has one; more are the result of tampering.
const RECIPES_MAX: usize = 2;

/// Error of digesting a set of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// The text is not a backup code.
    #[error("a backup code of the set is not in a known format")]
    NoCode,
    /// The text is not a hex SHA-256.
    #[error("an imported backup code is not a SHA-256 digest in hex")]
    NoLegacyDigest,
    /// Argon2 failed.
    #[error("the digest of a backup code could not be computed")]
    Argon2,
}

/// Digests a fresh set for the store, with one salt for the whole set. Blocks.
pub fn digest_set(
    keyring: &Keyring,
    entropy: &dyn Entropy,
    user: UserId,
    codes: &[String],
) -> Result<Vec<String>, DigestError> {
    let codes = codes.iter().map(|code| canonical(code).ok_or(DigestError::NoCode)).collect::<Result<Vec<_>, _>>()?;
    digest_all(keyring, entropy, user, Kind::Code, &codes)
}

/// Wraps the bare hex SHA-256 digests of another backend in ours, so that the weak digest is gone and [`find`] still
/// matches their codes. Blocks.
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

/// Returns the stored digest that `code` belongs to, if any. Blocks.
///
/// The Argon2 work depends only on the stored digests, never on the code: a malformed or wrong code costs the same as a
/// correct one, and a user without codes (`stored` empty) costs one digest too.
pub fn find(keyring: &Keyring, user: UserId, code: &str, stored: &[String]) -> Option<String> {
    let typed = canonical(code);
    let digests: Vec<(Digest, &String)> = stored.iter().filter_map(|text| Some((Digest::parse(text)?, text))).collect();
    let mut found = None;
    for recipe in recipes(keyring, &digests) {
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

/// Returns the recipes to compute. The stored digests decide them, and there is always at least one.
fn recipes(keyring: &Keyring, digests: &[(Digest, &String)]) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::with_capacity(1);
    for (digest, _) in digests {
        if !recipes.contains(&digest.recipe) && recipes.len() < RECIPES_MAX {
            recipes.push(digest.recipe);
        }
    }
    if recipes.is_empty() {
        recipes.push(Recipe { kind: Kind::Code, key: keyring.active_id(), salt: [0; 16] });
    }
    recipes
}

/// Returns the texts that a typed code may have been digested as. The legacy backend hashed codes with their dash,
/// its later versions without it.
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

#[cfg(test)]
mod tests {
    use super::super::digest::RUNS;
    use super::*;
    use crate::backup::{BackupFormat, Cost, generate};
    use crate::keyring::KeyId;
    use crate::seal_context::SealContext;
    use crate::testing::{Counter, keyring, master};

    fn user(last: u8) -> UserId {
        format!("00112233-4455-6677-8899-aabbccddee{last:02x}").parse().unwrap()
    }

    #[test]
    fn a_digest_is_argon2id_over_the_peppered_code_as_computed_elsewhere() {
        let keys = keyring(1).with_backup_cost(Cost::default());
        let digests = digest_set(&keys, &Counter::new(9), user(0xff), &["0123-4567-89ab-cdef".to_owned()]).unwrap();
        let expected = "pb1.c.T95xyHJIfOg.OrXEb3Sx-x16rW3QSkXEHA.reVK6Eo2TjaKNmfy96RnJiHjT9f5TPz4_L3NEmB76sU";
        assert_eq!(digests, [expected]);
        assert_eq!(find(&keys, user(0xff), "O123 4567 89ab cdef", &digests).as_deref(), Some(expected));
    }

    #[test]
    fn each_code_of_a_set_finds_its_own_digest() {
        for format in [BackupFormat::Standard, BackupFormat::NetPilot] {
            let codes = generate(&Counter::new(2), format);
            let digests = digest_set(&keyring(1), &Counter::new(3), user(1), &codes).unwrap();
            for (code, digest) in codes.iter().zip(&digests) {
                let typed = code.to_lowercase().replace('-', " ");
                assert_eq!(find(&keyring(1), user(1), &typed, &digests).as_ref(), Some(digest));
            }
        }
    }

    #[test]
    fn a_code_is_worthless_for_others() {
        let codes = generate(&Counter::new(2), BackupFormat::Standard);
        let digests = digest_set(&keyring(1), &Counter::new(3), user(1), &codes).unwrap();
        assert_eq!(find(&keyring(1), user(2), &codes[0], &digests), None, "another user");
        assert_eq!(find(&keyring(2), user(1), &codes[0], &digests), None, "another keyring");
        assert_eq!(find(&keyring(1), user(1), &codes[0], &digests[1..]), None, "spent");
        assert_eq!(find(&keyring(1), user(1), &codes[0], &[]), None, "no codes at all");
        assert_eq!(find(&keyring(1), user(1), "", &digests), None, "nothing typed");
        let rotated = Keyring::new(master(2), vec![master(1)]).with_backup_cost(Cost::CHEAP);
        assert!(find(&rotated, user(1), &codes[0], &digests).is_some(), "an older key still serves");
    }

    #[test]
    fn codes_outlive_the_master_key_that_they_were_digested_under() {
        let codes = generate(&Counter::new(2), BackupFormat::Standard);
        let digests = digest_set(&keyring(1), &Counter::new(3), user(1), &codes).unwrap();
        let old = keyring(1).active_id();
        assert_eq!(crate::backup::master_of(&digests[0]), Some(old));
        assert_eq!(KeyId::parse(&old.to_string()), Some(old));
        let both = Keyring::new(master(2), vec![master(1)]).with_backup_cost(Cost::CHEAP);
        assert!(both.seal_pepper(&Counter::new(4), both.active_id()).is_none(), "the active key is not going");
        let sealed = both.seal_pepper(&Counter::new(4), old).unwrap().unwrap();
        let alone = keyring(2);
        assert_eq!(find(&alone, user(1), &codes[0], &digests), None);
        alone.adopt_pepper(old, &sealed).unwrap();
        assert!(find(&alone, user(1), &codes[0], &digests).is_some());
        assert_eq!(find(&alone, user(2), &codes[0], &digests), None);
        assert!(alone.adopt_pepper(alone.active_id(), &sealed).is_err(), "a pepper is that of its master key");
        // And the next change of the master key.
        let next = Keyring::new(master(3), vec![master(2)]).with_backup_cost(Cost::CHEAP);
        let resealed = next.reseal(&Counter::new(5), &SealContext::pepper(&old.to_string()), &sealed).unwrap();
        let last = keyring(3);
        assert!(last.adopt_pepper(old, &sealed).is_err());
        last.adopt_pepper(old, &resealed).unwrap();
        assert!(find(&last, user(1), &codes[0], &digests).is_some());
    }

    /// Returns the number of digests that a lookup of `code` computes.
    fn cost(code: &str, stored: &[String]) -> usize {
        let before = RUNS.get();
        find(&keyring(1), user(1), code, stored);
        RUNS.get() - before
    }

    #[test]
    fn every_code_costs_what_a_right_one_costs() {
        let codes = generate(&Counter::new(2), BackupFormat::NetPilot);
        let set = digest_set(&keyring(1), &Counter::new(3), user(1), &codes).unwrap();
        let imported = wrap_legacy(&keyring(1), &Counter::new(3), user(1), &["a".repeat(64)]).unwrap();
        for (stored, expected) in [(set, 1), (imported, 2), (Vec::new(), 1)] {
            for code in [codes[0].as_str(), codes[7].as_str(), "0000-0000", "", "not a code", "é", &"9".repeat(500)] {
                assert_eq!(cost(code, &stored), expected, "{code:?} among {} codes", stored.len());
            }
        }
    }

    #[test]
    fn a_lookup_is_bounded_however_many_salts_are_stored() {
        let set = |seed| {
            let codes = generate(&Counter::new(seed), BackupFormat::NetPilot);
            digest_set(&keyring(1), &Counter::new(seed), user(1), &codes[..1]).unwrap()
        };
        let stored: Vec<String> = (2..12).flat_map(set).collect();
        assert_eq!(stored.len(), 10);
        assert_eq!(cost("0000-0000", &stored), RECIPES_MAX);
    }

    #[test]
    fn what_stands_in_for_a_malformed_code_matches_nothing() {
        let digests = digest_set(&keyring(1), &Counter::new(3), user(1), &["00000000".to_owned()]).unwrap();
        assert_eq!(find(&keyring(1), user(1), "not a code", &digests), None);
        assert!(find(&keyring(1), user(1), "0000-0000", &digests).is_some());
    }

    #[test]
    fn a_set_has_one_salt_and_another_set_has_another() {
        let codes = generate(&Counter::new(2), BackupFormat::NetPilot);
        let salts = |seed| -> Vec<String> {
            let digests = digest_set(&keyring(1), &Counter::new(seed), user(1), &codes).unwrap();
            digests.iter().map(|digest| digest.split('.').nth(3).unwrap().to_owned()).collect()
        };
        let (one, two) = (salts(3), salts(4));
        assert!(one.iter().all(|salt| *salt == one[0]));
        assert_ne!(one[0], two[0]);
    }

    #[test]
    fn a_user_without_codes_costs_as_much_as_one_with_a_set() {
        let keys = keyring(1);
        let stored = digest_set(&keys, &Counter::new(3), user(1), &generate(&Counter::new(2), BackupFormat::Standard));
        let stored = stored.unwrap();
        let set: Vec<_> = stored.iter().map(|text| (Digest::parse(text).unwrap(), text)).collect();
        assert_eq!(recipes(&keys, &[]).len(), 1);
        assert_eq!(recipes(&keys, &set).len(), 1);
        assert!(recipes(&keys, &[])[0].digest(&keys, user(1), b"00000000").is_some(), "the work is really done");
    }

    #[test]
    fn wrapped_digests_of_the_guide_match_with_and_without_dash() {
        let with_dash = "c9cdc54373d8189a57a7a48a8e66382f4d416a3035553cf5f833e7d705e2c694";
        let without = "76B9579A121716FDDCC6A8DC42EEF1FB9A76243772D484745086B2442DBBDDE4";
        for imported in [with_dash, without] {
            let wrapped = wrap_legacy(&keyring(1), &Counter::new(3), user(1), &[imported.to_owned()]).unwrap();
            assert!(!wrapped[0].to_lowercase().contains(&imported.to_lowercase()[..16]));
            for typed in ["A1B2-C3D4", "a1b2c3d4", "a1b2 c3d4"] {
                assert_eq!(find(&keyring(1), user(1), typed, &wrapped).as_ref(), Some(&wrapped[0]));
            }
            assert_eq!(find(&keyring(1), user(1), "A1B2-C3D5", &wrapped), None);
            assert_eq!(find(&keyring(1), user(1), imported, &wrapped), None, "the digest is no code");
        }
    }

    #[test]
    fn rubbish_is_refused_or_passed_over() {
        let bad = |text: &str| wrap_legacy(&keyring(1), &Counter::new(3), user(1), &[text.to_owned()]);
        assert_eq!(bad("A1B2-C3D4"), Err(DigestError::NoLegacyDigest));
        assert_eq!(bad(&"é".repeat(32)), Err(DigestError::NoLegacyDigest));
        let set = digest_set(&keyring(1), &Counter::new(3), user(1), &["short".to_owned()]);
        assert_eq!(set, Err(DigestError::NoCode));
        let codes = ["0123-4567".to_owned()];
        let mut stored = digest_set(&keyring(1), &Counter::new(3), user(1), &codes).unwrap();
        let plain_digest = "c9cdc54373d8189a57a7a48a8e66382f4d416a3035553cf5f833e7d705e2c694";
        stored.splice(0..0, ["", "pb1....", "pb1.c.x.y.z", plain_digest, "pb2.c.a.b.c"].map(str::to_owned));
        assert_eq!(find(&keyring(1), user(1), &codes[0], &stored).as_ref(), stored.last());
    }
}
