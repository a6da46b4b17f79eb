//! Headers that every response of the gateway itself carries.

use http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};

/// The headers as lines of an HTTP/1.1 head.
pub(crate) const NO_STORE: &[u8] =
    b"cache-control: private, no-store\r\nx-content-type-options: nosniff\r\nreferrer-policy: no-referrer\r\n";

/// The line that only an allowed check of this gateway carries, so that proxies that require it accept no other
/// program's 2xx.
pub(crate) const GATE: &[u8] = b"x-auth-gate: permit\r\n";

/// Sets the headers.
pub(crate) fn no_store(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_headers_are_the_same() {
        let mut map = HeaderMap::new();
        no_store(&mut map);
        assert_eq!(crate::identity::headers(NO_STORE).collect::<HeaderMap>(), map);
    }
}
