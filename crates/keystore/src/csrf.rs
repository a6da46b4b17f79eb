//! CSRF tokens of forms: a message authentication code over the session that the form belongs to.

use postern_model::id::SessionId;

use crate::encoding::{base64url, from_base64url_exact};
use crate::keyring::{Keyring, Purpose};

impl Keyring {
    /// Returns the token that every form of a session carries. It is valid as long as the session.
    pub fn csrf_token(&self, session: SessionId) -> String {
        base64url(&self.mac(Purpose::Csrf, &[session.0.as_bytes()]))
    }

    /// Whether `token` is the session's, in constant time; tokens made under an older key are valid too.
    pub fn csrf_matches(&self, session: SessionId, token: &str) -> bool {
        let tag = from_base64url_exact::<32>(token.as_bytes());
        tag.is_some_and(|tag| self.mac_matches(Purpose::Csrf, &[session.0.as_bytes()], &tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{keyring, master};
    use postern_model::id::SessionId;

    fn session(text: &str) -> SessionId {
        text.parse().unwrap()
    }

    #[test]
    fn the_token_is_the_code_computed_elsewhere() {
        let id = session("00112233-4455-6677-8899-aabbccddeeff");
        assert_eq!(keyring(1).csrf_token(id), "lul3XaZKPfT5qu8YxArycm42usRV7uIY4SW8DTgHYRg");
    }

    #[test]
    fn a_token_belongs_to_one_session_and_one_purpose() {
        let (one, two) =
            (session("00112233-4455-6677-8899-aabbccddeeff"), session("00112233-4455-6677-8899-aabbccddeefe"));
        let keys = keyring(1);
        let token = keys.csrf_token(one);
        assert!(keys.csrf_matches(one, &token));
        assert!(!keys.csrf_matches(two, &token));
        assert!(!keyring(2).csrf_matches(one, &token));
        for wrong in ["", "x", &token[1..], &format!("{token}="), &token.to_lowercase()] {
            assert!(!keys.csrf_matches(one, wrong), "{wrong}");
        }
        let other = crate::encoding::base64url(&keys.mac(Purpose::BackupCode, &[one.0.as_bytes()]));
        assert!(!keys.csrf_matches(one, &other), "a code for another purpose");
    }

    #[test]
    fn a_token_outlives_a_change_of_the_master_key() {
        let id = session("00112233-4455-6677-8899-aabbccddeeff");
        let token = keyring(1).csrf_token(id);
        let rotated = Keyring::new(master(2), vec![master(1)]);
        assert!(rotated.csrf_matches(id, &token));
        assert_ne!(rotated.csrf_token(id), token);
    }
}
