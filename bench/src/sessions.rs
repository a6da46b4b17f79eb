//! The sessions of the bare servers: a map from the hash of a token to the its identity headers.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use data_encoding::BASE64URL_NOPAD;
use http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use ring::digest::{SHA256, digest};

/// Sessions by the SHA-256 of their token, as the gateway keeps them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sessions(Arc<HashMap<[u8; 32], Arc<HeaderMap>>>);

impl Sessions {
    /// Reads the headers (a JSON list of pairs) and the tokens (one in a line, `limit` at most). Every session has
    /// headers of its own, as in the gateway.
    pub(crate) fn read(headers: &Path, tokens: &Path, limit: usize) -> anyhow::Result<Self> {
        let pairs: Vec<(String, String)> = serde_json::from_slice(&std::fs::read(headers)?)?;
        let text = std::fs::read_to_string(tokens)?;
        let session = |token: &str| -> anyhow::Result<_> {
            let token = BASE64URL_NOPAD.decode(token.as_bytes()).context("a token is not base64url")?;
            let pair = |(name, value): &(String, String)| -> anyhow::Result<_> {
                Ok((HeaderName::try_from(name)?, HeaderValue::try_from(value)?))
            };
            let headers: HeaderMap = pairs.iter().map(pair).collect::<anyhow::Result<_>>()?;
            Ok((hash(&token)?, Arc::new(headers)))
        };
        Ok(Self(Arc::new(text.lines().take(limit).map(session).collect::<anyhow::Result<_>>()?)))
    }

    /// The headers of the session whose token is in the cookie `postern`.
    pub(crate) fn of(&self, headers: &HeaderMap) -> Option<&Arc<HeaderMap>> {
        let jar = headers.get(COOKIE)?.to_str().ok()?;
        let value = jar.split("; ").find_map(|pair| pair.strip_prefix("postern="))?;
        let mut token = [0; 33];
        let length = BASE64URL_NOPAD.decode_mut(value.as_bytes(), token.get_mut(..32)?).ok()?;
        self.0.get(&hash(token.get(..length)?).ok()?)
    }
}

fn hash(token: &[u8]) -> anyhow::Result<[u8; 32]> {
    digest(&SHA256, token).as_ref().try_into().context("SHA-256 has 32 bytes")
}
