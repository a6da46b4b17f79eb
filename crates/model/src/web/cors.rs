//! Cross-origin resource sharing (Fetch standard §3.2) for our own answers, so that the dashboard can read them.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, HeaderMap, HeaderValue, ORIGIN, VARY,
};

use super::Origin;

/// Origins whose scripts may call us with credentials.
#[derive(Clone, Debug, Default)]
pub struct Cors {
    origins: Vec<Origin>,
}

impl Cors {
    /// Takes the allowed origins. An empty list allows only our own pages.
    pub fn new(origins: Vec<Origin>) -> Self {
        Self { origins }
    }

    /// Whether a request's `Origin` header names an allowed origin, exactly.
    pub fn allows(&self, origin: &[u8]) -> bool {
        self.origins.iter().any(|allowed| allowed.as_str().as_bytes() == origin)
    }

    /// Adds the headers that let an allowed origin read this response; always declares that the response varies by
    /// `Origin`.
    pub fn share(&self, request: &HeaderMap, response: &mut HeaderMap) {
        response.append(VARY, HeaderValue::from_static("Origin"));
        let mut origins = request.get_all(ORIGIN).iter();
        if let (Some(origin), None) = (origins.next(), origins.next())
            && self.allows(origin.as_bytes())
        {
            response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }

    /// Does the same as [`Cors::share`] for the response to a preflight of our own API.
    pub fn preflight(&self, request: &HeaderMap, response: &mut HeaderMap) {
        self.share(request, response);
        if response.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
            response.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, OPTIONS"));
            response.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Content-Type, Authorization"));
            response.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_origins_are_nobody_s() {
        let cors = Cors::new(vec!["http://localhost:5173".parse().unwrap()]);
        let mut request = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("http://localhost:5173"))]);
        request.append(ORIGIN, HeaderValue::from_static("https://evil.example"));
        let mut response = HeaderMap::new();
        cors.share(&request, &mut response);
        assert!(!response.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
    }

    #[test]
    fn only_an_exact_origin_may_read() {
        let cors = Cors::new(vec!["http://localhost:5173".parse().unwrap()]);
        for (origin, shared) in [
            ("http://localhost:5173", true),
            ("http://localhost:5173/", false),
            ("http://localhost:51730", false),
            ("https://localhost:5173", false),
            ("null", false),
        ] {
            let request = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
            let mut response = HeaderMap::new();
            cors.share(&request, &mut response);
            assert_eq!(response.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN), shared, "{origin}");
            assert_eq!(response[VARY], "Origin");
        }
    }
}
