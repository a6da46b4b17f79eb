//! `[identity]`: how upstreams learn who is calling.

use std::sync::Arc;

use postern_keystore::{MessageAlgorithm, MessageKey, MessageKeyError};

use super::secret;
use super::table::Table;

/// A set of identity headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderDialect {
    /// `X-Auth-*`.
    XAuth,
    /// `Remote-*`.
    Remote,
    /// `X-Forwarded-User/-Email`, `X-Auth-Request-*`.
    Oauth2Proxy,
}

impl HeaderDialect {
    /// The name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::XAuth => "x-auth",
            Self::Remote => "remote",
            Self::Oauth2Proxy => "oauth2-proxy",
        }
    }
}

/// Identity for upstreams.
#[derive(Clone, Debug)]
pub struct IdentityConfig {
    /// Which headers are set.
    pub dialects: Vec<HeaderDialect>,
    /// Audience of the assertion.
    pub audience: String,
    /// Signs requests to upstreams; `None`: none is signed.
    pub signature: Option<Arc<MessageKey>>,
}

pub(super) fn read(table: &mut Table<'_>, netpilot: bool) -> IdentityConfig {
    let given = table.given("dialects");
    let mut dialects = table.list_of("dialects", |text| match text {
        "x-auth" => Ok(HeaderDialect::XAuth),
        "remote" => Ok(HeaderDialect::Remote),
        "oauth2-proxy" => Ok(HeaderDialect::Oauth2Proxy),
        other => Err((format!("{other:?} is no dialect"), "use x-auth, remote and oauth2-proxy")),
    });
    if !given {
        dialects.push(HeaderDialect::XAuth);
    }
    let default = if netpilot { "netpilot" } else { "postern" };
    let audience = table.text("audience").unwrap_or_else(|| default.to_owned());
    IdentityConfig { dialects, audience, signature: signature(table).map(Arc::new) }
}

fn signature(table: &mut Table<'_>) -> Option<MessageKey> {
    let by_file = table.given("signature_key_file");
    let has_key = by_file || table.given("signature_key");
    let has_algorithm = table.given("signature_algorithm");
    let needless: Vec<&str> =
        ["signature_algorithm", "signature_key_id"].into_iter().filter(|key| !has_key && table.given(key)).collect();
    let algorithm = table.make("signature_algorithm", |text| match text {
        "hmac-sha256" => Ok(MessageAlgorithm::HmacSha256),
        "ed25519" => Ok(MessageAlgorithm::Ed25519),
        other => Err((format!("{other:?} is no algorithm"), "use \"ed25519\" or \"hmac-sha256\"")),
    });
    let id = table.text("signature_key_id");
    let key = secret::read(table, "signature_key");
    for key in needless {
        let remedy = "name a key as identity.signature_key_file, or remove this one";
        table.wrong(key, "this counts only with a key that signs requests".to_owned(), remedy);
    }
    if has_key && !has_algorithm {
        let remedy = "write \"ed25519\" for a private key, \"hmac-sha256\" for a secret that upstreams share";
        table.wrong("signature_algorithm", "this is required with a signature key, and missing".to_owned(), remedy);
    }
    let algorithm = algorithm?;
    let made = MessageKey::new(algorithm, &key?, id.as_deref());
    made.map_err(|error| {
        let (key, remedy) = match (error, algorithm) {
            (MessageKeyError::KeyId, _) => ("signature_key_id", "write a short name, such as \"postern-1\""),
            (_, MessageAlgorithm::HmacSha256) => (key_of(by_file), "use the output of `openssl rand -base64 32`"),
            (_, MessageAlgorithm::Ed25519) => (key_of(by_file), "use what `openssl genpkey -algorithm ed25519` writes"),
        };
        table.wrong(key, error.to_string(), remedy);
    })
    .ok()
}

fn key_of(by_file: bool) -> &'static str {
    if by_file { "signature_key_file" } else { "signature_key" }
}
