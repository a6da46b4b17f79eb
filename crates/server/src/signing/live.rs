//! The signing keys of a running gateway: reread from the store periodically, and rotated when due.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use postern_keystore::{Keyring, SealContext, SigningKey, jwks};
use postern_model::ExposeSecret;
use postern_model::clock::{Clock, Timestamp};
use postern_model::entropy::Entropy;
use postern_model::invalidation::{Invalidation, InvalidationSink};
use postern_model::signing_key::{KeyState, StoredSigningKey, active, phases};
use postern_model::store::Store;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::KeysError;
use super::rotate::{Rotation, make};
use postern_config::SigningKeysConfig;

/// The signing keys that all replicas share, kept up to date.
pub struct SigningKeys {
    store: Arc<dyn Store>,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    config: ArcSwap<SigningKeysConfig>,
    current: ArcSwap<KeySet>,
    poke: Arc<Poke>,
}

/// The keys at one moment.
pub struct KeySet {
    active: Arc<SigningKey>,
    public: Vec<Arc<SigningKey>>,
    /// When the next key of the set starts or stops being used, if any does.
    next_at: Option<Timestamp>,
}

/// Wakes the refresh task when the store announces new keys.
struct Poke(Notify);

impl SigningKeys {
    /// Reads the keys, and creates one if the store has none.
    ///
    /// # Errors
    /// [`KeysError::Unusable`] when a stored key does not open under the keyring.
    pub async fn open(
        store: Arc<dyn Store>,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        config: SigningKeysConfig,
    ) -> Result<Self, KeysError> {
        let mut stored = store.signing_keys().await?;
        if stored.is_empty() {
            let now = clock.now();
            let first = make(&keyring, entropy.as_ref(), config.algorithm, now, now)?;
            stored = store.ensure_signing_key(&first).await?;
        }
        let set = KeySet::new(&stored, &keyring, clock.now(), config.keep_retired, &[])?;
        let (current, poke) = (ArcSwap::from_pointee(set), Arc::new(Poke(Notify::new())));
        let config = ArcSwap::from_pointee(config);
        Ok(Self { store, keyring, clock, entropy, config, current, poke })
    }

    /// The key that signs now.
    pub fn active(&self) -> Arc<SigningKey> {
        Arc::clone(&self.current.load().active)
    }

    /// The JWK set (RFC 7517 §5): these keys and `others`.
    pub fn jwks(&self, others: &[Value]) -> String {
        let set = self.current.load();
        jwks(set.public.iter().map(|key| key.public_jwk()).chain(others.iter().cloned())).to_string()
    }

    /// The active settings for rotation and retention.
    pub(super) fn config(&self) -> Arc<SigningKeysConfig> {
        self.config.load_full()
    }

    /// Replaces the settings for rotation and retention.
    pub fn configure(&self, config: SigningKeysConfig) {
        self.config.store(Arc::new(config));
        self.poke.0.notify_one();
    }

    /// The sink that the store notifies of changed keys.
    pub fn sink(&self) -> Arc<dyn InvalidationSink> {
        Arc::clone(&self.poke) as _
    }

    /// Reads the keys again, creates the next one if it is due, and deletes those that are no longer needed.
    ///
    /// # Errors
    /// Those of the store, and [`KeysError::Unusable`] for a key that does not open: the previous set stays active.
    pub async fn refresh(&self) -> Result<(), KeysError> {
        let (now, config) = (self.clock.now(), self.config());
        let keep = config.keep_retired;
        let mut stored = self.store.signing_keys().await?;
        let (store, keyring, entropy) = (self.store.as_ref(), self.keyring.as_ref(), self.entropy.as_ref());
        if (Rotation { store, keyring, entropy, config: &config }).if_due(&stored, now).await? {
            stored = self.store.signing_keys().await?;
        }
        let before = self.current.load_full();
        let set = KeySet::new(&stored, &self.keyring, now, keep, &before.public)?;
        if set.active.kid() != before.active.kid() {
            tracing::info!(kid = set.active.kid(), before = before.active.kid(), "signing key changed");
        }
        self.current.store(Arc::new(set));
        let gone = useless(&stored, now, keep);
        if !gone.is_empty() {
            self.store.forget_signing_keys(&gone).await?;
        }
        Ok(())
    }

    /// Keeps the keys up to date until the future is dropped. Each refresh calls `signs` with the key that signs now.
    pub async fn run(&self, signs: impl Fn(Arc<SigningKey>) + Send) {
        loop {
            // A notification only shortens the wait; the periodic refresh covers a lost one.
            let _ = timeout(self.pause(), self.poke.0.notified()).await;
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "signing keys not read from the store; the known ones stay in use");
                sleep(self.config().refresh()).await;
            }
            signs(self.active());
        }
    }

    /// Time until the next refresh: when a key starts or stops being used, and at most the configured interval.
    fn pause(&self) -> Duration {
        let next = self.current.load().next_at.map(|at| at.since(self.clock.now()));
        let longest = self.config().refresh();
        next.map_or(longest, |next| next.min(longest)).max(Duration::from_millis(10))
    }
}

impl KeySet {
    /// Opens the keys that are valid at `now`; those in `opened` are reused.
    fn new(
        stored: &[StoredSigningKey],
        keyring: &Keyring,
        now: Timestamp,
        keep: Duration,
        opened: &[Arc<SigningKey>],
    ) -> Result<Self, KeysError> {
        let phases = phases(stored, now, keep);
        let mut public = Vec::with_capacity(stored.len());
        for (key, phase) in stored.iter().zip(&phases) {
            if phase.state.is_public() {
                let known = opened.iter().find(|known| known.kid() == key.kid).cloned();
                public.push(known.map_or_else(|| open(keyring, key), Ok)?);
            }
        }
        let kid = active(stored, now).map(|key| &key.kid);
        let active = public.iter().find(|key| Some(key.kid()) == kid.map(String::as_str)).cloned();
        let active = active.ok_or_else(|| {
            KeysError::Unusable("all signing keys are revoked: run `postern keys rotate --now`".to_owned())
        })?;
        let next_at = phases.iter().filter_map(|phase| phase.until).filter(|at| *at > now).min();
        Ok(Self { active, public, next_at })
    }
}

impl InvalidationSink for Poke {
    fn invalidate(&self, change: Invalidation) {
        if matches!(change, Invalidation::SigningKeys | Invalidation::Everything) {
            self.0.notify_one();
        }
    }
}

/// The keys whose rows can be deleted: removed keys, and revoked keys after the same retention period.
fn useless(stored: &[StoredSigningKey], now: Timestamp, keep: Duration) -> Vec<String> {
    let phases = phases(stored, now, keep);
    let over = stored.iter().zip(phases).filter(|(_, phase)| match phase.state {
        KeyState::Removed => true,
        KeyState::Revoked => phase.until.is_some_and(|until| until <= now),
        KeyState::Published | KeyState::Active | KeyState::Retired => false,
    });
    over.map(|(key, _)| key.kid.clone()).collect()
}

/// Opens all stored signing keys and returns their number.
///
/// # Errors
/// [`KeysError::Unusable`] when a key does not open under the keyring.
pub async fn open_all(store: &dyn Store, keyring: &Keyring) -> Result<usize, KeysError> {
    let stored = store.signing_keys().await?;
    stored.iter().try_for_each(|key| open(keyring, key).map(drop))?;
    Ok(stored.len())
}

fn open(keyring: &Keyring, stored: &StoredSigningKey) -> Result<Arc<SigningKey>, KeysError> {
    let unusable = |error: &dyn std::fmt::Display| {
        let kid = &stored.kid;
        KeysError::Unusable(format!("the signing key {kid} of the store is not usable: {error}"))
    };
    let algorithm = stored.algorithm.parse().map_err(|error| unusable(&error))?;
    let private = keyring
        .open(&SealContext::signing_key(&stored.kid), &stored.sealed_private)
        .map_err(|error| unusable(&error))?;
    SigningKey::from_pkcs8(algorithm, private.expose_secret()).map(Arc::new).map_err(|error| unusable(&error))
}
