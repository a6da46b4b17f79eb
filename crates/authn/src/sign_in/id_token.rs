//! Verification of an ID token (OpenID Connect Core §3.1.3.7, RFC 8725), each refusal with its own reason for the log.

use std::time::Duration;

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{
    CoreGenderClaim, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, ClaimsVerificationError, ClientId, IdToken, IdTokenVerifier,
    IssuerUrl, Nonce, SignatureVerificationError,
};
use postern_model::clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::claims::Claims;

/// Clock difference that is tolerated between the provider and us.
const SKEW: Duration = Duration::from_secs(60);
/// Oldest ID token accepted straight from the token endpoint.
const MAX_AGE: Duration = Duration::from_secs(10 * 60);
/// Longest ID token read.
const TOKEN_MAX: usize = 16 * 1024;
/// Both spellings are Google's (its OpenID Connect guide, "Validating an ID token").
const GOOGLE: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];

/// Claims beyond the standard ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ExtraClaims {
    hd: Option<String>,
    nbf: Option<i64>,
}

impl AdditionalClaims for ExtraClaims {}

/// The ID token type of our client.
pub(super) type ProviderIdToken =
    IdToken<ExtraClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// Why a token is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Rejected {
    #[error("signed with a key that the provider does not publish")]
    UnknownKey,
    #[error("larger than {TOKEN_MAX} bytes")]
    Oversize,
    #[error("the header carries {0}")]
    HeaderParameter(&'static str),
    #[error("issued by another issuer")]
    Issuer,
    #[error("meant for another party: {0}")]
    AuthorizedParty(&'static str),
    #[error("at_hash does not fit the access token")]
    AccessTokenHash,
    #[error("not valid yet")]
    NotYetValid,
    #[error("{0}")]
    Verification(String),
}

/// One token and what it must fit.
pub(super) struct Check<'a> {
    pub(super) token: &'a ProviderIdToken,
    pub(super) access_token: &'a AccessToken,
    pub(super) nonce: &'a str,
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) now: Timestamp,
}

/// Whether `found` names the configured issuer. Google has two spellings, everybody else one.
pub(super) fn is_issuer(configured: &str, found: &str) -> bool {
    let configured = configured.trim_end_matches('/');
    configured == found.trim_end_matches('/') || (configured == GOOGLE[0] && GOOGLE.contains(&found))
}

impl Check<'_> {
    /// Verifies the token with these keys. Only RS256 is accepted, which is what Google signs with.
    pub(super) fn run(&self, keys: &CoreJsonWebKeySet) -> Result<Claims, Rejected> {
        let text = self.token.to_string();
        if text.len() > TOKEN_MAX {
            return Err(Rejected::Oversize);
        }
        refuse_header_keys(&text)?;
        let issuer = IssuerUrl::new(self.issuer.to_owned()).map_err(|_| Rejected::Issuer)?;
        let late = moment(self.now.before(SKEW))?;
        let (oldest, newest) = (moment(self.now.before(MAX_AGE))?, moment(self.now.after(SKEW))?);
        let verifier =
            IdTokenVerifier::new_public_client(ClientId::new(self.client_id.to_owned()), issuer, keys.clone())
                .set_allowed_algs([CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256])
                // The issuer is compared below: the library knows one spelling of Google only.
                .require_issuer_match(false)
                .set_time_fn(move || late)
                .set_issue_time_verifier_fn(move |issued| match issued {
                    issued if issued > newest => Err("issued in the future".to_owned()),
                    issued if issued < oldest => Err("issued too long ago".to_owned()),
                    _ => Ok(()),
                });
        let nonce = Nonce::new(self.nonce.to_owned());
        let claims = self.token.claims(&verifier, &nonce).map_err(rejection)?;
        if !is_issuer(self.issuer, claims.issuer()) {
            return Err(Rejected::Issuer);
        }
        match claims.authorized_party() {
            Some(party) if party.as_str() != self.client_id => return Err(Rejected::AuthorizedParty("azp")),
            None if claims.audiences().len() > 1 => return Err(Rejected::AuthorizedParty("several audiences, no azp")),
            _ => {}
        }
        if let Some(expected) = claims.access_token_hash() {
            let unhashable = |_| Rejected::AccessTokenHash;
            let algorithm = self.token.signing_alg().map_err(unhashable)?;
            let key = self.token.signing_key(&verifier).map_err(unhashable)?;
            let actual = AccessTokenHash::from_token(self.access_token, algorithm, key)
                .map_err(|_| Rejected::AccessTokenHash)?;
            if actual != *expected {
                return Err(Rejected::AccessTokenHash);
            }
        }
        let extra = claims.additional_claims();
        if extra.nbf.is_some_and(|nbf| Timestamp::from_secs(nbf) > self.now.after(SKEW)) {
            return Err(Rejected::NotYetValid);
        }
        Ok(Claims {
            issuer: canonical_issuer(self.issuer),
            subject: claims.subject().to_string(),
            email: claims.email().map(|email| email.to_string()),
            email_verified: claims.email_verified().unwrap_or(false),
            hosted_domain: extra.hd.clone(),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            picture: claims.picture().and_then(|url| url.get(None)).map(|url| url.to_string()),
        })
    }
}

/// The one spelling under which identities are stored.
fn canonical_issuer(configured: &str) -> String {
    configured.trim_end_matches('/').to_owned()
}

/// A header that brings its own key, or demands extensions, is an attack or a mistake (RFC 8725 §3.10).
fn refuse_header_keys(token: &str) -> Result<(), Rejected> {
    let unreadable = || Rejected::Verification("the header is not readable".to_owned());
    let header = token.split('.').next().unwrap_or_default();
    let header = BASE64URL_NOPAD.decode(header.as_bytes()).map_err(|_| unreadable())?;
    let header: serde_json::Value = serde_json::from_slice(&header).map_err(|_| unreadable())?;
    let carried = ["crit", "jku", "jwk", "x5u", "x5c"].into_iter().find(|name| header.get(name).is_some());
    carried.map_or(Ok(()), |name| Err(Rejected::HeaderParameter(name)))
}

fn rejection(error: ClaimsVerificationError) -> Rejected {
    match error {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            Rejected::UnknownKey
        }
        other => Rejected::Verification(other.to_string()),
    }
}

fn moment(at: Timestamp) -> Result<DateTime<Utc>, Rejected> {
    DateTime::from_timestamp(at.as_secs(), 0).ok_or_else(|| Rejected::Verification("the clock is off".to_owned()))
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
        assert!(is_issuer("http://localhost:8081/", "http://localhost:8081"));
    }
}
