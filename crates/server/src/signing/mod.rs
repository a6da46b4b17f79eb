//! Keys and the store: the check that the master key is the one the store was sealed with, and the keys that sign
//! assertions, which all replicas share.

mod live;
mod reseal;
mod rotate;

use postern_keystore::{KeyId, Keyring, OpenError, ResealError, SealError, SigningError};
use postern_model::entropy::Entropy;
use postern_model::store::{Store, StoreError};

pub use live::{KeySet, SigningKeys, open_all};
pub use reseal::{Resealed, reseal, stale};
pub use rotate::{Rotated, rotate};

/// Why the keys cannot be used.
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
    /// The requested operation is refused in the current state.
    #[error("{0}")]
    Refused(String),
}

/// Checks the sentinel: the record that only the right master key (or an older one in the ring) opens. The first start
/// on a store writes it.
///
/// # Errors
/// [`KeysError::WrongMaster`] when it does not open.
pub async fn check_sentinel(store: &dyn Store, keyring: &Keyring, entropy: &dyn Entropy) -> Result<(), KeysError> {
    let candidate = keyring.sentinel(entropy)?;
    let stored = store.sentinel(&candidate).await?;
    keyring.check_sentinel(&stored).map_err(|_| KeysError::WrongMaster)
}

/// Loads the stored peppers of removed master keys, so that backup codes digested with them still match.
///
/// # Errors
/// Those of the store. A pepper that does not open is skipped with a warning: it does not affect other users' codes.
pub async fn adopt_peppers(store: &dyn Store, keyring: &Keyring) -> Result<(), KeysError> {
    for (master, sealed) in store.peppers().await? {
        let adopted =
            KeyId::parse(&master).ok_or(OpenError::Malformed).and_then(|id| keyring.adopt_pepper(id, &sealed));
        if let Err(error) = adopted {
            tracing::warn!(master, %error, "backup codes of a former master key unusable");
        }
    }
    Ok(())
}

impl From<SealError> for KeysError {
    fn from(error: SealError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<ResealError> for KeysError {
    fn from(error: ResealError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<SigningError> for KeysError {
    fn from(error: SigningError) -> Self {
        Self::Unusable(error.to_string())
    }
}
