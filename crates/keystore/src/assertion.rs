//! Claims of the signed assertion that upstreams receive.

use postern_model::clock::Timestamp;
use serde::Serialize;

/// The `typ` of an assertion's header, so that no other kind of JWT is accepted as an assertion (RFC 8725 §3.11).
pub const ASSERTION_TYPE: &str = "postern-assertion+jwt";

/// Claims about the user of a request and how this session authenticated them (RFC 7519 §4.1, OpenID Connect Core §2).
/// Times are whole seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assertion<'a> {
    /// Issuer: the gateway's public URL.
    pub iss: &'a str,
    /// Audience: the upstream that receives it.
    pub aud: &'a str,
    /// Subject: our user id.
    pub sub: &'a str,
    /// Verified e-mail address; a label, not an identity.
    pub email: &'a str,
    /// Display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// Authentication methods that this session used (`google`, `otp`).
    pub amr: &'a [&'a str],
    /// Time at which the last factor was verified.
    pub auth_time: i64,
    /// Session id; not a credential.
    pub sid: &'a str,
    /// Group names, sorted.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub groups: &'a [String],
    /// Issued at.
    pub iat: i64,
    /// Not before.
    pub nbf: i64,
    /// Expiry: at most 60 seconds after `iat`.
    pub exp: i64,
    /// Unique identifier of this assertion.
    pub jti: &'a str,
}

impl Assertion<'_> {
    /// Longest validity, in seconds.
    pub const LIFETIME_MAX: i64 = 60;

    /// Returns the three times of an assertion made now: `(iat, nbf, exp)`.
    pub fn times(now: Timestamp) -> (i64, i64, i64) {
        let iat = now.as_secs();
        (iat, iat, iat + Self::LIFETIME_MAX)
    }
}
