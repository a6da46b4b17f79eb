//! `api/2fa/send-code`: sends a code for the session, which `verify` then takes with its method.

use std::time::Duration;

use http::StatusCode;
use postern_authn::factors::{CodeRequested, FactorError, Recipient};
use postern_model::clock::Timestamp;
use postern_model::factor::{CodeKind, SecondFactor};
use postern_model::session::SessionView;
use postern_model::web::Problem;
use serde_json::json;

use super::problems::Codes;
use super::{ApiResponse, Body};
use crate::error::PortalError;
use crate::language::Texts;
use crate::pages::{SentCodeOffer, wait};
use crate::portal::Portal;
use crate::request::Request;

const SEND: Codes =
    Codes { missing: ("MISSING_DATA", "Data required"), failed: ("SEND_FAILED", "The code could not be sent") };

impl Portal {
    pub(super) async fn api_send_code(
        &self,
        view: &SessionView,
        request: &Request,
    ) -> Result<ApiResponse, PortalError> {
        let body = Body::parse(request)?;
        let kind = match body.text("method")? {
            None => Some(CodeKind::Email),
            Some(name) => SecondFactor::from_name(name).and_then(CodeKind::of),
        };
        let Some(kind) = kind else {
            let message = "\"method\" must be \"email\" or \"sms\".";
            return Err(PortalError::refused(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message));
        };
        let factor = kind.factor();
        let recipient = self.authn.code_recipient(view, factor).await?;
        let requested = self.authn.send_code(view, factor, &request.caller).await;
        let requested = requested.map_err(|error| self.problem(error, view, &SEND))?;
        match (requested, recipient) {
            (CodeRequested::Sent, Some(recipient)) => self.code_sent(view, kind, &recipient).await,
            (CodeRequested::NotSent, _) => Err(PortalError::refused(
                StatusCode::SERVICE_UNAVAILABLE,
                "CODE_NOT_SENT",
                "The code could not be sent. Try again later, or use another method.",
            )),
            (CodeRequested::TooMany { next }, _) => Err(self.too_many_codes(next)),
            (CodeRequested::Sent | CodeRequested::NotOffered, _) => {
                Err(self.problem(FactorError::NotOffered, view, &SEND))
            }
        }
    }

    /// Tells where a code went, how long it is valid, and when the next one can be asked for: the call may be the second one for
    /// it, and it may be the last of an hour.
    async fn code_sent(
        &self,
        view: &SessionView,
        kind: CodeKind,
        recipient: &Recipient,
    ) -> Result<ApiResponse, PortalError> {
        let (state, now) = (self.authn.sent_codes(view, kind).await?, self.authn.now());
        Ok(ApiResponse::of(json!({
            "success": true,
            "message": "Code sent",
            "method": kind.factor().name(),
            "sent_to": SentCodeOffer::to(recipient).recipient,
            "expires_in": state.outstanding.map_or(0, |code| code.expires_at().since(now).as_secs()),
            "retry_after": state.next.map_or(0, |next| rounded_up(next.since(now))),
        })))
    }

    fn too_many_codes(&self, next: Timestamp) -> PortalError {
        let left = next.since(self.authn.now());
        let message = format!("Too many codes were sent. Ask for another one in {}.", Texts::in_english(&wait(left)));
        let problem = Problem::new("TOO_MANY_CODES", message).with(json!({ "retry_after": left.as_secs() + 1 }));
        let retry_after = Some(left + Duration::from_secs(1));
        PortalError::Refused { status: StatusCode::TOO_MANY_REQUESTS, problem, retry_after }
    }
}

/// Returns the seconds until a time, none too few.
fn rounded_up(left: Duration) -> u64 {
    left.as_secs() + u64::from(left.subsec_nanos() > 0)
}
