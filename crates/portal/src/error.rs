//! Errors of requests to the portal: status, code and words, for a page or for JSON.

use std::time::Duration;

use http::header::{ALLOW, HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Method, StatusCode};
use postern_authn::access::Step;
use postern_model::store::StoreError;
use postern_model::web::Problem;
use serde_json::{Value, json};

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
            other => other.words(),
        };
        let details = match self {
            Self::StepRequired(_, url) => json!({ "url": url }),
            _ => Value::Null,
        };
        Problem::new(code, message).with(details)
    }

    /// Returns the stable code, the page heading and the message.
    pub(crate) fn words(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NotFound => ("NOT_FOUND", "Page not found", "There is no page at this address. Check it for typos."),
            Self::MethodNotAllowed(_) => (
                "METHOD_NOT_ALLOWED",
                "Not supported here",
                "This address accepts other methods. The Allow header lists them.",
            ),
            Self::OriginRefused => (
                "ORIGIN_REFUSED",
                "This request came from another site",
                "The request names no origin, or one that isn’t allowed to do this. Open the page itself and try again.",
            ),
            Self::OtherHost => (
                "OTHER_HOST",
                "Not served at this address",
                "The gateway does this at its public address only. Open the page there and try again.",
            ),
            Self::FormRefused => (
                "FORM_EXPIRED",
                "This form is out of date",
                "You signed in or out after opening this page. Nothing was changed. Reload the page and try again.",
            ),
            Self::BodyTooLarge => {
                ("BODY_TOO_LARGE", "Request too large", "The request is larger than this page accepts.")
            }
            Self::BodyTooSlow => {
                ("BODY_TOO_SLOW", "Request timed out", "The request didn’t arrive in time. Try again.")
            }
            Self::BodyBroken => ("BODY_UNREADABLE", "Request incomplete", "Part of the request was lost. Try again."),
            Self::UnsupportedMediaType(MediaType::Json) => {
                ("UNSUPPORTED_MEDIA_TYPE", "JSON required", "Send JSON with Content-Type: application/json.")
            }
            Self::UnsupportedMediaType(MediaType::Form) => (
                "UNSUPPORTED_MEDIA_TYPE",
                "Form required",
                "Send a form with Content-Type: application/x-www-form-urlencoded.",
            ),
            Self::CookieRefused => (
                "SESSION_COOKIE_REFUSED",
                "Your session cookie is damaged",
                "Your browser sent a session cookie that can’t be read, or several. Sign in again. If this keeps happening, \
                 delete the cookies of this site.",
            ),
            Self::CookiesTooLarge => (
                "COOKIES_TOO_LARGE",
                "Too many cookies",
                "Your browser sends more than 16 KiB of cookies to this address, most of them set by other applications. \
                 Delete the cookies of this site in your browser’s settings, then sign in again.",
            ),
            Self::StepRequired(step, _) => match step {
                Step::SignIn => (step.code(), "Please sign in", "You’re not signed in, or your session has ended."),
                Step::Verify => (step.code(), "Enter your code", "Verify your second factor first."),
                Step::StepUp => ("STEP_UP_REQUIRED", "Enter a fresh code", "This needs a fresh code."),
                Step::Passkey => (step.code(), "Use a passkey", "This needs a passkey."),
                Step::Enrol => (step.code(), "Set up two-factor authentication", "Set up a second factor first."),
            },
            Self::Refused { problem, .. } => (problem.code, "That didn’t work", "The request was refused."),
            Self::Busy => {
                ("BUSY", "Busy right now", "Too many codes are being checked at once. Try again in a moment.")
            }
            Self::StoreUnavailable => (
                "STORE_UNAVAILABLE",
                "Temporarily unavailable",
                "Your session can’t be checked right now. Nothing was changed. Try again in a minute.",
            ),
            Self::Unreadable => (
                "ACCOUNT_UNREADABLE",
                "This account can’t be opened",
                "A record of this account is damaged, so it can’t be opened. Contact your administrator.",
            ),
            Self::Internal => (
                "INTERNAL_ERROR",
                "Something went wrong",
                "The error is logged. Nothing more was changed. Try again, or tell your administrator.",
            ),
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
