//! The page of a refusal by another part of the gateway. It needs no script, because it may be shown while other parts
//! fail.

use askama::Template;
use http::StatusCode;
use postern_model::web::{Problem, RequestId};

use super::{Action, Shell};

/// Page that explains why a request was refused.
#[derive(Clone, Debug, Template)]
#[template(path = "refusal.html")]
pub struct RefusalPage {
    /// The page frame, without a user, who does not matter here.
    pub shell: Shell,
    /// What happened, as a heading.
    pub heading: &'static str,
    /// What it means and what to do.
    pub message: String,
    /// The link to continue with.
    pub action: Action,
    /// Code to mention to support.
    pub code: &'static str,
    /// The request identifier, as in the log.
    pub id: String,
}

impl RefusalPage {
    /// Explains `problem`. For a temporary problem, the page links to the requested URL again.
    pub fn new(shell: Shell, status: StatusCode, problem: &Problem, id: RequestId) -> Self {
        // A proxy that asks takes 401 for "not signed in", but signing in fails just as well with these cookies.
        let status = match problem.code {
            "COOKIES_TOO_LARGE" => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            _ => status,
        };
        let action = match status {
            StatusCode::UNAUTHORIZED => Action::new("Sign in", shell.path("sign-in")),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Action::new("Try again", ""),
            status if passes(status) => Action::new("Try again", ""),
            _ => Action::new("Go to the start page", "/"),
        };
        let message = problem.message.clone();
        Self { shell, heading: heading(status), message, action, code: problem.code, id: id.to_string() }
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        let problem = Problem::new(
            "UPSTREAM_FAILED",
            "The application sent an invalid response. Try again in a minute. If it keeps happening, tell your administrator.",
        );
        let page = |id| Self::new(Shell::sample_stranger(), StatusCode::BAD_GATEWAY, &problem, id);
        page(RequestId::from(0x1f0e_2d3c_4b5a_6978))
    }
}

fn passes(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

fn heading(status: StatusCode) -> &'static str {
    match status {
        StatusCode::MISDIRECTED_REQUEST => "This is not the right address",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => "Your browser sends too many cookies",
        StatusCode::BAD_REQUEST => "That request cannot be read",
        StatusCode::UNAUTHORIZED => "Please sign in again",
        StatusCode::FORBIDDEN => "This is not open to you",
        StatusCode::NOT_FOUND => "There is nothing here",
        StatusCode::TOO_MANY_REQUESTS => "Please wait a moment",
        StatusCode::BAD_GATEWAY => "The application does not answer",
        StatusCode::SERVICE_UNAVAILABLE => "Not available at the moment",
        StatusCode::GATEWAY_TIMEOUT => "The application takes too long",
        _ => "That does not work here",
    }
}
