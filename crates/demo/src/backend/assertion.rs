//! Verifying the gateway's assertion (RFC 7515 §5.2, RFC 8725): the whole of what an upstream has to do.

use data_encoding::BASE64URL_NOPAD;
use postern_keystore::ASSERTION_TYPE;
use postern_model::clock::Timestamp;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;

use super::Settings;

/// How far clocks may differ, in seconds.
const SKEW: i64 = 60;

/// An assertion that may be believed.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// The protected header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
}

/// Why an assertion is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The request carries none: it did not come through the gateway.
    #[error("this request carries no assertion")]
    Absent,
    /// No compact JWS, or of another type or algorithm.
    #[error("the assertion is malformed, or not an ES256 assertion")]
    Malformed,
    /// The keys could not be fetched.
    #[error("the gateway's keys could not be fetched: {0}")]
    NoKeys(String),
    /// Signed with a key that the gateway does not publish.
    #[error("the assertion names a key that the gateway does not publish")]
    UnknownKey,
    /// Not signed with the key that it names.
    #[error("the signature does not fit")]
    BadSignature,
    /// From another gateway.
    #[error("the assertion is from another issuer")]
    WrongIssuer,
    /// For another backend.
    #[error("the assertion is for another audience")]
    WrongAudience,
    /// Too old or too new.
    #[error("the assertion has expired or is not valid yet")]
    WrongTime,
}

/// A P-256 public key: an uncompressed point.
pub(super) type PublicKey = Vec<u8>;

/// The key identifier of an assertion whose header is as it should be.
pub(super) fn kid(token: &str) -> Result<String, Refused> {
    let header = token.split('.').next().and_then(read).ok_or(Refused::Malformed)?;
    let fits = header.get("typ").and_then(Value::as_str) == Some(ASSERTION_TYPE)
        && header.get("alg").and_then(Value::as_str) == Some("ES256")
        && header.get("crit").is_none();
    header.get("kid").and_then(Value::as_str).filter(|_| fits).map(str::to_owned).ok_or(Refused::Malformed)
}

/// Verifies signature, issuer, audience and time.
pub(super) fn verify(token: &str, key: &PublicKey, settings: &Settings, now: Timestamp) -> Result<Verified, Refused> {
    let (message, signature) = token.rsplit_once('.').ok_or(Refused::Malformed)?;
    let (header, claims) = message.split_once('.').ok_or(Refused::Malformed)?;
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).map_err(|_| Refused::Malformed)?;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key)
        .verify(message.as_bytes(), &signature)
        .map_err(|_| Refused::BadSignature)?;
    let (header, claims) = (read(header).ok_or(Refused::Malformed)?, read(claims).ok_or(Refused::Malformed)?);
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    if text("iss") != Some(settings.gateway.as_str()) {
        return Err(Refused::WrongIssuer);
    }
    if text("aud") != Some(settings.audience.as_str()) {
        return Err(Refused::WrongAudience);
    }
    let now = now.as_secs();
    let current = time("exp").is_some_and(|exp| now < exp + SKEW) && time("nbf").is_some_and(|nbf| now + SKEW >= nbf);
    if current { Ok(Verified { header, claims }) } else { Err(Refused::WrongTime) }
}

fn read(part: &str) -> Option<Value> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).ok()?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::jwks;
    use postern_keystore::{SigningAlgorithm, SigningKey};
    use postern_model::ExposeSecret;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

    fn key() -> (SigningKey, PublicKey) {
        let (_, document) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        let key = SigningKey::from_pkcs8(SigningAlgorithm::Es256, document.expose_secret()).unwrap();
        let public = jwks::point(&key.public_jwk()).unwrap();
        (key, public)
    }

    fn settings() -> Settings {
        Settings { gateway: "http://localhost:8080".to_owned(), audience: "demo".to_owned() }
    }

    fn claims() -> Value {
        let now = NOW.as_secs();
        json!({ "iss": "http://localhost:8080", "aud": "demo", "nbf": now, "exp": now + 60 })
    }

    #[test]
    fn a_genuine_assertion_is_believed() {
        let (key, public) = key();
        let token = key.sign(ASSERTION_TYPE, &claims()).unwrap();
        assert_eq!(kid(&token).unwrap(), key.kid());
        assert_eq!(verify(&token, &public, &settings(), NOW).unwrap().claims, claims());
    }

    #[test]
    fn every_deviation_has_its_reason() {
        let (key, public) = key();
        let changed = |name: &str, value: Value| {
            let mut claims = claims();
            claims[name] = value;
            verify(&key.sign(ASSERTION_TYPE, &claims).unwrap(), &public, &settings(), NOW).unwrap_err()
        };
        let now = NOW.as_secs();
        assert_eq!(changed("iss", json!("http://evil")), Refused::WrongIssuer);
        assert_eq!(changed("aud", json!("other")), Refused::WrongAudience);
        assert_eq!(changed("aud", json!(["demo"])), Refused::WrongAudience);
        assert_eq!(changed("exp", json!(now - 60)), Refused::WrongTime);
        assert_eq!(changed("exp", Value::Null), Refused::WrongTime);
        assert_eq!(changed("nbf", json!(now + 61)), Refused::WrongTime);
        let token = key.sign(ASSERTION_TYPE, &claims()).unwrap();
        let other = self::key().1;
        assert_eq!(verify(&token, &other, &settings(), NOW).unwrap_err(), Refused::BadSignature);
        assert_eq!(kid(&key.sign("JWT", &claims()).unwrap()).unwrap_err(), Refused::Malformed);
        for text in ["", "a.b.c", "..", &token[1..]] {
            assert_eq!(kid(text).unwrap_err(), Refused::Malformed);
        }
    }
}
