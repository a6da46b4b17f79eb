//! The methods that are served, and the methods that an upstream may use in place of the received one.

use http::Method;
use postern_model::web::Fields;

/// Headers that make many frameworks treat a `POST` as another method.
const OVERRIDES: [&[u8]; 3] = [b"x-http-method-override", b"x-http-method", b"x-method-override"];
/// The parameter of the query that does so.
const PARAMETER: &str = "_method";

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
/// and the `_method` parameter of the query (Rails, Laravel, Symfony, Express with method-override). Names count in every
/// spelling that CGI, PHP or Express fold into these, and of a list every method.
///
/// The same parameter in the body of a form is not seen: a body is never read before the decision.
pub(crate) fn overrides(fields: &impl Fields, query: Option<&str>) -> Vec<Method> {
    let mut methods = Vec::new();
    for (name, value) in fields.lines() {
        if OVERRIDES.iter().any(|header| is_spelling(name, header)) {
            methods.extend(listed(value));
        }
    }
    // Older versions of Rack split at `;`, too.
    for part in query.unwrap_or_default().split(';') {
        for (name, value) in form_urlencoded::parse(part.as_bytes()) {
            if is_parameter(&name) {
                methods.extend(listed(value.as_bytes()));
            }
        }
    }
    methods
}

/// Whether a CGI-like server reads a name as this one: it folds case, `-`, `_` and in some servers `.` into `_`.
fn is_spelling(name: &[u8], header: &[u8]) -> bool {
    let same = |(byte, other): (&u8, &u8)| match byte {
        b'_' | b'.' => *other == b'-',
        _ => byte.eq_ignore_ascii_case(other),
    };
    name.len() == header.len() && name.iter().zip(header).all(same)
}

/// Whether a framework reads a parameter's name as `_method`. PHP drops leading spaces, reads spaces, `.` and a `[` that is
/// not closed as `_`, and stops at a null; Express reads `[_method]` like `_method`. Both read `_method[]` as a list of that name.
fn is_parameter(name: &str) -> bool {
    let name = name.trim_start_matches(' ').split('\0').next().unwrap_or_default();
    let name = name.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(name);
    let base = match name.find('[') {
        Some(at) if at > 0 && name.contains(']') => name.get(..at).unwrap_or(name),
        _ => name,
    };
    base.replacen([' ', '.', '['], "_", 1).eq_ignore_ascii_case(PARAMETER)
}

/// The methods of a value, of which some servers take the first of several.
fn listed(value: &[u8]) -> impl Iterator<Item = Method> {
    let methods = value.split(|byte| *byte == b',');
    methods.filter_map(|method| Method::from_bytes(&method.trim_ascii().to_ascii_uppercase()).ok())
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

    #[test]
    fn an_override_is_found_in_every_spelling_that_a_server_reads() {
        for query in [
            "_method=DELETE",
            "_METHOD=delete",
            "a=1;_method=DELETE",
            "_method=GET&_method=DELETE",
            "_method=DELETE,GET",
            "_method=+delete+",
            ".method=DELETE",
            "+_method=DELETE",
            "%20.method=DELETE",
            "[method=DELETE",
            "%5Bmethod=DELETE",
            "[_method]=DELETE",
            "_method%00x=DELETE",
            "_method[]=DELETE",
            "_method%5B0%5D=DELETE",
            ".method[a][b]=DELETE",
            "_method[]x=DELETE",
        ] {
            assert!(overrides(&HeaderMap::new(), Some(query)).contains(&Method::DELETE), "{query}");
        }
        for query in [
            "method=DELETE",
            "_methods=DELETE",
            "x_method=DELETE",
            "a=_method",
            "__method=DELETE",
            "_method",
            "a[_method]=DELETE",
            "_methods[]=DELETE",
        ] {
            assert_eq!(overrides(&HeaderMap::new(), Some(query)), Vec::<Method>::new(), "{query}");
        }
        for name in ["x-http-method-override", "x_http_method_override", "x-http.method_override", "x_method-override"]
        {
            for value in ["DELETE", "delete", "DELETE, GET", "GET,delete"] {
                let headers: HeaderMap =
                    [(name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap())].into_iter().collect();
                assert!(overrides(&headers, None).contains(&Method::DELETE), "{name}: {value}");
            }
        }
        for name in ["accept", "x-other", "x", "x-http-method-overrid", "x-http-method-overrides", "x-http-methoe"] {
            let headers: HeaderMap =
                [(name.parse::<http::HeaderName>().unwrap(), "DELETE".parse().unwrap())].into_iter().collect();
            assert_eq!(overrides(&headers, None), Vec::<Method>::new(), "{name}");
        }
    }
}
