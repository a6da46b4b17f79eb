//! Codes that are sent to people: six digits, and the keyed digests that are stored of them.

use postern_model::SecretString;
use postern_model::entropy::{Entropy, draw};
use postern_model::factor::{CodeDigest, SecondFactor};
use postern_model::id::{SessionId, UserId};

use crate::keyring::{Keyring, Purpose};

/// Number of codes.
const VALUES: u32 = 1_000_000;
/// The largest multiple of [`VALUES`] that four bytes can hold: numbers below it make every code equally likely.
const FAIR: u32 = u32::MAX - u32::MAX % VALUES;

/// Draws a code.
pub fn generate(entropy: &dyn Entropy) -> SecretString {
    loop {
        let number = u32::from_be_bytes(draw(entropy));
        if number < FAIR {
            return format!("{:06}", number % VALUES).into();
        }
    }
}

/// Returns the digest of a code that is sent for a session.
pub fn digest(keyring: &Keyring, factor: SecondFactor, (user, session): (UserId, SessionId), code: &str) -> CodeDigest {
    let (user, session) = (user.0.into_bytes(), session.0.into_bytes());
    CodeDigest(keyring.mac(Purpose::SentCode, &[factor.name().as_bytes(), &user, &session, code.as_bytes()]))
}

/// Whether `known` is the digest of this code, under the active or an older key. Constant time.
pub fn matches(
    keyring: &Keyring,
    factor: SecondFactor,
    (user, session): (UserId, SessionId),
    code: &str,
    known: &CodeDigest,
) -> bool {
    let (user, session) = (user.0.into_bytes(), session.0.into_bytes());
    keyring.mac_matches(Purpose::SentCode, &[factor.name().as_bytes(), &user, &session, code.as_bytes()], &known.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    use postern_model::ExposeSecret;

    use super::*;
    use crate::testing::{Counter, keyring, master};

    const FACTOR: SecondFactor = SecondFactor::Email;

    fn owner(n: u64) -> (UserId, SessionId) {
        (UserId::draw(&Counter::new(n)), SessionId::draw(&Counter::new(n + 100)))
    }

    /// Yields these numbers.
    struct Numbers(Mutex<Vec<u32>>);

    impl Entropy for Numbers {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.copy_from_slice(&self.0.lock().unwrap().remove(0).to_be_bytes());
        }
    }

    #[test]
    fn codes_have_six_digits_and_no_remainder_is_likelier_than_others() {
        let numbers = Numbers(Mutex::new(vec![7, FAIR - 1, u32::MAX, FAIR, 1_234_567]));
        let drawn: Vec<String> = (0..3).map(|_| generate(&numbers).expose_secret().to_owned()).collect();
        assert_eq!(drawn, ["000007", "999999", "234567"]);
    }

    #[test]
    fn a_digest_is_of_one_code_session_and_user() {
        let keys = keyring(1);
        let (user, session) = owner(1);
        let (other_user, other_session) = owner(9);
        let digests: BTreeSet<[u8; 32]> = [
            digest(&keys, FACTOR, (user, session), "123456"),
            digest(&keys, FACTOR, (user, session), "123457"),
            digest(&keys, FACTOR, (other_user, session), "123456"),
            digest(&keys, FACTOR, (user, other_session), "123456"),
            digest(&keys, SecondFactor::Totp, (user, session), "123456"),
            digest(&keyring(2), FACTOR, (user, session), "123456"),
        ]
        .into_iter()
        .map(|CodeDigest(bytes)| bytes)
        .collect();
        assert_eq!(digests.len(), 6);
    }

    #[test]
    fn a_code_that_was_sent_before_a_rotation_of_the_master_key_matches_after_it() {
        let known = digest(&keyring(1), FACTOR, owner(1), "123456");
        let rotated = Keyring::new(master(2), vec![master(1)]);
        assert!(matches(&rotated, FACTOR, owner(1), "123456", &known));
        assert!(!matches(&rotated, FACTOR, owner(1), "123457", &known));
        assert!(!matches(&rotated, FACTOR, owner(2), "123456", &known));
    }
}
