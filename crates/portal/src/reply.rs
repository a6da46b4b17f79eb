//! Making answers.

use askama::Template;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, LOCATION, SET_COOKIE};
use http::{Response, StatusCode};
use http_body_util::Full;
use serde_json::Value;

use crate::trouble::Trouble;

/// What every handler gives.
pub(crate) type Reply = Response<Full<Bytes>>;

/// An answer with a body of this type.
pub(crate) fn body(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    reply
}

/// A page.
pub(crate) fn page(status: StatusCode, page: &impl Template) -> Result<Reply, Trouble> {
    let document = page.render().map_err(|error| Trouble::internal("a page cannot be rendered", &error))?;
    Ok(body(status, "text/html; charset=utf-8", document))
}

/// JSON.
pub(crate) fn json(status: StatusCode, value: &Value) -> Reply {
    body(status, "application/json", value.to_string())
}

/// Nothing but a status.
pub(crate) fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = status;
    reply
}

/// A redirect that makes the browser fetch `location` with GET (RFC 9110 §15.4.4).
pub(crate) fn see_other(location: &str) -> Result<Reply, Trouble> {
    let location =
        HeaderValue::try_from(location).map_err(|error| Trouble::internal("a location is no header value", &error))?;
    let mut reply = empty(StatusCode::SEE_OTHER);
    reply.headers_mut().insert(LOCATION, location);
    Ok(reply)
}

/// Adds cookies to an answer.
pub(crate) fn with_cookies(mut reply: Reply, cookies: impl IntoIterator<Item = HeaderValue>) -> Reply {
    for cookie in cookies {
        reply.headers_mut().append(SET_COOKIE, cookie);
    }
    reply
}
