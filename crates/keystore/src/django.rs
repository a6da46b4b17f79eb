//! Django's session in a signed cookie (`django.contrib.sessions.backends.signed_cookies`), minted here for a backend that
//! reads no other identity.
//!
//! The format is that of `django.core.signing.dumps(…, salt=…, compress=True)` since Django 3.1: JSON in ASCII, deflated
//! where that is shorter, the time in base 62, HMAC-SHA-256. It is only ever sent to the upstream, never to a browser.

use std::fmt;
use std::fmt::Write as _;

use postern_model::clock::Timestamp;
use postern_model::{ExposeSecret, SecretString};
use ring::digest::{Context, SHA256};
use ring::hmac;
use serde_json::Value;

use crate::encoding::base64url;
use crate::flask::deflated;
use crate::session_key::{SessionKeyError, check};

const SALT: &str = "django.contrib.sessions.backends.signed_cookies";

/// Mints session cookies under the backend's `SECRET_KEY`.
pub struct DjangoSession {
    key: hmac::Key,
}

impl DjangoSession {
    /// Takes the backend's `SECRET_KEY`, unchanged, and the salt of its session engine; `None`: Django's own. Refuses
    /// well-known and short keys.
    pub fn new(secret: &SecretString, salt: Option<&str>) -> Result<Self, SessionKeyError> {
        check(secret)?;
        // `salted_hmac`: the key is a digest of what it is for and the secret.
        let mut derived = Context::new(&SHA256);
        for part in [salt.unwrap_or(SALT), "signer", secret.expose_secret()] {
            derived.update(part.as_bytes());
        }
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA256, derived.finish().as_ref()) })
    }

    /// The cookie value of a session with this content, signed at `now`. The backend reads the time as the session's
    /// age, in whole seconds.
    pub fn mint(&self, content: &Value, now: Timestamp) -> String {
        let json = ascii(&content.to_string());
        let body = match deflated(json.as_bytes()) {
            Some(deflated) if deflated.len() + 1 < json.len() => format!(".{}", base64url(&deflated)),
            _ => base64url(json.as_bytes()),
        };
        let signed = format!("{body}:{}", base62(now.unix_time()));
        let signature = hmac::sign(&self.key, signed.as_bytes());
        format!("{signed}:{}", base64url(signature.as_ref()))
    }
}

impl fmt::Debug for DjangoSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DjangoSession(..)")
    }
}

/// JSON with everything beyond ASCII escaped: Django reads its bytes as Latin-1.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string does not fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

/// A number in base 62, as `django.core.signing.b62_encode` writes it.
fn base62(mut number: u64) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        let digit = usize::try_from(number % 62).ok().and_then(|index| DIGITS.get(index));
        digits.extend(digit.map(|digit| char::from(*digit)));
        number /= 62;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}
