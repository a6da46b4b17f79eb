//! Builds the responses of the demonstration servers.

use askama::Template;
use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::Value;

/// A complete response.
pub type Answer = Response<Full<Bytes>>;

/// A page from a template. `forms` are the origins besides our own that forms may lead to: browsers hold redirects
/// that follow a form against `form-action` too.
pub(crate) fn page(status: StatusCode, template: &impl Template, forms: &str) -> Answer {
    let Ok(body) = template.render() else {
        return text(StatusCode::INTERNAL_SERVER_ERROR, "The page could not be made.\n");
    };
    let mut answer = build(status, "text/html; charset=utf-8", body);
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {forms}"
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    answer
}

/// Plain text.
pub(crate) fn text(status: StatusCode, body: &str) -> Answer {
    build(status, "text/plain; charset=utf-8", body.to_owned())
}

/// JSON.
pub(crate) fn json(status: StatusCode, body: &Value) -> Answer {
    build(status, "application/json", body.to_string())
}

/// A style sheet, which browsers may keep for a while.
pub(crate) fn css(body: &'static str) -> Answer {
    let mut answer = build(StatusCode::OK, "text/css; charset=utf-8", body.to_owned());
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("max-age=300"));
    answer
}

/// A redirect that is followed with GET.
pub(crate) fn see_other(location: &str) -> Answer {
    let Ok(location) = HeaderValue::try_from(location) else {
        return text(StatusCode::BAD_REQUEST, "The address to go on to is malformed.\n");
    };
    let mut answer = build(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", String::new());
    answer.headers_mut().insert(LOCATION, location);
    answer
}

fn build(status: StatusCode, kind: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer
}
