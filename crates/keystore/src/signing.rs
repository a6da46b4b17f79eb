//! Keys that sign assertions: ECDSA on P-256 with SHA-256 (`ES256`, RFC 7518 §3.4), or Ed25519 (`EdDSA`, RFC 8037 §3.1).

use std::fmt;
use std::str::FromStr;

use postern_model::SecretBox;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde::Serialize;
use serde_json::{Value, json};

use crate::encoding::base64url;

/// Algorithm that signs assertions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256, which every JWT library can verify.
    #[default]
    Es256,
    /// Ed25519: faster to sign with, and signatures need no randomness.
    EdDsa,
}

/// Error of a name that is not a signing algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("assertions are signed with ES256 or EdDSA")]
pub struct UnknownAlgorithm;

/// Private signing key with its algorithm, identifier and public JWK.
pub struct SigningKey {
    pair: Pair,
    kid: String,
    public: PublicJwk,
}

enum Pair {
    P256(EcdsaKeyPair, SystemRandom),
    Ed25519(Ed25519KeyPair),
}

/// Public key that verifiers use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicJwk {
    P256 { x: String, y: String },
    Ed25519 { x: String },
}

/// Error of making or reading a key, or of signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The operating system supplied no randomness.
    #[error("the operating system gave no random numbers for a signature")]
    Random,
    /// The bytes are not a PKCS #8 document of a key of this algorithm.
    #[error("the stored signing key is not a key of its algorithm in PKCS #8")]
    NotAKey,
    /// The claims cannot be written as JSON.
    #[error("the claims of an assertion cannot be written as JSON")]
    Claims,
}

impl SigningAlgorithm {
    /// Returns the JOSE name (RFC 7518 §3.1, RFC 8037 §3.1), which the configuration and the store use too.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl FromStr for SigningAlgorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        [Self::Es256, Self::EdDsa].into_iter().find(|known| known.name() == name).ok_or(UnknownAlgorithm)
    }
}

impl SigningKey {
    /// Generates a key; returns its identifier, and its PKCS #8 document to seal and store.
    pub fn generate(algorithm: SigningAlgorithm) -> Result<(String, SecretBox<Vec<u8>>), SigningError> {
        let random = system_random();
        let document = match algorithm {
            SigningAlgorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
            SigningAlgorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random),
        };
        let document = document.map_err(|_| SigningError::Random)?;
        let kid = Self::from_pkcs8(algorithm, document.as_ref())?.kid;
        Ok((kid, SecretBox::new(Box::new(document.as_ref().to_vec()))))
    }

    /// Reads the PKCS #8 document that [`SigningKey::generate`] returned for this algorithm.
    pub fn from_pkcs8(algorithm: SigningAlgorithm, document: &[u8]) -> Result<Self, SigningError> {
        let (pair, public) = match algorithm {
            SigningAlgorithm::Es256 => p256(document)?,
            SigningAlgorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(document).map_err(|_| SigningError::NotAKey)?;
                let public = PublicJwk::ed25519(pair.public_key().as_ref());
                (Pair::Ed25519(pair), public)
            }
        };
        Ok(Self { pair, kid: public.thumbprint(), public })
    }

    /// Returns the algorithm.
    pub fn algorithm(&self) -> SigningAlgorithm {
        match self.pair {
            Pair::P256(..) => SigningAlgorithm::Es256,
            Pair::Ed25519(_) => SigningAlgorithm::EdDsa,
        }
    }

    /// Returns the key's identifier (`kid`): its thumbprint (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Returns the public key as a JWK (RFC 7517 §4).
    pub fn public_jwk(&self) -> Value {
        self.public.to_json(&self.kid)
    }

    /// Signs claims into a compact JWS (RFC 7515 §7.1) of the given `typ`.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningError> {
        let header = json!({ "alg": self.algorithm().name(), "kid": self.kid, "typ": typ }).to_string();
        let claims = serde_json::to_vec(claims).map_err(|_| SigningError::Claims)?;
        let message = format!("{}.{}", base64url(header.as_bytes()), base64url(&claims));
        let signature = match &self.pair {
            Pair::P256(pair, random) => {
                base64url(pair.sign(random, message.as_bytes()).map_err(|_| SigningError::Random)?.as_ref())
            }
            Pair::Ed25519(pair) => base64url(pair.sign(message.as_bytes()).as_ref()),
        };
        Ok(format!("{message}.{signature}"))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl PublicJwk {
    /// Builds a key from the 32-byte seed of RFC 8032 §5.1.2.
    pub(crate) fn ed25519(public: &[u8]) -> Self {
        Self::Ed25519 { x: base64url(public) }
    }

    /// Computes the thumbprint of RFC 7638 §3: the required members (§3.2; RFC 8037 §2) in lexical order, without white
    /// space.
    pub(crate) fn thumbprint(&self) -> String {
        let members = match self {
            Self::P256 { x, y } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Ed25519 { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#),
        };
        base64url(digest(&SHA256, members.as_bytes()).as_ref())
    }

    pub(crate) fn to_json(&self, kid: &str) -> Value {
        match self {
            Self::P256 { x, y } => {
                json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y })
            }
            Self::Ed25519 { x } => {
                json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x })
            }
        }
    }
}

/// Builds the JWK set (RFC 7517 §5) of these public keys. A key identifier that occurs twice is listed once.
pub fn jwks(keys: impl IntoIterator<Item = Value>) -> Value {
    let mut set: Vec<Value> = Vec::new();
    for key in keys {
        if !set.iter().any(|known| known.get("kid") == key.get("kid")) {
            set.push(key);
        }
    }
    json!({ "keys": set })
}

fn p256(document: &[u8]) -> Result<(Pair, PublicJwk), SigningError> {
    let random = system_random();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document, &random)
        .map_err(|_| SigningError::NotAKey)?;
    // An uncompressed point: 4, x, y (SEC 1 §2.3.3).
    let point = pair.public_key().as_ref().get(1..).and_then(|point| point.split_at_checked(32));
    let (x, y) = point.ok_or(SigningError::NotAKey)?;
    let public = PublicJwk::P256 { x: base64url(x), y: base64url(y) };
    Ok((Pair::P256(pair, random), public))
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
    use SigningAlgorithm::{EdDsa, Es256};
    use data_encoding::BASE64;
    use postern_model::ExposeSecret;
    use postern_model::clock::Timestamp;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey, VerificationAlgorithm};

    /// The private key of RFC 7517 appendix A.2, as PKCS #8.
    const PKCS8: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAGhRANCAAQw\
                         oEJM0hwpRIOKLXXJKzfnbqINnwCJOjtO7oo8Cq/sPuBLZekkVtmIi1Kzeb371R7oae8fD8ZbZllpW2zOCBcj";

    fn key() -> SigningKey {
        SigningKey::from_pkcs8(Es256, &BASE64.decode(PKCS8.as_bytes()).unwrap()).unwrap()
    }

    fn fresh(algorithm: SigningAlgorithm) -> SigningKey {
        let (_, document) = SigningKey::generate(algorithm).unwrap();
        SigningKey::from_pkcs8(algorithm, document.expose_secret()).unwrap()
    }

    #[test]
    fn the_public_half_is_that_of_rfc_7517() {
        let jwk = key().public_jwk();
        assert_eq!(jwk["x"], "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4");
        assert_eq!(jwk["y"], "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
        assert_eq!(jwk["kid"], "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
        assert_eq!(jwk["kid"], key().kid());
        assert!(jwk.get("d").is_none());
    }

    #[test]
    fn the_thumbprint_of_an_okp_key_is_that_of_rfc_8037() {
        // Appendix A.2 and A.3.
        let public = from_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        let jwk = PublicJwk::ed25519(&public);
        assert_eq!(jwk.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let shown = fresh(EdDsa).public_jwk();
        assert_eq!((&shown["kty"], &shown["crv"]), (&"OKP".into(), &"Ed25519".into()));
        assert_eq!((&shown["alg"], &shown["use"]), (&"EdDSA".into(), &"sig".into()));
        assert!(shown.get("d").is_none() && shown.get("y").is_none());
    }

    #[test]
    fn a_set_names_each_key_once() {
        let (one, other) = (key(), fresh(EdDsa));
        let set = jwks([one.public_jwk(), other.public_jwk(), one.public_jwk()]);
        assert_eq!(set, json!({ "keys": [one.public_jwk(), other.public_jwk()] }));
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
        for (key, other, kind) in [
            (key(), fresh(Es256), &ECDSA_P256_SHA256_FIXED as &'static dyn VerificationAlgorithm),
            (fresh(EdDsa), fresh(EdDsa), &ED25519),
        ] {
            let jws = key.sign(ASSERTION_TYPE, &claims).unwrap();
            let (message, signature) = jws.rsplit_once('.').unwrap();
            let (header, body) = message.split_once('.').unwrap();
            let read = |part| serde_json::from_slice::<Value>(&from_base64url(part).unwrap()).unwrap();
            let alg = key.algorithm().name();
            assert_eq!(read(header), json!({"alg": alg, "kid": key.kid(), "typ": "postern-assertion+jwt"}));
            assert_eq!(read(body)["exp"], 1_767_225_660);
            assert!(read(body).get("name").is_none());
            let signature = from_base64url(signature).unwrap();
            let verify = |key: &SigningKey, message: &str| {
                let jwk = key.public_jwk();
                let part = |name: &str| from_base64url(jwk.get(name)?.as_str()?);
                let (x, y) = (part("x").unwrap(), part("y"));
                let public = y.map_or(x.clone(), |y| [vec![4], x, y].concat());
                UnparsedPublicKey::new(kind, public).verify(message.as_bytes(), &signature).is_ok()
            };
            assert!(verify(&key, message), "{alg}");
            assert!(!verify(&key, &message.replacen('e', "f", 1)), "{alg}");
            assert!(!verify(&other, message), "{alg}");
        }
    }

    #[test]
    fn a_generated_key_is_read_back_under_its_identifier_and_as_no_other_kind() {
        for (algorithm, other) in [(Es256, EdDsa), (EdDsa, Es256)] {
            let (kid, document) = SigningKey::generate(algorithm).unwrap();
            let key = SigningKey::from_pkcs8(algorithm, document.expose_secret()).unwrap();
            assert_eq!((key.kid(), key.algorithm()), (kid.as_str(), algorithm));
            assert_ne!(SigningKey::generate(algorithm).unwrap().0, kid);
            assert_eq!(format!("{key:?}"), format!("SigningKey {{ kid: {kid:?}, .. }}"));
            let error = SigningKey::from_pkcs8(other, document.expose_secret()).unwrap_err();
            assert_eq!(error, SigningError::NotAKey);
            assert_eq!(algorithm.name().parse(), Ok(algorithm));
        }
        assert_eq!("RS256".parse::<SigningAlgorithm>(), Err(UnknownAlgorithm));
    }
}
