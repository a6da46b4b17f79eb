//! The session of Express's `cookie-session` middleware, minted here for a backend that reads no other identity.
//!
//! Two cookies: the session as base64 of JSON, and beside it `….sig`, HMAC-SHA-1 over name and value as `keygrip` makes
//! it. Neither holds a time. They are only ever sent to the upstream, never to a browser.

use std::fmt;

use data_encoding::BASE64;
use postern_model::{ExposeSecret, SecretString};
use ring::hmac;
use serde_json::Value;

use crate::encoding::base64url;
use crate::session_key::{SessionKeyError, check};

/// Mints session cookies under one of the backend's `keys`.
pub struct ExpressSession {
    key: hmac::Key,
}

impl ExpressSession {
    /// What is put after a session cookie's name for its signature.
    pub const SIGNATURE: &'static str = ".sig";

    /// Takes one of the backend's `keys`, or its `secret`, unchanged. Refuses well-known and short ones.
    pub fn new(secret: &SecretString) -> Result<Self, SessionKeyError> {
        check(secret)?;
        let secret = secret.expose_secret().as_bytes();
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret) })
    }

    /// The values of both cookies for a session with this content: that of the cookie `name`, and of its signature.
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
