//! Tokens of forms: a message authentication code over what the form belongs to.

use postern_model::id::SessionId;

use crate::encoding::{base64url, from_base64url_exact};
use crate::keyring::{Keyring, Purpose};

impl Keyring {
    /// The token that every form of a session carries. It lasts as long as the session.
    pub fn csrf_token(&self, session: SessionId) -> String {
        base64url(&self.mac(Purpose::Csrf, &[session.0.as_bytes()]))
    }

    /// Whether `token` is the session's, in constant time; tokens made under an older key count.
    pub fn csrf_matches(&self, session: SessionId, token: &str) -> bool {
        self.token_matches(Purpose::Csrf, session.0.as_bytes(), token)
    }

    /// The token of a form outside any session, bound to `context`: a value that only this browser holds, such as
    /// the random part of a cookie.
    pub fn form_token(&self, context: &str) -> String {
        base64url(&self.mac(Purpose::Form, &[context.as_bytes()]))
    }

    /// Whether `token` is the one of this context, as [`Keyring::csrf_matches`].
    pub fn form_matches(&self, context: &str, token: &str) -> bool {
        self.token_matches(Purpose::Form, context.as_bytes(), token)
    }

    fn token_matches(&self, purpose: Purpose, subject: &[u8], token: &str) -> bool {
        from_base64url_exact::<32>(token.as_bytes()).is_some_and(|tag| self.mac_matches(purpose, &[subject], &tag))
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
        assert!(keys.form_matches("browser", &keys.form_token("browser")));
        assert!(!keys.form_matches("another", &keys.form_token("browser")));
        for wrong in ["", "x", &token[1..], &format!("{token}="), &token.to_lowercase()] {
            assert!(!keys.csrf_matches(one, wrong), "{wrong}");
        }
        let same = std::str::from_utf8(b"0123456789abcdef").unwrap();
        let as_session = SessionId(uuid::Uuid::from_bytes(*b"0123456789abcdef"));
        assert!(!keys.csrf_matches(as_session, &keys.form_token(same)));
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
