//! Keys that sign assertions: ECDSA on P-256 with SHA-256 (`ES256`, RFC 7518 §3.4).

use std::fmt;

use postern_model::SecretBox;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde::Serialize;
use serde_json::{Value, json};

use crate::encoding::base64url;
use crate::message::MessageKey;

/// A private signing key and its public names.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    kid: String,
    x: String,
    y: String,
}

/// Why a key was not made or read, or nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The system gave no randomness.
    #[error("the operating system gave no random numbers for a signature")]
    Random,
    /// No PKCS #8 document of a P-256 key.
    #[error("the stored signing key is not a P-256 key in PKCS #8")]
    NotAKey,
    /// The claims cannot be written as JSON.
    #[error("the claims of an assertion cannot be written as JSON")]
    Claims,
}

impl SigningKey {
    /// The JOSE name of the algorithm.
    pub const ALGORITHM: &'static str = "ES256";

    /// Makes a fresh key: its identifier, and PKCS #8 to seal and store.
    pub fn generate() -> Result<(String, SecretBox<Vec<u8>>), SigningError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &system_random())
            .map_err(|_| SigningError::Random)?;
        let kid = Self::from_pkcs8(document.as_ref())?.kid;
        Ok((kid, SecretBox::new(Box::new(document.as_ref().to_vec()))))
    }

    /// Reads what [`SigningKey::generate`] gave.
    pub fn from_pkcs8(document: &[u8]) -> Result<Self, SigningError> {
        let random = system_random();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document, &random)
            .map_err(|_| SigningError::NotAKey)?;
        // An uncompressed point: 4, x, y (SEC 1 §2.3.3).
        let (x, y) = pair
            .public_key()
            .as_ref()
            .get(1..)
            .and_then(|point| point.split_at_checked(32))
            .ok_or(SigningError::NotAKey)?;
        let (x, y) = (base64url(x), base64url(y));
        // RFC 7638 §3: the required members in lexical order, without white space.
        let thumbprint = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = base64url(digest(&SHA256, thumbprint.as_bytes()).as_ref());
        Ok(Self { pair, random, kid, x, y })
    }

    /// The key's identifier: its thumbprint (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half as a JWK (RFC 7517 §4).
    pub fn public_jwk(&self) -> Value {
        let Self { kid, x, y, .. } = self;
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": Self::ALGORITHM, "kid": kid, "x": x, "y": y })
    }

    /// Signs claims into a compact JWS (RFC 7515 §7.1) of the given `typ`.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningError> {
        let header = json!({ "alg": Self::ALGORITHM, "kid": self.kid, "typ": typ }).to_string();
        let claims = serde_json::to_vec(claims).map_err(|_| SigningError::Claims)?;
        let message = format!("{}.{}", base64url(header.as_bytes()), base64url(&claims));
        let signature = self.pair.sign(&self.random, message.as_bytes()).map_err(|_| SigningError::Random)?;
        Ok(format!("{message}.{}", base64url(signature.as_ref())))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The JWK set (RFC 7517 §5) of these keys, and of the one that signs messages where it has a public half.
pub fn jwks<'k>(keys: impl IntoIterator<Item = &'k SigningKey>, message: Option<&MessageKey>) -> Value {
    let keys = keys.into_iter().map(SigningKey::public_jwk).chain(message.and_then(MessageKey::public_jwk));
    json!({ "keys": keys.collect::<Vec<_>>() })
}

#[expect(clippy::disallowed_methods, reason = "ring seals its source of randomness; keys and signatures take no other")]
fn system_random() -> SystemRandom {
    SystemRandom::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::from_base64url;
    use crate::{ASSERTION_TYPE, Assertion};
    use data_encoding::BASE64;
    use postern_model::ExposeSecret;
    use postern_model::clock::Timestamp;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    /// The private key of RFC 7517 appendix A.2, as PKCS #8.
    const PKCS8: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAGhRANCAAQw\
                         oEJM0hwpRIOKLXXJKzfnbqINnwCJOjtO7oo8Cq/sPuBLZekkVtmIi1Kzeb371R7oae8fD8ZbZllpW2zOCBcj";

    fn key() -> SigningKey {
        SigningKey::from_pkcs8(&BASE64.decode(PKCS8.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn the_public_half_is_that_of_rfc_7517() {
        let jwk = key().public_jwk();
        assert_eq!(jwk["x"], "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4");
        assert_eq!(jwk["y"], "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
        assert_eq!(jwk["kid"], "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
        assert_eq!(jwk["kid"], key().kid());
        assert!(jwk.get("d").is_none());
        assert_eq!(jwks(&[key()], None)["keys"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn a_signature_verifies_under_the_published_key_and_no_other() {
        let groups = vec!["ops".to_owned()];
        let (iat, nbf, exp) = Assertion::times(Timestamp::from_secs(1_767_225_600));
        let claims = Assertion {
            iss: "https://gate.example",
            aud: "app",
            sub: "u",
            email: "ada@example.com",
            name: None,
            amr: &["google", "otp"],
            auth_time: iat,
            sid: "s",
            groups: &groups,
            iat,
            nbf,
            exp,
            jti: "j",
        };
        let jws = key().sign(ASSERTION_TYPE, &claims).unwrap();
        let (message, signature) = jws.rsplit_once('.').unwrap();
        let (header, body) = message.split_once('.').unwrap();
        let read = |part| serde_json::from_slice::<Value>(&from_base64url(part).unwrap()).unwrap();
        assert_eq!(read(header), json!({"alg": "ES256", "kid": key().kid(), "typ": "postern-assertion+jwt"}));
        assert_eq!(read(body)["exp"], 1_767_225_660);
        assert!(read(body).get("name").is_none());
        let signature = from_base64url(signature).unwrap();
        let verify = |key: &SigningKey, message: &str| {
            let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.pair.public_key().as_ref().to_vec());
            public.verify(message.as_bytes(), &signature).is_ok()
        };
        assert!(verify(&key(), message));
        assert!(!verify(&key(), &message.replacen('e', "f", 1)));
        let (_, other) = SigningKey::generate().unwrap();
        assert!(!verify(&SigningKey::from_pkcs8(other.expose_secret()).unwrap(), message));
    }

    #[test]
    fn a_generated_key_is_read_back_under_its_identifier() {
        let (kid, document) = SigningKey::generate().unwrap();
        let key = SigningKey::from_pkcs8(document.expose_secret()).unwrap();
        assert_eq!(key.kid(), kid);
        assert_ne!(SigningKey::generate().unwrap().0, kid);
        assert_eq!(format!("{key:?}"), format!("SigningKey {{ kid: {kid:?}, .. }}"));
        assert_eq!(SigningKey::from_pkcs8(b"rubbish").unwrap_err(), SigningError::NotAKey);
    }
}
