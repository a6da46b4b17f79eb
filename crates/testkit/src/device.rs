//! A device's key in software, and proofs of it as browsers make them.

use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// A device with one P-256 key.
pub struct Device {
    key: EcdsaKeyPair,
    random: SystemRandom,
}

impl Default for Device {
    fn default() -> Self {
        Self::new()
    }
}

impl Device {
    /// Makes a device with a fresh key.
    #[expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "for tests")]
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        Self { key, random }
    }

    /// Returns the public key as a JSON Web Key.
    #[expect(clippy::unwrap_used, reason = "for tests")]
    pub fn jwk(&self) -> Value {
        let point = self.key.public_key().as_ref();
        let (x, y) = (point.get(1..33).unwrap(), point.get(33..).unwrap());
        json!({ "kty": "EC", "crv": "P-256", "x": BASE64URL_NOPAD.encode(x), "y": BASE64URL_NOPAD.encode(y) })
    }

    /// Makes the proof that registers the key.
    pub fn registration(&self, challenge: &str) -> String {
        self.sign(&self.header().to_string(), &json!({ "jti": challenge }).to_string())
    }

    /// Makes the proof of a registered key.
    pub fn refresh(&self, challenge: &str) -> String {
        let header = json!({ "alg": "ES256", "typ": "dbsc+jwt" });
        self.sign(&header.to_string(), &json!({ "jti": challenge }).to_string())
    }

    /// Returns the header of a registration.
    pub fn header(&self) -> Value {
        json!({ "alg": "ES256", "typ": "dbsc+jwt", "jwk": self.jwk() })
    }

    /// Signs a JWT with this header and payload.
    #[expect(clippy::unwrap_used, reason = "for tests")]
    pub fn sign(&self, header: &str, payload: &str) -> String {
        let encoded = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let message = format!("{}.{}", encoded(header), encoded(payload));
        let signature = self.key.sign(&self.random, message.as_bytes()).unwrap();
        format!("{message}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }
}
