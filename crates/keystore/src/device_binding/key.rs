//! Public keys of devices (JSON Web Keys, RFC 7517), and signatures made with them.

use postern_model::device_binding::DeviceKeyId;
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::encoding::{base64url, from_base64url, from_base64url_exact};

/// Lengths of a modulus in bytes: 2048 to 4096 bits.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;
/// Maximum length of an exponent in bytes.
const EXPONENT_MAX: usize = 8;

/// Public key of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceKey {
    kind: Kind,
    canonical: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// Uncompressed point on P-256 (SEC 1 §2.3.3).
    P256([u8; 65]),
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
}

/// Members of a JSON Web Key. A repeated one is an error.
#[derive(Debug, Deserialize)]
pub(super) struct Jwk {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    /// The private part, which nobody should send.
    d: Option<IgnoredAny>,
}

impl DeviceKey {
    /// Reads the canonical form that [`DeviceKey::canonical`] returned. `None` for any other text.
    pub fn parse(canonical: &str) -> Option<Self> {
        Self::of(&serde_json::from_str(canonical).ok()?).filter(|key| key.canonical == canonical)
    }

    /// Reads a JSON Web Key: P-256, or RSA of 2048 to 4096 bits.
    pub(super) fn of(jwk: &Jwk) -> Option<Self> {
        if jwk.d.is_some() {
            return None;
        }
        match (jwk.kty.as_str(), &jwk.crv, &jwk.x, &jwk.y, &jwk.n, &jwk.e) {
            ("EC", Some(crv), Some(x), Some(y), None, None) if crv == "P-256" => {
                let mut point = [4; 65];
                point.get_mut(1..33)?.copy_from_slice(&from_base64url_exact::<32>(x.as_bytes())?);
                point.get_mut(33..)?.copy_from_slice(&from_base64url_exact::<32>(y.as_bytes())?);
                let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
                Some(Self { kind: Kind::P256(point), canonical })
            }
            ("RSA", None, None, None, Some(n), Some(e)) => {
                let (modulus, exponent) = (unsigned(n)?, unsigned(e)?);
                if !MODULUS.contains(&modulus.len()) || exponent.len() > EXPONENT_MAX {
                    return None;
                }
                let canonical =
                    format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, base64url(&exponent), base64url(&modulus));
                Some(Self { kind: Kind::Rsa { modulus, exponent }, canonical })
            }
            _ => None,
        }
    }

    /// Returns the key as a JSON Web Key with its required members only, in lexicographic order (RFC 7638 §3.3).
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Returns the thumbprint.
    pub fn id(&self) -> DeviceKeyId {
        let mut id = [0; 32];
        id.copy_from_slice(digest(&SHA256, self.canonical.as_bytes()).as_ref());
        DeviceKeyId(id)
    }

    /// Returns the only algorithm that signs with a key of this kind.
    pub(super) fn algorithm(&self) -> &'static str {
        match self.kind {
            Kind::P256(_) => "ES256",
            Kind::Rsa { .. } => "RS256",
        }
    }

    /// Whether a signature over a message was made with this key.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match &self.kind {
            Kind::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature),
            Kind::Rsa { modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        };
        verified.is_ok()
    }
}

/// Decodes `Base64urlUInt` (RFC 7518 §2): the shortest form only, without leading zeros.
fn unsigned(text: &str) -> Option<Vec<u8>> {
    // Checked before decoding, so that a huge number costs nothing.
    let short = text.len() <= MODULUS.end() * 4 / 3 + 1;
    let bytes = from_base64url(text).filter(|_| short)?;
    bytes.first().is_some_and(|first| *first != 0).then_some(bytes)
}
