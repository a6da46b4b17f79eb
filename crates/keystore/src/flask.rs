//! Flask's session cookie, minted here for a backend that reads no other identity.
//!
//! The format is that of `itsdangerous.URLSafeTimedSerializer` as Flask 2.3 sets it up: salt `cookie-session`, key
//! derivation `hmac`, SHA-1. It is only ever sent to the upstream, never to a browser.

use std::fmt;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use postern_model::clock::Timestamp;
use postern_model::{ExposeSecret, SecretString};
use ring::hmac;
use serde_json::{Map, Value};

use crate::encoding::base64url;
use crate::weak::is_known_weak;

const SALT: &[u8] = b"cookie-session";
const KEY_MIN: usize = 16;
/// Keys by which Flask's tagged JSON marks values that are no plain JSON.
const TAGS: [&str; 7] = [" d", " di", " t", " u", " b", " m", " t__"];

/// Mints session cookies under the backend's `SECRET_KEY`.
pub struct FlaskSession {
    key: hmac::Key,
}

/// Why a `SECRET_KEY` is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlaskKeyError {
    /// Everybody knows it.
    #[error(
        "legacy.flask_secret_key is a well-known default: anybody can forge the backend's sessions; set a random one \
         (`openssl rand -hex 32`) here and as SECRET_KEY of the backend"
    )]
    WellKnown,
    /// Shorter than 16 bytes.
    #[error(
        "legacy.flask_secret_key is shorter than 16 bytes; set a random one (`openssl rand -hex 32`) here and as \
         SECRET_KEY of the backend"
    )]
    TooShort,
}

impl FlaskSession {
    /// Takes the backend's `SECRET_KEY`, unchanged. Refuses well-known and short ones.
    pub fn new(secret: SecretString) -> Result<Self, FlaskKeyError> {
        let secret = secret.expose_secret();
        if is_known_weak(secret) {
            return Err(FlaskKeyError::WellKnown);
        }
        if secret.len() < KEY_MIN {
            return Err(FlaskKeyError::TooShort);
        }
        let root = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
        let derived = hmac::sign(&root, SALT);
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, derived.as_ref()) })
    }

    /// The cookie value of a session with this content, signed at `now`. The backend reads the time as the session's
    /// age, in whole seconds.
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

/// Flask reads an object whose only key is a tag as something else; such an object is tagged itself (` di`).
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

/// zlib at Python's default level.
fn deflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}
