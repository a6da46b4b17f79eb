//! Challenges that proofs sign. They are stateless: the time of issue and a message authentication code.

use std::time::Duration;

use postern_model::clock::Timestamp;
use postern_model::device_binding::DeviceKeyId;
use postern_model::id::SessionId;
use postern_model::session::TokenHash;

use crate::encoding::{base64url, from_base64url_exact};
use crate::keyring::{Keyring, Purpose};

/// Time for which a challenge is good.
pub const CHALLENGE_LIFETIME: Duration = Duration::from_secs(120);
/// Tolerated clock difference between replicas.
const SKEW: Duration = Duration::from_secs(60);
/// Bytes of the time of issue.
const TIME: usize = 8;
/// Bytes of a challenge.
const LENGTH: usize = TIME + 32;

/// Use that a challenge is made for. It is good for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeFor {
    /// Binding the session that has this token to a new key.
    Registration(TokenHash),
    /// Proving this key again.
    Refresh(DeviceKeyId),
}

/// Reason why a challenge is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeRefused {
    /// Not made by this gateway for this session, token or key, and use.
    #[error("the challenge is not one of this session and this use")]
    Foreign,
    /// Issued too long ago, or in the future.
    #[error("the challenge has expired")]
    Expired,
}

impl Keyring {
    /// Makes a challenge: visible ASCII without quotes or backslashes.
    pub fn device_challenge(&self, session: SessionId, used: ChallengeFor, now: Timestamp) -> String {
        let issued = now.as_secs().to_be_bytes();
        let tag = self.mac(Purpose::DeviceChallenge, &used.parts(&session, &issued));
        base64url(&[issued.as_slice(), &tag].concat())
    }

    /// Checks a challenge; one that was made under an older key is good too.
    ///
    /// # Errors
    /// [`ChallengeRefused`].
    pub fn check_device_challenge(
        &self,
        challenge: &str,
        session: SessionId,
        used: ChallengeFor,
        now: Timestamp,
    ) -> Result<(), ChallengeRefused> {
        let bytes = from_base64url_exact::<LENGTH>(challenge.as_bytes()).ok_or(ChallengeRefused::Foreign)?;
        let (issued, tag) = bytes.split_first_chunk::<TIME>().ok_or(ChallengeRefused::Foreign)?;
        if !self.mac_matches(Purpose::DeviceChallenge, &used.parts(&session, issued), tag) {
            return Err(ChallengeRefused::Foreign);
        }
        let issued = Timestamp::from_secs(i64::from_be_bytes(*issued));
        match now.after(SKEW) >= issued && now < issued.after(CHALLENGE_LIFETIME) {
            true => Ok(()),
            false => Err(ChallengeRefused::Expired),
        }
    }
}

impl ChallengeFor {
    fn parts<'p>(&'p self, session: &'p SessionId, issued: &'p [u8; TIME]) -> [&'p [u8]; 4] {
        let (used, of): (&[u8], &[u8]) = match self {
            Self::Registration(token) => (b"register", &token.0),
            Self::Refresh(key) => (b"refresh", &key.0),
        };
        [used, session.0.as_bytes(), of, issued]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{keyring, master};

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn session(number: u8) -> SessionId {
        format!("00112233-4455-6677-8899-aabbccddee{number:02}").parse().unwrap()
    }

    #[test]
    fn a_challenge_is_good_for_its_session_its_use_and_its_minutes() {
        let (keys, registration) = (keyring(1), ChallengeFor::Registration(TokenHash([1; 32])));
        let challenge = keys.device_challenge(session(1), registration, NOW);
        assert!(challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
        let check = |keys: &Keyring, session, used, at| keys.check_device_challenge(&challenge, session, used, at);
        for (at, expected) in [
            (NOW, Ok(())),
            (NOW.before(SKEW), Ok(())),
            (NOW.before(SKEW + Duration::from_secs(1)), Err(ChallengeRefused::Expired)),
            (NOW.after(CHALLENGE_LIFETIME - Duration::from_secs(1)), Ok(())),
            (NOW.after(CHALLENGE_LIFETIME), Err(ChallengeRefused::Expired)),
        ] {
            assert_eq!(check(&keys, session(1), registration, at), expected, "{at}");
        }
        let foreign = Err(ChallengeRefused::Foreign);
        assert_eq!(check(&keys, session(2), registration, NOW), foreign);
        assert_eq!(check(&keys, session(1), ChallengeFor::Registration(TokenHash([2; 32])), NOW), foreign);
        assert_eq!(check(&keys, session(1), ChallengeFor::Refresh(DeviceKeyId([1; 32])), NOW), foreign);
        assert_eq!(check(&keyring(2), session(1), registration, NOW), foreign);
        assert_eq!(check(&Keyring::new(master(2), vec![master(1)]), session(1), registration, NOW), Ok(()));
        for wrong in ["", "A", &challenge[1..], &format!("{challenge}A")] {
            assert_eq!(keys.check_device_challenge(wrong, session(1), registration, NOW), foreign, "{wrong}");
        }
    }
}
