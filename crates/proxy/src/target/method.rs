//! The methods that are served, and the methods that an upstream may use in place of the received one.

use std::borrow::Cow;

use http::{HeaderName, Method};
use postern_model::web::Fields;

/// Headers that make many frameworks treat a `POST` as another method.
const OVERRIDES: [HeaderName; 3] = [
    HeaderName::from_static("x-http-method-override"),
    HeaderName::from_static("x-http-method"),
    HeaderName::from_static("x-method-override"),
];

/// Whether a method is served: capital letters and `-`, as all methods of the registry are written, without `TRACE` and
/// `CONNECT`.
///
/// Methods are case-sensitive (RFC 9110 §9.1), but many servers are not: to Node and to most WSGI servers `delete` is
/// `DELETE`, which a route for `DELETE` would not match. `TRACE` would show the upstream's view of a request, identity
/// included, to its sender.
pub fn is_served(method: &Method) -> bool {
    let plain = method.as_str().bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    plain && !matches!(*method, Method::TRACE | Method::CONNECT)
}

/// Returns the methods that an upstream may use for a request instead of its own: those that the headers above name,
/// and the `_method` parameter of the query (Rails, Laravel, Symfony, Express with method-override).
///
/// The same parameter in the body of a form is not seen: a body is never read before the decision.
pub(crate) fn overrides(fields: &impl Fields, query: Option<&str>) -> Vec<Method> {
    let headers = OVERRIDES.into_iter().flat_map(|name| fields.all(name).map(<[u8]>::to_vec).collect::<Vec<_>>());
    let parameters = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let parameters = parameters.filter(|(name, _)| name == "_method").map(|(_, value)| match value {
        Cow::Borrowed(value) => value.as_bytes().to_vec(),
        Cow::Owned(value) => value.into_bytes(),
    });
    let named = headers.chain(parameters);
    named.filter_map(|value| Method::from_bytes(&value.trim_ascii().to_ascii_uppercase()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;

    #[test]
    fn only_methods_in_capitals_are_served() {
        for method in ["GET", "DELETE", "M-SEARCH", "VERSION-CONTROL", "PROPFIND"] {
            assert!(is_served(&method.parse().unwrap()), "{method}");
        }
        for method in ["get", "Delete", "delete", "TRACE", "trace", "CONNECT", "connect", "G3T", "GET_", "GET!", "P~"] {
            assert!(!is_served(&method.parse().unwrap()), "{method}");
        }
    }

    #[test]
    fn overrides_are_found_in_headers_and_in_the_query() {
        let mut headers = HeaderMap::new();
        assert_eq!(overrides(&headers, Some("a=b&method=PUT")), Vec::<Method>::new());
        headers.insert("x-http-method-override", " delete ".parse().unwrap());
        headers.insert("x-method-override", "PATCH".parse().unwrap());
        let found = overrides(&headers, Some("a=b&%5Fmethod=put&_method=a%20b"));
        assert_eq!(found, [Method::DELETE, Method::PATCH, Method::PUT]);
    }
}
