//! The keyring: one active master key, older ones for opening and verifying, and the keys derived from them.

use std::fmt;
use std::sync::{PoisonError, RwLock};

use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::hmac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::backup::Cost;
use crate::master::MasterKey;

/// Identifier of a master key, derived from the key, so that replicas agree without a configured number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(pub(crate) [u8; KeyId::LENGTH]);

impl KeyId {
    pub(crate) const LENGTH: usize = 8;
}

impl KeyId {
    /// Parses the text form of a [`KeyId`].
    pub fn parse(text: &str) -> Option<Self> {
        crate::encoding::from_hex(text)?.try_into().ok().map(Self)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::encoding::hex(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// Purpose of a message authentication code. A code for one purpose is never valid for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// CSRF tokens of forms.
    Csrf,
    /// The pepper of backup codes.
    BackupCode,
    /// Identifiers of submissions whose reply is kept.
    Replay,
    /// Challenges that devices sign.
    DeviceChallenge,
    /// The short-lived cookie of a session that is bound to its device.
    BoundCookie,
    /// Codes that are sent to people.
    SentCode,
}

/// All keys of the process. Share it behind an `Arc`; it is deliberately not `Clone`.
pub struct Keyring {
    active: Derived,
    older: Vec<Derived>,
    /// Peppers of master keys that were removed.
    peppers: RwLock<Vec<(KeyId, hmac::Key)>>,
    cost: Cost,
}

/// Keys derived from one master key.
pub(crate) struct Derived {
    pub(crate) id: KeyId,
    pub(crate) records: LessSafeKey,
    pub(crate) transactions: LessSafeKey,
    csrf: hmac::Key,
    backup: hmac::Key,
    replay: hmac::Key,
    device_challenge: hmac::Key,
    bound_cookie: hmac::Key,
    sent_code: hmac::Key,
    pepper: Zeroizing<[u8; 32]>,
}

impl Keyring {
    /// Builds the keyring from the key that seals and the older keys that still open.
    pub fn new(active: MasterKey, older: Vec<MasterKey>) -> Self {
        let older = older.iter().map(Derived::new).collect();
        Self { active: Derived::new(&active), older, peppers: RwLock::default(), cost: Cost::default() }
    }

    /// Replaces the Argon2 cost of backup codes, for tests: digests made at one cost are not found at another.
    pub fn with_backup_cost(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }

    /// Returns the identifier of the active key.
    pub fn active_id(&self) -> KeyId {
        self.active.id
    }

    /// Returns the identifiers of all keys, the active one first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.all().map(|keys| keys.id)
    }

    /// Computes HMAC-SHA-256 under the active key over the parts, each preceded by its length; 32 bytes.
    pub fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        mac(self.active.mac_key(purpose), parts)
    }

    /// Whether `tag` is the code of these parts under the active or an older key. The time taken depends only on the
    /// number of keys and the lengths of the parts.
    pub fn mac_matches(&self, purpose: Purpose, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.all().fold(false, |matched, keys| {
            let expected = mac(keys.mac_key(purpose), parts);
            matched | bool::from(expected.as_slice().ct_eq(tag))
        })
    }

    /// Computes HMAC-SHA-256 with the backup-code pepper of that master key; `None` if the keyring has neither the key
    /// nor its pepper.
    pub(crate) fn peppered(&self, id: KeyId, parts: &[&[u8]]) -> Option<[u8; 32]> {
        if let Some(keys) = self.find(id) {
            return Some(mac(&keys.backup, parts));
        }
        let kept = self.peppers.read().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| *known == id).map(|(_, key)| mac(key, parts))
    }

    /// Returns the pepper of an older key of the ring.
    pub(crate) fn pepper(&self, id: KeyId) -> Option<&[u8]> {
        self.older.iter().find(|keys| keys.id == id).map(|keys| keys.pepper.as_slice())
    }

    /// Adds the pepper of a master key that was removed.
    pub(crate) fn keep_pepper(&self, id: KeyId, pepper: &[u8]) {
        let mut kept = self.peppers.write().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, _)| *known != id);
        kept.push((id, hmac::Key::new(hmac::HMAC_SHA256, pepper)));
    }

    pub(crate) fn active(&self) -> &Derived {
        &self.active
    }

    pub(crate) fn find(&self, id: KeyId) -> Option<&Derived> {
        self.all().find(|keys| keys.id == id)
    }

    pub(crate) fn cost(&self) -> Cost {
        self.cost
    }

    fn all(&self) -> impl Iterator<Item = &Derived> {
        std::iter::once(&self.active).chain(&self.older)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

impl Derived {
    fn new(master: &MasterKey) -> Self {
        let root = Salt::new(HKDF_SHA256, b"postern").extract(master.expose());
        let mut id = [0; KeyId::LENGTH];
        expand(&root, &[b"key id"], &mut id);
        let id = KeyId(id);
        let pepper = derive(&root, id, "mac backup code");
        let mac_key = |purpose| hmac::Key::new(hmac::HMAC_SHA256, derive(&root, id, purpose).as_slice());
        Self {
            id,
            records: seal_key(&root, id, "seal records"),
            transactions: seal_key(&root, id, "seal transactions"),
            csrf: mac_key("mac csrf"),
            backup: hmac::Key::new(hmac::HMAC_SHA256, pepper.as_slice()),
            replay: mac_key("mac replay"),
            device_challenge: mac_key("mac device challenge"),
            bound_cookie: mac_key("mac bound cookie"),
            sent_code: mac_key("mac sent code"),
            pepper,
        }
    }

    fn mac_key(&self, purpose: Purpose) -> &hmac::Key {
        match purpose {
            Purpose::Csrf => &self.csrf,
            Purpose::BackupCode => &self.backup,
            Purpose::Replay => &self.replay,
            Purpose::DeviceChallenge => &self.device_challenge,
            Purpose::BoundCookie => &self.bound_cookie,
            Purpose::SentCode => &self.sent_code,
        }
    }
}

fn mac(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut tag = [0; 32];
    tag.copy_from_slice(context.sign().as_ref());
    tag
}

fn derive(root: &Prk, id: KeyId, purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    expand(root, &[purpose.as_bytes(), b"\0", &id.0], key.as_mut_slice());
    key
}

#[expect(clippy::expect_used, reason = "AES-256 takes exactly the 32 bytes that are derived")]
fn seal_key(root: &Prk, id: KeyId, purpose: &str) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, derive(root, id, purpose).as_slice()).expect("a 32-byte key"))
}

#[expect(clippy::expect_used, reason = "HKDF-SHA-256 gives up to 8160 bytes; at most 32 are asked for")]
fn expand(root: &Prk, info: &[&[u8]], out: &mut [u8]) {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    root.expand(info, Length(out.len())).and_then(|okm| okm.fill(out)).expect("an output of at most 32 bytes");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{keyring, master};

    #[test]
    fn the_key_id_is_derived_so_replicas_agree() {
        assert_eq!(keyring(1).active_id().to_string(), "4fde71c872487ce8");
        assert_ne!(keyring(1).active_id(), keyring(2).active_id());
    }

    #[test]
    fn parts_cannot_be_shifted_into_one_another() {
        let keys = keyring(1);
        let code = |parts: &[&[u8]]| keys.mac(Purpose::Csrf, parts);
        assert_ne!(code(&[b"ab", b"c"]), code(&[b"a", b"bc"]));
        assert_ne!(code(&[b"abc"]), code(&[b"abc", b""]));
        assert_ne!(code(&[b"abc"]), keys.mac(Purpose::BackupCode, &[b"abc"]));
    }

    #[test]
    fn a_code_is_matched_whole() {
        let keys = Keyring::new(master(2), vec![master(3), master(1)]);
        let code = keyring(1).mac(Purpose::Csrf, &[b"x"]);
        assert!(keys.mac_matches(Purpose::Csrf, &[b"x"], &code));
        assert!(!keys.mac_matches(Purpose::Csrf, &[b"y"], &code));
        assert!(!keys.mac_matches(Purpose::Csrf, &[b"x"], &code[..31]));
        assert!(!keys.mac_matches(Purpose::Csrf, &[b"x"], &[]));
    }

    #[test]
    fn a_key_that_is_given_twice_matches_its_codes() {
        let keys = Keyring::new(master(1), vec![master(1)]);
        assert!(keys.mac_matches(Purpose::Csrf, &[b"x"], &keys.mac(Purpose::Csrf, &[b"x"])));
    }

    #[test]
    fn the_peppers_of_several_removed_keys_are_kept_and_each_is_replaced_by_its_successor() {
        let (keys, one, two) = (keyring(1), KeyId([1; 8]), KeyId([2; 8]));
        let peppered = |id| keys.peppered(id, &[b"x"]);
        keys.keep_pepper(one, b"first");
        let first = peppered(one);
        keys.keep_pepper(two, b"second");
        assert_eq!(peppered(one), first);
        assert!(first.is_some() && peppered(two).is_some_and(|code| Some(code) != first));
        keys.keep_pepper(one, b"second");
        assert_eq!(peppered(one), peppered(two));
    }

    #[test]
    fn backup_codes_cost_what_was_given_or_else_the_default() {
        let keys = Keyring::new(master(1), Vec::new());
        assert_eq!(keys.cost(), Cost::default());
        assert_eq!(keys.with_backup_cost(Cost::CHEAP).cost(), Cost::CHEAP);
    }

    #[test]
    fn debug_shows_identifiers_alone() {
        assert_eq!(format!("{:?}", keyring(1)), "[KeyId(4fde71c872487ce8)]");
    }
}
