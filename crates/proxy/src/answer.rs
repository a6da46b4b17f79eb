//! Answers of our own: a short page for people, the JSON envelope for programs. Neither tells internals.

use std::time::Duration;

use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{Response, StatusCode};
use postern_authn::access::Permitted;
use postern_model::clock::Timestamp;
use postern_model::entropy::Entropy;
use postern_model::web::{Cors, Envelope, Problem, RefusalPages, Refused, RequestId};

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
    pub(crate) pages: &'r dyn RefusalPages,
    pub(crate) entropy: &'r dyn Entropy,
}

impl Answers<'_> {
    /// An answer that explains a problem.
    pub(crate) fn problem(&self, status: StatusCode, problem: &Problem) -> Response<Body> {
        let id = RequestId::draw(self.entropy);
        let mut response = match self.audience {
            Audience::Person => self.pages.page(status, problem, id).map(Body::full),
            Audience::Program => {
                let envelope = Envelope { now: self.now, elapsed: Duration::ZERO };
                let mut response = Response::new(Body::full(envelope.failure(problem).to_string()));
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                response
            }
        };
        *response.status_mut() = status;
        Refused { id, code: problem.code }.mark(&mut response);
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

    /// Leads a person to where a missing step is taken. `code` is why.
    pub(crate) fn lead(&self, status: StatusCode, location: HeaderValue, code: &'static str) -> Response<Body> {
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = status;
        Refused { id: RequestId::draw(self.entropy), code }.mark(&mut response);
        let headers = response.headers_mut();
        headers.insert(LOCATION, location);
        uncacheable(headers);
        response
    }
}

/// What all answers of ours carry.
pub(crate) fn uncacheable(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
