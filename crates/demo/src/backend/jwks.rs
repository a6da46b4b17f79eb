//! The gateway's published keys, fetched when an unknown one is named and kept.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use http::Uri;
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use postern_model::clock::Timestamp;
use serde_json::Value;
use tokio::sync::Mutex;

use super::assertion::{PublicKey, Refused};

/// At most one fetch in this time, so that made-up key identifiers do not become a flood.
const PAUSE: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(5);
const SIZE_MAX: usize = 64 * 1024;

/// Fetches and keeps keys.
pub(super) struct KeySource {
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, PublicKey>,
    fetched_at: Option<Timestamp>,
}

impl KeySource {
    pub(super) fn new(url: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { url: url.to_owned(), client, known: Mutex::default() }
    }

    /// The key of that identifier.
    pub(super) async fn find(&self, kid: &str, now: Timestamp) -> Result<PublicKey, Refused> {
        let mut known = self.known.lock().await;
        if let Some(key) = known.keys.get(kid) {
            return Ok(key.clone());
        }
        if known.fetched_at.is_none_or(|at| now.since(at) >= PAUSE) {
            known.fetched_at = Some(now);
            known.keys = self.fetch().await.map_err(Refused::NoKeys)?;
        }
        known.keys.get(kid).cloned().ok_or(Refused::UnknownKey)
    }

    async fn fetch(&self) -> Result<HashMap<String, PublicKey>, String> {
        let uri: Uri = self.url.parse().map_err(|_| format!("{} is no address", self.url))?;
        let fetch = async {
            let answer = self.client.get(uri).await.map_err(|error| error.to_string())?;
            if !answer.status().is_success() {
                return Err(format!("{} answers {}", self.url, answer.status()));
            }
            let body = Limited::new(answer.into_body(), SIZE_MAX).collect().await.map_err(|error| error.to_string())?;
            let set: Value = serde_json::from_slice(&body.to_bytes()).map_err(|error| error.to_string())?;
            let keys = set.get("keys").and_then(Value::as_array).into_iter().flatten();
            Ok(keys.filter_map(|key| Some((key.get("kid")?.as_str()?.to_owned(), point(key)?))).collect())
        };
        tokio::time::timeout(TIMEOUT, fetch).await.map_err(|_| format!("{} does not answer", self.url))?
    }
}

/// The uncompressed point of a P-256 JWK (RFC 7518 §6.2.1).
pub(super) fn point(jwk: &Value) -> Option<PublicKey> {
    let is = |name: &str, value: &str| jwk.get(name).and_then(Value::as_str) == Some(value);
    let coordinate = |name: &str| {
        let bytes = BASE64URL_NOPAD.decode(jwk.get(name)?.as_str()?.as_bytes()).ok()?;
        (bytes.len() == 32).then_some(bytes)
    };
    let (x, y) = (coordinate("x")?, coordinate("y")?);
    (is("kty", "EC") && is("crv", "P-256")).then(|| [vec![4], x, y].concat())
}
