//! Keys that sign assertions, as stored.

use crate::clock::Timestamp;

/// A row of `postern.signing_keys`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSigningKey {
    /// Key identifier (`kid`, RFC 7515 §4.1.4).
    pub kid: String,
    /// JOSE algorithm, `ES256`.
    pub algorithm: String,
    /// The private key (PKCS #8), sealed to this row.
    pub sealed_private: String,
    /// When it was made.
    pub created_at: Timestamp,
}
