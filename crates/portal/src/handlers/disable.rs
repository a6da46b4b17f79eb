//! Removes the second factor.

use http::StatusCode;
use postern_authn::factors::FactorError;
use postern_model::factor::SecondFactor;

use super::factor_errors::Refusal;
use super::repetition::submitted;
use crate::error::PortalError;
use crate::pages::{ConfirmPurpose, Notice};
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};

impl Portal {
    /// `GET account/disable`: asks for a code.
    pub(crate) async fn ask_to_disable(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, "account/disable").await?;
        if !self.authn.may_remove(&view) {
            return self.enforced();
        }
        self.confirm_code_page(&view, ConfirmPurpose::Disable, None)
    }

    /// `POST account/disable`.
    pub(crate) async fn disable(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        if let Some(first) = self.repetition(request, &form, SecondFactor::Totp).await? {
            let response = response::see_other(&self.site.path("account?done=disabled"))?;
            return Ok(response::with_cookies(response, [self.session_cookie(&first.token, &first.view)]));
        }
        let view = self.enrolled(request, "account/disable").await?;
        self.check_form(&view, &form)?;
        let error = match self.authn.disable(&view, submitted(&form), &request.caller).await {
            Ok(token) => {
                let response = response::see_other(&self.site.path("account?done=disabled"))?;
                return Ok(response::with_cookies(response, [self.session_cookie(&token, &view)]));
            }
            Err(error) => error,
        };
        match Refusal::of(error, SecondFactor::Totp) {
            Refusal::Retry(words) => self.confirm_code_page(&view, ConfirmPurpose::Disable, Some(words)),
            Refusal::Locked(until) => self.locked(&view, SecondFactor::Totp, until, None).await,
            Refusal::Other(FactorError::Enforced) => self.enforced(),
            Refusal::Other(error) => Err(self.factor_error(error, &self.site.path("account/disable"))),
        }
    }

    fn enforced(&self) -> Result<Response, PortalError> {
        let shell = self.shell(None);
        let account = shell.path("account");
        let notice = Notice::new(shell, "Two-factor authentication stays on")
            .say("Your account requires it. You can replace your authenticator, but not remove it.")
            .offer("Go to your account", account);
        self.refusal(StatusCode::FORBIDDEN, notice, "ENFORCED")
    }
}
