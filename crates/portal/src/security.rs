//! Security headers of every response of the portal.

use http::HeaderMap;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use postern_model::web::{Origin, Site};

const NO_STORE: HeaderValue = HeaderValue::from_static("private, no-store");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), \
     midi=(), payment=(), usb=()",
);
/// A year, the shortest that preload lists take.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The security headers of a deployment.
#[derive(Debug)]
pub(crate) struct SecurityHeaders {
    policy: HeaderValue,
    hsts: bool,
}

impl SecurityHeaders {
    /// Renders the headers once. `form_targets` are the origins that a redirect after a form may lead to, in addition to our
    /// own and those of return URLs: the provider's, because Chromium applies `form-action` to redirects too.
    pub(crate) fn new(site: &Site, form_targets: &[Origin], hsts: bool) -> Self {
        let mut targets = String::from("'self'");
        for origin in form_targets.iter().chain(site.return_origins()) {
            // Contains nothing that ends the directive: an origin is scheme, host and port, in ASCII.
            targets.push(' ');
            targets.push_str(origin.as_str());
        }
        for suffix in site.return_suffixes() {
            targets.push_str(&format!(" {}://*{suffix}", site.origin().scheme()));
        }
        let policy = format!(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action {targets}; \
             frame-ancestors 'none'; base-uri 'none'"
        );
        let policy = HeaderValue::try_from(policy)
            .unwrap_or(const { HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'") });
        Self { policy, hsts: hsts && site.origin().is_https() }
    }

    /// Adds the headers. A cacheable response sets its own `Cache-Control` first, a picture its `Content-Security-Policy`, and a
    /// response for pages of other origins its `Cross-Origin-Resource-Policy`.
    ///
    /// `Referrer-Policy` is `same-origin` and not `no-referrer`, because the latter makes browsers send `Origin: null`
    /// with our own forms (Fetch standard, "append a request `Origin` header").
    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
        headers.entry(CONTENT_SECURITY_POLICY).or_insert_with(|| self.policy.clone());
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(REFERRER_POLICY, SAME_ORIGIN);
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), SAME_ORIGIN);
        headers.entry(HeaderName::from_static("cross-origin-resource-policy")).or_insert(SAME_ORIGIN);
        headers.insert(HeaderName::from_static("permissions-policy"), PERMISSIONS);
        if self.hsts {
            headers.insert(STRICT_TRANSPORT_SECURITY, HSTS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hsts_is_sent_over_https_where_it_is_configured() {
        for (origin, hsts, expected) in [
            ("https://example.com", true, Some("max-age=31536000")),
            ("https://example.com", false, None),
            ("http://localhost:8080", true, None),
        ] {
            let site = Site::new(origin.parse().unwrap(), "/postern", Vec::new(), None);
            let mut headers = HeaderMap::new();
            SecurityHeaders::new(&site, &[], hsts).apply(&mut headers);
            let sent = headers.get(STRICT_TRANSPORT_SECURITY).map(|value| value.to_str().unwrap());
            assert_eq!(sent, expected, "{origin} {hsts}");
        }
    }
}
