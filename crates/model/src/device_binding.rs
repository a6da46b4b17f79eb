//! Sessions that are bound to a key of their device (W3C Device Bound Session Credentials).

use std::time::Duration;

use crate::clock::Timestamp;

/// SHA-256 thumbprint of a public key (RFC 7638).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceKeyId(pub [u8; 32]);

/// Key of the device that a session is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundDevice {
    /// Its thumbprint.
    pub id: DeviceKeyId,
    /// The public key: a JSON Web Key with its required members only, in their canonical form (RFC 7638 §3.3).
    pub key: String,
    /// Time of the binding.
    pub at: Timestamp,
}

/// What decisions need of a [`BoundDevice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoundKey {
    /// Thumbprint of the key.
    pub id: DeviceKeyId,
    /// Time of the binding.
    pub at: Timestamp,
}

impl BoundKey {
    /// Time after the binding in which the session may be used without a proof: the browser holds none before the answer to
    /// its registration has arrived, and sends its other requests meanwhile.
    pub const UNPROVEN: Duration = Duration::from_secs(30);

    /// Whether a request at this time may come without a proof.
    pub fn is_new(&self, now: Timestamp) -> bool {
        now < self.at.after(Self::UNPROVEN) && !self.at.is_yet_to_come(now)
    }
}

impl BoundDevice {
    /// Returns what decisions need of it.
    pub fn bound_key(&self) -> BoundKey {
        BoundKey { id: self.id, at: self.at }
    }

    /// Maximum length of a stored key, in bytes: RSA with 4096 bits takes about 750.
    pub const KEY_MAX: usize = 1024;
}
