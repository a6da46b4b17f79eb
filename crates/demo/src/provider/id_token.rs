//! ID tokens (OpenID Connect Core §2).

use data_encoding::BASE64URL_NOPAD;
use postern_model::clock::Timestamp;
use ring::digest::{SHA256, digest};
use ring::hmac;
use serde_json::{Map, Value, json};

use super::grants::Grant;
use super::keys::ProviderKey;
use super::tamper::{Signature, Tamper, edited};

/// Validity in seconds, as Google's.
pub(super) const LIFETIME: i64 = 3600;

/// The claims for a grant.
pub(super) fn claims(issuer: &str, grant: &Grant, access_token: &str, now: Timestamp) -> Map<String, Value> {
    let mut claims = grant.account.claims();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("iss", json!(issuer));
    put("aud", json!(grant.client_id));
    put("azp", json!(grant.client_id));
    put("iat", json!(now.as_secs()));
    put("exp", json!(now.as_secs() + LIFETIME));
    put("auth_time", json!(grant.granted_at.as_secs()));
    put("at_hash", json!(at_hash(access_token)));
    if let Some(nonce) = &grant.nonce {
        put("nonce", json!(nonce));
    }
    claims
}

/// A signed ID token, tampered with as told.
pub(super) fn signed(key: &ProviderKey, claims: Map<String, Value>, tamper: &Tamper) -> String {
    let algorithm = match tamper.signature {
        Signature::Genuine | Signature::Foreign(_) | Signature::Corrupt => "RS256",
        Signature::Hmac(_) => "HS256",
        Signature::Absent => "none",
    };
    let mut header = Map::new();
    header.insert("alg".to_owned(), json!(algorithm));
    header.insert("kid".to_owned(), json!(key.kid()));
    header.insert("typ".to_owned(), json!("JWT"));
    let part = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let header = part(edited(tamper.header.as_ref(), header));
    let message = format!("{header}.{}", part(edited(tamper.claims.as_ref(), claims)));
    let signature = sign(key, message.as_bytes(), &tamper.signature);
    format!("{message}.{}", BASE64URL_NOPAD.encode(&signature))
}

fn sign(key: &ProviderKey, message: &[u8], how: &Signature) -> Vec<u8> {
    match how {
        Signature::Genuine => key.sign(message),
        Signature::Foreign(other) => other.sign(message),
        Signature::Hmac(secret) => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec(),
        Signature::Absent => Vec::new(),
        Signature::Corrupt => {
            let mut signature = key.sign(message);
            if let Some(last) = signature.last_mut() {
                *last ^= 1;
            }
            signature
        }
    }
}

/// The left half of the access token's hash (OpenID Connect Core §3.1.3.6).
fn at_hash(access_token: &str) -> String {
    let hash = digest(&SHA256, access_token.as_bytes());
    BASE64URL_NOPAD.encode(hash.as_ref().get(..16).unwrap_or_default())
}
