//! Keys that sign assertions: ECDSA on P-256 with SHA-256 (`ES256`, RFC 7518 §3.4).

use std::fmt;

use postern_model::SecretBox;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde::Serialize;
use serde_json::{Value, json};

use crate::encoding::base64url;

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

/// The JWK set (RFC 7517 §5) of these keys.
pub fn jwks<'k>(keys: impl IntoIterator<Item = &'k SigningKey>) -> Value {
    json!({ "keys": keys.into_iter().map(SigningKey::public_jwk).collect::<Vec<_>>() })
}

#[expect(clippy::disallowed_methods, reason = "ring seals its source of randomness; keys and signatures take no other")]
fn system_random() -> SystemRandom {
    SystemRandom::new()
}
