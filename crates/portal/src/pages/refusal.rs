//! The page of a refusal by another part of the gateway. It needs no script, because it may be shown while other parts
//! fail.

use askama::Template;
use http::StatusCode;
use postern_model::language::Language;
use postern_model::web::{Problem, RequestId};

use super::{Action, Shell};
use crate::language::Text;
use crate::pages::explanation::explanation;

/// Page that explains why a request was refused.
#[derive(Clone, Debug, Template)]
#[template(path = "refusal.html")]
pub struct RefusalPage {
    /// The page frame, without a user, who does not matter here.
    pub shell: Shell,
    /// What happened, as a heading.
    pub heading: Text,
    /// What it means and what to do; `None` for a problem without a text in the catalogue, which is told in English.
    pub explanation: Option<Text>,
    /// The same in English.
    pub english: String,
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
            StatusCode::UNAUTHORIZED => Action::new(Text::new("frame-sign-in"), shell.path("sign-in")),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Action::new(Text::new("frame-try-again"), ""),
            status if passes(status) => Action::new(Text::new("frame-try-again"), ""),
            _ => Action::new(Text::new("frame-start-page"), "/"),
        };
        let (explanation, english) = (explanation(problem), problem.message.clone());
        let heading = Text::new(heading(status));
        Self { shell, heading, explanation, english, action, code: problem.code, id: id.to_string() }
    }

    /// Returns what it means and what to do. In English it is the very text that programs receive.
    pub fn message(&self) -> String {
        match &self.explanation {
            Some(text) if self.shell.texts.language != Language::English => self.shell.tell(text),
            _ => self.english.clone(),
        }
    }

    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        let problem = Problem::new(
            "UPSTREAM_FAILED",
            "The application sent an invalid response. Try again in a minute; if the problem stays, tell its administrator.",
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
        StatusCode::MISDIRECTED_REQUEST => "refusal-address",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => "refusal-cookies",
        StatusCode::BAD_REQUEST => "refusal-unreadable",
        StatusCode::UNAUTHORIZED => "refusal-sign-in",
        StatusCode::FORBIDDEN => "refusal-forbidden",
        StatusCode::NOT_FOUND => "refusal-not-found",
        StatusCode::TOO_MANY_REQUESTS => "refusal-wait",
        StatusCode::BAD_GATEWAY => "refusal-no-answer",
        StatusCode::SERVICE_UNAVAILABLE => "refusal-unavailable",
        StatusCode::GATEWAY_TIMEOUT => "refusal-too-long",
        _ => "refusal-other",
    }
}
