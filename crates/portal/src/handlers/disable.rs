//! Removes the second factor.

use http::StatusCode;
use postern_authn::factors::FactorError;

use super::confirmation::confirmation;
use super::repetition::Submission;
use crate::error::PortalError;
use crate::language::Text;
use crate::pages::{ConfirmPurpose, Notice};
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};

impl Portal {
    /// `GET account/disable`: asks for a confirmation.
    pub(crate) async fn ask_to_disable(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.enrolled(request, "account/disable").await?;
        if !self.authn.may_remove(&view) {
            return self.enforced();
        }
        self.confirm_page(&view, ConfirmPurpose::Disable, None).await
    }

    /// `POST account/disable`.
    pub(crate) async fn disable(&self, request: &Request) -> Result<Response, PortalError> {
        let form = request.form();
        let done = response::see_other(&self.site.path("account?done=disabled"))?;
        let session = self.enrolled(request, "account/disable").await;
        let view = match self.submission_to_confirm(session, request, &form).await? {
            Submission::First(view) => view,
            Submission::Repeated(first) => return Ok(self.with_session_cookie(done, &first.token, &first.view)),
        };
        let confirmation = confirmation(&form);
        let error = match self.authn.disable(&view, confirmation, &request.caller).await {
            Ok(token) => return Ok(self.with_session_cookie(done, &token, &view)),
            Err(error) => error,
        };
        match self.confirmation_refused(&view, ConfirmPurpose::Disable, confirmation, error).await? {
            Ok(response) => Ok(response),
            Err(FactorError::Enforced) => self.enforced(),
            Err(error) => Err(self.factor_error(error, &self.site.path("account/disable"))),
        }
    }

    fn enforced(&self) -> Result<Response, PortalError> {
        let shell = self.shell(None);
        let account = shell.path("account");
        let notice = Notice::new(shell, Text::new("confirm-enforced-heading"))
            .say(Text::new("confirm-enforced"))
            .offer(Text::new("frame-to-account"), account);
        self.refusal(StatusCode::FORBIDDEN, notice, "ENFORCED")
    }
}
