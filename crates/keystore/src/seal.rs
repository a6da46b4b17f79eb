//! Sealing: authenticated encryption of secrets at rest, bound to their context.
//!
//! The text form is `pst.` and base64url of `version (1) · algorithm (1) · key id (8) · nonce (12) · ciphertext and
//! tag`, lengths in bytes. Nonces are random. Records and sign-in transactions have separate keys, so that sign-ins of
//! unauthenticated clients do not use up the 2^32 messages to which AES-GCM with random nonces is limited (NIST SP
//! 800-38D §8.3).

use postern_model::entropy::{Entropy, draw};
use postern_model::{ExposeSecret, SecretBox, SecretString};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce};
use zeroize::Zeroizing;

use crate::encoding::{base64url, from_base64url};
use crate::keyring::{Derived, KeyId, Keyring};
use crate::seal_context::SealContext;

const PREFIX: &str = "pst.";
const VERSION: u8 = 1;
const AES_256_GCM_RANDOM_NONCE: u8 = 1;
const HEAD: usize = 2 + KeyId::LENGTH;
const SENTINEL: &[u8] = b"postern sentinel";

/// Error of sealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret is too long to seal")]
pub struct SealError;

/// Error of opening a sealed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The text is not one of our envelopes, or is truncated.
    #[error("this is no sealed value of a version that is known here")]
    Malformed,
    /// The value was sealed with a key that is not in the ring.
    #[error("sealed with master key {0}, which was not given: add that key as an older key")]
    UnknownKey(KeyId),
    /// The value was altered, or moved from another table, column, user or record.
    #[error("the sealed value was changed or belongs to another context")]
    NotAuthentic,
}

/// Error of re-sealing a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResealError {
    /// The value does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The value cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Whether text looks like one of our envelopes, whichever key sealed it (as opposed to, for example, a Fernet token).
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(PREFIX)
}

impl Keyring {
    /// Seals `plaintext` to its context with the active key. 32 bytes of plaintext give 98 characters.
    ///
    /// ```
    /// use postern_keystore::{Keyring, MasterKey, OpenError, SealContext};
    /// use postern_model::{ExposeSecret, entropy::Entropy, id::UserId};
    /// use ring::rand::{SecureRandom, SystemRandom};
    ///
    /// struct Os;
    /// impl Entropy for Os {
    ///     fn fill(&self, buffer: &mut [u8]) {
    ///         SystemRandom::new().fill(buffer).expect("the system's randomness");
    ///     }
    /// }
    ///
    /// let master = MasterKey::from_base64(&MasterKey::generate(&Os)).expect("a fresh key is sound");
    /// let ring = Keyring::new(master, Vec::new());
    /// let (ada, bob) = (UserId::draw(&Os), UserId::draw(&Os));
    /// let sealed = ring.seal(&Os, &SealContext::totp(ada), b"seed").expect("a short secret");
    ///
    /// let opened = ring.open(&SealContext::totp(ada), &sealed).expect("its own context");
    /// assert_eq!(opened.expose_secret().as_slice(), b"seed");
    /// // A sealed secret that is moved to another user's row does not open.
    /// assert_eq!(ring.open(&SealContext::totp(bob), &sealed).unwrap_err(), OpenError::NotAuthentic);
    /// ```
    ///
    /// # Errors
    /// [`SealError`] for a plaintext that is longer than AES-256-GCM takes.
    pub fn seal(
        &self,
        entropy: &dyn Entropy,
        context: &SealContext<'_>,
        plaintext: &[u8],
    ) -> Result<String, SealError> {
        let keys = self.active();
        let nonce: [u8; NONCE_LEN] = draw(entropy);
        let mut envelope = vec![VERSION, AES_256_GCM_RANDOM_NONCE];
        envelope.extend_from_slice(&keys.id.0);
        let associated = Aad::from(context.associated_data(&envelope));
        let mut text = Zeroizing::new(plaintext.to_vec());
        let tag = seal_key(keys, context)
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), associated, &mut text)
            .map_err(|_| SealError)?;
        envelope.extend_from_slice(&nonce);
        envelope.extend_from_slice(&text);
        envelope.extend_from_slice(tag.as_ref());
        Ok(format!("{PREFIX}{}", base64url(&envelope)))
    }

    /// Opens a value that [`Keyring::seal`] made for the same context, with the active or an older key.
    pub fn open(&self, context: &SealContext<'_>, sealed: &str) -> Result<SecretBox<Vec<u8>>, OpenError> {
        let envelope = parse(sealed).ok_or(OpenError::Malformed)?;
        let keys = self.find(envelope.key).ok_or(OpenError::UnknownKey(envelope.key))?;
        let associated = Aad::from(context.associated_data(&envelope.head));
        let mut text = Zeroizing::new(envelope.ciphertext);
        let length = seal_key(keys, context)
            .open_in_place(Nonce::assume_unique_for_key(envelope.nonce), associated, &mut text)
            .map_err(|_| OpenError::NotAuthentic)?
            .len();
        text.truncate(length);
        Ok(SecretBox::new(Box::new(std::mem::take(&mut *text))))
    }

    /// Opens a secret that is text, as [`Keyring::open`] does; plaintext that is not UTF-8 fails as not authentic.
    pub fn open_text(&self, context: &SealContext<'_>, sealed: &str) -> Result<SecretString, OpenError> {
        let bytes = self.open(context, sealed)?;
        let text = std::str::from_utf8(bytes.expose_secret()).map_err(|_| OpenError::NotAuthentic)?;
        Ok(SecretString::from(text))
    }

    /// Whether a value should be sealed again: the active key did not seal it, or it is not one of our envelopes.
    pub fn needs_reseal(&self, text: &str) -> bool {
        parse(text).is_none_or(|envelope| envelope.key != self.active_id())
    }

    /// Returns the same secret, sealed again with the active key.
    pub fn reseal(
        &self,
        entropy: &dyn Entropy,
        context: &SealContext<'_>,
        sealed: &str,
    ) -> Result<String, ResealError> {
        let text = self.open(context, sealed)?;
        Ok(self.seal(entropy, context, text.expose_secret())?)
    }

    /// Seals the pepper of an older key of the ring with the active one, so that the older key can be removed while the
    /// backup codes that were digested with its pepper stay valid. `None` if no older key has this identifier.
    pub fn seal_pepper(&self, entropy: &dyn Entropy, master: KeyId) -> Option<Result<String, SealError>> {
        let pepper = self.pepper(master)?;
        Some(self.seal(entropy, &SealContext::pepper(&master.to_string()), pepper))
    }

    /// Opens the result of [`Keyring::seal_pepper`] and adds it: codes digested with this pepper are found from now on.
    pub fn adopt_pepper(&self, master: KeyId, sealed: &str) -> Result<(), OpenError> {
        let pepper = self.open(&SealContext::pepper(&master.to_string()), sealed)?;
        self.keep_pepper(master, pepper.expose_secret());
        Ok(())
    }

    /// Makes a fresh sentinel. It is stored once and detects a wrong master key at start-up.
    pub fn sentinel(&self, entropy: &dyn Entropy) -> Result<String, SealError> {
        self.seal(entropy, &SealContext::sentinel(), SENTINEL)
    }

    /// Checks the stored sentinel. An error means that the store was written with other keys.
    pub fn check_sentinel(&self, stored: &str) -> Result<(), OpenError> {
        let opened = self.open(&SealContext::sentinel(), stored)?;
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

fn seal_key<'k>(keys: &'k Derived, context: &SealContext<'_>) -> &'k LessSafeKey {
    if context.is_kept_by_browser() { &keys.transactions } else { &keys.records }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::from_base64url;
    use crate::testing::{Counter, keyring, master};
    use postern_model::id::{EnrolmentId, UserId};

    const SECRET: &[u8] = b"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    const SEALED: &str =
        "pst.AQFP3nHIckh86DGcXRnlxVXN9zzHJRVk5ERqrC4Geo3ck42IMZiuacqvvXTvbhojJC0o7JiLNvKChHP-ZCwU0RSP9J2atg";

    fn user(last: u8) -> UserId {
        format!("00112233-4455-6677-8899-aabbccddee{last:02x}").parse().unwrap()
    }

    #[test]
    fn an_envelope_is_the_one_computed_elsewhere() {
        let context = SealContext::totp(user(0xff));
        assert_eq!(keyring(1).seal(&Counter::new(7), &context, SECRET).unwrap(), SEALED);
        assert_eq!(keyring(1).open(&context, SEALED).unwrap().expose_secret(), SECRET);
        assert_eq!(keyring(1).open_text(&context, SEALED).unwrap().expose_secret().as_bytes(), SECRET);
        assert!(SEALED.len() <= 255, "fits VARCHAR(255)");
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let keys = keyring(1);
        let bytes = from_base64url(&SEALED[PREFIX.len()..]).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let sealed = format!("{PREFIX}{}", base64url(&changed));
            let error = keys.open(&SealContext::totp(user(0xff)), &sealed).unwrap_err();
            match at {
                0..2 => assert_eq!(error, OpenError::Malformed),
                2..HEAD => assert!(matches!(error, OpenError::UnknownKey(_))),
                _ => assert_eq!(error, OpenError::NotAuthentic),
            }
        }
    }

    #[test]
    fn what_is_no_envelope_is_told_apart() {
        let keys = keyring(1);
        let cut = &SEALED[..40];
        let padded = format!("{SEALED}=");
        for text in ["", "pst.", "pst.!", "gAAAAABpVbkA", cut, &padded, &SEALED.replace("pst.", "pst2.")] {
            assert_eq!(keys.open(&SealContext::totp(user(0xff)), text).unwrap_err(), OpenError::Malformed, "{text}");
            assert!(keys.needs_reseal(text));
        }
        assert!(is_sealed(SEALED) && !is_sealed("gAAAAABpVbkA"));
    }

    #[test]
    fn a_value_moved_elsewhere_does_not_open() {
        let keys = keyring(1);
        let id = EnrolmentId(user(1).0);
        let contexts = [
            SealContext::totp(user(1)),
            SealContext::totp(user(2)),
            SealContext::enrolment(user(1), id),
            SealContext::enrolment(user(2), id),
            SealContext::enrolment(user(1), EnrolmentId(user(2).0)),
            SealContext::signing_key("a"),
            SealContext::signing_key("b"),
            SealContext::transaction("a"),
            SealContext::transaction("ab"),
            SealContext::sentinel(),
        ];
        for from in &contexts {
            let sealed = keys.seal(&Counter::new(5), from, SECRET).unwrap();
            for to in &contexts {
                assert_eq!(keys.open(to, &sealed).is_ok(), from == to, "{from:?} → {to:?}");
            }
        }
    }

    #[test]
    fn what_lives_in_a_browser_is_sealed_with_a_key_of_its_own() {
        let keys = keyring(1);
        let derived = keys.active();
        for (context, own, other) in [
            (SealContext::transaction("t"), &derived.transactions, &derived.records),
            (SealContext::totp(user(1)), &derived.records, &derived.transactions),
        ] {
            let sealed = keys.seal(&Counter::new(5), &context, SECRET).unwrap();
            let opens = |key: &LessSafeKey| {
                let Envelope { head, nonce, mut ciphertext, .. } = parse(&sealed).unwrap();
                let associated = Aad::from(context.associated_data(&head));
                key.open_in_place(Nonce::assume_unique_for_key(nonce), associated, &mut ciphertext).is_ok()
            };
            assert!(opens(own) && !opens(other), "{context:?}");
        }
    }

    #[test]
    fn an_older_key_opens_and_asks_to_be_replaced() {
        let context = SealContext::totp(user(0xff));
        let rotated = Keyring::new(master(2), vec![master(1)]);
        assert_eq!(rotated.open(&context, SEALED).unwrap().expose_secret(), SECRET);
        assert!(rotated.needs_reseal(SEALED));
        let anew = rotated.seal(&Counter::new(8), &context, SECRET).unwrap();
        assert!(!rotated.needs_reseal(&anew));
        let error = keyring(3).open(&context, SEALED).unwrap_err();
        assert_eq!(error, OpenError::UnknownKey(keyring(1).active_id()));
        assert!(error.to_string().contains("4fde71c872487ce8"));
    }

    #[test]
    fn a_sentinel_tells_a_wrong_key() {
        let stored = keyring(1).sentinel(&Counter::new(4)).unwrap();
        assert_eq!(keyring(1).check_sentinel(&stored), Ok(()));
        assert_eq!(Keyring::new(master(2), vec![master(1)]).check_sentinel(&stored), Ok(()));
        assert!(matches!(keyring(2).check_sentinel(&stored), Err(OpenError::UnknownKey(_))));
        let imposter = keyring(1).seal(&Counter::new(4), &SealContext::sentinel(), b"else").unwrap();
        assert_eq!(keyring(1).check_sentinel(&imposter), Err(OpenError::NotAuthentic));
    }

    #[test]
    fn an_empty_and_a_large_value_come_back() {
        let keys = keyring(1);
        for length in [0, 1, 3000] {
            let text = vec![7; length];
            let sealed = keys.seal(&Counter::new(6), &SealContext::transaction("t"), &text).unwrap();
            let opened = keys.open(&SealContext::transaction("t"), &sealed).unwrap();
            assert_eq!(opened.expose_secret(), &text);
            assert!(!format!("{opened:?}").contains("7, 7"));
        }
    }
}
