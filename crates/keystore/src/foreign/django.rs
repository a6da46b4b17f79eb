//! Django's signed-cookie sessions (`django.contrib.sessions.backends.signed_cookies`), minted for a backend that reads
//! no other identity.
//!
//! The format is that of `django.core.signing.dumps(…, salt=…, compress=True)` since Django 3.1: JSON in ASCII,
//! deflated if that is shorter, the time in base 62, HMAC-SHA-256. The cookie is sent to the upstream only, never to a
//! browser.

use std::fmt;
use std::fmt::Write as _;

use postern_model::clock::Timestamp;
use postern_model::{ExposeSecret, SecretString};
use ring::digest::{Context, SHA256};
use ring::hmac;
use serde_json::Value;

use super::flask::deflated;
use super::session_key::{SessionKeyError, check};
use crate::encoding::base64url;

const SALT: &str = "django.contrib.sessions.backends.signed_cookies";

/// Mints session cookies under the backend's `SECRET_KEY`.
pub struct DjangoSession {
    key: hmac::Key,
}

impl DjangoSession {
    /// Takes the backend's `SECRET_KEY`, unchanged, and the salt of its session engine (`None` for Django's own).
    /// Rejects well-known and short keys.
    pub fn new(secret: &SecretString, salt: Option<&str>) -> Result<Self, SessionKeyError> {
        check(secret)?;
        // As in `salted_hmac`, the key is a digest of the purpose and the secret.
        let mut derived = Context::new(&SHA256);
        for part in [salt.unwrap_or(SALT), "signer", secret.expose_secret()] {
            derived.update(part.as_bytes());
        }
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA256, derived.finish().as_ref()) })
    }

    /// Returns the cookie value of a session with this content, signed at `now`, in whole seconds. The backend derives
    /// the session's age from it.
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

/// Serialises JSON with all characters beyond ASCII escaped, because Django reads its bytes as Latin-1.
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

/// Writes a number in base 62, as `django.core.signing.b62_encode` does.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::from_base64url;
    use flate2::read::ZlibDecoder;
    use serde_json::json;
    use std::io::Read;

    const SECRET: &str = "f3a9c1d27b604e5f8a1b2c3d4e5f6071";
    const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

    fn mint(salt: Option<&str>, content: &Value) -> String {
        DjangoSession::new(&SECRET.into(), salt).unwrap().mint(content, NOW)
    }

    #[test]
    fn content_comes_out_as_django_5_2_writes_it() {
        // Made by `signing.dumps(…, salt=…, serializer=JSONSerializer, compress=True)` with the clock stopped.
        let cases = [
            (None, json!({}), "e30:1vb66i:1v0UP3awlZi-igUqQ9t_2LzUY5yfWgkFIDZgRIU4yEU"),
            (
                None,
                json!({"groups": ["ops"], "n": null, "user_id": "b0d7c1de"}),
                "eyJncm91cHMiOlsib3BzIl0sIm4iOm51bGwsInVzZXJfaWQiOiJiMGQ3YzFkZSJ9:1vb66i:\
                 Q021V9pheWwvfwxzHTU7n1WvoX-J09FCNe0z97zWnPg",
            ),
            (
                None,
                json!({"name": "Jürgen 山 😀"}),
                "eyJuYW1lIjoiSlx1MDBmY3JnZW4gXHU1YzcxIFx1ZDgzZFx1ZGUwMCJ9:1vb66i:\
                 MJptzxiaA-i1oFkCXSbe9Gdmzj-n9Yz_w0Ztpqwnj3E",
            ),
            (Some("mine"), json!({}), "e30:1vb66i:rmVSn1DQIa4JVH61-AeSSaMKcx7zXQoHMpyMfm72HMc"),
        ];
        for (salt, content, expected) in cases {
            assert_eq!(mint(salt, &content), expected, "{content}");
        }
    }

    #[test]
    fn long_content_is_deflated_ascii() {
        let content = json!({"name": "Łukasz 山田 😀".repeat(20)});
        let cookie = mint(None, &content);
        let body = cookie.strip_prefix('.').expect("the mark of deflated content").split(':').next().unwrap();
        let mut inflated = String::new();
        ZlibDecoder::new(from_base64url(body).unwrap().as_slice()).read_to_string(&mut inflated).unwrap();
        assert!(inflated.is_ascii());
        assert_eq!(serde_json::from_str::<Value>(&inflated).unwrap(), content);
    }

    #[test]
    fn content_is_deflated_where_that_and_its_mark_are_shorter() {
        // As `signing.dumps(…, compress=True)` has it: 19 bytes deflate to 18, and so do 20.
        assert!(!mint(None, &json!({ "a": "a".repeat(11) })).starts_with('.'));
        assert!(mint(None, &json!({ "a": "a".repeat(12) })).starts_with('.'));
    }

    #[test]
    fn numbers_in_base_62_are_django_s() {
        for (number, expected) in [(0, "0"), (9, "9"), (10, "A"), (35, "Z"), (36, "a"), (61, "z"), (62, "10")] {
            assert_eq!(base62(number), expected);
        }
    }

    #[test]
    fn keys_that_anybody_could_know_are_refused() {
        let refused = |secret: &str| DjangoSession::new(&secret.into(), None).unwrap_err();
        assert_eq!(refused("django-insecure-f3a9c1d27b604e5f8a1b2c3d4e5f6071"), SessionKeyError::WellKnown);
        assert_eq!(refused("k3J9vX2mQ"), SessionKeyError::TooShort);
        assert_eq!(format!("{:?}", DjangoSession::new(&SECRET.into(), None).unwrap()), "DjangoSession(..)");
    }
}
