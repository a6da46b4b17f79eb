//! What may be cached: assets and the key set.

use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderValue};

use crate::ask::Ask;
use crate::assets;
use crate::portal::Portal;
use crate::reply::{self, Reply};
use crate::trouble::Trouble;

impl Portal {
    /// `assets/*`: for good where the name fits the content, else not at all.
    pub(crate) fn asset(&self, ask: &Ask) -> Result<Reply, Trouble> {
        let name = ask.path.rsplit_once("/assets/").map(|(_, name)| name).unwrap_or_default();
        let (asset, current) = assets::find(name).ok_or(Trouble::NotFound)?;
        let mut reply = reply::body(StatusCode::OK, asset.media_type, asset.body);
        if current {
            let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
            reply.headers_mut().insert(CACHE_CONTROL, kept);
        }
        Ok(reply)
    }

    /// `jwks.json` (RFC 7517 §5), for as long as it may be kept.
    pub(crate) fn jwks(&self) -> Reply {
        let mut reply = reply::body(StatusCode::OK, "application/jwk-set+json", (self.settings.jwks)());
        let kept = format!("public, max-age={}", self.settings.jwks_max_age);
        if let Ok(kept) = HeaderValue::try_from(kept) {
            reply.headers_mut().insert(CACHE_CONTROL, kept);
        }
        reply
    }
}
