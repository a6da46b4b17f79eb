//! Errors of requests to the portal: status, code and words, for a page or for JSON.

use std::time::Duration;

use http::header::{ALLOW, HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Method, StatusCode};
use postern_authn::access::Step;
use postern_model::store::StoreError;
use postern_model::web::Problem;
use serde_json::{Value, json};

use crate::language::{Text, Texts};
use crate::media_type::MediaType;

/// Error of a request to the portal.
#[derive(Debug)]
pub(crate) enum PortalError {
    /// The path does not exist.
    NotFound,
    /// The path exists, but accepts other methods only.
    MethodNotAllowed(&'static [Method]),
    /// A write from another site, or without a declared origin.
    OriginRefused,
    /// A write to a host of the gateway other than the public one.
    OtherHost,
    /// A form without its session's CSRF token.
    FormRefused,
    BodyTooLarge,
    BodyTooSlow,
    BodyBroken,
    UnsupportedMediaType(MediaType),
    /// The session cookie is malformed or repeated.
    CookieRefused,
    /// The cookies are larger than the gateway reads.
    CookiesTooLarge,
    /// A session step is missing; with the URL of its page.
    StepRequired(Step, String),
    /// Another refusal by an API handler.
    Refused {
        status: StatusCode,
        problem: Problem,
        retry_after: Option<Duration>,
    },
    /// Too many codes are being checked at once.
    Busy,
    /// The store is unavailable.
    StoreUnavailable,
    /// A record of the account is damaged; logged where it was found.
    Unreadable,
    /// An internal error, logged where it happened.
    Internal,
}

impl From<StoreError> for PortalError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                // Each request has a line of its own with the reason; the outage itself is told where the store is watched.
                tracing::debug!(%error, "store unavailable");
                Self::StoreUnavailable
            }
            StoreError::Corrupt { .. } => Self::unreadable(&error),
            _ => Self::internal("store failed", &error),
        }
    }
}

impl PortalError {
    /// Logs an internal error. The client learns no details.
    pub(crate) fn internal(what: &str, error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "{what}");
        Self::Internal
    }

    /// Logs a damaged record. The client learns that it is its account's.
    pub(crate) fn unreadable(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "row cannot be read");
        Self::Unreadable
    }

    /// Builds a refusal of an API handler.
    pub(crate) fn refused(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused { status, problem: Problem::new(code, message), retry_after: None }
    }

    /// Returns the status code.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::OriginRefused | Self::FormRefused | Self::Unreadable => StatusCode::FORBIDDEN,
            Self::OtherHost => StatusCode::MISDIRECTED_REQUEST,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BodyBroken => StatusCode::BAD_REQUEST,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::CookiesTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::CookieRefused | Self::StepRequired(..) => StatusCode::UNAUTHORIZED,
            Self::Refused { status, .. } => *status,
            Self::Busy | Self::StoreUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the JSON error.
    pub(crate) fn problem(&self) -> Problem {
        let (code, _, message) = match self {
            Self::Refused { problem, .. } => return problem.clone(),
            other => other.texts(),
        };
        let details = match self {
            Self::StepRequired(_, url) => json!({ "url": url }),
            _ => Value::Null,
        };
        Problem::new(code, Texts::in_english(&Text::new(message))).with(details)
    }

    /// Returns the stable code, and the messages of the page's heading and of its explanation.
    pub(crate) fn texts(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NotFound => ("NOT_FOUND", "error-not-found-heading", "error-not-found"),
            Self::MethodNotAllowed(_) => ("METHOD_NOT_ALLOWED", "error-method-heading", "error-method"),
            Self::OriginRefused => ("ORIGIN_REFUSED", "error-origin-heading", "error-origin"),
            Self::OtherHost => ("OTHER_HOST", "error-other-host-heading", "error-other-host"),
            Self::FormRefused => ("FORM_EXPIRED", "error-form-heading", "error-form"),
            Self::BodyTooLarge => ("BODY_TOO_LARGE", "error-too-large-heading", "error-too-large"),
            Self::BodyTooSlow => ("BODY_TOO_SLOW", "error-too-slow-heading", "error-too-slow"),
            Self::BodyBroken => ("BODY_UNREADABLE", "error-broken-heading", "error-broken"),
            Self::UnsupportedMediaType(MediaType::Json) => {
                ("UNSUPPORTED_MEDIA_TYPE", "error-json-heading", "error-json")
            }
            Self::UnsupportedMediaType(MediaType::Form) => {
                ("UNSUPPORTED_MEDIA_TYPE", "error-media-type-heading", "error-media-type")
            }
            Self::CookieRefused => ("SESSION_COOKIE_REFUSED", "error-cookie-heading", "error-cookie"),
            Self::CookiesTooLarge => ("COOKIES_TOO_LARGE", "error-cookies-heading", "error-cookies"),
            Self::StepRequired(step, _) => match step {
                Step::SignIn => (step.code(), "error-step-sign-in-heading", "error-step-sign-in"),
                Step::Verify => (step.code(), "error-step-verify-heading", "error-step-verify"),
                Step::StepUp => ("STEP_UP_REQUIRED", "error-step-up-heading", "error-step-up"),
                Step::Passkey => (step.code(), "error-step-passkey-heading", "error-step-passkey"),
                Step::Enrol => (step.code(), "error-step-enrol-heading", "error-step-enrol"),
                Step::BindDevice => (step.code(), "error-step-device-heading", "error-step-device"),
            },
            Self::Refused { problem, .. } => (problem.code, "error-refused-heading", "error-refused"),
            Self::Busy => ("BUSY", "error-busy-heading", "error-busy"),
            Self::StoreUnavailable => ("STORE_UNAVAILABLE", "error-store-heading", "error-store"),
            Self::Unreadable => ("ACCOUNT_UNREADABLE", "error-unreadable-heading", "error-unreadable"),
            Self::Internal => ("INTERNAL_ERROR", "error-internal-heading", "error-internal"),
        }
    }

    /// Adds `Retry-After` and `Allow` where they belong to the error.
    pub(crate) fn add_headers(&self, headers: &mut HeaderMap) {
        let wait = match self {
            Self::StoreUnavailable => Some(Duration::from_secs(10)),
            Self::Busy => Some(Duration::from_secs(1)),
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        };
        if let Some(wait) = wait {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        if let Self::MethodNotAllowed(methods) = self {
            let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
            if let Ok(allow) = HeaderValue::try_from(names.join(", ")) {
                headers.insert(ALLOW, allow);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_that_pass_say_when_to_come_back() {
        let told = |error: PortalError| {
            let mut headers = HeaderMap::new();
            error.add_headers(&mut headers);
            [RETRY_AFTER, ALLOW].map(|name| headers.get(name).map(|value| value.to_str().unwrap().to_owned()))
        };
        const METHODS: &[Method] = &[Method::GET, Method::POST];
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(told(PortalError::StoreUnavailable), [text("10"), None]);
        assert_eq!(told(PortalError::Busy), [text("1"), None]);
        assert_eq!(told(PortalError::Internal), [None, None]);
        assert_eq!(told(PortalError::MethodNotAllowed(METHODS)), [None, text("GET, POST")]);
    }
}
