//! Rotation of signing keys: one replica creates and publishes the next key; all replicas sign with it when it is due.

use postern_keystore::{Keyring, SealContext, SigningAlgorithm, SigningKey};
use postern_model::ExposeSecret;
use postern_model::clock::{Clock, Timestamp};
use postern_model::entropy::Entropy;
use postern_model::signing_key::{KeyState, StoredSigningKey, newest, phases};
use postern_model::store::Store;

use super::KeysError;
use postern_config::SigningKeysConfig;

/// The result of a rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The new key.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: &'static str,
    /// When it starts to sign.
    pub signs_from: Timestamp,
    /// Keys that were revoked with immediate effect.
    pub revoked: Vec<String>,
}

/// Creates the next key. It signs after `publish_before`; if `revoke` is given, it signs at once, and the keys that
/// `revoke` names leave the key set.
///
/// # Errors
/// [`KeysError::Refused`] when a next key is already published, a key to revoke does not exist, or another process
/// added a key at the same time.
pub async fn rotate(
    store: &dyn Store,
    keyring: &Keyring,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
    config: &SigningKeysConfig,
    revoke: Option<&[String]>,
) -> Result<Rotated, KeysError> {
    let now = clock.now();
    let signs_from = if revoke.is_some() { now } else { now.after(config.publish_before) };
    let key = make(keyring, entropy, config.algorithm, now, signs_from)?;
    let stored = store.ensure_signing_key(&key).await?;
    let revoked = revoke.unwrap_or_default().to_vec();
    if let Some(unknown) = revoked.iter().find(|kid| !stored.iter().any(|key| key.kid == **kid)) {
        return Err(KeysError::Refused(format!("there is no key {unknown}; postern keys status shows all")));
    }
    let waiting = waiting(&stored, now, config).filter(|_| revoke.is_none());
    if let Some(waiting) = waiting {
        let (kid, at) = (&waiting.kid, waiting.signs_from);
        return Err(KeysError::Refused(format!(
            "the key {kid} is published already and signs from {at}; with --now another one signs at once"
        )));
    }
    let newest = newest(&stored).map(|key| key.kid.clone()).unwrap_or_default();
    if newest != key.kid && !store.add_signing_key(&key, &newest, &revoked).await? {
        let what = "another key was added at the same time; postern keys status shows it";
        return Err(KeysError::Refused(what.to_owned()));
    }
    Ok(Rotated { kid: key.kid, algorithm: config.algorithm.name(), signs_from, revoked })
}

/// Dependencies of an automatic rotation.
pub(super) struct Rotation<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) keyring: &'a Keyring,
    pub(super) entropy: &'a dyn Entropy,
    pub(super) config: &'a SigningKeysConfig,
}

impl Rotation<'_> {
    /// Creates the next key when it is due, or when the configured algorithm differs from the active key's. One replica
    /// of several succeeds; returns true if a key was added, by this replica or by another.
    pub(super) async fn if_due(&self, stored: &[StoredSigningKey], now: Timestamp) -> Result<bool, KeysError> {
        let config = self.config;
        let phases = phases(stored, now, config.keep_retired);
        let active = stored.iter().zip(&phases).find(|(_, phase)| phase.state == KeyState::Active);
        let (Some((active, _)), None) = (active, waiting(stored, now, config)) else { return Ok(false) };
        let signs_from = now.after(config.publish_before);
        let aged = config.rotate_every.is_some_and(|every| signs_from >= active.signs_from.after(every));
        if !aged && active.algorithm == config.algorithm.name() {
            return Ok(false);
        }
        let next = make(self.keyring, self.entropy, config.algorithm, now, signs_from)?;
        let newest = newest(stored).map(|key| key.kid.as_str()).unwrap_or_default();
        if self.store.add_signing_key(&next, newest, &[]).await? {
            let algorithm = config.algorithm.name();
            tracing::info!(kid = next.kid, algorithm, signs_from = %next.signs_from, "next signing key published");
        }
        Ok(true)
    }
}

/// Generates a key and seals it.
pub(super) fn make(
    keyring: &Keyring,
    entropy: &dyn Entropy,
    algorithm: SigningAlgorithm,
    created_at: Timestamp,
    signs_from: Timestamp,
) -> Result<StoredSigningKey, KeysError> {
    let (kid, private) = SigningKey::generate(algorithm)?;
    let sealed_private = keyring.seal(entropy, &SealContext::signing_key(&kid), private.expose_secret())?;
    let algorithm = algorithm.name().to_owned();
    Ok(StoredSigningKey { kid, algorithm, sealed_private, created_at, signs_from, revoked_at: None })
}

fn waiting<'k>(
    stored: &'k [StoredSigningKey],
    now: Timestamp,
    config: &SigningKeysConfig,
) -> Option<&'k StoredSigningKey> {
    let phases = phases(stored, now, config.keep_retired);
    stored.iter().zip(phases).find(|(_, phase)| phase.state == KeyState::Published).map(|(key, _)| key)
}
