//! Answers of our own: a short page for people, the JSON envelope for programs. Neither tells internals.

use std::time::Duration;

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{Response, StatusCode};
use postern_authn::access::Permitted;
use postern_model::clock::Timestamp;
use postern_model::web::{Cors, Envelope, Problem};

use crate::body::Body;

/// For whom an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A person in front of a browser.
    Person,
    /// A script or program.
    Program,
}

/// Makes answers to one request.
pub(crate) struct Answers<'r> {
    pub(crate) audience: Audience,
    pub(crate) origin: Option<&'r HeaderValue>,
    pub(crate) cors: &'r Cors,
    pub(crate) now: Timestamp,
}

impl Answers<'_> {
    /// An answer that explains a problem.
    pub(crate) fn problem(&self, status: StatusCode, problem: &Problem) -> Response<Body> {
        let mut response = match self.audience {
            Audience::Person => {
                let mut response = Response::new(Body::full(page(status, &problem.message)));
                let headers = response.headers_mut();
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
                headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
                response
            }
            Audience::Program => {
                let envelope = Envelope { now: self.now, elapsed: Duration::ZERO };
                let mut response = Response::new(Body::full(envelope.failure(problem).to_string()));
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                response
            }
        };
        *response.status_mut() = status;
        let headers = response.headers_mut();
        uncacheable(headers);
        let request: HeaderMap = self.origin.map(|origin| (ORIGIN, origin.clone())).into_iter().collect();
        self.cors.share(&request, headers);
        response
    }

    /// What somebody who was let in asked for, as JSON.
    pub(crate) fn json(&self, _permitted: Permitted<()>, value: &serde_json::Value) -> Response<Body> {
        let mut response = Response::new(Body::full(value.to_string()));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        uncacheable(headers);
        let request: HeaderMap = self.origin.map(|origin| (ORIGIN, origin.clone())).into_iter().collect();
        self.cors.share(&request, headers);
        response
    }

    /// An answer without a body.
    pub(crate) fn empty(&self, status: StatusCode) -> Response<Body> {
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = status;
        uncacheable(response.headers_mut());
        response
    }
}

/// No script, no style, nothing: the page is text.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What all answers of ours carry.
pub(crate) fn uncacheable(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// `message` is a text of ours, without markup.
fn page(status: StatusCode, message: &str) -> String {
    let title = status.canonical_reason().unwrap_or("Error");
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{title}</title></head>\n<body><main><h1>{title}</h1><p>{message}</p></main></body></html>\n"
    )
}
