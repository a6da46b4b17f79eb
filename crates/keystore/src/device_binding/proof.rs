//! Proofs of a browser that it holds a device's key: signed JWTs (DBSC §9.10, RFC 7515, RFC 8725).

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::key::{DeviceKey, Jwk};
use crate::encoding::from_base64url;

/// Maximum length of a proof in bytes. One with an RSA key of 4096 bits has about 2000.
pub const PROOF_MAX: usize = 4096;
/// The `typ` of proofs, so that no other kind of JWT is taken for one (RFC 8725 §3.11).
const TYPE: &str = "dbsc+jwt";

/// A proof as it was received. Nothing of it is verified, but it says which challenge it signs, so that what costs less than a
/// signature can be checked first.
#[derive(Debug)]
pub struct ReceivedProof<'t> {
    header: Header,
    claims: Claims,
    message: &'t str,
    signature: Vec<u8>,
}

/// Reason why a proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefused {
    /// Longer than [`PROOF_MAX`].
    #[error("the proof is longer than {PROOF_MAX} bytes")]
    Oversize,
    /// Not three parts of base64url without padding.
    #[error("the proof is no JWT in compact form")]
    Form,
    /// The header is no JSON object with the required members, each once.
    #[error("the header of the proof cannot be read")]
    Header,
    /// The payload is no JSON object with the required members, each once.
    #[error("the payload of the proof cannot be read")]
    Payload,
    /// Another kind of JWT.
    #[error("the proof is no JWT of the type {TYPE}")]
    Type,
    /// An extension that must be understood (`crit`, RFC 7515 §4.1.11).
    #[error("the header of the proof has critical extensions")]
    Critical,
    /// Another algorithm than the key's, `none` included.
    #[error("the proof is signed with another algorithm than ES256 or RS256, or than its key's")]
    Algorithm,
    /// A registration without a key.
    #[error("the header of the proof has no key")]
    NoKey,
    /// A key in a proof of a key that is known.
    #[error("the header of the proof brings a key, but the session has one")]
    ForeignKey,
    /// Not a P-256 key, nor an RSA key of 2048 to 4096 bits.
    #[error("the key of the proof is no P-256 key and no RSA key of 2048 to 4096 bits")]
    Key,
    /// A wrong signature.
    #[error("the signature of the proof is wrong")]
    Signature,
    /// Made for another URL (`aud`).
    #[error("the proof is for another URL")]
    Audience,
    /// Made for another session (`sub`).
    #[error("the proof names another session")]
    Subject,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    jwk: Option<Jwk>,
    crit: Option<IgnoredAny>,
}

/// Claims. Browsers may leave out `aud` and `sub`; the challenge says which session and use a proof is for. `iat` is the
/// device's clock, so the challenge carries the gateway's time instead.
#[derive(Debug, Deserialize)]
struct Claims {
    jti: String,
    aud: Option<String>,
    sub: Option<String>,
}

impl<'t> ReceivedProof<'t> {
    /// Reads a proof.
    ///
    /// # Errors
    /// [`ProofRefused`] for anything but a JWT of this type.
    pub fn parse(text: &'t str) -> Result<Self, ProofRefused> {
        if text.len() > PROOF_MAX {
            return Err(ProofRefused::Oversize);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(ProofRefused::Form)?;
        let (header, payload) = message.split_once('.').ok_or(ProofRefused::Form)?;
        let decode = |part: &str| from_base64url(part).ok_or(ProofRefused::Form);
        let (header, payload, signature) = (decode(header)?, decode(payload)?, decode(signature)?);
        let header: Header = object(&header).ok_or(ProofRefused::Header)?;
        let claims = object(&payload).ok_or(ProofRefused::Payload)?;
        if header.typ != TYPE {
            return Err(ProofRefused::Type);
        }
        if header.crit.is_some() {
            return Err(ProofRefused::Critical);
        }
        Ok(Self { header, claims, message, signature })
    }

    /// Returns the challenge that it names (`jti`). It is of the holder of a key only once the signature is verified.
    pub fn challenge(&self) -> &str {
        &self.claims.jti
    }

    /// Verifies a proof that brings its key, and returns the key. `url` is the one that it was sent to.
    ///
    /// # Errors
    /// [`ProofRefused`].
    pub fn verify_with_new_key(&self, url: &str) -> Result<DeviceKey, ProofRefused> {
        let jwk = self.header.jwk.as_ref().ok_or(ProofRefused::NoKey)?;
        let key = DeviceKey::of(jwk).ok_or(ProofRefused::Key)?;
        self.verify(&key, url, None)?;
        Ok(key)
    }

    /// Verifies a proof of a known key. `url` is the one that it was sent to, `session` the identifier of the session.
    ///
    /// # Errors
    /// [`ProofRefused`].
    pub fn verify_of_key(&self, key: &DeviceKey, url: &str, session: &str) -> Result<(), ProofRefused> {
        if self.header.jwk.is_some() {
            return Err(ProofRefused::ForeignKey);
        }
        self.verify(key, url, Some(session))
    }

    fn verify(&self, key: &DeviceKey, url: &str, session: Option<&str>) -> Result<(), ProofRefused> {
        // The key determines the algorithm, so that a proof cannot choose a weaker one (RFC 8725 §3.1).
        if self.header.alg != key.algorithm() {
            return Err(ProofRefused::Algorithm);
        }
        if self.claims.aud.as_ref().is_some_and(|audience| audience != url) {
            return Err(ProofRefused::Audience);
        }
        if let (Some(subject), Some(session)) = (&self.claims.sub, session)
            && subject != session
        {
            return Err(ProofRefused::Subject);
        }
        // Last, since it costs most.
        match key.signed(self.message.as_bytes(), &self.signature) {
            true => Ok(()),
            false => Err(ProofRefused::Signature),
        }
    }
}

/// Parses one JSON object and nothing behind it. Structs would be read from arrays, too.
fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    serde_json::from_slice(json).ok().filter(|_| json.first() == Some(&b'{'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::base64url;
    use proptest::prelude::*;

    /// What Chromium 156 sent, with a key in software.
    const REGISTRATION: &str = "eyJhbGciOiJFUzI1NiIsImp3ayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6Ik9HR2w2MHBSMFlweFNQcFNxLUhzSmts\
        amdTUWM0U0E4MVlHUGJWeDFwVEUiLCJ5IjoiLUVMZ2stMmdKb201Wkh1Q0VyTU1XcUNWUEpvM2h6MFdVZ1QzQmFEd2NQZyJ9LCJ0\
        eXAiOiJkYnNjK2p3dCJ9.eyJqdGkiOiJBYkMxMjMifQ.IMGzvNAKozJTkhTciC6i2RB0PZhiP9zYoLHXMPgpkkdy8aIorOM02elu\
        zJNJVfA0Y-xJ8Xu74R9wE6tvL6h_zQ";
    const REFRESH: &str = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImRic2Mrand0In0.eyJqdGkiOiJDaGFsLV85In0.c3r1IYQsUjGp6T4oLnS16spS_KxfswYO\
        coA5-59E3OL_S9fv_cXPSHBXfZLBmmGH8sKYDuofoKXTWwUj3LniCQ";
    /// Signed by OpenSSL 3.
    const RS256: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6ImRic2Mrand0IiwiandrIjp7Imt0eSI6IlJTQSIsIm4iOiJvem04SUpPa0dtQjJ6em8xRUot\
        aGRORUNGOXV4cmoxQ3Z1RmpzNXNZandOLTVhdjRSZVhBNkdtYndxeFJIdElPRjNjWnhIWWNtZHlydlN0cnd6TUI0SnhEYmNYb0RI\
        Wkx3b0szSF95ZG1QR3BwQWJzZnl2bU5Pb2VtVEU3b1MtRFNONkgtejYzU0pzeDg5cV9Ea2cyNWhYQ0VzMU84ZmpCdldlYVNuODFS\
        UUh0TDhqT0lHOVpTdWZneEpnZTJsMnladzRhY0pjQlE0OEhQU05IaEM2dzduNVhoT1VPRjc5Y0l6aGZYSmloZFgwelgtMi1oX0kx\
        Z2xhQUw3dWRrcjNGZTcybm91cUc2c2QzVWZGUnlaeXdLUnhvTjVyS0FTZVpTUmlHQ1FteFhSbWNuekprdF8tRS1YNGNROFIxdU5w\
        MlhIZ25oOUxIa0F5RHRQanFYR19tTVEiLCJlIjoiQVFBQiJ9fQ.eyJqdGkiOiJBYkMxMjMifQ.fv-7N9qrpzIyV24VearBBrKQO0\
        AEG9JlrSmPQnsRyxpXowGnQLcgJr0DxZm5orQaEDDklsHMBz1wC3s2HMnmarxUi0hNby9sGOJ7KmGjNi73DnyzTfFiXQjTo0vtSp\
        IcTpI-eJ6I5GjjCipMTLW0zMdrfF6vHgbbE4VOIQ2TV2ncKu5ZFI1qZ34aQbyDzqD1AbStnwNx1pSw6HFtMyrwa3cJcSWCKio7xV\
        natap6K2FhZyAVNJrDY6PWiS24jjyAOnqLd2WP4lOrPWB8wH19UwpnaJCOjhbAVXul8bh8haNSXocVX0HzR0loGf7bSfcAcwkUa7\
        _rSqLokgBGleA29A";
    const URL: &str = "https://example.com/postern/device/registration";

    fn with_new_key(text: &str) -> Result<(String, DeviceKey), ProofRefused> {
        let proof = ReceivedProof::parse(text)?;
        Ok((proof.challenge().to_owned(), proof.verify_with_new_key(URL)?))
    }

    fn of_key(text: &str, key: &DeviceKey) -> Result<String, ProofRefused> {
        let proof = ReceivedProof::parse(text)?;
        proof.verify_of_key(key, URL, "x")?;
        Ok(proof.challenge().to_owned())
    }

    #[test]
    fn proofs_of_a_browser_and_of_another_library_are_verified() {
        let (challenge, key) = with_new_key(REGISTRATION).unwrap();
        assert_eq!(challenge, "AbC123");
        let known = DeviceKey::parse(key.canonical()).unwrap();
        assert_eq!((&known, known.id()), (&key, key.id()));
        assert_eq!(of_key(REFRESH, &known).unwrap(), "Chal-_9");

        let (challenge, rsa) = with_new_key(RS256).unwrap();
        assert_eq!(challenge, "AbC123");
        assert_eq!(DeviceKey::parse(rsa.canonical()), Some(rsa.clone()));
        assert_ne!(rsa.id(), key.id());
        assert_eq!(of_key(REFRESH, &rsa), Err(ProofRefused::Algorithm));
        assert_eq!(of_key(REGISTRATION, &key), Err(ProofRefused::ForeignKey));
        assert_eq!(with_new_key(REFRESH), Err(ProofRefused::NoKey));
    }

    #[test]
    fn what_a_proof_says_can_be_read_before_its_signature_is_verified() {
        let (message, _) = REFRESH.rsplit_once('.').unwrap();
        let unsigned = format!("{message}.AAAA");
        let key = with_new_key(REGISTRATION).unwrap().1;
        assert_eq!(ReceivedProof::parse(&unsigned).unwrap().challenge(), "Chal-_9");
        assert_eq!(of_key(&unsigned, &key), Err(ProofRefused::Signature));
    }

    #[test]
    fn only_the_canonical_form_of_a_key_is_read_back() {
        let (_, key) = with_new_key(REGISTRATION).unwrap();
        let canonical = key.canonical();
        for other in [
            canonical.replace(',', ", "),
            canonical.replace("}", ",\"use\":\"sig\"}"),
            format!("{canonical}{canonical}"),
            String::new(),
        ] {
            assert_eq!(DeviceKey::parse(&other), None, "{other}");
        }
    }

    #[test]
    fn rsa_keys_of_2048_to_4096_bits_are_read_and_exponents_of_eight_bytes() {
        let read = |modulus: usize, exponent: usize| {
            let (n, e) = (base64url(&vec![0xc5; modulus]), base64url(&vec![1; exponent]));
            DeviceKey::parse(&format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)).is_some()
        };
        for (modulus, exponent, is_key) in
            [(256, 3, true), (512, 3, true), (256, 8, true), (255, 3, false), (513, 3, false), (256, 9, false)]
        {
            assert_eq!(read(modulus, exponent), is_key, "{modulus} {exponent}");
        }
    }

    #[test]
    fn a_proof_of_the_greatest_size_is_read() {
        for (size, refused) in [(PROOF_MAX, ProofRefused::Form), (PROOF_MAX + 1, ProofRefused::Oversize)] {
            assert_eq!(ReceivedProof::parse(&"x".repeat(size)).err(), Some(refused), "{size}");
        }
    }

    proptest! {
        #[test]
        fn no_other_text_is_a_proof(text in any::<String>()) {
            prop_assert!(with_new_key(&text).is_err());
        }

        #[test]
        fn a_proof_with_one_other_character_is_none(at in 0..RS256.len(), by in "[A-Za-z0-9_.=\\-]") {
            for proof in [REGISTRATION, RS256] {
                let at = at % proof.len();
                if !proof[at..].starts_with(&by) {
                    let changed = format!("{}{by}{}", &proof[..at], &proof[at + 1..]);
                    prop_assert!(with_new_key(&changed).is_err(), "{changed}");
                }
            }
        }
    }
}
