//! `[identity]`: headers, assertions and message signatures for upstreams.

use std::sync::Arc;
use std::time::Duration;

use postern_keystore::{MessageAlgorithm, MessageKey, MessageKeyError, SigningAlgorithm, published_message_key};
use serde_json::Value;

use crate::secret;
use crate::table::{Complaint, Table, duration};

const MINUTE: Duration = Duration::from_secs(60);

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
    /// Further headers that clients must not send, in lower case; one that ends in `*` is a prefix.
    pub also_remove: Vec<String>,
    /// Audience of the assertion.
    pub audience: String,
    /// Signing keys of assertions and their periods.
    pub keys: SigningKeysConfig,
    /// Key that signs requests to upstreams; `None`: requests are not signed.
    pub signature: Option<Arc<MessageKey>>,
    /// Published public keys (JWK) of earlier and later signing keys.
    pub signature_published: Vec<Value>,
}

/// The keys that sign assertions.
#[derive(Clone, Copy, Debug)]
pub struct SigningKeysConfig {
    /// Algorithm of new keys.
    pub algorithm: SigningAlgorithm,
    /// Time that a key is published before it signs.
    pub publish_before: Duration,
    /// Time that a key stays published after its successor signs.
    pub keep_retired: Duration,
    /// Period of automatic rotation; `None`: off.
    pub rotate_every: Option<Duration>,
}

impl SigningKeysConfig {
    /// How long clients may cache the key set. Together with [`SigningKeysConfig::refresh`] it is shorter than the time
    /// that a key is published before it signs. It is at most five minutes, the cache time of common libraries.
    pub fn max_age(&self) -> Duration {
        (self.publish_before / 2).min(5 * MINUTE)
    }

    /// How often the keys are read from the store.
    pub fn refresh(&self) -> Duration {
        (self.publish_before / 10).clamp(Duration::from_millis(100), MINUTE / 2)
    }
}

pub(crate) fn read(table: &mut Table<'_>, netpilot: bool) -> IdentityConfig {
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
    let also_remove = table.list_of("also_remove", header_name);
    let default = if netpilot { "netpilot" } else { "postern" };
    let audience = table.text("audience").unwrap_or_else(|| default.to_owned());
    let keys = keys(table);
    let signature = signature(table).map(Arc::new);
    let signature_published = table.list_of("signature_keys_published", published);
    IdentityConfig { dialects, also_remove, audience, keys, signature, signature_published }
}

/// Parses a header name, or a prefix of header names followed by `*`.
fn header_name(text: &str) -> Result<String, Complaint> {
    let name = text.strip_suffix('*').unwrap_or(text);
    let is_token = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_token {
        let remedy = "write a name such as \"X-Corp-User\", or \"X-Corp-*\" for all that begin so";
        return Err((format!("{text:?} is no name of a header"), remedy));
    }
    const NEEDED: [&str; 6] = ["host", "cookie", "content-length", "transfer-encoding", "connection", "content-type"];
    let lower = text.to_ascii_lowercase();
    let hits = |needed: &&str| lower.strip_suffix('*').map_or(lower == **needed, |prefix| needed.starts_with(prefix));
    match NEEDED.iter().find(|needed| hits(needed)) {
        Some(needed) => {
            Err((format!("{text:?} would remove {needed}, which requests need"), "remove it from the list"))
        }
        None => Ok(lower),
    }
}

fn keys(table: &mut Table<'_>) -> SigningKeysConfig {
    let algorithm = table.make("algorithm", |text| {
        text.parse().map_err(|_| (format!("{text:?} is no algorithm"), "use \"ES256\" or \"EdDSA\""))
    });
    let or_off = |text: &str| if text == "off" { Ok(None) } else { duration(text).map(Some) };
    let keys = SigningKeysConfig {
        algorithm: algorithm.unwrap_or_default(),
        publish_before: table.duration("publish_before", 10 * MINUTE),
        keep_retired: table.duration("keep_retired", 60 * MINUTE),
        rotate_every: table.make("rotate_every", or_off).unwrap_or(Some(90 * 24 * 60 * MINUTE)),
    };
    if keys.publish_before < Duration::from_secs(1) {
        let what = "a key would sign before anybody knows it".to_owned();
        table.report("publish_before", what, "write at least \"1s\"; \"10m\" is the default");
    } else if keys.publish_before < MINUTE {
        let what = "upstreams have to fetch the key set more often than once a minute".to_owned();
        table.warn("publish_before", what, "write \"10m\", the default, unless this is a test");
    }
    // An assertion is valid for a minute, clocks may differ by another, and verifiers cache the key set.
    if keys.keep_retired < keys.max_age() + 2 * MINUTE {
        let what = "assertions and copies of the key set live longer than a retired key is published".to_owned();
        table.report("keep_retired", what, "write at least \"7m\"; \"1h\" is the default");
    }
    if keys.rotate_every.is_some_and(|every| every < 2 * keys.publish_before) {
        let what = "this is shorter than twice identity.publish_before".to_owned();
        table.report("rotate_every", what, "write a longer time, such as \"90d\", or \"off\"");
    }
    keys
}

/// Reads the public key of `FILE`, or of `KEY-ID=FILE` for a key with a configured key ID.
fn published(text: &str) -> Result<Value, Complaint> {
    let (key_id, path) = match text.split_once('=') {
        Some((key_id, path)) => (Some(key_id), path),
        None => (None, text),
    };
    let key = secret::from_file(path.as_ref())?;
    published_message_key(&key, key_id).map_err(|error| {
        let remedy = "name a file that `openssl pkey -pubout` wrote from an Ed25519 key, or KEY-ID=FILE";
        (format!("the file {path}: {error}"), remedy)
    })
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
        table.report(key, "this counts only with a key that signs requests".to_owned(), remedy);
    }
    if has_key && !has_algorithm {
        let remedy = "write \"ed25519\" for a private key, \"hmac-sha256\" for a secret that upstreams share";
        table.report("signature_algorithm", "this is required with a signature key, and missing".to_owned(), remedy);
    }
    let algorithm = algorithm?;
    let made = MessageKey::new(algorithm, &key?, id.as_deref());
    made.map_err(|error| {
        let (key, remedy) = match (error, algorithm) {
            (MessageKeyError::KeyId, _) => ("signature_key_id", "write a short name, such as \"postern-1\""),
            (_, MessageAlgorithm::HmacSha256) => (key_of(by_file), "use the output of `openssl rand -base64 32`"),
            (_, MessageAlgorithm::Ed25519) => (key_of(by_file), "use what `openssl genpkey -algorithm ed25519` writes"),
        };
        table.report(key, error.to_string(), remedy);
    })
    .ok()
}

fn key_of(by_file: bool) -> &'static str {
    if by_file { "signature_key_file" } else { "signature_key" }
}
