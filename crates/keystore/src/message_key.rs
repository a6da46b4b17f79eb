//! Keys that sign requests to upstreams (RFC 9421), with HMAC-SHA-256 or Ed25519.

use std::fmt;

use postern_model::{ExposeSecret, SecretString};
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::encoding::from_any_base64;
use crate::known_weak_keys::weakness;
use crate::signing::PublicJwk;

/// Shortest secret in bytes: the output length of the hash (RFC 2104 §3). A seed has exactly this length (RFC 8032).
const LENGTH: usize = 32;
/// Bytes before the seed in PKCS #8 as RFC 8410 §7 encodes it.
const SEED_AT: usize = 16;
/// Bytes before the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo (RFC 8410 §4).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// Longest identifier in characters.
const KEY_ID_MAX: usize = 128;
/// Default identifier of a shared secret.
const SHARED: &str = "postern";

/// Signature algorithm (RFC 9421 §6.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageAlgorithm {
    /// HMAC-SHA-256 with a secret shared with the upstreams (§3.3.3).
    HmacSha256,
    /// Ed25519 with a private key whose public key is published (§3.3.6).
    Ed25519,
}

/// Key that signs messages, with the identifier (`keyid`) by which verifiers find it.
pub struct MessageKey {
    secret: Secret,
    key_id: String,
}

enum Secret {
    Shared(hmac::Key),
    Pair(Ed25519KeyPair),
}

/// Error of a key that is rejected. No message repeats the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageKeyError {
    /// The text is not base64.
    #[error("this is not base64")]
    NotBase64,
    /// The shared secret is shorter than 32 bytes.
    #[error("this has {0} bytes and needs at least 32")]
    TooShort(usize),
    /// The bytes are neither a seed nor PKCS #8 of an Ed25519 key.
    #[error("this is neither an Ed25519 key in PKCS #8 or PEM nor a seed of 32 bytes")]
    NotEd25519,
    /// The key did not come from a random source.
    #[error("this key is weak: {0}")]
    Weak(&'static str),
    /// The identifier cannot be quoted in a header.
    #[error("a key identifier is 1 to 128 visible characters of ASCII without quotes and backslashes")]
    KeyId,
}

impl MessageAlgorithm {
    /// Returns the algorithm's name in the registry of RFC 9421 §6.2.2, which the configuration uses too.
    pub fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
            Self::Ed25519 => "ed25519",
        }
    }
}

impl MessageKey {
    /// Reads a key: for HMAC, base64 of 32 bytes or more; for Ed25519, PEM, or base64 of PKCS #8 or of a 32-byte seed.
    /// The default identifier of an Ed25519 key is its thumbprint (RFC 7638, RFC 8037 §2), that of a shared secret is
    /// `postern`.
    pub fn new(algorithm: MessageAlgorithm, key: &SecretString, key_id: Option<&str>) -> Result<Self, MessageKeyError> {
        if key_id.is_some_and(|id| !is_key_id(id)) {
            return Err(MessageKeyError::KeyId);
        }
        let text = key.expose_secret().trim();
        let secret = match algorithm {
            MessageAlgorithm::HmacSha256 => Secret::Shared(shared(text)?),
            MessageAlgorithm::Ed25519 => Secret::Pair(pair(text)?),
        };
        let key_id = match (key_id, &secret) {
            (Some(id), _) => id.to_owned(),
            (None, Secret::Shared(_)) => SHARED.to_owned(),
            (None, Secret::Pair(pair)) => PublicJwk::ed25519(pair.public_key().as_ref()).thumbprint(),
        };
        Ok(Self { secret, key_id })
    }

    /// Returns the identifier by which verifiers find the key.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Returns the algorithm.
    pub fn algorithm(&self) -> MessageAlgorithm {
        match self.secret {
            Secret::Shared(_) => MessageAlgorithm::HmacSha256,
            Secret::Pair(_) => MessageAlgorithm::Ed25519,
        }
    }

    /// Signs a signature base (RFC 9421 §2.5); returns 32 bytes for HMAC, 64 for Ed25519.
    pub fn sign(&self, base: &[u8]) -> Vec<u8> {
        match &self.secret {
            Secret::Shared(key) => hmac::sign(key, base).as_ref().to_vec(),
            Secret::Pair(pair) => pair.sign(base).as_ref().to_vec(),
        }
    }

    /// Returns the public key as a JWK (RFC 8037 §2); `None` for a shared secret, which has none.
    pub fn public_jwk(&self) -> Option<Value> {
        let Secret::Pair(pair) = &self.secret else { return None };
        Some(PublicJwk::ed25519(pair.public_key().as_ref()).to_json(&self.key_id))
    }
}

/// Builds the JWK of a former or future Ed25519 signing key, for the key set. The text is the public key in PEM or
/// base64 (RFC 8410 §4), or the private key as [`MessageKey::new`] takes it, whose public key is used. The default
/// identifier is the thumbprint.
pub fn published_message_key(key: &SecretString, key_id: Option<&str>) -> Result<Value, MessageKeyError> {
    let text = key.expose_secret().trim();
    let begun = text.strip_prefix("-----BEGIN PUBLIC KEY-----");
    let lines = begun.and_then(|rest| rest.strip_suffix("-----END PUBLIC KEY-----")).unwrap_or(text);
    let body: String = lines.split_ascii_whitespace().collect();
    let public = from_any_base64(&body).and_then(|der| der.strip_prefix(&SPKI).map(<[u8]>::to_vec));
    let Some(public) = public.filter(|public| public.len() == LENGTH) else {
        let key = MessageKey::new(MessageAlgorithm::Ed25519, key, key_id)?;
        return key.public_jwk().ok_or(MessageKeyError::NotEd25519);
    };
    if key_id.is_some_and(|id| !is_key_id(id)) {
        return Err(MessageKeyError::KeyId);
    }
    let jwk = PublicJwk::ed25519(&public);
    Ok(jwk.to_json(&key_id.map_or_else(|| jwk.thumbprint(), str::to_owned)))
}

impl fmt::Debug for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithm = self.algorithm();
        f.debug_struct("MessageKey")
            .field("algorithm", &algorithm)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

fn shared(text: &str) -> Result<hmac::Key, MessageKeyError> {
    let bytes = from_any_base64(text).ok_or(MessageKeyError::NotBase64)?;
    if bytes.len() < LENGTH {
        return Err(MessageKeyError::TooShort(bytes.len()));
    }
    strong(&bytes)?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

fn pair(text: &str) -> Result<Ed25519KeyPair, MessageKeyError> {
    let body = Zeroizing::new(unwrapped(text).ok_or(MessageKeyError::NotEd25519)?);
    let bytes = from_any_base64(&body).ok_or(MessageKeyError::NotBase64)?;
    let (seed, pair) = if bytes.len() == LENGTH {
        (Some(bytes.as_slice()), Ed25519KeyPair::from_seed_unchecked(&bytes))
    } else {
        (bytes.get(SEED_AT..SEED_AT + LENGTH), Ed25519KeyPair::from_pkcs8_maybe_unchecked(&bytes))
    };
    let pair = pair.map_err(|_| MessageKeyError::NotEd25519)?;
    seed.map_or(Ok(()), strong)?;
    Ok(pair)
}

/// Returns the base64 of a PEM document (RFC 7468) in one line; text that is not PEM is returned unchanged. `None` for
/// PEM of another kind.
fn unwrapped(text: &str) -> Option<String> {
    if !text.starts_with("-----") {
        return Some(text.to_owned());
    }
    let body = text.strip_prefix("-----BEGIN PRIVATE KEY-----")?.strip_suffix("-----END PRIVATE KEY-----")?;
    Some(body.split_ascii_whitespace().collect())
}

fn strong(key: &[u8]) -> Result<(), MessageKeyError> {
    weakness(key).map_or(Ok(()), |why| Err(MessageKeyError::Weak(why)))
}

/// Whether an identifier can be put into a quoted string without escapes (RFC 8941 §3.3.3).
fn is_key_id(id: &str) -> bool {
    (1..=KEY_ID_MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use MessageAlgorithm::{Ed25519, HmacSha256};
    use data_encoding::BASE64;

    /// RFC 9421 B.1.5.
    const SHARED_SECRET: &str =
        "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
    /// RFC 9421 B.1.4.
    const PEM: &str = "-----BEGIN PRIVATE KEY-----\n\
                       MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n\
                       -----END PRIVATE KEY-----\n";
    const X: &str = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";

    fn key(algorithm: MessageAlgorithm, text: &str) -> Result<MessageKey, MessageKeyError> {
        MessageKey::new(algorithm, &text.into(), None)
    }

    #[test]
    fn algorithms_have_the_names_of_their_registry() {
        assert_eq!((HmacSha256.name(), Ed25519.name()), ("hmac-sha256", "ed25519"));
    }

    #[test]
    fn hmac_signs_as_rfc_9421_b_2_5_says() {
        let base = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@authority\": example.com\n\
                    \"content-type\": application/json\n\
                    \"@signature-params\": (\"date\" \"@authority\" \"content-type\")\
                    ;created=1618884473;keyid=\"test-shared-secret\"";
        let signature = key(HmacSha256, SHARED_SECRET).unwrap().sign(base.as_bytes());
        assert_eq!(BASE64.encode(&signature), "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=");
    }

    #[test]
    fn ed25519_signs_as_rfc_9421_b_2_6_says() {
        let base = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\
                    \"@authority\": example.com\n\"content-type\": application/json\n\"content-length\": 18\n\
                    \"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \
                    \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
        let expected = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
        assert_eq!(BASE64.encode(&key(Ed25519, PEM).unwrap().sign(base.as_bytes())), expected);
    }

    #[test]
    fn a_pair_is_read_in_each_of_its_forms_and_published() {
        let document: String = PEM.lines().filter(|line| !line.starts_with('-')).collect();
        let seed = BASE64.encode(&BASE64.decode(document.as_bytes()).unwrap()[16..]);
        for text in
            [PEM, &document, &seed, &format!(" {seed}\n"), seed.trim_end_matches('='), &PEM.replace('\n', "\r\n")]
        {
            let key = key(Ed25519, text).unwrap();
            let jwk = key.public_jwk().unwrap();
            assert_eq!((&jwk["kty"], &jwk["crv"], &jwk["x"]), (&"OKP".into(), &"Ed25519".into(), &X.into()));
            assert_eq!(jwk["kid"], key.key_id());
            assert!(jwk.get("d").is_none());
        }
        // RFC 8037 A.3 with the key of RFC 8032 §7.1.
        let seed = BASE64.encode(&data_encoding::HEXLOWER.decode(RFC_8032.as_bytes()).unwrap());
        assert_eq!(key(Ed25519, &seed).unwrap().key_id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    const RFC_8032: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

    #[test]
    fn a_shared_secret_is_never_published_nor_shown() {
        let key = MessageKey::new(HmacSha256, &SHARED_SECRET.into(), Some("k1")).unwrap();
        assert_eq!(key.public_jwk(), None);
        assert_eq!(format!("{key:?}"), "MessageKey { algorithm: HmacSha256, key_id: \"k1\", .. }");
        assert_eq!(self::key(HmacSha256, SHARED_SECRET).unwrap().key_id(), "postern");
    }

    #[test]
    fn short_and_weak_keys_are_refused() {
        assert_eq!(key(HmacSha256, "changeme!").unwrap_err(), MessageKeyError::NotBase64);
        assert_eq!(key(HmacSha256, "").unwrap_err(), MessageKeyError::TooShort(0));
        let text = |bytes: &[u8]| BASE64.encode(bytes);
        let short: Vec<u8> = (0..31u32).map(|i| (i * i * 7 + 3) as u8).collect();
        assert_eq!(key(HmacSha256, &text(&short)).unwrap_err(), MessageKeyError::TooShort(31));
        for weak in [vec![0; 32], vec![7; 64], (0..64).collect(), b"correct horse battery staple, ok".to_vec()] {
            assert!(matches!(key(HmacSha256, &text(&weak)).unwrap_err(), MessageKeyError::Weak(_)), "{weak:?}");
            let seed = &weak[..32];
            assert!(matches!(key(Ed25519, &text(seed)).unwrap_err(), MessageKeyError::Weak(_)), "{weak:?}");
            let mut document = BASE64.decode(b"MC4CAQAwBQYDK2VwBCIEIA==").unwrap();
            document.extend_from_slice(seed);
            assert!(matches!(key(Ed25519, &text(&document)).unwrap_err(), MessageKeyError::Weak(_)), "{weak:?}");
        }
    }

    #[test]
    fn other_keys_are_no_ed25519_keys() {
        for text in [
            &PEM.replace("PRIVATE KEY", "EC PRIVATE KEY"),
            &PEM.replace("MC4CAQAwBQYDK2Vw", "MC4CAQAwBQYDK2Vu"),
            "-----BEGIN PRIVATE KEY-----",
            SHARED_SECRET,
        ] {
            assert_eq!(key(Ed25519, text).unwrap_err(), MessageKeyError::NotEd25519, "{text}");
        }
    }

    #[test]
    fn both_halves_of_a_pair_are_published_alike() {
        // The public half of RFC 9421 B.1.4.
        let public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n\
                      -----END PUBLIC KEY-----\n";
        let expected = key(Ed25519, PEM).unwrap().public_jwk().unwrap();
        for text in [public, PEM, "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="] {
            assert_eq!(published_message_key(&text.to_owned().into(), None).unwrap(), expected, "{text}");
        }
        let named = published_message_key(&public.to_owned().into(), Some("old")).unwrap();
        assert_eq!((&named["kid"], &named["x"]), (&"old".into(), &expected["x"]));
        for (text, id) in [(SHARED_SECRET, None), ("rubbish", None), (public, Some("a b"))] {
            assert!(published_message_key(&text.to_owned().into(), id).is_err(), "{text} {id:?}");
        }
    }

    #[test]
    fn an_identifier_stays_within_its_quotes() {
        let long = "k".repeat(129);
        for id in ["", " ", "a b", "a\"", "a\\", "ä", "a\n", &long] {
            let error = MessageKey::new(HmacSha256, &SHARED_SECRET.into(), Some(id)).unwrap_err();
            assert_eq!(error, MessageKeyError::KeyId, "{id}");
        }
    }
}
