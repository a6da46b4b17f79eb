//! The media types that a request body may have.

use http::header::{CONTENT_TYPE, HeaderMap};

/// The media type that a route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `application/json`. An empty body needs no `Content-Type`.
    Json,
}

impl MediaType {
    /// Whether the one `Content-Type` of a request is this type; parameters are ignored (RFC 9110 §8.3.1).
    pub(crate) fn matches(self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(CONTENT_TYPE).iter();
        let Some(Ok(value)) = values.next().map(http::HeaderValue::to_str) else { return false };
        let essence = value.split(';').next().unwrap_or_default().trim();
        values.next().is_none() && essence.eq_ignore_ascii_case(self.name())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Form => "application/x-www-form-urlencoded",
            Self::Json => "application/json",
        }
    }
}
