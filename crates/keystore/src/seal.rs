//! Sealing: secrets at rest, bound to the place they belong to.
//!
//! `pst.` and base64url of `version (1) · algorithm (1) · key id (8) · nonce (12) · ciphertext and tag`. Nonces are
//! random; records and sign-in transactions have keys of their own, so that strangers' sign-ins never come near the
//! 2^32 messages that AES-GCM with random nonces is good for (NIST SP 800-38D §8.3).

use postern_model::entropy::{Entropy, draw};
use postern_model::{ExposeSecret, SecretBox, SecretString};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce};
use zeroize::Zeroizing;

use crate::encoding::{base64url, from_base64url};
use crate::keyring::{Derived, KeyId, Keyring};
use crate::place::Place;

const PREFIX: &str = "pst.";
const VERSION: u8 = 1;
const AES_256_GCM_RANDOM_NONCE: u8 = 1;
const HEAD: usize = 2 + KeyId::LENGTH;
const SENTINEL: &[u8] = b"postern sentinel";

/// Why nothing was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret is too long to seal")]
pub struct SealError;

/// Why a sealed value does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not our envelope, or cut short.
    #[error("this is no sealed value of a version that is known here")]
    Malformed,
    /// Sealed with a key that is not in the ring.
    #[error("sealed with master key {0}, which was not given: add that key as an older key")]
    UnknownKey(KeyId),
    /// Changed, or moved from another table, column, user or record.
    #[error("the sealed value was changed or belongs to another place")]
    NotAuthentic,
}

/// Whether text looks like an envelope of ours (as opposed to, say, a Fernet token).
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(PREFIX)
}

impl Keyring {
    /// Seals `plaintext` to its place, with the active key. 32 bytes of secret make 98 characters.
    pub fn seal(&self, entropy: &dyn Entropy, place: &Place<'_>, plaintext: &[u8]) -> Result<String, SealError> {
        let keys = self.active();
        let nonce: [u8; NONCE_LEN] = draw(entropy);
        let mut envelope = vec![VERSION, AES_256_GCM_RANDOM_NONCE];
        envelope.extend_from_slice(&keys.id.0);
        let associated = Aad::from(place.associated_data(&envelope));
        let mut text = Zeroizing::new(plaintext.to_vec());
        let tag = seal_key(keys, place)
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), associated, &mut text)
            .map_err(|_| SealError)?;
        envelope.extend_from_slice(&nonce);
        envelope.extend_from_slice(&text);
        envelope.extend_from_slice(tag.as_ref());
        Ok(format!("{PREFIX}{}", base64url(&envelope)))
    }

    /// Opens what [`Keyring::seal`] made for the same place, with the active or an older key.
    pub fn open(&self, place: &Place<'_>, sealed: &str) -> Result<SecretBox<Vec<u8>>, OpenError> {
        let envelope = parse(sealed).ok_or(OpenError::Malformed)?;
        let keys = self.find(envelope.key).ok_or(OpenError::UnknownKey(envelope.key))?;
        let associated = Aad::from(place.associated_data(&envelope.head));
        let mut text = Zeroizing::new(envelope.ciphertext);
        let length = seal_key(keys, place)
            .open_in_place(Nonce::assume_unique_for_key(envelope.nonce), associated, &mut text)
            .map_err(|_| OpenError::NotAuthentic)?
            .len();
        text.truncate(length);
        Ok(SecretBox::new(Box::new(std::mem::take(&mut *text))))
    }

    /// The same as [`Keyring::open`] for a secret that is text; other bytes are refused as not authentic.
    pub fn open_text(&self, place: &Place<'_>, sealed: &str) -> Result<SecretString, OpenError> {
        let bytes = self.open(place, sealed)?;
        let text = std::str::from_utf8(bytes.expose_secret()).map_err(|_| OpenError::NotAuthentic)?;
        Ok(SecretString::from(text))
    }

    /// Whether text looks like an envelope of ours, whoever's key it is sealed with.
    pub fn is_sealed(&self, text: &str) -> bool {
        is_sealed(text)
    }

    /// Whether a value should be sealed anew: it is not sealed with the active key, or not sealed by us at all.
    pub fn needs_reseal(&self, text: &str) -> bool {
        parse(text).is_none_or(|envelope| envelope.key != self.active_id())
    }

    /// A fresh sentinel: stored once, it tells a wrong master key at start-up.
    pub fn sentinel(&self, entropy: &dyn Entropy) -> Result<String, SealError> {
        self.seal(entropy, &Place::sentinel(), SENTINEL)
    }

    /// Checks the stored sentinel. An error means that these keys are not the ones the store was written with.
    pub fn check_sentinel(&self, stored: &str) -> Result<(), OpenError> {
        let opened = self.open(&Place::sentinel(), stored)?;
        if opened.expose_secret() == SENTINEL { Ok(()) } else { Err(OpenError::NotAuthentic) }
    }
}

struct Envelope {
    head: [u8; HEAD],
    key: KeyId,
    nonce: [u8; NONCE_LEN],
    ciphertext: Vec<u8>,
}

fn parse(sealed: &str) -> Option<Envelope> {
    let bytes = from_base64url(sealed.strip_prefix(PREFIX)?)?;
    let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>()?;
    let known = head.starts_with(&[VERSION, AES_256_GCM_RANDOM_NONCE]) && ciphertext.len() >= AES_256_GCM.tag_len();
    let key = KeyId(*head.last_chunk()?);
    known.then(|| Envelope { head: *head, key, nonce: *nonce, ciphertext: ciphertext.to_vec() })
}

fn seal_key<'k>(keys: &'k Derived, place: &Place<'_>) -> &'k LessSafeKey {
    if place.is_transaction() { &keys.transactions } else { &keys.records }
}
