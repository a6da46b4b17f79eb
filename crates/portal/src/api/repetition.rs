//! Calls that arrive twice, as after a double click or a lost answer: the first one's answer goes to both.

use http::{HeaderValue, StatusCode};
use postern_authn::factors::Submitted;
use postern_model::factor::SecondFactor;
use postern_model::session::Caller;
use serde_json::json;

use super::{ApiResponse, Body};
use crate::error::PortalError;
use crate::portal::Portal;
use crate::request::Request;
use crate::route::ApiRoute;

impl Portal {
    /// Returns the answer to the first of two identical calls (same former token, same client address, same call, same body members,
    /// within a minute), if the first one rotated the session's token.
    pub(super) async fn repeated_call(
        &self,
        call: ApiRoute,
        request: &Request,
    ) -> Result<Option<ApiResponse>, PortalError> {
        if !rotates(call) {
            return Ok(None);
        }
        // Without a session, what is wrong with the body does not matter.
        let Ok(body) = Body::parse(request) else { return Ok(None) };
        let (Ok(factor), Ok(submitted)) = (method(call, &body), submitted(call, &body, &request.caller)) else {
            return Ok(None);
        };
        let Some((former, bound)) = self.former_token(request).await? else { return Ok(None) };
        let repeated = self.authn.repetition(&former, bound.as_ref(), factor, submitted).await;
        let repeated = repeated.map_err(|error| self.factor_error(error, self.home().as_str()))?;
        // Nothing that was sent before may be repeated to have a session bound: a binding is offered once.
        Ok(repeated.map(|first| {
            let cookie = self.session_cookie(&first.token, &first.view);
            succeeded(call, &first.backup_codes, Some(cookie))
        }))
    }
}

/// Returns the code of a call, with what identifies a repetition: the call, or the set-up that it completes.
pub(super) fn submitted<'b>(call: ApiRoute, body: &'b Body, caller: &Caller) -> Result<Submitted<'b>, PortalError> {
    let nonce = match call {
        ApiRoute::SetupVerify => body.text("setup_token")?,
        ApiRoute::SetupStart => Some("setup/start"),
        ApiRoute::Verify => Some("verify"),
        ApiRoute::Disable => Some("disable"),
        ApiRoute::Reset => Some("reset"),
        ApiRoute::GenerateCodes => Some("generate-backup-codes"),
        ApiRoute::SendCode | ApiRoute::Status | ApiRoute::Session | ApiRoute::Me | ApiRoute::Unknown => None,
    };
    let code = body.text("code")?.unwrap_or_default();
    Ok(Submitted { code, nonce, of_form: false, trust: false, client: caller.address })
}

/// Returns the kind of code that a call takes.
pub(super) fn method(call: ApiRoute, body: &Body) -> Result<SecondFactor, PortalError> {
    let named = if call == ApiRoute::Verify { body.text("method")? } else { None };
    let Some(name) = named else { return Ok(SecondFactor::Totp) };
    // The others are no codes, and this call has no place for what they answer.
    let method = SecondFactor::from_name(name);
    let typed = |method: &SecondFactor| {
        matches!(method, SecondFactor::Totp | SecondFactor::Backup | SecondFactor::Email | SecondFactor::Sms)
    };
    method.filter(typed).ok_or_else(|| {
        let message = "\"method\" must be \"totp\", \"backup\", \"email\" or \"sms\".";
        PortalError::refused(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
    })
}

/// Builds the answer to a call that succeeded; `codes` are the backup codes that it made.
pub(super) fn succeeded(call: ApiRoute, codes: &[String], cookie: Option<HeaderValue>) -> ApiResponse {
    let message = match call {
        ApiRoute::SetupVerify => "2FA setup completed successfully",
        ApiRoute::Disable => "2FA disabled successfully",
        ApiRoute::Reset => "2FA reset successfully",
        ApiRoute::GenerateCodes => "New backup codes generated successfully",
        _ => "2FA verification successful",
    };
    let data = match codes {
        [] => json!({ "success": true, "message": message }),
        codes => json!({ "success": true, "backup_codes": codes, "message": message }),
    };
    ApiResponse { data, cookie, binding: None }
}

/// Whether a call changes the session's token.
fn rotates(call: ApiRoute) -> bool {
    matches!(
        call,
        ApiRoute::SetupVerify | ApiRoute::Verify | ApiRoute::Disable | ApiRoute::Reset | ApiRoute::GenerateCodes
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_that_takes_a_code_says_what_it_did_and_rotates_the_token() {
        for (call, message) in [
            (ApiRoute::SetupVerify, "2FA setup completed successfully"),
            (ApiRoute::Verify, "2FA verification successful"),
            (ApiRoute::Disable, "2FA disabled successfully"),
            (ApiRoute::Reset, "2FA reset successfully"),
            (ApiRoute::GenerateCodes, "New backup codes generated successfully"),
        ] {
            assert_eq!(succeeded(call, &[], None).data["message"], message);
            assert!(rotates(call), "{message}");
        }
        for call in [
            ApiRoute::SetupStart,
            ApiRoute::SendCode,
            ApiRoute::Status,
            ApiRoute::Session,
            ApiRoute::Me,
            ApiRoute::Unknown,
        ] {
            assert!(!rotates(call));
        }
    }
}
