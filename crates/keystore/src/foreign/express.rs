//! Session cookies of Express's `cookie-session` middleware, minted for a backend that reads no other identity.
//!
//! There are two cookies: the session as base64 of JSON, and `….sig`, an HMAC-SHA-1 over name and value as `keygrip`
//! makes it. Neither holds a time. They are sent to the upstream only, never to a browser.

use std::fmt;

use data_encoding::BASE64;
use postern_model::{ExposeSecret, SecretString};
use ring::hmac;
use serde_json::Value;

use super::session_key::{SessionKeyError, check};
use crate::encoding::base64url;

/// Mints session cookies under one of the backend's `keys`.
pub struct ExpressSession {
    key: hmac::Key,
}

impl ExpressSession {
    /// Suffix that the signature cookie's name adds to the session cookie's name.
    pub const SIGNATURE: &'static str = ".sig";

    /// Takes one of the backend's `keys`, or its `secret`, unchanged. Rejects well-known and short ones.
    pub fn new(secret: &SecretString) -> Result<Self, SessionKeyError> {
        check(secret)?;
        let secret = secret.expose_secret().as_bytes();
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret) })
    }

    /// Returns the values of both cookies for a session with this content: that of the cookie `name`, and of its
    /// signature.
    pub fn mint(&self, name: &str, content: &Value) -> (String, String) {
        let value = BASE64.encode(content.to_string().as_bytes());
        let signature = hmac::sign(&self.key, format!("{name}={value}").as_bytes());
        (value, base64url(signature.as_ref()))
    }
}

impl fmt::Debug for ExpressSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExpressSession(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SECRET: &str = "f3a9c1d27b604e5f8a1b2c3d4e5f6071";

    #[test]
    fn both_values_come_out_as_cookie_session_and_keygrip_write_them() {
        // Made by `Buffer.from(JSON.stringify(…)).toString("base64")` and `new Keygrip([SECRET]).sign("name=value")`.
        let cases = [
            ("session", json!({}), "e30=", "VkRQEo0w5jN8rXfg-jfBGKjh7FI"),
            (
                "session",
                json!({"name": "Jürgen 山 😀", "user_id": "b0d7c1de"}),
                "eyJuYW1lIjoiSsO8cmdlbiDlsbEg8J+YgCIsInVzZXJfaWQiOiJiMGQ3YzFkZSJ9",
                "vO91HelVHQeEzzZxsSa-UY4D854",
            ),
            ("sid", json!({}), "e30=", "2urVT7VadguPbyqIWPn-7qMOJfc"),
        ];
        for (name, content, value, signature) in cases {
            let minted = ExpressSession::new(&SECRET.into()).unwrap().mint(name, &content);
            assert_eq!(minted, (value.to_owned(), signature.to_owned()), "{content}");
        }
    }

    #[test]
    fn keys_that_anybody_could_know_are_refused() {
        let refused = |secret: &str| ExpressSession::new(&secret.into()).unwrap_err();
        assert_eq!(refused("changeme"), SessionKeyError::WellKnown);
        assert_eq!(refused("k3J9vX2mQ"), SessionKeyError::TooShort);
        assert_eq!(format!("{:?}", ExpressSession::new(&SECRET.into()).unwrap()), "ExpressSession(..)");
    }
}
