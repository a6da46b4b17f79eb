//! Codes that are sent to people: six digits, and the keyed digests that are stored of them.

use postern_model::SecretString;
use postern_model::entropy::{Entropy, draw};
use postern_model::factor::{CodeDigest, CodeKind};
use postern_model::id::{SessionId, UserId};
use postern_model::phone::{PhoneNumber, StoredNumber};

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

/// What a code is good for, and for whom. A code of one is worth nothing for any other.
#[derive(Clone, Copy, Debug)]
pub struct SentFor<'a> {
    /// The kind.
    pub kind: CodeKind,
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// The number that it confirms.
    pub confirms: Option<&'a PhoneNumber>,
    /// The number that its user has when a code goes by SMS: for a code that verifies, where it goes. `None` for mail.
    pub present: Option<&'a StoredNumber>,
}

impl SentFor<'_> {
    /// Calls `with` with what the digest of a code is of.
    fn parts<T>(self, code: &str, with: impl FnOnce(&[&[u8]]) -> T) -> T {
        let (user, session) = (self.user.0.into_bytes(), self.session.0.into_bytes());
        let (name, code) = (self.kind.factor().name().as_bytes(), code.as_bytes());
        let Some(present) = self.present else { return with(&[name, &user, &session, code]) };
        let confirms = self.confirms.map(PhoneNumber::as_str).unwrap_or_default();
        let present = match present {
            StoredNumber::Absent => "",
            StoredNumber::Unconfirmed => "unconfirmed",
            StoredNumber::Confirmed(number) => number.as_str(),
        };
        with(&[name, &user, &session, code, confirms.as_bytes(), present.as_bytes()])
    }
}

/// Returns the digest of a code.
pub fn digest(keyring: &Keyring, sent_for: SentFor<'_>, code: &str) -> CodeDigest {
    CodeDigest(sent_for.parts(code, |parts| keyring.mac(Purpose::SentCode, parts)))
}

/// Whether `known` is the digest of this code, under the active or an older key. Constant time.
pub fn matches(keyring: &Keyring, sent_for: SentFor<'_>, code: &str, known: &CodeDigest) -> bool {
    sent_for.parts(code, |parts| keyring.mac_matches(Purpose::SentCode, parts, &known.0))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    use postern_model::ExposeSecret;

    use super::*;
    use crate::testing::{Counter, keyring, master};

    fn by_mail(n: u64) -> SentFor<'static> {
        let (user, session) = (UserId::draw(&Counter::new(n)), SessionId::draw(&Counter::new(n + 100)));
        SentFor { kind: CodeKind::Email, user, session, confirms: None, present: None }
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
    fn a_digest_is_of_one_code_session_user_factor_and_number() {
        let keys = keyring(1);
        let (one, other) = (by_mail(1), by_mail(9));
        let numbers = ["+491512345612", "+491512345613"].map(|number| PhoneNumber::parse(number).unwrap());
        let present = [
            StoredNumber::Absent,
            StoredNumber::Unconfirmed,
            StoredNumber::Confirmed(numbers[0].clone()),
            StoredNumber::Confirmed(numbers[1].clone()),
        ];
        let by_sms = |present| SentFor { kind: CodeKind::Sms, present: Some(present), ..one };
        let confirms = |number, present| SentFor {
            kind: CodeKind::NewNumber,
            confirms: Some(number),
            present: Some(present),
            ..one
        };
        let digests: BTreeSet<[u8; 32]> = [
            digest(&keys, one, "123456"),
            digest(&keys, one, "123457"),
            digest(&keys, SentFor { user: other.user, ..one }, "123456"),
            digest(&keys, SentFor { session: other.session, ..one }, "123456"),
            digest(&keys, by_sms(&present[2]), "123456"),
            digest(&keys, by_sms(&present[3]), "123456"),
            digest(&keys, confirms(&numbers[0], &present[0]), "123456"),
            digest(&keys, confirms(&numbers[0], &present[1]), "123456"),
            digest(&keys, confirms(&numbers[0], &present[3]), "123456"),
            digest(&keys, confirms(&numbers[1], &present[0]), "123456"),
            digest(&keyring(2), one, "123456"),
        ]
        .into_iter()
        .map(|CodeDigest(bytes)| bytes)
        .collect();
        assert_eq!(digests.len(), 11);
    }

    #[test]
    fn a_code_that_was_sent_before_a_rotation_of_the_master_key_matches_after_it() {
        let known = digest(&keyring(1), by_mail(1), "123456");
        let rotated = Keyring::new(master(2), vec![master(1)]);
        assert!(matches(&rotated, by_mail(1), "123456", &known));
        assert!(!matches(&rotated, by_mail(1), "123457", &known));
        assert!(!matches(&rotated, by_mail(2), "123456", &known));
    }
}
