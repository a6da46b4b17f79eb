//! Flask's session cookie, minted for a backend that reads no other identity.
//!
//! The format is that of `itsdangerous.URLSafeTimedSerializer` as Flask 2.3 configures it: salt `cookie-session`, key
//! derivation `hmac`, SHA-1. The cookie is sent to the upstream only, never to a browser.

use std::fmt;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use postern_model::clock::Timestamp;
use postern_model::{ExposeSecret, SecretString};
use ring::hmac;
use serde_json::{Map, Value};

use super::session_key::{SessionKeyError, check};
use crate::encoding::base64url;

const SALT: &str = "cookie-session";
/// Keys by which Flask's tagged JSON marks values that plain JSON cannot express.
const TAGS: [&str; 6] = [" b", " d", " di", " m", " t", " u"];

/// Mints session cookies under the backend's `SECRET_KEY`.
pub struct FlaskSession {
    key: hmac::Key,
}

impl FlaskSession {
    /// Takes the backend's `SECRET_KEY`, unchanged. Rejects well-known and short ones.
    pub fn new(secret: SecretString) -> Result<Self, SessionKeyError> {
        Self::with_salt(&secret, SALT)
    }

    /// Does the same for a backend whose session interface has another `salt`.
    pub fn with_salt(secret: &SecretString, salt: &str) -> Result<Self, SessionKeyError> {
        check(secret)?;
        let root = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose_secret().as_bytes());
        let derived = hmac::sign(&root, salt.as_bytes());
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, derived.as_ref()) })
    }

    /// Returns the cookie value of a session with this content, signed at `now`, in whole seconds. The backend derives
    /// the session's age from it.
    pub fn mint(&self, payload: &Value, now: Timestamp) -> String {
        let json = tagged(payload).to_string();
        let body = match deflated(json.as_bytes()) {
            Some(deflated) if deflated.len() + 1 < json.len() => format!(".{}", base64url(&deflated)),
            _ => base64url(json.as_bytes()),
        };
        let time = now.unix_time().to_be_bytes();
        let leading = time.iter().take_while(|byte| **byte == 0).count();
        let signed = format!("{body}.{}", base64url(time.get(leading..).unwrap_or_default()));
        let signature = hmac::sign(&self.key, signed.as_bytes());
        format!("{signed}.{}", base64url(signature.as_ref()))
    }
}

impl fmt::Debug for FlaskSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FlaskSession(..)")
    }
}

/// Flask would decode an object whose only key is a tag as a tagged value, so such an object is itself tagged (` di`).
fn tagged(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(tagged).collect(),
        Value::Object(members) => {
            if let Some((key, inner)) = members.iter().next().filter(|_| members.len() == 1)
                && TAGS.contains(&key.as_str())
            {
                let marked = Map::from_iter([(format!("{key}__"), tagged(inner))]);
                return Value::Object(Map::from_iter([(" di".to_owned(), Value::Object(marked))]));
            }
            members.iter().map(|(key, inner)| (key.clone(), tagged(inner))).collect()
        }
        plain => plain.clone(),
    }
}

/// Compresses with zlib at Python's default level.
pub(crate) fn deflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::from_base64url;
    use flate2::read::ZlibDecoder;
    use serde_json::json;
    use std::io::Read;

    const SECRET: &str = "f3a9c1d27b604e5f8a1b2c3d4e5f6071";
    const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

    fn mint(payload: &Value) -> String {
        FlaskSession::new(SECRET.into()).unwrap().mint(payload, NOW)
    }

    #[test]
    fn short_content_comes_out_as_flask_2_3_3_writes_it() {
        // Made by `SecureCookieSessionInterface().get_signing_serializer(app).dumps(…)` with the clock stopped.
        let cases = [
            (json!({}), "e30.aVW5AA.lAy5J_H5cAZmgJOzZwNc0JBVzIo"),
            (
                json!({"_permanent": true, "user_id": "b0d7c1de-4a3e-4b55-9d6e-6c1a7d7a2f10"}),
                "eyJfcGVybWFuZW50Ijp0cnVlLCJ1c2VyX2lkIjoiYjBkN2MxZGUtNGEzZS00YjU1LTlkNmUtNmMxYTdkN2EyZjEwIn0.aVW5AA.\
                 lrEXvfsUr8PnDlrIZNgjSbay48k",
            ),
            (json!({" t": [1, 2]}), "eyIgZGkiOnsiIHRfXyI6WzEsMl19fQ.aVW5AA.duasuNhErzk4sFogM3qf9qAcV7s"),
            (
                json!({"a": {" di": {"b": null}}}),
                "eyJhIjp7IiBkaSI6eyIgZGlfXyI6eyJiIjpudWxsfX19fQ.aVW5AA.clrmJJFCL5GwvjsduK_zITEER9c",
            ),
        ];
        for (payload, expected) in cases {
            assert_eq!(mint(&payload), expected, "{payload}");
        }
    }

    #[test]
    fn long_content_is_deflated_into_what_flask_inflates() {
        let payload = json!({"items": (0..60).collect::<Vec<_>>(), "name": "Łukasz 山田 😀".repeat(5)});
        let cookie = mint(&payload);
        let body = cookie.strip_prefix('.').expect("the mark of deflated content").split('.').next().unwrap();
        let mut inflated = String::new();
        ZlibDecoder::new(from_base64url(body).unwrap().as_slice()).read_to_string(&mut inflated).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&inflated).unwrap(), payload);
        assert!(cookie.len() < payload.to_string().len());
    }

    #[test]
    fn content_time_and_key_are_all_signed() {
        let other = FlaskSession::new("0123456789abcdeX0123".into()).unwrap();
        let tail = |cookie: String| cookie.rsplit('.').next().unwrap().to_owned();
        let payload = json!({"user_id": "x"});
        let signature = tail(mint(&payload));
        assert_ne!(signature, tail(mint(&json!({"user_id": "y"}))));
        assert_ne!(signature, tail(other.mint(&payload, NOW)));
        let later = NOW.after(std::time::Duration::from_secs(1));
        assert_ne!(signature, tail(FlaskSession::new(SECRET.into()).unwrap().mint(&payload, later)));
    }

    #[test]
    fn default_and_short_keys_are_refused_without_being_shown() {
        for known in ["my-strong-secret-key", "dev", "secret", "changeme", "", "SECRET-KEY", "aaaaaaaaaaaaaaaaaaaaaaaa"]
        {
            assert_eq!(FlaskSession::new(known.into()).unwrap_err(), SessionKeyError::WellKnown, "{known}");
        }
        let error = FlaskSession::new("k3J9vX2mQ".into()).unwrap_err();
        assert_eq!(error, SessionKeyError::TooShort);
        assert!(!error.to_string().contains("k3J9vX2mQ"));
        assert_eq!(format!("{:?}", FlaskSession::new(SECRET.into()).unwrap()), "FlaskSession(..)");
    }
}
