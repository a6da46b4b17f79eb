//! Public keys in COSE form (RFC 9052 §7, RFC 9053 §2 and §7, RFC 8812 §2), and signatures made with them.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use crate::{Refused, cbor};

const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// COSE numbers of the algorithms, the preferred one first, for `pubKeyCredParams`.
pub const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];

/// Bytes of the longest modulus that is taken: 4096 bits.
const MODULUS_MAX: usize = 512;

/// A public key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// Uncompressed point on P-256 (SEC 1 §2.3.3).
    P256([u8; 65]),
    Ed25519([u8; 32]),
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
}

impl PublicKey {
    /// Reads a COSE key.
    pub(crate) fn from_cose(bytes: &[u8]) -> Result<Self, Refused> {
        Self::read(bytes).ok_or(Refused::PublicKey)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let key = cbor::Map::of(cbor::only_item(bytes)?)?;
        match (key.integer(3)?, key.integer(1)?) {
            (ES256, 2) if key.integer(-1) == Some(1) => {
                let mut point = [4; 65];
                point.get_mut(1..33)?.copy_from_slice(<&[u8; 32]>::try_from(key.bytes(-2)?).ok()?);
                point.get_mut(33..)?.copy_from_slice(<&[u8; 32]>::try_from(key.bytes(-3)?).ok()?);
                Some(Self::P256(point))
            }
            (EDDSA, 1) if key.integer(-1) == Some(6) => Some(Self::Ed25519(key.bytes(-2)?.try_into().ok()?)),
            (RS256, 3) => {
                let (modulus, exponent) = (key.bytes(-1)?.to_vec(), key.bytes(-2)?.to_vec());
                ((256..=MODULUS_MAX).contains(&modulus.len()) && exponent.len() <= 8)
                    .then_some(Self::Rsa { modulus, exponent })
            }
            _ => None,
        }
    }

    /// The COSE number of its algorithm.
    pub(crate) fn algorithm(&self) -> i64 {
        match self {
            Self::P256(_) => ES256,
            Self::Ed25519(_) => EDDSA,
            Self::Rsa { .. } => RS256,
        }
    }

    /// Verifies a signature over this message.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refused> {
        let verified = match self {
            Self::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature),
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rsa { modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        };
        verified.map_err(|_| Refused::Signature)
    }
}
