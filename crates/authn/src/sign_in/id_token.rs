//! Verification of an ID token (OpenID Connect Core §3.1.3.7, RFC 8725), with a distinct reason for each refusal, for
//! the log.
//!
//! The provider library verifies the signature. The claims are checked here, because the library's claims type does not
//! read the second of Google's two issuer spellings and leaves `azp` and `nbf` to its callers.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use openidconnect::JsonWebKey;
use openidconnect::core::{
    CoreJsonWebKey, CoreJsonWebKeySet, CoreJsonWebKeyType, CoreJsonWebKeyUse, CoreJwsSigningAlgorithm,
};
use postern_model::clock::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::claims::Claims;

/// Tolerated clock difference between the provider and us.
const SKEW: Duration = Duration::from_secs(60);
/// Maximum age of an ID token straight from the token endpoint.
const MAX_AGE: Duration = Duration::from_secs(10 * 60);
/// Longest ID token that is parsed, in bytes.
const TOKEN_MAX: usize = 16 * 1024;
/// The two issuer spellings of Google (its OpenID Connect guide, "Validating an ID token").
const GOOGLE: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];
/// The only accepted algorithm, which Google signs with.
const ALGORITHM: CoreJwsSigningAlgorithm = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;

/// Reason why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Rejected {
    #[error("it is larger than {TOKEN_MAX} bytes")]
    Oversize,
    #[error("its {0} is not readable, or lacks a required member")]
    Malformed(&'static str),
    #[error("its header carries {0}")]
    HeaderParameter(&'static str),
    #[error("it is not signed with RS256")]
    Algorithm,
    #[error("it is signed with a key that the provider does not publish")]
    UnknownKey,
    #[error("it names no key and the provider publishes several")]
    AmbiguousKey,
    #[error("its signature is wrong")]
    Signature,
    #[error("it comes from another issuer")]
    Issuer,
    #[error("it is meant for another audience")]
    Audience,
    #[error("it was issued to another party")]
    AuthorizedParty,
    #[error("it has expired")]
    Expired,
    #[error("it was issued in the future, or is not valid yet")]
    NotYetValid,
    #[error("it was issued too long ago")]
    Stale,
    #[error("its nonce is missing or not this transaction's")]
    Nonce,
    #[error("its at_hash does not fit the access token")]
    AccessTokenHash,
}

/// Token with the values that it must match.
pub(super) struct Check<'a> {
    pub(super) token: &'a str,
    pub(super) access_token: &'a str,
    pub(super) nonce: &'a str,
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) now: Timestamp,
}

/// Members of a JOSE header that are checked. Some are read only to be rejected.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
    jku: Option<Value>,
    jwk: Option<Value>,
    x5u: Option<Value>,
    x5c: Option<Value>,
}

/// Claims that are checked or used.
#[derive(Deserialize)]
struct Payload {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    azp: Option<String>,
    at_hash: Option<String>,
    email: Option<String>,
    /// Some providers send text here; only a boolean is accepted.
    email_verified: Option<Value>,
    hd: Option<String>,
    name: Option<String>,
    given_name: Option<String>,
    picture: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Whether `found` names the configured issuer. Google has two spellings, every other issuer one.
pub(super) fn is_issuer(configured: &str, found: &str) -> bool {
    let configured = configured.trim_end_matches('/');
    configured == found.trim_end_matches('/') || (configured == GOOGLE[0] && GOOGLE.contains(&found))
}

impl Check<'_> {
    /// Verifies the token with these keys.
    pub(super) fn run(&self, keys: &CoreJsonWebKeySet) -> Result<Claims, Rejected> {
        if self.token.len() > TOKEN_MAX {
            return Err(Rejected::Oversize);
        }
        let (signed, signature) = self.token.rsplit_once('.').ok_or(Rejected::Malformed("form"))?;
        let (header, payload) = signed.split_once('.').ok_or(Rejected::Malformed("form"))?;
        let key = signing_key(&part(header, "header")?, keys)?;
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).map_err(|_| Rejected::Malformed("signature"))?;
        key.verify_signature(&ALGORITHM, signed.as_bytes(), &signature).map_err(|_| Rejected::Signature)?;
        let payload: Payload = part(payload, "payload")?;
        self.hold(&payload)?;
        self.hold_access_token(&payload, key)?;
        Ok(Claims {
            issuer: self.issuer.trim_end_matches('/').to_owned(),
            subject: payload.sub,
            email: payload.email,
            email_verified: payload.email_verified == Some(Value::Bool(true)),
            hosted_domain: payload.hd,
            name: payload.name,
            given_name: payload.given_name,
            picture: payload.picture,
        })
    }

    /// Checks steps 2 to 11 of OpenID Connect Core §3.1.3.7.
    fn hold(&self, payload: &Payload) -> Result<(), Rejected> {
        let at = Timestamp::from_secs;
        if !is_issuer(self.issuer, &payload.iss) {
            return Err(Rejected::Issuer);
        }
        let others = match &payload.aud {
            Audience::One(one) if one == self.client_id => false,
            // We trust no other audience, so a token with further audiences is refused even if we are among them.
            Audience::Several(several) if several.iter().any(|one| one == self.client_id) => several.len() > 1,
            _ => return Err(Rejected::Audience),
        };
        if others {
            return Err(Rejected::Audience);
        }
        if payload.azp.as_deref().is_some_and(|party| party != self.client_id) {
            return Err(Rejected::AuthorizedParty);
        }
        if self.now >= at(payload.exp).after(SKEW) {
            return Err(Rejected::Expired);
        }
        if at(payload.nbf.unwrap_or(payload.iat).max(payload.iat)) > self.now.after(SKEW) {
            return Err(Rejected::NotYetValid);
        }
        if at(payload.iat) < self.now.before(MAX_AGE) {
            return Err(Rejected::Stale);
        }
        // The nonce is ours and 256 random bits long: a comparison in variable time reveals nothing to a client that
        // sent another.
        if payload.nonce.as_deref() != Some(self.nonce) {
            return Err(Rejected::Nonce);
        }
        Ok(())
    }

    /// Checks `at_hash`, where present, against the access token (OpenID Connect Core §3.1.3.8).
    fn hold_access_token(&self, payload: &Payload, key: &CoreJsonWebKey) -> Result<(), Rejected> {
        let Some(expected) = &payload.at_hash else { return Ok(()) };
        let hash = key.hash_bytes(self.access_token.as_bytes(), &ALGORITHM).map_err(|_| Rejected::AccessTokenHash)?;
        let half = hash.get(..hash.len() / 2).ok_or(Rejected::AccessTokenHash)?;
        (BASE64URL_NOPAD.encode(half) == *expected).then_some(()).ok_or(Rejected::AccessTokenHash)
    }
}

/// Selects the key that a header refers to. A header that brings its own key or requires extensions is refused (RFC
/// 8725 §3.10); one without a key identifier is accepted only if there is exactly one candidate.
fn signing_key<'k>(header: &Header, keys: &'k CoreJsonWebKeySet) -> Result<&'k CoreJsonWebKey, Rejected> {
    let carried = [
        ("crit", &header.crit),
        ("jku", &header.jku),
        ("jwk", &header.jwk),
        ("x5u", &header.x5u),
        ("x5c", &header.x5c),
    ];
    if let Some((name, _)) = carried.into_iter().find(|(_, value)| value.is_some()) {
        return Err(Rejected::HeaderParameter(name));
    }
    if header.alg != "RS256" {
        return Err(Rejected::Algorithm);
    }
    let mut eligible = keys.keys().iter().filter(|key| {
        let signs = key.key_use().is_none_or(|usage| *usage == CoreJsonWebKeyUse::Signature);
        let meant = header.kid.as_deref().is_none_or(|kid| key.key_id().is_some_and(|id| id.as_str() == kid));
        signs && meant && *key.key_type() == CoreJsonWebKeyType::RSA
    });
    match (eligible.next(), eligible.next()) {
        (Some(key), None) => Ok(key),
        (Some(_), Some(_)) => Err(Rejected::AmbiguousKey),
        (None, _) => Err(Rejected::UnknownKey),
    }
}

fn part<T: DeserializeOwned>(text: &str, name: &'static str) -> Result<T, Rejected> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Rejected::Malformed(name))?;
    serde_json::from_slice(&bytes).map_err(|_| Rejected::Malformed(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn google_has_two_names_and_others_one() {
        for name in GOOGLE {
            assert!(is_issuer("https://accounts.google.com/", name));
        }
        assert!(!is_issuer("https://accounts.google.com", "https://accounts.google.com.evil"));
        assert!(!is_issuer("https://id.example", "id.example"));
        for name in GOOGLE {
            assert!(!is_issuer("https://id.example", name), "Google's names are Google's alone");
        }
        assert!(is_issuer("http://localhost:8081/", "http://localhost:8081"));
    }
}
