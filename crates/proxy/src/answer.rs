//! Answers of our own: a short page for people, the JSON envelope for programs. Neither tells internals.

use std::time::Duration;

use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{Response, StatusCode};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use postern_authn::access::Permitted;
use postern_model::clock::Timestamp;
use postern_model::entropy::Entropy;
use postern_model::web::{Cors, Envelope, Problem, RefusalPages, Refused};

use crate::body::Body;

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
/// What is encoded in a message of gRPC (grpc/doc/PROTOCOL-HTTP2.md).
const GRPC_MESSAGE_ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// For whom an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A person in front of a browser.
    Person,
    /// A script or program.
    Program,
    /// A client of gRPC.
    Caller,
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
        let refused = Refused::draw(self.entropy, problem.code);
        let mut response = match self.audience {
            Audience::Person => self.pages.page(status, problem, refused.id).map(Body::full),
            Audience::Program => {
                let envelope = Envelope { now: self.now, elapsed: Duration::ZERO };
                let mut response = Response::new(Body::full(envelope.failure(problem).to_string()));
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                response
            }
            Audience::Caller => trailers_only(status, problem),
        };
        *response.status_mut() = status;
        refused.mark(&mut response);
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
        Refused::draw(self.entropy, code).mark(&mut response);
        let headers = response.headers_mut();
        headers.insert(LOCATION, location);
        uncacheable(headers);
        response
    }
}

/// The answer to a call of gRPC that is over before it began: all of it is in the head, for a body without trailers would be
/// none that clients can read. The status of HTTP stays what it is, for those who read that.
fn trailers_only(status: StatusCode, problem: &Problem) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(GRPC_STATUS, HeaderValue::from_static(grpc_status(status)));
    let message = utf8_percent_encode(&problem.message, GRPC_MESSAGE_ENCODED).to_string();
    if let Ok(message) = HeaderValue::try_from(message) {
        headers.insert(GRPC_MESSAGE, message);
    }
    response
}

/// gRPC's own reading of HTTP's statuses (grpc/doc/http-grpc-status-mapping.md).
fn grpc_status(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "13",
        StatusCode::UNAUTHORIZED => "16",
        StatusCode::FORBIDDEN => "7",
        StatusCode::NOT_FOUND => "12",
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => "14",
        _ => "2",
    }
}

/// What all answers of ours carry, as lines of a head.
pub(crate) const UNCACHEABLE: &[u8] =
    b"cache-control: private, no-store\r\nx-content-type-options: nosniff\r\nreferrer-policy: no-referrer\r\n";

/// The same as headers.
pub(crate) fn uncacheable(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_answers_carry_is_the_same_as_lines_and_as_headers() {
        let mut map = HeaderMap::new();
        uncacheable(&mut map);
        assert_eq!(crate::identity::headers(UNCACHEABLE).collect::<HeaderMap>(), map);
    }
}
