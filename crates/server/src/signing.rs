//! What keys need of the store at the start: proof that the master key is the right one, and the keys that sign.

use std::sync::Arc;

use postern_keystore::{Keyring, Place, SigningKey};
use postern_model::ExposeSecret;
use postern_model::clock::Clock;
use postern_model::entropy::Entropy;
use postern_model::signing_key::StoredSigningKey;
use postern_model::store::{Store, StoreError};

/// Why there are no keys to work with.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store was sealed under another master key.
    #[error(
        "keys.master is not the key that this store was sealed with: use the former one, or add it to keys.previous_files \
         and keep the new one as keys.master_file"
    )]
    WrongMaster,
    /// Something stored does not open or cannot be made.
    #[error("{0}")]
    Unusable(String),
}

/// Checks the sentinel: the record that only the right master key (or an older one in the ring) opens. The first start
/// on a store writes it.
///
/// # Errors
/// [`KeysError::WrongMaster`] when it does not open.
pub async fn check_sentinel(store: &dyn Store, keyring: &Keyring, entropy: &dyn Entropy) -> Result<(), KeysError> {
    let candidate = keyring.sentinel(entropy).map_err(|error| KeysError::Unusable(error.to_string()))?;
    let stored = store.sentinel(&candidate).await?;
    keyring.check_sentinel(&stored).map_err(|_| KeysError::WrongMaster)
}

/// The signing keys that all replicas share, newest first. Where there is none yet, one is made.
///
/// # Errors
/// [`KeysError::Unusable`] when a stored key does not open under the keyring.
pub async fn signing_keys(
    store: &dyn Store,
    keyring: &Keyring,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Vec<Arc<SigningKey>>, KeysError> {
    let mut stored = store.signing_keys().await?;
    if stored.is_empty() {
        let fresh = make(keyring, clock, entropy)?;
        stored = store.ensure_signing_key(&fresh).await?;
    }
    stored.iter().map(|key| open(keyring, key)).collect()
}

/// The signing keys that are stored, newest first; none is made.
///
/// # Errors
/// [`KeysError::Unusable`] when a stored key does not open under the keyring.
pub async fn stored_keys(store: &dyn Store, keyring: &Keyring) -> Result<Vec<Arc<SigningKey>>, KeysError> {
    store.signing_keys().await?.iter().map(|key| open(keyring, key)).collect()
}

fn make(keyring: &Keyring, clock: &dyn Clock, entropy: &dyn Entropy) -> Result<StoredSigningKey, KeysError> {
    let unusable = |error: &dyn std::fmt::Display| KeysError::Unusable(error.to_string());
    let (kid, private) = SigningKey::generate().map_err(|error| unusable(&error))?;
    let sealed_private =
        keyring.seal(entropy, &Place::signing_key(&kid), private.expose_secret()).map_err(|error| unusable(&error))?;
    let algorithm = SigningKey::ALGORITHM.to_owned();
    Ok(StoredSigningKey { kid, algorithm, sealed_private, created_at: clock.now() })
}

fn open(keyring: &Keyring, stored: &StoredSigningKey) -> Result<Arc<SigningKey>, KeysError> {
    let unusable = |error: &dyn std::fmt::Display| {
        let kid = &stored.kid;
        KeysError::Unusable(format!("the signing key {kid} of the store is not usable: {error}"))
    };
    let private =
        keyring.open(&Place::signing_key(&stored.kid), &stored.sealed_private).map_err(|error| unusable(&error))?;
    SigningKey::from_pkcs8(private.expose_secret()).map(Arc::new).map_err(|error| unusable(&error))
}
