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
