//! Builds responses.

use askama::Template;
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, LOCATION, SET_COOKIE};
use http_body_util::Full;
use serde_json::Value;

use crate::error::PortalError;

/// The response type of every handler.
pub(crate) type Response = http::Response<Full<Bytes>>;

/// Builds a response with a body of this media type.
pub(crate) fn body(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = http::Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// Renders a page.
pub(crate) fn page(status: StatusCode, page: &impl Template) -> Result<Response, PortalError> {
    let document = page.render().map_err(|error| PortalError::internal("a page cannot be rendered", &error))?;
    Ok(body(status, "text/html; charset=utf-8", document))
}

/// Builds a JSON response.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    body(status, "application/json", value.to_string())
}

/// Builds a response without a body.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = http::Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// Builds a 303 redirect, which the browser follows with GET (RFC 9110 §15.4.4).
pub(crate) fn see_other(location: &str) -> Result<Response, PortalError> {
    let location = HeaderValue::try_from(location)
        .map_err(|error| PortalError::internal("a location is no header value", &error))?;
    let mut response = empty(StatusCode::SEE_OTHER);
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

/// Adds `Set-Cookie` lines.
pub(crate) fn with_cookies(mut response: Response, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
