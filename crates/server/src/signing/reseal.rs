//! Reseals every stored secret with the active master key while the gateway runs, so that older keys can be removed.

use std::collections::BTreeSet;

use postern_keystore::backup::master_of;
use postern_keystore::{KeyId, Keyring, SealContext, is_sealed};
use postern_model::entropy::Entropy;
use postern_model::factor::StoredFactors;
use postern_model::store::Store;

use super::{KeysError, check_sentinel};

/// Maximum number of passes over the authenticators; a record that changed during a pass is retried in the next.
const ROUNDS: usize = 5;

/// How many records were resealed, or need to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Secrets of authenticators.
    pub authenticators: usize,
    /// Signing keys.
    pub signing_keys: usize,
    /// Peppers of backup codes.
    pub peppers: usize,
    /// The record that detects a wrong master key.
    pub sentinel: usize,
}

impl Resealed {
    /// The sum of all kinds.
    pub fn total(&self) -> usize {
        self.authenticators + self.signing_keys + self.peppers + self.sentinel
    }
}

/// Counts the records that are not sealed with the active master key.
///
/// # Errors
/// Those of the store.
pub async fn stale(store: &dyn Store, keyring: &Keyring, entropy: &dyn Entropy) -> Result<Resealed, KeysError> {
    check_sentinel(store, keyring, entropy).await?;
    // The further ones first: a removal makes one of them the first, and none goes the other way.
    let further = store.all_further_authenticators().await?;
    let factors = store.all_factors().await?;
    let sentinel = store.sentinel(&keyring.sentinel(entropy)?).await?;
    let keys = store.signing_keys().await?;
    let kept = store.peppers().await?;
    let missing = used_peppers(&factors.iter().map(|(_, stored)| stored).collect::<Vec<_>>())
        .into_iter()
        .filter(|id| *id != keyring.active_id().to_string() && !kept.iter().any(|(known, _)| known == id));
    Ok(Resealed {
        authenticators: factors.iter().filter(|(_, stored)| is_stale(keyring, &stored.totp_secret)).count()
            + further.iter().filter(|one| is_stale(keyring, &one.totp_secret)).count(),
        signing_keys: keys.iter().filter(|key| keyring.needs_reseal(&key.sealed_private)).count(),
        peppers: missing.count() + kept.iter().filter(|(_, sealed)| keyring.needs_reseal(sealed)).count(),
        sentinel: usize::from(keyring.needs_reseal(&sentinel)),
    })
}

/// Reseals everything with the active master key. The sentinel comes last, so that the next run completes an
/// interrupted one.
///
/// # Errors
/// [`KeysError::WrongMaster`] when the keyring is not that of the store; [`KeysError::Unusable`] when a record does not
/// open; [`KeysError::Refused`] when records kept changing during the run.
pub async fn reseal(store: &dyn Store, keyring: &Keyring, entropy: &dyn Entropy) -> Result<Resealed, KeysError> {
    check_sentinel(store, keyring, entropy).await?;
    let mut done = Resealed { peppers: peppers(store, keyring, entropy).await?, ..Resealed::default() };
    for key in store.signing_keys().await? {
        if keyring.needs_reseal(&key.sealed_private) {
            let sealed = keyring.reseal(entropy, &SealContext::signing_key(&key.kid), &key.sealed_private)?;
            done.signing_keys += usize::from(store.reseal_signing_key(&key.kid, &key.sealed_private, &sealed).await?);
        }
    }
    for round in 0.. {
        let mut left = 0;
        // In this order, as in `stale`: one that moves in between is not the same any more, which leads to another pass.
        for from in store.all_further_authenticators().await? {
            if !is_stale(keyring, &from.totp_secret) {
                continue;
            }
            let sealed = keyring.reseal(entropy, &SealContext::totp(from.user), &from.totp_secret)?;
            match store.reseal_authenticator(&from, &sealed).await? {
                true => done.authenticators += 1,
                false => left += 1,
            }
        }
        for (user, from) in store.all_factors().await? {
            if !is_stale(keyring, &from.totp_secret) {
                continue;
            }
            let totp_secret = keyring.reseal(entropy, &SealContext::totp(user), &from.totp_secret)?;
            let to = StoredFactors { totp_secret, ..from.clone() };
            match store.reseal(user, &from, &to).await? {
                true => done.authenticators += 1,
                false => left += 1,
            }
        }
        if left == 0 {
            break;
        }
        if round == ROUNDS {
            let what = format!("{left} authenticators were changed again and again meanwhile; run this once more");
            return Err(KeysError::Refused(what));
        }
    }
    let sentinel = store.sentinel(&keyring.sentinel(entropy)?).await?;
    if keyring.needs_reseal(&sentinel) {
        let fresh = keyring.sentinel(entropy)?;
        done.sentinel = usize::from(store.reseal_sentinel(&sentinel, &fresh).await?);
    }
    Ok(done)
}

/// Keeps the peppers that current backup codes were digested with. The codes themselves are not stored, so their
/// digests cannot be recomputed.
async fn peppers(store: &dyn Store, keyring: &Keyring, entropy: &dyn Entropy) -> Result<usize, KeysError> {
    let mut done = 0;
    let kept = store.peppers().await?;
    for (master, sealed) in &kept {
        if keyring.needs_reseal(sealed) {
            let sealed = keyring.reseal(entropy, &SealContext::pepper(master), sealed)?;
            store.put_pepper(master, &sealed).await?;
            done += 1;
        }
    }
    let factors = store.all_factors().await?;
    for master in used_peppers(&factors.iter().map(|(_, stored)| stored).collect::<Vec<_>>()) {
        if kept.iter().any(|(known, _)| *known == master) {
            continue;
        }
        if let Some(sealed) = KeyId::parse(&master).and_then(|id| keyring.seal_pepper(entropy, id)) {
            store.put_pepper(&master, &sealed?).await?;
            done += 1;
        }
    }
    Ok(done)
}

/// The master keys whose peppers were used in the digests of stored backup codes.
fn used_peppers(factors: &[&StoredFactors]) -> BTreeSet<String> {
    let codes = factors.iter().flat_map(|stored| &stored.backup_codes);
    codes.filter_map(|code| master_of(code)).map(|id| id.to_string()).collect()
}

/// Whether a secret is sealed by us under another key. Secrets that the import has not converted yet are left alone.
fn is_stale(keyring: &Keyring, text: &str) -> bool {
    is_sealed(text) && keyring.needs_reseal(text)
}
