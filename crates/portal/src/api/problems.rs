//! Maps factor errors to the legacy API's codes and statuses, and to our own where it has none.

use http::StatusCode;
use postern_authn::access::{Standing, Step};
use postern_authn::factors::FactorError;
use postern_model::clock::Timestamp;
use postern_model::session::SessionView;
use postern_model::store::StoreError;
use postern_model::web::Problem;
use serde_json::json;

use crate::error::PortalError;
use crate::language::Texts;
use crate::portal::Portal;

/// The error codes that differ between calls.
pub(super) struct Codes {
    /// Code and message for a missing body member.
    pub(super) missing: (&'static str, &'static str),
    /// Code and message for an internal error.
    pub(super) failed: (&'static str, &'static str),
}

impl Portal {
    /// Converts `error` to the response for this call.
    pub(super) fn problem(&self, error: FactorError, view: &SessionView, codes: &Codes) -> PortalError {
        let bad = |code, message: &str| PortalError::refused(StatusCode::BAD_REQUEST, code, message);
        match error {
            FactorError::MissingCode => bad(codes.missing.0, codes.missing.1),
            FactorError::NoAuthenticator => self.no_app_problem(),
            FactorError::MalformedCode
            | FactorError::AuthenticatorsFull
            | FactorError::LastAuthenticator
            | FactorError::LastPasskey
            | FactorError::PasskeyRefused
            | FactorError::PasskeyUnknown { .. }
            | FactorError::PasskeyExpired
            | FactorError::PasskeyKnown
            | FactorError::PasskeysFull => {
                bad("INVALID_CODE", "This is not a code. Enter the six digits of your app, or a backup code.")
            }
            FactorError::NotEnrolled => bad("2FA_NOT_ENABLED", "Two-factor authentication is not enabled."),
            FactorError::NotOffered => bad("METHOD_NOT_AVAILABLE", "This account is sent no codes. Use another method."),
            FactorError::InvalidCode { attempts_left, locked_until } => invalid_code(attempts_left, locked_until),
            FactorError::InvalidToken => {
                bad("INVALID_TOKEN", "The setup token is not valid or has been used up. Start the setup again.")
            }
            FactorError::TokenExpired => bad("TOKEN_EXPIRED", "The setup token has expired. Start the setup again."),
            FactorError::TicketRequired => self.ticket_problem(
                "ENROLMENT_TICKET_REQUIRED",
                "Setting up two-factor authentication takes a ticket of your administrator. Enter it on the setup page.",
            ),
            FactorError::TicketInvalid => self.ticket_problem(
                "INVALID_TICKET",
                "That ticket is not valid. It may have expired or been used already.",
            ),
            FactorError::Locked { until } => self.locked_problem(until),
            FactorError::Disabled => PortalError::refused(
                StatusCode::FORBIDDEN,
                "ACCOUNT_LOCKED",
                "There were too many wrong codes in a row. Use another factor, or ask an administrator to unlock it.",
            ),
            FactorError::StepUpRequired => self.forbidden_step(Step::StepUp),
            FactorError::Enforced => PortalError::refused(
                StatusCode::FORBIDDEN,
                "ENFORCED",
                "Two-factor authentication is required for this account and cannot be switched off.",
            ),
            FactorError::SignInRequired => match self.authn.standing(view) {
                Standing::Waiting(step) => self.forbidden_step(step),
                Standing::Complete | Standing::Over => self.step(Step::SignIn, self.home().as_str()),
            },
            FactorError::Busy => PortalError::Busy,
            FactorError::Store(error @ (StoreError::Unavailable(_) | StoreError::Corrupt { .. })) => error.into(),
            FactorError::Unreadable(_) => PortalError::unreadable(&error),
            FactorError::Store(_) | FactorError::Secret(_) => {
                tracing::error!(user.id = %view.user.id, %error, "second-factor operation failed");
                PortalError::refused(StatusCode::INTERNAL_SERVER_ERROR, codes.failed.0, codes.failed.1)
            }
        }
    }

    /// Returns 403 with the URL of the missing step: the session's level is too low for this call.
    fn forbidden_step(&self, step: Step) -> PortalError {
        let missing = self.step(step, self.home().as_str());
        let problem = missing.problem();
        PortalError::Refused { status: StatusCode::FORBIDDEN, problem, retry_after: None }
    }

    /// Returns 403 with the URL of the page that asks for the ticket.
    fn ticket_problem(&self, code: &'static str, message: &str) -> PortalError {
        let url = self.site.url_returning(Step::Enrol.page(), self.home().as_str());
        let problem = Problem::new(code, message).with(json!({ "url": url }));
        PortalError::Refused { status: StatusCode::FORBIDDEN, problem, retry_after: None }
    }

    /// Returns 400 with the URL of the page that takes a passkey, which no dashboard's dialog can.
    fn no_app_problem(&self) -> PortalError {
        let url = self.site.url_returning(Step::Verify.page(), self.home().as_str());
        let message =
            format!("This account has no authenticator app. Use your passkey at {url}, or enter a backup code.");
        let problem = Problem::new("INVALID_CODE", message).with(json!({ "url": url }));
        PortalError::Refused { status: StatusCode::BAD_REQUEST, problem, retry_after: None }
    }

    fn locked_problem(&self, until: Timestamp) -> PortalError {
        let left = until.since(self.authn.now());
        let message = format!("Too many wrong codes. Try again in {}.", Texts::in_english(&crate::pages::wait(left)));
        let details = json!({ "locked_until": until.to_string(), "retry_after": left.as_secs() + 1 });
        PortalError::Refused {
            status: StatusCode::FORBIDDEN,
            problem: Problem::new("ACCOUNT_LOCKED", message).with(details),
            retry_after: Some(left + std::time::Duration::from_secs(1)),
        }
    }
}

fn invalid_code(attempts_left: u32, locked_until: Option<Timestamp>) -> PortalError {
    let details = json!({ "attempts_remaining": attempts_left, "locked_until": locked_until.map(|at| at.to_string()) });
    let attempts = if attempts_left == 1 { "attempt" } else { "attempts" };
    let message = format!("Invalid code. {attempts_left} {attempts} remaining");
    PortalError::Refused {
        status: StatusCode::BAD_REQUEST,
        problem: Problem::new("INVALID_CODE", message).with(details),
        retry_after: None,
    }
}
