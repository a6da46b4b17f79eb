//! The provider's RSA key (`RS256`, RFC 7518 §3.3).

use std::fmt;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use ring::digest::{SHA256, digest};
use rsa::RsaPrivateKey;
use rsa::pkcs1v15;
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};

const BITS: usize = 2048;

/// A signing key. Clones share it; making one takes a good part of a second.
#[derive(Clone)]
pub struct ProviderKey(Arc<Inner>);

struct Inner {
    signer: pkcs1v15::SigningKey<Sha256>,
    jwk: Value,
    kid: String,
}

impl ProviderKey {
    /// Makes a key.
    pub fn generate() -> Result<Self, rsa::Error> {
        let private = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS)?;
        let number = |number: &rsa::BigUint| BASE64URL_NOPAD.encode(&number.to_bytes_be());
        let (n, e) = (number(private.n()), number(private.e()));
        let hash = digest(&SHA256, n.as_bytes());
        let kid = BASE64URL_NOPAD.encode(hash.as_ref().get(..12).unwrap_or_default());
        let jwk = json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e });
        Ok(Self(Arc::new(Inner { signer: pkcs1v15::SigningKey::new(private), jwk, kid })))
    }

    /// Key identifier.
    pub fn kid(&self) -> &str {
        &self.0.kid
    }

    /// The public half (RFC 7517 §4).
    pub fn jwk(&self) -> Value {
        self.0.jwk.clone()
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.signer.sign(message).to_vec()
    }
}

impl fmt::Debug for ProviderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProviderKey").field(&self.0.kid).finish()
    }
}
