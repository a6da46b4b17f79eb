//! Cacheable responses: assets, the key set and related origins.

use bytes::Bytes;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue};

use crate::assets;
use crate::compression;
use crate::error::PortalError;
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};

/// Policy of a picture that a browser opens as a page: neither script nor request, and an origin of its own. Styles within an SVG
/// are part of the picture.
const PICTURE: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'");

impl Portal {
    /// `GET assets/*`. Cacheable forever if the URL has the current content hash, otherwise not at all.
    pub(crate) fn asset(&self, request: &Request) -> Result<Response, PortalError> {
        let name = request.path.rsplit_once("/assets/").map(|(_, name)| name).unwrap_or_default();
        let (mut response, current) = match self.settings.brand.find(name) {
            Some((file, current)) => {
                let mut response = packed(request, file.media_type, file.body.clone(), file.compressed.as_ref());
                if file.is_picture() {
                    response.headers_mut().insert(CONTENT_SECURITY_POLICY, PICTURE);
                }
                (response, current)
            }
            None => {
                let (asset, current) = assets::find(name).ok_or(PortalError::NotFound)?;
                (self.built_in(asset, request), current)
            }
        };
        if current {
            let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
            response.headers_mut().insert(CACHE_CONTROL, kept);
        }
        Ok(response)
    }

    /// `GET postern.js`: the script for pages of the application, also of other origins. Its URL has no content hash, so that pages
    /// can name it.
    pub(crate) fn script(&self, request: &Request) -> Response {
        let mut response = self.built_in(&assets::POSTERN_JS, request);
        let kept = HeaderValue::from_static("public, max-age=300");
        response.headers_mut().insert(CACHE_CONTROL, kept);
        let anywhere = HeaderValue::from_static("cross-origin");
        response.headers_mut().insert(HeaderName::from_static("cross-origin-resource-policy"), anywhere);
        response
    }

    fn built_in(&self, asset: &assets::Asset, request: &Request) -> Response {
        packed(request, asset.media_type, Bytes::from_static(asset.body.as_bytes()), self.compressed.of(asset))
    }

    /// `GET /.well-known/webauthn` (Web Authentication Level 3, §5.11): the origin of the pages, which may use the passkeys of
    /// another host of the gateway. Those of further hosts have no page that does.
    pub(crate) fn related_origins(&self) -> Response {
        let origins = serde_json::json!({ "origins": [self.site.origin().as_str()] });
        let mut response = response::body(StatusCode::OK, "application/json", origins.to_string());
        let kept = HeaderValue::from_static("public, max-age=300");
        response.headers_mut().insert(CACHE_CONTROL, kept);
        response
    }

    /// `GET jwks.json` (RFC 7517 §5), cacheable for `jwks_max_age`.
    pub(crate) fn jwks(&self) -> Response {
        let mut response = response::body(StatusCode::OK, "application/jwk-set+json", (self.settings.jwks)());
        let kept = format!("public, max-age={}", self.settings.jwks_max_age);
        if let Ok(kept) = HeaderValue::try_from(kept) {
            response.headers_mut().insert(CACHE_CONTROL, kept);
        }
        response
    }
}

/// Responds with a file, compressed where there is a shorter form that the client takes.
fn packed(request: &Request, media_type: &'static str, plain: Bytes, compressed: Option<&Bytes>) -> Response {
    match compressed.filter(|_| compression::takes_gzip(&request.headers)) {
        Some(compressed) => {
            let mut response = response::body(StatusCode::OK, media_type, compressed.clone());
            compression::mark(&mut response);
            response
        }
        None => response::body(StatusCode::OK, media_type, plain),
    }
}
