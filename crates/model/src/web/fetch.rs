//! What kind of request this is, from what browsers say of it (Fetch Metadata, RFC 6454, RFC 6455).

use http::header::{ACCEPT, ACCESS_CONTROL_REQUEST_METHOD, CONNECTION, HeaderMap, HeaderName, ORIGIN, UPGRADE};
use http::{HeaderValue, Method};

use super::{Cors, Origin};

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const X_REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// Whether a person would see the answer in the address bar's tab, so that a redirect helps: `Sec-Fetch-Mode:
/// navigate`, or where that header is absent a GET or HEAD that accepts `text/html` and is no XHR.
pub fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    if is_websocket(headers) {
        return false;
    }
    match headers.get(SEC_FETCH_MODE) {
        Some(mode) => mode == "navigate",
        None => {
            matches!(*method, Method::GET | Method::HEAD)
                && !headers.contains_key(X_REQUESTED_WITH)
                && contains_token(headers, &ACCEPT, "text/html")
        }
    }
}

/// Whether this is a CORS preflight: `OPTIONS` with `Origin` and `Access-Control-Request-Method`.
pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::OPTIONS && headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Whether this asks to become a WebSocket (RFC 6455 §4.1).
pub fn is_websocket(headers: &HeaderMap) -> bool {
    contains_token(headers, &UPGRADE, "websocket") && contains_token(headers, &CONNECTION, "upgrade")
}

/// Why a state-changing request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteRefused {
    /// No `Origin`: not a browser's form or script.
    #[error("the request names no origin")]
    NoOrigin,
    /// Another origin, `null`, or several.
    #[error("the request comes from an origin that is not allowed")]
    ForeignOrigin,
}

/// Whether a state-changing request comes from a page that may make it: `Origin` must be there, once, and be ours or,
/// where `cors` is given, an allowed one; a `Sec-Fetch-Site` that contradicts a claim to be ours refuses it too.
pub fn write_allowed(headers: &HeaderMap, ours: &Origin, cors: Option<&Cors>) -> Result<(), WriteRefused> {
    let mut origins = headers.get_all(ORIGIN).iter();
    let origin = origins.next().ok_or(WriteRefused::NoOrigin)?;
    if origins.next().is_some() {
        return Err(WriteRefused::ForeignOrigin);
    }
    if origin.as_bytes() == ours.as_str().as_bytes() {
        let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
        return match site {
            None | Some(b"same-origin") => Ok(()),
            Some(_) => Err(WriteRefused::ForeignOrigin),
        };
    }
    match cors {
        Some(cors) if cors.allows(origin) => Ok(()),
        _ => Err(WriteRefused::ForeignOrigin),
    }
}

fn contains_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| item.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn navigations_are_told_from_scripts() {
        let html = headers(&[("accept", "text/html,application/xhtml+xml;q=0.9")]);
        assert!(is_navigation(&Method::GET, &html));
        assert!(!is_navigation(&Method::POST, &html));
        assert!(is_navigation(&Method::POST, &headers(&[("sec-fetch-mode", "navigate")])));
        for script in [
            headers(&[("accept", "*/*")]),
            headers(&[]),
            headers(&[("accept", "text/html"), ("sec-fetch-mode", "cors")]),
            headers(&[("accept", "text/html"), ("x-requested-with", "XMLHttpRequest")]),
            headers(&[("accept", "text/html"), ("connection", "keep-alive, Upgrade"), ("upgrade", "websocket")]),
        ] {
            assert!(!is_navigation(&Method::GET, &script), "{script:?}");
        }
    }

    #[test]
    fn writes_need_an_origin_of_ours_or_an_allowed_one() {
        let ours: Origin = "https://example.com".parse().unwrap();
        let cors = Cors::new(vec!["http://localhost:5173".parse().unwrap()]);
        let check = |pairs: &[(&'static str, &'static str)]| write_allowed(&headers(pairs), &ours, Some(&cors));
        assert_eq!(check(&[("origin", "https://example.com")]), Ok(()));
        assert_eq!(check(&[("origin", "http://localhost:5173"), ("sec-fetch-site", "cross-site")]), Ok(()));
        assert_eq!(check(&[]), Err(WriteRefused::NoOrigin));
        for refused in ["null", "https://evil.com", "https://example.com.evil.com", "http://example.com"] {
            assert_eq!(check(&[("origin", refused)]), Err(WriteRefused::ForeignOrigin));
        }
        let forged = [("origin", "https://example.com"), ("sec-fetch-site", "cross-site")];
        assert_eq!(check(&forged), Err(WriteRefused::ForeignOrigin));
        let mut two = headers(&[("origin", "https://example.com")]);
        two.append(ORIGIN, HeaderValue::from_static("https://example.com"));
        assert_eq!(write_allowed(&two, &ours, None), Err(WriteRefused::ForeignOrigin));
    }
}
